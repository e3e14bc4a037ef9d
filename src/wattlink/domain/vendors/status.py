"""How the circuits stand."""

from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.vendors import store


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Registrations whose vendor is down or refuses many credentials, with the reason."""
    troubled = await store.circuits(reader)
    failing = [(f"{circuit.vendor}: {circuit.reason or 'outage'}", 1) for circuit in troubled if circuit.open_since]
    failing += [(f"{circuit.vendor}: many credentials refused", 1) for circuit in troubled if circuit.incident_since]
    since = [moment for circuit in troubled for moment in (circuit.open_since, circuit.incident_since) if moment]
    oldest = (now - min(since)).total_seconds() if since else None
    return [WorkStatus(kind="circuits", due=len(troubled), oldest_age=oldest, failing=tuple(failing))]
