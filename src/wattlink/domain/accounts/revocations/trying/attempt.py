"""Withdraw what was handed over, at the vendors."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault, VaultError
from wattlink.connectors.errors import ConnectorError, CredentialsRejected, VendorUnavailable
from wattlink.db.database import Database
from wattlink.domain.accounts.credentials.sealing import unseal
from wattlink.domain.accounts.revocations.trying import store
from wattlink.domain.accounts.revocations.trying.store import Revocation
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.circuits.watch import PROBE_EVERY
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.vendors.model import OpenRegistration
from wattlink.domain.visits.recover import recover

_AT_ONCE = 20
_SECONDS = 20.0  # less than a link session waits for one in flight, and than the 30 s for which it is taken
_REMEMBERED = timedelta(days=60)  # of those given up, after their 30 days of trying

_log = get_logger(__name__)


class _Attempt(msgspec.Struct, frozen=True):
    """What came of one; `error` None: it is withdrawn. `has_answered`: the vendor said something, be it a refusal."""

    revocation: Revocation
    error: str | None = None
    has_answered: bool = False


async def attempt_due(db: Database, *, connectors: Connectors, vault: Vault, clock: Clock) -> int:
    """Try the revocations that are due; how many were taken."""
    taken = await _take(db, clock())
    if not taken:
        return 0
    async with db.read() as reader:
        registrations = await connectors.open_all(reader, {revocation.registration_id for revocation in taken})
    possible = [revocation for revocation in taken if revocation.registration_id in registrations]
    attempts = await asyncio.gather(
        *(_attempt(revocation, registrations[revocation.registration_id], connectors, vault) for revocation in possible)
    )
    await _save(db, attempts)
    for attempt in attempts:
        if attempt.revocation.is_probe and attempt.has_answered:
            await recover(db, attempt.revocation.registration_id, clock())
    return len(taken)


async def give_up_overdue(db: Database, *, clock: Clock) -> int:
    """Destroy what 30 days of trying didn't withdraw, and forget what was given up long ago."""
    async with db.transaction() as tx:
        given_up = await store.give_up(tx, clock())
        await store.forget(tx, clock() - _REMEMBERED)
    for vendor in given_up:
        _log.error("a revocation was given up and its secret destroyed", vendor=vendor)
    return len(given_up)


async def _take(db: Database, now: datetime) -> list[Revocation]:
    async with db.transaction() as tx:
        taken = await store.take(tx, now=now, limit=_AT_ONCE)
        for registration_id in await circuits.claim_revocations(tx, now=now, next_at=now + PROBE_EVERY):
            taken += await store.take_probe(tx, registration_id, now=now)
    return taken


async def _attempt(
    revocation: Revocation, registration: OpenRegistration, connectors: Connectors, vault: Vault
) -> _Attempt:
    try:
        credential = unseal(revocation.sealed, revocation.credential_id, vault)
        async with asyncio.timeout(_SECONDS):
            await connectors.of(registration).revoke(credential)
    except CredentialsRejected:
        return _Attempt(revocation, has_answered=True)  # it was dead already
    except ConnectorError as error:
        is_away = isinstance(error, VendorUnavailable) and error.reason != "quota"
        return _Attempt(revocation, f"{type(error).__name__}: {error}", has_answered=not is_away)
    except (TimeoutError, VaultError) as error:
        return _Attempt(revocation, f"{type(error).__name__}: {error}")
    except Exception:
        _log.exception("a connector's bug while revoking", vendor=revocation.vendor)
        return _Attempt(revocation, "a bug")
    return _Attempt(revocation, has_answered=True)


async def _save(db: Database, attempts: Sequence[_Attempt]) -> None:
    async with db.transaction() as tx:
        for attempt in sorted(attempts, key=lambda attempt: attempt.revocation.credential_id):
            revocation = attempt.revocation
            if attempt.error is None:
                await store.done(tx, revocation.credential_id, revocation.turn)
            else:
                await store.failed(tx, revocation.credential_id, revocation.turn, attempt.error)
    for attempt in attempts:
        _tell(attempt)


def _tell(attempt: _Attempt) -> None:
    revocation = attempt.revocation
    told = _log.bind(vendor=revocation.vendor, revocation=str(revocation.credential_id))
    if attempt.error is None:
        told.info("a revocation is done")
    else:
        told.warning("a revocation failed, and will be tried again", error=attempt.error)
