"""Where somebody who proves something comes from, as far as that can be told."""

import ipaddress
from collections.abc import Sequence

from wattlink.base.outbound import Network
from wattlink.domain.access.model import KeyKind
from wattlink.domain.users.throttling.model import network_of
from wattlink.web.authentication import headers_of
from wattlink.web.call import Call


def network_of_app(request: Call) -> str | None:
    """The user's network where the app itself calls; with its trusted key its server does, for everybody."""
    if request.access.kind is not KeyKind.APPLICATION:
        return None
    client = request.scope.get("client")
    forwarded = ", ".join(headers_of(request.scope, b"x-forwarded-for"))  # a proxy may add a header of its own
    return network_behind(client[0] if client else "", forwarded, request.hub.settings.proxies)


def network_behind(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """`X-Forwarded-For` is believed as far back as our own proxies wrote it."""
    hops = [*(hop.strip() for hop in forwarded.split(",") if hop.strip()), peer]
    return network_of(next((hop for hop in reversed(hops) if not _is_among(hop, proxies)), hops[0]))


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in networks)
