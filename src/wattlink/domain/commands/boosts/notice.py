"""What visits saw of cars, for their boosts; in the transaction that saves it, so that nothing gets lost between."""

from collections.abc import Iterable
from datetime import datetime

from wattlink.connectors.devices import Vehicle
from wattlink.db.database import Transaction
from wattlink.domain.commands.boosts import store
from wattlink.domain.devices.model import DeviceChange


async def notice(tx: Transaction, changes: Iterable[DeviceChange], *, now: datetime) -> None:
    """The visits of these changes are held."""
    seen = {
        change.device_id: change.document.charge_state
        for change in changes
        if isinstance(change.document, Vehicle) and not (change.is_new or change.is_gone or change.is_hidden)
    }
    plugged_in = [device_id for device_id, charge in seen.items() if charge.is_plugged_in]
    ceased = [device_id for device_id, charge in seen.items() if charge.is_charging is False]
    if plugged_in:
        await store.plugged_in(tx, plugged_in, now)
    if ceased:
        await store.ceased(tx, ceased)
