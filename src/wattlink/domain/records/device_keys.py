"""A thng's own key, with which a device reads itself: one per thng, shown again as long as it lives.

Who sees a thng isn't yet who may hand out its key: a user only that of the user's own thngs and linked devices.
"""

from datetime import datetime
from uuid import UUID

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId, DeviceId, RecordId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound, NotPermitted
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as keys
from wattlink.domain.records import store
from wattlink.domain.records.model import RecordKind
from wattlink.domain.records.permitted import check_owns


async def issue_key(tx: Transaction, access: Access, thng_id: UUID, *, vault: Vault, now: datetime) -> str:
    """The key of a thng, made if it has none. Raises NotFound, NotPermitted."""
    application_id = await _application_of(tx, access, thng_id)
    return await issue.of_device(tx, application_id, thng_id, vault=vault, now=now)


async def show_key(tx: Transaction, access: Access, thng_id: UUID, *, vault: Vault) -> str:
    """The key of a thng. Raises NotFound, NotPermitted."""
    await _application_of(tx, access, thng_id)
    found = await keys.of_device(tx, thng_id)
    if found is None:
        raise NotFound("device key", thng_id)
    return issue.opened(found, vault)


async def end_key(tx: Transaction, access: Access, thng_id: UUID) -> None:
    """The key opens nothing any more; the next one is another. Raises NotFound, NotPermitted."""
    await _application_of(tx, access, thng_id)
    if not await keys.end_of_device(tx, thng_id):
        raise NotFound("device key", thng_id)


async def _application_of(tx: Transaction, access: Access, thng_id: UUID) -> ApplicationId | None:
    """The application of a thng whose key the caller may have; an operator's thng is of none."""
    if access.is_lent:
        raise NotPermitted("the key of a thng would outlive what is lent")
    try:
        record = await store.get(tx, access, RecordKind.THNG, RecordId(thng_id), and_lock=True)
    except NotFound:
        if access.kind is not KeyKind.USER:
            raise
        await devices.hold(tx, access, DeviceId(thng_id))  # no key is left of one that goes now
        return (await devices.get(tx, access, DeviceId(thng_id))).application_id
    check_owns(access, record)
    return record.application_id
