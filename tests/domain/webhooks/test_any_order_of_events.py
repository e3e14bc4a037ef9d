"""One subscription, whatever happens in whatever order: events arrive in order, none lost, bytes never change."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.domain.webhooks.test_erasing import delete
from tests.support.receiver import Received
from tests.support.webhooks import Desk, open_desk
from wattlink.db.database import Database
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.webhooks.delete import delete as end
from wattlink.domain.webhooks.deliveries.model import Attempt, Outgoing


class App:
    """A receiver with moods: 200, or a status for everything; a poisonous event it never takes."""

    def __init__(self) -> None:
        self.mood = 200
        self.accepted: list[str] = []
        self.bodies: dict[DeliveryId, bytes] = {}

    def answer(self, outgoing: Outgoing) -> Attempt:
        """What it makes of a delivery."""
        assert self.bodies.setdefault(outgoing.delivery_id, outgoing.body) == outgoing.body
        users = [
            event["user"] for event in Received("", {}, outgoing.body).events if event["event"] == "device.updated"
        ]
        if self.mood != 200:
            return Attempt(status=self.mood)
        if any(is_poison(user) for user in users):
            return Attempt(status=400)
        self.accepted += users
        return Attempt(status=200)

    @property
    def in_order(self) -> list[str]:
        """Whose events it took, copies left out."""
        return list(dict.fromkeys(self.accepted))


def is_poison(user: str) -> bool:
    """One in five, so that a healthy one follows each: two in a row are a receiver that fails."""
    return int(user) % 5 == 2


class Story(RuleBasedStateMachine):
    """Each event is of a user of its own, whose name is its number."""

    def __init__(self, runner: asyncio.Runner, db: Database) -> None:
        super().__init__()
        self._run = runner.run
        self._stack = AsyncExitStack()
        self._desk: Desk = self._run(self._stack.enter_async_context(open_desk(db)))
        self._subscription = self._run(self._desk.subscribe("https://app.example/hook"))
        self._app = App()
        self._recorded = 0
        self._erased: set[str] = set()

    @rule(number=st.integers(1, 6))
    def happen(self, number: int) -> None:
        """Some events, of which the app can't bear some."""
        users = [str(self._recorded + offset) for offset in range(number)]
        self._recorded += number
        self._run(self._desk.updates(*users))

    @rule(mood=st.sampled_from([200, 200, 500, 400, 410]))
    def change_mood(self, mood: int) -> None:
        self._app.mood = mood

    @rule(go_on=st.booleans())
    def deliver(self, go_on: bool) -> None:
        """A round as it should be."""
        for outgoing in self._run(self._desk.take()):
            following = self._run(self._desk.settle(outgoing, self._app.answer(outgoing), go_on=go_on))
            if following:  # and the process dies that should send it
                self._run(self._desk.end_leases())

    @rule(sent=st.booleans())
    def die(self, sent: bool) -> None:
        """A process dies before or after sending, and never saves."""
        for outgoing in self._run(self._desk.take()):
            if sent:
                self._app.answer(outgoing)
        self._run(self._desk.end_leases())

    @rule(status=st.sampled_from([200, 400, 500]))
    def wake_from_the_dead(self, status: int) -> None:
        """A process that was taken for dead saves after another has taken over."""
        for outgoing in self._run(self._desk.take()):
            self._run(self._desk.end_leases())
            self._run(self._desk.take())
            assert self._run(self._desk.settle(outgoing, Attempt(status=status), go_on=True)) == []
        self._run(self._desk.end_leases())

    @rule(number=st.integers(0, 30).filter(lambda number: number % 5 in (1, 2, 4)))
    def delete_a_user(self, number: int) -> None:
        if (user := str(number)) in self._desk.users:
            self._run(delete(self._desk, user))
            self._erased.add(user)

    @rule(seconds=st.sampled_from([4, 60, 3_600, 40_000]))
    def wait(self, seconds: int) -> None:
        self._desk.clock.forward(seconds=seconds)

    @rule()
    def reactivate(self) -> None:
        self._run(self._desk.reactivate(self._subscription.subscription_id))

    @invariant()
    def what_arrived_is_in_order(self) -> None:
        arrived = [int(user) for user in self._app.in_order]
        assert arrived == sorted(arrived)

    @invariant()
    def nothing_of_deleted_users_waits(self) -> None:
        for body in self._run(self._waiting()):
            users = {event["user"] for event in Received("", {}, body).events if event["event"] == "device.updated"}
            assert not users & self._erased

    def teardown(self) -> None:
        """In the end the app is healthy, somebody reactivates, and everything has come that could come."""
        try:
            self._app.mood = 200
            self.happen(1 + is_poison(str(self._recorded)))
            self.reactivate()
            last, rounds = str(self._recorded - 1), 0
            while last not in self._app.accepted and (rounds := rounds + 1) < 400:
                self.deliver(go_on=True)
                self.wait(200)
            self.what_arrived_is_in_order()
            expected = {user for user in map(str, range(self._recorded)) if not is_poison(user)}
            assert expected - self._erased <= set(self._app.in_order)
            assert {state for state, _ in self._run(self._desk.states())} <= {"delivered", "held", "replaced"}
        finally:
            self._run(self._end())

    async def _end(self) -> None:
        async with self._desk.db.transaction() as tx:
            await end(tx, self._desk.access, self._subscription.subscription_id)
        await self._stack.aclose()

    async def _waiting(self) -> list[bytes]:
        async with self._desk.db.read() as reader:
            return await reader.all(
                bytes,
                "SELECT body FROM delivery WHERE body IS NOT NULL AND application_id = %(application_id)s",
                application_id=self._desk.access.application_id,
            )


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """An event loop of its own: hypothesis tells its stories synchronously."""
    with asyncio.Runner() as opened:
        yield opened


def test_any_order_of_events(runner: asyncio.Runner, dsn: str) -> None:
    stack = AsyncExitStack()
    db = runner.run(stack.enter_async_context(Database(dsn)))
    try:
        run_state_machine_as_test(
            cast("type[Story]", lambda: Story(runner, db)),
            settings=settings(
                max_examples=12,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    finally:
        runner.run(stack.aclose())
