"""Organizations, their applications, and the applications' keys."""
