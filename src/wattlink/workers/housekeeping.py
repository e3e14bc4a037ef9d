"""Pumps that keep tables small."""

from datetime import timedelta

from wattlink.domain.organizations import store as organizations
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_EVERY_SECONDS = 300.0


def pumps(hub: Hub) -> list[tuple[Runs, str | None]]:
    """Forget tokens a day after their end, so that the log can still say whose an expired one was."""

    async def drop_expired_tokens() -> int:
        async with hub.db.transaction() as tx:
            return await organizations.drop_expired_tokens(tx, hub.clock() - timedelta(days=1))

    return [(Pump("expired tokens", drop_expired_tokens, every=_EVERY_SECONDS), None)]
