"""How the circuits stand, and how vendors do."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.health import store as health
from wattlink.domain.vendors.health.model import LOOKED_AT, Health, Seen, judge, slot_of


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Registrations whose vendor is down or refuses many credentials, with the reason, and those that do badly."""
    troubled = await circuits.standing(reader)
    failing = [(f"{circuit.vendor}: {circuit.reason or 'outage'}", 1) for circuit in troubled if circuit.open_since]
    failing += [(f"{circuit.vendor}: many credentials refused", 1) for circuit in troubled if circuit.incident_since]
    since = [moment for circuit in troubled for moment in (circuit.open_since, circuit.incident_since) if moment]
    oldest = (now - min(since)).total_seconds() if since else None
    return [
        WorkStatus(kind="circuits", due=len(troubled), oldest_age=oldest, failing=tuple(failing)),
        await _health(reader, now),
    ]


async def _health(reader: Reader, now: datetime) -> WorkStatus:
    seen = await health.seen_everywhere(reader, slot_of(now - LOOKED_AT))
    bad = [one for one in seen if judge(one).linking is not Health.READY]
    failing = tuple(
        (f"{one.vendor}: {judge(one).linking}, failed of {one.visits} visits and {one.sign_ins} sign-ins", _failed(one))
        for one in bad
    )
    return WorkStatus(kind="vendors", due=len(bad), failing=failing)


def _failed(seen: Seen) -> int:
    return seen.visits_failed + seen.sign_ins_failed
