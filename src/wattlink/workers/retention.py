"""The feed's days: made ahead, and dropped after 30 of them, together with what waited so long to be delivered."""

from collections.abc import Mapping

from wattlink.base.clock import Clock
from wattlink.db.database import Database
from wattlink.dialects.registry import webhook_dialects
from wattlink.domain.events import store as events
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.domain.webhooks.retention.drop import drop_old, note_lost
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_EVERY_SECONDS = 600.0


def pumps(hub: Hub) -> list[Runs]:
    """Keep what is promised, and no longer."""
    dialects = webhook_dialects(hub.settings)

    async def keep_days() -> int:
        return await keep(hub.db, dialects=dialects, clock=hub.clock)

    return [Pump("days of events", keep_days, every=_EVERY_SECONDS)]


async def keep(db: Database, *, dialects: Mapping[str, WebhookDialect], clock: Clock) -> int:
    """Make the next days, drop those that are over 30 days old, with a record of what is lost; how many rows went."""
    async with db.transaction() as tx:
        await events.make_partitions(tx)
    async with db.transaction() as tx:
        dropped = await drop_old(tx, now=clock())
    async with db.read() as reader:
        expired = await events.expired_partitions(reader)
    for day in expired:
        async with db.transaction() as tx:
            await note_lost(tx, day.ends_at, dialects=dialects, now=clock())
            await events.drop_partition(tx, day.name)
    return dropped
