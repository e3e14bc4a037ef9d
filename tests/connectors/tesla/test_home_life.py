"""Simulated homes live by the clock alone: the battery stays in its bounds, and looking changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.tesla.conftest import HOME
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import State, account_time
from wattlink.connectors.vendors.tesla import simulator as tesla
from wattlink.connectors.vendors.tesla.energy import simulated_life as life

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)  # by the clock on the home's wall
_WHILES = st.timedeltas(timedelta(0), timedelta(days=3))
_MODES = ("self_consumption", "autonomous", "backup")

_knobs = st.fixed_dictionaries(
    {},
    optional={
        "level": st.floats(0, 100),
        "reserve": st.integers(0, 100),
        "capacity": st.floats(5, 40),
        "most_kw": st.floats(0, 15),
        "mode": st.sampled_from(_MODES),
        "grid_charging": st.booleans(),
    },
)


def _account(pace: int = 1, **knobs: Any) -> State:
    state = tesla.new_account("somebody@example.com", "right", MIDNIGHT, devices=0)
    for kind in HOME:
        state = tesla.set_devices(state, MIDNIGHT, add=1, kind=kind)
    return tesla.set_devices(_turned({**state, "pace": pace}, **knobs), MIDNIGHT)


def _turned(state: State, **knobs: Any) -> State:
    [battery] = [key for key, device in state["devices"].items() if device["kind"] == Kind.BATTERY]
    devices = {**state["devices"], battery: {**state["devices"][battery], **knobs}}
    return {**state, "devices": devices}


def _moment(state: State, now: datetime) -> life.Moment:
    """The only home of an account."""
    state = tesla.advance(state, now)
    [home] = life.homes(state).values()
    return life.moment(home, account_time(state, now))


@settings(deadline=None)
@given(knobs=_knobs, pace=st.sampled_from([1, 60]), first=_WHILES, second=_WHILES)
def test_many_steps_lead_where_one_does(knobs: dict[str, Any], pace: int, first: timedelta, second: timedelta) -> None:
    state, middle, end = _account(pace, **knobs), MIDNIGHT + first, MIDNIGHT + first + second
    assert tesla.advance(tesla.advance(state, middle), end) == tesla.advance(state, end)
    assert _moment(tesla.advance(state, middle), end) == _moment(state, end)


@settings(deadline=None)
@given(knobs=_knobs, later=_WHILES)
def test_the_battery_stays_in_its_bounds(knobs: dict[str, Any], later: timedelta) -> None:
    state = _account(**knobs)
    start, moment = _moment(state, MIDNIGHT), _moment(state, MIDNIGHT + later)
    [home] = life.homes(state).values()
    battery = home[Kind.BATTERY]
    assert min(start.level, battery["reserve"]) - 1e-9 <= moment.level <= 100
    assert abs(moment.battery) <= battery["most_kw"]
    assert moment.load > 0
    assert moment.solar >= 0


@settings(deadline=None)
@given(later=_WHILES, mode=st.sampled_from(_MODES))
def test_a_turned_knob_makes_no_leap(later: timedelta, mode: str) -> None:
    now = MIDNIGHT + later
    before = tesla.advance(_account(), now)
    turned = tesla.set_devices(_turned(tesla.set_devices(before, now), mode=mode), now)
    assert _moment(turned, now).level == pytest.approx(_moment(before, now).level)


def _levels(state: State, *hours: int) -> list[float]:
    return [_moment(state, MIDNIGHT + timedelta(hours=hour)).level for hour in hours]


def test_a_day_on_its_own_power() -> None:
    night, morning, evening, later = _levels(_account(level=60.0), 0, 7, 16, 23)
    assert night > morning
    assert evening > morning
    assert evening > later > 20


def test_a_day_by_the_price() -> None:
    night, morning, evening, later = _levels(_account(level=40.0, mode="autonomous"), 0, 6, 17, 21)
    assert morning == 100 > night
    assert evening == 100 > later


def test_kept_full_for_an_outage() -> None:
    assert _levels(_account(mode="backup"), 4, 12, 20) == [100, 100, 100]
    night, noon, evening = _levels(_account(mode="backup", grid_charging=False), 4, 14, 20)
    assert night == 40 < noon <= evening


def test_devices_that_are_bought_one_by_one_stand_in_one_home() -> None:
    state = _account()
    assert len(life.homes(state)) == 1
    assert len(life.homes(tesla.set_devices(state, MIDNIGHT, add=2, kind=Kind.METER))) == 3
