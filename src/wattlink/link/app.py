"""The Link UI as a Litestar app: every URL in one table, and a page for every error."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from wattlink.base.log import get_logger
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.linking.model import Cause
from wattlink.link import entrance, missing, session
from wattlink.link.acting import Refused
from wattlink.link.browser import AnyRequest, Browsers
from wattlink.link.headers import SecurityHeaders
from wattlink.link.pages.failure import failure, failure_without_session
from wattlink.link.rendering.renderer import Renderer
from wattlink.link.returning import callback, sign_in
from wattlink.link.sight import LinkUi, Ui
from wattlink.link.texts.failures import BROKEN, UNKNOWN, Failure
from wattlink.web.request_log import RequestLog
from wattlink.wiring import Hub

_log = get_logger(__name__)
_LARGEST_BODY_BYTES = 16 * 1024
_FOR_EVER = "public, max-age=31536000, immutable"


@get("/static/{name:str}")
async def static(ui: Ui, name: FromPath[str]) -> Response[bytes]:
    """A file whose name changes with its content."""
    found = ui.renderer.static.get(name)
    if found is None:
        raise NotFound("file", name)
    return Response(found.content, media_type=found.media_type, headers={"cache-control": _FOR_EVER})


_ROUTES = [
    entrance.opened,  # GET  /{token}
    entrance.entered,  # POST /{token}
    session.shown,  # GET  /session/{id}
    session.progress,  # GET  /session/{id}/progress
    session.brand_chosen,  # POST /session/{id}/brand
    missing.shown,  # GET  /session/{id}/missing
    missing.asked_for,  # POST /session/{id}/missing
    session.address_asked_for,  # POST /session/{id}/address
    session.signed_in,  # POST /session/{id}/sign-in
    session.left,  # GET  /session/{id}/leave
    session.paired,  # POST /session/{id}/pairing
    session.picked,  # POST /session/{id}/pick
    session.cancelled,  # POST /session/{id}/cancel
    callback.came_back,  # GET  /callback/{registration_id}
    sign_in.left,  # GET  /sign-in/{token}
    sign_in.came_back,  # GET  /signed-in/{service_id}
    static,  # GET  /static/{name}
]


def make_app(hub: Hub) -> Litestar:
    """The pages below `/link`."""
    public_url = hub.settings.public_url
    ui = LinkUi(hub=hub, browsers=Browsers(public_url), renderer=Renderer())
    app = Litestar(
        route_handlers=_ROUTES,
        dependencies={"ui": Provide(lambda: ui, sync_to_thread=False)},
        exception_handlers={
            Refused: _refused,
            NotFound: _told(ui, UNKNOWN, 404),
            InvalidInput: _told(ui, UNKNOWN, 400),
            HTTPException: _http_error(ui),
            Exception: _broken(ui),
        },
        before_send=[SecurityHeaders(is_https=public_url.startswith("https:"))],
        openapi_config=None,
        request_max_body_size=_LARGEST_BODY_BYTES,
        logging_config=None,
    )
    app.asgi_handler = RequestLog(app.asgi_handler)
    return app


Handler = Callable[[AnyRequest, Any], Response[Any]]


def _refused(_: AnyRequest, refused: Refused) -> Response[Any]:
    return failure(refused.sight, Cause.WRONG_BROWSER, leads_back=refused.is_known)


def _told(ui: LinkUi, told: Failure, status: int) -> Handler:
    return lambda request, _: failure_without_session(ui, request, told, status=status)


def _http_error(ui: LinkUi) -> Handler:
    return lambda request, error: failure_without_session(ui, request, UNKNOWN, status=error.status_code)


def _broken(ui: LinkUi) -> Handler:
    def answer(request: AnyRequest, error: Exception) -> Response[Any]:
        _log.error("a page failed", exc_info=error, route=request.scope.get("path_template"))
        return failure_without_session(ui, request, BROKEN, status=500)

    return answer
