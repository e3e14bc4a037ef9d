"""Disconnect a user from one vendor, wholly or for one kind of device."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import leave
from wattlink.domain.users import store as users


async def disconnect(
    tx: Transaction, access: Access, external_id: str, vendor: str, kind: Kind | None, *, vault: Vault, now: datetime
) -> None:
    """Every account that the user has there goes, with its devices; other vendors and open sessions stay."""
    user = await users.lock(tx, access, external_id)
    kinds = None if kind is None else frozenset({kind})
    await leave.disconnect(tx, access, user.user_id, vendor, kinds, vault=vault, now=now)
