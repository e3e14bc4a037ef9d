"""What a role lets its holders do: create, read, update and delete, each by path.

A permission for `/thngs` is one for everything below it too; in `/thngs/:id/tags` a part that begins with a colon
stands for any id. Several add up.
"""

from collections.abc import Iterable

import msgspec

LETTERS = "crud"  # create, read, update, delete


class Permission(msgspec.Struct, frozen=True, kw_only=True, rename={"letters": "access"}):
    """What may be done at a path and below it: some of the letters c, r, u and d."""

    path: str
    letters: str

    def may(self, path: str, letter: str) -> bool:
        """Whether one of the letters is allowed at a path."""
        return letter in self.letters and _covers(_parts(self.path), _parts(path))


def may(permissions: Iterable[Permission], path: str, letter: str) -> bool:
    """Whether any of them allows one of the letters at a path."""
    return any(permission.may(path, letter) for permission in permissions)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _covers(above: list[str], path: list[str]) -> bool:
    return len(above) <= len(path) and all(
        wanted.startswith(":") or wanted == found for wanted, found in zip(above, path, strict=False)
    )
