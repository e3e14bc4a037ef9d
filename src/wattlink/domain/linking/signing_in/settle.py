"""How a sign-in ends: with a grant that is kept, or with a cause."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.db.database import Database, Transaction
from wattlink.domain.accounts.link import revoke_grant, save_grant
from wattlink.domain.accounts.model import LinkedBy, WrongAccount
from wattlink.domain.errors import ConnectionsLimitReached
from wattlink.domain.linking.model import FINAL, MOST_FAILURES, Cause, LinkSession, State
from wattlink.domain.linking.signing_in import store
from wattlink.domain.users import store as users


async def keep_grant(db: Database, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> None:
    """exchanging -> discovering. A grant that can't be used, or comes too late, is revoked at the vendor."""
    kinds = tuple(kind for kind in session.kinds if f"{kind}:read:data" in grant.scopes)
    cause = None if kinds else Cause.PERMISSION_MISSING
    if cause is None:
        try:
            async with db.transaction() as tx:
                await _save(tx, session, kinds, grant, vault=vault, now=now)
        except WrongAccount:
            cause = Cause.WRONG_ACCOUNT
        except ConnectionsLimitReached:
            cause = Cause.INTERNAL
    if cause is not None:
        async with db.transaction() as tx:
            await _give_back(tx, session, grant, vault=vault, now=now)
            await turn_back(tx, session, cause, now=now)


async def note_failure(
    db: Database, session: LinkSession, cause: Cause, *, sealed_step: bytes | None = None, now: datetime
) -> None:
    """exchanging -> where the person can try again, or failed."""
    async with db.transaction() as tx:
        await turn_back(tx, session, cause, sealed_step=sealed_step, now=now)


async def turn_back(
    tx: Transaction, session: LinkSession, cause: Cause, *, sealed_step: bytes | None = None, now: datetime
) -> bool:
    """Back to where another try begins; a wrong password is corrected where it was typed."""
    to = State.BOUND
    if cause in FINAL or session.failures + 1 >= MOST_FAILURES:
        to = State.FAILED
    elif cause is Cause.WRONG_CREDENTIALS and _has_form(session):
        to = State.ASKING_CREDENTIALS
    return await store.turn_back(tx, session, to, cause, sealed_step=sealed_step, now=now)


async def _save(
    tx: Transaction, session: LinkSession, kinds: tuple[Kind, ...], grant: Grant, *, vault: Vault, now: datetime
) -> None:
    assert session.vendor is not None
    assert session.registration_id is not None
    user_id = session.user_id
    is_there = user_id is not None and await users.hold(tx, user_id)
    if user_id is None or not is_there or not await store.holds_turn(tx, session.session_id, session.turn):
        await _give_back(tx, session, grant, vault=vault, now=now)
        return
    by = LinkedBy(
        session_id=session.session_id,
        application_id=session.application_id,
        user_id=user_id,
        registration_id=session.registration_id,
        vendor=session.vendor,
        kinds=kinds,
        scopes=tuple(scope for scope in session.scopes if scope.partition(":")[0] in kinds),
        relink_account_id=session.relink_account_id,
    )
    saved = await save_grant(tx, by, grant, vault=vault, now=now)
    await store.discover(tx, session.session_id, session.turn, saved.account_id, now=now)


async def _give_back(tx: Transaction, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> None:
    assert session.vendor is not None
    assert session.registration_id is not None
    await revoke_grant(tx, session.registration_id, session.vendor, grant, vault=vault, now=now)


def _has_form(session: LinkSession) -> bool:
    return session.vendor is not None and manifests()[session.vendor].sign_in.way == "form"
