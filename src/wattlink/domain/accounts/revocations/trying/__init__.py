"""Tries revocations at the vendors until they are done, or 30 days have passed."""
