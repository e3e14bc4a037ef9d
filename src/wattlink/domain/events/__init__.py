"""What happened: recorded with the fact itself, read in one order, kept for 30 days."""
