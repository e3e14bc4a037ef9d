"""Publish devices: from now on everybody sees them."""

from collections.abc import Sequence

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices import store
from wattlink.domain.devices.changes import changed_fields
from wattlink.domain.devices.model import Device, KnownDevice
from wattlink.domain.events.model import EventType, Fact, Payload


async def publish(tx: Transaction, account_id: AccountId, kinds: Sequence[Kind], scopes: Sequence[str]) -> list[Fact]:
    """Show an account's devices of these kinds; the facts: each discovered, or, where it was shown before, updated."""
    before = {device.device_id: device for device in await store.known(tx, [account_id])}
    await store.publish(tx, account_id, kinds, scopes)
    return [
        _fact(device, before[device.device_id]) for device in await store.published_of_accounts(tx, [account_id], kinds)
    ]


def _fact(device: Device, before: KnownDevice) -> Fact:
    updated_fields = changed_fields(before.document, device.document) if before.is_published else ()
    return Fact(
        type=EventType.DEVICE_UPDATED if before.is_published else EventType.DEVICE_DISCOVERED,
        application_id=device.application_id,
        user_id=device.user_id,
        account_id=device.account_id,
        device_id=device.device_id,
        payload=Payload(
            user=device.user,
            vendor=device.vendor,
            kind=device.kind,
            scopes=device.scopes,
            document=device.document,
            updated_fields=updated_fields,
        ),
    )
