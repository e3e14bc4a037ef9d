"""Tesla's Fleet API: cars, and the batteries, inverters and meters of homes."""
