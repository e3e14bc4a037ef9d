"""Cars: what they tell, and what they are told."""
