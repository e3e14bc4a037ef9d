"""Easee's answers as they come, and the normalised form of a charger made of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from wattlink.connectors.devices import (
    CAPABLE,
    Charger,
    ChargerCapabilities,
    ChargerChargeState,
    ChargerInformation,
    PowerDelivery,
    blocked,
)
from wattlink.connectors.door import number

_OWNER = 1  # levelOfAccess; other numbers are guests, null says nothing
_MODELS = {"EH": "Easee Home", "EC": "Easee Charge"}
_YEARS = range(2015, 2200)  # since the first charger; the vendor's "never" is the year 1


class ListedCharger(msgspec.Struct, rename="camel"):
    """An entry of `GET /api/chargers`; of what isn't the id, strange values say nothing."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[\w-]{1,64}$(?!\n)")]
    name: Any = None
    level_of_access: Any = None


class ChargerState(msgspec.Struct, rename="camel"):
    """`GET /api/chargers/{id}/state`, as far as we use it. Powers in kW, currents in A; strange values say nothing."""

    charger_op_mode: Any = None
    total_power: Any = None
    dynamic_charger_current: Any = None
    is_online: Any = None
    latest_pulse: Any = None


class ChargerConfig(msgspec.Struct, rename="camel"):
    """`GET /api/chargers/{id}/config`, as far as we use it."""

    is_enabled: Any = None
    max_charger_current: Any = None


_DELIVERY: Mapping[int | None, PowerDelivery] = {
    1: PowerDelivery.UNPLUGGED,  # disconnected
    2: PowerDelivery.STOPPED,  # awaiting start
    3: PowerDelivery.CHARGING,
    4: PowerDelivery.COMPLETE,
    5: PowerDelivery.FAULT,
    6: PowerDelivery.INITIALIZING,  # ready, waits for the car
    7: PowerDelivery.STOPPED,  # awaiting authorisation
    8: PowerDelivery.STOPPED,  # de-authorising
    100: PowerDelivery.INITIALIZING,
    101: PowerDelivery.STOPPED,
    103: PowerDelivery.NO_POWER,  # awaiting load balancing
    104: PowerDelivery.STOPPED,  # awaiting authorisation
    105: PowerDelivery.STOPPED,  # awaiting smart start
    161: PowerDelivery.FAULT,  # broken protective earth
}
"""By chargerOpMode. Firmware adds numbers now and then: those, and offline (0, 102), say nothing of the plug."""

_UNPLUGGED = frozenset({PowerDelivery.UNPLUGGED})
_UNSAID = frozenset({PowerDelivery.UNKNOWN, PowerDelivery.FAULT})


def charger(
    listed: ListedCharger,
    state: ChargerState,
    config: ChargerConfig,
    *,
    scopes: frozenset[str],
    intervention: Callable[[str], str],
    now: datetime,
) -> Charger:
    """A charger that could be read; `intervention` gives the catalogue's id for a key."""
    pulse = _moment(state.latest_pulse)
    delivery = _DELIVERY.get(_whole(state.charger_op_mode), PowerDelivery.UNKNOWN)
    is_charging = None if delivery is PowerDelivery.UNKNOWN else delivery is PowerDelivery.CHARGING
    power, told = number(state.total_power), (state.dynamic_charger_current, config.max_charger_current)
    currents = [amps for amps in map(number, told) if amps is not None]
    return Charger(
        last_seen=pulse or now,
        is_reachable=state.is_online is True,
        information=information(listed),
        charge_state=ChargerChargeState(
            is_plugged_in=None if delivery in _UNSAID else delivery not in _UNPLUGGED,
            is_charging=is_charging,
            charge_rate=None if power is None else round(power, 2),
            max_current=min(currents, default=None),
            power_delivery=delivery,
            last_updated=pulse,
        ),
        # A login has every right or none, so a scope that lacks was never asked for: no relinking could add it.
        capabilities=ChargerCapabilities.granted(scopes, hurdles=_hurdles(listed, config, intervention)),
    )


def unreadable(listed: ListedCharger, last: Charger | None, *, no_access: str, now: datetime) -> Charger:
    """A charger that the account lists and may not read: what was known of it, and what somebody must do."""
    waits = blocked(no_access)
    return Charger(
        last_seen=last.last_seen if last else now,
        is_reachable=False,
        information=information(listed),
        charge_state=last.charge_state if last else ChargerChargeState(),
        capabilities=ChargerCapabilities(
            information=CAPABLE, charge_state=waits, start_charging=waits, stop_charging=waits, set_max_current=waits
        ),
    )


def silent(listed: ListedCharger, last: Charger | None, *, now: datetime) -> Charger:
    """A charger that the vendor can't tell of now: as it was, and out of reach."""
    if last is not None:
        return msgspec.structs.replace(last, is_reachable=False)
    capabilities = ChargerCapabilities(information=CAPABLE)
    return Charger(last_seen=now, information=information(listed), capabilities=capabilities)


def information(listed: ListedCharger) -> ChargerInformation:
    """What the charger is; its id is the serial number printed on it."""
    return ChargerInformation(
        brand="Easee",
        model=_MODELS.get(listed.id[:2], "Easee"),
        serial_number=listed.id,
        display_name=listed.name if isinstance(listed.name, str) and listed.name else None,
    )


def _hurdles(listed: ListedCharger, config: ChargerConfig, intervention: Callable[[str], str]) -> Sequence[str]:
    hurdles = []
    if _whole(listed.level_of_access) not in (None, _OWNER):
        hurdles.append(intervention("not_owner"))
    if config.is_enabled is False:
        hurdles.append(intervention("switched_off"))
    return hurdles


def _whole(told: Any) -> int | None:
    value = number(told)
    return int(value) if value is not None and value.is_integer() else None


def _moment(told: Any) -> datetime | None:
    try:
        value = msgspec.convert(told, type=datetime)
    except msgspec.ValidationError:
        return None
    if value.year not in _YEARS:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
