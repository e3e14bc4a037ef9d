"""Cues: what a user has to do before a device works again, and the ways to have it done.

A cue is of a device and has its id. Nothing of it is stored but that a partner holds it for done.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody, QueryParameter

from wattlink.db.database import Reader, Transaction
from wattlink.dialects.podero import BASE, DIALECT
from wattlink.dialects.podero.admission import admit
from wattlink.dialects.podero.devices.cue_secrets import Member, member_of, mint, seed_of
from wattlink.dialects.podero.onboarding import Address, Tag
from wattlink.dialects.podero.wire import Answer, Payload, Uuid, device_id_of
from wattlink.domain.access.model import Access
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.errors import AlreadyLinked, DomainError, NotFound, NotPermitted
from wattlink.domain.linking.creating.create_relink import create_relink, mending
from wattlink.domain.linking.listing import store as sessions
from wattlink.domain.linking.listing.model import WayBack
from wattlink.domain.linking.model import NewRelink
from wattlink.domain.organizations import store as organizations
from wattlink.domain.premises.preferences import store as kept
from wattlink.domain.premises.preferences.model import Kept
from wattlink.domain.premises.preferences.quieten import quieten
from wattlink.domain.users import store as users
from wattlink.web.call import Call

_NOWHERE = "over"  # no link has so short a token

_TOLD_BY = "As `resolution_link.url` has it; for an hour."
Secret = Annotated[str, QueryParameter(max_length=200, description=_TOLD_BY)]
Clicked = Annotated[str, QueryParameter(name="secret", description=_TOLD_BY)]


class ResolveIn(Payload, rename="camel"):
    """Where the user goes afterwards, and in which language the page is."""

    success_url: Address
    cancel_url: Address
    language: Tag | None = None
    location: dict[str, Any] | None = None
    client_info: dict[str, Any] | None = None


class Resolution(Answer):
    """Where to send the user."""

    redirect_url: str


class StateIn(Payload):
    """What came of it."""

    state: Literal["success", "fail"]
    payload: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    client_info: dict[str, Any] | None = None


class Settled(Answer):
    """The action that was spoken of."""

    action_id: Uuid


def resolution_of(call: Call, device: Device, known: Kept) -> str | None:
    """The address at which what the user has to do is resolved; None: nothing, or the partner holds it for done."""
    now = call.hub.clock()
    if not is_needed(device, known, now=now):
        return None
    member = Member(application_id=device.application_id, user_id=device.user_id)
    secret = mint(call.hub.vault, device.device_id, member, now=now)
    return f"{address_of(call.hub.settings.public_url, device)}?secret={secret}"


def is_needed(device: Device, known: Kept, *, now: datetime) -> bool:
    """Whether the user has to do something, and the partner doesn't hold it for done."""
    is_quiet = known.quiet_until is not None and now < known.quiet_until
    return mending(known.state, device) is not None and not is_quiet


def address_of(public_url: str, device: Device) -> str:
    """Where the device's cue is resolved by who has a secret."""
    return f"{public_url}/{DIALECT}{BASE}/cues/{device.device_id}/resolve"


async def resolve_cue(request: Call, cue_id: FromPath[str], secret: Secret, data: JSONBody[ResolveIn]) -> Resolution:
    """Begin: send the user to `redirect_url`, within a day. Takes the bearer token as well as the secret.

    The same secret and body lead to the same session for as long as it is open.
    """
    await admit(request)
    member = _member(request, cue_id, secret)
    if member.application_id != request.access.application_id:
        raise NotPermitted("the secret isn't one of this application's")
    said = (data.success_url, data.cancel_url, data.language or "browser")
    new = _relink(*said, seed=seed_of(request.hub.vault, secret, *said))
    async with request.hub.db.transaction() as tx:
        return Resolution(redirect_url=await _begin(tx, request, member, cue_id, new))


async def open_cue(request: Call, cue_id: FromPath[str], secret: Clicked = "") -> Response[None]:
    """The page itself, for a person, or our plain page of links that lead nowhere."""
    try:
        page = await _page(request, cue_id, secret)
    except DomainError:
        page = f"{request.hub.settings.public_url}/link/{_NOWHERE}"
    return Response(None, status_code=303, headers={"location": page})


async def settle_cue(request: Call, cue_id: FromPath[str], secret: Secret, data: JSONBody[StateIn]) -> Settled:
    """What came of it: with `success` the action is gone for an hour, and comes back where nothing was mended."""
    member, hub = _member(request, cue_id, secret), request.hub
    async with hub.db.transaction() as tx:
        await users.hold(tx, member.user_id)  # whoever deletes the user comes before or after, as events need
        await devices.hold(tx, member.access, device_id_of(cue_id))
        device = await _active(tx, request, member.access, cue_id)
        if data.state == "success":
            await quieten(tx, device, now=hub.clock())
    hub.notifier.wake("events")
    return Settled(action_id=str(device.device_id))


def _member(request: Call, cue_id: str, secret: str) -> Member:
    return member_of(request.hub.vault, device_id_of(cue_id), secret, now=request.hub.clock())


async def _active(reader: Reader, request: Call, access: Access, cue_id: str) -> Device:
    device = await devices.get(reader, access, device_id_of(cue_id))
    known = (await kept.of_devices(reader, [device.device_id])).get(device.device_id)
    if known is None or not is_needed(device, known, now=request.hub.clock()):
        raise NotFound("cue", cue_id)
    return device


async def _page(request: Call, cue_id: str, secret: str) -> str:
    member = _member(request, cue_id, secret)
    async with request.hub.db.transaction() as tx:
        back, seed = await _way_back(tx, member), seed_of(request.hub.vault, secret)
        new = _relink(back.redirect_uri, back.cancel_uri, "browser", seed=seed)
        return await _begin(tx, request, member, cue_id, new)


async def _way_back(reader: Reader, member: Member) -> WayBack:
    """The first address that the organization lists, else where the user's last session led, else its support."""
    application = await organizations.get_application(reader, member.application_id)
    listed = next(iter(application.redirect_uris), None)
    last = None if listed else await sessions.last_way_back(reader, member.access, member.user_id)
    if last is not None:
        return last
    known = listed or application.branding.support_url
    if known is None:
        raise NotFound("address", "to come back to")
    return WayBack(redirect_uri=known, cancel_uri=known)


def _relink(success: str, cancel: str, language: str, *, seed: bytes) -> NewRelink:
    return NewRelink(language=language, redirect_uri=success, cancel_uri=cancel, prefers_form=True, seed=seed)


async def _begin(tx: Transaction, request: Call, member: Member, cue_id: str, new: NewRelink) -> str:
    device_id = device_id_of(cue_id)
    try:
        made = await create_relink(tx, member.access, device_id, new, now=request.hub.clock())
    except AlreadyLinked:
        raise NotFound("cue", cue_id) from None
    return f"{request.hub.settings.public_url}/link/{made.token}"
