"""What an e-mail address looks like: one @, and nothing that no address has."""

import re

MOST_LETTERS = 254  # RFC 5321
_SHAPE = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]+")


def problem_of_email(text: str) -> str | None:
    """What is wrong with an address, or None."""
    return None if _SHAPE.fullmatch(text) else "isn't an e-mail address"
