"""How deliveries and subscriptions stand, for operators."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Reader
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.webhooks.retention import store
from wattlink.domain.webhooks.retention.store import Count


async def work_status(reader: Reader, now: datetime) -> list[WorkStatus]:
    """Deliveries that are due and why some fail; subscriptions that are behind, inactive, or lost events."""
    return [
        _status("deliveries", await store.due_deliveries(reader, now), await store.failing_deliveries(reader), now),
        _status(
            "subscriptions",
            await store.waiting_subscriptions(reader),
            await store.failing_subscriptions(reader),
            now,
        ),
    ]


def _status(kind: str, due: Count, failing: Sequence[Count], now: datetime) -> WorkStatus:
    return WorkStatus(
        kind=kind,
        due=due.number,
        oldest_age=None if due.oldest is None else max(0.0, (now - due.oldest).total_seconds()),
        failing=tuple((count.what, count.number) for count in failing),
    )
