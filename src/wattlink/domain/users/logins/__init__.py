"""Users who log in: signing up, activation, proving who one is."""
