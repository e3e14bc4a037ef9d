"""What a heat pump can be told now, and who must do what where it can't."""

import msgspec

from wattlink.connectors.contract import Credential
from wattlink.connectors.devices.hvac import HvacCapabilities
from wattlink.connectors.devices.parts import CAPABLE, MISSING, Capability, blocked
from wattlink.connectors.registry import manifests
from wattlink.connectors.vendors.myuplink.thermostat import Thermostat

READ, CONTROL = "hvac:read:data", "hvac:control:mode"


class Rights(msgspec.Struct, frozen=True):
    """Scopes of ours: those that the app asked for, and those that the user grants."""

    asked: frozenset[str]
    granted: frozenset[str]


class Permits(msgspec.Struct, frozen=True):
    """Whether anybody lets us change settings: the user, and the vendor's subscription (None: not told)."""

    rights: Rights
    may_manage: bool | None

    def capability(self, own: Capability) -> Capability:
        """A capability that the device has, as far as it is permitted."""
        if own == MISSING or CONTROL not in self.rights.asked:
            return MISSING
        if CONTROL not in self.rights.granted:
            return _blocked_by("permission")
        return own if self.may_manage is not False else _blocked_by("premium")


def rights_of(credential: Credential, scopes: frozenset[str]) -> Rights:
    """The rights that a credential carries, within the account's scopes."""
    asked = frozenset(credential.extra.get("asked", "").split()) or scopes
    return Rights(asked=asked, granted=granted(scopes, credential.extra.get("granted")))


def granted(scopes: frozenset[str], vendor_scopes: str | None) -> frozenset[str]:
    """Those of our scopes that the vendor's cover; all of them where it doesn't say."""
    offered = manifests()["myuplink"].scopes
    carried = None if vendor_scopes is None else vendor_scopes.split()
    return frozenset(
        scope
        for scope in scopes & set(offered)
        if carried is None or all(theirs in carried for theirs in offered[scope])
    )


def could(thermostat: Thermostat | None, *, heats: bool) -> HvacCapabilities:
    """What the device could, if only it were permitted; one that heats and has no room sensor lacks just that."""
    if thermostat is None:
        return HvacCapabilities(set_permanent_hold=_blocked_by("room_sensor") if heats else MISSING)
    return HvacCapabilities(
        capable_modes=thermostat.modes or None,
        heat_setpoint_range=thermostat.heat_range,
        cool_setpoint_range=thermostat.cool_range,
        set_follow_schedule=CAPABLE if thermostat.has_schedule else MISSING,
        set_permanent_hold=CAPABLE if thermostat.modes else MISSING,
    )


def could_before(shown: HvacCapabilities) -> HvacCapabilities:
    """What a device could that tells nothing now, as far as its last capabilities show it."""
    hold = CAPABLE if shown.capable_modes else _blocked_by("room_sensor")
    return msgspec.structs.replace(
        shown,
        set_follow_schedule=MISSING if shown.set_follow_schedule == MISSING else CAPABLE,
        set_permanent_hold=MISSING if shown.set_permanent_hold == MISSING else hold,
    )


def was_unpaid(shown: HvacCapabilities) -> bool:
    """Whether the subscription was missing when the device was read last."""
    return shown.set_permanent_hold == _blocked_by("premium")


def permitted(own: HvacCapabilities, permits: Permits) -> HvacCapabilities:
    """What the device can be told, as far as it is permitted."""
    return msgspec.structs.replace(
        own,
        set_follow_schedule=permits.capability(own.set_follow_schedule),
        set_permanent_hold=permits.capability(own.set_permanent_hold),
    )


def _blocked_by(key: str) -> Capability:
    return blocked(manifests()["myuplink"].intervention(key))
