"""Notice what the visits found: the end of discovering, of checking a pairing, and of waiting in vain."""

from datetime import datetime, timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.errors import Refusal
from wattlink.connectors.registry import manifests
from wattlink.db.database import Database, Transaction
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.link import discovery, take_back
from wattlink.domain.accounts.model import Discovery
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import NotFound
from wattlink.domain.linking import store as sessions
from wattlink.domain.linking.ending import store
from wattlink.domain.linking.ending.complete import finish
from wattlink.domain.linking.ending.end_sessions import end
from wattlink.domain.linking.model import CONFIRMED_WITHIN, Cause, LinkSession, Purpose, State, cause_of_refusal
from wattlink.domain.linking.onboarding.pick import PICKED_WITHIN, waits_for_pick
from wattlink.domain.linking.pair import unpaired
from wattlink.domain.linking.signing_in.settle import turn_back
from wattlink.domain.users import store as users

_log = get_logger(__name__)
_EXCHANGING_AT_MOST = timedelta(seconds=60)
_NOBODY_LOOKS = Discovery(finished=False, error=None, devices=())
_REFUSALS = frozenset(refusal.value for refusal in Refusal)
_PAIRING_IDLE = timedelta(minutes=15)  # then the devices are linked without it, as if it was put off


async def notice_discovery(db: Database, *, vault: Vault, clock: Clock) -> int:
    """Move every session on that can move; how many did. Where one can't be moved, the others are all the same."""
    now = clock()
    async with db.read() as reader:
        moving = await store.moving(reader, _REFUSALS, _late(now))
    moved = 0
    for session in moving:
        try:
            found = await _discovery(db, session)
            async with db.transaction() as tx:
                moved += await _move(tx, session, found, vault=vault, now=now)
        except Exception:
            _log.exception("a link session could not move on", session=str(session.session_id), state=session.state)
    return moved


def _late(now: datetime) -> store.Late:
    return store.Late(
        exchanging=now - _EXCHANGING_AT_MOST,
        pairing=now - _PAIRING_IDLE,
        awaiting_app=now - CONFIRMED_WITHIN,
        picking=now - PICKED_WITHIN,
    )


async def _discovery(db: Database, session: LinkSession) -> Discovery:
    """How looking for devices stands; nobody looks while a pairing waits for the person."""
    if session.account_id is None or session.discover_from is None:
        return _NOBODY_LOOKS
    async with db.read() as reader:
        return await discovery(reader, session.account_id, session.discover_from)


async def _move(tx: Transaction, session: LinkSession, found: Discovery, *, vault: Vault, now: datetime) -> bool:
    if not await _is_wanted(tx, session):
        return await end(tx, session.session_id, State.CANCELLED, Cause.WITHDRAWN, vault=vault, now=now)
    match session.state:
        case State.EXCHANGING:
            return await turn_back(tx, session, Cause.INTERRUPTED, now=now)
        case State.PAIRING if found.finished:
            return await _end_check(tx, session, found, vault=vault, now=now)
        case State.PAIRING:
            return now - session.step_started_at >= _PAIRING_IDLE and await finish(tx, session, vault=vault, now=now)
        case State.AWAITING_APP:
            return await end(tx, session.session_id, State.EXPIRED, Cause.NOT_CONFIRMED, vault=vault, now=now)
        case _:
            return await _end_discovering(tx, session, found, vault=vault, now=now)


async def _is_wanted(tx: Transaction, session: LinkSession) -> bool:
    """Whether the user and the account are still there, neither deleted nor disconnected meanwhile."""
    if session.user_id is None or not await users.hold(tx, session.user_id):
        return False
    try:
        if session.account_id is not None:
            await accounts.get(tx, session.account_id)
    except NotFound:
        return False
    return True


async def _end_discovering(
    tx: Transaction, session: LinkSession, found: Discovery, *, vault: Vault, now: datetime
) -> bool:
    """A vendor in trouble is waited for."""
    cause = None
    devices = _asked_for(session, found)
    if found.error in _REFUSALS:
        cause = cause_of_refusal(Refusal(found.error))
    elif found.finished and not devices and session.purpose is Purpose.LINK:
        cause = _nothing_found(session)
    if cause is not None:
        if moved := await turn_back(tx, session, cause, now=now):
            await take_back(tx, session.session_id, vault=vault, now=now)
        return moved
    return found.finished and await _link(tx, session, devices, vault=vault, now=now)


async def _link(tx: Transaction, session: LinkSession, devices: list[Device], *, vault: Vault, now: datetime) -> bool:
    assert session.account_id is not None
    if await waits_for_pick(tx, session, devices, now=now):
        return False
    if unpaired(session, devices):
        return await sessions.start_pairing(tx, session, session.account_id, now=now)
    return await finish(tx, session, vault=vault, now=now)


async def _end_check(tx: Transaction, session: LinkSession, found: Discovery, *, vault: Vault, now: datetime) -> bool:
    if unpaired(session, _asked_for(session, found)):
        return await sessions.pairing_missing(tx, session.session_id, now=now)
    return await finish(tx, session, vault=vault, now=now)


def _asked_for(session: LinkSession, found: Discovery) -> list[Device]:
    return [device for device in found.devices if device.kind in session.kinds]


def _nothing_found(session: LinkSession) -> Cause:
    """The account may hold other kinds of devices, but nobody asked for those."""
    assert session.vendor is not None
    others = set(manifests()[session.vendor].kinds) - set(session.kinds)
    return Cause.WRONG_KIND_OF_DEVICE if others else Cause.NO_DEVICES
