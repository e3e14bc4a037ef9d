"""Savings and statistics of a device, in Podero's shape.

Only devices' latest values are kept here, no history of what they consumed, and nothing is optimised: so `data` is
empty, and `error` says so. Figures are never made up.
"""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, QueryParameter

from wattlink.base.clock import rfc3339
from wattlink.dialects.podero.kinds import DeviceType
from wattlink.dialects.podero.wire import Answer, Timestamp, device_id_of, user_id_of
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound
from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call

RESOLUTIONS = ("1DAY", "1WEEK", "1MONTH", "1QUARTER", "1YEAR")
KEYWORDS = ("savings", "consumption")
NOTHING_MEASURED = "Nothing is measured for this device: no history of consumption is kept here."

_DATE_TIME = {"extra": {"format": "date-time"}}
From = Annotated[
    str, msgspec.Meta(extra_json_schema=_DATE_TIME), QueryParameter(name="from", description="Where the range begins.")
]
To = Annotated[
    str, msgspec.Meta(extra_json_schema=_DATE_TIME), QueryParameter(name="to", description="Where the range ends.")
]
Resolution = Annotated[str, QueryParameter(name="resolution", description=f"One of {', '.join(RESOLUTIONS)}.")]
Resolutions = Annotated[
    str, QueryParameter(name="resolution", description=f"Some of {', '.join(RESOLUTIONS)}, separated by commas.")
]
Keywords = Annotated[
    str | None, QueryParameter(name="keywords", description=f"Some of {', '.join(KEYWORDS)}, separated by commas.")
]


class Period(Answer):
    start_period: Timestamp
    end_period: Timestamp


class Savings(Answer):
    total: float
    percentage: float


class Consumption(Answer):
    total: float


class HeatPumpData(Answer):
    estimated_consumption_wh: float


class ElectricVehicleData(Answer):
    estimated_consumption_wh: float
    charge_session_count: int
    average_charge_power_w: float


class InverterData(Answer):
    solar_production_wh: float
    grid_export_wh: float


class StatisticsData(Answer):
    """What was measured in a period; null for what wasn't."""

    resolution: str
    period: Period
    savings: Savings | None
    consumption: Consumption | None
    heat_pump: HeatPumpData | None
    electric_vehicle: ElectricVehicleData | None
    inverter: InverterData | None


class StatisticsMetadata(Answer):
    """What was asked for, and why there is no answer, if there is none."""

    requested_at: Timestamp
    query: dict[str, str]
    units: dict[str, str]
    error: str | None


class Statistics(Answer):
    metadata: StatisticsMetadata
    data: list[StatisticsData]


View = Callable[..., Coroutine[Any, Any, Statistics]]


def savings_of(device_type: DeviceType) -> View:
    """The view of the savings of devices of a type."""

    async def get_savings(
        request: Call,
        *,
        org_id: FromPath[str],  # noqa: ARG001
        user_id: FromPath[str],  # noqa: ARG001
        device_id: FromPath[str],
        begin: From,
        end: To,
        resolution: Resolution = "1MONTH",
    ) -> Statistics:
        """What a device saved within a range. Nothing is measured here: `error` says so."""
        if _moment("from", begin) > _moment("to", end):
            raise InvalidBody([Issue("from", "is later than `to`", place="query")])
        _check("resolution", resolution, RESOLUTIONS)
        query = {"from": begin, "to": end, "resolution": resolution}
        return await _nothing(request, device_type, device_id, query)

    return get_savings


def statistics_of(device_type: DeviceType) -> View:
    """The view of the statistics of devices of a type."""

    async def get_statistics(
        request: Call,
        *,
        org_id: FromPath[str],  # noqa: ARG001
        user_id: FromPath[str],  # noqa: ARG001
        device_id: FromPath[str],
        resolution: Resolutions = "1DAY",
        keywords: Keywords = None,
    ) -> Statistics:
        """What a device consumed and saved. Nothing is measured here: `error` says so."""
        for one in resolution.split(","):
            _check("resolution", one.strip(), RESOLUTIONS)
        for one in keywords.split(",") if keywords else ():
            _check("keywords", one.strip(), KEYWORDS)
        query = {"resolution": resolution, **({"keywords": keywords} if keywords else {})}
        return await _nothing(request, device_type, device_id, query)

    return get_statistics


async def _nothing(call: Call, device_type: DeviceType, device_id: str, query: dict[str, str]) -> Statistics:
    """Of a device that is this user's; raises NotFound."""
    found_id = device_id_of(device_id)
    async with call.hub.db.read() as reader:
        device = await devices.get(reader, call.access, found_id, device_type.kind)
    if device.user_id != user_id_of(call):
        raise NotFound("device", device_id)
    told = StatisticsMetadata(requested_at=rfc3339(call.hub.clock()), query=query, units={}, error=NOTHING_MEASURED)
    return Statistics(metadata=told, data=[])


def _check(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidBody([Issue(name, f"{value!r} isn't known", allowed, place="query")])


def _moment(name: str, text: str) -> datetime:
    """A date, or a date with a time; a + that wasn't encoded arrives as a space."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidBody([Issue(name, "isn't a date or a date with a time", place="query")]) from None
