"""Charging points for cars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from wattlink.connectors.devices.parts import CAPABLE, MISSING, Capability, PowerDelivery, blocked

_READ: Final = "charger:read:data"
_CONTROL: Final = "charger:control:charging"


class ChargerInformation(msgspec.Struct, frozen=True, kw_only=True):
    brand: str
    model: str
    serial_number: str
    year: int | None = None
    display_name: str | None = None


class ChargerChargeState(msgspec.Struct, frozen=True, kw_only=True):
    is_plugged_in: bool | None = None
    is_charging: bool | None = None
    charge_rate: float | None = None  # kW
    max_current: float | None = None  # A
    power_delivery: PowerDelivery = PowerDelivery.UNKNOWN
    last_updated: datetime | None = None


class ChargerCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    information: Capability = MISSING
    charge_state: Capability = MISSING
    start_charging: Capability = MISSING
    stop_charging: Capability = MISSING
    set_max_current: Capability = MISSING

    @classmethod
    def granted(cls, scopes: frozenset[str], *, hurdles: Sequence[str] = ()) -> "ChargerCapabilities":
        """What these scopes allow; `hurdles` are the interventions that whatever is told to it waits for."""
        control = MISSING
        if _CONTROL in scopes:
            control = blocked(*hurdles) if hurdles else CAPABLE
        return cls(
            information=CAPABLE,
            charge_state=CAPABLE if _READ in scopes else MISSING,
            start_charging=control,
            stop_charging=control,
            set_max_current=control,
        )


class Charger(msgspec.Struct, frozen=True, kw_only=True, tag="charger", tag_field="kind"):
    """A charging point for cars."""

    last_seen: datetime
    is_reachable: bool = False
    information: ChargerInformation
    charge_state: ChargerChargeState = ChargerChargeState()
    capabilities: ChargerCapabilities = ChargerCapabilities()
