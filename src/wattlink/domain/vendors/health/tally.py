"""Counts what this process's visits say of the vendors, and writes it down now and then."""

from collections import Counter
from datetime import datetime

from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.vendors.health import store
from wattlink.domain.vendors.health.model import slot_of
from wattlink.domain.vendors.health.store import Counted

_Slot = tuple[RegistrationId, datetime]


class Tally:
    """The visits of this process that nobody has written down yet."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._visits: Counter[_Slot] = Counter()
        self._failed: Counter[_Slot] = Counter()

    def note(self, registration_id: RegistrationId, now: datetime, *, failed: bool) -> None:
        """A visit ended; `failed` of the vendor's doing."""
        slot = registration_id, slot_of(now)
        self._visits[slot] += 1
        self._failed[slot] += failed

    async def write(self) -> int:
        """Add what was counted to the rows that all processes share; always 0, since there is no more of it now."""
        visits, failed = self._visits, self._failed
        if visits:
            self._visits, self._failed = Counter(), Counter()
            try:
                async with self._db.transaction() as tx:
                    await store.add(tx, _rows(visits, failed))
            except Exception:
                self._visits.update(visits)
                self._failed.update(failed)
                raise
        return 0


async def note_sign_in(tx: Transaction, registration_id: RegistrationId, *, failed: bool, now: datetime) -> None:
    """A sign-in ended; `failed` of the vendor's doing."""
    counted = Counted(registration_id=registration_id, began_at=slot_of(now), sign_ins=1, sign_ins_failed=int(failed))
    await store.add(tx, [counted])


def _rows(visits: Counter[_Slot], failed: Counter[_Slot]) -> list[Counted]:
    return [
        Counted(registration_id=slot[0], began_at=slot[1], visits=count, visits_failed=failed[slot])
        for slot, count in visits.items()
    ]
