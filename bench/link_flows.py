"""A thousand complete link flows through the simulated vendors, each as a person with a plain browser walks it.

    python -m bench.link_flows [--flows 1000] [--at-once 20] [--json FILE]

A session is created through the Enode dialect, every page opened and every button pressed over HTTP, the vendor's own
page signed in to (Tesla, myUplink) or the password typed into ours (Easee), the devices found by the worker, and the
user's devices listed. Server, worker, PostgreSQL (fsync on) and simulator are processes of their own. What is told is
flows per second and the CPU time of each; exit status 1 if a flow is lost.
"""

import argparse
import asyncio
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bench.serving import cpu_seconds, free_port, postgres_pid, serving, working
from bench.simulated import PASSWORD, name_of, running_simulator
from tests.support.linking import Login
from tests.support.walk import walk
from wattlink.base.clock import system_clock
from wattlink.base.log import set_up_logs
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault
from wattlink.connectors.registry import clouds, simulator
from wattlink.db.database import Database
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors.register import register
from wattlink.sandbox.server import hosts

FLOWS = 1_000
_BACK = "https://app.example.com/linked"
_KEY = b"k" * 32


@dataclass(frozen=True)
class Ground:
    """What the flows run on."""

    api: str
    http: aiohttp.ClientSession
    outbound: Outbound


async def flow(ground: Ground, number: int) -> float:
    """One flow from the app's request to its list of devices; how long it took."""
    vendors = list(clouds())
    vendor = vendors[number % len(vendors)]
    kind, name = next(iter(clouds()[vendor].names["enode"].items()))
    begun = time.perf_counter()
    body = {
        "vendor": name,
        "vendorType": kind,
        "scopes": [f"{kind}:read:data"],
        "language": "en-US",
        "redirectUri": _BACK,
    }
    made = await _call(ground, "POST", f"/users/user{number}/link", body)
    page = await walk(made["linkUrl"], Login(name_of(number), PASSWORD), ground.outbound)
    if not page.address.startswith(_BACK) and not any(_BACK in link.address for link in page.links):
        raise RuntimeError(f"a flow at {vendor} ended on {page.heading!r}: {page.text[:200]}")
    found = await _call(ground, "GET", f"/users/user{number}")
    if not found["linkedVendors"]:
        raise RuntimeError(f"a flow at {vendor} was lost")
    plural = f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"
    if not (await _call(ground, "GET", f"/users/user{number}/{plural}"))["data"]:
        raise RuntimeError(f"a flow at {vendor} found no device")
    return time.perf_counter() - begun


async def _call(ground: Ground, method: str, path: str, body: Any = None) -> Any:
    async with ground.http.request(method, ground.api + path, json=body) as answer:
        found = await answer.json()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {found}")
        return found


async def _flows(ground: Ground, wanted: range, at_once: int) -> list[float]:
    waiting, seconds = list(wanted), list[float]()

    async def one_after_the_other() -> None:
        while waiting:
            seconds.append(await flow(ground, waiting.pop()))

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return seconds


async def _prepared(dsn: str, base: str) -> str:
    """Every vendor's registration, and a token."""
    async with Database(dsn) as db:
        async with db.transaction() as tx:
            made = await create_application(tx, "Bench")
            for vendor in clouds():
                await register(
                    tx,
                    vendor=vendor,
                    application_id=None,
                    registration=simulator(vendor).DEMO_REGISTRATION,
                    hosts=hosts(base, vendor),
                    is_sandbox=True,
                    vault=Vault({"k1": _KEY}),
                )
        return (await Authenticator(db=db, clock=system_clock).issue(str(made.client_id), made.client_secret)).token


async def measured(dsn: str, data: Path, base: str, options: argparse.Namespace) -> dict[str, float]:
    """All figures."""
    token, port = await _prepared(dsn, base), free_port()
    environment = {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": f"k1:{base64.b64encode(_KEY).decode()}",
        "WATTLINK_PUBLIC_URL": f"http://localhost:{port}",
        "WATTLINK_OUTBOUND_ALLOW": "127.0.0.0/8",
        "WATTLINK_LOG_LEVEL": "warning",
    }
    with ExitStack() as stack:
        server = stack.enter_context(
            serving("wattlink", "wattlink.server:create_app", "/enode", environment, port=port)
        )
        worker = stack.enter_context(working(environment))
        processes = {"server": server.pid, "worker": worker, "postgresql": postgres_pid(data)}
        async with (
            aiohttp.ClientSession(headers={"authorization": f"Bearer {token}"}) as http,
            Outbound(allowed=(ip_network("127.0.0.0/8"),)) as outbound,
        ):
            ground = Ground(server.address, http, outbound)
            await _flows(ground, range(options.at_once), options.at_once)  # so that all is warm
            before, begun = {name: cpu_seconds(pid) for name, pid in processes.items()}, time.perf_counter()
            wanted = range(options.at_once, options.at_once + options.flows)
            seconds = await _flows(ground, wanted, options.at_once)
            took, after = time.perf_counter() - begun, {name: cpu_seconds(pid) for name, pid in processes.items()}
    cpu = {f"{name}_cpu_ms_per_flow": (after[name] - before[name]) / len(seconds) * 1e3 for name in after}
    return _figures(seconds, took, cpu)


def _figures(seconds: Sequence[float], took: float, cpu: dict[str, float]) -> dict[str, float]:
    return {
        "flows": len(seconds),
        "flows_per_second": len(seconds) / took,
        "seconds_per_flow_median": statistics.median(seconds),
        **cpu,
    }


def main() -> int:
    """Measure and print; a flow that is lost raises."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--flows", type=int, default=FLOWS)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    set_up_logs(as_json=False, level="warning")
    with (
        running_simulator(options.flows + options.at_once, system_clock(), are_signed_in=False) as base,
        tempfile.TemporaryDirectory(prefix="wattlink-bench-") as folder,
        EmbeddedPostgres(Path(folder, "data")) as server,
    ):
        migrate(server.dsn)
        figures = uvloop.run(measured(server.dsn, Path(folder, "data"), base, options))
    for name, figure in figures.items():
        print(f"{name:32} {figure:10.2f}")
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
