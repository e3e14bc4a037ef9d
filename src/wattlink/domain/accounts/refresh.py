"""Renew a credential: announced before the request, saved before it is used.

    confirm the turn (committed) -> token request -> seal -> compare-and-swap on the generation (committed) -> use

A rotating refresh token is good once, so between request and commit nothing may interrupt: a renewal runs to its end
by itself, whatever becomes of the visit that asked for it, and goes on trying to save while the database is away.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import msgspec
import psycopg
from psycopg_pool import PoolTimeout

from wattlink.base.clock import Clock
from wattlink.base.gather import Gatherer
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Connector, Credential, Grant
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts.credentials import store as credentials
from wattlink.domain.accounts.credentials.sealing import seal
from wattlink.domain.accounts.model import VisitedAccount
from wattlink.domain.accounts.revocations import store as revocations
from wattlink.domain.accounts.revocations.hand_over import hand_over_grant
from wattlink.domain.visits.model import CUT_OFF_SECONDS, Deadline, Visit
from wattlink.domain.visits.turns import store as turns

REQUESTS_AT_ONCE = 64  # per registration: what a `kill -9` could lose at a vendor that grants no second try
_CONFIRMED_SECONDS = 5.0  # a renewal that waited longer until it may ask the vendor confirms again
_SAVE_SECONDS = 86_400.0  # room is made on a full disk by the next day; meanwhile no visit can begin

_log = get_logger(__name__)


class TurnLost(Exception):
    """The visit isn't ours any more, or its account has changed: nothing more is to be said to the vendor."""


class _Renewal(msgspec.Struct, frozen=True):
    account: VisitedAccount
    renewed: Credential
    sealed: bytes


class Refresher:
    """Renews credentials for the visits of this process."""

    def __init__(self, *, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._confirmations = Gatherer(self._confirm_all)
        self._saves = Gatherer(self._save_all, seconds=0.005)
        self._requests: dict[RegistrationId, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(REQUESTS_AT_ONCE)
        )
        self._running: set[asyncio.Task[Credential]] = set()

    async def renew(
        self, visit: Visit, account: VisitedAccount, credential: Credential, connector: Connector, deadline: Deadline
    ) -> Credential:
        """The renewed credential, stored; `deadline` is moved on. Raises TurnLost and what `refresh` raises."""
        renewal = asyncio.create_task(self._renew(visit, account, credential, connector, deadline))
        self._running.add(renewal)
        renewal.add_done_callback(self._finished)
        return await asyncio.shield(renewal)

    async def drain(self) -> None:
        """Wait until every renewal that was begun is saved."""
        while self._running:
            await asyncio.wait(self._running)

    def _finished(self, renewal: asyncio.Task[Credential]) -> None:
        self._running.discard(renewal)
        if not renewal.cancelled():
            renewal.exception()  # nobody else may be left to take notice of it

    async def _renew(
        self, visit: Visit, account: VisitedAccount, credential: Credential, connector: Connector, deadline: Deadline
    ) -> Credential:
        confirmed_at = await self._confirm(visit, deadline)
        async with self._requests[account.registration_id]:
            if asyncio.get_running_loop().time() > confirmed_at + _CONFIRMED_SECONDS:
                await self._confirm(visit, deadline)
            async with asyncio.timeout(CUT_OFF_SECONDS):
                renewed = await connector.refresh(credential)
            sealed = seal(renewed, account.credential_id, self._vault)
            if not await self._saves.ask(_Renewal(account, renewed, sealed)):
                raise TurnLost
        return renewed

    async def _confirm(self, visit: Visit, deadline: Deadline) -> float:
        """Hold the visit for two minutes more; when that was, by the loop's clock."""
        asked_at = asyncio.get_running_loop().time()
        if not await self._confirmations.ask(visit):
            raise TurnLost
        deadline.begin()
        return asked_at

    async def _confirm_all(self, held: Sequence[Visit]) -> list[bool]:
        async with self._db.transaction() as tx:
            confirmed = await turns.confirm(tx, [visit.account_id for visit in held], [visit.turn for visit in held])
        return [visit.account_id in confirmed for visit in held]

    async def _save_all(self, renewals: Sequence[_Renewal]) -> list[bool]:
        """Whether each is its account's credential now; tried again for as long as the database is away."""
        ends = asyncio.get_running_loop().time() + _SAVE_SECONDS
        while True:
            try:
                return await self._save_once(renewals)
            except (psycopg.OperationalError, PoolTimeout):
                if asyncio.get_running_loop().time() > ends:
                    raise
                _log.warning("renewed credentials wait for the database", count=len(renewals))
                await asyncio.sleep(0.5)

    async def _save_once(self, renewals: Sequence[_Renewal]) -> list[bool]:
        async with self._db.transaction() as tx:
            saved = await credentials.rotate(tx, [_rotation(renewal) for renewal in renewals], self._clock())
            late = [renewal for renewal in renewals if renewal.account.credential_id not in saved]
            if late:
                await self._save_late(tx, late)
        return [renewal.account.credential_id in saved for renewal in renewals]

    async def _save_late(self, tx: Transaction, late: Sequence[_Renewal]) -> None:
        """What a newer sign-in replaced is destroyed; what belongs to an account that left is to be withdrawn."""
        replaced = await credentials.existing(tx, [renewal.account.credential_id for renewal in late])
        for renewal in late:
            account = renewal.account
            if account.credential_id in replaced:
                continue
            if not await revocations.renew(tx, account.credential_id, account.generation, renewal.sealed):
                grant = Grant(credential=renewal.renewed, subject=account.subject)
                await hand_over_grant(
                    tx, account.registration_id, account.vendor, grant, vault=self._vault, now=self._clock()
                )


def _rotation(renewal: _Renewal) -> credentials.Rotation:
    account = renewal.account
    return credentials.Rotation(
        credential_id=account.credential_id,
        generation=account.generation,
        sealed=renewal.sealed,
        seconds_ahead=account.clock_ahead.total_seconds(),
    )
