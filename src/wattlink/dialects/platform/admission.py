"""Who may come in: operators to the administration, and applications, or an operator for one, to the rest."""

from typing import Any

from litestar import Request

from wattlink.base.log import get_logger
from wattlink.dialects.platform.wire import application_id_of
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.web.authentication import bearer_of
from wattlink.web.call import Call
from wattlink.web.routing import check_query_keys

_MOST_NAMED = 20

_log = get_logger(__name__)


async def admit_operator(request: Request[Any, Any, Any]) -> None:
    """Let in operators only, and others are told so; who changes something stands in the log."""
    access = await _access(request)
    organization_id = access.organization_id  # which refuses everybody else
    if request.method != "GET":
        _log.info(
            "an operator acts",
            organization=str(organization_id),
            operator=str(access.actor),
            method=request.method,
            path=request.scope["path"],  # ids of what is administered, never of users
        )
    request.scope["auth"] = access


async def admit_application(request: Request[Any, Any, Any]) -> None:
    """Let in an application, or an operator for one of them: the reach is a single application's."""
    access = await _access(request)
    chosen = request.query_params.get("application")
    if chosen is not None:
        access = access.within(application_id_of(chosen))
    elif len(access.applications) != 1:
        named = [str(application_id) for application_id in access.applications[:_MOST_NAMED]]
        raise InvalidInput("application", "an operator says which one is meant", allowed=named)
    request.scope["auth"] = access


def of_application(call: Call, application_id: str) -> Access:
    """An operator's reach, limited to the application in the path; raises NotFound."""
    return call.access.within(application_id_of(application_id))


async def _access(request: Request[Any, Any, Any]) -> Access:
    assert isinstance(request, Call)
    access = await request.hub.authenticator.access_of_anybody(bearer_of(request))
    request.check_query()
    check_query_keys(request)
    return access
