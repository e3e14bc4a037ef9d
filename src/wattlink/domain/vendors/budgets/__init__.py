"""How many requests a vendor gets from all our processes together."""
