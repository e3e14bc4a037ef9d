"""The Litestar app of a dialect, with what all dialects have in common."""

from collections.abc import Sequence

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp, ControllerRouterHandler, ExceptionHandlersMap, Message, Receive, Scope, Send

from wattlink.web.call import Call
from wattlink.web.docs.page import docs_route
from wattlink.web.openapi import ExactDocument, document_route
from wattlink.web.request_log import RequestLog
from wattlink.wiring import Hub

PREFIX = "wattlink.prefix"
"""Where a request's scope holds below which path the app answers it; empty at a root of its own."""

_LARGEST_BODY_BYTES = 256 * 1024


def make_api(
    hub: Hub,
    *,
    routes: Sequence[ControllerRouterHandler],
    errors: ExceptionHandlersMap,
    openapi: OpenAPIConfig,
    cors: CORSConfig | None = None,
    base: str = "",
) -> Litestar:
    """An app whose views take a `Call`; `errors` answers for everything that they raise.

    Its page is at `/docs`, its document at `/openapi.json`, and where the API itself begins at a `base`, there too.
    """
    document = next(plugin for plugin in openapi.render_plugins if isinstance(plugin, ExactDocument))
    below = [document_route(document, base)] if base else []
    app = Litestar(
        route_handlers=[*routes, *below, docs_route(document, base=base)],
        exception_handlers=errors,
        openapi_config=openapi,
        cors_config=cors,
        request_class=Call,
        request_max_body_size=_LARGEST_BODY_BYTES,
        before_send=[keep_nowhere],
        state=State({"hub": hub}),
        logging_config=None,
    )
    app.asgi_handler = RequestLog(EncodedPaths(app.asgi_handler))
    return app


_USUAL = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


async def keep_nowhere(message: Message, _: Scope) -> None:
    """No cache keeps what an API answers, keys and people's data among it, and no browser takes it for a page."""
    if message["type"] == "http.response.start":
        said = {name.lower() for name, _ in message["headers"]}
        message["headers"] = [*message["headers"], *(usual for usual in _USUAL if usual[0] not in said)]


class EncodedPaths:
    """ASGI: routes by the path as it was sent, so that an encoded slash in an id isn't a separator."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if raw_path := scope.get("raw_path"):
            scope["path"] = raw_path.decode("latin-1")
        scope[PREFIX] = scope["root_path"]  # type: ignore[literal-required]
        scope["root_path"] = ""  # Litestar would look for it anywhere in the path, also in ids
        await self._app(scope, receive, send)
