"""Publish devices: from now on everybody sees them."""

from collections.abc import Sequence

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices import store
from wattlink.domain.devices.changes import changed_fields
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device, KnownDevice
from wattlink.domain.events.model import AccessChange, EventType, Fact


async def publish(tx: Transaction, account_id: AccountId, kinds: Sequence[Kind], scopes: Sequence[str]) -> list[Fact]:
    """Show an account's devices of these kinds; the facts: each discovered, or, where it was shown before, updated."""
    before = {device.device_id: device for device in await store.known(tx, [account_id])}
    await store.publish(tx, account_id, kinds, scopes)
    return [
        _fact(device, before[device.device_id]) for device in await store.published_of_accounts(tx, [account_id], kinds)
    ]


def _fact(device: Device, before: KnownDevice) -> Fact:
    if not before.is_published:
        return fact_of(EventType.DEVICE_DISCOVERED, device, device.document)
    updated_fields = changed_fields(before.document, device.document)
    access = None if before.hidden is None else AccessChange.REGAINED
    return fact_of(EventType.DEVICE_UPDATED, device, device.document, updated_fields, access)
