"""What every step of a session leaves: a sealed note for the next one, and an event."""
