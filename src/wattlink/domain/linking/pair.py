"""The person completes a pairing at the vendor, or puts it off."""

from collections.abc import Iterable
from datetime import datetime

from wattlink.connectors.devices import interventions_of
from wattlink.db.database import Transaction
from wattlink.domain.devices.model import Device
from wattlink.domain.interventions import catalogue
from wattlink.domain.linking import store
from wattlink.domain.linking.model import LinkSession, Purpose
from wattlink.domain.visits import store as visits


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
