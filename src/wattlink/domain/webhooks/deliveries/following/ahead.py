"""Reads and renders, while deliveries are being sent, what will follow them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from wattlink.base.log import get_logger
from wattlink.db.database import Database
from wattlink.domain.access.ids import DeliveryId, SubscriptionId
from wattlink.domain.events.model import Event
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.following.model import Following
from wattlink.domain.webhooks.deliveries.freeze import gathered, outgoing_of
from wattlink.domain.webhooks.deliveries.model import Outgoing, Rules

_log = get_logger(__name__)
_Ready = dict[DeliveryId, Following]


class Ahead:
    """What may follow the deliveries under way. Nothing of it is written down before those have arrived."""

    def __init__(self, db: Database, rules: Rules) -> None:
        self._db = db
        self._rules = rules
        self._looking: dict[DeliveryId, asyncio.Task[_Ready]] = {}

    def look(self, sent: Sequence[Outgoing]) -> None:
        """Begin to make ready what follows those that took all they could: more waits behind these."""
        full = [outgoing for outgoing in sent if outgoing.is_full][: self._rules.subscriptions_at_once]
        if full:
            looking = asyncio.create_task(self._ready(full))
            self._looking.update((outgoing.delivery_id, looking) for outgoing in full)

    async def following(self, sent: Sequence[DeliveryId]) -> _Ready:
        """What was made ready to follow these, by the id of what it follows; forgotten here."""
        looking = {delivery_id: self._looking.pop(delivery_id, None) for delivery_id in sent}
        found: _Ready = {}
        for delivery_id, look in looking.items():
            if look is not None and (ready := (await look).get(delivery_id)) is not None:
                found[delivery_id] = ready
        return found

    async def _ready(self, sent: Sequence[Outgoing]) -> _Ready:
        try:
            waiting = await self._waiting([outgoing.subscription_id for outgoing in sent])
            ready = [(outgoing, self._made(outgoing, waiting[outgoing.subscription_id])) for outgoing in sent]
        except Exception:
            _log.exception("what follows deliveries could not be made ready; it is made afterwards")
            return {}
        return {outgoing.delivery_id: following for outgoing, following in ready if following is not None}

    async def _waiting(self, subscription_ids: Sequence[SubscriptionId]) -> Mapping[SubscriptionId, Sequence[Event]]:
        """What comes next in the feed; read before a delivery is settled, it is what comes next until then."""
        waiting: dict[SubscriptionId, list[Event]] = defaultdict(list)
        async with self._db.read() as reader:
            for event in await store.behind(reader, subscription_ids, self._rules.max_events):
                waiting[event.subscription_id].append(event)
        return waiting

    def _made(self, sent: Outgoing, events: Sequence[Event]) -> Following | None:
        if not events:
            return None
        frozen, body = gathered(sent, events, self._rules)
        if frozen.delivery_id is None or body is None:
            return None
        return Following(frozen=frozen, outgoing=outgoing_of(sent, frozen, body, self._rules))
