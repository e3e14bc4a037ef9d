"""End accounts: whatever the vendor says at that moment, nothing is visited and nothing is saved from here on."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store
from wattlink.domain.accounts.model import Account, AccountState
from wattlink.domain.accounts.revocations.hand_over import hand_over_accounts, lock_logins
from wattlink.domain.commands.boosts import store as boosts
from wattlink.domain.commands.ending.end import end_of_deauthorized, end_of_removed
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.cut_off import cut_off
from wattlink.domain.devices.delete import delete_of_accounts
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.errors import NotFound
from wattlink.domain.visits import store as visits


async def hand_over_for_revocation(
    tx: Transaction, access: Access, user_id: UserId, *, vault: Vault, now: datetime
) -> Sequence[AccountId]:
    """Take every credential of a user away; nothing is visited from here on. Which accounts these are."""
    account_ids = await store.ids_of_user(tx, access, user_id)
    await lock_logins(tx, account_ids, vault=vault)
    await visits.stop(tx, account_ids)
    await dial_in.end(tx, account_ids)
    await hand_over_accounts(tx, account_ids, vault=vault, now=now)
    return account_ids


async def deauthorize(tx: Transaction, access: Access, user_id: UserId, *, vault: Vault, now: datetime) -> None:
    """Take every credential of a user away; accounts stay for a later link to revive, and devices out of reach.

    That they are is no event: a deauthorized user has none.
    """
    account_ids = await hand_over_for_revocation(tx, access, user_id, vault=vault, now=now)
    await end_of_deauthorized(tx, account_ids, now=now)
    await boosts.disarm_of_accounts(tx, account_ids)
    for account in await store.lock_of_user(tx, access, user_id):
        await _deauthorize(tx, account)
    await cut_off(tx, account_ids)


async def disconnect(
    tx: Transaction,
    access: Access,
    user_id: UserId,
    vendor: str,
    kinds: Collection[Kind] | None,
    *,
    vault: Vault,
    now: datetime,
) -> None:
    """Remove a user's accounts at a vendor with their devices, or these kinds of devices only.

    The last kind removes the account. Raises NotFound where the user has nothing of it there.
    """
    account_ids = await store.ids_of_user(tx, access, user_id, vendor)
    await lock_logins(tx, account_ids, vault=vault)
    await visits.interrupt(tx, account_ids, now)
    await dial_in.lock(tx, account_ids)
    accounts = [account for account in await store.lock_of_user(tx, access, user_id) if account.vendor == vendor]
    concerned = [account for account in accounts if kinds is None or account.everything & set(kinds)]
    if not concerned:
        raise NotFound("linked vendor", vendor)
    await end_of_removed(tx, [account.account_id for account in concerned], kinds, now=now)
    await delete_of_accounts(tx, [account.account_id for account in concerned], kinds, now=now)
    ended = [account for account in concerned if kinds is None or not account.everything - set(kinds)]
    await _remove(tx, [account.account_id for account in ended], vault=vault, now=now)
    for account in concerned:
        if account not in ended and kinds is not None:
            await _narrow(tx, account, kinds)


async def _deauthorize(tx: Transaction, account: Account) -> None:
    await store.drop_pending(tx, account.account_id)
    await devices.forget_unpublished(tx, account.account_id, account.pending)
    if account.state is AccountState.PROVISIONAL:
        await store.delete(tx, [account.account_id])
    else:
        await store.set_reach(tx, account.account_id, state=AccountState.DEAUTHORIZED, kinds=(), scopes=())


async def _remove(tx: Transaction, account_ids: Sequence[AccountId], *, vault: Vault, now: datetime) -> None:
    await hand_over_accounts(tx, account_ids, vault=vault, now=now)
    await store.delete(tx, account_ids)


async def _narrow(tx: Transaction, account: Account, kinds: Collection[Kind]) -> None:
    await store.drop_pending(tx, account.account_id, kinds=kinds)
    kept = [kind for kind in account.kinds if kind not in kinds]
    scopes = [scope for scope in account.scopes if scope.partition(":")[0] not in kinds]
    await store.set_reach(tx, account.account_id, state=account.state, kinds=kept, scopes=scopes)
