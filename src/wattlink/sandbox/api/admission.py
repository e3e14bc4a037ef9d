"""Who may come in: a sandbox application for what is its own, and operators for what is their applications'."""

from typing import Any

from litestar import Request

from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, NotASandbox, NotFound
from wattlink.domain.organizations.clock import store as clocks
from wattlink.web.authentication import bearer_of
from wattlink.web.call import Call, uuid_of
from wattlink.web.routing import check_query_keys

_MOST_NAMED = 20


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let in whoever has a token; an operator may name one application by `?application=`."""
    assert isinstance(request, Call)
    if not request.hub.settings.sandbox_url:
        raise NotFound("sandbox", "on this installation: it runs without simulated vendors")
    access = await request.hub.authenticator.access_of_anybody(bearer_of(request))
    check_query_keys(request)
    chosen = request.query_params.get("application")
    request.scope["auth"] = access if chosen is None else access.within(ApplicationId(uuid_of("application", chosen)))


async def sandbox_application(call: Call) -> ApplicationId:
    """The one application that is meant. Raises InvalidInput where there are several, and NotASandbox."""
    access = call.access
    if len(access.applications) != 1:
        named = [str(application_id) for application_id in access.applications[:_MOST_NAMED]]
        raise InvalidInput("application", "an operator says which one is meant", allowed=named)
    async with call.hub.db.read() as reader:
        if not (await clocks.get(reader, access.application_id)).is_sandbox:
            raise NotASandbox
    return access.application_id


def reach_of(access: Access) -> list[str]:
    """Whose virtual accounts are within reach, as the control API knows it; operators' are those of nobody else too."""
    own = [str(application_id) for application_id in access.applications]
    return own if access.operates is None else [*own, ""]
