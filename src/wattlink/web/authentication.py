"""Bearer tokens, in front of every view that isn't public."""

from collections.abc import Iterator

from litestar.types import Scope

from wattlink.domain.errors import NotAuthenticated
from wattlink.web.call import Call


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
