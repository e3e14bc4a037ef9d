"""An API that is called in this process, without a socket."""

import httpx
from litestar import Litestar

from wattlink.server import Server


def client_of(app: Litestar | Server, authorization: str | None) -> httpx.AsyncClient:
    """A client with this `Authorization`; None: without one. A fault of the API's is an answer to it."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),  # type: ignore[arg-type]
        base_url="http://api",
        headers={} if authorization is None else {"authorization": authorization},
    )
