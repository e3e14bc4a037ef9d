"""Withdraw every access that a user gave, and keep the ids and the last values for a later link."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import leave
from wattlink.domain.dial_in import store as claims
from wattlink.domain.linking.ending.end_sessions import end_sessions
from wattlink.domain.users import store as users


async def deauthorize(tx: Transaction, access: Access, external_id: str, *, vault: Vault, now: datetime) -> None:
    """No visit, no session and no new event from here on; what was recorded before still arrives."""
    user = await users.lock(tx, access, external_id)
    await end_sessions(tx, access, user.user_id, vault=vault, now=now)
    await claims.forget_waiting(tx, user.user_id)
    await leave.deauthorize(tx, access, user.user_id, vault=vault, now=now)
