"""Who may come in: applications by their client credentials, and each only to its own organization."""

from typing import Any

from litestar import Request

from wattlink.domain.access.ids import ApplicationId, OrganizationId
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations import store as organizations
from wattlink.web.authentication import authenticate
from wattlink.web.call import Call

ORGANIZATIONS = "organizations"
"""Where the app's state holds which organization an application is of, which never changes."""
_KEPT_AT_MOST = 10_000


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let in an application, to the organization that it is of; another one looks as if there were none."""
    assert isinstance(request, Call)
    await authenticate(request)
    request.check_query()
    asked = request.path_params.get("org_id")
    if asked is not None:
        own = await _organization_of(request)
        if asked.lower() not in (str(own), own.hex):
            raise NotFound("organization", asked)


async def _organization_of(call: Call) -> OrganizationId:
    kept: dict[ApplicationId, OrganizationId] = call.app.state[ORGANIZATIONS]
    application_id = call.access.application_id
    if application_id not in kept:
        async with call.hub.db.read() as reader:
            found = await organizations.organization_of(reader, call.access)
        if len(kept) >= _KEPT_AT_MOST:
            kept.clear()
        kept[application_id] = found
    return kept[application_id]
