"""The grant of a login that is linked already: held back until the app confirms, or withdrawn."""

from datetime import datetime

import msgspec

from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.accounts.link import revoke_grant
from wattlink.domain.accounts.model import LinkedBy
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.model import LinkSession


def granted_kinds(session: LinkSession, grant: Grant) -> tuple[Kind, ...]:
    """The kinds of those asked for that the person lets us read."""
    return tuple(kind for kind in session.kinds if f"{kind}:read:data" in grant.scopes)


def linked_by(session: LinkSession, grant: Grant) -> LinkedBy:
    """What accounts must know of the session that brings a grant."""
    assert session.user_id is not None
    assert session.vendor is not None
    assert session.registration_id is not None
    kinds = granted_kinds(session, grant)
    return LinkedBy(
        session_id=session.session_id,
        application_id=session.application_id,
        user_id=session.user_id,
        registration_id=session.registration_id,
        vendor=session.vendor,
        kinds=kinds,
        scopes=tuple(scope for scope in session.scopes if scope.partition(":")[0] in kinds),
        relink_account_id=session.relink_account_id,
    )


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
