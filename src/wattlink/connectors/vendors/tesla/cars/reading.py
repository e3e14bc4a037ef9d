"""Asks cars how they are. None is woken, and one that can't be read keeps what it told last."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.devices import Kind, Vehicle
from wattlink.connectors.errors import UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.several import Subject
from wattlink.connectors.vendors.tesla.capabilities import CHARGING, DATA, Inquiry, Listed, listed
from wattlink.connectors.vendors.tesla.fleet import Fleet, Trouble
from wattlink.connectors.vendors.tesla.mapping import silent_vehicle, unlisted_vehicle, vehicle


async def subjects(fleet: Fleet, products: Sequence[Mapping[str, Any]] | Trouble, inquiry: Inquiry) -> list[Subject]:
    """The account's cars; those that are known, where the account lets us list none."""
    if Kind.VEHICLE not in inquiry.kinds:
        return []
    before = {vin: document for vin, document in inquiry.last.items() if isinstance(document, Vehicle)}
    found = {} if isinstance(products, Trouble) else {entry["vin"]: entry for entry in products if is_car(entry)}
    keys = await _keys(fleet, list(found), inquiry)
    cars = [listed(entry, keys, inquiry.rights, before.get(vin), inquiry.now) for vin, entry in found.items()]
    withheld = isinstance(products, Trouble) or not inquiry.may_list(Kind.VEHICLE)
    unlisted = {vin: document for vin, document in before.items() if withheld and vin not in found}
    return [
        *(_subject(fleet, car) for car in cars),
        *(Subject(None, partial(_unlisted, vin, document)) for vin, document in unlisted.items()),
    ]


def is_car(product: Mapping[str, Any]) -> bool:
    """Whether an entry of the list is a car; energy sites are listed beside them."""
    vin = product.get("vin")
    return isinstance(vin, str) and bool(vin) and "energy_site_id" not in product


def _subject(fleet: Fleet, car: Listed) -> Subject:
    known = _trouble_before_asking(car)
    if known is not None:
        return Subject(None, partial(_silent, car, known))
    return Subject(partial(_ask, fleet, car), partial(_silent, car, Trouble.UNREACHABLE))


def _trouble_before_asking(car: Listed) -> Trouble | None:
    """What the list says already of why a car would tell nothing."""
    if car.product.get("mobile_access_disabled") is True:
        return Trouble.MOBILE_ACCESS_OFF
    if DATA not in car.rights.granted:
        return Trouble.PERMISSION_MISSING
    if car.product.get("state") != "online":
        return Trouble.UNREACHABLE if car.product.get("state") == "offline" else Trouble.ASLEEP
    return None


async def _ask(fleet: Fleet, car: Listed) -> list[DeviceReading]:
    data = await fleet.vehicle_data(car.product["vin"], with_location=car.may_show_location)
    return _silent(car, data) if isinstance(data, Trouble) else [_reading(car.product["vin"], vehicle(car, data))]


def _silent(car: Listed, trouble: Trouble) -> list[DeviceReading]:
    return [_reading(car.product["vin"], silent_vehicle(car, trouble))]


def _unlisted(vin: str, last: Vehicle) -> list[DeviceReading]:
    return [_reading(vin, unlisted_vehicle(last))]


async def _keys(fleet: Fleet, vins: list[str], inquiry: Inquiry) -> Mapping[str, Any]:
    if not vins or CHARGING not in inquiry.rights.granted:
        return {}
    try:
        keys = await fleet.fleet_status(vins)
    except (VendorUnavailable, UnexpectedAnswer) as failure:
        if isinstance(failure, VendorUnavailable) and failure.reason != "outage":
            raise
        return {}  # the list was told: what each car says counts for more than who holds a key
    return {} if isinstance(keys, Trouble) else keys


def _reading(vin: str, document: Vehicle) -> DeviceReading:
    return DeviceReading(vendor_device_id=vin, document=document)
