"""Which passwords may be chosen."""

import re

import msgspec

from wattlink.domain.errors import InvalidInput

FEWEST, MOST = 8, 64
"""Letters. More than MOST would only cost time to hash; fewer than FEWEST are guessed."""

_ALL_OF = (
    (re.compile(r"[a-z]"), "a lower-case letter"),
    (re.compile(r"[A-Z]"), "an upper-case letter"),
    (re.compile(r"[0-9]"), "a digit"),
    (re.compile(r"[^A-Za-z0-9]"), "a special character"),
)


class PasswordPolicy(msgspec.Struct, frozen=True):
    """`is_strict`: a lower-case and an upper-case letter, a digit and a special character must be in it."""

    is_strict: bool = False

    def check(self, password: str, *, field: str = "password") -> None:
        """Raise InvalidInput with everything that the password lacks, and never the password."""
        lacks = [] if FEWEST <= len(password) <= MOST else [f"{FEWEST} to {MOST} characters"]
        if self.is_strict:
            lacks += [what for pattern, what in _ALL_OF if not pattern.search(password)]
        if lacks:
            raise InvalidInput(field, f"must have {', '.join(lacks)}")
