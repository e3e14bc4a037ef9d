"""Bearer tokens: a guard in front of every view that isn't public."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope

from wattlink.domain.errors import NotAuthenticated
from wattlink.wiring import Hub

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def authenticated(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Put the caller's reach into the request; raises NotAuthenticated."""
    scheme, _space, token = (header_of(connection.scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("no bearer token")
    hub: Hub = connection.app.state["hub"]
    connection.scope["auth"] = await hub.authenticator.access_of(token)


def header_of(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name."""
    return next((value.decode("latin-1") for found, value in scope["headers"] if found == name), None)
