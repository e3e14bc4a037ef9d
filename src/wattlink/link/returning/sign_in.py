"""Signing in to an app with a service that knows the person: out to its page, and back to the app with a code."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from wattlink.domain.access.ids import IdentityServiceId
from wattlink.domain.users.elsewhere.redirecting.come_back import Brought, come_back, sign_in_of
from wattlink.domain.users.elsewhere.redirecting.leave import leave
from wattlink.link.browser import AnyRequest
from wattlink.link.sight import Ui


@get("/sign-in/{token:str}")
async def left(ui: Ui, token: FromPath[str]) -> Response[Any]:
    """Bind the sign-in to this browser and send it to the service; a link that is only looked at does no harm."""
    hub = ui.hub
    gone = await leave(
        hub.db,
        token,
        services=hub.sign_in_services,
        public_url=hub.settings.public_url,
        vault=hub.vault,
        clock=hub.clock,
    )
    answer = Redirect(gone.address, status_code=303)
    if gone.browser:
        answer.cookies = [ui.browsers.sign_in_cookie(gone.sign_in_id, gone.browser)]
    return answer


@get("/signed-in/{service_id:uuid}")
async def came_back(request: AnyRequest, ui: Ui, service_id: FromPath[UUID]) -> Response[Any]:
    """Find out whom the service vouches for, once, and send the browser back to the app."""
    hub, query = ui.hub, request.query_params
    brought = Brought(
        service_id=IdentityServiceId(service_id),
        state=query.get("state", ""),
        code=query.get("code"),
        error=query.get("error"),
        issuer=query.get("iss"),
    )
    sign_in = await sign_in_of(hub.db, brought.state, clock=hub.clock)
    address = await come_back(
        hub.db,
        brought,
        ui.browsers.sign_in_secret(request, sign_in.sign_in_id),
        services=hub.sign_in_services,
        public_url=hub.settings.public_url,
        vault=hub.vault,
        clock=hub.clock,
    )
    return Redirect(address, status_code=303)
