"""The HTTP APIs that apps know: each translates, and none knows another."""
