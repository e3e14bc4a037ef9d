"""SQL on sign_in."""

from datetime import datetime

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import IdentityServiceId, SignInId
from wattlink.domain.errors import NotFound
from wattlink.domain.users.elsewhere.model import SignIn


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """What a code stands for."""

    sign_in_id: SignInId
    secret_digest: bytes
    sealed_person: bytes


async def begin(
    tx: Transaction, sign_in: SignIn, *, token_digest: bytes, secret_digest: bytes, expires_at: datetime
) -> None:
    """A sign-in that nobody has left for yet."""
    await tx.execute(
        """
        INSERT INTO sign_in (sign_in_id, service_id, redirect_uri, app_state, token_digest, secret_digest, expires_at)
        VALUES (%(sign_in_id)s, %(service_id)s, %(redirect_uri)s, %(app_state)s, %(token_digest)s, %(secret_digest)s,
                %(expires_at)s)
        """,
        sign_in_id=sign_in.sign_in_id,
        service_id=sign_in.service_id,
        redirect_uri=sign_in.redirect_uri,
        app_state=sign_in.app_state,
        token_digest=token_digest,
        secret_digest=secret_digest,
        expires_at=expires_at,
    )


async def begun(reader: Reader, token_digest: bytes, *, now: datetime) -> SignIn:
    """The sign-in that begins at this address, unless a browser came back from it already."""
    found = await reader.one_or_none(
        SignIn,
        """
        SELECT sign_in_id, service_id, redirect_uri, app_state, browser_digest, sealed_verifier FROM sign_in
         WHERE token_digest = %(token_digest)s AND expires_at > %(now)s AND code_digest IS NULL
           AND (browser_digest IS NULL) = (state_digest IS NULL)
        """,
        token_digest=token_digest,
        now=now,
    )
    if found is None:
        raise NotFound("sign-in", "at this address")
    return found


async def leave(
    tx: Transaction, sign_in_id: SignInId, *, browser_digest: bytes, state_digest: bytes, sealed_verifier: bytes
) -> bool:
    """Bind it to a browser and a state, in the place of those before; False if it is over meanwhile."""
    changed = await tx.execute(
        """
        UPDATE sign_in
           SET browser_digest = %(browser_digest)s, state_digest = %(state_digest)s, sealed_verifier = %(sealed)s
         WHERE sign_in_id = %(sign_in_id)s AND code_digest IS NULL
           AND (browser_digest IS NULL) = (state_digest IS NULL)
        """,
        sign_in_id=sign_in_id,
        browser_digest=browser_digest,
        state_digest=state_digest,
        sealed=sealed_verifier,
    )
    return changed > 0


async def by_state(reader: Reader, state_digest: bytes, *, now: datetime) -> SignIn:
    """The sign-in that somebody comes back from."""
    found = await reader.one_or_none(
        SignIn,
        """
        SELECT sign_in_id, service_id, redirect_uri, app_state, browser_digest, sealed_verifier FROM sign_in
         WHERE state_digest = %(state_digest)s AND expires_at > %(now)s
        """,
        state_digest=state_digest,
        now=now,
    )
    if found is None:
        raise NotFound("sign-in", "of this state")
    return found


async def use_state(tx: Transaction, state_digest: bytes) -> bool:
    """Whether this is the first to come back with the state; there is no second."""
    sql = "UPDATE sign_in SET state_digest = NULL, sealed_verifier = NULL WHERE state_digest = %(state_digest)s"
    return await tx.execute(sql, state_digest=state_digest) > 0


async def vouch(
    tx: Transaction, sign_in_id: SignInId, *, code_digest: bytes, sealed_person: bytes, expires_at: datetime
) -> None:
    """Whom the service vouched for, until the app fetches them."""
    await tx.execute(
        """
        UPDATE sign_in
           SET code_digest = %(code_digest)s, sealed_person = %(sealed_person)s, expires_at = %(expires_at)s
         WHERE sign_in_id = %(sign_in_id)s
        """,
        sign_in_id=sign_in_id,
        code_digest=code_digest,
        sealed_person=sealed_person,
        expires_at=expires_at,
    )


async def end(tx: Transaction, sign_in_id: SignInId) -> None:
    """It came to nothing."""
    await tx.execute("DELETE FROM sign_in WHERE sign_in_id = %(sign_in_id)s", sign_in_id=sign_in_id)


async def fetch(tx: Transaction, service_id: IdentityServiceId, code_digest: bytes, *, now: datetime) -> Vouched | None:
    """Take what a code stands for, and end it, whatever becomes of it."""
    return await tx.one_or_none(
        Vouched,
        """
        DELETE FROM sign_in
         WHERE code_digest = %(code_digest)s AND service_id = %(service_id)s AND expires_at > %(now)s
        RETURNING sign_in_id, secret_digest, sealed_person
        """,
        service_id=service_id,
        code_digest=code_digest,
        now=now,
    )


async def forget(tx: Transaction, now: datetime) -> int:
    """Drop those that are over."""
    return await tx.execute("DELETE FROM sign_in WHERE expires_at < %(now)s", now=now)
