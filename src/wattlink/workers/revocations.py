"""Pumps that withdraw at the vendors what was handed over, and look after incidents."""

from wattlink.domain.accounts.breaking.incidents import watch
from wattlink.domain.accounts.revocations.trying.attempt import attempt_due, give_up_overdue
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_GIVE_UP_EVERY_SECONDS = 300.0
_WATCH_EVERY_SECONDS = 5.0


def pumps(hub: Hub) -> list[Runs]:
    """Withdraw credentials; give up those that 30 days didn't withdraw; watch incidents."""

    async def attempt() -> int:
        return await attempt_due(hub.db, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)

    async def give_up() -> int:
        return await give_up_overdue(hub.db, clock=hub.clock)

    async def watch_incidents() -> int:
        revived = await watch(hub.db, clock=hub.clock)
        if revived:
            hub.notifier.wake("events")
        return revived

    return [
        Pump("revocations", attempt),
        Pump("revocations given up", give_up, every=_GIVE_UP_EVERY_SECONDS),
        Pump("incidents", watch_incidents, every=_WATCH_EVERY_SECONDS),
    ]
