"""The grant of a login that is linked already: held back until the app confirms, or withdrawn."""

from datetime import datetime

import msgspec

from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.accounts.link import revoke_grant
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.model import LinkSession


async def hold(tx: Transaction, session_id: SessionId, grant: Grant, *, vault: Vault) -> None:
    """Keep a grant aside."""
    await store.hold_grant(tx, session_id, vault.seal(msgspec.json.encode(grant), context=_context(session_id)))


async def take(tx: Transaction, session_id: SessionId, *, vault: Vault) -> Grant | None:
    """The grant that was kept aside, if one was; the caller saves it or withdraws it."""
    sealed = await store.take_grant(tx, session_id)
    if sealed is None:
        return None
    return msgspec.json.decode(vault.open(sealed, context=_context(session_id)), type=Grant)


async def withdraw_held(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> None:
    """Withdraw what was kept aside; the account that it was for stays as it is."""
    grant = await take(tx, session.session_id, vault=vault)
    if grant is not None:
        assert session.registration_id is not None
        assert session.vendor is not None
        await revoke_grant(tx, session.registration_id, session.vendor, grant, vault=vault, now=now)


def _context(session_id: SessionId) -> str:
    return f"held_grant.sealed.{session_id}"
