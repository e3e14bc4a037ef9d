"""The ground of the measurement: applications that subscribe to all, a vendor's registration, and what runs on them."""

import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import psycopg

from bench.receiver import RunningReceiver, running_receiver
from bench.scale.filling import Owners
from bench.scale.load import Ground
from bench.serving import postgres_pid, serving, working
from bench.simulated import VENDOR
from wattlink.base.clock import system_clock
from wattlink.base.vault import Vault
from wattlink.connectors.registry import simulator
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.organizations.create import create_application
from wattlink.domain.vendors.register import register
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.model import NewSubscription
from wattlink.sandbox.server import hosts
from wattlink.settings.model import Settings

APPLICATIONS = 100
_KEYS = {"k1": b"k" * 32}


def vault() -> Vault:
    """Opens what the processes seal."""
    return Vault(_KEYS)


def settings(dsn: str) -> Settings:
    """What the processes are set to."""
    return Settings(database_url=dsn, master_keys=_KEYS, outbound_allow=(ip_network("127.0.0.0/8"),))


@asynccontextmanager
async def opened(dsn: str, data: Path, simulator_base: str) -> AsyncIterator[tuple[Ground, Owners]]:
    """Everything runs until the block ends."""
    async with Database(dsn) as db, running_receiver() as receiver:
        owners, tokens = await _owners(db, simulator_base, receiver)
        environment = _environment(dsn)
        with ExitStack() as stack:
            server = stack.enter_context(serving("wattlink", "wattlink.server:create_app", "", environment))
            worker = stack.enter_context(working(environment))
            own = stack.enter_context(psycopg.connect(dsn, autocommit=True))
            own.execute("SET enable_seqscan = off")
            own.execute("SET log_statement = 'none'")
            ground = Ground(
                db=db,
                own=own,
                api=server.address,
                tokens=tokens,
                receiver=receiver,
                applications=owners.applications,
                subscriptions=owners.subscriptions,
                processes={"server": server.pid, "worker": worker, "postgresql": postgres_pid(data)},
            )
            yield ground, owners


async def _owners(db: Database, simulator_base: str, receiver: RunningReceiver) -> tuple[Owners, list[str]]:
    applications, subscriptions, tokens = [], [], []
    authenticator = Authenticator(db=db, clock=system_clock)
    for number in range(APPLICATIONS):
        async with db.transaction() as tx:
            made = await create_application(tx, f"Application {number}")
            access = Access(applications=(made.application_id,))
            new = NewSubscription(dialect="enode", url=receiver.url, secret="a secret of the benchmark")
            subscription = await create(
                tx,
                access,
                new,
                vault=vault(),
                now=system_clock(),
                heartbeat_every=timedelta(hours=1),
                allows_http=lambda _: True,
            )
        applications.append(made.application_id)
        subscriptions.append(subscription.subscription_id)
        tokens.append((await authenticator.issue(str(made.client_id), made.client_secret)).token)
    async with db.transaction() as tx:
        registration_id = await register(
            tx,
            vendor=VENDOR,
            application_id=None,
            registration=simulator(VENDOR).DEMO_REGISTRATION,
            hosts=hosts(simulator_base, VENDOR),
            is_sandbox=True,
            vault=vault(),
        )
    owners = Owners(applications=applications, subscriptions=subscriptions, registration_id=registration_id)
    return owners, tokens


def _environment(dsn: str) -> Mapping[str, str]:
    keys = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in _KEYS.items())
    return {
        **os.environ,
        "WATTLINK_DATABASE_URL": dsn,
        "WATTLINK_MASTER_KEYS": keys,
        "WATTLINK_OUTBOUND_ALLOW": "127.0.0.0/8",
        "WATTLINK_LOG_LEVEL": "warning",
    }
