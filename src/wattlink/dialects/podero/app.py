"""The dialect as an app."""

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme

from wattlink.dialects.podero import BASE, DIALECT
from wattlink.dialects.podero.admission import ORGANIZATIONS
from wattlink.dialects.podero.errors import HANDLERS
from wattlink.dialects.podero.routes import SECURITY, routes
from wattlink.dialects.podero.wire import as_it_is
from wattlink.web.app import make_api
from wattlink.web.openapi import ExactDocument
from wattlink.wiring import Hub

VERSION = "2.0"


def make_app(hub: Hub) -> Litestar:
    """The API under `/podero`, or at the root of its own host; its base URL ends in `/api/partners/v2.0`."""
    address = f"{hub.settings.public_url}/{DIALECT}"
    openapi = _openapi(address)
    app = make_api(hub, routes=routes(), errors=HANDLERS, openapi=openapi, base=BASE)
    app.state[ORGANIZATIONS] = {}
    return app


def _openapi(address: str) -> OpenAPIConfig:
    flow = OAuthFlow(token_url=f"{address}/oauth2/token/", scopes={"read": "", "write": ""})
    return OpenAPIConfig(
        title="Wattlink, as Podero",
        version=VERSION,
        path="/openapi.json",
        render_plugins=[ExactDocument(address, name=as_it_is, ignores_unknown_keys=True)],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={SECURITY: SecurityScheme(type="oauth2", flows=OAuthFlows(client_credentials=flow))}
        ),
        security=[{SECURITY: []}],
    )
