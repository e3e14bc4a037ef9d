"""Opens a circuit: what this process saw of each vendor lately."""

from collections import Counter
from datetime import datetime, timedelta

from wattlink.base.log import get_logger
from wattlink.db.database import Database
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.vendors.circuits import store

PROBE_EVERY = timedelta(minutes=1)
_OUTAGES_IN_A_ROW = 3

_log = get_logger(__name__)


class Circuits:
    """What this process saw of each registration lately."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._outages: Counter[RegistrationId] = Counter()

    def success(self, registration_id: RegistrationId) -> None:
        """The vendor answered."""
        self._outages.pop(registration_id, None)

    async def outage(self, registration_id: RegistrationId, reason: str, now: datetime) -> None:
        """The vendor didn't answer, or refused our registration; opens the circuit when that goes on."""
        self._outages[registration_id] += 1
        if self._outages[registration_id] < _OUTAGES_IN_A_ROW:
            return
        async with self._db.transaction() as tx:
            vendor = await store.open_circuit(tx, registration_id, reason=reason, now=now, probe_at=now + PROBE_EVERY)
        if vendor is not None:
            _log.warning("a circuit opened", vendor=vendor, registration=str(registration_id), reason=reason)
