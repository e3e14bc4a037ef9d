"""What follows a delivery is made ready while that is sent, and written down with the verdict in one statement."""
