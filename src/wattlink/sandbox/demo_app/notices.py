"""What the app tells its user until they have read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

_KEPT = 5


@dataclass(frozen=True)
class Notice:
    """A sentence for the user; one about a broken link ends by itself once the vendor's links are whole again."""

    number: int
    text: str
    broken_vendor: str | None = None


class Notices:
    """The user's unread notices, newest first."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._notices: list[Notice] = []

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._notices)

    def add(self, text: str, *, broken_vendor: str | None = None) -> None:
        """Tell something; the same sentence isn't said twice at once."""
        others = [notice for notice in self._notices if notice.text != text]
        self._notices = [Notice(next(self._numbers), text, broken_vendor), *others][:_KEPT]

    def dismiss(self, number: int) -> None:
        """The user has read it."""
        self._notices = [notice for notice in self._notices if notice.number != number]

    def drop_mended(self, broken_vendors: frozenset[str]) -> None:
        """Forget what was said of links that are whole again."""
        self._notices = [
            notice for notice in self._notices if notice.broken_vendor is None or notice.broken_vendor in broken_vendors
        ]
