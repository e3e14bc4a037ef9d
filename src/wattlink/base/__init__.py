"""Tools that know nothing of energy or of any HTTP API."""
