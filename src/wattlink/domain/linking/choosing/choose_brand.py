"""The person chooses a brand, changes it, or tries the same one again."""

from datetime import datetime

from wattlink.connectors.registry import callers, clouds
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in import store as claims
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import ask_credentials
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.organizations.model import LinkBinding
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.model import VendorRegistration


async def choose_brand(tx: Transaction, session: LinkSession, vendor: str | None, *, now: datetime) -> None:
    """Go on with this vendor, None: back to the list. Raises InvalidInput for one that the session doesn't offer."""
    offered = {registration.vendor: registration for registration in await brands(tx, session)}
    if session.vendor_is_fixed:
        vendor = session.vendor
    if vendor is not None and vendor not in offered and vendor not in dial_ins(session):
        raise InvalidInput("vendor", "is not offered here", allowed=sorted([*offered, *dial_ins(session)]))
    registration_id = offered[vendor].registration_id if vendor in offered else None
    if await store.choose(tx, session.session_id, vendor, registration_id, now=now):
        await claims.forget_of_session(tx, session.session_id)
        await ask_credentials(tx, await store.get(tx, session.session_id), now=now)


async def brands(reader: Reader, session: LinkSession) -> list[VendorRegistration]:
    """The vendors that this session may choose from; relinking, only the account's own registration."""
    if session.vendor_is_fixed and session.registration_id is not None:
        return [await vendors.get(reader, session.registration_id)]  # whatever was switched off since
    usable = await vendors.usable(reader, Access(applications=(session.application_id,)))
    return [
        found for found in usable if found.vendor in clouds() and set(clouds()[found.vendor].kinds) & set(session.kinds)
    ]


def dial_ins(session: LinkSession) -> list[str]:
    """The vendors whose devices call us that this session's page may wait for: of a partner's, since Enode knows none.

    None where the app confirms: a device brings no browser back that could tell whose it is.
    """
    return [] if session.binding is LinkBinding.CONFIRM else callers_of(session)


def callers_of(session: LinkSession) -> list[str]:
    """The same, also where the app itself gives the address to a user whom it knows."""
    if not session.is_onboarding:
        return []
    return [vendor for vendor, manifest in callers().items() if set(manifest.kinds) & set(session.kinds)]
