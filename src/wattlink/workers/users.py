"""Pumps around users who log in: mails to them, limits that are over, anonymous users that nobody uses."""

from datetime import timedelta

from wattlink.base.mailer import Mailer
from wattlink.domain.leaving.forget_idle import forget_idle
from wattlink.domain.users.mail.send import send_due
from wattlink.domain.users.throttling import store as throttling
from wattlink.domain.users.throttling.model import KNOWN_FOR
from wattlink.wiring import Hub
from wattlink.workers.pump import Pump, Runs

_EVERY_SECONDS = 300.0


def pumps(hub: Hub) -> list[Runs]:
    """Mails and idle users only where the operator wants them."""

    async def drop_old_limits() -> int:
        async with hub.db.transaction() as tx:
            return await throttling.forget(tx, hub.clock())

    async def drop_old_addresses() -> int:
        async with hub.db.transaction() as tx:
            return await throttling.forget_addresses(tx, hub.clock(), KNOWN_FOR)

    found: list[Runs] = [
        Pump("old limits of attempts", drop_old_limits, every=_EVERY_SECONDS),
        Pump("old known addresses", drop_old_addresses, every=_EVERY_SECONDS),
    ]
    if hub.settings.sends_mail:
        found.append(_mails(hub))
    if hub.settings.anonymous_idle_days:
        found.append(_idle_users(hub))
    return found


def _mails(hub: Hub) -> Pump:
    settings = hub.settings
    mailer = Mailer(
        clock=hub.clock,
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.sender_of_mail,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )

    async def send() -> int:
        return await send_due(hub.db, mailer, vault=hub.vault, clock=hub.clock)

    return Pump("mails", send, channel="mail")


def _idle_users(hub: Hub) -> Pump:
    after = timedelta(days=hub.settings.anonymous_idle_days)

    async def forget() -> int:
        forgotten = await forget_idle(hub.db, after, vault=hub.vault, clock=hub.clock)
        if forgotten:
            hub.door.forget()
            hub.notifier.wake("events")
        return forgotten

    return Pump("idle anonymous users", forget, every=_EVERY_SECONDS)
