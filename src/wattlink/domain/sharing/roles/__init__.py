"""Roles: what the holders of a share may do."""
