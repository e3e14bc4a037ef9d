"""Names that operators give."""

from wattlink.domain.errors import InvalidInput

MOST_LETTERS = 100


def checked_name(name: str, field: str = "name") -> str:
    """The name without blanks around it; raises InvalidInput for one that is empty or too long."""
    if not 1 <= len(name.strip()) <= MOST_LETTERS:
        raise InvalidInput(field, f"must have 1 to {MOST_LETTERS} letters")
    return name.strip()
