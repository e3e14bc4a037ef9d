"""The person completes a pairing at the vendor, or puts it off."""

from collections.abc import Iterable
from datetime import datetime

from wattlink.connectors.devices import Document, capabilities_of
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.accounts import link
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.interventions import catalogue
from wattlink.domain.linking import store
from wattlink.domain.linking.listing.outcome import told_device
from wattlink.domain.linking.model import LinkSession, Purpose, State
from wattlink.domain.linking.steps.telling import tell
from wattlink.domain.visits import store as visits


def interventions_of(document: Document) -> set[str]:
    """The ids of everything that a device's capabilities wait for."""
    return {found for capability in capabilities_of(document).values() for found in capability.interventions}


def unpaired(session: LinkSession, found: Iterable[Device]) -> list[Device]:
    """The devices of the session that lack a pairing; relinking, only the one that it is about."""
    return [
        device
        for device in found
        if session.purpose is Purpose.LINK or device.device_id == session.relink_device_id
        if any(catalogue.is_pairing(lacking) for lacking in interventions_of(device.document))
    ]


async def check_pairing(tx: Transaction, session: LinkSession, *, now: datetime) -> None:
    """Ask the vendor now whether the pairing arrived; the pump takes it from there. Wake `visits` afterwards."""
    assert session.account_id is not None
    if not await store.check_pairing(tx, session.session_id, now=now):
        return
    if not await visits.want(tx, session.account_id, now):
        await store.pairing_missing(tx, session.session_id, now=now)


async def complete(tx: Transaction, session: LinkSession, *, now: datetime) -> bool:
    """discovering, pairing or awaiting_app -> completed: the devices are seen, with their first data.

    A device that lacks its pairing is linked all the same, and goes on asking for it. Wake `events` afterwards.
    """
    completed = await store.complete(tx, session, now=now)
    if completed is None:
        return False
    facts = await link.show(tx, session.session_id, now=now)
    if completed.cancel_uri is not None:
        await store.carry_over(tx, completed, now=now)
    await link.tell(tx, facts, now=now)
    object_id = None if completed.cancel_uri is None else await told_device(tx, completed)
    await tell(tx, completed, await linked_devices(tx, completed), object_id, now=now)
    return True


async def linked_devices(reader: Reader, session: LinkSession) -> list[DeviceId]:
    """The devices that a session linked or mended; none before it is completed."""
    if session.account_id is None or session.state is not State.COMPLETED:
        return []
    found = await devices.of_account(reader, session.account_id)
    return [device.device_id for device in found if device.kind in session.kinds]
