"""Make the next delivery of subscriptions that have none under way: gather events, render them, write the bytes down.

A due heartbeat goes before the events that wait, and says how many those are.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import DeliveryId, SubscriptionId
from wattlink.domain.events.model import Event
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.model import Frozen, Outgoing, Rules, Target
from wattlink.domain.webhooks.dialect import WebhookDialect, rendered
from wattlink.domain.webhooks.model import ALL_EVENTS
from wattlink.domain.webhooks.store import Address

_PENDING_COUNTED = 10_000


async def freeze(tx: Transaction, targets: Sequence[Target], *, rules: Rules, now: datetime) -> list[Outgoing]:
    """Each of these subscriptions gets a delivery if anything waits for it; the deliveries are the caller's to send."""
    waiting: dict[SubscriptionId, list[Event]] = defaultdict(list)
    for event in await store.behind(tx, [target.subscription_id for target in targets], rules.max_events):
        waiting[event.subscription_id].append(event)
    made: list[tuple[Target, Frozen, bytes | None]] = []
    for target in targets:
        dialect = rules.dialects[target.dialect]
        if target.heartbeat_is_due and target.doubted_id is None:
            pending = await store.count_behind(tx, target.subscription_id, _PENDING_COUNTED)
            made.append((target, _heartbeat(target), dialect.heartbeat(pending, now, target.api_version)))
        elif events := waiting[target.subscription_id]:
            made.append((target, *gathered(target, events, rules)))
    if made:
        await store.freeze(tx, [(frozen, body) for _, frozen, body in made], rules, now)
    return [outgoing_of(target, frozen, body, rules) for target, frozen, body in made if body is not None]


def _heartbeat(target: Target) -> Frozen:
    return msgspec.structs.replace(_passed(target, target), delivery_id=DeliveryId(new_id()), is_heartbeat=True)


def gathered(target: Target | Outgoing, events: Sequence[Event], rules: Rules) -> tuple[Frozen, bytes | None]:
    """The wanted ones of consecutive events as one delivery, a single one as a probe; no body if that is unfit."""
    dialect = rules.dialects[target.dialect]
    wanted = [event for event in events if is_wanted(event, target.event_types, dialect)]
    if not wanted:
        return _passed(target, events[-1]), None
    carried = wanted[:1] if target.doubted_id is not None else wanted
    body = rendered(dialect, carried, target.api_version)
    if body is None and len(carried) > 1:
        carried = carried[:1]
        body = rendered(dialect, carried, target.api_version)
    frozen = msgspec.structs.replace(
        _passed(target, events[-1] if len(carried) == len(wanted) else carried[-1]),
        delivery_id=DeliveryId(new_id()),
        event_ids=tuple(event.event_id for event in carried),
        users=tuple({event.user_id for event in carried if event.user_id is not None}),
        doubted_id=target.doubted_id,
    )
    return frozen, body


def _passed(target: Target | Outgoing, at: Event | Target) -> Frozen:
    """The cursor goes on to there."""
    return Frozen(
        epoch=at.epoch,
        xid=at.xid,
        position=at.position,
        recorded_at=at.recorded_at,
        subscription_id=target.subscription_id,
    )


def is_wanted(event: Event, event_types: Sequence[str], dialect: WebhookDialect) -> bool:
    """Whether a subscription to these of the dialect's names gets this event; an erased one nobody gets."""
    if event.payload is None:
        return False
    name = dialect.name_of(event)
    return name is not None and (ALL_EVENTS in event_types or name in event_types)


def outgoing_of(target: Target | Outgoing, frozen: Frozen, body: bytes, rules: Rules) -> Outgoing:
    """A frozen delivery, the caller's to send."""
    assert frozen.delivery_id is not None
    return Outgoing(
        **{name: getattr(target, name) for name in Address.__struct_fields__},
        event_types=target.event_types,
        fence=target.fence,
        delivery_id=frozen.delivery_id,
        turn=1,
        body=body,
        events=len(frozen.event_ids),
        doubted_id=frozen.doubted_id,
        is_full=len(frozen.event_ids) >= rules.max_events and frozen.doubted_id is None,
    )
