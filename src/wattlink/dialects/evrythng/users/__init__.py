"""Application users: signing up, logging in and out, and what is said of them."""
