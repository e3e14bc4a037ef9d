"""Delete devices, and tell the apps."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.devices import store
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.errors import NotFound
from wattlink.domain.events.model import EventType
from wattlink.domain.events.record import record


async def delete_of_user(tx: Transaction, access: Access, user_id: UserId, *, now: datetime) -> None:
    """Delete every device of a user; the events tell nothing but ids."""
    devices = await store.published_of_user(tx, user_id)
    if any(device.application_id not in access.applications for device in devices):
        raise NotFound("user", user_id)
    await store.delete_of_user(tx, user_id)
    await record(tx, [fact_of(EventType.DEVICE_DELETED, device, None) for device in devices], now=now)


async def delete_of_accounts(
    tx: Transaction, account_ids: Sequence[AccountId], kinds: Collection[Kind] | None, *, now: datetime
) -> None:
    """Delete the devices of these kinds (None: of all) that these accounts have; the events tell their last states."""
    devices = await store.published_of_accounts(tx, account_ids, kinds)
    await store.delete_of_accounts(tx, account_ids, kinds)
    await record(tx, [fact_of(EventType.DEVICE_DELETED, device, device.document) for device in devices], now=now)
