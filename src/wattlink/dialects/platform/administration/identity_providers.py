"""Services that an application's users may sign in with; what is secret is never shown."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from litestar.params import FromPath, JSONBody
from msgspec import Meta, field

from wattlink.dialects.platform.admission import of_application
from wattlink.dialects.platform.wire import Answer, Payload
from wattlink.domain.errors import InvalidInput
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.configure import NewService, configure, remove
from wattlink.domain.users.elsewhere.model import USUAL_SCOPES, IdentityService, ServiceKind
from wattlink.domain.users.elsewhere.redirecting.leave import callback_address
from wattlink.web.call import Call

Text = Annotated[str, Meta(max_length=500)]


class IdentityProviderPayload(Payload):
    """What the provider's console gave. Replaces what was there; a `clientSecret` that is left out is kept.

    `issuer` is needed for `oidc`: the address whose `/.well-known/openid-configuration` tells the rest. `redirectUris`
    are where people may be sent back to after its page, exactly; none: apps bring ID tokens themselves.
    """

    kind: ServiceKind
    client_id: Text
    client_secret: Text | None = None
    issuer: Text | None = None
    scopes: list[Text] = field(default_factory=lambda: list(USUAL_SCOPES))
    redirect_uris: list[Text] = field(default_factory=list)


class IdentityProviderResponse(Answer):
    """A provider, without its secret. `callbackUrl` is to be entered there; null for Facebook, which needs none."""

    name: str
    kind: ServiceKind
    client_id: str
    has_client_secret: bool
    issuer: str | None
    scopes: list[str]
    redirect_uris: list[str]
    callback_url: str | None
    created_at: datetime


class IdentityProviderList(Answer):
    data: list[IdentityProviderResponse]


async def list_identity_providers(request: Call, application_id: FromPath[str]) -> IdentityProviderList:
    """Those of an application, alphabetical by name."""
    async with request.hub.db.read() as reader:
        found = await store.services(reader, of_application(request, application_id))
    return IdentityProviderList(data=[_shown(request, one) for one in found])


async def put_identity_provider(
    request: Call, application_id: FromPath[str], name: FromPath[str], data: JSONBody[IdentityProviderPayload]
) -> IdentityProviderResponse:
    """Let an application's users sign in with a provider. `facebook` is Facebook's name; other names are OpenID's."""
    hub = request.hub
    _check_tls(request, data.issuer or "")
    new = NewService(
        kind=data.kind,
        client_id=data.client_id,
        client_secret=data.client_secret,
        issuer=data.issuer,
        scopes=data.scopes,
        redirect_uris=data.redirect_uris,
    )
    async with hub.db.transaction() as tx:
        made = await configure(tx, of_application(request, application_id), name, new, vault=hub.vault, now=hub.clock())
    return _shown(request, made)


async def delete_identity_provider(request: Call, application_id: FromPath[str], name: FromPath[str]) -> None:
    """Nobody signs in with it any more. Its users stay, and it finds them again if it comes back."""
    async with request.hub.db.transaction() as tx:
        await remove(tx, of_application(request, application_id), name)


def _check_tls(request: Call, issuer: str) -> None:
    """The client's secret and people's codes go there."""
    if issuer.lower().startswith("http:") and not request.hub.outbound.allows_http(urlsplit(issuer).hostname or ""):
        raise InvalidInput("issuer", "must begin with https://", allowed=["https://..."])


def _shown(request: Call, service: IdentityService) -> IdentityProviderResponse:
    is_oidc = service.kind is ServiceKind.OIDC
    return IdentityProviderResponse(
        name=service.name,
        kind=service.kind,
        client_id=service.client_id,
        has_client_secret=service.sealed_secret is not None,
        issuer=service.issuer,
        scopes=service.scopes,
        redirect_uris=service.redirect_uris,
        callback_url=callback_address(request.hub.settings.public_url, service.service_id) if is_oidc else None,
        created_at=service.created_at,
    )
