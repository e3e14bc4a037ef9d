"""Whether the same work costs the same, however many accounts are stored."""
