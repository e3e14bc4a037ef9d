"""What devices show while nobody has access to them, and how that is taken back.

Values and their timestamps stay; nothing is reachable, and everything that the device could do asks to link again.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from wattlink.connectors.devices import Capability, Document, capabilities_of
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices import store
from wattlink.domain.devices.changes import changed_fields
from wattlink.domain.devices.facts import fact_of
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import AccessChange, EventType, Fact
from wattlink.domain.interventions.catalogue import LINK_AGAIN

AnyDocument = TypeVar("AnyDocument", bound=Document)


def out_of_reach(document: AnyDocument) -> AnyDocument:
    """The same device, to which nobody has access."""
    asking = {
        name: _asking(capability)
        for name, capability in capabilities_of(document).items()
        if capability.is_capable or capability.interventions
    }
    return msgspec.structs.replace(
        document, is_reachable=False, capabilities=msgspec.structs.replace(document.capabilities, **asking)
    )


async def cut_off(tx: Transaction, account_ids: Sequence[AccountId]) -> list[Fact]:
    """Show the published devices of accounts without access as out of reach; the facts that they are."""
    before = await store.published_of_accounts(tx, account_ids, None)
    shown = [(device, out_of_reach(device.document)) for device in before]
    changed = [(device, document) for device, document in shown if document != device.document]
    if changed:
        await store.mask(tx, [device.device_id for device, _ in changed], [document for _, document in changed])
    return [_updated(device, document, device.document, AccessChange.LOST) for device, document in changed]


async def restore(tx: Transaction, account_ids: Sequence[AccountId]) -> list[Fact]:
    """Show again what these accounts' devices were before they were cut off; the facts that they are."""
    before = {device.device_id: device for device in await store.published_of_accounts(tx, account_ids, None)}
    await store.unmask(tx, account_ids)
    after = await store.published_of_accounts(tx, account_ids, None)
    facts = [
        _updated(device, device.document, before[device.device_id].document, AccessChange.REGAINED) for device in after
    ]
    return [fact for fact in facts if fact.payload.updated_fields]


def _asking(capability: Capability) -> Capability:
    others = tuple(found for found in capability.interventions if found != LINK_AGAIN)
    return Capability(is_capable=False, interventions=(LINK_AGAIN, *others))


def _updated(device: Device, after: Document, before: Document, access: AccessChange) -> Fact:
    return fact_of(EventType.DEVICE_UPDATED, device, after, changed_fields(before, after), access)
