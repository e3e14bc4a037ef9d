"""Charge points of both versions of OCPP, made with somebody else's classes, over real WebSockets."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call as call16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call as call201
from ocpp.v201 import call_result as result201
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Wallbox16(ChargePoint16):
    """A car is plugged in as soon as somebody calls `plug_in`; it does what it is told."""

    transaction: int | None = None
    limit: float | None = None
    standing = "Available"

    async def boot(self, serial: str = "A100") -> Any:
        return await self.call(
            call16.BootNotification(
                charge_point_vendor="Volta",
                charge_point_model="Box 11",
                charge_point_serial_number=serial,
                firmware_version="1.4.2",
            )
        )

    async def status(self, status: str) -> Any:
        return await self.call(call16.StatusNotification(1, "NoError", status, timestamp=_now()), suppress=False)

    async def plug_in(self) -> None:
        await self.status("Preparing")

    async def begin(self) -> None:
        answer = await self.call(call16.StartTransaction(1, "tag", 1000, _now()), suppress=False)
        self.transaction = answer.transaction_id
        await self.status("Charging")

    async def meter(self, watts: float, watt_hours: float) -> Any:
        samples = [
            {"value": str(watts), "measurand": "Power.Active.Import", "unit": "W"},
            {"value": str(watt_hours), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        ]
        values = [{"timestamp": _now(), "sampledValue": samples}]
        return await self.call(call16.MeterValues(1, values, self.transaction), suppress=False)

    async def finish(self) -> Any:
        assert self.transaction is not None
        transaction, self.transaction = self.transaction, None
        answer = await self.call(call16.StopTransaction(5000, _now(), transaction), suppress=False)
        await self.status("Finishing")
        return answer

    @on("TriggerMessage")
    async def on_trigger(self, requested_message: str, **_: Any) -> Any:
        self.soon(self.boot() if requested_message == "BootNotification" else self.status(self.standing))
        return result16.TriggerMessage(status="Accepted")

    @on("RemoteStartTransaction")
    async def on_start(self, **_: Any) -> Any:
        self.soon(self.begin())
        return result16.RemoteStartTransaction(status="Accepted")

    @on("RemoteStopTransaction")
    async def on_stop(self, transaction_id: int, **_: Any) -> Any:
        if transaction_id != self.transaction:
            return result16.RemoteStopTransaction(status="Rejected")
        self.soon(self.finish())
        return result16.RemoteStopTransaction(status="Accepted")

    @on("SetChargingProfile")
    async def on_profile(self, cs_charging_profiles: Mapping[str, Any], **_: Any) -> Any:
        if cs_charging_profiles["charging_profile_purpose"] == "ChargePointMaxProfile":
            return result16.SetChargingProfile(status="NotSupported")
        self.limit = cs_charging_profiles["charging_schedule"]["charging_schedule_period"][0]["limit"]
        return result16.SetChargingProfile(status="Accepted")

    def soon(self, doing: Any) -> None:
        self.doing = asyncio.ensure_future(doing)


class Wallbox201(ChargePoint201):
    """The same in the newer version."""

    transaction: str | None = None
    limit: float | None = None
    standing = "Available"
    events = 0

    async def boot(self, serial: str = "B200") -> Any:
        station = {"vendor_name": "Ampere", "model": "Wall 22", "serial_number": serial, "firmware_version": "3.0"}
        return await self.call(call201.BootNotification(charging_station=station, reason="PowerUp"))

    async def status(self, status: str) -> Any:
        return await self.call(call201.StatusNotification(_now(), status, 1, 1), suppress=False)

    async def plug_in(self) -> None:
        await self.status("Occupied")

    async def begin(self) -> None:
        self.transaction = "T-1"
        await self.event("Started", "Charging", trigger="RemoteStart")

    async def meter(self, watts: float, watt_hours: float) -> Any:
        samples = [
            {"value": watts, "measurand": "Power.Active.Import", "unit_of_measure": {"unit": "W"}},
            {"value": watt_hours, "measurand": "Energy.Active.Import.Register", "unit_of_measure": {"unit": "Wh"}},
        ]
        values = [{"timestamp": _now(), "sampled_value": samples}]
        return await self.event("Updated", "Charging", trigger="MeterValuePeriodic", values=values)

    async def finish(self) -> Any:
        answer = await self.event("Ended", "EVConnected", trigger="RemoteStop")
        self.transaction = None
        return answer

    async def event(self, kind: str, state: str, *, trigger: str, values: Any = None) -> Any:
        self.events += 1
        return await self.call(
            call201.TransactionEvent(
                event_type=kind,
                timestamp=_now(),
                trigger_reason=trigger,
                seq_no=self.events,
                transaction_info={"transaction_id": self.transaction, "charging_state": state},
                evse={"id": 1, "connector_id": 1},
                meter_value=values,
            ),
            suppress=False,
        )

    @on("TriggerMessage")
    async def on_trigger(self, requested_message: str, evse: Mapping[str, Any] | None = None, **_: Any) -> Any:
        if requested_message == "BootNotification":
            self.soon(self.boot())
        elif (evse or {}).get("connector_id") is None:
            return result201.TriggerMessage(status="Rejected")  # as F06.FR.12 wants it
        else:
            self.soon(self.status(self.standing))
        return result201.TriggerMessage(status="Accepted")

    @on("RequestStartTransaction")
    async def on_start(self, **_: Any) -> Any:
        self.soon(self.begin())
        return result201.RequestStartTransaction(status="Accepted")

    @on("RequestStopTransaction")
    async def on_stop(self, **_: Any) -> Any:
        self.soon(self.finish())
        return result201.RequestStopTransaction(status="Accepted")

    @on("SetChargingProfile")
    async def on_profile(self, charging_profile: Mapping[str, Any], **_: Any) -> Any:
        self.limit = charging_profile["charging_schedule"][0]["charging_schedule_period"][0]["limit"]
        return result201.SetChargingProfile(status="Accepted")

    def soon(self, doing: Any) -> None:
        self.doing = asyncio.ensure_future(doing)


Wallbox = Wallbox16 | Wallbox201
_KINDS = {"ocpp1.6": Wallbox16, "ocpp2.0.1": Wallbox201}


class Plugged:
    """A wallbox on a line; `over` is how the line ended."""

    def __init__(self, box: Any, socket: ClientConnection) -> None:
        self.box = box
        self.socket = socket
        self.answers: list[str] = []  # to what was said by `say`
        self.running = asyncio.create_task(self._run())

    async def say(self, action: str, **payload: Any) -> None:
        """Say something, and wait for no answer; whatever comes from now on isn't the wallbox's to hear."""
        self.running.cancel()
        await asyncio.wait({self.running})
        self.running = asyncio.create_task(self._listen())
        await self.socket.send(json.dumps([2, "said", action, payload]))

    async def _run(self) -> int | None:
        with contextlib.suppress(ConnectionClosed):
            await self.box.start()
        return self.socket.close_code

    async def _listen(self) -> int | None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                self.answers.append(str(message))
        return self.socket.close_code

    async def over(self, *, seconds: float = 30.0) -> int | None:
        """The code with which the line ended, within this time."""
        async with asyncio.timeout(seconds):
            return await self.running


@contextlib.asynccontextmanager
async def dialling(
    url: str, *, version: str = "ocpp1.6", name: str = "", password: str = "", protocols: Any = None, caller: str = ""
) -> AsyncIterator[Plugged]:
    """A wallbox that dialled in; raises what `websockets` raises where it isn't let in."""
    headers = {}
    if password:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
    if caller:  # as a proxy says
        headers["X-Forwarded-For"] = caller
    offered = [Subprotocol(one) for one in ([version] if protocols is None else protocols)]
    address = f"{url}/{name}" if name else url
    async with connect(address, subprotocols=offered, additional_headers=headers, compression=None) as socket:
        plugged = Plugged(_KINDS[version](name or "box", socket, response_timeout=30), socket)
        try:
            yield plugged
        finally:
            plugged.running.cancel()
