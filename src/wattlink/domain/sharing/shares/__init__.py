"""Shares: a user's own, and what users give one another."""
