"""Signing in with OpenID Connect: through the provider's page, or with an ID token that the app has already."""

from typing import Annotated

from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.signing_in.coming_in import brought, come_in, service_of
from wattlink.dialects.evrythng.wire import Answer, Payload, milliseconds, told
from wattlink.domain.users.elsewhere.model import IdentityService, Person
from wattlink.domain.users.elsewhere.redirecting.begin import begin
from wattlink.domain.users.elsewhere.redirecting.fetch import fetch
from wattlink.domain.users.elsewhere.redirecting.leave import begin_address
from wattlink.web.call import Call

Text = Annotated[str, Meta(max_length=500)]


class SignInPayload(Payload):
    """Where the person goes back to, one of the provider's redirect URIs; `state` comes back as it is."""

    redirect_uri: Text
    state: Text | UnsetType = UNSET


class SignInDocument(Answer):
    """`url` is for the person's browser. `secret` is for the app alone, which needs it to fetch the key."""

    url: str
    secret: str
    expires_at: int


class CodePayload(Payload):
    """What the browser brought back, and the secret of the sign-in that the app began."""

    code: Text
    secret: Text


class IdTokenPayload(Payload):
    """An ID token for this application's client, and the nonce that the app asked for it with."""

    id_token: Annotated[str, Meta(max_length=16_384)]
    nonce: Annotated[str, Meta(min_length=8, max_length=500)]


class OpenIdAccessDocument(Answer):
    """The user, who is the same each time, and a key. `socialNetwork` is the provider's name here."""

    social_network: str
    social_network_id: str
    evrythng_user: str
    evrythng_api_key: str
    status: str
    email: str | UnsetType = UNSET


async def begin_sign_in(request: Call, provider: FromPath[str], data: JSONBody[SignInPayload]) -> SignInDocument:
    """Begin: send the person's browser to `url`. It comes back with `code` or `error`, within ten minutes."""
    hub, state = request.hub, data.state
    service = await service_of(request, provider)
    async with hub.db.transaction() as tx:
        begun = await begin(tx, service, data.redirect_uri, None if state is UNSET else state, now=hub.clock())
    return SignInDocument(
        url=begin_address(hub.settings.public_url, begun),
        secret=begun.secret,
        expires_at=milliseconds(begun.expires_at),
    )


async def exchange_code(request: Call, provider: FromPath[str], data: JSONBody[CodePayload]) -> OpenIdAccessDocument:
    """Fetch the key, once and within a minute, with the code that the browser brought back."""
    hub = request.hub
    service = await service_of(request, provider)
    person = await fetch(hub.db, service, data.code, data.secret, vault=hub.vault, now=hub.clock())
    return await _come_in(request, service, person)


async def log_in_by_id_token(
    request: Call, provider: FromPath[str], data: JSONBody[IdTokenPayload]
) -> OpenIdAccessDocument:
    """Sign in with an ID token that the app obtained itself, just now; each is good once."""
    hub = request.hub
    service = await service_of(request, provider)
    token = brought(request, data.id_token)
    person = await hub.sign_in_services.of_id_token(hub.db, service, token, nonce=data.nonce)
    return await _come_in(request, service, person)


async def _come_in(request: Call, service: IdentityService, person: Person) -> OpenIdAccessDocument:
    came = await come_in(request, person)
    return OpenIdAccessDocument(
        social_network=service.name,
        social_network_id=person.subject,
        evrythng_user=id_of(came.user.user_id),
        evrythng_api_key=came.opened.key,
        status="active",
        email=told(came.user.email),
    )
