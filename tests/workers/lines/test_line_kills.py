"""The dial-in process is killed while chargers speak, again and again: whatever it had answered is there."""

import asyncio
import base64
import contextlib
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.charge_points import Plugged, dialling
from tests.support.dialled_in import minted, until
from tests.support.killing import Running
from tests.support.processes import free_ports, plain_environment
from tests.support.stack import App, Stack, running_stack

CHARGERS, KILLS = 12, 5
STEP = 100  # Wh from one reading to the next

pytestmark = pytest.mark.slow


class LineDied(Exception):
    """Nobody will answer any more."""


class Stored(msgspec.Struct, frozen=True):
    """What is kept of a charger: the meter's reading, in kWh."""

    serial: str
    energy: float


class Car:
    """A car that charges at a wallbox, which calls again whenever its line is lost; it keeps what was answered."""

    def __init__(self, serial: str, url: str) -> None:
        self.serial = serial
        self.answered = 0  # Wh, the last reading that was answered
        self.transaction: int | None = None
        self.calls = 0
        self._url = url

    async def charge(self, done: asyncio.Event, over: asyncio.Event) -> None:
        """Say what the meter reads, until that is done; the line is kept until all is over."""
        while True:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError, LineDied):
                async with dialling(self._url) as line:
                    await self._speak(line, done)
                    await answered(line, over.wait())
                    return
            await asyncio.sleep(0.05)

    async def _speak(self, line: Plugged, done: asyncio.Event) -> None:
        assert (await answered(line, line.box.boot(self.serial))).status == "Accepted"
        self.calls += 1
        if self.transaction is None:
            await answered(line, line.box.begin())
            self.transaction = line.box.transaction
        line.box.transaction = self.transaction
        while not done.is_set():
            await answered(line, line.box.meter(7000, self.answered + STEP))
            self.answered += STEP
            await asyncio.sleep(0.1)  # as fast as one may


async def answered(line: Plugged, calling: Awaitable[Any]) -> Any:
    """The answer; raises LineDied where the line ends before it comes."""
    asking = asyncio.ensure_future(calling)
    await asyncio.wait({asking, line.running}, return_when=asyncio.FIRST_COMPLETED)
    if not asking.done():
        asking.cancel()
        raise LineDied
    return asking.result()


@pytest.fixture
async def stack(dsn: str) -> AsyncIterator[Stack]:
    port = free_ports(1)
    async with running_stack(dsn, dial_in_url=f"ws://127.0.0.1:{port}", dial_in_port=port) as running:
        yield running


async def take_calls(stack: Stack, folder: Path) -> Running:
    """A `wattlink dial-in` of its own."""
    settings = stack.hub.settings
    environ = plain_environment(
        WATTLINK_DATABASE_URL=settings.database_url,
        WATTLINK_MASTER_KEYS=f"k1:{base64.b64encode(settings.master_keys['k1']).decode()}",
        WATTLINK_DIAL_IN_PORT=str(settings.dial_in_port),
    )
    return await Running.start("dial-in", environ=environ, folder=folder)


async def test_nothing_that_was_answered_is_lost_to_kills(stack: Stack, tmp_path: Path) -> None:
    chance, app = random.Random(22), await stack.new_app()  # noqa: S311
    cars = [await new_car(app, number) for number in range(CHARGERS)]
    process, done, over = await take_calls(stack, tmp_path), asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as driving:
        for car in cars:
            driving.create_task(car.charge(done, over))
        for killed in range(KILLS):
            await everybody_is_heard(cars, calls=killed + 1, more=chance.randrange(2, 8))
            assert await process.end(signal.SIGKILL) == -signal.SIGKILL
            assert await lost(stack, cars) == []
            process = await take_calls(stack, tmp_path)
        await everybody_is_heard(cars, calls=KILLS + 1, more=2)
        done.set()
        await asyncio.gather(*(stop(app, charger) for charger in await chargers(app)))  # by its first number
        over.set()
    assert await lost(stack, cars) == []
    assert [found["chargeState"]["isCharging"] for found in await chargers(app)] == [False] * CHARGERS
    assert await process.end(signal.SIGTERM) == 0


async def new_car(app: App, number: int) -> Car:
    """At a wallbox of a user's own, with a token that nobody has claimed."""
    token = await minted(app, f"user{number}", app.stack.hub.settings.dial_in_url)
    return Car(f"S{number}", token.wss_url)


async def everybody_is_heard(cars: Sequence[Car], *, calls: int, more: int) -> None:
    """Everybody has called so often, and then said so much."""
    before = {car.serial: car.answered for car in cars}

    async def is_so() -> bool:
        return all(car.calls >= calls and car.answered >= before[car.serial] + more * STEP for car in cars)

    await until(is_so, seconds=60)


async def lost(stack: Stack, cars: Sequence[Car]) -> list[str]:
    """The chargers of which a reading or a transaction was answered that isn't stored."""
    async with stack.hub.db.read() as reader:
        found = await reader.all(
            Stored,
            """
            SELECT introduction ->> 'serial_number' AS serial, (memory #>> '{sockets,1,energy}')::float8 AS energy
              FROM dial_in WHERE memory #>> '{sockets,1,energy}' IS NOT NULL
            """,
        )
    stored = {one.serial: one.energy for one in found}
    return [car.serial for car in cars if stored.get(car.serial, 0.0) * 1000 + 0.5 < car.answered]


async def chargers(app: App) -> list[Any]:
    return list((await app.call("GET", "/chargers"))["data"])


async def stop(app: App, charger: Any) -> None:
    told = await app.call("POST", f"/chargers/{charger['id']}/charging", {"action": "STOP"})

    async def is_confirmed() -> bool:
        action = await app.call("GET", f"/chargers/actions/{told['id']}")
        assert action["state"] in ("PENDING", "CONFIRMED"), action
        return bool(action["state"] == "CONFIRMED")

    await until(is_confirmed, seconds=60)
