"""Withdraw what was handed over, at the vendors."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault, VaultError
from wattlink.connectors.errors import ConnectorError, CredentialsRejected
from wattlink.db.database import Database
from wattlink.domain.accounts.credentials import unseal
from wattlink.domain.accounts.revocations import store
from wattlink.domain.accounts.revocations.store import Revocation
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.vendors.model import OpenRegistration

_AT_ONCE = 20
_SECONDS = 20.0  # less than a link session waits for one in flight, and than the 30 s for which it is taken
_REMEMBERED = timedelta(days=60)  # of those given up, after their 30 days of trying

_log = get_logger(__name__)


async def attempt_due(db: Database, *, connectors: Connectors, vault: Vault, clock: Clock) -> int:
    """Try the revocations that are due; how many were taken."""
    async with db.transaction() as tx:
        taken = await store.take(tx, now=clock(), limit=_AT_ONCE)
    if not taken:
        return 0
    async with db.read() as reader:
        registrations = await connectors.open_all(reader, {revocation.registration_id for revocation in taken})
    errors = await asyncio.gather(
        *(_attempt(revocation, registrations[revocation.registration_id], connectors, vault) for revocation in taken)
    )
    await _save(db, taken, errors)
    return len(taken)


async def give_up_overdue(db: Database, *, clock: Clock) -> int:
    """Destroy what 30 days of trying didn't withdraw, and forget what was given up long ago."""
    async with db.transaction() as tx:
        given_up = await store.give_up(tx, clock())
        await store.forget(tx, clock() - _REMEMBERED)
    for vendor in given_up:
        _log.error("a revocation was given up and its secret destroyed", vendor=vendor)
    return len(given_up)


async def _attempt(
    revocation: Revocation, registration: OpenRegistration, connectors: Connectors, vault: Vault
) -> str | None:
    """Withdraw one; None when it is withdrawn, else what it failed of."""
    try:
        credential = unseal(revocation.sealed, revocation.credential_id, vault)
        async with asyncio.timeout(_SECONDS):
            await connectors.of(registration).revoke(credential)
    except CredentialsRejected:
        return None  # it was dead already
    except (ConnectorError, TimeoutError, VaultError) as error:
        return f"{type(error).__name__}: {error}"
    except Exception:
        _log.exception("a connector's bug while revoking", vendor=revocation.vendor)
        return "a bug"
    return None


async def _save(db: Database, taken: Sequence[Revocation], errors: Sequence[str | None]) -> None:
    async with db.transaction() as tx:
        for revocation, error in sorted(zip(taken, errors, strict=True), key=lambda pair: pair[0].credential_id):
            if error is None:
                await store.done(tx, revocation.credential_id, revocation.turn)
            else:
                await store.failed(tx, revocation.credential_id, revocation.turn, error)
