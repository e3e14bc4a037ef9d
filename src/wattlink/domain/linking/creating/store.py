"""SQL that adds to link_session."""

from typing import Any, LiteralString

from wattlink.db.database import Transaction
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.users import store as users

_INSERT: LiteralString = """
    INSERT INTO link_session (
        user_id, session_id, application_id, token_digest, state, purpose, relink_account_id, relink_device_id,
        vendor, vendor_is_fixed, registration_id, kinds, scopes, language, color_scheme, redirect_uri, binding,
        challenge, step_started_at, steps, created_at, expires_at)
"""
_VALUES: LiteralString = """
    %(session_id)s, %(application_id)s, %(token_digest)s, %(state)s, %(purpose)s, %(relink_account_id)s::uuid,
    %(relink_device_id)s::uuid, %(vendor)s::text, %(vendor_is_fixed)s, %(registration_id)s::uuid, %(kinds)s, %(scopes)s,
    %(language)s, %(color_scheme)s, %(redirect_uri)s, %(binding)s, %(challenge)s::bytea, %(created_at)s,
    link_step('created', %(created_at)s, NULL), %(created_at)s, %(expires_at)s
"""
_INSERT_ONE: LiteralString = f"{_INSERT} VALUES (%(user_id)s, {_VALUES})"
_INSERT_FOR_USER: LiteralString = f"WITH {users.OWNER} {_INSERT} SELECT user_id, {_VALUES} FROM owner"  # noqa: S608


async def add(tx: Transaction, session: LinkSession, token_digest: bytes) -> None:
    """A new session."""
    await tx.execute(_INSERT_ONE, user_id=session.user_id, **_params(session, token_digest))


async def add_for_user(tx: Transaction, session: LinkSession, token_digest: bytes) -> bool:
    """A new session of the user whom the app knows by this id, who is made if it is new.

    False if the user comes or goes at this very moment; then try again.
    """
    added = await tx.execute(
        _INSERT_FOR_USER,
        user=session.user,
        new_user_id=session.user_id,
        **_params(session, token_digest),
    )
    return added > 0


def _params(session: LinkSession, token_digest: bytes) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "application_id": session.application_id,
        "token_digest": token_digest,
        "state": session.state,
        "purpose": session.purpose,
        "relink_account_id": session.relink_account_id,
        "relink_device_id": session.relink_device_id,
        "vendor": session.vendor,
        "vendor_is_fixed": session.vendor_is_fixed,
        "registration_id": session.registration_id,
        "kinds": list(session.kinds),
        "scopes": list(session.scopes),
        "language": session.language,
        "color_scheme": session.color_scheme,
        "redirect_uri": session.redirect_uri,
        "binding": session.binding,
        "challenge": session.challenge,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }
