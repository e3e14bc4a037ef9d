"""What partners call events, and the fields that an update is about."""

from collections.abc import Mapping, Sequence
from typing import Literal

from wattlink.connectors.devices import Kind
from wattlink.dialects.podero.kinds import TYPES
from wattlink.domain.events.model import Event, EventType, Payload
from wattlink.domain.linking.model import State

HEARTBEAT, TEST = "system.heartbeat", "webhook.test"

EventName = Literal[
    "*",
    "user.created",
    "user.updated",
    "user.deleted",
    "user.action_needed",
    "heat_pump.created",
    "heat_pump.updated",
    "heat_pump.deleted",
    "electric_vehicle.created",
    "electric_vehicle.updated",
    "electric_vehicle.deleted",
    "inverter.created",
    "inverter.updated",
    "inverter.deleted",
    "wallbox.created",
    "wallbox.updated",
    "wallbox.deleted",
    "command.updated",
    "onboarding.updated",
    "onboarding.success",
    "onboarding.failed",
    "onboarding.cancelled",
    "onboarding.expired",
]

SHORT = {one.kind: one.short for one in TYPES.values()}
_OF_KIND = {
    Kind.HVAC: "heat_pump",
    Kind.VEHICLE: "electric_vehicle",
    Kind.INVERTER: "inverter",
    Kind.CHARGER: "wallbox",
}
_OF_DEVICES = {
    EventType.DEVICE_DISCOVERED: "created",
    EventType.DEVICE_UPDATED: "updated",
    EventType.PREFERENCES_UPDATED: "updated",
    EventType.DEVICE_DELETED: "deleted",
}
_PLAIN = {
    EventType.USER_CREATED: "user.created",
    EventType.USER_UPDATED: "user.updated",
    EventType.USER_DELETED: "user.deleted",
    EventType.CREDENTIALS_INVALIDATED: "user.action_needed",
}
_ENDS: Mapping[str, str] = {
    State.COMPLETED: "success",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.EXPIRED: "expired",
}
_CONNECTION = ("connection_status", "monitoring_status")
_ACTIONS = ("action_needed", "actions")
_ACCESS = (*_CONNECTION, "lifecycle_state", "lifecycle_error", "is_authenticated", *_ACTIONS)
_FIELDS: Mapping[tuple[Kind, str], Sequence[str]] = {
    (Kind.VEHICLE, "charge_state"): (
        *("is_plugged_in", "is_charging", "charge_rate_w", "battery_level", "battery_capacity_kwh"),
        *("is_fully_charged", "driving_range", "charge_target_max", "boost_state"),
    ),
    (Kind.VEHICLE, "capabilities"): (*_ACTIONS, "boost_state"),
    (Kind.HVAC, "temperature_state"): ("indoor_actual_temperature",),
    (Kind.HVAC, "thermostat_state"): ("indoor_target_temperature",),
    (Kind.INVERTER, "production_state"): ("current_solar_production_w",),
    (Kind.CHARGER, "charge_state"): ("mode", "is_plugged_in", "is_charging", "charge_rate_w"),
    (Kind.CHARGER, "is_reachable"): (*_CONNECTION, "mode", "connection"),
}
_OF_ALL: Mapping[str, Sequence[str]] = {
    "information": ("device_model",),
    "is_reachable": _CONNECTION,
    "capabilities": _ACTIONS,
}
_OF_PEOPLE: Mapping[str, Sequence[str]] = {
    "external_id": ("external_user_id",),
    "rank": ("role",),
    "country": ("country", "country_iso2"),
}


def name_of(event: Event) -> str | None:
    """`wallbox.updated` and the like; None for what was erased, and for what partners don't see."""
    payload = event.payload
    if payload is None:
        return None
    if event.type in _PLAIN:
        return _PLAIN[event.type]
    if event.type is EventType.LINK_SESSION_UPDATED:
        step = payload.link_session
        return None if step is None or not step.is_partners else name_of_step(step.state)
    if payload.kind not in _OF_KIND:
        return None
    if event.type is EventType.COMMAND_UPDATED:
        return "command.updated"
    if event.type is EventType.DEVICE_UPDATED and not updated_fields(event, payload):
        return None
    return f"{_OF_KIND[payload.kind]}.{_OF_DEVICES[event.type]}"


def name_of_step(state: str) -> str:
    """What a step of an onboarding session is called, by the state that it leads to or by its own name."""
    return f"onboarding.{_ENDS.get(state, 'updated')}"


def updated_fields(event: Event, payload: Payload) -> list[str]:
    """The fields that an update may have changed: what the manufacturer tells together is named together."""
    if event.type is not EventType.DEVICE_UPDATED:
        names = [name for field in payload.updated_fields for name in _OF_PEOPLE.get(field, (field,))]
        return list(dict.fromkeys(names))
    assert payload.kind is not None
    found = list(_ACCESS) if payload.access is not None else []
    for field in payload.updated_fields:
        found += _FIELDS.get((payload.kind, field)) or _OF_ALL.get(field, ())
    return list(dict.fromkeys(found))
