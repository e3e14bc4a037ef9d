"""Devices that dial in: those of which nothing is heard are shown so, whatever became of the process they called."""

from datetime import timedelta

from wattlink.domain.dial_in import store as claims
from wattlink.domain.dial_in.silence import note_silence
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_LOOK_EVERY = 5.0
_FORGET_EVERY = 600.0
_KEPT = timedelta(days=30)


def pumps(hub: Hub) -> list[Runs]:
    """The pumps of devices that dial in; their lines are the `dial-in` process's."""

    async def note() -> int:
        noted = await note_silence(hub.db, hub.clock())
        if noted:
            hub.notifier.wake("events")
        return noted

    async def forget() -> int:
        async with hub.db.transaction() as tx:
            return await claims.drop_old(tx, hub.clock() - _KEPT)

    return [
        Pump("silent devices", note, every=_LOOK_EVERY),
        Pump("old claim tokens", forget, every=_FORGET_EVERY),
    ]
