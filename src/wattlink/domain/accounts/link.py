"""Link an account: save what a sign-in granted, publish it when its session completes, or take it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from wattlink.base.ids import new_id
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant, Login
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, CredentialId, DeviceId, RegistrationId, SessionId
from wattlink.domain.accounts import store
from wattlink.domain.accounts.credentials import store as credentials
from wattlink.domain.accounts.credentials.sealing import seal, subject_hash
from wattlink.domain.accounts.model import (
    Account,
    AccountState,
    Discovery,
    LinkedBy,
    VisitError,
    WrongAccount,
)
from wattlink.domain.accounts.revocations import store as revocations
from wattlink.domain.accounts.revocations.hand_over import hand_over_accounts, hand_over_grant, lock_logins
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.publish import publish as publish_devices
from wattlink.domain.errors import ConnectionsLimitReached
from wattlink.domain.events.model import EventType, Fact
from wattlink.domain.events.record import record
from wattlink.domain.visits import store as visits

_REVOCATION_WAIT = timedelta(seconds=25)

_log = get_logger(__name__)


async def save_grant(tx: Transaction, by: LinkedBy, grant: Grant, *, vault: Vault, now: datetime) -> AccountId:
    """Store what a sign-in granted, and which account that is for; a visit follows at once.

    A login that the user has linked before keeps its account: its newest credential replaces the older one. Kinds that
    weren't published before are pending until `publish`. Raises WrongAccount (a relink with another login) and
    ConnectionsLimitReached; then nothing is to be stored, and the grant goes to `revoke_grant`.

    Where an older access to the same login is being withdrawn at this moment, the first visit waits for 25 s and then
    proves the new credential before it reads.
    """
    login = subject_hash(by.registration_id, grant.subject, vault)
    known = await _known(tx, by, grant, vault=vault)
    in_flight = False
    if manifests()[by.vendor].sign_in.revoking_ends == "grant":
        in_flight = await revocations.cancel(tx, by.registration_id, login)
    due_at = now + _REVOCATION_WAIT if in_flight else now
    if known is None:
        account_id = await _add(tx, by, grant, due_at=due_at, now=now)
    else:
        account_id = await _sign_in_again(tx, known, by, grant, due_at=due_at)
    credential_id = await credentials.id_of(tx, account_id) or CredentialId(new_id())
    sealed = seal(grant.credential, credential_id, vault)
    await credentials.put(tx, account_id, credential_id, sealed=sealed, must_prove=in_flight, now=now)
    return account_id


async def save_caller(tx: Transaction, by: LinkedBy, login: Login, *, vault: Vault, now: datetime) -> AccountId:
    """The same for a device that dialled in, of which no credential is ours to keep and to which no visit is made."""
    known = await _known(tx, by, login, vault=vault)
    if known is None:
        return await _add(tx, by, login, due_at=now, now=now)
    await dial_in.lock(tx, [known])
    return await _sign_in_again(tx, known, by, login, due_at=now)


async def is_linked(tx: Transaction, by: LinkedBy, grant: Grant, *, vault: Vault) -> bool:
    """Whether the user has an account of this login, which stays so for now; raises WrongAccount."""
    return await _known(tx, by, grant, vault=vault) is not None


async def publish(tx: Transaction, session_id: SessionId, *, now: datetime) -> list[DeviceId]:
    """Show what a session added, with its events; the devices that are new or live again. Wake `events` afterwards."""
    facts = await show(tx, session_id, now=now)
    await tell(tx, facts, now=now)
    return [fact.device_id for fact in facts if fact.device_id is not None]


async def tell(tx: Transaction, facts: Sequence[Fact], *, now: datetime) -> None:
    """Record what `show` found, in the same transaction."""
    await record(tx, [fact for fact in facts if _tells_something(fact)], now=now)


async def show(tx: Transaction, session_id: SessionId, *, now: datetime) -> list[Fact]:
    """Show what a session added, without events yet; the facts: of each device that it is new or live again."""
    shown: list[Fact] = []
    for account_id, kinds in _by_account(await store.pending_of_session(tx, session_id)):
        await visits.interrupt(tx, [account_id], now)
        await dial_in.lock(tx, [account_id])
        account = await store.lock(tx, account_id)
        if account is None:
            continue
        state = AccountState.GOOD if account.state is AccountState.PROVISIONAL else account.state
        reach = tuple(dict.fromkeys([*account.kinds, *kinds]))
        await store.set_reach(tx, account_id, state=state, kinds=reach, scopes=account.scopes)
        await store.drop_pending(tx, account_id, kinds=kinds)
        shown += await publish_devices(tx, account_id, kinds, account.scopes)
    return shown


async def take_back(tx: Transaction, session_id: SessionId, *, vault: Vault, now: datetime) -> None:
    """Undo what a session added; an account that was there before stays, with its newest credential."""
    added = _by_account(await store.pending_of_session(tx, session_id))
    await lock_logins(tx, [account_id for account_id, _ in added], vault=vault)
    for account_id, kinds in added:
        await visits.interrupt(tx, [account_id], now)
        await dial_in.lock(tx, [account_id])
        await store.drop_pending(tx, account_id, session_id=session_id)
        account = await store.lock(tx, account_id)
        if account is None:
            continue
        left = {*account.kinds, *account.pending}
        await devices.forget_unpublished(tx, account_id, [kind for kind in kinds if kind not in left])
        if left:
            scopes = [scope for scope in account.scopes if scope.partition(":")[0] in left]
            await store.set_reach(tx, account_id, state=account.state, kinds=account.kinds, scopes=scopes)
        else:
            await _end(tx, account, vault=vault, now=now)


async def revoke_grant(
    tx: Transaction, registration_id: RegistrationId, vendor: str, grant: Grant, *, vault: Vault, now: datetime
) -> None:
    """Withdraw a grant that nothing is done with: a wrong account, or a failure after the exchange."""
    await hand_over_grant(tx, registration_id, vendor, grant, vault=vault, now=now)


async def discovery(reader: Reader, account_id: AccountId, since: datetime) -> Discovery:
    """How the visits to an account went that ended after `since`, and what they found."""
    last = await visits.last(reader, account_id)
    if last is None:
        return Discovery(finished=False, error="withdrawn", devices=[])
    has_ended = last.ended_at is not None and last.ended_at >= since
    found = await devices.of_account(reader, account_id) if has_ended and last.error is None else []
    if has_ended:
        return Discovery(finished=last.error is None, error=_told(last.error), devices=found)
    return Discovery(finished=False, error=VisitError.VENDOR_DOWN.value if last.is_vendor_down else None, devices=[])


async def _known(tx: Transaction, by: LinkedBy, grant: Login, *, vault: Vault) -> AccountId | None:
    """The user's account of this login, which is locked."""
    await revocations.lock_login(tx, subject_hash(by.registration_id, grant.subject, vault))
    known = await store.id_of_login(tx, by.user_id, by.registration_id, grant.subject)
    if by.relink_account_id is not None and known != by.relink_account_id:
        raise WrongAccount
    return known


async def _add(tx: Transaction, by: LinkedBy, grant: Login, *, due_at: datetime, now: datetime) -> AccountId:
    await _check_limit(tx, by)
    account = Account(
        account_id=AccountId(new_id()),
        application_id=by.application_id,
        user_id=by.user_id,
        registration_id=by.registration_id,
        vendor=by.vendor,
        subject=grant.subject,
        state=AccountState.PROVISIONAL,
        kinds=(),
        scopes=_granted(by, grant),
        asked_scopes=by.scopes,
        pending=(),
    )
    await store.insert(tx, account, label=grant.label, now=now)
    if not manifests()[by.vendor].dials_in:
        await visits.add(tx, account.account_id, by.registration_id, by.vendor, due_at=due_at)
    await store.add_pending(tx, account.account_id, by.session_id, by.kinds)
    return account.account_id


async def _sign_in_again(
    tx: Transaction, account_id: AccountId, by: LinkedBy, grant: Login, *, due_at: datetime
) -> AccountId:
    await visits.begin_anew(tx, [account_id], due_at)
    account = await store.lock(tx, account_id)
    if account is None:
        raise LookupError("an account whose login is locked went away")
    if account.state is AccountState.DEAUTHORIZED:
        await _check_limit(tx, by)
    if account.state in (AccountState.SUSPECT, AccountState.BROKEN):
        _log.info("an account was mended by its user", vendor=account.vendor, account=str(account_id))
    scopes = _renewed(account.scopes, by, _granted(by, grant))
    asked = _renewed(account.asked_scopes, by, by.scopes)
    await store.sign_in_again(tx, account_id, scopes=scopes, asked_scopes=asked, label=grant.label)
    await devices.set_scopes(tx, account_id, [kind for kind in by.kinds if kind in account.kinds], scopes)
    added = [kind for kind in by.kinds if kind not in account.kinds]
    await store.add_pending(tx, account_id, by.session_id, added)
    return account_id


async def _check_limit(tx: Transaction, by: LinkedBy) -> None:
    limit = await store.lock_limit(tx, by.application_id)
    if limit is not None and await store.count_live(tx, by.application_id) >= limit:
        raise ConnectionsLimitReached


async def _end(tx: Transaction, account: Account, *, vault: Vault, now: datetime) -> None:
    """Nothing is left of what a session granted: the account goes, or is again what deauthorizing left of it."""
    await visits.stop(tx, [account.account_id])
    await dial_in.end(tx, [account.account_id])
    await hand_over_accounts(tx, [account.account_id], vault=vault, now=now)
    if account.state is AccountState.PROVISIONAL:
        await store.delete(tx, [account.account_id])
    else:
        await store.set_reach(tx, account.account_id, state=AccountState.DEAUTHORIZED, kinds=(), scopes=())


def _granted(by: LinkedBy, grant: Login) -> tuple[str, ...]:
    return tuple(scope for scope in by.scopes if scope in grant.scopes)


def _renewed(before: Sequence[str], by: LinkedBy, scopes: Sequence[str]) -> tuple[str, ...]:
    """What holds after a sign-in: these of the kinds that it was about, of the others what did before."""
    return (*(scope for scope in before if scope.partition(":")[0] not in by.kinds), *scopes)


def _tells_something(fact: Fact) -> bool:
    return fact.type is not EventType.DEVICE_UPDATED or bool(fact.payload.updated_fields)


def _by_account(pending: Iterable[store.PendingKind]) -> list[tuple[AccountId, list[Kind]]]:
    accounts: dict[AccountId, list[Kind]] = {}
    for row in pending:
        accounts.setdefault(row.account_id, []).append(row.kind)
    return list(accounts.items())


def _told(error: str | None) -> str | None:
    """What a link session says of a visit's error: a refusal's cause, or that the vendor can't be asked now."""
    if error is None or error == VisitError.VENDOR_BUSY:
        return error
    return VisitError.VENDOR_DOWN.value if error in set(VisitError) else error
