"""A person asks for a brand that isn't there. Only what may be a brand's name is kept, and of whom it came, nothing."""

import re
import unicodedata
from datetime import datetime, timedelta

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.vendors.wanted import store

MOST_LETTERS = 40
KEPT = timedelta(days=365)

_MOST_PER_APPLICATION = 500  # different ones; those that are there already go on being counted
_NO_NAME = re.compile(r"@|://|\bwww\.|\d{5}")  # an address, a serial number, a phone number


async def ask_for_brand(
    tx: Transaction, application_id: ApplicationId, kind: Kind, typed: str, *, now: datetime
) -> None:
    """Count it; raises InvalidInput for what is no brand's name."""
    brand = name_of_brand(typed)
    await store.add(tx, application_id, kind, (_key(brand), brand), now=now, most=_MOST_PER_APPLICATION)


def name_of_brand(typed: str) -> str:
    """What was typed, tidied up; raises InvalidInput where it can't be a brand's name."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    letters = [letter for letter in name if letter.isalpha()]
    is_plain = name.isprintable() and not _NO_NAME.search(name)
    if not 2 <= len(name) <= MOST_LETTERS or not letters or not is_plain:
        raise InvalidInput("brand", f"must be the name of a brand, of 2 to {MOST_LETTERS} letters")
    return name


def _key(brand: str) -> str:
    """`Høiax ÉCO` and `høiax eco` are one."""
    parts = unicodedata.normalize("NFD", brand.casefold())
    return "".join(letter for letter in parts if letter.isalnum())
