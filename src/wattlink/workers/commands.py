"""Commands that nobody could send or see done end by themselves; boosts begin when their cars are plugged in."""

from datetime import timedelta

from wattlink.domain.commands import store as commands
from wattlink.domain.commands.boosts.begin_due import begin_due
from wattlink.domain.commands.ending.end import end_overdue
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_KEPT = timedelta(days=30)
_FORGET_EVERY = 600.0


def pumps(hub: Hub) -> list[Runs]:
    """The pumps of commands; sending is the visits'."""

    async def end() -> int:
        over = await end_overdue(hub.db, hub.clock())
        if over:
            hub.notifier.wake("events")
        return over

    async def boost() -> int:
        begun = await begin_due(hub.db, hub.clock())
        if begun:
            for channel in ("visits", "commands", "events"):
                hub.notifier.wake(channel)
        return 0  # what couldn't begin now waits for its time

    async def forget() -> int:
        async with hub.db.transaction() as tx:
            return await commands.drop_old(tx, hub.clock() - _KEPT)

    return [
        Pump("overdue commands", end),
        Pump("boosts of cars that were plugged in", boost, channel="events"),
        Pump("old commands", forget, every=_FORGET_EVERY),
    ]
