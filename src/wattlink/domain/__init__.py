"""Verbs and rules, a folder per noun. Knows no HTTP API and no vendor."""
