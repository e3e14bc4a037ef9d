"""Incidents: so many refusals at once that it is the vendor's trouble, not the users'."""

from datetime import datetime, timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.db.database import Database, Reader, Transaction
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.accounts.breaking import store
from wattlink.domain.devices.cut_off import restore
from wattlink.domain.events.record import record
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.model import Circuit
from wattlink.domain.visits import store as visits

WITHIN = timedelta(minutes=10)
_MANY = 20
_SHARE = 5  # one in so many
_AT_ONCE = 200

_log = get_logger(__name__)


async def is_many(reader: Reader, registration_id: RegistrationId) -> bool:
    """Whether a registration has so many accounts that one can be judged by the others."""
    return await store.live(reader, registration_id, most=_MANY) >= _MANY


async def may_be_incident(reader: Reader, registration_id: RegistrationId, now: datetime) -> bool:
    """Whether 20 accounts and a fifth of all became suspect within 10 minutes."""
    return await _is_incident(
        reader, registration_id, await store.recently_suspect(reader, registration_id, now - WITHIN)
    )


async def watch(db: Database, *, clock: Clock) -> int:
    """Of each incident: revive what broke just before it, and end it when it is over; how many accounts revived."""
    async with db.read() as reader:
        lasting = [circuit for circuit in await circuits.standing(reader) if circuit.incident_since is not None]
    revived = 0
    for circuit in lasting:
        now = clock()
        async with db.transaction() as tx:
            revived += await _revive(tx, circuit, (circuit.incident_since or now) - WITHIN, now)
        async with db.transaction() as tx:
            await _end_if_over(tx, circuit.registration_id, now)
    return revived


async def _revive(tx: Transaction, circuit: Circuit, since: datetime, now: datetime) -> int:
    broken = await store.lately_broken(tx, circuit.registration_id, since, limit=_AT_ONCE)
    if not broken:
        return 0
    await visits.lock(tx, broken)
    revived = await store.suspect_again(tx, broken, since)
    await visits.begin_anew(tx, revived, now)
    for account_id in revived:
        _log.info("an account is only suspect after all", vendor=circuit.vendor, account=str(account_id))
    await record(tx, await restore(tx, revived), now=now)
    return len(revived)


async def _end_if_over(tx: Transaction, registration_id: RegistrationId, now: datetime) -> None:
    circuit = await circuits.lock_circuit(tx, registration_id)
    if circuit.incident_since is None:
        return
    suspects = await store.suspects(tx, registration_id)
    if not await _is_incident(tx, registration_id, suspects):
        await circuits.end_incident(tx, registration_id, now)
        _log.info("an incident ended", vendor=circuit.vendor, registration=str(registration_id))


async def _is_incident(reader: Reader, registration_id: RegistrationId, suspects: int) -> bool:
    return (
        suspects >= _MANY and await store.live(reader, registration_id, most=suspects * _SHARE + 1) <= suspects * _SHARE
    )
