"""The person doesn't see their brand and says which one it is: a wish, not a sign-in."""

from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.choosing import store
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.vendors.wanted.ask import ask_for_brand, name_of_brand

MOST_PER_SESSION = 3


async def request_brand(tx: Transaction, session: LinkSession, kind: str, typed: str, *, now: datetime) -> None:
    """Note the wish, of one session a few only; raises InvalidInput for what is no brand or another kind."""
    if kind not in session.kinds:
        raise InvalidInput("kind", "is not what this session links", allowed=session.kinds)
    name_of_brand(typed)
    if await store.may_request_brand(tx, session.session_id, most=MOST_PER_SESSION):
        await ask_for_brand(tx, session.application_id, Kind(kind), typed, now=now)
