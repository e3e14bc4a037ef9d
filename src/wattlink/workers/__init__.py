"""Everything that happens in the background."""
