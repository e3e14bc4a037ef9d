"""The delivery log: what was sent and what came of it, sending one again, and replaying the feed from a moment on."""
