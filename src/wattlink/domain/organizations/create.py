"""Make an application, with its first key."""

from collections.abc import Sequence

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, KeyId, OrganizationId
from wattlink.domain.organizations import store
from wattlink.domain.organizations.branding import check_branding
from wattlink.domain.organizations.model import Application, Branding, NewApplication
from wattlink.domain.organizations.names import checked_name

_SECRET_PREFIX = "wls_"  # noqa: S105 - lets secret scanners recognise one


async def create_application(
    tx: Transaction,
    name: str,
    redirect_uris: Sequence[str] = (),
    branding: Branding | None = None,
    *,
    organization_id: OrganizationId | None = None,
) -> NewApplication:
    """A new application, of the oldest organization if none is given; its secret is shown here and never again."""
    check_branding(branding or Branding())
    application = Application(
        application_id=ApplicationId(new_id()),
        organization_id=organization_id or await oldest_organization(tx, name),
        name=checked_name(name),
        redirect_uris=tuple(redirect_uris),
        branding=branding or Branding(),
    )
    await store.add_application(tx, application)
    client_id, client_secret = KeyId(new_id()), _SECRET_PREFIX + new_secret()
    await store.add_key(tx, store.KeyRow(client_id, application.application_id, digest(client_secret)))
    return NewApplication(application_id=application.application_id, client_id=client_id, client_secret=client_secret)


async def oldest_organization(tx: Transaction, name: str) -> OrganizationId:
    """The operator's own organization, made and called `name` where there is none yet."""
    organization_id = await store.first_organization(tx)
    if organization_id is None:
        organization_id = OrganizationId(new_id())
        await store.add_organization(tx, organization_id, checked_name(name))
    return organization_id
