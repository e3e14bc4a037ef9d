"""Chargers on the lines of one `dial-in` process: heartbeats, meter values, and all of them calling again at once.

    python -m bench.dial_in [--chargers 2000] [--rounds 3] [--json FILE]

Every charger claims a token of its own over a real WebSocket and is plugged in. Then, in each round, all send a
heartbeat and a meter value within a second. At last the process is killed and started again, and all call at once.
PostgreSQL runs with fsync on. Told are the process's memory per charger, its CPU time per message and the time until
everybody is heard again; exit status 1 if a reading that was answered isn't in the database.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.serving import cpu_seconds, free_port
from wattlink.base.clock import rfc3339, system_clock
from wattlink.base.ids import new_id
from wattlink.base.log import set_up_logs
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in.mint import mint_claim_token
from wattlink.domain.dial_in.model import WantedToken
from wattlink.domain.organizations.create import create_application

CHARGERS = 2_000
_KEY = b"k" * 32
_AT_ONCE = 100  # claims; they are no part of what is measured
_PROTOCOL = Subprotocol("ocpp1.6")
_REGISTER = "Energy.Active.Import.Register"


class Charger:
    """One charger, no more than JSON over a socket: what is measured is the other side."""

    def __init__(self, number: int, url: str) -> None:
        self.number = number
        self._url = url
        self._socket: ClientConnection | None = None
        self._calls = 0
        self.answered = 0  # Wh, the last reading that was answered

    async def dial(self) -> None:
        """Call, and try again as chargers do."""
        while True:
            try:
                self._socket = await connect(
                    self._url, subprotocols=[_PROTOCOL], compression=None, ping_interval=None, open_timeout=60
                )
            except (OSError, TimeoutError):
                await asyncio.sleep(0.2)
            else:
                return

    async def call(self, action: str, body: Mapping[str, Any]) -> Any:
        """The answer; what we are asked meanwhile is answered with an error."""
        assert self._socket is not None
        self._calls += 1
        await self._socket.send(json.dumps([2, str(self._calls), action, body]))
        while True:
            message = json.loads(await self._socket.recv())
            if message[0] == 2:
                await self._socket.send(json.dumps([4, message[1], "NotImplemented", "", {}]))
            elif message[1] == str(self._calls):
                assert message[0] == 3, message
                return message[2]

    async def claim(self) -> None:
        """Introduce itself."""
        await self.dial()
        boot = {"chargePointVendor": "Bench", "chargePointModel": "B1", "chargePointSerialNumber": f"S{self.number}"}
        assert (await self.call("BootNotification", boot))["status"] == "Accepted"
        await self.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"})

    async def tell(self) -> None:
        """A heartbeat and a meter value, some time within a second."""
        await asyncio.sleep(self.number % 100 / 100)
        await self.call("Heartbeat", {})
        reading = self.answered + 100
        samples = [
            {"value": str(reading), "measurand": _REGISTER, "unit": "Wh"},
            {"value": str(7000 + reading % 400), "measurand": "Power.Active.Import", "unit": "W"},
        ]
        value = {"timestamp": rfc3339(system_clock()), "sampledValue": samples}
        await self.call("MeterValues", {"connectorId": 1, "meterValue": [value]})
        self.answered = reading

    async def call_again(self) -> None:
        """After its line was lost."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self.dial()
        await self.tell()


@contextlib.contextmanager
def taking_calls(environment: Mapping[str, str]) -> Iterator[int]:
    """A `dial-in` process, until the end of the block or somebody kills it; its id."""
    process = subprocess.Popen([sys.executable, "-m", "wattlink", "dial-in"], env=dict(environment))
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def tokens(dsn: str, number: int, url: str) -> list[str]:
    """The addresses to dial, each with a token, of as many users."""
    async with Database(dsn) as db:
        async with db.transaction() as tx:
            made = await create_application(tx, "Bench")
        access, found = Access(applications=(made.application_id,)), []
        for one in range(number):
            user_id = UserId(new_id())
            async with db.transaction() as tx:
                await tx.execute(
                    "INSERT INTO app_user (user_id, application_id, external_id, created_at)"
                    " VALUES (%(user_id)s, %(application_id)s, %(name)s, now())",
                    user_id=user_id,
                    application_id=made.application_id,
                    name=f"u{one}",
                )
                wanted = WantedToken(url=url)
                minted = await mint_claim_token(
                    tx, access, user_id, wanted=wanted, vault=Vault({"k1": _KEY}), now=system_clock()
                )
            found.append(minted.wss_url)
        return found


async def lost(dsn: str, chargers: Sequence[Charger]) -> int:
    """How many answered readings aren't stored."""
    async with Database(dsn) as db, db.read() as reader:
        stored = await reader.all(
            str,
            """
            SELECT introduction ->> 'serial_number' || '=' || (memory #>> '{sockets,1,energy}') FROM dial_in
             WHERE memory #>> '{sockets,1,energy}' IS NOT NULL
            """,
        )
    kept = {serial: float(energy) for serial, _, energy in (row.partition("=") for row in stored)}
    return sum(kept.get(f"S{each.number}", -1.0) + 1e-6 < each.answered / 1000 for each in chargers)


async def measured(dsn: str, options: argparse.Namespace) -> dict[str, float]:
    """All figures."""
    port = free_port()
    environment = {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": f"k1:{base64.b64encode(_KEY).decode()}",
        "WATTLINK_DIAL_IN_PORT": str(port),
        "WATTLINK_LOG_LEVEL": "error",
    }
    urls = await tokens(dsn, options.chargers, f"ws://127.0.0.1:{port}")
    chargers = [Charger(number, url) for number, url in enumerate(urls)]
    with taking_calls(environment) as pid:
        figures = await _rounds(pid, chargers, options.rounds)
        os.kill(pid, signal.SIGKILL)
    begun = time.perf_counter()
    with taking_calls(environment):
        await asyncio.gather(*(each.call_again() for each in chargers))
        figures["storm_seconds"] = time.perf_counter() - begun
        figures["lost"] = await lost(dsn, chargers)
    return figures


async def _rounds(pid: int, chargers: Sequence[Charger], rounds: int) -> dict[str, float]:
    first, others = chargers[0], chargers[1:]
    await first.claim()  # what one line needs at first is no part of what each needs
    empty = _kib(pid)
    for at in range(0, len(others), _AT_ONCE):
        await asyncio.gather(*(each.claim() for each in others[at : at + _AT_ONCE]))
    cpu, begun = cpu_seconds(pid), time.perf_counter()
    for _ in range(rounds):
        await asyncio.gather(*(each.tell() for each in chargers))
    took, messages = time.perf_counter() - begun, 2 * rounds * len(chargers)
    return {
        "chargers": len(chargers),
        "messages_per_second": messages / took,
        "cpu_ms_per_message": (cpu_seconds(pid) - cpu) / messages * 1e3,
        "kib_per_charger": (_kib(pid) - empty) / max(1, len(others)),
        "kib_of_the_process": _kib(pid),
    }


def _kib(pid: int) -> int:
    """The memory that a process has to itself."""
    lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def main() -> int:
    """Measure and print; exit status 1 where a reading was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chargers", type=int, default=CHARGERS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    set_up_logs(as_json=False, level="warning")
    with (
        tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder,
        EmbeddedPostgres(Path(folder, "data")) as server,
    ):
        migrate(server.dsn)
        figures = uvloop.run(measured(server.dsn, options))
    for name, figure in figures.items():
        print(f"{name:32} {figure:10.2f}")
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return int(figures["lost"] > 0)


if __name__ == "__main__":
    sys.exit(main())
