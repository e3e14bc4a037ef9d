"""Signing in with a Facebook token, which the app got by Facebook's SDK."""

from typing import Annotated, Literal

from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.signing_in.coming_in import brought, come_in, service_of
from wattlink.dialects.evrythng.wire import Answer, Payload, milliseconds
from wattlink.domain.errors import NotFound, SignInRefused
from wattlink.domain.users.elsewhere.configure import FACEBOOK
from wattlink.domain.users.elsewhere.model import IdentityService
from wattlink.web.call import Call


class FacebookTokenPayload(Payload):
    """`expires`, in milliseconds, is answered again; how long the token really lives Facebook is asked."""

    token: Annotated[str, Meta(max_length=4096)]
    expires: int | UnsetType = UNSET


class FacebookPayload(Payload):
    """What Facebook's SDK gave the app."""

    access: FacebookTokenPayload


class FacebookAccessParametersDocument(Answer):
    """The token, and until when it lives; nothing where it doesn't expire."""

    token: str
    expires: int | UnsetType = UNSET


class FacebookAccessDocument(Answer):
    """The user, who is the same each time, and a key."""

    social_network: Literal["facebook"]
    access: FacebookAccessParametersDocument
    social_network_id: str
    app_id: str
    evrythng_user: str
    evrythng_api_key: str


async def log_in_by_facebook(request: Call, data: JSONBody[FacebookPayload]) -> FacebookAccessDocument:
    """Sign in with a token of the application's own Facebook app; the first time makes the user."""
    service = await _facebook(request)
    hub, token = request.hub, data.access.token
    found = await hub.sign_in_services.of_facebook_token(hub.db, service, brought(request, token))
    came = await come_in(request, found.person)
    expires = data.access.expires
    if expires is UNSET and found.expires_at is not None:
        expires = milliseconds(found.expires_at)
    return FacebookAccessDocument(
        social_network="facebook",
        access=FacebookAccessParametersDocument(token=token, expires=expires),
        social_network_id=found.person.subject,
        app_id=service.client_id,
        evrythng_user=id_of(came.user.user_id),
        evrythng_api_key=came.opened.key,
    )


async def _facebook(request: Call) -> IdentityService:
    try:
        return await service_of(request, FACEBOOK)
    except NotFound:
        raise SignInRefused("the application has no Facebook app") from None
