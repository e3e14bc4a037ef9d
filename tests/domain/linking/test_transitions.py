"""The drawing in `model.py`, arrow by arrow: each happens from the states that it names, and from no other."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.users import get_or_create
from wattlink.base.ids import digest, new_id
from wattlink.connectors.devices import Kind
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import AccountId, ApplicationId, RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.model import Account, AccountState
from wattlink.domain.linking import store
from wattlink.domain.linking.confirming import store as confirming
from wattlink.domain.linking.creating import store as creating
from wattlink.domain.linking.model import ENDED, MOST_SIGN_INS, Cause, LinkSession, Purpose, State
from wattlink.domain.linking.signing_in import store as signing_in
from wattlink.domain.linking.signing_in.settle import turn_back
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import LinkBinding

NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
ACCOUNT = AccountId(new_id())
CALLER = Account(
    account_id=ACCOUNT,
    application_id=ApplicationId(new_id()),
    user_id=UserId(new_id()),
    registration_id=RegistrationId(new_id()),
    vendor="acme",
    subject="box",
    state=AccountState.PROVISIONAL,
    kinds=(),
    scopes=(),
    asked_scopes=(),
    pending=(Kind.CHARGER,),
)
S = State

Move = Callable[[Transaction, LinkSession], Awaitable[object]]


async def _exchange(tx: Transaction, session: LinkSession) -> bool:
    return await signing_in.start_exchange(tx, session.session_id, session.state, None, now=NOW) is not None


async def _discover(tx: Transaction, session: LinkSession) -> bool:
    return await signing_in.discover(tx, session.session_id, session.turn, ACCOUNT, now=NOW)


async def _be_called(tx: Transaction, session: LinkSession) -> bool:
    held = await signing_in.hold_for_device(tx, session.session_id, now=NOW)
    return held is not None and bool(await signing_in.discover_caller(tx, held, CALLER, now=NOW))


def _turn_back(to: State) -> Move:
    return lambda tx, session: signing_in.turn_back(tx, session, to, Cause.VENDOR_DOWN, now=NOW)


def _end(to: State) -> Move:
    return lambda tx, session: store.end(tx, session.session_id, to, Cause.CANCELLED, now=NOW)


OPEN = set(State) - ENDED
ARROWS: list[tuple[str, Move, State, set[State]]] = [
    ("bind", lambda tx, one: store.bind(tx, one.session_id, digest("b"), now=NOW), S.BOUND, {S.CREATED}),
    (
        "choose",
        lambda tx, one: store.choose(tx, one.session_id, "acme", RegistrationId(new_id()), now=NOW),
        S.BOUND,
        {S.BOUND, S.AT_VENDOR, S.ASKING_CREDENTIALS, S.AWAITING_DEVICE},
    ),
    ("ask", lambda tx, one: store.ask_credentials(tx, one.session_id, now=NOW), S.ASKING_CREDENTIALS, {S.BOUND}),
    (
        "leave",
        lambda tx, one: signing_in.leave(tx, one.session_id, digest("s"), b"", now=NOW),
        S.AT_VENDOR,
        {S.BOUND, S.AT_VENDOR},
    ),
    (
        "await a device",
        lambda tx, one: signing_in.await_device(tx, one.session_id, b"", now=NOW),
        S.AWAITING_DEVICE,
        {S.BOUND, S.AWAITING_DEVICE},
    ),
    (
        "be dialled in to",
        _be_called,
        S.DISCOVERING,
        {S.CREATED, S.BOUND, S.AT_VENDOR, S.ASKING_CREDENTIALS, S.AWAITING_DEVICE},
    ),
    ("discover", _discover, S.DISCOVERING, {S.EXCHANGING, S.AWAITING_APP}),
    ("back", _turn_back(S.BOUND), S.BOUND, {S.EXCHANGING, S.DISCOVERING}),
    ("ask again", _turn_back(S.ASKING_CREDENTIALS), S.ASKING_CREDENTIALS, {S.EXCHANGING, S.DISCOVERING}),
    ("fail", _turn_back(S.FAILED), S.FAILED, {S.EXCHANGING, S.DISCOVERING}),
    ("pair", lambda tx, one: store.start_pairing(tx, one, ACCOUNT, now=NOW), S.PAIRING, {S.BOUND, S.DISCOVERING}),
    (
        "await",
        lambda tx, one: confirming.await_app(tx, one, digest("c"), b"", now=NOW),
        S.AWAITING_APP,
        {S.EXCHANGING, S.DISCOVERING, S.PAIRING},
    ),
    (
        "complete",
        lambda tx, one: store.complete(tx, one, now=NOW),
        S.COMPLETED,
        {S.DISCOVERING, S.PAIRING, S.AWAITING_APP},
    ),
    ("cancel", _end(S.CANCELLED), S.CANCELLED, OPEN),
    ("expire", _end(S.EXPIRED), S.EXPIRED, OPEN),
]


@pytest.fixture
async def session(db: Database) -> LinkSession:
    """A session that was just created."""
    async with db.transaction() as tx:
        application = await create_application(tx, "Voltly")
        access = Access(applications=(application.application_id,))
        user = await get_or_create(tx, access, "kari", now=NOW)
        made = LinkSession(
            session_id=SessionId(new_id()),
            application_id=application.application_id,
            user_id=user.user_id,
            state=State.CREATED,
            purpose=Purpose.LINK,
            kinds=(Kind.CHARGER,),
            scopes=("charger:read:data",),
            language="en",
            color_scheme="system",
            redirect_uri="yourapp://done",
            binding=LinkBinding.CONFIRM,
            step_started_at=NOW,
            created_at=NOW,
            expires_at=NOW + timedelta(hours=24),
        )
        await creating.add(tx, made, digest("token"))
        return await store.get(tx, made.session_id)


async def _put_into(db: Database, session: LinkSession, state: State) -> LinkSession:
    async with db.transaction() as tx:
        await tx.execute(
            """
            UPDATE link_session SET state = %(state)s, ended_at = CASE WHEN %(ended)s THEN %(now)s END
             WHERE session_id = %(session_id)s
            """,
            state=state.value,
            ended=state in ENDED,
            now=NOW,
            session_id=session.session_id,
        )
        return await store.get(tx, session.session_id)


@pytest.mark.parametrize(("name", "move", "to", "starts"), ARROWS, ids=[arrow[0] for arrow in ARROWS])
async def test_an_arrow_starts_where_it_is_drawn(
    db: Database, session: LinkSession, *, name: str, move: Move, to: State, starts: set[State]
) -> None:
    for state in State:
        before = await _put_into(db, session, state)
        async with db.transaction() as tx:
            moved = bool(await move(tx, before))
            after = await store.get(tx, session.session_id)
        assert moved == (state in starts), f"{name} from {state}"
        assert after.state is (to if moved else state)
        assert len(after.steps) == len(before.steps) + moved


@pytest.mark.parametrize("state", State)
async def test_signing_in_starts_only_from_the_state_that_the_caller_saw(
    db: Database, session: LinkSession, state: State
) -> None:
    await _put_into(db, session, state)
    for seen in (State.AT_VENDOR, State.ASKING_CREDENTIALS):
        async with db.transaction() as tx:
            turn = await signing_in.start_exchange(tx, session.session_id, seen, None, now=NOW)
        assert (turn is not None) == (state is seen)


async def test_a_late_sign_in_finds_that_it_is_not_its_turn(db: Database, session: LinkSession) -> None:
    before = await _put_into(db, session, State.ASKING_CREDENTIALS)
    async with db.transaction() as tx:
        assert await _exchange(tx, before)
        first = await store.get(tx, session.session_id)
        assert await signing_in.turn_back(tx, first, State.ASKING_CREDENTIALS, Cause.INTERRUPTED, now=NOW)
        assert await _exchange(tx, before)
        assert not await signing_in.holds_turn(tx, session.session_id, 1)
        assert not await signing_in.discover(tx, session.session_id, 1, ACCOUNT, now=NOW)
        assert not await signing_in.turn_back(tx, first, State.BOUND, Cause.VENDOR_DOWN, now=NOW)
        assert await signing_in.discover(tx, session.session_id, 2, ACCOUNT, now=NOW)


async def test_nothing_begins_after_the_day_is_over(db: Database, session: LinkSession) -> None:
    late = NOW + timedelta(hours=24)
    async with db.transaction() as tx:
        assert not await store.bind(tx, session.session_id, digest("b"), now=late)
        assert await store.bind(tx, session.session_id, digest("b"), now=late - timedelta(seconds=1))
        assert not await store.choose(tx, session.session_id, "acme", None, now=late)
        assert not await signing_in.leave(tx, session.session_id, digest("s"), b"", now=late)
        assert await signing_in.leave(tx, session.session_id, digest("s"), b"", now=late - timedelta(seconds=1))
        exchanged = await signing_in.start_exchange(tx, session.session_id, State.AT_VENDOR, digest("s"), now=late)
        assert exchanged is None


async def test_a_state_of_oauth_is_good_for_the_last_leaving_only(db: Database, session: LinkSession) -> None:
    bound = await _put_into(db, session, State.BOUND)
    async with db.transaction() as tx:
        assert await signing_in.leave(tx, bound.session_id, digest("first"), b"", now=NOW)
        assert await signing_in.leave(tx, bound.session_id, digest("second"), b"", now=NOW)
        for state, is_good in (("first", False), ("second", True), ("second", False)):
            digested = digest(state)
            exchanging = await signing_in.start_exchange(tx, bound.session_id, State.AT_VENDOR, digested, now=NOW)
            assert (exchanging is not None) == is_good


async def test_another_brand_starts_with_no_failures(db: Database, session: LinkSession) -> None:
    bound = await _put_into(db, session, State.BOUND)
    async with db.transaction() as tx:
        await store.choose(tx, bound.session_id, "acme", None, now=NOW)
        await signing_in.leave(tx, bound.session_id, digest("s"), b"", now=NOW)
        await signing_in.start_exchange(tx, bound.session_id, State.AT_VENDOR, digest("s"), now=NOW)
        tried = await store.get(tx, bound.session_id)
        await signing_in.turn_back(tx, tried, State.BOUND, Cause.VENDOR_DOWN, now=NOW)
        await store.choose(tx, bound.session_id, "acme", None, now=NOW)
        assert (await store.get(tx, bound.session_id)).failures == 1
        await store.choose(tx, bound.session_id, "other", None, now=NOW)
        assert (await store.get(tx, bound.session_id)).failures == 0


async def test_who_changes_the_brand_again_and_again_guesses_no_passwords(db: Database, session: LinkSession) -> None:
    bound = await _put_into(db, session, State.BOUND)
    async with db.transaction() as tx:
        for _ in range(MOST_SIGN_INS):
            for vendor in ("other", "easee"):
                assert await store.choose(tx, bound.session_id, vendor, None, now=NOW)
            assert await store.ask_credentials(tx, bound.session_id, now=NOW)
            typed = await signing_in.start_exchange(tx, bound.session_id, S.ASKING_CREDENTIALS, None, now=NOW)
            assert typed is not None
            assert await turn_back(tx, typed, Cause.WRONG_CREDENTIALS, now=NOW)
        assert (await store.get(tx, bound.session_id)).state is S.FAILED
