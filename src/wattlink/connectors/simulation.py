"""What a vendor's simulator offers to the sandbox that serves it. Simulators are pure: no clock, no I/O, no globals.

A virtual account is one JSON object, never changed in place. What the sandbox's control API turns has the same name
in every simulator; the rest is the simulator's own:

    username, password   what the vendor's sign-in accepts; another password ends what was granted under the old one
    faults               the faults that are switched on
    grace_seconds        how long a used refresh token is still good (0: not at all)
    pace                 how many times faster than real its devices live
    application          whose account it is, and in whose time it lives (absent: the operator's)
    latency_seconds      how long every answer takes (absent: 0)
    devices              by vendor device id, each with its `kind`, its `name` and the simulator's own knobs
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec

from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulated_words import Words

State = dict[str, Any]


class Fault(StrEnum):
    """What can be made to go wrong, per virtual account; the first four also for a whole vendor.

    Those four mean the same everywhere and are the sandbox's; the others are answered as each vendor answers them.
    """

    OUTAGE = "outage"  # 503 with a page for people
    SLOW = "slow"  # no answer within any deadline
    GARBAGE = "garbage"  # 200 with something that isn't the documented JSON
    ENDLESS = "endless"  # a body without an end

    WRONG_PASSWORD = "wrong_password"  # the vendor's sign-in refuses the right password  # noqa: S105
    ACCOUNT_LOCKED = "account_locked"
    REFRESH_REFUSED = "refresh_refused"  # access withdrawn or password changed: the refresh token is dead
    ACCESS_REFUSED = "access_refused"  # the access token alone is dead
    QUOTA = "quota"
    ASLEEP = "asleep"
    SCOPE_MISSING = "scope_missing"  # a 403 that speaks of a permission
    FORBIDDEN = "forbidden"  # a 403 that means something else


class SimulatedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to one of the vendor's hosts. Header names are lower-case."""

    method: str
    host: str  # the manifest's name of the host
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    base: str = ""  # the public address under which this host is served, for links and redirects

    @property
    def bearer(self) -> str:
        """The access token; empty where the header says anything else."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body; none of a body that isn't sent as one, which the vendors' clouds don't read."""
        is_form = self._is_sent_as("application/x-www-form-urlencoded")
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {}

    def positive(self, name: str, default: int) -> int:
        """A number of the query, such as a page's; the default where it is none."""
        said = self.query.get(name, "")
        return int(said) if said.isdecimal() and int(said) > 0 else default

    def json(self) -> Any:
        """The JSON body, or None where it isn't JSON, or isn't sent as that."""
        try:
            return msgspec.json.decode(self.body) if self._is_sent_as("application/json") else None
        except msgspec.DecodeError:
            return None

    def _is_sent_as(self, content_type: str) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == content_type


class SimulatedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; `delay` in seconds before it is sent, `endless` sends the body again and again."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""
    delay: float = 0.0
    endless: bool = False


_EVERYWHERE = {
    Fault.OUTAGE: SimulatedAnswer(
        status=503, headers={"content-type": "text/html"}, body=b"<html><h1>503 Service Unavailable</h1></html>"
    ),
    Fault.SLOW: SimulatedAnswer(status=504, delay=3600.0),
    Fault.GARBAGE: SimulatedAnswer(headers={"content-type": "application/json"}, body=b'{"data": [1, 2, {"na\xff'),
    Fault.ENDLESS: SimulatedAnswer(headers={"content-type": "application/json"}, body=b"[" * 65_536, endless=True),
}


def common_fault(faults: Collection[str]) -> SimulatedAnswer | None:
    """How any vendor answers while one of the four common faults is switched on."""
    return next((answer for fault, answer in _EVERYWHERE.items() if fault in faults), None)


def plain_account(username: str, password: str, now: datetime, **own: Any) -> State:
    """A healthy account without devices: what all have in common, and what is the simulator's `own`."""
    return {
        "username": username,
        "password": password,
        "faults": [],
        "grace_seconds": 0,
        "pace": 1,
        "time": {"real": now.timestamp(), "own": now.timestamp(), "pace": 1},
        "devices_made": 0,
        "devices": {},
        **own,
    }


def account_time(state: State, now: datetime) -> float:
    """The account's own time, by which its devices live, in seconds: real time, made faster by `pace`."""
    anchor = state["time"]
    return float(anchor["own"] + (now.timestamp() - anchor["real"]) * anchor["pace"])


def with_pace(state: State, now: datetime) -> State:
    """The account with its time running at `pace` from now on."""
    if state["time"]["pace"] == state["pace"]:
        return state
    return {**state, "time": {"real": now.timestamp(), "own": account_time(state, now), "pace": state["pace"]}}


class FleetDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device of a virtual account, as people see it."""

    kind: Kind
    name: str
    vendor_device_id: str


def devices_of(state: State) -> tuple[FleetDevice, ...]:
    """The devices of a virtual account, as people see them."""
    return tuple(
        FleetDevice(kind=Kind(device["kind"]), name=device["name"], vendor_device_id=vendor_device_id)
        for vendor_device_id, device in state["devices"].items()
    )


class FleetAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A virtual account of the demo's fleet."""

    username: str
    password: str
    state: State
    devices: Sequence[FleetDevice]


class Simulator(Protocol):
    """A vendor's cloud, simulated. A vendor's `simulator.py` is a module with this constant and these functions."""

    DEMO_REGISTRATION: Registration  # our client at the simulated vendor
    WORDS: Words  # what can be seen and set on its devices

    def account_of(self, request: SimulatedRequest) -> str | None:
        """The user name of the virtual account that a request speaks of (typed, or carried inside a token or code)."""
        ...

    def handle(
        self, request: SimulatedRequest, state: State | None, now: datetime
    ) -> tuple[SimulatedAnswer, State | None]:
        """Answer as the vendor does; `state` (already advanced to `now`) is None for an unknown account."""
        ...

    def advance(self, state: State, now: datetime) -> State:
        """The same account later: cars drive, charge and sleep. Depends on nothing but its arguments."""
        ...

    def withdraw(self, state: State) -> State:
        """The account after its user withdrew all access in the vendor's app; a new sign-in gives access again."""
        ...

    def fleet(self, now: datetime) -> Sequence[FleetAccount]:
        """The virtual accounts of the demo."""
        ...

    def new_account(
        self, username: str, password: str, now: datetime, *, devices: int = 1, kind: Kind | None = None
    ) -> State:
        """A plain healthy account with this many devices of one kind; None is the manifest's first."""
        ...

    def set_devices(
        self, state: State, now: datetime, *, add: int = 0, kind: Kind | None = None, remove: Sequence[str] = ()
    ) -> State:
        """Devices bought (`add`, all of one `kind`; None is the manifest's first) and sold (`remove`) since.

        The bought ones are the last of `devices`. A kind that the vendor doesn't have is a ValueError. Called without
        either before and after knobs are turned, so that what a knob meant until now can be settled.
        """
        ...
