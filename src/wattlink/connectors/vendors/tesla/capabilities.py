"""What can be read and commanded of a car now, and who must do what where something can't."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.devices import (
    CAPABLE,
    MISSING,
    Capability,
    Document,
    Kind,
    Vehicle,
    VehicleCapabilities,
    blocked,
)
from wattlink.connectors.registry import manifests
from wattlink.connectors.vendors.tesla.fleet import Trouble, block

DATA, LOCATION, CHARGING = "vehicle:read:data", "vehicle:read:location", "vehicle:control:charging"
_READINGS = ("information", "charge_state", "location", "odometer")


class Rights(msgspec.Struct, frozen=True):
    """Scopes of ours: those that the app asked for, and those that the user grants now."""

    asked: frozenset[str]
    granted: frozenset[str]

    def capability(self, scope: str, key: str = "permission") -> Capability:
        """What a right alone makes of a capability; `key` names the intervention where it lacks."""
        if scope in self.granted:
            return CAPABLE
        return blocked_by(key) if scope in self.asked else MISSING


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is asked for, and how its devices were last, by vendor device id."""

    kinds: frozenset[Kind]
    rights: Rights
    last: Mapping[str, Document]
    now: datetime

    def may_list(self, *kinds: Kind) -> bool:
        """Whether the vendor lists devices of these kinds: for that any of their scopes will do."""
        return any(scope.partition(":")[0] in kinds for scope in self.rights.granted)


class Listed(msgspec.Struct, frozen=True):
    """What is known of a car before it is asked: its entry in the account's list, its key, and how it was last."""

    product: Mapping[str, Any]
    rights: Rights
    key_needed: bool | None  # for commands; None where the vendor doesn't tell
    key_paired: bool | None
    last: Vehicle | None
    now: datetime

    @property
    def hides_location(self) -> bool:
        """Whether the car's owner keeps its location from this driver."""
        return block(self.product, "granular_access").get("hide_private") is True

    @property
    def may_show_location(self) -> bool:
        """Whether a position, also an old one, may be shown at all."""
        return LOCATION in self.rights.granted and not self.hides_location


def listed(
    product: Mapping[str, Any], keys: Mapping[str, Any], rights: Rights, last: Vehicle | None, now: datetime
) -> Listed:
    """A car with its key, as `fleet_status` tells it; `keys` is empty where that wasn't told."""
    vin = product["vin"]
    paired = vin in _vins(keys, "key_paired_vins")
    needed = block(block(keys, "vehicle_info"), vin).get("vehicle_command_protocol_required")
    if product.get("command_signing") == "required":
        needed = True
    return Listed(
        product=product,
        rights=rights,
        key_needed=needed if isinstance(needed, bool) else None,
        key_paired=paired if paired or vin in _vins(keys, "unpaired_vins") else None,
        last=last,
        now=now,
    )


def capabilities(car: Listed, drive: Mapping[str, Any], *, trouble: Trouble | None = None) -> VehicleCapabilities:
    """The car's capabilities; `drive` is its `drive_state`, empty while it tells none."""
    readable, command = car.rights.capability(DATA), _command(car)
    shown = VehicleCapabilities(
        information=readable,
        charge_state=readable,
        location=_location(car, drive),
        odometer=readable,
        set_max_current=command,
        start_charging=command,
        stop_charging=command,
    )
    if trouble is Trouble.MOBILE_ACCESS_OFF:
        return _with_blocked(shown, shown.__struct_fields__, "mobile_access")
    if trouble is Trouble.PERMISSION_MISSING:
        return _with_blocked(shown, _READINGS, "permission")
    return shown


def unlisted(shown: VehicleCapabilities) -> VehicleCapabilities:
    """Capabilities of a car whose account doesn't let us list cars any more."""
    return _with_blocked(shown, shown.__struct_fields__, "permission")


def _command(car: Listed) -> Capability:
    permitted = car.rights.capability(CHARGING)
    if not permitted.is_capable or car.key_needed is False or car.key_paired is True:
        return permitted
    without_key = blocked_by("phone_key")
    if car.key_paired is None and (car.last is None or car.last.capabilities.start_charging != without_key):
        return permitted
    return without_key


def _location(car: Listed, drive: Mapping[str, Any]) -> Capability:
    permitted = car.rights.capability(LOCATION)
    if not permitted.is_capable:
        return permitted
    if car.hides_location:
        return blocked_by("private_data_hidden")
    supported = drive.get("native_location_supported")
    if supported is None and car.last is not None and car.last.capabilities.location == MISSING:
        return MISSING
    return MISSING if supported == 0 and drive.get("latitude") is None else CAPABLE


def blocked_by(key: str) -> Capability:
    """A capability that waits for what the intervention of this key says."""
    return blocked(manifests()["tesla"].intervention(key))


def _with_blocked(shown: VehicleCapabilities, names: tuple[str, ...], key: str) -> VehicleCapabilities:
    """Block these; what the car never could stays missing."""
    present = [name for name in names if getattr(shown, name) != MISSING]
    return msgspec.structs.replace(shown, **dict.fromkeys(present, blocked_by(key)))


def _vins(keys: Mapping[str, Any], name: str) -> list[Any]:
    vins = keys.get(name)
    return vins if isinstance(vins, list) else []
