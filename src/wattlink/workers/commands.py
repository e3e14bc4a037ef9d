"""Commands that nobody could send or see done end by themselves, whatever becomes of visits; old ones are forgotten."""

from datetime import timedelta

from wattlink.domain.commands import store as commands
from wattlink.domain.commands.end import end_overdue
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_KEPT = timedelta(days=30)
_FORGET_EVERY = 600.0


def pumps(hub: Hub) -> list[tuple[Runs, str | None]]:
    """The pumps of commands; sending is the visits'."""

    async def end() -> int:
        over = await end_overdue(hub.db, hub.clock())
        if over:
            hub.notifier.wake("events")
        return over

    async def forget() -> int:
        async with hub.db.transaction() as tx:
            return await commands.drop_old(tx, hub.clock() - _KEPT)

    return [
        (Pump("overdue commands", end), None),
        (Pump("old commands", forget, every=_FORGET_EVERY), None),
    ]
