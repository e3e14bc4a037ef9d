"""Short messages inside a page."""

import msgspec


class Note(msgspec.Struct, frozen=True):
    """A message with a title."""

    title: str
    text: str
