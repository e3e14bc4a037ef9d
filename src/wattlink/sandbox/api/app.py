"""The API as an app."""

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from wattlink.sandbox.api import PREFIX
from wattlink.sandbox.api.errors import HANDLERS
from wattlink.sandbox.api.routes import TOKEN, routes
from wattlink.web.app import make_api
from wattlink.web.openapi import ExactDocument
from wattlink.web.routing import QUERY_KEYS, query_keys
from wattlink.wiring import Hub

VERSION = "1"


def make_app(hub: Hub) -> Litestar:
    """The API under `/platform/sandbox`."""
    address = f"{hub.settings.public_url}{PREFIX}"
    app = make_api(hub, routes=routes(), errors=HANDLERS, openapi=_openapi(address))
    app.state[QUERY_KEYS] = query_keys(app)
    return app


def _openapi(address: str) -> OpenAPIConfig:
    scheme = SecurityScheme(type="http", scheme="bearer", description="an application's token, or an operator's")
    return OpenAPIConfig(
        title="Wattlink's sandbox",
        version=VERSION,
        path="/openapi.json",
        render_plugins=[ExactDocument(address)],
        use_handler_docstrings=True,
        components=Components(security_schemes={TOKEN: scheme}),
    )
