"""Disconnect a user from one vendor, wholly or for one kind of device."""

import contextlib
from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import leave
from wattlink.domain.accounts import store as accounts
from wattlink.domain.dial_in import store as claims
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.ending.end_sessions import end_sessions_of
from wattlink.domain.users import store as users


async def disconnect(
    tx: Transaction, access: Access, external_id: str, vendor: str, kind: Kind | None, *, vault: Vault, now: datetime
) -> None:
    """Every account that the user has there goes, with its devices and the open sessions that link or mend it."""
    user = await users.lock(tx, access, external_id)
    kinds = None if kind is None else frozenset({kind})
    account_ids = await accounts.ids_of_user(tx, access, user.user_id, vendor)
    ending = account_ids if kinds is None else await _with_nothing_else(tx, account_ids, kinds)
    await end_sessions_of(tx, user.user_id, ending, vault=vault, now=now)
    await claims.forget_waiting(tx, user.user_id, vendor)
    await leave.disconnect(tx, access, user.user_id, vendor, kinds, vault=vault, now=now)


async def _with_nothing_else(reader: Reader, account_ids: list[AccountId], kinds: frozenset[Kind]) -> list[AccountId]:
    found = []
    for account_id in account_ids:
        with contextlib.suppress(NotFound):  # taken back at this moment, since its session was cancelled
            account = await accounts.get(reader, account_id)
            if account.everything <= kinds:
                found.append(account_id)
    return found
