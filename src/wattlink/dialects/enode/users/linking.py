"""Link sessions: for a user who shall link something, and for a device whose link shall be mended."""

import base64
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody

from wattlink.connectors.devices import Kind
from wattlink.dialects.enode.vendors import LinkableVendor, linkable_names, vendors_named
from wattlink.dialects.enode.wire import Answer, Payload, device_id_of
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.creating.create_relink import create_relink
from wattlink.domain.linking.model import CreatedSession, NewLinkSession, NewRelink
from wattlink.domain.organizations.redirects import ALLOWED as REDIRECTS
from wattlink.domain.organizations.redirects import check_redirect_uri
from wattlink.web.bodies import Check, InvalidBody, Issue
from wattlink.web.call import Call

Scope = Literal[
    "vehicle:read:data",
    "vehicle:read:location",
    "vehicle:control:charging",
    "charger:read:data",
    "charger:control:charging",
    "hvac:read:data",
    "hvac:control:mode",
    "inverter:read:data",
    "inverter:read:location",
    "battery:read:data",
    "battery:read:location",
    "battery:control:operation_mode",
    "meter:read:data",
    "meter:read:location",
]
Language = Literal[
    "browser",
    "da-DK",
    "de-DE",
    "en-US",
    "en-GB",
    "es-ES",
    "fi-FI",
    "fr-FR",
    "it-IT",
    "ja-JP",
    "lv-LV",
    "lt-LT",
    "nb-NO",
    "nl-NL",
    "nl-BE",
    "pl-PL",
    "pt-PT",
    "ro-RO",
    "sv-SE",
]
ColorScheme = Literal["system", "light", "dark"]


_MOST_LETTERS = 500  # of a redirect URI


def _redirect_problem(uri: str) -> str | None:
    """What is wrong with a redirect URI for every application, whatever is on its list."""
    try:
        check_redirect_uri(uri, [uri])
    except InvalidInput as error:
        return error.problem
    return None


RedirectUri = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=_MOST_LETTERS, extra_json_schema={"extra": {"format": "uri"}}),
    Check(_redirect_problem, REDIRECTS),
]


class LinkUserPayload(Payload):
    """What shall be linked; without `vendorType` the scopes say it."""

    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1)]
    language: Language
    redirect_uri: RedirectUri
    vendor: LinkableVendor | msgspec.UnsetType = msgspec.UNSET
    vendor_type: Kind | msgspec.UnsetType = msgspec.UNSET
    color_scheme: ColorScheme = "system"


class RelinkUserPayload(Payload):
    """How the person who mends the link is spoken to and sent back."""

    language: Language
    redirect_uri: RedirectUri
    color_scheme: ColorScheme = "system"


class LinkUserResponse(Answer):
    """Where to send the user: `linkUrl` for browsers, `linkToken` for apps that read it themselves."""

    link_url: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    link_token: str


async def link_user(request: Call, user_id: FromPath[str], data: JSONBody[LinkUserPayload]) -> LinkUserResponse:
    """Begin linking for a user, who is made if the id is new."""
    hub = request.hub
    session = await create(hub.db, request.access, user_id, _asked(data), now=hub.clock())
    return _answer(hub.settings.public_url, session)


async def relink_asset(request: Call, asset_id: FromPath[str], data: JSONBody[RelinkUserPayload]) -> LinkUserResponse:
    """Begin mending the link of a device, with the scopes that it had."""
    hub = request.hub
    new = NewRelink(language=data.language, color_scheme=data.color_scheme, redirect_uri=data.redirect_uri)
    try:
        async with hub.db.transaction() as tx:
            session = await create_relink(tx, request.access, device_id_of(asset_id), new, now=hub.clock())
    except NotFound:
        raise InvalidBody([Issue("assetId", f"there is no asset {asset_id}")]) from None
    return _answer(hub.settings.public_url, session)


def _asked(data: JSONBody[LinkUserPayload]) -> NewLinkSession:
    """The session that is asked for; raises InvalidInput where the fields contradict each other."""
    of_scopes = tuple(dict.fromkeys(Kind(scope.partition(":")[0]) for scope in data.scopes))
    kinds = of_scopes if data.vendor_type is msgspec.UNSET else (data.vendor_type,)
    needed = [f"{kind}:read:data" for kind in kinds]
    if missing := [scope for scope in needed if scope not in data.scopes]:
        raise InvalidBody([Issue("scopes", f"{' and '.join(missing)} must be among them", tuple(needed))])
    return NewLinkSession(
        kinds=kinds,
        scopes=tuple(scope for scope in dict.fromkeys(data.scopes) if Kind(scope.partition(":")[0]) in kinds),
        vendor=None if data.vendor is msgspec.UNSET else _vendor(data.vendor, kinds),
        language=data.language,
        color_scheme=data.color_scheme,
        redirect_uri=data.redirect_uri,
    )


def _vendor(name: str, kinds: tuple[Kind, ...]) -> str:
    for kind in kinds:
        if vendors := vendors_named(name, kind):
            return vendors[0]
    allowed = sorted({name for kind in kinds for name in linkable_names(kind)})
    raise InvalidBody([Issue("vendor", f"{name!r} has no devices of the types asked for", tuple(allowed))])


def _answer(public_url: str, session: CreatedSession) -> LinkUserResponse:
    link_url = f"{public_url}/link/{session.token}"
    token = msgspec.json.encode({"linkUrl": link_url, "redirectUri": session.redirect_uri})
    return LinkUserResponse(link_url=link_url, link_token=base64.b64encode(token).decode())
