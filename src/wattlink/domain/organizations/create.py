"""Make organizations and applications."""

from collections.abc import Sequence

from wattlink.base.clock import system_clock
from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId
from wattlink.domain.access.model import Access
from wattlink.domain.organizations import store
from wattlink.domain.organizations.keys.create import create_key
from wattlink.domain.organizations.looks.branding import check_branding
from wattlink.domain.organizations.model import Application, Branding, NewApplication
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.organizations.projects.create import create_project
from wattlink.domain.organizations.redirects import check_list

_FIRST_KEY = "first"


async def create_organization(tx: Transaction, name: str) -> OrganizationId:
    """A new organization, without applications."""
    organization_id = OrganizationId(new_id())
    await store.add_organization(tx, organization_id, checked_name(name))
    await create_project(tx, organization_id, name, {}, now=system_clock())
    return organization_id


async def create_application(
    tx: Transaction,
    name: str,
    redirect_uris: Sequence[str] = (),
    branding: Branding | None = None,
    *,
    organization_id: OrganizationId | None = None,
    project_id: ProjectId | None = None,
    is_sandbox: bool = False,
) -> NewApplication:
    """A new application; its secret is shown here and never again.

    Without an organization it is of the oldest one, and without a project of that one's first.
    """
    check_list(redirect_uris)
    check_branding(branding or Branding())
    application = Application(
        application_id=ApplicationId(new_id()),
        organization_id=organization_id or await oldest_organization(tx, name),
        name=checked_name(name),
        redirect_uris=tuple(redirect_uris),
        branding=branding or Branding(),
        is_sandbox=is_sandbox,
    )
    project_id = project_id or await projects.first_of(tx, application.organization_id)
    await store.add_application(tx, application, project_id)
    key = await create_key(tx, Access(applications=(application.application_id,)), _FIRST_KEY)
    return NewApplication(
        application_id=application.application_id, client_id=key.key_id, client_secret=key.client_secret
    )


async def oldest_organization(tx: Transaction, name: str) -> OrganizationId:
    """The installation's own organization, made and called `name` where there is none yet."""
    return await store.first_organization(tx) or await create_organization(tx, name)
