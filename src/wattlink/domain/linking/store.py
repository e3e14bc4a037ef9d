"""SQL on link_session. Every transition names the state it starts from and says whether it happened."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, RegistrationId, SessionId
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.model import Cause, LinkSession, State
from wattlink.domain.linking.steps.telling import tell

COLUMNS: LiteralString = """
    session_id, application_id, user_id,
    (SELECT external_id FROM app_user WHERE app_user.user_id = link_session.user_id) AS "user",
    state, cause, purpose, relink_account_id, relink_device_id, vendor, vendor_is_fixed, registration_id, kinds, scopes,
    language, color_scheme, redirect_uri, cancel_uri, prefers_form,
    coalesce((SELECT is_sandbox FROM registration WHERE registration.registration_id = link_session.registration_id),
             false) AS is_sandbox, binding, challenge, code_digest, confirmed_at, browser_digest,
    sealed_step, turn, step_started_at, account_id, discover_from, steps, failures, created_at,
    expires_at, ended_at,
    state = 'discovering' AND EXISTS (SELECT FROM onboarding
                                       WHERE onboarding.session_id = link_session.session_id
                                         AND picking_turn = link_session.turn AND device_id IS NULL) AS is_picking
"""
_RETURNING: LiteralString = f" RETURNING {COLUMNS}"
SELECT: LiteralString = f"SELECT {COLUMNS} FROM link_session"  # noqa: S608 - a constant


class UnderWay(msgspec.Struct, frozen=True):
    """How many sessions wait for us, and since when the oldest does."""

    rows: int
    oldest: datetime | None


class Failing(msgspec.Struct, frozen=True):
    """How many sessions failed of the same."""

    cause: str
    rows: int


async def bring_forward(tx: Transaction, application_id: ApplicationId, by: timedelta) -> None:
    """An application's time jumps: its open sessions expire that much sooner, and so does waiting for somebody."""
    await tx.execute(
        """
        UPDATE link_session
           SET expires_at = expires_at - %(by)s,
               step_started_at = CASE WHEN state IN ('pairing', 'awaiting_app') THEN step_started_at - %(by)s
                                      ELSE step_started_at END
         WHERE session_id IN (SELECT session_id FROM link_session
                               WHERE application_id = %(application_id)s AND ended_at IS NULL
                               ORDER BY session_id FOR UPDATE)
        """,
        application_id=application_id,
        by=by,
    )


async def get(reader: Reader, session_id: SessionId) -> LinkSession:
    """The session, which whoever asks must still be shown to own: see `LinkSession.belongs_to`."""
    found = await reader.one_or_none(LinkSession, SELECT + " WHERE session_id = %(session_id)s", session_id=session_id)
    if found is None:
        raise NotFound("link session", session_id)
    return found


async def by_token(reader: Reader, token_digest: bytes) -> LinkSession | None:
    """The session of a link URL."""
    return await reader.one_or_none(
        LinkSession, SELECT + " WHERE token_digest = %(token_digest)s", token_digest=token_digest
    )


async def by_state(reader: Reader, state_digest: bytes) -> LinkSession | None:
    """The session that sent a browser away with this OAuth state last."""
    return await reader.one_or_none(
        LinkSession, SELECT + " WHERE state_digest = %(state_digest)s", state_digest=state_digest
    )


async def bind(tx: Transaction, session_id: SessionId, browser_digest: bytes, *, now: datetime) -> bool:
    """created -> bound."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'bound', browser_digest = %(browser_digest)s, step_started_at = %(now)s,
               steps = steps || link_step('bound', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = 'created' AND expires_at > %(now)s
        """,
        session_id=session_id,
        browser_digest=browser_digest,
        now=now,
    )


async def choose(
    tx: Transaction, session_id: SessionId, vendor: str | None, registration_id: RegistrationId | None, *, now: datetime
) -> bool:
    """Any state in which a brand was chosen -> bound, with this brand or with none; what went before is forgotten."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'bound', vendor = %(vendor)s, registration_id = %(registration_id)s, cause = NULL,
               failures = CASE WHEN vendor = %(vendor)s THEN failures ELSE 0 END,
               sealed_step = NULL, state_digest = NULL, step_started_at = %(now)s,
               steps = steps || link_step('brand', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state IN ('bound', 'at_vendor', 'asking_credentials', 'awaiting_device')
           AND expires_at > %(now)s
        """,
        session_id=session_id,
        vendor=vendor,
        registration_id=registration_id,
        now=now,
    )


async def ask_credentials(tx: Transaction, session_id: SessionId, *, now: datetime) -> bool:
    """bound -> asking_credentials."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'asking_credentials', step_started_at = %(now)s,
               steps = steps || link_step('asking_credentials', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = 'bound'
        """,
        session_id=session_id,
        now=now,
    )


async def start_pairing(tx: Transaction, session: LinkSession, account_id: AccountId, *, now: datetime) -> bool:
    """bound (a valid account is relinked) or discovering -> pairing."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET state = 'pairing', account_id = %(account_id)s, discover_from = NULL, cause = NULL,
               step_started_at = %(now)s, steps = steps || link_step('pairing', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = %(from_state)s AND turn = %(turn)s
           AND state IN ('bound', 'discovering')
        """,
        session_id=session.session_id,
        from_state=session.state,
        turn=session.turn,
        account_id=account_id,
        now=now,
    )


async def check_pairing(tx: Transaction, session_id: SessionId, *, now: datetime) -> bool:
    """pairing, and the vendor is asked now."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET discover_from = %(now)s, step_started_at = %(now)s,
               steps = steps || link_step('checking_pairing', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = 'pairing' AND discover_from IS NULL
        """,
        session_id=session_id,
        now=now,
    )


async def pairing_missing(tx: Transaction, session_id: SessionId, *, now: datetime) -> bool:
    """pairing, and the vendor doesn't know of it yet."""
    return await moves(
        tx,
        """
        UPDATE link_session
           SET discover_from = NULL, step_started_at = %(now)s,
               steps = steps || link_step('pairing_missing', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = 'pairing' AND discover_from IS NOT NULL
        """,
        session_id=session_id,
        now=now,
    )


async def complete(tx: Transaction, session: LinkSession, *, now: datetime) -> LinkSession | None:
    """discovering, pairing or awaiting_app -> completed; the caller tells of it, with the devices."""
    return await silently(
        tx,
        """
        UPDATE link_session
           SET state = 'completed', cause = NULL, ended_at = %(now)s, step_started_at = %(now)s, sealed_step = NULL,
               confirmed_at = CASE WHEN state = 'awaiting_app' THEN %(now)s ELSE confirmed_at END,
               steps = steps || link_step('completed', %(now)s, NULL)
         WHERE session_id = %(session_id)s AND state = %(from_state)s
           AND state IN ('discovering', 'pairing', 'awaiting_app')
        """,
        session_id=session.session_id,
        from_state=session.state,
        now=now,
    )


async def carry_over(tx: Transaction, session: LinkSession, *, now: datetime) -> None:
    """The devices of an onboarding session begin with what the partner said; what is kept of one already stays."""
    await tx.execute(
        """
        INSERT INTO device_preferences (device_id, building_id, document, changed_at)
        SELECT device.device_id, building_id,
               jsonb_strip_nulls(jsonb_build_object(
                   'price_zone', price_zone, 'is_smart_optimization_active', is_optimization_active)),
               %(now)s
          FROM onboarding CROSS JOIN device
         WHERE session_id = %(session_id)s AND account_id = %(account_id)s AND kind = ANY(%(kinds)s)
            ON CONFLICT (device_id) DO NOTHING
        """,
        session_id=session.session_id,
        account_id=session.account_id,
        kinds=list(session.kinds),
        now=now,
    )


async def picked(reader: Reader, session_id: SessionId) -> DeviceId | None:
    """What was picked after the last sign-in."""
    return await reader.one_or_none(
        DeviceId,
        """
        SELECT device_id FROM onboarding JOIN link_session USING (session_id)
         WHERE session_id = %(session_id)s AND picking_turn = turn AND device_id IS NOT NULL
        """,
        session_id=session_id,
    )


async def end(tx: Transaction, session_id: SessionId, to: State, cause: Cause, *, now: datetime) -> LinkSession | None:
    """Any state that isn't an end -> failed, cancelled or expired."""
    return await move(
        tx,
        """
        UPDATE link_session
           SET state = %(to)s, cause = %(cause)s, ended_at = %(now)s, step_started_at = %(now)s, sealed_step = NULL,
               steps = steps || link_step(%(to)s, %(now)s, %(cause)s)
         WHERE session_id = %(session_id)s AND ended_at IS NULL
        """,
        session_id=session_id,
        to=to,
        cause=cause,
        now=now,
    )


async def under_way(reader: Reader) -> UnderWay:
    """The sessions that wait for us or a vendor, not for the person."""
    return await reader.one(
        UnderWay,
        """
        SELECT count(*) AS rows, min(step_started_at) AS oldest FROM link_session
         WHERE state IN ('exchanging', 'discovering') OR state = 'pairing' AND discover_from IS NOT NULL
        """,
    )


async def failing(reader: Reader) -> list[Failing]:
    """What the last try in open sessions failed of, the most frequent first."""
    return await reader.all(
        Failing,
        """
        SELECT cause, count(*) AS rows FROM link_session WHERE ended_at IS NULL AND cause IS NOT NULL
         GROUP BY cause ORDER BY rows DESC, cause
        """,
    )


async def move(tx: Transaction, sql: LiteralString, *, now: datetime, **params: Any) -> LinkSession | None:
    """Make a transition and tell of it; the session since, None where it wasn't in a state that this starts from."""
    moved = await silently(tx, sql, now=now, **params)
    if moved is not None:
        await tell(tx, moved, now=now)
    return moved


async def moves(tx: Transaction, sql: LiteralString, *, now: datetime, **params: Any) -> bool:
    """Make a transition and tell of it; whether it happened."""
    return await move(tx, sql, now=now, **params) is not None


async def silently(tx: Transaction, sql: LiteralString, **params: Any) -> LinkSession | None:
    """Make a transition of which the caller tells."""
    return await tx.one_or_none(LinkSession, sql + _RETURNING, **params)


async def delete_of_application(tx: Transaction, application_id: ApplicationId) -> None:
    """Forget every session of an application without users."""
    await tx.execute(
        "DELETE FROM link_session WHERE application_id = %(application_id)s", application_id=application_id
    )
