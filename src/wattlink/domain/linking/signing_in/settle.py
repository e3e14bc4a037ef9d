"""How a sign-in ends: with a grant that is kept, or with a cause."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
import psycopg

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.connectors.errors import ConnectorError, UnexpectedAnswer
from wattlink.db.database import Database, Transaction
from wattlink.domain.accounts.link import is_linked, revoke_grant, save_grant
from wattlink.domain.accounts.model import WrongAccount
from wattlink.domain.errors import ConnectionsLimitReached
from wattlink.domain.linking.confirming.await_app import await_app
from wattlink.domain.linking.confirming.hold import hold
from wattlink.domain.linking.model import (
    FINAL,
    MOST_FAILURES,
    MOST_SIGN_INS,
    Cause,
    LinkSession,
    State,
    cause_of_error,
)
from wattlink.domain.linking.signing_in import store
from wattlink.domain.linking.signing_in.granted import granted_kinds, linked_by
from wattlink.domain.linking.steps.way import has_form
from wattlink.domain.users import store as users
from wattlink.domain.vendors.health.tally import note_sign_in
from wattlink.domain.visits.recover import vendor_answered

_OF_THE_VENDOR = frozenset({Cause.VENDOR_DOWN, Cause.VENDOR_REFUSED})
_OF_THE_PERSON = frozenset({Cause.WRONG_CREDENTIALS, Cause.ACCOUNT_LOCKED, Cause.PERMISSION_MISSING})  # it answers
_NUL = "\0"
_PAUSES_SECONDS = (0.1, 0.5, 2.0)  # before another try, where the database couldn't just now

_log = get_logger(__name__)


async def settle(
    db: Database,
    session: LinkSession,
    signing_in: Awaitable[Grant],
    *,
    sealed_step: bytes | None = None,
    vault: Vault,
    clock: Clock,
) -> None:
    """exchanging -> discovering, or back with a cause; `sealed_step` is kept for another try."""
    try:
        grant = await signing_in
    except ConnectorError as error:
        cause = cause_of_error(error)
        await _note_answer(db, session, cause, now=clock())
        await note_failure(db, session, cause, sealed_step=sealed_step, now=clock())
    except Exception:  # a bug of a connector's must not leave the person waiting
        _log.exception("a sign-in broke", session=str(session.session_id), vendor=session.vendor)
        await note_failure(db, session, Cause.INTERRUPTED, sealed_step=sealed_step, now=clock())
    else:
        await _note_answer(db, session, None, now=clock())
        await keep_grant(db, session, grant, vault=vault, now=clock())


async def keep_grant(db: Database, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> None:
    """exchanging -> discovering. A grant that can't be used or saved, or comes too late, is revoked at the vendor."""
    cause = None if granted_kinds(session, grant) else Cause.PERMISSION_MISSING
    if not _is_storable(grant):
        cause = cause_of_error(UnexpectedAnswer("NUL in the name of a login"))
    if cause is None:
        try:
            await _insist(db, lambda tx: _save(tx, session, grant, vault=vault, now=now))
        except WrongAccount:
            cause = Cause.WRONG_ACCOUNT
        except ConnectionsLimitReached:
            cause = Cause.INTERNAL
        except Exception:  # whatever it is, access that nobody will know of must not stay behind at the vendor
            _log.exception("a grant could not be saved", session=str(session.session_id), vendor=session.vendor)
            cause = Cause.INTERRUPTED
    if cause is not None:
        why = cause
        await _insist(db, lambda tx: _turn_away(tx, session, grant, why, vault=vault, now=now))


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
    if cause in FINAL or session.failures + 1 >= MOST_FAILURES or session.turn >= MOST_SIGN_INS:
        to = State.FAILED
    elif cause is Cause.WRONG_CREDENTIALS and has_form(session):
        to = State.ASKING_CREDENTIALS
    is_turned = await store.turn_back(tx, session, to, cause, sealed_step=sealed_step, now=now)
    if is_turned:
        _log.info("a sign-in led to nothing", session=str(session.session_id), vendor=session.vendor, cause=cause.value)
    return is_turned


async def _save(tx: Transaction, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> None:
    user_id = session.user_id
    is_there = user_id is not None and await users.hold(tx, user_id)
    if user_id is None or not is_there or not await store.holds_turn(tx, session.session_id, session.turn):
        if not await store.has_account(tx, session.session_id, session.turn):
            await _give_back(tx, session, grant, vault=vault, now=now)
        return
    by = linked_by(session, grant)
    if session.waits_for_app and await is_linked(tx, by, grant, vault=vault):
        await hold(tx, session.session_id, grant, vault=vault)
        await await_app(tx, session, vault=vault, now=now)
        return
    account_id = await save_grant(tx, by, grant, vault=vault, now=now)
    await store.discover(tx, session.session_id, session.turn, account_id, now=now)


async def _note_answer(db: Database, session: LinkSession, cause: Cause | None, *, now: datetime) -> None:
    """What a sign-in says of the vendor: it counts once per session, whoever tries again and again.

    One that got through may end an outage, before the account is saved, whose first visit isn't to queue behind those
    that waited.
    """
    assert session.registration_id is not None
    says_something = cause is None or cause in _OF_THE_VENDOR or cause in _OF_THE_PERSON
    try:
        async with db.transaction() as tx:
            if says_something and session.failures == 0:
                await note_sign_in(tx, session.registration_id, failed=cause in _OF_THE_VENDOR, now=now)
            if cause is None:
                await vendor_answered(tx, session.registration_id, now=now)
    except psycopg.Error:  # a probe of the visits' will notice as well
        _log.warning("an answer of a vendor was not noted", vendor=session.vendor, exc_info=True)


async def _insist(db: Database, work: Callable[[Transaction], Awaitable[None]]) -> None:
    """Do `work` in a transaction, and again where the database couldn't: a deadlock, a lost connection."""
    for pause in (*_PAUSES_SECONDS, None):
        try:
            async with db.transaction() as tx:
                await work(tx)
            break
        except psycopg.OperationalError:
            if pause is None:
                raise
            await asyncio.sleep(pause)


async def _turn_away(
    tx: Transaction, session: LinkSession, grant: Grant, cause: Cause, *, vault: Vault, now: datetime
) -> None:
    await _give_back(tx, session, grant, vault=vault, now=now)
    await turn_back(tx, session, cause, now=now)


async def _give_back(tx: Transaction, session: LinkSession, grant: Grant, *, vault: Vault, now: datetime) -> None:
    assert session.vendor is not None
    assert session.registration_id is not None
    if not _is_storable(grant):  # then no account has this login
        grant = msgspec.structs.replace(grant, subject=grant.subject.replace(_NUL, ""))
    await revoke_grant(tx, session.registration_id, session.vendor, grant, vault=vault, now=now)


def _is_storable(grant: Grant) -> bool:
    """PostgreSQL takes any text but one with a NUL."""
    return _NUL not in grant.subject + (grant.label or "")
