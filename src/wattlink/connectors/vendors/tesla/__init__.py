"""Tesla's Fleet API: vehicles."""
