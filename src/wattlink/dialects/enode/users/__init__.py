"""Users: looking at them, linking something to them, and their ways out."""
