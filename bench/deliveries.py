"""Deliveries beside a bare loop that signs and POSTs the same bodies to the same receiver, in one run.

    python -m bench.deliveries [--rounds 5] [--json FILE]

The bare loop keeps nothing: 100 loops sign a ready body and POST it, one after the other, with the aiohttp settings of
`base/outbound.py`. Ours reads 10,000 events of 100 subscriptions from PostgreSQL (fsync on), renders and stores each
delivery, signs, sends, and saves what came of it before the subscription's next one is made. Exits with 1 when a limit
is missed.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench.receiver import RunningReceiver, running_receiver
from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.base.memory import collect_seldom
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind, Vehicle, VehicleChargeState, VehicleInformation
from wattlink.db.database import Database, Notifier
from wattlink.db.embedded import EmbeddedPostgres
from wattlink.db.migrate import migrate
from wattlink.dialects.registry import webhook_dialects
from wattlink.domain.access.ids import ApplicationId, DeliveryId, DeviceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.events.model import Event, EventType, Fact, Payload
from wattlink.domain.events.record import record
from wattlink.domain.events.store import feed
from wattlink.domain.organizations.create import create_application
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.deliveries.model import Rules
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.model import NewSubscription
from wattlink.settings.model import Settings
from wattlink.workers.deliveries import Deliveries

SUBSCRIPTIONS = 100
DELIVERIES = 10_000
LEAST_RATIO = 0.5
EVENTS_PER_SECOND = 100
LATENCY_EVENTS = 1_000
MOST_MEDIAN_SECONDS = 0.050
_SECRET = "a secret of the benchmark"
_LOOPBACK = (ip_network("127.0.0.0/8"),)
_DIALECT = "enode"
_HEARTBEAT_EVERY = timedelta(days=1)  # none while we measure


class Carried(msgspec.Struct):
    """An event and the delivery that carried it."""

    delivery_id: DeliveryId
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a round delivers with, and to whom."""

    db: Database
    vault: Vault
    receiver: RunningReceiver
    applications: Sequence[ApplicationId]


async def record_events(post: Post, per_application: int) -> None:
    """So many updates of a vehicle for each application, in the feed's order spread over all of them."""
    for first in range(0, per_application, 20):
        numbers = range(first, min(first + 20, per_application))
        facts = [update_of(application_id) for _ in numbers for application_id in post.applications]
        async with post.db.transaction() as tx:
            await record(tx, facts, now=system_clock())


def update_of(application_id: ApplicationId) -> Fact:
    """A vehicle has changed."""
    document = Vehicle(
        last_seen=system_clock(),
        is_reachable=True,
        information=VehicleInformation(vin="5YJ3E7EB9KF240654", brand="Brand", model="Model", year=2024),
        charge_state=VehicleChargeState(battery_level=48, range=228.6, is_plugged_in=True, battery_capacity=75),
    )
    return Fact(
        type=EventType.DEVICE_UPDATED,
        application_id=application_id,
        user_id=UserId(new_id()),
        device_id=DeviceId(new_id()),
        payload=Payload(
            user=str(new_id()),
            vendor="VENDOR",
            kind=Kind.VEHICLE,
            scopes=("vehicle:read:data",),
            document=document,
            updated_fields=("charge_state",),
        ),
    )


@asynccontextmanager
async def pump(post: Post, *, max_events: int) -> AsyncIterator[Deliveries]:
    """The pipeline, working."""
    dialects = webhook_dialects(Settings())
    async with Outbound(allowed=_LOOPBACK) as outbound:
        sender = Sender(outbound=outbound, dialects=dialects, vault=post.vault, clock=system_clock)
        rules = Rules(dialects=dialects, max_events=max_events, heartbeat_every=_HEARTBEAT_EVERY)
        deliveries = Deliveries(db=post.db, sender=sender, rules=rules, clock=system_clock)
        stop = asyncio.Event()
        running = asyncio.create_task(deliveries.run(stop))
        yield deliveries
        stop.set()
        deliveries.wake()
        await running


async def ours(post: Post, *, per_application: int, max_events: int) -> float:
    """Events per second, from an idle pump to the last arrival."""
    await post.receiver.reset()
    await record_events(post, per_application)
    deliveries = per_application * len(post.applications) // max_events
    begun = time.perf_counter()
    async with pump(post, max_events=max_events):
        while await post.receiver.count() < deliveries:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - begun
    return deliveries * max_events / seconds


async def bare(post: Post, body: bytes) -> float:
    """Requests per second of loops that sign and POST, and of the answer only read the end."""
    await post.receiver.reset()
    connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=30)
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout
    ) as session:

        async def loop(number: int) -> None:
            for _ in range(number):
                async with session.post(post.receiver.url, data=body, headers=_signed(body)) as answer:
                    await answer.read()

        begun = time.perf_counter()
        await asyncio.gather(*[loop(DELIVERIES // SUBSCRIPTIONS) for _ in range(SUBSCRIPTIONS)])
        return DELIVERIES / (time.perf_counter() - begun)


def _signed(body: bytes) -> dict[str, str]:
    delivery_id, timestamp, key = str(new_id()), str(int(time.time())), _SECRET.encode()
    signature = hmac.digest(key, f"{delivery_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "x-enode-delivery": delivery_id,
        "x-enode-signature": f"sha1={hmac.digest(key, body, hashlib.sha1).hex()}",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


async def latencies(post: Post) -> list[float]:
    """Seconds from before an event's transaction to its arrival, at a steady rate."""
    await post.receiver.reset()
    begun, notifier = system_clock(), Notifier(post.db)
    async with pump(post, max_events=100) as deliveries, asyncio.TaskGroup() as group:
        listening = group.create_task(_wake_when_told(post.db, deliveries))
        start = time.perf_counter()
        for number in range(LATENCY_EVENTS):
            await asyncio.sleep(max(0.0, start + number / EVENTS_PER_SECOND - time.perf_counter()))
            async with post.db.transaction() as tx:
                await record(tx, [update_of(post.applications[number % len(post.applications)])], now=system_clock())
            notifier.wake("events")
        while await post.receiver.count() < LATENCY_EVENTS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        listening.cancel()
    return await _joined(post, begun)


async def _wake_when_told(db: Database, deliveries: Deliveries) -> None:
    async for _ in db.listen(["events"]):
        deliveries.wake()


async def _joined(post: Post, begun: datetime) -> list[float]:
    arrivals = await post.receiver.arrivals()
    async with post.db.read() as reader:
        rows = await reader.all(
            Carried,
            """
            SELECT delivery_id, occurred_at
              FROM delivery CROSS JOIN unnest(event_ids) AS carried (event_id) JOIN event USING (event_id)
             WHERE delivery.created_at >= %(begun)s AND event.occurred_at >= %(begun)s
            """,
            begun=begun,
        )
    return [arrivals[str(row.delivery_id)] - row.occurred_at.timestamp() for row in rows]


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Post]:
    """A database with applications that subscribe to everything, and a receiver."""
    vault = Vault({"k1": b"k" * 32})
    async with Database(dsn) as db, running_receiver() as receiver:
        applications = []
        for number in range(SUBSCRIPTIONS):
            async with db.transaction() as tx:
                application = await create_application(tx, f"Application {number}")
                access = Access(applications=(application.application_id,))
                new = NewSubscription(dialect=_DIALECT, url=receiver.url, secret=_SECRET)
                await create(
                    tx,
                    access,
                    new,
                    vault=vault,
                    now=system_clock(),
                    heartbeat_every=_HEARTBEAT_EVERY,
                    allows_http=lambda _: True,
                )
                applications.append(application.application_id)
        yield Post(db=db, vault=vault, receiver=receiver, applications=applications)


async def sample_body(post: Post) -> bytes:
    """The body of a single-event delivery."""
    nobody = ApplicationId(new_id())
    async with post.db.transaction() as tx:
        await record(tx, [update_of(nobody)], now=system_clock())
    async with post.db.read() as reader:
        found: list[Event] = await feed(reader, Access(applications=(nobody,)), after=None, limit=1)
    return webhook_dialects(Settings())[_DIALECT].render(found, None)


async def measured(dsn: str, rounds: int) -> dict[str, float]:
    """All figures; bare and ours take turns, and the median of the rounds counts."""
    async with opened(dsn) as post:
        body = await sample_body(post)
        collect_seldom()  # as every worker does; the bare loop profits too
        await ours(post, per_application=10, max_events=1)  # so that all is warm
        pairs = []
        for _ in range(rounds):
            pairs.append((await bare(post, body), await ours(post, per_application=100, max_events=1)))
            print(
                f"  bare {pairs[-1][0]:7.0f}/s   ours {pairs[-1][1]:7.0f}/s   ratio {pairs[-1][1] / pairs[-1][0]:.2f}"
            )
        arrays = await ours(post, per_application=1_000, max_events=100)
        waits = sorted(await latencies(post))
    return {
        "body_bytes": len(body),
        "bare_per_second": statistics.median(pair[0] for pair in pairs),
        "single_event_deliveries_per_second": statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(ours / bare for bare, ours in pairs),
        "ratio_limit": LEAST_RATIO,
        "events_per_second_in_arrays_of_100": arrays,
        "latency_median_ms": 1000 * statistics.median(waits),
        "latency_p99_ms": 1000 * waits[int(len(waits) * 0.99)],
        "latency_median_limit_ms": 1000 * MOST_MEDIAN_SECONDS,
    }


def main() -> int:
    """Measure, print, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "data") as server:
        migrate(server.dsn)
        figures = uvloop.run(measured(server.dsn, arguments.rounds))
    for name, figure in figures.items():
        print(f"{name:38} {figure:10.2f}")
    print(json.dumps(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    holds = figures["ratio"] >= LEAST_RATIO and figures["latency_median_ms"] <= 1000 * MOST_MEDIAN_SECONDS
    print("limits hold" if holds else "a limit is missed")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
