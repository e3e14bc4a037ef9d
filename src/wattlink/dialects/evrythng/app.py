"""The dialect as an app."""

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from wattlink.dialects.evrythng import DIALECT
from wattlink.dialects.evrythng.admission import DOORS
from wattlink.dialects.evrythng.errors import HANDLERS
from wattlink.dialects.evrythng.routes import SECURITY, needs, routes
from wattlink.web.app import make_api
from wattlink.web.openapi import ExactDocument
from wattlink.wiring import Hub

VERSION = "1"

# Browsers call with keys in a header and never with cookies, so any page may; `pages()` of clients reads `Link`.
_ANY_ORIGIN = CORSConfig(
    allow_origins=["*"],
    allow_methods=["GET", "POST", "PUT", "DELETE"],
    allow_headers=["authorization", "content-type", "accept"],
    expose_headers=["link", "x-result-count", "location"],
)


def make_app(hub: Hub) -> Litestar:
    """The API under `/evrythng`, or at the root of its own host."""
    address = f"{hub.settings.public_url}/{DIALECT}"
    app = make_api(hub, routes=routes(), errors=HANDLERS, openapi=_openapi(address), cors=_ANY_ORIGIN)
    app.state[DOORS] = needs()
    return app


def _openapi(address: str) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Wattlink, as EVRYTHNG",
        version=VERSION,
        path="/openapi.json",
        render_plugins=[ExactDocument(address)],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                SECURITY: SecurityScheme(type="apiKey", name="Authorization", security_scheme_in="header")
            }
        ),
        security=[{SECURITY: []}],
    )
