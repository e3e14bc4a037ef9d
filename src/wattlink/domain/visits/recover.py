"""After an outage: spread the visits that waited, then close the circuit."""

from datetime import datetime

from wattlink.base.log import get_logger
from wattlink.db.database import Database, Reader, Transaction
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.visits import store

_PER_SECOND = 20  # of a registration, as long as that takes no longer than `_LONGEST_SECONDS`
_LONGEST_SECONDS = 420.0
_AT_ONCE = 5_000

_log = get_logger(__name__)


async def recover(db: Database, registration_id: RegistrationId, now: datetime) -> None:
    """The vendor answers again. Killed halfway, the next probe does the rest."""
    async with db.read() as reader:
        seconds = await _seconds(reader, registration_id, now)
    spread = _AT_ONCE
    while spread == _AT_ONCE:
        async with db.transaction() as tx:
            spread = await store.spread(tx, registration_id, now=now, seconds=seconds, limit=_AT_ONCE)
    async with db.transaction() as tx:
        await _close(tx, registration_id)


async def vendor_answered(tx: Transaction, registration_id: RegistrationId, *, now: datetime) -> None:
    """A sign-in got through: as good as a probe. What is too much to spread at once, the next probe spreads.

    The last thing that its transaction does, since it holds the circuit. Wake the channel `visits` afterwards.
    """
    (circuit,) = await circuits.standing(tx, [registration_id])
    if circuit.open_since is None:
        return
    seconds = await _seconds(tx, registration_id, now)
    if await store.spread(tx, registration_id, now=now, seconds=seconds, limit=_AT_ONCE) < _AT_ONCE:
        await _close(tx, registration_id)


async def _seconds(reader: Reader, registration_id: RegistrationId, now: datetime) -> float:
    """Over how long what waited is to be spread."""
    most = int(_PER_SECOND * _LONGEST_SECONDS)
    return await store.overdue(reader, registration_id, now=now, most=most) / _PER_SECOND


async def _close(tx: Transaction, registration_id: RegistrationId) -> None:
    vendor = await circuits.close_circuit(tx, registration_id)
    if vendor is not None:
        _log.info("a circuit closed", vendor=vendor, registration=str(registration_id))
