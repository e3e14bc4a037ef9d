"""What refusals do to accounts, in the transaction that ends their visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wattlink.base.log import get_logger
from wattlink.connectors.errors import Refusal
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts.breaking import store
from wattlink.domain.accounts.breaking.incidents import WITHIN, is_many, may_be_incident
from wattlink.domain.accounts.model import AccountState, Outcome, VisitedAccount
from wattlink.domain.devices.cut_off import cut_off
from wattlink.domain.events.model import EventType, Fact, Payload
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.model import Circuit

_log = get_logger(__name__)


async def refuse(
    tx: Transaction, outcomes: Sequence[Outcome], *, now: datetime, confirm_after: timedelta
) -> tuple[list[Fact], set[AccountId]]:
    """Make accounts suspect, or break them; the facts, and the accounts that are broken now."""
    refusals = [
        (outcome.account, outcome.refusal)
        for outcome in outcomes
        if outcome.refusal is not None and _counts(outcome.account)
    ]
    refused = [account for account, _ in refusals]
    if first := [(account, refusal) for account, refusal in refusals if _is_first(account)]:
        await store.suspect(tx, [_refused(account, refusal) for account, refusal in first], now)
        _tell("an account is suspect", [account for account, _ in first])
    broken: list[VisitedAccount] = []
    for registration_id in sorted({account.registration_id for account in refused}):
        circuit = await circuits.lock_circuit(tx, registration_id)
        theirs = [account for account in refused if account.registration_id == registration_id]
        if circuit.incident_since is None and await may_be_incident(tx, registration_id, now):
            await circuits.begin_incident(tx, registration_id, now)
            _log.warning("an incident began", vendor=circuit.vendor, registration=str(registration_id))
            continue
        again = [account for account in theirs if not _is_first(account)]
        broken += await _ripe(tx, again, circuit, now=now, confirm_after=confirm_after)
    return await _break(tx, broken, now), {account.account_id for account in broken}


def _counts(account: VisitedAccount) -> bool:
    """Of an account that nobody sees yet only its link session is told."""
    return account.state in (AccountState.GOOD, AccountState.SUSPECT) and bool(account.kinds)


def _refused(account: VisitedAccount, refusal: Refusal) -> store.Refused:
    return store.Refused(account_id=account.account_id, generation=account.generation, refusal=refusal)


def _is_first(account: VisitedAccount) -> bool:
    return account.state is AccountState.GOOD or account.refused_generation != account.generation


async def _ripe(
    tx: Transaction, accounts: Sequence[VisitedAccount], circuit: Circuit, *, now: datetime, confirm_after: timedelta
) -> list[VisitedAccount]:
    """Those among these suspects, all of one registration, whose second refusal breaks them."""
    confirmed = [
        account
        for account in accounts
        if account.first_refused_at is not None and now >= account.first_refused_at + confirm_after
    ]
    if not confirmed:
        return []
    is_small = not await is_many(tx, circuit.registration_id)
    return [account for account in confirmed if _may_break(account, circuit, is_small=is_small, now=now)]


def _may_break(account: VisitedAccount, circuit: Circuit, *, is_small: bool, now: datetime) -> bool:
    if circuit.incident_since is not None:
        return False
    since = account.first_refused_at or now
    another_was_proved = circuit.proved_at is not None and circuit.proved_at >= since
    calm_since = max(since, circuit.incident_ended_at or since)
    return is_small or another_was_proved or now >= calm_since + WITHIN


async def _break(tx: Transaction, accounts: Sequence[VisitedAccount], now: datetime) -> list[Fact]:
    if not accounts:
        return []
    account_ids = [account.account_id for account in accounts]
    await store.break_down(tx, account_ids, now)
    _tell("an account is broken, its user is asked to sign in", accounts)
    return [*await cut_off(tx, account_ids), *(_invalidated(account) for account in accounts)]


def _tell(what: str, accounts: Sequence[VisitedAccount]) -> None:
    for account in accounts:
        _log.warning(what, vendor=account.vendor, account=str(account.account_id))


def _invalidated(account: VisitedAccount) -> Fact:
    return Fact(
        type=EventType.CREDENTIALS_INVALIDATED,
        application_id=account.application_id,
        user_id=account.user_id,
        account_id=account.account_id,
        payload=Payload(user=account.user, vendor=account.vendor),
    )
