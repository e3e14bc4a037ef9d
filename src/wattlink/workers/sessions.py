"""Link sessions that move on without their page: devices were found, a day is over, a sign-in hangs."""

from wattlink.domain.linking.ending.end_sessions import expire
from wattlink.domain.linking.ending.notice_discovery import notice_discovery
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_LOOK_EVERY = 0.5  # somebody is watching the page
_EXPIRE_EVERY = 30.0


def pumps(hub: Hub) -> list[Runs]:
    """The pumps of link sessions."""

    async def notice() -> int:
        moved = await notice_discovery(hub.db, vault=hub.vault, clock=hub.clock)
        if moved:
            hub.notifier.wake("events")
        return moved

    async def end() -> int:
        return await expire(hub.db, vault=hub.vault, clock=hub.clock)

    return [
        Pump("link sessions", notice, every=_LOOK_EVERY),
        Pump("expired link sessions", end, every=_EXPIRE_EVERY),
    ]
