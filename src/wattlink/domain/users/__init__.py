"""The end users of applications."""
