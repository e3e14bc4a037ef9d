"""The dialect as an app."""

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme

from wattlink.dialects.enode import DIALECT
from wattlink.dialects.enode.errors import HANDLERS
from wattlink.dialects.enode.headers import CURRENT_VERSION
from wattlink.dialects.enode.routes import SECURITY, routes
from wattlink.web.app import make_api
from wattlink.web.openapi import ExactDocument
from wattlink.wiring import Hub


def make_app(hub: Hub) -> Litestar:
    """The API under `/enode`, or at the root of its own host."""
    address = f"{hub.settings.public_url}/{DIALECT}"
    return make_api(hub, routes=routes(), errors=HANDLERS, openapi=_openapi(address))


def _openapi(address: str) -> OpenAPIConfig:
    flow = OAuthFlow(token_url=f"{address}/oauth2/token", scopes={})
    return OpenAPIConfig(
        title="Wattlink, as Enode",
        version=CURRENT_VERSION,
        path="/openapi.json",
        render_plugins=[ExactDocument(address)],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={SECURITY: SecurityScheme(type="oauth2", flows=OAuthFlows(client_credentials=flow))}
        ),
        security=[{SECURITY: []}],
    )
