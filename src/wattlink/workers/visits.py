"""Visits as a pipeline: take what is due at each vendor, visit many accounts at once, save what came of them together.

    take and load a batch --> one visit each, at most 256 per vendor --> saver: one transaction per 10 ms or 200

Vendors don't wait for each other. Killed at any point, what was taken is due again two minutes later.
"""

import asyncio
from datetime import timedelta

import psycopg

from wattlink.base.log import get_logger
from wattlink.connectors.registry import clouds
from wattlink.domain.accounts.batch import prepare, take_due
from wattlink.domain.accounts.model import Outcome, VisitError
from wattlink.domain.accounts.refresh import Refresher
from wattlink.domain.accounts.saver import Saver
from wattlink.domain.accounts.talking.talk import Prepared
from wattlink.domain.accounts.visit import Visitor
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.hasten import hasten
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.vendors.circuits.watch import Circuits
from wattlink.domain.vendors.health.tally import Tally
from wattlink.domain.visits.recover import recover
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_AT_ONCE = 256  # per vendor; some wait for us, to be taken or saved, while the others wait for the vendor
_BATCH = 64
_FINISH_SECONDS = 12.0  # for visits in hand at the end: a request has 10 s
_DOWN = {VisitError.VENDOR_DOWN, VisitError.REGISTRATION_REFUSED, VisitError.CUT_OFF}
_VENDORS_FAULT = _DOWN | {VisitError.UNEXPECTED_ANSWER, VisitError.READING_REFUSED}
_SAYS_NOTHING = {VisitError.INTERRUPTED, VisitError.BUG, VisitError.VENDOR_BUSY}  # of the vendor: our own doing
_HEALTH_EVERY_SECONDS = 5.0

_log = get_logger(__name__)


def pumps(hub: Hub) -> list[Runs]:
    """Visit accounts, vendor by vendor."""
    visits = Visits(hub, confirm_after=timedelta(seconds=hub.settings.confirm_after_seconds))
    handing_over = Pump("commands of running visits", visits.hand_over, channel="commands")
    health = Pump("vendors' health", visits.tally.write, every=_HEALTH_EVERY_SECONDS)
    return [visits, handing_over, health]


class Visits:
    """Runs the pipeline; several in different processes share the work."""

    name = "visits"
    channel = "visits"

    def __init__(self, hub: Hub, *, confirm_after: timedelta) -> None:
        self._hub = hub
        self._refresher = Refresher(db=hub.db, vault=hub.vault, clock=hub.clock)
        self._visitor = Visitor(
            connectors=hub.connectors,
            refresher=self._refresher,
            ledger=Ledger(db=hub.db, notifier=hub.notifier, clock=hub.clock),
            vault=hub.vault,
            clock=hub.clock,
        )
        self._saver = Saver(db=hub.db, notifier=hub.notifier, clock=hub.clock, confirm_after=confirm_after)
        self._circuits = Circuits(hub.db)
        self.tally = Tally(hub.db)
        self._lanes = [_Lane(vendor, self) for vendor in clouds()]

    def wake(self) -> None:
        """A visit is wanted now."""
        for lane in self._lanes:
            lane.pump.wake()

    async def run(self, stop: asyncio.Event) -> None:
        """Visit until `stop`; then let visits in hand finish, and every renewed credential be saved."""
        await asyncio.gather(*(lane.run(stop) for lane in self._lanes))
        running = [visit for lane in self._lanes for visit in lane.running]
        if running:
            _, late = await asyncio.wait(running, timeout=_FINISH_SECONDS)
            for visit in late:
                visit.cancel()
        await self._refresher.drain()
        await self.tally.write()

    async def take(self, vendor: str) -> list[Prepared]:
        """Take a batch of due visits."""
        taken = await take_due(self._hub.db, vendor, now=self._hub.clock(), limit=_BATCH)
        return await prepare(self._hub.db, self._hub.connectors, taken) if taken else []

    async def hand_over(self) -> int:
        """Give the running visits the commands that came since they were taken, all in one statement."""
        account_ids = self._visitor.underway()
        if account_ids:
            async with self._hub.db.read() as reader:
                self._visitor.hand_over(await commands.pending_of_accounts(reader, account_ids))
        return 0

    async def visit(self, prepared: Prepared) -> None:
        """Make one visit and save what came of it."""
        outcome = await self._visitor.visit(prepared)
        await self._saver.save(outcome)
        await self._note(outcome)

    async def _note(self, outcome: Outcome) -> None:
        """What the outcome says of the vendor as a whole."""
        registration_id = outcome.account.registration_id
        if outcome.error not in _SAYS_NOTHING:
            self.tally.note(registration_id, outcome.ended_at, failed=outcome.error in _VENDORS_FAULT)
        if outcome.error in _DOWN:
            await self._circuits.outage(registration_id, str(outcome.error), self._hub.clock())
        elif outcome.error is not VisitError.INTERRUPTED:
            self._circuits.success(registration_id)
            if outcome.visit.is_probe:
                await recover(self._hub.db, registration_id, self._hub.clock())
                await hasten(self._hub.db, registration_id, self._hub.clock())
                self.wake()


class _Lane:
    """The visits in hand at one vendor."""

    def __init__(self, vendor: str, visits: Visits) -> None:
        self._vendor = vendor
        self._visits = visits
        self._room = asyncio.Event()
        self._is_stopping = False
        self.running: set[asyncio.Task[None]] = set()
        self.pump = Pump(f"visits {vendor}", self._take)

    async def run(self, stop: asyncio.Event) -> None:
        """Take visits until `stop`."""
        self._room.set()
        pumping = asyncio.create_task(self.pump.run(stop))
        await stop.wait()
        self._is_stopping = True
        self._room.set()
        await pumping

    async def _take(self) -> int:
        """Fill up; what becomes due within the next second is then taken as one batch."""
        await self._room.wait()
        if self._is_stopping:
            return 0
        batch = await self._visits.take(self._vendor)
        for prepared in batch:
            visit = asyncio.create_task(self._visit(prepared))
            self.running.add(visit)
            visit.add_done_callback(self._ended)
        if len(self.running) > _AT_ONCE - _BATCH:
            self._room.clear()
        return len(batch) if len(batch) >= _BATCH else 0

    async def _visit(self, prepared: Prepared) -> None:
        try:
            await self._visits.visit(prepared)
        except psycopg.OperationalError as error:
            _log.warning("a visit was lost with the database", vendor=self._vendor, error=str(error))
        except Exception:
            _log.exception("a visit was lost, and will be made again", vendor=self._vendor)

    def _ended(self, visit: asyncio.Task[None]) -> None:
        self.running.discard(visit)
        if len(self.running) <= _AT_ONCE - _BATCH:
            self._room.set()
