"""Signing up: with an address and a password, or without saying who one is; and becoming active."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.base.ids import new_id
from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.listing import asked
from wattlink.dialects.evrythng.users.clients import network_of_app
from wattlink.dialects.evrythng.users.documents import UserPayload, email_of, profile_of, user_id_of
from wattlink.dialects.evrythng.wire import Answer, Payload, body_of, created
from wattlink.domain.access.ids import ApplicationId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput
from wattlink.domain.sharing.own.open import LoginKey, open_own, own_share
from wattlink.domain.users.logins import activate as activating
from wattlink.domain.users.logins.begin_anonymous import begin_anonymous
from wattlink.domain.users.logins.sign_up import SignedUp, sign_up
from wattlink.domain.users.logins.take_address import take_address
from wattlink.domain.users.mail.write import write_activation
from wattlink.domain.users.model import NewUser
from wattlink.domain.users.throttling.model import SIGN_UPS
from wattlink.web.bodies import InvalidBody, NotJson, decode
from wattlink.web.call import Call

EVRYTHNG = "evrythng"


class ActivationDocument(Answer):
    """A new user. Where activation codes are mailed, an app's public key doesn't see them."""

    evrythng_user: str
    status: str
    email: str
    activation_code: str | UnsetType = UNSET


class AnonymousDocument(Answer):
    """A new anonymous user with its key."""

    evrythng_user: str
    status: str
    email: str
    evrythng_api_key: str
    social_network: str


class ActivationCodePayload(Payload):
    """What activates a user."""

    activation_code: str


class ActivatedDocument(Answer):
    """An active user with a key."""

    evrythng_user: str
    status: str
    evrythng_api_key: str


async def create_user(request: Call) -> Response[ActivationDocument | AnonymousDocument]:
    """Sign up a user, or begin an anonymous one: `?anonymous=true`, whatever the body says."""
    hub, access = request.hub, _one_application(request)
    if (network := network_of_app(request)) is not None:
        await hub.throttle.spend(hub.db, SIGN_UPS, "sign-up", network)
    if _is_anonymous(request.query_params.get("anonymous", ""), await request.body()):
        return await _begin(request, access)
    data = await body_of(request, UserPayload)
    return await _sign_up(request, access, data)


def _is_anonymous(wanted: str, body: bytes) -> bool:
    if wanted.lower() == "true":
        return True
    try:
        said: Any = decode(body or b"{}", dict[str, Any])
    except (NotJson, InvalidBody):
        return False  # what is wrong with it is told where it is read
    return said.get("anonymous") is True


def _one_application(request: Call) -> Access:
    """An operator says for which application, if there are several."""
    found = asked(request)
    if found.application_id is not None:
        return request.access.within(ApplicationId(found.application_id))
    if len(request.access.applications) != 1:
        raise InvalidInput("app", "an operator says which application is meant")
    return request.access


async def _begin(request: Call, access: Access) -> Response[Any]:
    hub, user_id = request.hub, UserId(new_id())
    async with hub.db.transaction() as tx:
        user = await begin_anonymous(tx, access, user_id, id_of(user_id), now=hub.clock())
        opened = await open_own(tx, access, user, which=LoginKey.NEW, vault=hub.vault, now=hub.clock())
    document = AnonymousDocument(
        evrythng_user=id_of(user_id),
        status="anonymous",
        email=email_of(user) or "",
        evrythng_api_key=opened.key,
        social_network=EVRYTHNG,
    )
    return created(request, document, f"/users/{document.evrythng_user}")


async def _sign_up(request: Call, access: Access, data: UserPayload) -> Response[Any]:
    hub, user_id = request.hub, UserId(new_id())
    new = NewUser(
        user_id=user_id,
        shown_id=id_of(user_id),
        email=data.email,
        first_name=data.first_name or None,
        last_name=data.last_name or None,
        profile={name: value for name, value in profile_of(data).items() if value is not None},
        external_id=data.external_id or None,
    )
    password_hash = await hub.gate.first_hash(data.password)
    async with hub.db.transaction() as tx:
        made = await sign_up(tx, access, new, password_hash, vault=hub.vault, now=hub.clock())
        await own_share(tx, access, made.user, now=hub.clock())
        if hub.settings.sends_mail:
            await write_activation(tx, access, made.user, made.activation_code, vault=hub.vault, now=hub.clock())
    if hub.settings.sends_mail:
        hub.notifier.wake("mail")
    tells_code = not hub.settings.sends_mail or access.kind is not KeyKind.APPLICATION
    return created(request, _waiting(made, tells_code=tells_code), f"/users/{id_of(made.user.user_id)}")


def _waiting(made: SignedUp, *, tells_code: bool) -> ActivationDocument:
    return ActivationDocument(
        evrythng_user=id_of(made.user.user_id),
        status="inactive",
        email=made.user.email or "",
        activation_code=made.activation_code if tells_code else UNSET,
    )


async def validate_user(
    request: Call, user_id: FromPath[str], data: JSONBody[ActivationCodePayload]
) -> ActivatedDocument:
    """Activate a user with the code that was given at sign-up, or prove another address with the one mailed there."""
    hub, access, found = request.hub, request.access, user_id_of(user_id)
    proved = await hub.gate.prove_code(hub.db, access, found, data.activation_code, network_of_app(request))
    async with hub.db.transaction() as tx:
        if proved.address is None:
            user = await activating.activate(tx, access, found, now=hub.clock())
        else:
            user = await take_address(tx, access, found, proved, now=hub.clock())
        which = LoginKey(hub.settings.login_key)
        opened = await open_own(tx, access, user, which=which, vault=hub.vault, now=hub.clock())
    return ActivatedDocument(evrythng_user=id_of(found), status=str(user.login), evrythng_api_key=opened.key)
