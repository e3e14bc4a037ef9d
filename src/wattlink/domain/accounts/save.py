"""Save what visits brought: up to 200 of them in one transaction, each fenced by its turn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import uniform

from wattlink.base.log import get_logger
from wattlink.connectors.registry import manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts.breaking import store as suspicion
from wattlink.domain.accounts.breaking.refuse import refuse
from wattlink.domain.accounts.model import AccountState, Outcome, VisitError
from wattlink.domain.accounts.revocations import store as revocations
from wattlink.domain.commands.boosts.notice import notice
from wattlink.domain.commands.ending.end import end as end_commands
from wattlink.domain.devices.save import save as save_devices
from wattlink.domain.events.record import record
from wattlink.domain.vendors.budgets.spend import lasts_for
from wattlink.domain.visits.model import Ending
from wattlink.domain.visits.turns import store as turns

_LONGEST_WAIT_SECONDS = 3600.0  # whatever a vendor asks for
_MISSING_SECONDS = 60.0  # until a device that wasn't found is looked for again

_log = get_logger(__name__)


async def save(tx: Transaction, outcomes: Sequence[Outcome], *, now: datetime, confirm_after: timedelta) -> int:
    """Save them and end their visits; how many facts were recorded. What came too late frees what waited for it."""
    held = await turns.hold(
        tx, [outcome.visit.account_id for outcome in outcomes], [outcome.visit.turn for outcome in outcomes]
    )
    spoiled = {row.account_id: row.is_spoiled for row in held}
    ours = [outcome for outcome in outcomes if outcome.visit.account_id in spoiled]
    count = [outcome for outcome in ours if not spoiled[outcome.visit.account_id]]
    verdicts = [verdict for outcome in count for verdict in outcome.verdicts]
    over = await end_commands(tx, verdicts, now=now)
    changes = [change for outcome in count for change in outcome.changes]
    facts = await save_devices(tx, changes, now=now)
    await notice(tx, changes, now=now)
    cleared = [outcome.account for outcome in count if _is_cleared(outcome)]
    if cleared:
        await suspicion.clear(tx, [account.account_id for account in cleared])
        for account in cleared:
            _log.info("an account is good after all", vendor=account.vendor, account=str(account.account_id))
    refusals, broken = await refuse(tx, count, now=now, confirm_after=confirm_after)
    await record(tx, [*facts, *refusals], now=now)
    await turns.end(tx, [_ending(outcome, broken, confirm_after) for outcome in ours])
    await _let_go(tx, [outcome for outcome in outcomes if spoiled.get(outcome.visit.account_id, True)])
    return len(facts) + len(over) + len(refusals)


async def _let_go(tx: Transaction, late: Sequence[Outcome]) -> None:
    """One that was cut off may have left a renewal running behind it: its account's credential waits its time."""
    over = [outcome.visit for outcome in late if outcome.error is not VisitError.CUT_OFF]
    if over:
        await revocations.let_go(tx, over)


def _is_cleared(outcome: Outcome) -> bool:
    return outcome.proved_at is not None and outcome.account.state is AccountState.SUSPECT


def _ending(outcome: Outcome, broken: set[AccountId], confirm_after: timedelta) -> Ending:
    visit = outcome.visit
    return Ending(
        account_id=visit.account_id,
        turn=visit.turn,
        postponed_to=visit.due_at,
        ended_at=outcome.ended_at,
        next_at=_next_at(outcome, confirm_after),
        error=outcome.failed_of,
        stop=visit.account_id in broken,
    )


def _next_at(outcome: Outcome, confirm_after: timedelta) -> datetime | None:
    """When to come again; None: when the row was postponed to."""
    usual = _usually_next_at(outcome, confirm_after)
    if outcome.look_again_at is None or outcome.refusal is not None:
        return usual
    if outcome.retry_after is not None:
        return max(outcome.look_again_at, outcome.ended_at + _wait(outcome.retry_after))
    return outcome.look_again_at if usual is None else min(usual, outcome.look_again_at)


def _usually_next_at(outcome: Outcome, confirm_after: timedelta) -> datetime | None:
    if outcome.failed_of is None:
        seconds = _seconds_apart(outcome)
        return outcome.ended_at + timedelta(seconds=seconds * uniform(0.9, 1.1))  # noqa: S311
    if outcome.refusal is not None and outcome.account.state is AccountState.GOOD:
        return outcome.ended_at + confirm_after
    if outcome.retry_after is not None:
        return max(outcome.ended_at + _wait(outcome.retry_after), outcome.visit.due_at)
    return None


def _seconds_apart(outcome: Outcome) -> float:
    """How often the account is looked at, as far as the vendor's budget of it allows."""
    manifest = manifests()[outcome.account.vendor]
    seconds: float = manifest.polling.active if outcome.is_active else manifest.polling.idle
    if any(change.missed == 1 for change in outcome.changes):
        seconds = min(seconds, _MISSING_SECONDS)
    window = manifest.budgets.account
    return seconds if window is None else max(seconds, lasts_for(window, outcome.requests))


def _wait(retry_after: float) -> timedelta:
    return timedelta(seconds=min(max(0.0, retry_after), _LONGEST_WAIT_SECONDS))
