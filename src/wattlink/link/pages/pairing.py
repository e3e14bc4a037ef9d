"""What is left to do at the vendor: a link and a code that lead there, and a button for when it is done."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import segno
from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import Device
from wattlink.domain.linking.pair import unpaired
from wattlink.link.brands import brand
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight
from wattlink.link.texts.devices import shown


async def pairing(sight: Sight) -> Response[str]:
    """The page of a session whose device lacks its pairing."""
    session, hub = sight.session, sight.ui.hub
    assert session.vendor is not None
    assert session.registration_id is not None
    assert session.account_id is not None
    async with hub.db.read() as reader:
        lacking = unpaired(session, await devices.of_account(reader, session.account_id))
        known = {device.device_id: device for device in await devices.known(reader, [session.account_id])}
        registration = await hub.connectors.open(reader, session.registration_id)
    connector = hub.connectors.of(registration)
    address = connector.pairing_address(known[lacking[0].device_id].vendor_device_id) if lacking else None
    return sight.page(
        "pairing.html",
        scripted=True,
        steps=steps(sight, "devices"),
        brand=brand(manifests()[session.vendor], session.kinds, sight.language),
        lead=_lead(sight, lacking, manifests()[session.vendor].name),
        not_yet=bool(session.steps) and session.steps[-1].step == "pairing_missing",
        pairing_address=address,
        host=urlsplit(address or "").netloc,
        code="" if address is None else _code(address),
    )


def _lead(sight: Sight, lacking: Sequence[Device], brand_name: str) -> str:
    return sight.language.say(
        "%(device)s is found. So that %(app)s may also control it, it needs your yes: %(brand)s asks for it once.",
        device=", ".join(shown(device.document, sight.language).name for device in lacking),
        app=sight.app_name,
        brand=brand_name,
    )


def _code(address: str) -> str:
    """The address as a picture, for a person whose phone is to open it."""
    return str(segno.make(address, error="m").svg_inline(border=0, omitsize=True, dark="#000", light=None))
