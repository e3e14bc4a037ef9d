"""SQL on claim_token."""

from datetime import datetime

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import DeviceId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in.model import ClaimStatus, ClaimToken, NewToken
from wattlink.domain.errors import NotFound

_WAITING = """
    SELECT token_digest, claim_token.application_id, user_id, external_id AS "user", vendor, scopes, session_id,
           expires_at
      FROM claim_token JOIN app_user USING (user_id)
"""


async def insert(tx: Transaction, access: Access, user_id: UserId, new: NewToken, *, now: datetime) -> None:
    """A new token of a user within reach; raises NotFound."""
    made = await tx.execute(
        """
        INSERT INTO claim_token (token_digest, application_id, user_id, vendor, scopes, session_id, created_at,
                                 expires_at)
        SELECT %(token_digest)s, application_id, user_id, %(vendor)s, %(scopes)s, %(session_id)s, %(now)s,
               %(expires_at)s
          FROM app_user
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
           AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
        """,
        token_digest=new.token_digest,
        user_id=user_id,
        applications=list(access.applications),
        only_user=access.only_user,
        vendor=new.vendor,
        scopes=list(new.scopes),
        session_id=new.session_id,
        now=now,
        expires_at=new.expires_at,
    )
    if not made:
        raise NotFound("user", user_id)


async def waiting(reader: Reader, token_digest: bytes, vendor: str, now: datetime) -> ClaimToken | None:
    """The token, if a device may claim it."""
    return await reader.one_or_none(
        ClaimToken,
        _WAITING
        + """
         WHERE token_digest = %(token_digest)s AND vendor = %(vendor)s AND claimed_at IS NULL
           AND expires_at > %(now)s
        """,
        token_digest=token_digest,
        vendor=vendor,
        now=now,
    )


async def use(tx: Transaction, token_digest: bytes, now: datetime) -> bool:
    """Whether the token is claimed by this, and by nobody before."""
    return bool(
        await tx.execute(
            """
            UPDATE claim_token SET claimed_at = %(now)s
             WHERE token_digest = %(token_digest)s AND claimed_at IS NULL AND expires_at > %(now)s
            """,
            token_digest=token_digest,
            now=now,
        )
    )


async def note_device(tx: Transaction, token_digest: bytes, device_id: DeviceId) -> None:
    """Which device claimed a token."""
    await tx.execute(
        "UPDATE claim_token SET device_id = %(device_id)s WHERE token_digest = %(token_digest)s",
        token_digest=token_digest,
        device_id=device_id,
    )


async def status(reader: Reader, token_digest: bytes) -> ClaimStatus | None:
    """How a token stands; None: there is none such."""
    return await reader.one_or_none(
        ClaimStatus,
        """
        SELECT claimed_at IS NOT NULL AS claimed, expires_at, device.device_id AS wallbox_id,
               document #>> '{information,brand}' AS manufacturer, document #>> '{information,model}' AS model,
               introduction ->> 'firmware' AS firmware
          FROM claim_token
          LEFT JOIN device ON device.device_id = claim_token.device_id
          LEFT JOIN device_state ON device_state.device_id = device.device_id
          LEFT JOIN dial_in ON dial_in.device_id = device.device_id
         WHERE token_digest = %(token_digest)s
        """,
        token_digest=token_digest,
    )


async def forget_waiting(tx: Transaction, user_id: UserId, vendor: str | None = None) -> None:
    """Nobody may claim a user's tokens any more."""
    await tx.execute(
        """
        DELETE FROM claim_token
         WHERE user_id = %(user_id)s AND claimed_at IS NULL AND (%(vendor)s::text IS NULL OR vendor = %(vendor)s)
        """,
        user_id=user_id,
        vendor=vendor,
    )


async def session_of(reader: Reader, token_digest: bytes) -> SessionId | None:
    """The session that a token was minted for, if one was."""
    return await reader.one_or_none(
        SessionId,
        "SELECT session_id FROM claim_token WHERE token_digest = %(token_digest)s AND session_id IS NOT NULL",
        token_digest=token_digest,
    )


async def forget_of_session(tx: Transaction, session_id: SessionId) -> None:
    """Nobody may claim the tokens of a session any more."""
    await tx.execute(
        "DELETE FROM claim_token WHERE session_id = %(session_id)s AND claimed_at IS NULL", session_id=session_id
    )


async def drop_old(tx: Transaction, before: datetime) -> int:
    """Forget tokens that expired before; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM claim_token
         WHERE token_digest IN (SELECT token_digest FROM claim_token WHERE expires_at < %(before)s LIMIT 5000)
        """,
        before=before,
    )
