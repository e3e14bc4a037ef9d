"""Podero's Partner API, version 2.0."""

DIALECT = "podero"
BASE = "/api/partners/v2.0"
"""Where the API begins, below the dialect's prefix or its own host; the token endpoint stands beside it."""
