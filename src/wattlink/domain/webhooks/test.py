"""Try a subscription's receiver: one event, sent at once, its answer told to the app."""

from collections.abc import Mapping

from wattlink.base.clock import Clock
from wattlink.base.ids import new_id
from wattlink.base.outbound import Answer, Outbound, OutboundError
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.ids import DeliveryId, SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.deliveries.send import Sender
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.domain.webhooks.model import TestAnswer, TestOutcome

_SHOWN_BYTES = 1024


async def test(
    db: Database,
    access: Access,
    subscription_id: SubscriptionId,
    *,
    outbound: Outbound,
    dialects: Mapping[str, WebhookDialect],
    vault: Vault,
    clock: Clock,
) -> TestOutcome:
    """Send the dialect's test event; success brings an inactive subscription back to life. Raises NotFound."""
    async with db.read() as reader:
        address = await store.address(reader, access, subscription_id)
    body = dialects[address.dialect].test(clock(), address.api_version)
    sender = Sender(outbound=outbound, dialects=dialects, vault=vault, clock=clock)
    try:
        answer = await sender.post(address, DeliveryId(new_id()), body)
    except OutboundError as error:
        return TestOutcome(succeeded=False, description=str(error), answer=None)
    if not 200 <= answer.status < 300:
        return TestOutcome(succeeded=False, description=f"answered {answer.status}", answer=_shown(answer))
    async with db.transaction() as tx:
        await store.lock(tx, access, subscription_id)
        await store.activate(tx, subscription_id, clock())
        await store.note_success(tx, subscription_id, clock())
    return TestOutcome(succeeded=True, description=f"answered {answer.status}", answer=_shown(answer))


def _shown(answer: Answer) -> TestAnswer:
    text = answer.body[:_SHOWN_BYTES].decode(errors="replace").replace("\0", "\ufffd")
    return TestAnswer(
        code=answer.status, body=text, headers=tuple(f"{name}: {value}" for name, value in answer.headers.items())
    )
