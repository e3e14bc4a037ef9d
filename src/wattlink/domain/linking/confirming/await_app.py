"""The session waits until the app has confirmed whose it is."""

from datetime import datetime

from wattlink.base.ids import digest, new_secret
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.model import LinkSession, TypedStep
from wattlink.domain.linking.steps.sealing import seal


async def await_app(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> bool:
    """-> awaiting_app, with a new code, which only the page of the session's own browser can tell."""
    code = new_secret()
    sealed = seal(TypedStep(code=code), session.session_id, vault=vault)
    return await store.await_app(tx, session, digest(code), sealed, now=now)
