"""Who acts, and within whose rows."""
