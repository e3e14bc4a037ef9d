"""Write down that deliveries arrived, and freeze what was made ready to follow them."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.webhooks.deliveries.following import store
from wattlink.domain.webhooks.deliveries.following.model import Following
from wattlink.domain.webhooks.deliveries.model import Outgoing, Rules, Verdict


async def follow(
    tx: Transaction, accepted: Sequence[tuple[Verdict, Following]], *, rules: Rules, now: datetime
) -> list[Outgoing]:
    """Settle accepted deliveries of different subscriptions; those that follow are the caller's to send.

    Where what was made ready turned out to be stale nothing follows, and whoever takes next makes it anew.
    """
    ready = {verdict.delivery_id: following.outgoing for verdict, following in accepted}
    settled = await store.follow(tx, accepted, rules, now)
    return [ready[one.delivery_id] for one in settled if one.is_followed]
