"""Receivers of webhooks: subscribing one, and which may be reached without TLS."""

import ipaddress
from datetime import timedelta

from wattlink.base.outbound import is_public
from wattlink.domain.errors import InvalidInput
from wattlink.domain.webhooks.create import create
from wattlink.domain.webhooks.model import NewSubscription, Subscription
from wattlink.domain.webhooks.rules import AllowsHttp, check_url
from wattlink.web.call import Call
from wattlink.wiring import Hub


def url_problem(url: str) -> str | None:
    """What is wrong with a receiver's address, whatever the operator lets requests go to; None: nothing."""
    try:
        check_url(url, _is_loopback)
    except InvalidInput as error:
        return error.problem
    return None


def allows_http(hub: Hub) -> AllowsHttp:
    """Plain http goes to loopback only, and only where the operator lets requests go there."""

    def allowed(host: str) -> bool:
        return _is_loopback(host) and is_public(_address(host), hub.settings.outbound_allow)

    return allowed


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(_address(host)).is_loopback
    except ValueError:
        return False


def _address(host: str) -> str:
    return "127.0.0.1" if host == "localhost" else host


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
