"""Devices: a file per kind, with its views and wire types."""
