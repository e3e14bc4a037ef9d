"""Give up our client at a vendor, for one application or for all."""

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.accounts.revocations import store as revocations
from wattlink.domain.vendors import store


async def remove_registration(tx: Transaction, vendor: str, application_id: ApplicationId | None) -> None:
    """Raises NotFound, and StillInUse while an account or a revocation can't do without it."""
    registration = await store.find(tx, vendor, application_id)
    await revocations.forget_given_up(tx, registration.registration_id)
    await store.delete(tx, registration)
