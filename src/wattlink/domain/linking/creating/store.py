"""SQL that adds to link_session."""

from datetime import datetime
from typing import Any, LiteralString

import msgspec

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.linking.model import LIFE, LinkSession, NewLinkSession
from wattlink.domain.users import store as users

_INSERT: LiteralString = """
    INSERT INTO link_session (
        user_id, session_id, application_id, token_digest, state, purpose, relink_account_id, relink_device_id,
        vendor, vendor_is_fixed, registration_id, kinds, scopes, language, color_scheme, redirect_uri, cancel_uri,
        prefers_form, binding, challenge, step_started_at, steps, created_at, expires_at)
"""
_VALUES: LiteralString = """
    %(session_id)s, %(application_id)s, %(token_digest)s, %(state)s, %(purpose)s, %(relink_account_id)s::uuid,
    %(relink_device_id)s::uuid, %(vendor)s::text, %(vendor_is_fixed)s, %(registration_id)s::uuid, %(kinds)s, %(scopes)s,
    %(language)s, %(color_scheme)s, %(redirect_uri)s, %(cancel_uri)s::text, %(prefers_form)s, %(binding)s,
    %(challenge)s::bytea, %(created_at)s, link_step('created', %(created_at)s, NULL), %(created_at)s, %(expires_at)s
"""
_INSERT_ONE: LiteralString = f"{_INSERT} VALUES (%(user_id)s, {_VALUES})"
_ALLOWING: LiteralString = """
    allowing AS (
        SELECT link_binding FROM application
         WHERE application_id = %(application_id)s
           AND (%(is_checked)s OR connections_limit IS NULL
                AND CASE redirect_uris WHEN '{}' THEN %(is_safe)s ELSE %(redirect_uri)s = ANY(redirect_uris) END)
    )
"""
_INSERT_FOR_USER: LiteralString = f"""
    WITH {_ALLOWING}, {users.OWNER}
    INSERT INTO link_session (
        user_id, session_id, application_id, token_digest, state, purpose, vendor, vendor_is_fixed, registration_id,
        kinds, scopes, language, color_scheme, redirect_uri, binding, challenge, step_started_at, steps, created_at,
        expires_at)
    SELECT user_id, %(session_id)s, %(application_id)s, %(token_digest)s, 'created', 'link', %(vendor)s::text,
           %(vendor)s::text IS NOT NULL, %(registration_id)s::uuid, %(kinds)s, %(scopes)s, %(language)s,
           %(color_scheme)s, %(redirect_uri)s, coalesce(%(binding)s, link_binding), %(challenge)s::bytea,
           %(created_at)s, link_step('created', %(created_at)s, NULL), %(created_at)s, %(expires_at)s
      FROM owner CROSS JOIN allowing
"""  # noqa: S608


async def add(tx: Transaction, session: LinkSession, token_digest: bytes) -> None:
    """A new session."""
    await tx.execute(_INSERT_ONE, user_id=session.user_id, **_params(session, token_digest))


async def add_if_new(tx: Transaction, session: LinkSession, token_digest: bytes) -> bool:
    """A new session, unless there is or comes at this moment one of the token; whether there was none."""
    added = await tx.execute(
        f"{_INSERT_ONE} ON CONFLICT (token_digest) DO NOTHING",
        user_id=session.user_id,
        **_params(session, token_digest),
    )
    return added > 0


class ForUser(msgspec.Struct, frozen=True, kw_only=True):
    """A session to be made for the user whom the app knows by `external_id`; `user_id` if that one is new."""

    session_id: SessionId
    token_digest: bytes
    user_id: UserId
    external_id: str
    registration_id: RegistrationId | None
    is_safe: bool  # the redirect URI suits an application without a list
    is_checked: bool  # the application was asked already whether it allows this
    created_at: datetime


async def add_for_user(tx: Transaction, access: Access, new: NewLinkSession, made: ForUser) -> bool:
    """A new session of a user, who is made if it is new.

    False if the application doesn't allow it or has to be asked, or the user comes or goes at this very moment.
    """
    added = await tx.execute(
        _INSERT_FOR_USER,
        application_id=access.application_id,
        session_id=made.session_id,
        token_digest=made.token_digest,
        new_user_id=made.user_id,
        user=made.external_id,
        vendor=new.vendor,
        registration_id=made.registration_id,
        kinds=list(new.kinds),
        scopes=list(new.scopes),
        language=new.language,
        color_scheme=new.color_scheme,
        redirect_uri=new.redirect_uri,
        binding=new.binding,
        challenge=new.challenge,
        is_safe=made.is_safe,
        is_checked=made.is_checked,
        created_at=made.created_at,
        expires_at=made.created_at + LIFE,
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
        "cancel_uri": session.cancel_uri,
        "prefers_form": session.prefers_form,
        "binding": session.binding,
        "challenge": session.challenge,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }
