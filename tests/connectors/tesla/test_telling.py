"""The connector tells cars what to do, and understands what they answer."""

from typing import Any

import pytest

from tests.connectors.tesla.conftest import Garage
from tests.support.clock import StillClock
from wattlink.connectors.commands import Command, HoldPermanently, SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices.hvac import HvacMode
from wattlink.connectors.errors import CommandRefusal, CommandRefused, CredentialsRejected, VendorUnavailable
from wattlink.connectors.simulation import Fault

START, STOP = StartCharging(), StopCharging()


async def refusal(garage: Garage, credential: Credential, vin: str, command: Command) -> CommandRefusal | None:
    """How a car refuses a command; None where it doesn't."""
    car = (await garage.read(credential))[vin]
    try:
        await garage.connector.send(credential, vin, command, car)
    except CommandRefused as refused:
        return refused.cause
    return None


async def first_car(garage: Garage) -> tuple[Credential, str]:
    credential = (await garage.link()).credential
    return credential, next(iter(await garage.read(credential)))


async def test_charging_stops_starts_and_takes_less(garage: Garage, clock: StillClock) -> None:
    credential, vin = await first_car(garage)
    assert await refusal(garage, credential, vin, STOP) is None
    assert (await garage.read(credential))[vin].charge_state.is_charging is False
    assert await refusal(garage, credential, vin, START) is None
    assert await refusal(garage, credential, vin, SetMaxCurrent(max_current=8.4)) is None
    state = (await garage.read(credential))[vin].charge_state
    assert (state.is_charging, state.max_current) == (True, 8)


async def test_what_a_car_says_it_does_already_is_unnecessary(garage: Garage) -> None:
    credential, vin = await first_car(garage)
    assert await refusal(garage, credential, vin, START) is CommandRefusal.UNNECESSARY
    assert await refusal(garage, credential, vin, SetMaxCurrent(max_current=16)) is CommandRefusal.UNNECESSARY
    await refusal(garage, credential, vin, STOP)
    assert await refusal(garage, credential, vin, STOP) is CommandRefusal.UNNECESSARY


@pytest.mark.parametrize(
    ("knobs", "command", "cause"),
    [
        ({"leg": 2}, START, CommandRefusal.PRECONDITION),  # parked, nothing is plugged in
        ({"battery": 80.0}, START, CommandRefusal.PRECONDITION),  # charged up to its limit
        ({}, SetMaxCurrent(max_current=60), CommandRefusal.PRECONDITION),
        ({}, HoldPermanently(mode=HvacMode.OFF), CommandRefusal.PRECONDITION),
        ({"key": False}, STOP, CommandRefusal.PERMISSION),
        ({"mobile_access": False}, STOP, CommandRefusal.PERMISSION),
    ],
)
async def test_why_a_car_refuses(
    garage: Garage, knobs: dict[str, Any], command: Command, cause: CommandRefusal
) -> None:
    credential, vin = await first_car(garage)
    await garage.car_knobs(vin, **knobs)
    assert await refusal(garage, credential, vin, command) is cause


async def test_a_car_that_needs_signed_commands_refuses_others_and_an_old_one_doesnt(garage: Garage) -> None:
    credential, vin = await first_car(garage)
    await garage.knobs(signing=False)
    assert await refusal(garage, credential, vin, STOP) is CommandRefusal.PERMISSION
    await garage.car_knobs(vin, firmware="2021.4")
    assert await refusal(garage, credential, vin, STOP) is None


async def test_a_sleeping_car_is_woken_and_hears_the_next_try(garage: Garage, clock: StillClock) -> None:
    credential, vin = await first_car(garage)
    await garage.car_knobs(vin, sleeps_after=0, charging=False)
    clock.forward(minutes=1)
    assert await refusal(garage, credential, vin, START) is CommandRefusal.UNREACHABLE
    clock.forward(seconds=31)
    assert await refusal(garage, credential, vin, START) is None


async def test_an_offline_car_and_one_that_left(garage: Garage) -> None:
    credential, vin = await first_car(garage)
    car = (await garage.read(credential))[vin]
    await garage.car_knobs(vin, offline=True)
    assert await refusal(garage, credential, vin, STOP) is CommandRefusal.UNREACHABLE
    await garage.sandbox.change("tesla", "somebody@example.com", remove_devices=[vin])
    with pytest.raises(CommandRefused) as gone:
        await garage.connector.send(credential, vin, STOP, car)
    assert gone.value.cause is CommandRefusal.NOT_FOUND


async def test_what_isnt_the_cars_fault_is_none_of_its_refusals(garage: Garage) -> None:
    credential, vin = await first_car(garage)
    car = (await garage.read(credential))[vin]
    for fault, expected in (
        (Fault.QUOTA, VendorUnavailable),
        (Fault.OUTAGE, VendorUnavailable),
        (Fault.ACCESS_REFUSED, CredentialsRejected),
        (Fault.SCOPE_MISSING, CommandRefused),
    ):
        await garage.sandbox.fault("tesla", "somebody@example.com", fault)
        with pytest.raises(expected):
            await garage.connector.send(credential, vin, STOP, car)
