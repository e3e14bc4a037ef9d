"""Simulated cars live by the clock alone: they charge, drive and sleep, and it doesn't matter how often one looks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wattlink.connectors.registry import simulator
from wattlink.connectors.simulation import State, account_time
from wattlink.connectors.vendors.tesla import simulated_life as life
from wattlink.connectors.vendors.tesla import simulator as tesla

START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
_WHILES = st.timedeltas(timedelta(0), timedelta(days=3))

_knobs = st.fixed_dictionaries(
    {},
    optional={
        "battery": st.floats(0, 100),
        "limit": st.integers(50, 100),
        "amps": st.integers(0, 32),
        "capacity": st.floats(30, 110),
        "leg": st.integers(0, 3),
        "charging": st.booleans(),
    },
)


def _account(knobs: dict[str, Any], pace: int) -> State:
    state = {**simulator("tesla").new_account("somebody@example.com", "right", START), "pace": pace}
    cars = {vin: {**car, **knobs} for vin, car in state["devices"].items()}
    return tesla.set_devices({**state, "devices": cars}, START)


def _moment(state: State, now: datetime) -> life.Moment:
    """The only car of an account."""
    state = tesla.advance(state, now)
    [car] = state["devices"].values()
    return life.moment(car, account_time(state, now))


@settings(deadline=None)
@given(knobs=_knobs, pace=st.sampled_from([1, 60, 240]), first=_WHILES, second=_WHILES)
def test_many_steps_lead_where_one_does(knobs: dict[str, Any], pace: int, first: timedelta, second: timedelta) -> None:
    state, middle, end = _account(knobs, pace), START + first, START + first + second
    assert tesla.advance(tesla.advance(state, middle), end) == tesla.advance(state, end)
    assert _moment(tesla.advance(state, middle), end) == _moment(state, end)


@settings(deadline=None)
@given(knobs=_knobs, pace=st.sampled_from([1, 60]), first=_WHILES, second=_WHILES)
def test_the_odometer_only_grows_and_the_battery_stays_within_its_bounds(
    knobs: dict[str, Any], pace: int, first: timedelta, second: timedelta
) -> None:
    state = _account(knobs, pace)
    earlier, later = _moment(state, START + first), _moment(state, START + first + second)
    assert later.odometer >= earlier.odometer
    for moment in (earlier, later):
        assert 0 <= moment.battery <= 100
        assert moment.power >= 0
        assert moment.minutes_to_full >= 0


@settings(deadline=None)
@given(first=_WHILES, second=_WHILES, pace=st.sampled_from([1, 60]))
def test_a_turned_pace_leaps_neither_forward_nor_back(first: timedelta, second: timedelta, pace: int) -> None:
    now = START + first
    before = tesla.advance(_account({}, 60), now)
    turned = tesla.set_devices({**before, "pace": pace}, now)
    assert abs(_moment(turned, now).odometer - _moment(before, now).odometer) < 1e-3
    assert _moment(turned, now + second).odometer >= _moment(before, now).odometer - 1e-3


def _story(state: State, *minutes: float) -> list[tuple[str, str]]:
    moments = [_moment(state, START + timedelta(minutes=at)) for at in minutes]
    return [(moment.state, moment.charging_state) for moment in moments]


def test_a_day_of_a_commuter() -> None:
    state = _account({}, 1)
    assert _story(state, 0, 91, 92, 108, 839, 841, 886, 899, 901, 1396, 1441) == [
        ("online", "Charging"),
        ("online", "Charging"),
        ("online", "Complete"),
        ("asleep", "Complete"),
        ("asleep", "Complete"),
        ("online", "Disconnected"),  # on the way to work
        ("online", "Disconnected"),  # just parked there
        ("online", "Disconnected"),
        ("asleep", "Disconnected"),
        ("online", "Disconnected"),  # on the way home
        ("online", "Charging"),
    ]


def test_in_the_demo_something_moves_within_half_a_minute() -> None:
    for account in tesla.fleet(START)[:1]:
        now, later = START + timedelta(seconds=5), START + timedelta(seconds=35)
        before = _all(account.state, now)
        assert before != _all(account.state, later)


def _all(state: State, now: datetime) -> list[tuple[int, float]]:
    at = account_time(state, now)
    moments = [life.moment(car, at) for car in tesla.advance(state, now)["devices"].values()]
    return [(int(moment.battery), round(moment.odometer, 1)) for moment in moments]


def test_a_car_too_empty_for_a_trip_stays() -> None:
    state = _account({"battery": 6.0, "charging": False}, 1)
    before, after = (_moment(state, START + timedelta(hours=hours)) for hours in (1, 14.5))
    assert before.charging_state == "Stopped"
    assert (after.odometer, after.battery, after.speed) == (before.odometer, 6.0, None)
