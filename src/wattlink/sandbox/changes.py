"""What the control API may do to a virtual account: the orders, and the account after them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import simulator
from wattlink.connectors.simulated_words import BadWord, shown, turned
from wattlink.connectors.simulation import Fault, State, account_time, devices_of


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device in the words of all vendors."""

    kind: Kind | None = None  # None: the first that the vendor has
    words: dict[str, Any] = {}


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vendor: str
    username: str
    password: str
    devices: int = 1
    kind: Kind | None = None  # of all its devices; None: the first that the vendor has
    knobs: dict[str, Any] = {}  # of the account: `grace_seconds`, `pace` and the simulator's own
    application: str | None = None  # whose it is; then it must be new
    new_devices: list[NewDevice] = []  # beside those of `devices`
    faults: list[Fault] = []
    latency_seconds: float = 0


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is given is changed; faults as a whole list."""

    withdraw: bool = False  # what the user granted so far
    password: str | None = None
    faults: list[Fault] | None = None
    latency_seconds: float | None = None
    add_devices: int = 0
    kind: Kind | None = None  # of those that are added
    new_devices: list[NewDevice] = []
    remove_devices: list[str] = []
    knobs: dict[str, Any] = {}
    devices: dict[str, dict[str, Any]] = {}  # by vendor device id: the knobs of a device
    words: dict[str, dict[str, Any]] = {}  # by vendor device id: the same in the words of all vendors


class VendorChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    faults: list[Fault]  # of an application's accounts at the vendor; without one those common to all, for everybody


def opened(wanted: NewAccount, now: datetime) -> State:
    """A new account. Raises BadWord."""
    simulated = simulator(wanted.vendor)
    state = simulated.new_account(wanted.username, wanted.password, now, devices=wanted.devices, kind=wanted.kind)
    state = {**state, **wanted.knobs, "faults": [fault.value for fault in wanted.faults]}
    if wanted.application is not None:
        state["application"] = wanted.application
    if wanted.latency_seconds:
        state["latency_seconds"] = wanted.latency_seconds
    return _with_devices(wanted.vendor, simulated.set_devices(state, now), wanted.new_devices, now)


def changed(vendor: str, state: State, change: AccountChange, now: datetime) -> State:
    """The account after a change. Raises BadWord."""
    simulated = simulator(vendor)
    state = simulated.set_devices(simulated.advance(state, now), now)
    if change.withdraw:
        state = simulated.withdraw(state)
    state = {**state, **change.knobs}
    if change.password is not None:
        state["password"] = change.password
    if change.faults is not None:
        state["faults"] = [fault.value for fault in change.faults]
    if change.latency_seconds is not None:
        state["latency_seconds"] = change.latency_seconds
    knobs = {key: {**state["devices"][key], **given} for key, given in change.devices.items()}
    state["devices"] = {**state["devices"], **knobs}
    for key, words in change.words.items():
        state = _turned(vendor, state, key, words, now)
    state = simulated.set_devices(state, now, add=change.add_devices, kind=change.kind, remove=change.remove_devices)
    return _with_devices(vendor, state, change.new_devices, now)


def told(vendor: str, state: State, now: datetime) -> Mapping[str, Any]:
    """An account as the control API shows it, now."""
    simulated = simulator(vendor)
    state = simulated.set_devices(simulated.advance(state, now), now)  # counted up to now
    at = account_time(state, now)
    return {
        "vendor": vendor,
        "username": state["username"],
        "password": state["password"],
        "faults": state["faults"],
        "application": state.get("application"),
        "latency_seconds": state.get("latency_seconds", 0),
        "devices": [
            {
                **msgspec.to_builtins(device),
                "words": shown(simulated.WORDS, state["devices"][device.vendor_device_id], at),
            }
            for device in devices_of(state)
        ],
    }


def _with_devices(vendor: str, state: State, devices: Sequence[NewDevice], now: datetime) -> State:
    for number, device in enumerate(devices):
        state = simulator(vendor).set_devices(state, now, add=1, kind=device.kind)
        try:
            state = _turned(vendor, state, list(state["devices"])[-1], device.words, now)
        except BadWord as error:
            raise BadWord(f"devices[{number}].state.{error.word}", error.problem, error.allowed) from None
    return state


def _turned(vendor: str, state: State, key: str, words: Mapping[str, Any], now: datetime) -> State:
    simulated = simulator(vendor)
    device = turned(simulated.WORDS, state["devices"][key], words, account_time(state, now))
    return simulated.set_devices({**state, "devices": {**state["devices"], key: device}}, now)
