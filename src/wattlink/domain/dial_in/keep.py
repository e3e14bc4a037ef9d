"""Keep what devices tell over their lines: what many told at once shares a commit, each fenced by its line's turn."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from wattlink.base.clock import Clock
from wattlink.base.gather import Gatherer
from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.devices import kind_of
from wattlink.db.database import Database, Notifier, Transaction, or_again
from wattlink.domain.access.ids import AccountId
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.ending.end import end as end_commands
from wattlink.domain.commands.model import Verdict
from wattlink.domain.commands.observe import observe
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.dial_in.model import Held, Kept
from wattlink.domain.devices.model import DeviceChange, KnownDevice
from wattlink.domain.devices.save import save as save_devices
from wattlink.domain.events.record import record


class Keeper:
    """Keeps what this process's lines bring."""

    def __init__(self, *, db: Database, notifier: Notifier, clock: Clock) -> None:
        self._db = db
        self._notifier = notifier
        self._clock = clock
        self._gatherer: Gatherer[Kept, bool | Exception] = Gatherer(self._keep_all)

    async def keep(self, kept: Kept) -> bool:
        """Returns once it is committed; False: the line doesn't count any more. Raises what keeps it from being so."""
        found = await self._gatherer.ask(kept)
        if isinstance(found, Exception):
            raise found
        return found

    async def _keep_all(self, reports: Sequence[Kept]) -> list[bool | Exception]:
        """What no database holds, since a device may say anything, mustn't take with it what others told."""
        try:
            return [*await or_again(lambda: self._keep(reports))]
        except psycopg.OperationalError:
            raise
        except Exception as error:
            if len(reports) == 1:
                return [error]
        middle = len(reports) // 2
        return [*await self._keep_all(reports[:middle]), *await self._keep_all(reports[middle:])]

    async def _keep(self, reports: Sequence[Kept]) -> list[bool]:
        newest = {report.account_id: report for report in reports}  # of one line, the last says it all
        async with self._db.transaction() as tx:
            ours, facts = await keep(tx, list(newest.values()), now=self._clock())
        if facts:
            self._notifier.wake("events")
        return [report.account_id in ours for report in reports]


async def keep(tx: Transaction, reports: Sequence[Kept], *, now: datetime) -> tuple[set[AccountId], int]:
    """Store these, one per device: those that counted, and how many facts were recorded."""
    held = await dial_in.hold(tx, [report.account_id for report in reports], [report.turn for report in reports])
    held_by = {line.account_id: line for line in held}
    ours = [report for report in reports if report.account_id in held_by]
    if not ours:
        return set(), 0
    verdicts = await _verdicts(tx, ours)
    over = await end_commands(tx, verdicts, now=now) if verdicts else []
    known = {device.account_id: device for device in await devices.known(tx, list(held_by))}
    changes = [change for report in ours for change in _changes(report, held_by, known, now)]
    facts = await save_devices(tx, changes, now=now)
    await record(tx, facts, now=now)
    await dial_in.keep(tx, ours, now)
    return set(held_by), len(facts) + len(over)


async def _verdicts(tx: Transaction, reports: Sequence[Kept]) -> list[Verdict]:
    """What these devices are seen to have done of what they were told."""
    documents = {report.account_id: report.document for report in reports}
    told = [found for found in await commands.open_of_accounts(tx, list(documents)) if found.may_be_done]
    return [verdict for found in told if (verdict := observe(found, documents[found.account_id])) is not None]


def _changes(
    report: Kept, held: dict[AccountId, Held], known: dict[AccountId, KnownDevice], now: datetime
) -> list[DeviceChange]:
    line, device = held[report.account_id], known[report.account_id]
    return compare(
        line.owner,
        [device],
        [DeviceReading(vendor_device_id=device.vendor_device_id, document=report.document)],
        visited=frozenset({kind_of(report.document)}),
        published=line.kinds,
        now=now,
    )
