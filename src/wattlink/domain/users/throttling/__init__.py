"""Limits on guessing, kept in PostgreSQL so that they hold across processes."""
