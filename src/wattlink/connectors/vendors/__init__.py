"""A folder per vendor; nothing outside a vendor's folder knows its name."""
