"""Operators' tokens: long-lived, of an organization, to administer it with."""
