"""Switch vendors on and off for an application, and say which ones need it."""

from wattlink.connectors.registry import manifests
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.vendors.activation import store


async def activate(tx: Transaction, access: Access, vendor: str) -> None:
    """Let an application use a vendor that needs it, or may need it one day; raises NotFound for an unknown one."""
    _check(vendor)
    await store.activate(tx, access.application_id, vendor)


async def deactivate(tx: Transaction, access: Access, vendor: str) -> None:
    """Switch a vendor off again for an application; raises NotFound for an unknown one."""
    _check(vendor)
    await store.deactivate(tx, access.application_id, vendor)


async def require_activation(
    tx: Transaction, vendor: str, application_id: ApplicationId | None, *, required: bool | None
) -> RegistrationId:
    """Whether a registration needs it; None: as the manifest says. Raises NotFound where there is no registration."""
    _check(vendor)
    registration_id = await store.require_activation(tx, vendor, application_id, required=required)
    if registration_id is None:
        raise NotFound("registration", vendor)
    return registration_id


async def inactive(reader: Reader, access: Access) -> list[str]:
    """The vendors that an application can't use before they are activated, alphabetical."""
    gated = set(await store.needing_activation(reader, access.application_id))
    return sorted(gated - set(await store.activated(reader, access.application_id)))


def _check(vendor: str) -> None:
    if vendor not in manifests():
        raise NotFound("vendor", vendor)
