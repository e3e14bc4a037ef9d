"""A user who is deleted leaves everything that waits to be delivered."""
