"""Asking for link sessions: for a user who shall link something, and for a device whose link shall be mended."""

import base64
import binascii
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.dialects.platform.link_sessions.reading import LinkSessionResponse, answer_of, user_meant
from wattlink.dialects.platform.wire import Answer, Payload
from wattlink.domain.access.ids import DeviceId
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.creating.create_relink import create_relink
from wattlink.domain.linking.model import CreatedSession, NewLinkSession, NewRelink
from wattlink.domain.organizations.model import LinkBinding
from wattlink.domain.users.model import MOST_LETTERS
from wattlink.web.bodies import Check, one_of
from wattlink.web.call import Call, uuid_of

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
VendorName = Annotated[str, msgspec.Meta(extra_json_schema=one_of(*clouds()))]
Language = Annotated[str, msgspec.Meta(pattern=r"^(browser|[a-z]{2,3}(-[A-Z]{2})?)$(?!\n)")]
ColorScheme = Literal["system", "light", "dark"]


def _challenge_problem(text: str) -> str | None:
    return None if len(_digest_of(text)) == 32 else "is the SHA-256 of your secret, as 43 letters of base64url"


def _digest_of(challenge: str) -> bytes:
    try:
        return base64.b64decode(challenge + "=" * (-len(challenge) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


Challenge = Annotated[str, msgspec.Meta(max_length=64), Check(_challenge_problem)]
UserId = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_LETTERS)]


class Returning(Payload):
    """How the person is spoken to and sent back, and whether the app confirms.

    `linkBinding` is the application's default unless it is given; `linkChallenge` the base64url of the SHA-256 of a
    secret that only the app has, which it then confirms with.
    """

    redirect_uri: Annotated[str, msgspec.Meta(min_length=1, extra_json_schema={"extra": {"format": "uri"}})]
    language: Language = "browser"
    color_scheme: ColorScheme = "system"
    link_binding: LinkBinding | UnsetType = UNSET
    link_challenge: Challenge | UnsetType = UNSET


class LinkSessionCreatePayload(Returning, kw_only=True):
    """Who shall link what; the kinds are those of the scopes, unless they are given.

    `userId` is needed, unless a user's own key says who it is.
    """

    user_id: UserId | UnsetType = UNSET
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1)]
    kinds: Annotated[list[Kind], msgspec.Meta(min_length=1)] | UnsetType = UNSET
    vendor: VendorName | UnsetType = UNSET


class RelinkSessionCreatePayload(Returning):
    """How the person who mends the link is spoken to and sent back."""


class CreatedLinkSessionResponse(Answer):
    """A new link session; `url`, to which the person is sent, is shown here and never again."""

    url: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    link_session: LinkSessionResponse


async def create_link_session(request: Call, data: JSONBody[LinkSessionCreatePayload]) -> CreatedLinkSessionResponse:
    """Begin linking for a user, who is made if the id is new; a user's own key begins it for that user."""
    hub = request.hub
    kinds = [Kind(scope.partition(":")[0]) for scope in data.scopes] if data.kinds is UNSET else data.kinds
    new = NewLinkSession(
        kinds=tuple(dict.fromkeys(kinds)),
        scopes=tuple(scope for scope in dict.fromkeys(data.scopes) if scope.partition(":")[0] in kinds),
        vendor=None if data.vendor is UNSET else data.vendor,
        language=data.language,
        color_scheme=data.color_scheme,
        redirect_uri=data.redirect_uri,
        binding=None if data.link_binding is UNSET else data.link_binding,
        challenge=None if data.link_challenge is UNSET else _digest_of(data.link_challenge),
    )
    user = await user_meant(request, None if data.user_id is UNSET else data.user_id)
    made = await create(hub.db, request.access, user, new, now=hub.clock())
    return await _made(request, made)


async def create_relink_session(
    request: Call, device_id: FromPath[str], data: JSONBody[RelinkSessionCreatePayload]
) -> CreatedLinkSessionResponse:
    """Begin mending the link of a device, with the scopes that it had."""
    hub = request.hub
    new = NewRelink(
        language=data.language,
        color_scheme=data.color_scheme,
        redirect_uri=data.redirect_uri,
        binding=None if data.link_binding is UNSET else data.link_binding,
        challenge=None if data.link_challenge is UNSET else _digest_of(data.link_challenge),
    )
    device = DeviceId(uuid_of("device", device_id))
    async with hub.db.transaction() as tx:
        made = await create_relink(tx, request.access, device, new, now=hub.clock())
    return await _made(request, made)


async def _made(call: Call, made: CreatedSession) -> CreatedLinkSessionResponse:
    url = f"{call.hub.settings.public_url}/link/{made.token}"
    return CreatedLinkSessionResponse(url=url, link_session=await answer_of(call, made.session_id))
