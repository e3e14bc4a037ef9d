"""Everything is found: the session completes, or waits until the app has confirmed whose it is."""

from datetime import datetime

from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.accounts import link
from wattlink.domain.devices import store as devices
from wattlink.domain.linking import store
from wattlink.domain.linking.confirming.await_app import await_app
from wattlink.domain.linking.listing.outcome import told_device
from wattlink.domain.linking.model import LinkSession, State
from wattlink.domain.linking.steps.telling import tell

_log = get_logger(__name__)


async def finish(tx: Transaction, session: LinkSession, *, vault: Vault, now: datetime) -> bool:
    """discovering or pairing -> completed or awaiting_app. Wake `events` afterwards."""
    if session.waits_for_app:
        return await await_app(tx, session, vault=vault, now=now)
    return await complete(tx, session, now=now)


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
    _log.info(
        "a link session completed",
        session=str(completed.session_id),
        purpose=completed.purpose.value,
        vendor=completed.vendor,
        account=str(completed.account_id),
    )
    return True


async def linked_devices(reader: Reader, session: LinkSession) -> list[DeviceId]:
    """The devices that a session linked or mended; none before it is completed."""
    if session.account_id is None or session.state is not State.COMPLETED:
        return []
    found = await devices.of_account(reader, session.account_id)
    return [device.device_id for device in found if device.kind in session.kinds]
