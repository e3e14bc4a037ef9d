"""A desk from which events are recorded and deliveries are sent, step by step or by the pump."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from standardwebhooks import Webhook

from tests.support.clock import StillClock
from tests.support.loopback import LOOPBACK
from tests.support.receiver import Received
from wattlink.base.ids import new_id
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database
from wattlink.domain.access.ids import AccountId, ApplicationId, DeliveryId, DeviceId, SubscriptionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.events.model import Event, EventType, Fact, Payload
from wattlink.domain.events.record import record
from wattlink.domain.organizations.create import create_application
from wattlink.domain.webhooks import store as subscriptions
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.deliveries.judge import judge
from wattlink.domain.webhooks.deliveries.model import Attempt, Outgoing, Rules
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.deliveries.settle import settle
from wattlink.domain.webhooks.deliveries.take import take
from wattlink.domain.webhooks.model import CustomHeader, NewSubscription, Subscription, SubscriptionChanges
from wattlink.domain.webhooks.update import update

SECRET = "a-secret-of-the-app"


class PlainDialect:
    """Events as an array of `{"event", "user", ...}`, under our own names."""

    deadline = 2.0
    stumbles_over = "a vendor that this dialect can't spell"
    deactivate_after = timedelta(hours=24)

    def name_of(self, event: Event) -> str | None:
        return None if event.type is EventType.DEVICE_DISCOVERED else event.type.value

    def render(self, events: Sequence[Event], api_version: str | None) -> bytes:
        return msgspec.json.encode([self._shown(event, api_version) for event in events])

    def heartbeat(self, pending: int, now: datetime, api_version: str | None) -> bytes:
        return msgspec.json.encode([{"event": "heartbeat", "pending": pending, "at": now, "version": api_version}])

    def test(self, now: datetime, api_version: str | None) -> bytes:
        return msgspec.json.encode([{"event": "test", "at": now, "version": api_version}])

    def headers(self, secret: str, delivery_id: DeliveryId, body: bytes) -> Mapping[str, str]:
        signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        return {"x-plain-delivery": str(delivery_id), "x-plain-signature": f"sha1={signature}"}

    def _shown(self, event: Event, api_version: str | None) -> dict[str, Any]:
        assert event.payload is not None
        if event.payload.vendor == self.stumbles_over:
            raise ValueError(self.stumbles_over)
        return {
            "event": event.type.value,
            "user": event.payload.user,
            "vendor": event.payload.vendor,
            "version": api_version,
        }


def verify(received: Received, secret: str) -> None:
    """As a receiver would, at the time of our clock, by the library that Standard Webhooks publishes."""
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    sent_at = datetime.fromtimestamp(int(received.headers["webhook-timestamp"]), UTC)
    expected = webhook.sign(received.headers["webhook-id"], sent_at, received.body.decode())
    assert received.headers["webhook-signature"].split() == [expected]


class Desk:
    """One application, its events and its subscriptions."""

    def __init__(self, db: Database, outbound: Outbound, application_id: ApplicationId) -> None:
        self.db = db
        self.outbound = outbound
        self.access = Access(applications=(application_id,))
        self.clock = StillClock()
        self.vault = Vault({"k1": b"k" * 32})
        self.dialects = {"plain": PlainDialect()}
        self.rules = Rules(dialects=self.dialects, heartbeat_every=timedelta(days=365))
        self.sender = Sender(outbound=outbound, dialects=self.dialects, vault=self.vault, clock=self.clock)
        self.users: dict[str, UserId] = {}

    async def subscribe(
        self,
        url: str,
        *event_types: str,
        secret: str = SECRET,
        header: CustomHeader | None = None,
        api_version: str | None = None,
    ) -> Subscription:
        """A subscription that nothing was sent to."""
        new = NewSubscription(
            dialect="plain",
            url=url,
            secret=secret,
            event_types=event_types or ("*",),
            header=header,
            api_version=api_version,
        )
        async with self.db.transaction() as tx:
            return await create(
                tx,
                self.access,
                new,
                vault=self.vault,
                now=self.clock(),
                allows_http=self.outbound.allows_http,
                heartbeat_every=self.rules.heartbeat_every,
            )

    async def subscription(self, subscription_id: SubscriptionId) -> Subscription:
        """How it stands now."""
        async with self.db.read() as reader:
            return await subscriptions.get(reader, self.access, subscription_id)

    def fact(self, user: str, type: EventType = EventType.DEVICE_UPDATED, *, note: str = "") -> Fact:
        """Something that happened to a user's charger; `note` is shown as the vendor."""
        return Fact(
            type=type,
            application_id=self.access.application_id,
            user_id=self.users.setdefault(user, UserId(new_id())),
            account_id=AccountId(new_id()),
            device_id=DeviceId(new_id()),
            payload=Payload(user=user, vendor=note, kind=Kind.CHARGER),
        )

    async def happen(self, *facts: Fact) -> None:
        """Record facts in one transaction."""
        async with self.db.transaction() as tx:
            await record(tx, facts, now=self.clock())

    async def updates(self, *users: str) -> None:
        """An update for each of these users, in this order."""
        await self.happen(*[self.fact(user) for user in users])

    async def take(self) -> list[Outgoing]:
        """What is to be sent now."""
        async with self.db.transaction() as tx:
            return (await take(tx, rules=self.rules, now=self.clock(), room=100)).outgoing

    async def settle(self, sent: Outgoing, attempt: Attempt, *, go_on: bool = False) -> list[Outgoing]:
        """Write down what came of an attempt."""
        patience = self.dialects[sent.dialect].deactivate_after
        verdict = judge(sent, attempt, deactivate_after=patience, now=self.clock())
        async with self.db.transaction() as tx:
            return await settle(tx, [verdict], rules=self.rules, now=self.clock(), go_on=go_on)

    async def deliver(self) -> int:
        """One round: send what is to be sent now, settle it, and go on with what that frees; how many were sent."""
        sent, outgoing = 0, await self.take()
        while outgoing:
            following = []
            for one in outgoing:
                following += await self.settle(one, await self.sender.attempt(one), go_on=True)
            sent, outgoing = sent + len(outgoing), following
        return sent

    async def deliver_for(self, *, hours: float, every_minutes: float = 1.0) -> None:
        """Rounds for so long."""
        until = self.clock() + timedelta(hours=hours)
        while self.clock() < until:
            await self.deliver()
            self.clock.forward(minutes=every_minutes)

    async def reactivate(self, subscription_id: SubscriptionId) -> Subscription:
        """The app changes nothing, which is a change all the same."""
        async with self.db.transaction() as tx:
            return await update(
                tx, self.access, subscription_id, SubscriptionChanges(), vault=self.vault, now=self.clock()
            )

    async def end_leases(self) -> None:
        """As if so much time had passed for the database: whoever took something is taken for dead."""
        async with self.db.transaction() as tx:
            await tx.execute("UPDATE delivery SET busy_until = now() - interval '1 second' WHERE state = 'open'")

    async def heartbeat_due(self, subscription_id: SubscriptionId) -> None:
        """The next heartbeat is due now."""
        async with self.db.transaction() as tx:
            await tx.execute(
                "UPDATE subscription_cursor SET heartbeat_at = %(now)s WHERE subscription_id = %(subscription_id)s",
                now=self.clock(),
                subscription_id=subscription_id,
            )

    async def states(self) -> list[tuple[str, int]]:
        """State and number of events of every delivery, in the order in which they were made."""
        async with self.db.read() as reader:
            rows = await reader.all(
                _Row,
                "SELECT state, events FROM delivery WHERE application_id = %(application_id)s ORDER BY delivery_id",
                application_id=self.access.application_id,
            )
        return [(row.state, row.events) for row in rows]


class _Row(msgspec.Struct):
    state: str
    events: int


@asynccontextmanager
async def open_desk(db: Database) -> AsyncIterator[Desk]:
    """A desk of a new application that may reach loopback."""
    async with db.transaction() as tx:
        application = await create_application(tx, "Voltly")
    async with Outbound(allowed=LOOPBACK) as outbound:
        yield Desk(db, outbound, application.application_id)
