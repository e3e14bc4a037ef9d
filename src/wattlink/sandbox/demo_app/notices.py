"""What the app tells its user until they have read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

_KEPT = 5


@dataclass(frozen=True)
class Notice:
    """A sentence for a user; one about a broken link ends by itself once the vendor's links are whole again."""

    number: int
    user_id: str
    text: str
    broken_vendor: str | None = None


class Notices:
    """The users' unread notices, newest first."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._notices: list[Notice] = []

    def of_user(self, user_id: str) -> Sequence[Notice]:
        """What this user hasn't read yet."""
        return [notice for notice in self._notices if notice.user_id == user_id]

    def add(self, user_id: str, text: str, *, broken_vendor: str | None = None) -> None:
        """Tell something; the same sentence isn't said twice at once."""
        others = [notice for notice in self._notices if (notice.user_id, notice.text) != (user_id, text)]
        self._notices = [Notice(next(self._numbers), user_id, text, broken_vendor), *others][:_KEPT]

    def dismiss(self, number: int) -> None:
        """The user has read it."""
        self._notices = [notice for notice in self._notices if notice.number != number]

    def drop_mended(self, said: Sequence[Notice], broken_vendors: frozenset[str]) -> None:
        """Forget, of what had been said before the vendors were looked at, what is of links that are whole again."""
        holds = {None, *broken_vendors}
        mended = {notice.number for notice in said if notice.broken_vendor not in holds}
        self._notices = [notice for notice in self._notices if notice.number not in mended]
