"""Everything that lives as long as a process, made in one place and handed on by keyword."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from wattlink.base.clock import Clock, system_clock
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Notifier
from wattlink.domain.organizations.authenticate import Authenticator
from wattlink.domain.sharing.keys.door import Door
from wattlink.domain.sharing.keys.strangers import Strangers
from wattlink.domain.users.elsewhere.services import Services
from wattlink.domain.users.logins.gate import Gate
from wattlink.domain.users.passwords.hashing import Passwords
from wattlink.domain.users.passwords.policy import PasswordPolicy
from wattlink.domain.users.throttling.attempt import Throttle
from wattlink.domain.vendors.connectors import Connectors
from wattlink.settings.model import Settings


@dataclass(frozen=True, kw_only=True)
class Hub:
    """What an edge or a pump may use. It stops there: the domain takes the single parts."""

    settings: Settings
    clock: Clock
    vault: Vault
    db: Database
    notifier: Notifier
    outbound: Outbound
    connectors: Connectors
    authenticator: Authenticator
    door: Door
    strangers: Strangers
    throttle: Throttle
    gate: Gate
    sign_in_services: Services


@contextlib.asynccontextmanager
async def open_hub(settings: Settings, *, clock: Clock = system_clock) -> AsyncIterator[Hub]:
    """Open connections and close them at the end; `clock` is another one in tests."""
    vault = Vault(settings.master_keys)
    throttle = Throttle(vault=vault, clock=clock)
    with Passwords(threads=settings.threads_for_passwords) as passwords:
        async with (
            Database(settings.database_url, size=settings.database_connections) as db,
            Outbound(allowed=settings.outbound_allow) as outbound,
        ):
            yield Hub(
                settings=settings,
                clock=clock,
                vault=vault,
                db=db,
                notifier=Notifier(db),
                outbound=outbound,
                connectors=Connectors(db=db, outbound=outbound, vault=vault, clock=clock),
                authenticator=Authenticator(db=db, clock=clock),
                door=Door(db, clock),
                strangers=Strangers(clock),
                throttle=throttle,
                gate=Gate(
                    passwords=passwords,
                    policy=PasswordPolicy(is_strict=settings.passwords_are_strict),
                    throttle=throttle,
                    vault=vault,
                ),
                sign_in_services=Services(
                    outbound=outbound,
                    vault=vault,
                    clock=clock,
                    throttle=throttle,
                    graph_url=settings.facebook_graph_url,
                ),
            )
