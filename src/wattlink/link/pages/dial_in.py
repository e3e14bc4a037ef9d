"""A device that dials in: what the app will see, and then the address that is entered into the device."""

from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.dial_in.mint import plain_url, wss_url
from wattlink.domain.linking.signing_in.await_device import token_of
from wattlink.link.brands import brand
from wattlink.link.pages.steps import steps
from wattlink.link.pages.waiting import happening, mark
from wattlink.link.sight import Sight
from wattlink.link.texts.consent import consent


async def dial_in(sight: Sight) -> Response[str]:
    """The page of a session whose brand has no sign-in."""
    async with sight.ui.hub.db.read() as reader:
        token = await token_of(reader, sight.session, vault=sight.ui.hub.vault)
    return _agreement(sight) if token is None else await _address(sight, token)


def _agreement(sight: Sight) -> Response[str]:
    session = sight.session
    assert session.vendor is not None
    manifest = manifests()[session.vendor]
    return sight.page(
        "dial_in_agreement.html",
        scripted=True,
        steps=steps(sight, "sign_in"),
        brand=brand(manifest, session.kinds, sight.language),
        consent=consent(session, manifest, sight.language),
    )


async def _address(sight: Sight, token: str) -> Response[str]:
    """Looks again by itself: with a script every second, without one seldom enough to copy in peace."""
    session = sight.session
    assert session.vendor is not None
    url = sight.ui.hub.settings.dial_in_url
    return sight.page(
        "dial_in.html",
        scripted=True,
        steps=steps(sight, "sign_in"),
        address=wss_url(url, session.vendor, token),
        plain_address=plain_url(url, session.vendor),
        password=token,
        mark=mark(session),
        said=(await happening(sight)).said,
        brand_name=manifests()[session.vendor].name,
    )
