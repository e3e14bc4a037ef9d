"""Delete a user and all that hangs on it."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.leave import hand_over_for_revocation
from wattlink.domain.commands import store as commands
from wattlink.domain.devices.delete import delete_of_user
from wattlink.domain.events.record import erase_payloads
from wattlink.domain.linking.ending.end_sessions import end_sessions
from wattlink.domain.locations import store as locations
from wattlink.domain.records import store as records
from wattlink.domain.sharing.shares import store as shares
from wattlink.domain.users import store as users
from wattlink.domain.users.people.telling import tell_deleted
from wattlink.domain.webhooks.erasing.erase import lock_cursors, refreeze_open


async def delete_user(tx: Transaction, access: Access, external_id: str, *, vault: Vault, now: datetime) -> None:
    """Everything of the user goes now; the vendors' access is revoked later, whatever they say at this moment.

    Whoever calls tells its process to forget the keys that it has verified.
    """
    user = await users.lock(tx, access, external_id)
    await shares.delete_of_user(tx, user.user_id)  # and every key that acted for the user, or on what was the user's
    await end_sessions(tx, access, user.user_id, vault=vault, now=now)
    await hand_over_for_revocation(tx, access, user.user_id, vault=vault, now=now)  # locks its visits: no late save
    await commands.delete_of_user(tx, user.user_id)  # whoever ends one has recorded it before, or finds it gone
    await lock_cursors(tx, access)  # nothing is frozen from a payload that was read before
    await erase_payloads(tx, access, user.user_id)
    await refreeze_open(tx, access, user.user_id, now=now)
    await delete_of_user(tx, access, user.user_id, now=now)
    await locations.delete_of_user(tx, access, user.user_id)
    await records.delete_of_user(tx, user.user_id)
    await users.delete(tx, user.user_id, now=now)
    await tell_deleted(tx, user, now=now)
