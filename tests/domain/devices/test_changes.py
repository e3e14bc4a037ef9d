"""What counts as a change, and what a device shows while its link is broken."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.devices import (
    CAPABLE,
    MISSING,
    Charger,
    ChargerInformation,
    Document,
    Kind,
    Position,
    Vehicle,
    VehicleCapabilities,
    VehicleChargeState,
    blocked,
)
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, UserId
from wattlink.domain.devices.changes import changed_fields, is_active
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.cut_off import out_of_reach
from wattlink.domain.devices.model import DeviceChange, KnownDevice, Owner
from wattlink.domain.interventions.catalogue import LINK_AGAIN

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=11)
CAR = Vehicle(
    last_seen=NOON,
    is_reachable=True,
    charge_state=VehicleChargeState(battery_level=50, is_charging=False, last_updated=NOON),
    location=Position(longitude=10, latitude=60, last_updated=NOON),
    capabilities=VehicleCapabilities(information=CAPABLE, charge_state=CAPABLE, start_charging=blocked("pair-the-key")),
)
CHARGER = Charger(last_seen=NOON, information=ChargerInformation(brand="B", model="M", serial_number="S"))
OWNER = Owner(
    application_id=ApplicationId(UUID(int=1)),
    user_id=UserId(UUID(int=2)),
    user="ada",
    account_id=AccountId(UUID(int=3)),
    vendor="vendor",
    scopes=("vehicle:read:data", "charger:read:data"),
)
BOTH = frozenset({Kind.VEHICLE, Kind.CHARGER})


def known(
    document: Document, *, missed: int = 0, hidden: Document | None = None, published: bool = True
) -> KnownDevice:
    """A device as the last visit left it, at noon."""
    return KnownDevice(
        device_id=DeviceId(UUID(int=4)),
        account_id=OWNER.account_id,
        kind=Kind.VEHICLE,
        vendor_device_id="vin",
        is_published=published,
        missed=missed,
        document=document,
        hidden=hidden,
        updated_at=NOON,
    )


def changes(
    before: list[KnownDevice], *now: Document, published: frozenset[Kind] = BOTH, at: datetime = NOON
) -> list[DeviceChange]:
    """What these readings change."""
    readings = [DeviceReading(vendor_device_id="vin", document=document) for document in now]
    return compare(OWNER, before, readings, visited=BOTH, published=published, now=at)


@pytest.mark.parametrize(
    ("after", "fields"),
    [
        (CAR, ()),
        (replace(CAR, last_seen=LATER, charge_state=replace(CAR.charge_state, last_updated=LATER)), ()),
        (replace(CAR, is_reachable=False), ("is_reachable",)),
        (
            replace(
                CAR, location=Position(longitude=11, latitude=60), charge_state=VehicleChargeState(battery_level=51)
            ),
            ("charge_state", "location"),
        ),
    ],
)
def test_fields_change_by_what_they_tell_not_by_when(after: Vehicle, fields: tuple[str, ...]) -> None:
    assert changed_fields(CAR, after) == fields


def test_charging_is_activity() -> None:
    assert not is_active(CAR)
    assert is_active(replace(CAR, charge_state=replace(CAR.charge_state, is_charging=True)))
    assert not is_active(CHARGER)


def test_a_broken_link_leaves_values_and_asks_at_whatever_the_device_has() -> None:
    shown = out_of_reach(CAR)
    assert shown.is_reachable is False
    assert shown.charge_state == CAR.charge_state
    assert shown.capabilities.information == blocked(LINK_AGAIN)
    assert shown.capabilities.start_charging == blocked(LINK_AGAIN, "pair-the-key")
    assert shown.capabilities.location == MISSING
    assert out_of_reach(shown) == shown


def test_an_unchanged_device_is_not_written() -> None:
    assert changes([known(CAR)], CAR) == []
    assert changes([known(CAR)], replace(CAR, last_seen=LATER), at=NOON + timedelta(minutes=9)) == []


def test_times_alone_are_written_every_ten_minutes_and_told_to_nobody() -> None:
    (change,) = changes([known(CAR)], replace(CAR, last_seen=LATER), at=NOON + timedelta(minutes=10))
    assert change.document is not None
    assert change.updated_fields == ()


def test_one_id_under_two_kinds_is_two_devices_and_twice_the_same_is_one() -> None:
    appeared = changes([], CAR, CHARGER, CAR)
    assert [(change.kind, change.is_new) for change in appeared] == [(Kind.VEHICLE, True), (Kind.CHARGER, True)]


def test_a_kind_that_is_not_visited_neither_comes_nor_goes() -> None:
    readings = [DeviceReading(vendor_device_id="vin", document=CHARGER)]
    only_chargers = frozenset({Kind.CHARGER})
    (change,) = compare(OWNER, [known(CAR)], readings, visited=only_chargers, published=only_chargers, now=NOON)
    assert change.kind is Kind.CHARGER


def test_a_missing_device_goes_at_its_second_absence_with_what_it_was() -> None:
    (first,) = changes([known(CAR)])
    assert (first.missed, first.is_gone, first.document) == (1, False, None)
    (second,) = changes([known(CAR, missed=1)])
    assert (second.is_gone, second.document) == (True, CAR)
    (found,) = changes([known(CAR, missed=1)], CAR)
    assert (found.missed, found.document) == (0, None)


def test_a_missing_device_of_a_deauthorized_account_goes_once_that_is_published_again() -> None:
    (hidden,) = changes([known(CAR, missed=1)], published=frozenset())
    assert (hidden.missed, hidden.is_gone) == (2, False)
    (never_seen,) = changes([known(CAR, missed=1, published=False)], published=frozenset())
    assert never_seen.is_gone
    (gone,) = changes([known(CAR, missed=2)])
    assert gone.is_gone


def test_what_is_not_published_yet_is_stored_unseen() -> None:
    charging = replace(CAR, charge_state=replace(CAR.charge_state, is_charging=True))
    (new,) = changes([], CAR, published=frozenset())
    assert not new.is_published
    (revived,) = changes([known(CAR)], charging, published=frozenset())
    assert revived.is_hidden
    assert changes([known(CAR, hidden=charging)], charging, published=frozenset()) == []


def test_a_mended_device_shows_again_what_is_read_even_where_nothing_else_changed() -> None:
    (mended,) = changes([known(out_of_reach(CAR), hidden=CAR)], CAR)
    assert mended.document == CAR
    assert mended.updated_fields == ("is_reachable", "capabilities")
