"""Receivers of webhooks: subscribing one, and which may be reached without TLS."""

import ipaddress
from datetime import timedelta

from wattlink.base.outbound import is_public
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.model import NewSubscription, Subscription
from wattlink.domain.webhooks.rules import AllowsHttp
from wattlink.web.call import Call
from wattlink.wiring import Hub


def allows_http(hub: Hub) -> AllowsHttp:
    """Plain http goes to loopback only, and only where the operator lets requests go there."""

    def allowed(host: str) -> bool:
        address = "127.0.0.1" if host == "localhost" else host
        try:
            is_loopback = ipaddress.ip_address(address).is_loopback
        except ValueError:
            return False
        return is_loopback and is_public(address, hub.settings.outbound_allow)

    return allowed


async def subscribed(call: Call, new: NewSubscription) -> Subscription:
    """The caller's new subscription; raises InvalidInput."""
    hub = call.hub
    async with hub.db.transaction() as tx:
        return await create(
            tx,
            call.access,
            new,
            vault=hub.vault,
            now=hub.clock(),
            allows_http=allows_http(hub),
            heartbeat_every=timedelta(seconds=hub.settings.heartbeat_seconds),
        )
