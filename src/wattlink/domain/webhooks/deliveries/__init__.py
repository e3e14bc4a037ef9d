"""From the feed to a receiver: freeze a body, send it, settle what came of it."""
