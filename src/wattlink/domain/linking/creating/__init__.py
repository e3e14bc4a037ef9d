"""A session comes into being."""
