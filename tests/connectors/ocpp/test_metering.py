"""What charge points say of power, energy and time, in the units and ways in which they say it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wattlink.connectors.vendors.ocpp.metering import measured, moment

_POWER = "Power.Active.Import"


def _power(value: object, **more: Any) -> dict[str, Any]:
    return {"value": value, "measurand": _POWER, **more}


@pytest.mark.parametrize(
    ("samples", "power", "energy"),
    [
        ([_power("7360", unit="W"), {"value": "1500"}], 7.36, 1.5),  # energy in Wh, where nothing else is said
        ([_power("7.36", unit="kW"), {"value": "1.5", "unit": "kWh"}], 7.36, 1.5),
        ([_power(7360, unit_of_measure={"unit": "W", "multiplier": 0})], 7.36, None),
        ([_power(7.36, unit_of_measure={"unit": "W", "multiplier": 3})], 7.36, None),
        ([_power("1000", phase=phase) for phase in ("L1", "L2", "L3")], 3, None),
        ([_power("1000", phase="L1-N"), _power("2500")], 2.5, None),  # the total counts for more than its parts
        ([_power("1000", location="EV"), _power("900", location="Outlet")], 0.9, None),
        ([{"value": "16", "measurand": "Current.Import"}, {"value": "80", "measurand": "SoC"}], None, None),
        ([_power("a lot"), _power("nan"), _power("1e300"), _power(None)], None, None),
    ],
)
def test_power_is_in_kw_and_energy_in_kwh(samples: list[dict[str, Any]], power: float, energy: float) -> None:
    told = measured([{"timestamp": "2026-03-02T18:30:00Z", "sampled_value": samples}])
    assert told == (power, energy, datetime(2026, 3, 2, 18, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T18:30:00Z", datetime(2026, 3, 2, 18, 30, tzinfo=UTC)),
        ("2026-03-02T18:30:00", datetime(2026, 3, 2, 18, 30, tzinfo=UTC)),
        ("2026-03-02T19:30:00.000+01:00", datetime(2026, 3, 2, 18, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+01:00", None),  # a clock that was never set
        ("9999-12-31T23:59:59-01:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_times_are_utc_and_senseless_ones_are_none(text: object, expected: datetime | None) -> None:
    assert moment(text) == expected
