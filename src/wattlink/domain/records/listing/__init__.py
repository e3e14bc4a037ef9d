"""Pages of records, as far as a caller sees."""
