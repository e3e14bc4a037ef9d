"""Bearer tokens, in front of every view that isn't public; and where somebody who has one, or none, comes from."""

import ipaddress
import re
from collections.abc import Iterator, Sequence

from litestar.types import Scope

from wattlink.base.outbound import Network
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.users.throttling.model import network_of
from wattlink.web.call import Call

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([^:]+):[0-9]+")


async def authenticate(call: Call) -> None:
    """Put the application's reach into the request; raises NotAuthenticated."""
    call.scope["auth"] = await call.hub.authenticator.access_of(bearer_of(call))


def bearer_of(call: Call) -> str:
    """The bearer token; raises NotAuthenticated."""
    scheme, _, token = (header_of(call.scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("no bearer token")
    return token


def header_of(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name."""
    return next(headers_of(scope, name), None)


def headers_of(scope: Scope, name: bytes) -> Iterator[str]:
    """All headers of this lower-case name, in their order."""
    return (value.decode("latin-1") for found, value in scope["headers"] if found == name)


def network_of_caller(call: Call) -> str:
    """The network of who calls us; behind our own proxies of whom they call for."""
    client = call.scope.get("client")
    forwarded = ", ".join(headers_of(call.scope, b"x-forwarded-for"))  # a proxy may add a header of its own
    return network_behind(client[0] if client else "", forwarded, call.hub.settings.proxies)


def network_behind(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """`X-Forwarded-For` is believed as far back as our own proxies wrote it."""
    hops = [*(_bare(hop.strip()) for hop in forwarded.split(",") if hop.strip()), peer]
    return network_of(next((hop for hop in reversed(hops) if not _is_among(hop, proxies)), hops[0]))


def _bare(hop: str) -> str:
    """The address without the port of the connection, which some proxies write too, and is never the same."""
    found = _WITH_PORT.fullmatch(hop)
    return hop if found is None else found[1] or found[2]


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in networks)
