"""Of several devices that an onboarding session found, the person picks the one that the partner hears of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.linking.onboarding import store

PICKED_WITHIN = timedelta(minutes=15)  # then the first one is taken, as if nobody had asked


async def waits_for_pick(tx: Transaction, session: LinkSession, found: Sequence[Device], *, now: datetime) -> bool:
    """Whether there is a choice that the person hasn't made; whoever has left isn't waited for long."""
    if session.cancel_uri is None or len(found) < 2:
        return False
    return await store.wait_for_pick(tx, session, since_at_least=now - PICKED_WITHIN, now=now)


async def pick(tx: Transaction, session: LinkSession, device_id: DeviceId) -> None:
    """This one, if it is one of them and there is a choice; the pump takes it from there. Wake `visits` afterwards."""
    if not session.is_picking or session.account_id is None:
        return
    found = await devices.of_account(tx, session.account_id)
    if any(device.device_id == device_id and device.kind in session.kinds for device in found):
        await store.pick(tx, session, device_id)
