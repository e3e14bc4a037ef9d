"""An app asks for a way to link something to one of its users, who is made if the app's id is new."""

from datetime import datetime

import msgspec

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.connectors.registry import clouds
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.errors import ConnectionsLimitReached, InvalidInput, NotFound
from wattlink.domain.linking.creating import store
from wattlink.domain.linking.creating.own import check_own
from wattlink.domain.linking.model import LIFE, CreatedSession, LinkSession, NewLinkSession
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.redirects import check_redirect_uri, is_safe_redirect_uri
from wattlink.domain.users import store as users
from wattlink.domain.users.model import check_id
from wattlink.domain.vendors import store as vendors


async def create(
    db: Database, access: Access, external_id: str, new: NewLinkSession, *, now: datetime
) -> CreatedSession:
    """A session of a day; raises InvalidInput with the field at fault, ConnectionsLimitReached, and NotPermitted.

    One statement makes it where the application plainly allows it; otherwise a second look says why not.
    """
    check_id(external_id)
    _check_scopes(new)
    if access.caller is not None:
        async with db.read() as reader:
            check_own(access, await organizations.get_application(reader, access.application_id), new.binding)
    token = new_secret()
    made = store.ForUser(
        session_id=SessionId(new_id()),
        token_digest=digest(token),
        user_id=UserId(new_id()),
        external_id=external_id,
        registration_id=None if new.vendor is None else await _registration_id(db, access, new),
        is_safe=is_safe_redirect_uri(new.redirect_uri),
        is_checked=False,
        created_at=now,
    )
    while not await _is_made(db, access, new, made):
        await _check(db, access, new)
        made = msgspec.structs.replace(made, is_checked=True)
    return CreatedSession(session_id=made.session_id, token=token, redirect_uri=new.redirect_uri, expires_at=now + LIFE)


async def _is_made(db: Database, access: Access, new: NewLinkSession, made: store.ForUser) -> bool:
    if access.caller is None:
        async with db.one_statement() as tx:
            return await store.add_for_user(tx, access, new, made)
    async with db.transaction() as tx:
        if not await users.hold(tx, access.caller):  # who leaves at this moment isn't made again
            raise NotFound("user", made.external_id)
        return await store.add_for_user(tx, access, new, made)


async def _check(db: Database, access: Access, new: NewLinkSession) -> None:
    async with db.read() as reader:
        application = await organizations.get_application(reader, access.application_id)
        check_redirect_uri(new.redirect_uri, application.redirect_uris)
        limit = application.connections_limit
        if limit is not None and await accounts.count_live(reader, application.application_id) >= limit:
            raise ConnectionsLimitReached


async def keep(tx: Transaction, session: LinkSession) -> CreatedSession:
    """Store a new session; of its token only the digest."""
    token = new_secret()
    await store.add(tx, session, digest(token))
    return CreatedSession(
        session_id=session.session_id, token=token, redirect_uri=session.redirect_uri, expires_at=session.expires_at
    )


def _check_scopes(new: NewLinkSession) -> None:
    needed = [f"{kind}:read:data" for kind in new.kinds]
    if not needed or not set(needed) <= set(new.scopes):
        raise InvalidInput("scopes", "must hold the read:data scope of each kind that is to be linked", allowed=needed)


async def _registration_id(db: Database, access: Access, new: NewLinkSession) -> RegistrationId:
    async with db.read() as reader:
        fitting = {
            registration.vendor: registration.registration_id
            for registration in await vendors.usable(reader, access)
            if registration.vendor in clouds() and set(clouds()[registration.vendor].kinds) & set(new.kinds)
        }
    if new.vendor not in fitting:
        raise InvalidInput("vendor", "is not available for this kind of device here", allowed=sorted(fitting))
    return fitting[new.vendor]
