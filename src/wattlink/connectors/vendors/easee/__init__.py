"""Easee: chargers, by user name and password."""
