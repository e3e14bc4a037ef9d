"""Take what is to be sent now: new deliveries of subscriptions for which something waits, and due ones."""

from datetime import datetime
from typing import NamedTuple

from wattlink.db.database import Transaction
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.freeze import freeze
from wattlink.domain.webhooks.deliveries.model import Outgoing, Rules


class Taken(NamedTuple):
    """What is the caller's to send; `found` counts also those subscriptions that only passed over events."""

    outgoing: list[Outgoing]
    found: int


async def take(tx: Transaction, *, rules: Rules, now: datetime, room: int) -> Taken:
    """Up to `room` deliveries, each held until its lease ends."""
    waiting = await store.lock_waiting(tx, rules, now, min(room, rules.subscriptions_at_once))
    targets = await store.targets(tx, waiting, rules, now) if waiting else []
    frozen = await freeze(tx, targets, rules=rules, now=now) if targets else []
    due = await store.take(tx, rules, now, room - len(frozen))
    return Taken(outgoing=[*frozen, *due], found=len(waiting) + len(due))
