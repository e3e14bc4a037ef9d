"""Passwords: what makes a good one, and hashing without holding up anybody else."""
