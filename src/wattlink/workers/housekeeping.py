"""Pumps that keep tables small."""

from datetime import timedelta

from wattlink.domain.organizations.keys import store as keys
from wattlink.domain.users.elsewhere import store as sign_in_services
from wattlink.domain.users.elsewhere.redirecting import store as sign_ins
from wattlink.domain.vendors.budgets.spend import forget_old
from wattlink.domain.vendors.health import store as health
from wattlink.domain.vendors.health.model import KEPT
from wattlink.domain.vendors.wanted import store as wanted
from wattlink.domain.vendors.wanted.ask import KEPT as WISHES_KEPT
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_EVERY_SECONDS = 300.0


def pumps(hub: Hub) -> list[Runs]:
    """Forget what is over: tokens a day after their end, so that the log can still say whose an expired one was."""

    async def drop_expired_tokens() -> int:
        async with hub.db.transaction() as tx:
            return await keys.drop_expired_tokens(tx, hub.clock() - timedelta(days=1))

    async def drop_old_budgets() -> int:
        return await forget_old(hub.db)

    async def drop_old_health() -> int:
        async with hub.db.transaction() as tx:
            return await health.forget(tx, hub.clock() - KEPT)

    async def drop_old_wishes() -> int:
        async with hub.db.transaction() as tx:
            return await wanted.forget(tx, hub.clock() - WISHES_KEPT)

    async def drop_old_sign_ins() -> int:
        async with hub.db.transaction() as tx:
            used = await sign_in_services.forget_id_tokens(tx, hub.clock())
            return used + await sign_ins.forget(tx, hub.clock())

    return [
        Pump("old sign-ins", drop_old_sign_ins, every=_EVERY_SECONDS),
        Pump("old brand requests", drop_old_wishes, every=_EVERY_SECONDS),
        Pump("old counts of health", drop_old_health, every=_EVERY_SECONDS),
        Pump("expired tokens", drop_expired_tokens, every=_EVERY_SECONDS),
        Pump("old budgets", drop_old_budgets, every=_EVERY_SECONDS),
    ]
