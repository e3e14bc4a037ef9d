"""When a vendor is said to do badly.

Reading: fewer than nine visits in ten succeed, and at least five failed: elevated. Fewer than half succeed, and at
least ten failed: an outage, as is an open circuit. Twenty visits are the least that is judged by a rate.

Linking: as bad as reading. By the sign-ins' own rate (nine in ten; ten are the least, and five that failed) elevated at
most: a few people mustn't close a brand for everybody. During an incident nobody can tell a wrong password from the
vendor's fault, so it counts as an outage.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wattlink.domain.access.ids import RegistrationId

SLOT = timedelta(minutes=5)
LOOKED_AT = timedelta(minutes=15)
KEPT = timedelta(days=8)

_GOOD_RATE, _HALF = 0.9, 0.5
_LEAST_VISITS, _LEAST_FAILED, _LEAST_FAILED_OF_OUTAGE = 20, 5, 10
_LEAST_SIGN_INS, _LEAST_SIGN_INS_FAILED = 10, 5


class Health(StrEnum):
    """How a vendor does."""

    READY = "ready"
    ELEVATED_ERROR_RATE = "elevated_error_rate"
    OUTAGE = "outage"


_GRAVITY = tuple(Health)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a registration: its circuit, and what succeeded and failed lately."""

    registration_id: RegistrationId
    vendor: str
    open_since: datetime | None = None
    incident_since: datetime | None = None
    visits: int = 0
    visits_failed: int = 0
    sign_ins: int = 0
    sign_ins_failed: int = 0


class VendorHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a vendor does for an application; `since` is known of a circuit's troubles only."""

    vendor: str
    reading: Health = Health.READY
    linking: Health = Health.READY
    since: datetime | None = None
    has_incident: bool = False  # many credentials are refused that were good: nobody is asked to sign in

    @property
    def may_link(self) -> bool:
        """Whether a sign-in is offered."""
        return self.linking is not Health.OUTAGE


def slot_of(moment: datetime) -> datetime:
    """The beginning of the five minutes that a moment is in."""
    return datetime.fromtimestamp(moment.timestamp() // SLOT.total_seconds() * SLOT.total_seconds(), moment.tzinfo)


def judge(seen: Seen) -> VendorHealth:
    """How the vendor does."""
    reading = Health.OUTAGE if seen.open_since is not None else _by_visits(seen)
    if seen.incident_since is not None:
        reading = _worse(reading, Health.ELEVATED_ERROR_RATE)
    linking = Health.OUTAGE if seen.incident_since is not None else _worse(reading, _by_sign_ins(seen))
    return VendorHealth(
        vendor=seen.vendor,
        reading=reading,
        linking=linking,
        since=min((moment for moment in (seen.open_since, seen.incident_since) if moment is not None), default=None),
        has_incident=seen.incident_since is not None,
    )


def _by_visits(seen: Seen) -> Health:
    if seen.visits < _LEAST_VISITS or seen.visits_failed < _LEAST_FAILED:
        return Health.READY
    rate = 1 - seen.visits_failed / seen.visits
    if rate < _HALF and seen.visits_failed >= _LEAST_FAILED_OF_OUTAGE:
        return Health.OUTAGE
    return Health.ELEVATED_ERROR_RATE if rate < _GOOD_RATE else Health.READY


def _by_sign_ins(seen: Seen) -> Health:
    enough = seen.sign_ins >= _LEAST_SIGN_INS and seen.sign_ins_failed >= _LEAST_SIGN_INS_FAILED
    is_bad = enough and 1 - seen.sign_ins_failed / seen.sign_ins < _GOOD_RATE
    return Health.ELEVATED_ERROR_RATE if is_bad else Health.READY


def _worse(one: Health, other: Health) -> Health:
    return max(one, other, key=_GRAVITY.index)
