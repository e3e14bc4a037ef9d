"""What is known of a charge point: built up message by message, and kept between its calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from wattlink.connectors.dial_in import Introduction
from wattlink.connectors.vendors.ocpp.metering import measured

OPERATIVE = "Available"
_WITH_TRANSACTION = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})


class Socket(msgspec.Struct, frozen=True, kw_only=True):
    """One outlet: a connector of OCPP 1.6, an EVSE of 2.0.1. Power in kW, energy in kWh."""

    status: str | None = None  # of 1.6; 2.0.1 is told in the same words
    told_at: datetime | None = None
    transaction: str | None = None  # under way; 1.6 numbers them
    started: tuple[str, ...] = ()  # by what a repeated start is known: time, tag, meter
    power: float | None = None
    energy: float | None = None  # the meter's reading
    energy_at: datetime | None = None


class ChargePointMemory(msgspec.Struct, frozen=True, kw_only=True):
    """A charge point with its outlets."""

    introduction: Introduction
    sockets: Mapping[str, Socket] = {}  # by their number
    status: str | None = None  # of the whole charge point
    max_current: float | None = None  # A, as it was told and accepted
    last_transaction: Annotated[int, msgspec.Meta(ge=0)] = 0
    ended: tuple[str, ...] = ()  # transactions lately: one that is told again late doesn't begin again


def with_socket(memory: ChargePointMemory, number: int, **changes: object) -> ChargePointMemory:
    """The same charge point, of which one outlet changed."""
    key = str(number)
    if key not in memory.sockets and len(memory.sockets) >= MOST_SOCKETS:
        return memory
    socket = msgspec.structs.replace(memory.sockets.get(key, Socket()), **changes)
    return msgspec.structs.replace(memory, sockets={**memory.sockets, key: socket})


def with_reading(memory: ChargePointMemory, number: int, values: Sequence[Mapping[str, Any]]) -> ChargePointMemory:
    """The same charge point after an outlet's meter was read; what these meter values leave out stays."""
    found, socket = measured(values), socket_of(memory, number)
    return with_socket(
        memory,
        number,
        power=socket.power if found.power is None else found.power,
        energy=socket.energy if found.energy is None else found.energy,
        energy_at=found.at or socket.energy_at,
    )


def socket_of(memory: ChargePointMemory, number: int) -> Socket:
    """An outlet, known or not."""
    return memory.sockets.get(str(number), Socket())


MOST_SOCKETS = 8
_KEPT = 10


def ended(memory: ChargePointMemory, transaction: str) -> ChargePointMemory:
    """No outlet has this transaction any more."""
    sockets = {
        key: _left(socket) if socket.transaction == transaction else socket for key, socket in memory.sockets.items()
    }
    late = tuple(dict.fromkeys((*memory.ended, transaction)))[-_KEPT:]
    return msgspec.structs.replace(memory, sockets=sockets, ended=late)


def _left(socket: Socket) -> Socket:
    status = "Finishing" if socket.status in _WITH_TRANSACTION else socket.status
    return msgspec.structs.replace(socket, status=status, transaction=None, started=(), power=None)


def chosen(memory: ChargePointMemory) -> int:
    """The outlet that a charger with several is shown and told by: the one at which most happens."""
    numbers = sorted(int(key) for key in memory.sockets if key != "0")
    return max(numbers, key=lambda number: (_liveliness(socket_of(memory, number)), -number), default=1)


def _liveliness(socket: Socket) -> int:
    if socket.status == "Charging":
        return 3
    if socket.transaction is not None:
        return 2
    return 1 if socket.status not in (None, OPERATIVE, "Unavailable", "Reserved") else 0
