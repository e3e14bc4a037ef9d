"""Gathers the outcomes of this process's visits, so that a commit is shared by many."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg
from msgspec import structs

from wattlink.base.clock import Clock
from wattlink.base.gather import Gatherer
from wattlink.base.log import get_logger
from wattlink.db.database import Database, Notifier, or_again
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts.model import Outcome, VisitError
from wattlink.domain.accounts.save import save
from wattlink.domain.vendors.circuits import store as circuits

_NOTED_EVERY = timedelta(seconds=1)

_log = get_logger(__name__)


class Saver:
    """Saves outcomes, 200 of them or those of 10 ms in one transaction."""

    def __init__(self, *, db: Database, notifier: Notifier, clock: Clock, confirm_after: timedelta) -> None:
        """`confirm_after` is the least time between the two refusals that break an account."""
        self._db = db
        self._notifier = notifier
        self._clock = clock
        self._confirm_after = confirm_after
        self._gatherer = Gatherer(self._save_all)
        self._noted: dict[RegistrationId, datetime] = {}

    async def save(self, outcome: Outcome) -> bool:
        """Whether the outcome was looked at; what can't be saved is dropped, and its visit made again."""
        return await self._gatherer.ask(outcome)

    async def _save_all(self, outcomes: Sequence[Outcome]) -> list[bool]:
        try:
            await or_again(lambda: self._save(outcomes))
        except psycopg.OperationalError:
            raise
        except Exception as error:
            return await self._save_apart(outcomes, error)
        await self._note_proofs(outcomes)
        return [True] * len(outcomes)

    async def _save(self, outcomes: Sequence[Outcome]) -> None:
        async with self._db.transaction() as tx:
            facts = await save(tx, outcomes, now=self._clock(), confirm_after=self._confirm_after)
        if facts:
            self._notifier.wake("events")

    async def _save_apart(self, outcomes: Sequence[Outcome], error: Exception) -> list[bool]:
        """An answer that can't be saved mustn't take others with it: the last good state stays."""
        if len(outcomes) > 1:
            middle = len(outcomes) // 2
            return [*await self._save_all(outcomes[:middle]), *await self._save_all(outcomes[middle:])]
        (outcome,) = outcomes
        account = outcome.account
        _log.error("a visit can't be saved", vendor=account.vendor, account=str(account.account_id), exc_info=error)
        bare = structs.replace(
            outcome, changes=(), verdicts=(), error=VisitError.UNEXPECTED_ANSWER, refusal=None, retry_after=None
        )
        if outcome != bare:
            await self._save_all([bare])
        return [False]

    async def _note_proofs(self, outcomes: Sequence[Outcome]) -> None:
        """To the second: nobody asks for it more exactly."""
        proofs: dict[RegistrationId, datetime] = {}
        for outcome in outcomes:
            key = outcome.account.registration_id
            if outcome.proved_at is not None:
                proofs[key] = max(outcome.proved_at, proofs.get(key, outcome.proved_at))
        due = {
            key: proved_at
            for key, proved_at in proofs.items()
            if key not in self._noted or proved_at >= self._noted[key] + _NOTED_EVERY
        }
        if due:
            self._noted.update(due)
            async with self._db.transaction() as tx:
                await circuits.note_proofs(tx, due)
