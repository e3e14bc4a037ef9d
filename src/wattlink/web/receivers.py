"""Which receivers of webhooks may be reached without TLS."""

import ipaddress

from wattlink.base.outbound import is_public
from wattlink.domain.webhooks.rules import AllowsHttp
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
