"""How vendors do, coarse enough to be told to anybody.

Counted are only registrations that are for every application, so no application shows. Whatever comes from counting,
a rate or a state, is told only of a registration with a crowd behind it (`CROWD` accounts), and a rate only of enough
visits: what one person's devices do can't be told from them. With fewer accounts only the circuit is told: that the
vendor doesn't answer us, or refuses many.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.listing import store
from wattlink.domain.vendors.health import store as health
from wattlink.domain.vendors.health.model import LOOKED_AT, Health, Seen, judge, slot_of

CROWD = 20
LEAST_VISITS = 200
RATED = timedelta(hours=24)
STEP = 5  # percent: what a rate is rounded to


class Success(msgspec.Struct, frozen=True):
    """How a vendor does; `percent` of the visits of a day that succeeded, where that may be told."""

    health: Health
    percent: int | None


async def look_from_outside(reader: Reader, *, now: datetime) -> Mapping[str, Success]:
    """The vendors that every application can use, by vendor."""
    nobody = Access(applications=())
    lately = await health.seen(reader, nobody, slot_of(now - LOOKED_AT))
    of_a_day = {seen.vendor: seen for seen in await health.seen(reader, nobody, slot_of(now - RATED))}
    crowds = await store.crowded(reader, [seen.registration_id for seen in lately], least=CROWD)
    return {
        seen.vendor: _told(seen, of_a_day.get(seen.vendor), is_crowd=seen.registration_id in crowds) for seen in lately
    }


def _told(lately: Seen, of_a_day: Seen | None, *, is_crowd: bool) -> Success:
    if not is_crowd:
        circuit = msgspec.structs.replace(lately, visits=0, visits_failed=0, sign_ins=0, sign_ins_failed=0)
        return Success(judge(circuit).linking, None)
    return Success(
        judge(lately).linking, None if of_a_day is None else rounded(of_a_day.visits, of_a_day.visits_failed)
    )


def rounded(visits: int, failed: int) -> int | None:
    """The share that succeeded in steps of five percent; None of too few."""
    return None if visits < LEAST_VISITS else round((1 - failed / visits) * 100 / STEP) * STEP
