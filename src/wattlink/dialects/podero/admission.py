"""Who may come in: applications by their client credentials, and each only to its own organization."""

from typing import Any

from litestar import Request

from wattlink.domain.errors import NotFound
from wattlink.domain.organizations import store as organizations
from wattlink.web.authentication import authenticate
from wattlink.web.call import Call


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let in an application, to the organization that it is of; another one looks as if there were none."""
    assert isinstance(request, Call)
    await authenticate(request)
    request.check_query()
    asked = request.path_params.get("org_id")
    if asked is not None:
        async with request.hub.db.read() as reader:
            own = await organizations.organization_of(reader, request.access)
        if asked.lower() not in (str(own), own.hex):
            raise NotFound("organization", asked)
