"""The normalised form of a charger, made of what is known of its charge point."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from wattlink.connectors.devices import (
    MISSING,
    Charger,
    ChargerCapabilities,
    ChargerChargeState,
    ChargerInformation,
    PowerDelivery,
    blocked,
)
from wattlink.connectors.vendors.ocpp.memory import ChargePointMemory, Socket, chosen, socket_of

_DELIVERY = {
    "Available": PowerDelivery.UNPLUGGED,
    "Reserved": PowerDelivery.UNPLUGGED,
    "Preparing": PowerDelivery.INITIALIZING,
    "Charging": PowerDelivery.CHARGING,
    "SuspendedEV": PowerDelivery.COMPLETE,  # the car takes nothing
    "SuspendedEVSE": PowerDelivery.STOPPED,
    "Finishing": PowerDelivery.STOPPED,
    "Faulted": PowerDelivery.FAULT,
}
"""By the status of OCPP 1.6. `Unavailable` and whatever is unknown say nothing of the plug."""

_UNSAID = frozenset({PowerDelivery.UNKNOWN, PowerDelivery.FAULT})
_OUT_OF_ORDER = frozenset({"Faulted", "Unavailable"})


def charger(
    memory: ChargePointMemory, *, scopes: frozenset[str], intervention: Callable[[str], str], now: datetime
) -> Charger:
    """A charger whose line is open; `intervention` gives the catalogue's id for a key."""
    socket = socket_of(memory, chosen(memory))
    return Charger(
        last_seen=now,
        is_reachable=True,
        information=_information(memory),
        charge_state=_charge_state(memory, socket),
        capabilities=ChargerCapabilities.granted(scopes, hurdles=_hurdles(memory, socket, intervention)),
    )


def silent(last: Charger, *, since: datetime, intervention: str | None) -> Charger:
    """A charger of which nothing is heard: as it was, out of reach, and perhaps waiting for somebody."""
    capabilities = last.capabilities
    if intervention is not None:
        capabilities = _waiting(capabilities, intervention)
    return msgspec.structs.replace(last, last_seen=since, is_reachable=False, capabilities=capabilities)


def _waiting(capabilities: ChargerCapabilities, intervention: str) -> ChargerCapabilities:
    names = ("charge_state", "start_charging", "stop_charging", "set_max_current")
    found = {name: getattr(capabilities, name) for name in names}
    waiting = {name: blocked(intervention) for name, capability in found.items() if capability != MISSING}
    return msgspec.structs.replace(capabilities, **waiting)


def _information(memory: ChargePointMemory) -> ChargerInformation:
    said = memory.introduction
    return ChargerInformation(brand=said.brand, model=said.model, serial_number=said.serial_number or "")


def _charge_state(memory: ChargePointMemory, socket: Socket) -> ChargerChargeState:
    delivery = _DELIVERY.get(_status(memory, socket) or "", PowerDelivery.UNKNOWN)
    is_charging = delivery is PowerDelivery.CHARGING
    moments = [moment for moment in (socket.told_at, socket.energy_at) if moment is not None]
    return ChargerChargeState(
        is_plugged_in=None if delivery in _UNSAID else delivery is not PowerDelivery.UNPLUGGED,
        is_charging=None if delivery is PowerDelivery.UNKNOWN else is_charging,
        charge_rate=_rate(socket, is_charging=is_charging),
        max_current=memory.max_current,
        power_delivery=delivery,
        last_updated=max(moments, default=None),
    )


def _rate(socket: Socket, *, is_charging: bool) -> float | None:
    if socket.status is None:
        return None
    if not is_charging:
        return 0.0
    return None if socket.power is None else round(socket.power, 2)


def _status(memory: ChargePointMemory, socket: Socket) -> str | None:
    return memory.status if memory.status in _OUT_OF_ORDER else socket.status


def _hurdles(memory: ChargePointMemory, socket: Socket, intervention: Callable[[str], str]) -> Sequence[str]:
    return [intervention("out_of_order")] if _status(memory, socket) in _OUT_OF_ORDER else []
