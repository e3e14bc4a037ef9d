"""What is used more than once, as an address that a person opens, leads to one session for as long as that is open.

Its tokens follow from the seed, so that the address of a session is known again without being stored anywhere.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from wattlink.base.ids import digest
from wattlink.db.database import Transaction
from wattlink.domain.errors import NotPermitted
from wattlink.domain.linking import store
from wattlink.domain.linking.creating import store as creating
from wattlink.domain.linking.model import CreatedSession, LinkSession

MOST = 10
"""How many sessions one seed makes, each after the one before has ended."""


async def keep_one(tx: Transaction, session: LinkSession, seed: bytes, *, now: datetime) -> CreatedSession:
    """The open session of the seed, or this one; of two that come at once the second finds what the first made."""
    for number in range(MOST):
        token = _token(seed, number)
        if await creating.add_if_new(tx, session, digest(token)):
            return _created(session, token)
        before = await store.by_token(tx, digest(token))
        if before is not None and not before.has_ended and not before.is_over(now):
            return _created(before, token)
    raise NotPermitted(f"this was begun {MOST} times already")


def _created(session: LinkSession, token: str) -> CreatedSession:
    return CreatedSession(
        session_id=session.session_id, token=token, redirect_uri=session.redirect_uri, expires_at=session.expires_at
    )


def _token(seed: bytes, number: int) -> str:
    made = hmac.new(seed, f"link session {number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
