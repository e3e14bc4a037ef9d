"""Numbered pages of users."""
