"""Enode's API, version 2024-10-01."""

DIALECT = "enode"
