"""The end of the way: what is linked, with a live value each, and the button back to the app."""

from collections.abc import Sequence

from litestar import Response

from wattlink.base.languages import language_of
from wattlink.connectors.devices import Kind, interventions_of
from wattlink.connectors.registry import manifests
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.interventions.catalogue import is_pairing
from wattlink.domain.linking.listing.outcome import told_device
from wattlink.domain.linking.model import Purpose
from wattlink.domain.linking.pair import unpaired
from wattlink.domain.linking.redirects import with_device
from wattlink.link.sight import Sight
from wattlink.link.texts.devices import Shown, shown
from wattlink.link.texts.words import SCOPES, words

_GOES_ON_AFTER_SECONDS = 8


async def done(sight: Sight) -> Response[str]:
    """The page of a completed session."""
    session, language, app = sight.session, sight.language, sight.app_name
    async with sight.ui.hub.db.read() as reader:
        found = [] if session.account_id is None else await devices.of_account(reader, session.account_id)
    linked = [device for device in found if device.kind in session.kinds]
    one, many = words(device.kind for device in linked).linked
    heading = language.say_many(one, many, max(len(linked), 1))
    left_out = _left_out(sight, {scope for device in linked for scope in device.scopes})
    if session.purpose is Purpose.RELINK and not left_out:
        heading = language.say("Everything works again")
    lacking = unpaired(session, linked)
    address = await way_on(sight)
    page = sight.page(
        "done.html",
        heading=heading,
        devices=sorted((shown(device.document, language) for device in linked), key=_in_order),
        next=language.say("%(app)s now sees this and stays up to date by itself.", app=app),
        left_out=left_out,
        unpaired=language.say("The last step is still open. %(app)s will remind you of it.", app=app)
        if lacking
        else None,
        more_address=_told_to_all(lacking, sight.language.tag),
        app_address=address,
    )
    if session.cancel_uri is not None:
        page.headers["refresh"] = f"{_GOES_ON_AFTER_SECONDS}; url={address}"  # without a script too
    return page


async def way_on(sight: Sight) -> str:
    """Back to the app, with the id of the device where it asked for one."""
    session = sight.session
    if session.cancel_uri is None:
        return sight.way_back()
    async with sight.ui.hub.db.read() as reader:
        device_id = await told_device(reader, session)
    return sight.way_back() if device_id is None else with_device(session.redirect_uri, device_id)


def _told_to_all(lacking: Sequence[Device], language: str) -> str | None:
    """The public page of the pairing that these devices lack."""
    asked = {found for device in lacking for found in interventions_of(device.document) if is_pairing(found)}
    return f"/interventions/{min(asked)}?lang={language_of(language)}" if asked else None


def _in_order(device: Shown) -> tuple[int, str]:
    return tuple(Kind).index(device.kind), device.name


def _left_out(sight: Sight, granted: set[str]) -> list[str]:
    """What the app asked for, the brand offers and the person didn't grant, where there are devices at all."""
    manifest = manifests().get(sight.session.vendor or "")
    offered = manifest.scopes if manifest else {}
    kinds = {scope.partition(":")[0] for scope in granted}
    asked = [scope for scope in sight.session.scopes if scope.partition(":")[0] in kinds and scope in offered]
    return [sight.language.say(SCOPES[scope]) for scope in asked if scope not in granted]
