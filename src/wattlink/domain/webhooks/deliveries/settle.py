"""Write down what came of deliveries, and freeze the next ones of the same subscriptions in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.base.log import get_logger
from wattlink.db.database import Transaction
from wattlink.domain.webhooks.deliveries import store
from wattlink.domain.webhooks.deliveries.freeze import freeze
from wattlink.domain.webhooks.deliveries.model import Outgoing, Rules, State, Verdict

_log = get_logger(__name__)


async def settle(
    tx: Transaction, verdicts: Sequence[Verdict], *, rules: Rules, now: datetime, go_on: bool = True
) -> list[Outgoing]:
    """Settle deliveries of different subscriptions; with `go_on` the next ones of these are the caller's to send."""
    settled = {target.delivery_id: target for target in await store.settle(tx, verdicts, now)}
    mine = [verdict for verdict in verdicts if verdict.delivery_id in settled]
    if probes := [verdict for verdict in mine if verdict.doubted_id is not None]:
        await store.settle_doubted(tx, probes, now)
    failed = [verdict for verdict in mine if verdict.failed]
    ended = await store.deactivate(tx, failed, now) if failed else []
    for subscription_id in ended:
        _log.warning("a webhook is inactive after lasting failure", subscription_id=str(subscription_id))
    free = [settled[verdict.delivery_id] for verdict in mine if verdict.frees_the_way]
    targets = [target for target in free if target.is_active and target.subscription_id not in ended]
    following = await freeze(tx, targets[: rules.subscriptions_at_once], rules=rules, now=now) if go_on else []
    if doubted := [verdict.subscription_id for verdict in mine if verdict.state is State.DOUBTED]:
        await store.reopen_doubted(tx, doubted)
    return following
