"""Deliveries as a pipeline: take what is due, send many at once, save what came of them and freeze the next ones.

    take and freeze --> one task each, at most 500 --> verdicts --> one transaction per 10 ms or 500 --> the same task
                                     read and render ahead what follows -------^

A task sends what follows in its subscription until nothing does. One transaction at a time takes no more than a quarter
of what is under way: while that is saved, the rest is sent; several at a time come to be saved all at once, and nothing
is sent meanwhile. A subscription has at most one delivery under way, so a receiver that is slow holds one task and
nobody else. Killed at any point, what was taken is sent again when its lease ends: the same bytes under the same id.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.db.database import Database
from wattlink.dialects.registry import webhook_dialects
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.events import store as events
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.following.ahead import Ahead
from wattlink.domain.webhooks.deliveries.following.follow import follow
from wattlink.domain.webhooks.deliveries.following.model import Following
from wattlink.domain.webhooks.deliveries.judge import judge
from wattlink.domain.webhooks.deliveries.model import Outgoing, Rules, Verdict
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.deliveries.settle import settle
from wattlink.domain.webhooks.deliveries.take import take
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_log = get_logger(__name__)
_AT_ONCE = 500
_SAVED_AT_ONCE = 500
_SHARES = 4
_GATHER_SECONDS = 0.01
_Settled = tuple[Verdict, asyncio.Future[Outgoing | None]]
_Unsaved = dict[DeliveryId, _Settled]
_FIRST_LOOK_SECONDS, _LAST_LOOK_SECONDS = 0.005, 0.2


def pumps(hub: Hub) -> list[Runs]:
    """Deliver what happens to whoever subscribed to it."""
    settings, dialects = hub.settings, webhook_dialects(hub.settings)
    rules = Rules(
        dialects=dialects,
        max_events=settings.webhook_max_events,
        heartbeat_every=timedelta(seconds=settings.heartbeat_seconds),
    )
    sender = Sender(outbound=hub.outbound, dialects=dialects, vault=hub.vault, clock=hub.clock)
    return [Deliveries(db=hub.db, sender=sender, rules=rules, clock=hub.clock)]


class Deliveries:
    """Runs the pipeline; several in different processes share the work."""

    name = "deliveries"
    channel = "events"

    def __init__(self, *, db: Database, sender: Sender, rules: Rules, clock: Clock, at_once: int = _AT_ONCE) -> None:
        """`at_once` bounds how many deliveries are under way."""
        self._db = db
        self._sender = sender
        self._rules = rules
        self._clock = clock
        self._at_once = at_once
        self._ahead = Ahead(db, rules)
        self._sending: set[asyncio.Task[None]] = set()
        self._verdicts: list[_Settled] = []
        self._enough = asyncio.Event()
        self._under_way = 0  # taken and not yet saved
        self._unsent: list[Outgoing] = []
        self._is_stopping = False
        self._is_full = False
        self._taker = Pump("deliveries", self._take)
        self._saver = Pump("deliveries saved", self._save)
        self._is_woken = True
        self._complete_from = 0  # the feed is looked at again until it is complete below this transaction id
        self._look_again = _FIRST_LOOK_SECONDS

    def wake(self) -> None:
        """Events were recorded."""
        self._is_woken = True
        self._taker.wake()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish what is being sent, save what came of it, give the rest back."""
        all_taken = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            saving = group.create_task(self._saver.run(all_taken))
            await self._taker.run(stop)
            self._is_stopping = True
            all_taken.set()
            await saving
        while self._sending or self._verdicts:
            if not await self._save():
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        if self._unsent:
            async with self._db.transaction() as tx:
                await store.release(tx, self._unsent)

    async def _take(self) -> int:
        async with self._db.read() as reader:
            horizon = await events.horizon(reader)
        room = self._at_once - self._under_way
        if room <= 0:
            self._is_full = True  # whoever saves next wakes us
            return 0
        async with self._db.transaction() as tx:
            taken = await take(tx, rules=self._rules, now=self._clock(), room=room)
        self._begin(taken.outgoing)
        self._look_again_until_complete(horizon)
        return taken.found

    def _look_again_until_complete(self, horizon: events.Horizon) -> None:
        """What woke us may stand behind a transaction that is still under way."""
        if self._is_woken:
            self._is_woken, self._complete_from = False, horizon.next_xid
        if horizon.complete_below >= self._complete_from:
            self._look_again = _FIRST_LOOK_SECONDS
        else:
            asyncio.get_running_loop().call_later(self._look_again, self._taker.wake)
            self._look_again = min(2 * self._look_again, _LAST_LOOK_SECONDS)

    def _begin(self, taken: Sequence[Outgoing]) -> None:
        self._under_way += len(taken)
        for outgoing in taken:
            sending = asyncio.create_task(self._send(outgoing))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
        self._ahead.look(taken)

    async def _send(self, outgoing: Outgoing) -> None:
        """Send this one, and what follows it in its subscription as long as something does."""
        following: Outgoing | None = outgoing
        while following is not None:
            if self._is_stopping:
                self._under_way -= 1
                self._unsent.append(following)
                return
            verdict = await self._attempt(following)
            following = None if verdict is None else await self._saved(verdict)

    async def _attempt(self, outgoing: Outgoing) -> Verdict | None:
        deactivate_after = self._rules.dialects[outgoing.dialect].deactivate_after
        try:
            attempt = await self._sender.attempt(outgoing)
            return judge(outgoing, attempt, deactivate_after=deactivate_after, now=self._clock())
        except Exception:
            self._under_way -= 1
            _log.exception("a delivery failed by itself", delivery=str(outgoing.delivery_id))
            return None

    async def _saved(self, verdict: Verdict) -> Outgoing | None:
        """Wait until a verdict is saved; what follows then. Nothing does at the end, when nobody may wait for us."""
        saved = asyncio.get_running_loop().create_future()
        self._verdicts.append((verdict, saved))
        self._saver.wake()
        if len(self._verdicts) >= self._share:
            self._enough.set()
        following: Outgoing | None = None if self._is_stopping else await saved
        return following

    @property
    def _share(self) -> int:
        return min(-(-self._under_way // _SHARES), _SAVED_AT_ONCE)

    async def _save(self) -> int:
        if not self._verdicts:
            return 0
        await self._gather()
        batch, self._verdicts = self._verdicts[: self._share], self._verdicts[self._share :]
        unsaved = {verdict.delivery_id: (verdict, saved) for verdict, saved in batch}
        goes_on = not (self._is_stopping or self._is_full)  # when full, those that wait for the taker come first
        try:
            ready = await self._ahead.following(list(unsaved))
            followed = [(one, ready[key]) for key, (one, _) in unsaved.items() if key in ready and one.accepted]
            if goes_on and followed:
                await self._follow(followed, unsaved)
            if unsaved:
                await self._settle(unsaved, go_on=goes_on)
        finally:
            self._verdicts = [*unsaved.values(), *self._verdicts]
        if self._is_full or len(batch) > self._rules.subscriptions_at_once:
            self._is_full = False
            self._taker.wake()
        return len(batch)

    async def _gather(self) -> None:
        if len(self._verdicts) < self._share:
            self._enough.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GATHER_SECONDS):
                    await self._enough.wait()

    async def _follow(self, followed: Sequence[tuple[Verdict, Following]], unsaved: _Unsaved) -> None:
        async with self._db.one_statement() as tx:
            following = await follow(tx, followed, rules=self._rules, now=self._clock())
        self._go_on([unsaved.pop(verdict.delivery_id) for verdict, _ in followed], following)
        if len(following) < len(followed):
            self._taker.wake()

    async def _settle(self, unsaved: _Unsaved, *, go_on: bool) -> None:
        verdicts = [verdict for verdict, _ in unsaved.values()]
        async with self._db.transaction() as tx:
            following = await settle(tx, verdicts, rules=self._rules, now=self._clock(), go_on=go_on)
        settled = list(unsaved.values())
        unsaved.clear()
        self._go_on(settled, following)

    def _go_on(self, settled: Sequence[_Settled], following: Sequence[Outgoing]) -> None:
        self._under_way -= len(settled) - len(following)
        next_of = {outgoing.subscription_id: outgoing for outgoing in following}
        for verdict, saved in settled:
            saved.set_result(next_of.get(verdict.subscription_id))
        self._ahead.look(following)
