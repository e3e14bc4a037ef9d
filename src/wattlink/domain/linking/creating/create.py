"""An app asks for a way to link something to one of its users, who is made if the app's id is new."""

from datetime import datetime

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.connectors.registry import manifests
from wattlink.db.database import Database, Reader, Transaction
from wattlink.domain.access.ids import SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.errors import ConnectionsLimitReached, InvalidInput
from wattlink.domain.linking.creating import store
from wattlink.domain.linking.model import LIFE, CreatedSession, LinkSession, NewLinkSession, Purpose, State
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.redirects import check_redirect_uri
from wattlink.domain.users import store as users
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.model import VendorRegistration


async def create(
    db: Database, access: Access, external_id: str, new: NewLinkSession, *, now: datetime
) -> CreatedSession:
    """A session of a day; raises InvalidInput with the field at fault, and ConnectionsLimitReached."""
    users.check_id(external_id)
    async with db.read() as reader:
        session = await _checked(reader, access, external_id, new, now=now)
    token, is_kept = new_secret(), False
    while not is_kept:
        async with db.one_statement() as tx:
            is_kept = await store.add_for_user(tx, session, digest(token))
    return _created(session, token)


async def _checked(
    reader: Reader, access: Access, external_id: str, new: NewLinkSession, *, now: datetime
) -> LinkSession:
    application = await organizations.get_application(reader, access.application_id)
    check_redirect_uri(new.redirect_uri, application.redirect_uris)
    _check_scopes(new)
    registration = None if new.vendor is None else await _registration(reader, access, new)
    limit = application.connections_limit
    if limit is not None and await accounts.count_live(reader, application.application_id) >= limit:
        raise ConnectionsLimitReached
    return LinkSession(
        session_id=SessionId(new_id()),
        application_id=access.application_id,
        user_id=UserId(new_id()),  # if it is a new user
        user=external_id,
        state=State.CREATED,
        purpose=Purpose.LINK,
        vendor=new.vendor,
        vendor_is_fixed=new.vendor is not None,
        registration_id=None if registration is None else registration.registration_id,
        kinds=new.kinds,
        scopes=new.scopes,
        language=new.language,
        color_scheme=new.color_scheme,
        redirect_uri=new.redirect_uri,
        binding=new.binding or application.link_binding,
        challenge=new.challenge,
        step_started_at=now,
        created_at=now,
        expires_at=now + LIFE,
    )


async def keep(tx: Transaction, session: LinkSession) -> CreatedSession:
    """Store a new session; of its token only the digest."""
    token = new_secret()
    await store.add(tx, session, digest(token))
    return _created(session, token)


def _created(session: LinkSession, token: str) -> CreatedSession:
    return CreatedSession(
        session_id=session.session_id, token=token, redirect_uri=session.redirect_uri, expires_at=session.expires_at
    )


def _check_scopes(new: NewLinkSession) -> None:
    needed = [f"{kind}:read:data" for kind in new.kinds]
    if not needed or not set(needed) <= set(new.scopes):
        raise InvalidInput("scopes", "must hold the read:data scope of each kind that is to be linked", allowed=needed)


async def _registration(reader: Reader, access: Access, new: NewLinkSession) -> VendorRegistration:
    fitting = {
        registration.vendor: registration
        for registration in await vendors.usable(reader, access)
        if set(manifests()[registration.vendor].kinds) & set(new.kinds)
    }
    if new.vendor not in fitting:
        raise InvalidInput("vendor", "is not available for this kind of device here", allowed=sorted(fitting))
    return fitting[new.vendor]
