"""Sharing: what users let other users do with what is theirs."""
