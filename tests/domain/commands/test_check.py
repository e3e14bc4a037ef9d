"""What can be known beforehand is refused beforehand: rules on devices as they stand, without a vendor."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from tests.support.documents import BATTERY, HVAC, METER, SEEN
from wattlink.base.ids import new_id
from wattlink.connectors.commands import (
    Command,
    FollowSchedule,
    HoldPermanently,
    SetMaxCurrent,
    SetOperationMode,
    StartCharging,
    StopCharging,
)
from wattlink.connectors.devices import (
    CAPABLE,
    Charger,
    ChargerCapabilities,
    ChargerChargeState,
    ChargerInformation,
    Document,
    Vehicle,
    VehicleCapabilities,
    VehicleChargeState,
    blocked,
    kind_of,
)
from wattlink.connectors.devices.hvac import HoldType, HvacCapabilities, HvacMode, ThermostatState
from wattlink.connectors.devices.parts import Range
from wattlink.connectors.devices.site import BatteryConfig, OperationMode
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, UserId
from wattlink.domain.commands.check import check, scope_of
from wattlink.domain.commands.observe import is_done
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import CommandNotPossible, InvalidInput
from wattlink.domain.interventions.catalogue import LINK_AGAIN

START, STOP = StartCharging(), StopCharging()
ALL = ChargerCapabilities(start_charging=CAPABLE, stop_charging=CAPABLE, set_max_current=CAPABLE)
INFORMATION = ChargerInformation(brand="Easee", model="Home", serial_number="EH1")
HEAT, COOL, AUTO, OFF = HvacMode.HEAT, HvacMode.COOL, HvacMode.AUTO, HvacMode.OFF


def charger(capabilities: ChargerCapabilities = ALL, **state: Any) -> Charger:
    return Charger(
        last_seen=SEEN, information=INFORMATION, charge_state=ChargerChargeState(**state), capabilities=capabilities
    )


def vehicle(**state: Any) -> Vehicle:
    return Vehicle(
        last_seen=SEEN,
        charge_state=VehicleChargeState(**state),
        capabilities=VehicleCapabilities(start_charging=CAPABLE, stop_charging=CAPABLE, set_max_current=CAPABLE),
    )


def device(document: Document, *scopes: str) -> Device:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    kind = kind_of(document)
    return Device(
        device_id=DeviceId(new_id()),
        application_id=ApplicationId(new_id()),
        user_id=UserId(new_id()),
        user="ada",
        account_id=AccountId(new_id()),
        vendor="easee",
        kind=kind,
        scopes=scopes or (f"{kind}:read:data", scope_of(kind)),
        document=document,
        created_at=now,
        updated_at=now,
    )


HEAT_PUMP = structs.replace(
    HVAC,
    capabilities=HvacCapabilities(
        capable_modes=(HEAT, COOL, AUTO, OFF),
        heat_setpoint_range=Range(min=5, max=30),
        cool_setpoint_range=Range(min=16, max=32),
        setpoint_difference_range=Range(min=2, max=20),
        set_permanent_hold=CAPABLE,
        set_follow_schedule=CAPABLE,
    ),
)


@pytest.mark.parametrize(
    ("document", "command"),
    [
        (charger(is_plugged_in=True, is_charging=False), START),
        (charger(is_plugged_in=True, is_charging=True), STOP),
        (charger(), START),  # a vendor that doesn't tell is asked
        (charger(max_current=16.0), SetMaxCurrent(max_current=16)),  # set so already: sent and confirmed
        (vehicle(is_plugged_in=True, is_charging=False, is_fully_charged=True), SetMaxCurrent(max_current=8)),
        (HEAT_PUMP, HoldPermanently(mode=HEAT, heat_setpoint=30)),
        (HEAT_PUMP, HoldPermanently(mode=AUTO, heat_setpoint=20, cool_setpoint=22)),
        (HEAT_PUMP, HoldPermanently(mode=OFF)),
        (HEAT_PUMP, FollowSchedule()),
        (BATTERY, SetOperationMode(operation_mode=OperationMode.TIME_OF_USE)),
    ],
)
def test_what_may_be_told(document: Document, command: Command) -> None:
    check(device(document), command, is_busy=False)


@pytest.mark.parametrize(
    ("document", "command", "says"),
    [
        (charger(is_plugged_in=False), START, "Nothing is plugged in"),
        (charger(is_plugged_in=False), STOP, "Nothing is plugged in"),
        (charger(is_plugged_in=True, is_charging=True), START, "charges already"),
        (charger(is_plugged_in=True, is_charging=False), STOP, "doesn't charge"),
        (vehicle(is_plugged_in=True, is_charging=False, is_fully_charged=True), START, "up to its limit"),
        (charger(ChargerCapabilities()), START, "doesn't offer start charging"),
        (charger(), FollowSchedule(), "doesn't offer set follow schedule"),
        (METER, START, "didn't grant meter:control"),
    ],
)
def test_what_a_device_cant_do_as_it_stands(document: Document, command: Command, says: str) -> None:
    asked = device(document, "meter:read:data") if document is METER else device(document)
    with pytest.raises(CommandNotPossible, match=says):
        check(asked, command, is_busy=False)


@pytest.mark.parametrize(
    ("document", "command", "field", "allowed"),
    [
        (charger(), SetMaxCurrent(max_current=81), "max_current", ("0..80",)),
        (charger(), SetMaxCurrent(max_current=-1), "max_current", ("0..80",)),
        (charger(), SetMaxCurrent(max_current=float("nan")), "max_current", ("0..80",)),
        (HVAC, HoldPermanently(mode=COOL, cool_setpoint=20), "mode", ("HEAT", "OFF")),
        (HEAT_PUMP, HoldPermanently(mode=HEAT, heat_setpoint=30.5), "heat_setpoint", ("5..30",)),
        (HEAT_PUMP, HoldPermanently(mode=COOL, cool_setpoint=15), "cool_setpoint", ("16..32",)),
        (HEAT_PUMP, HoldPermanently(mode=HEAT), "heat_setpoint", ()),
        (HEAT_PUMP, HoldPermanently(mode=OFF, heat_setpoint=20), "heat_setpoint", ()),
        (HEAT_PUMP, HoldPermanently(mode=AUTO, heat_setpoint=21, cool_setpoint=22), "cool_setpoint", ("2..20",)),
        (
            BATTERY,
            SetOperationMode(operation_mode=OperationMode.EXPORT_FOCUS),
            "operation_mode",
            ("TIME_OF_USE", "SELF_RELIANCE"),
        ),
    ],
)
def test_values_out_of_range_name_the_field_and_what_may_stand_there(
    document: Document, command: Command, field: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(device(document), command, is_busy=False)
    assert (refused.value.field, refused.value.allowed) == (field, allowed)


def test_what_waits_for_somebody_names_the_intervention() -> None:
    waiting = charger(structs.replace(ALL, start_charging=blocked(LINK_AGAIN)))
    with pytest.raises(CommandNotPossible) as refused:
        check(device(waiting), START, is_busy=False)
    assert refused.value.interventions == (LINK_AGAIN,)


def test_a_scope_that_was_not_granted_is_named() -> None:
    with pytest.raises(CommandNotPossible, match="charger:control:charging"):
        check(device(charger(), "charger:read:data"), START, is_busy=False)


def test_while_something_else_is_under_way_the_state_that_is_known_says_nothing() -> None:
    check(device(charger(is_plugged_in=True, is_charging=True)), START, is_busy=True)


@pytest.mark.parametrize(
    ("command", "document", "done"),
    [
        (START, charger(is_charging=True), True),
        (START, charger(is_charging=None), False),
        (STOP, vehicle(is_charging=False), True),
        (STOP, vehicle(is_charging=None), False),
        (SetMaxCurrent(max_current=10), charger(max_current=10.2), True),
        (SetMaxCurrent(max_current=10), charger(max_current=16), False),
        (FollowSchedule(), HVAC, True),
        (HoldPermanently(mode=HEAT, heat_setpoint=21), HVAC, False),  # it follows its schedule
        (
            HoldPermanently(mode=HEAT, heat_setpoint=21),
            structs.replace(
                HVAC, thermostat_state=ThermostatState(mode=HEAT, heat_setpoint=21.1, hold_type=HoldType.PERMANENT)
            ),
            True,
        ),
        (HoldPermanently(mode=OFF), structs.replace(HVAC, thermostat_state=ThermostatState(mode=OFF)), True),
        (SetOperationMode(operation_mode=OperationMode.SELF_RELIANCE), BATTERY, True),
        (
            SetOperationMode(operation_mode=OperationMode.SELF_RELIANCE),
            structs.replace(BATTERY, config=BatteryConfig(operation_mode=OperationMode.UNKNOWN)),
            False,
        ),
        (START, METER, False),
    ],
)
def test_whether_a_device_is_as_it_was_told(command: Command, document: Document, done: bool) -> None:
    assert is_done(command, document) is done
