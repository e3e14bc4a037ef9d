"""Plumbing that the HTTP edges share; knows no dialect."""
