"""The caller's organization."""

from litestar.params import JSONBody

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.wire import Answer, Name, Payload, Timestamp, Uuid
from wattlink.domain.organizations import store
from wattlink.domain.organizations.model import Organization
from wattlink.domain.organizations.names import checked_name
from wattlink.web.call import Call


class OrganizationPayload(Payload):
    name: Name


class OrganizationResponse(Answer):
    id: Uuid
    name: str
    created_at: Timestamp


async def get_organization(request: Call) -> OrganizationResponse:
    """The organization that the token administers."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get_organization(reader, request.access.organization_id))


async def rename_organization(request: Call, data: JSONBody[OrganizationPayload]) -> OrganizationResponse:
    """Give it another name."""
    organization_id = request.access.organization_id
    async with request.hub.db.transaction() as tx:
        await store.rename_organization(tx, organization_id, checked_name(data.name))
        return _shown(await store.get_organization(tx, organization_id))


def _shown(organization: Organization) -> OrganizationResponse:
    return OrganizationResponse(
        id=str(organization.organization_id), name=organization.name, created_at=rfc3339(organization.created_at)
    )
