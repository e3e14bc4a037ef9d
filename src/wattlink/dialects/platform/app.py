"""The dialect as an app."""

from collections.abc import Mapping

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme

from wattlink.dialects.platform import DIALECT
from wattlink.dialects.platform.errors import HANDLERS
from wattlink.dialects.platform.events.telling import STATE as WEBHOOK_DIALECTS
from wattlink.dialects.platform.routes import APPLICATION, OPERATOR, USER, routes
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.web.app import make_api
from wattlink.web.openapi import ExactDocument
from wattlink.web.routing import QUERY_KEYS, query_keys
from wattlink.wiring import Hub

VERSION = "1"


def make_app(hub: Hub, webhook_dialects: Mapping[str, WebhookDialect]) -> Litestar:
    """The API under `/platform`, or at the root of its own host; it also tells events as the other dialects do."""
    address = f"{hub.settings.public_url}/{DIALECT}"
    app = make_api(hub, routes=routes(), errors=HANDLERS, openapi=_openapi(address))
    app.state[WEBHOOK_DIALECTS] = webhook_dialects
    app.state[QUERY_KEYS] = query_keys(app)
    return app


def _openapi(address: str) -> OpenAPIConfig:
    flow = OAuthFlow(token_url=f"{address}/oauth2/token", scopes={})
    return OpenAPIConfig(
        title="Wattlink's own API",
        version=VERSION,
        path="/openapi.json",
        render_plugins=[ExactDocument(address)],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                OPERATOR: SecurityScheme(type="http", scheme="bearer", description="`wlo...`, of an operator"),
                USER: SecurityScheme(type="http", scheme="bearer", description="80 letters and digits, of a user"),
                APPLICATION: SecurityScheme(type="oauth2", flows=OAuthFlows(client_credentials=flow)),
            }
        ),
    )
