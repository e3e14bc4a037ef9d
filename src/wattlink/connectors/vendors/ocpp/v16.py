"""Charge points that speak OCPP 1.6."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import structs
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action

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
    "MeterValuesSampledData": "Power.Active.Import,Energy.Active.Import.Register",
    "MeterValueSampleInterval": str(SAMPLE_SECONDS),
}
_LONGEST_TIME = 40  # which the schema doesn't bound
_PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile")  # not every charger knows the first


class ChargePoint16(Station, ChargePoint):
    """One charge point's line."""

    async def ask_who(self) -> None:
        """Ask who it is, which it hasn't said by itself."""
        await self.call(call.TriggerMessage(requested_message="BootNotification"))

    async def ask_outlets(self) -> None:
        """Ask how its outlets are."""
        await self.call(call.TriggerMessage(requested_message="StatusNotification"))

    async def wish(self) -> None:
        """Ask for readings as we like them; what it can't, it leaves."""
        for key, value in _WISHES.items():
            await self.call(call.ChangeConfiguration(key=key, value=value))

    @on(Action.boot_notification)
    async def on_boot(self, charge_point_vendor: str, charge_point_model: str, **more: Any) -> Any:
        """It begins."""
        serial = more.get("charge_point_serial_number") or more.get("charge_box_serial_number")
        said = Introduction(
            subject=f"{charge_point_vendor}/{serial}" if serial else None,
            brand=charge_point_vendor,
            model=charge_point_model,
            serial_number=serial,
            firmware=more.get("firmware_version"),
        )
        status = "Accepted" if await self.introduced(said) else "Rejected"
        return call_result.BootNotification(current_time=self.now(), interval=HEARTBEAT_SECONDS, status=status)

    @on(Action.heartbeat)
    async def on_heartbeat(self) -> Any:
        """It is there."""
        return call_result.Heartbeat(current_time=self.now())

    @on(Action.authorize)
    async def on_authorize(self, **_: Any) -> Any:
        """Whose tag it is, the charger's owner decides, at the charger."""
        return call_result.Authorize(id_tag_info=_ACCEPTED)

    @on(Action.status_notification)
    async def on_status(self, connector_id: int, status: str, timestamp: str | None = None, **_: Any) -> Any:
        """An outlet, or with the number 0 the whole charger, is otherwise than before."""
        told_at = at(timestamp, self._clock())

        def change(memory: ChargePointMemory) -> ChargePointMemory:
            if connector_id == 0:
                return structs.replace(memory, status=status)
            return with_socket(memory, connector_id, status=status, told_at=told_at)

        await self.keep(change)
        return call_result.StatusNotification()

    @on(Action.start_transaction)
    async def on_start(self, connector_id: int, id_tag: str, meter_start: int, timestamp: str, **_: Any) -> Any:
        """A transaction begins; one that is told again, since our answer got lost, keeps its number."""
        started = (timestamp[:_LONGEST_TIME], id_tag, str(meter_start))

        def change(memory: ChargePointMemory) -> ChargePointMemory:
            if socket_of(memory, connector_id).started == started:
                return memory
            number = memory.last_transaction + 1
            energy = meter_start / 1000
            changed = with_socket(memory, connector_id, transaction=str(number), started=started, energy=energy)
            return structs.replace(changed, last_transaction=number)

        kept = await self.keep(change)
        number = int(socket_of(kept, connector_id).transaction or 0)
        return call_result.StartTransaction(transaction_id=number, id_tag_info=_ACCEPTED)

    @on(Action.stop_transaction)
    async def on_stop(self, transaction_id: int, meter_stop: int, timestamp: str, **_: Any) -> Any:
        """A transaction is over."""
        told_at, transaction = at(timestamp, self._clock()), str(transaction_id)

        def change(memory: ChargePointMemory) -> ChargePointMemory:
            held = [number for number, socket in memory.sockets.items() if socket.transaction == transaction]
            for number in held:
                memory = with_socket(memory, int(number), energy=meter_stop / 1000, energy_at=told_at)
            return ended(memory, transaction)

        await self.keep(change)
        return call_result.StopTransaction(id_tag_info=_ACCEPTED)

    @on(Action.meter_values)
    async def on_meter_values(
        self, connector_id: int, meter_value: Sequence[Mapping[str, Any]], transaction_id: int | None = None, **_: Any
    ) -> Any:
        """What an outlet's meter says."""
        await self.keep(partial(_metered, connector_id, meter_value, transaction_id))
        return call_result.MeterValues()

    @on(Action.data_transfer)
    async def on_data_transfer(self, **_: Any) -> Any:
        """Words of a brand's own."""
        return call_result.DataTransfer(status="UnknownVendorId")

    @on(Action.firmware_status_notification)
    async def on_firmware_status(self, **_: Any) -> Any:
        """Nothing that we asked for."""
        return call_result.FirmwareStatusNotification()

    @on(Action.diagnostics_status_notification)
    async def on_diagnostics_status(self, **_: Any) -> Any:
        """Nothing that we asked for."""
        return call_result.DiagnosticsStatusNotification()

    async def told(self, command: Command) -> None:
        """Start or stop the transaction, or limit the current of the whole charger."""
        number = chosen(self.memory)
        match command:
            case StartCharging():
                start = call.RemoteStartTransaction(id_tag=ID_TAG, connector_id=number)
                refused((await self.call(start, suppress=False)).status, because="didn't start")
            case StopCharging():
                stop = call.RemoteStopTransaction(transaction_id=int(self.transaction_at(number)))
                refused((await self.call(stop, suppress=False)).status, because="didn't stop")
            case SetMaxCurrent(max_current=amps):
                await self._limit(amps)
                await self.keep(lambda memory: structs.replace(memory, max_current=amps))
            case _:
                raise CommandRefused(CommandRefusal.PRECONDITION, "A charger can't do this.")

    async def _limit(self, amps: float) -> None:
        status = None
        for purpose in _PURPOSES:
            profile = self._profile(purpose, amps)
            wish = call.SetChargingProfile(connector_id=0, cs_charging_profiles=profile)
            status = (await self.call(wish, suppress=False)).status
            if status == "Accepted":
                return
        refused(status, because="can't limit its current")

    def _profile(self, purpose: str, amps: float) -> Mapping[str, Any]:
        return {
            "charging_profile_id": 1 + _PURPOSES.index(purpose),
            "stack_level": 0,
            "charging_profile_purpose": purpose,
            "charging_profile_kind": "Absolute",
            "charging_schedule": self.schedule(amps),
        }


def _metered(
    number: int, values: Sequence[Mapping[str, Any]], transaction: int | None, memory: ChargePointMemory
) -> ChargePointMemory:
    if transaction is not None and str(transaction) in memory.ended:  # told late: how it was, not how it is
        return memory
    return with_reading(memory, number, values)
