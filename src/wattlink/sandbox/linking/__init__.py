"""Linking a virtual account without a browser: all that a person would do, by the real verbs."""
