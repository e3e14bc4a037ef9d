"""Logging in, on both routes, and logging out."""

from typing import Annotated

import msgspec
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.users.clients import network_of_app
from wattlink.dialects.evrythng.users.documents import AccessOfUser, UserDocument, email_of, shown, user_id_of
from wattlink.dialects.evrythng.users.signing_up import EVRYTHNG
from wattlink.dialects.evrythng.wire import Answer, Payload, told_id
from wattlink.domain.access.ids import UserId
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.sharing.acting.log_in_for import OnBehalf, log_in_for
from wattlink.domain.sharing.own.log_in import LoggedIn, log_in
from wattlink.domain.sharing.own.log_out import log_out
from wattlink.domain.sharing.own.open import LoginKey, Opened
from wattlink.domain.users.logins.gate import Given
from wattlink.web.call import Call

_MOST_LETTERS = 1024  # of a password that is only compared


class LoginPayload(Payload):
    """Who logs in, by address or by id."""

    password: Annotated[str, msgspec.Meta(max_length=_MOST_LETTERS)]
    email: str | UnsetType = UNSET
    evrythng_user: str | UnsetType = UNSET
    id: str | UnsetType = UNSET


class LoggedInDocument(Answer):
    """A user who logged in, with a key that lives until log-out."""

    social_network: str
    evrythng_user: str
    evrythng_api_key: str
    email: str
    status: str


class LoggedOutDocument(Answer):
    """All keys of the user's own are dead."""

    logout: str


async def log_in_user(request: Call, data: JSONBody[LoginPayload]) -> LoggedInDocument:
    """Log in."""
    came = await _own(request, data)
    return LoggedInDocument(
        social_network=EVRYTHNG,
        evrythng_user=id_of(came.user.user_id),
        evrythng_api_key=came.opened.key,
        email=email_of(came.user) or "",
        status="active",
    )


async def log_in_with_access(request: Call, data: JSONBody[LoginPayload]) -> UserDocument:
    """Log in, and see the user and the access by which the key acts.

    With one's own address and password and another's id (`evrythngUser`): on behalf of that user, who shares with one.
    """
    is_for = bool(data.email and (data.evrythng_user or data.id))
    came = await (_for_another(request, data) if is_for else _own(request, data))
    return shown(came.user, access=access_of(came.opened))


async def log_out_user(request: Call) -> LoggedOutDocument:
    """End every key of the user's own; those that others gave, and that others were given, live on."""
    async with request.hub.db.transaction() as tx:
        await log_out(tx, request.access)
    request.hub.door.forget()
    return LoggedOutDocument(logout="ok")


def access_of(opened: Opened) -> AccessOfUser:
    """By what a key acts."""
    share = opened.share
    return AccessOfUser(
        id=share.share_id,
        project=told_id(share.project_id),
        app=id_of(share.application_id),
        user=id_of(share.owner_id),
        actor=id_of(share.actor_id),
        role=share.role_id,
        api_key=opened.key,
    )


def given_by(request: Call, data: LoginPayload) -> Given:
    """What somebody says who logs in; an address comes first."""
    user = data.evrythng_user or data.id
    if not data.email and not user:
        raise InvalidInput("email", "is missing, and so is evrythngUser: one of them says who logs in")
    return Given(
        email=data.email or None,
        user_id=None if data.email else user_id_of(str(user)),
        password=data.password,
        network=network_of_app(request),
    )


async def _own(request: Call, data: LoginPayload) -> LoggedIn:
    hub = request.hub
    return await log_in(
        hub.db,
        request.access,
        given_by(request, data),
        gate=hub.gate,
        which=LoginKey(hub.settings.login_key),
        vault=hub.vault,
        clock=hub.clock,
    )


async def _for_another(request: Call, data: LoginPayload) -> LoggedIn:
    hub = request.hub
    return await log_in_for(
        hub.db,
        request.access,
        OnBehalf(given_by(request, data), _meant(str(data.evrythng_user or data.id))),
        gate=hub.gate,
        which=LoginKey(hub.settings.login_key),
        vault=hub.vault,
        clock=hub.clock,
    )


def _meant(text: str) -> UserId | None:
    """What can't be an id is nobody's."""
    try:
        return user_id_of(text)
    except NotFound:
        return None
