"""Signing in with services that know the person already."""
