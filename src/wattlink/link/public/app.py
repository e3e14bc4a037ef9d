"""The public pages as Litestar apps, one per prefix, and a page in plain words for every error."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from wattlink.base.log import get_logger
from wattlink.domain.errors import NotFound
from wattlink.link.browser import AnyRequest
from wattlink.link.headers import SecurityHeaders
from wattlink.link.public import brands, interventions, programs
from wattlink.link.public.site import PublicPages
from wattlink.link.public.standing import Standing
from wattlink.link.rendering.renderer import Renderer
from wattlink.web.request_log import RequestLog
from wattlink.wiring import Hub

_log = get_logger(__name__)

ROUTES: Mapping[str, Sequence[HTTPRouteHandler]] = {
    "/brands": [brands.listed, brands.shown],  # GET /brands, GET /brands/{vendor}
    "/interventions": [interventions.shown],  # GET /interventions/{id}
    "/llms.txt": [programs.listed],  # GET /llms.txt
}


def make_public_apps(hub: Hub) -> dict[str, Litestar]:
    """The apps by their prefix."""
    site = PublicPages(renderer=Renderer(), public_url=hub.settings.public_url, standing=Standing(hub))
    return {prefix: _made(site, handlers) for prefix, handlers in ROUTES.items()}


def _made(site: PublicPages, handlers: Sequence[HTTPRouteHandler]) -> Litestar:
    def not_here(request: AnyRequest, _: NotFound) -> Response[str]:
        return site.view(request).trouble("public/missing.html", status=404)

    def refused(request: AnyRequest, error: HTTPException) -> Response[str]:
        return site.view(request).trouble("public/missing.html", status=error.status_code)

    def broken(request: AnyRequest, error: Exception) -> Response[str]:
        _log.error("a page failed", exc_info=error, route=request.scope.get("path_template"))
        return site.view(request).trouble("public/broken.html", status=500)

    errors: dict[int | type[Exception], Any] = {NotFound: not_here, HTTPException: refused, Exception: broken}
    app = Litestar(
        route_handlers=list(handlers),
        dependencies={"site": Provide(lambda: site, sync_to_thread=False)},
        exception_handlers=errors,
        before_send=[SecurityHeaders(is_https=site.public_url.startswith("https:"))],
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = RequestLog(app.asgi_handler)
    return app
