"""Who may come in: operators to the administration, and applications, or an operator for one, to the rest.

A user's own key opens what concerns that user's link sessions. No key that stands in what an app's users carry around
opens anything else, and a lent key nothing at all.
"""

from typing import Any

from litestar import Request

from wattlink.base.log import get_logger
from wattlink.dialects.platform.wire import application_id_of
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput, NotAuthenticated, NotPermitted
from wattlink.domain.sharing.keys.door import is_access_key
from wattlink.web.authentication import bearer_of, network_of_caller
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
    if access.kind not in (KeyKind.OPERATOR, KeyKind.TRUSTED):
        raise NotPermitted("this key opens none of it")
    request.scope["auth"] = _of_one_application(access, request)


async def admit_user(request: Request[Any, Any, Any]) -> None:
    """Let in also a user with the user's own key: the reach is that user's."""
    access = await _access(request)
    if access.kind not in (KeyKind.OPERATOR, KeyKind.TRUSTED, KeyKind.USER) or access.is_lent:
        raise NotPermitted("this key opens no link sessions")
    request.scope["auth"] = _of_one_application(access, request)


def _of_one_application(access: Access, request: Request[Any, Any, Any]) -> Access:
    chosen = request.query_params.get("application")
    if chosen is not None:
        return access.within(application_id_of(chosen))
    if len(access.applications) != 1:
        named = [str(application_id) for application_id in access.applications[:_MOST_NAMED]]
        raise InvalidInput("application", "an operator says which one is meant", allowed=named)
    return access


def of_application(call: Call, application_id: str) -> Access:
    """An operator's reach, limited to the application in the path; raises NotFound."""
    return call.access.within(application_id_of(application_id))


async def _access(request: Request[Any, Any, Any]) -> Access:
    assert isinstance(request, Call)
    token = bearer_of(request)
    try:
        if is_access_key(token):
            access = await request.hub.door.access_of(token)
        else:
            access = await request.hub.authenticator.access_of_anybody(token)
    except NotAuthenticated:
        request.hub.strangers.met(token, network_of_caller(request))
        raise
    request.check_query()
    check_query_keys(request)
    return access
