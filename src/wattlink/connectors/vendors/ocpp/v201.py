"""Charging stations that speak OCPP 2.0.1."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import structs
from ocpp.routing import on
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action

from wattlink.connectors.commands import Command, SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.dial_in import Introduction
from wattlink.connectors.errors import CommandRefusal, CommandRefused
from wattlink.connectors.vendors.ocpp.memory import (
    ChargePointMemory,
    chosen,
    ended,
    socket_of,
    with_reading,
    with_socket,
)
from wattlink.connectors.vendors.ocpp.station import HEARTBEAT_SECONDS, ID_TAG, SAMPLE_SECONDS, Station, at, refused

_ACCEPTED = {"status": "Accepted"}
_WISHES = {
    "TxUpdatedMeasurands": "Power.Active.Import,Energy.Active.Import.Register",
    "TxUpdatedInterval": str(SAMPLE_SECONDS),
}
_PLUGGED = {"EVConnected": "Preparing", "Idle": "Available"}  # the other states have the words of 1.6
_OCCUPIED = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})


class ChargePoint201(Station, ChargePoint):
    """One charging station's line."""

    async def ask_who(self) -> None:
        """Ask who it is, which it hasn't said by itself."""
        await self.call(call.TriggerMessage(requested_message="BootNotification"))

    async def ask_outlets(self) -> None:
        """Ask how its outlets are; a station may be asked of one connector at a time only (F06.FR.12)."""
        for number in [int(key) for key in self.memory.sockets if key != "0"] or [1]:
            connector = {"id": number, "connector_id": 1}
            await self.call(call.TriggerMessage(requested_message="StatusNotification", evse=connector))

    async def wish(self) -> None:
        """Ask for readings as we like them; what it can't, it leaves."""
        wishes = [
            {
                "attribute_value": value,
                "component": {"name": "SampledDataCtrlr"},
                "variable": {"name": name},
            }
            for name, value in _WISHES.items()
        ]
        await self.call(call.SetVariables(set_variable_data=wishes))

    @on(Action.boot_notification)
    async def on_boot(self, charging_station: Mapping[str, Any], **_: Any) -> Any:
        """It begins."""
        brand, serial = charging_station["vendor_name"], charging_station.get("serial_number")
        said = Introduction(
            subject=f"{brand}/{serial}" if serial else None,
            brand=brand,
            model=charging_station["model"],
            serial_number=serial,
            firmware=charging_station.get("firmware_version"),
        )
        status = "Accepted" if await self.introduced(said) else "Rejected"
        return call_result.BootNotification(current_time=self.now(), interval=HEARTBEAT_SECONDS, status=status)

    @on(Action.heartbeat)
    async def on_heartbeat(self, **_: Any) -> Any:
        """It is there."""
        return call_result.Heartbeat(current_time=self.now())

    @on(Action.authorize)
    async def on_authorize(self, **_: Any) -> Any:
        """Whose token it is, the charger's owner decides, at the charger."""
        return call_result.Authorize(id_token_info=_ACCEPTED)

    @on(Action.status_notification)
    async def on_status(self, timestamp: str, connector_status: str, evse_id: int, **_: Any) -> Any:
        """An outlet is otherwise than before."""
        await self.keep(partial(_stands, evse_id, connector_status, at(timestamp, self._clock())))
        return call_result.StatusNotification()

    @on(Action.transaction_event)
    async def on_transaction(
        self, event_type: str, timestamp: str, transaction_info: Mapping[str, Any], **more: Any
    ) -> Any:
        """A transaction begins, goes on or is over; what is told late says how it was, not how it is."""
        event = _Event(
            kind=event_type,
            transaction=str(transaction_info["transaction_id"]),
            state=transaction_info.get("charging_state"),
            evse=(more.get("evse") or {}).get("id"),
            at=at(timestamp, self._clock()),
            values=more.get("meter_value") or (),
        )
        await self.keep(event.change)
        token = _ACCEPTED if more.get("id_token") else None
        return call_result.TransactionEvent(id_token_info=token)

    @on(Action.meter_values)
    async def on_meter_values(self, evse_id: int, meter_value: Sequence[Mapping[str, Any]], **_: Any) -> Any:
        """What an outlet's meter says."""
        await self.keep(lambda memory: with_reading(memory, evse_id, meter_value))
        return call_result.MeterValues()

    @on(Action.data_transfer)
    async def on_data_transfer(self, **_: Any) -> Any:
        """Words of a brand's own."""
        return call_result.DataTransfer(status="UnknownVendorId")

    @on(Action.notify_report)
    async def on_report(self, **_: Any) -> Any:
        """Nothing that we asked for."""
        return call_result.NotifyReport()

    @on(Action.notify_event)
    async def on_event(self, **_: Any) -> Any:
        """What a station watches by itself."""
        return call_result.NotifyEvent()

    @on(Action.security_event_notification)
    async def on_security_event(self, **_: Any) -> Any:
        """What happened at the station."""
        return call_result.SecurityEventNotification()

    @on(Action.firmware_status_notification)
    async def on_firmware_status(self, **_: Any) -> Any:
        """Nothing that we asked for."""
        return call_result.FirmwareStatusNotification()

    async def told(self, command: Command) -> None:
        """Start or stop the transaction, or limit the current of the whole station."""
        number = chosen(self.memory)
        match command:
            case StartCharging():
                token = {"id_token": ID_TAG, "type": "Central"}
                kept = await self.keep(_with_next_start)
                start = call.RequestStartTransaction(
                    id_token=token, remote_start_id=kept.last_transaction, evse_id=number
                )
                refused((await self.call(start, suppress=False)).status, because="didn't start")
            case StopCharging():
                stop = call.RequestStopTransaction(transaction_id=self.transaction_at(number))
                refused((await self.call(stop, suppress=False)).status, because="didn't stop")
            case SetMaxCurrent(max_current=amps):
                limit = call.SetChargingProfile(evse_id=0, charging_profile=self._profile(amps))
                refused((await self.call(limit, suppress=False)).status, because="can't limit its current")
                await self.keep(lambda memory: structs.replace(memory, max_current=amps))
            case _:
                raise CommandRefused(CommandRefusal.PRECONDITION, "A charger can't do this.")

    def _profile(self, amps: float) -> Mapping[str, Any]:
        return {
            "id": 1,
            "stack_level": 0,
            "charging_profile_purpose": "ChargingStationMaxProfile",
            "charging_profile_kind": "Absolute",
            "charging_schedule": [{"id": 1, **self.schedule(amps)}],
        }


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """What a TransactionEvent tells."""

    kind: str
    transaction: str
    state: str | None
    evse: int | None
    at: datetime
    values: Sequence[Mapping[str, Any]]

    def change(self, memory: ChargePointMemory) -> ChargePointMemory:
        """What is known after it."""
        if self.transaction in memory.ended:
            return memory
        number = self.evse or _outlet_of(memory, self.transaction)
        changed = with_reading(memory, number, self.values) if self.values else memory
        socket = socket_of(changed, number)
        is_news = socket.told_at is None or self.at >= socket.told_at
        if self.state is not None and is_news:
            status = _PLUGGED.get(self.state, self.state)
            changed = with_socket(changed, number, status=status, told_at=self.at)
        if self.kind == "Ended":
            return ended(with_socket(changed, number, transaction=self.transaction), self.transaction)
        return with_socket(changed, number, transaction=self.transaction)


def _outlet_of(memory: ChargePointMemory, transaction: str) -> int:
    """Later events of a transaction needn't repeat where it is."""
    held = [int(number) for number, socket in memory.sockets.items() if socket.transaction == transaction]
    return held[0] if held else chosen(memory)


def _stands(number: int, status: str, told_at: datetime, memory: ChargePointMemory) -> ChargePointMemory:
    """`Occupied` says no more than that a cable is in; a transaction's state is the better word for it."""
    before = socket_of(memory, number).status
    if status == "Occupied":
        status = before if before in _OCCUPIED else "Preparing"
    return with_socket(memory, number, status=status, told_at=told_at)


def _with_next_start(memory: ChargePointMemory) -> ChargePointMemory:
    return structs.replace(memory, last_transaction=memory.last_transaction + 1)
