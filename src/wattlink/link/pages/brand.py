"""The choice of a brand: found by name, or among those that are usual where the person is."""

from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.access.model import Access
from wattlink.domain.linking.choosing.choose_brand import brands, dial_ins
from wattlink.domain.vendors.health.look import look
from wattlink.link.brands import Brand, brand, ordered, way_for_any
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight

_WORTH_SORTING = 6  # brands; fewer are seen at a glance


async def brand_page(sight: Sight, searched: str) -> Response[str]:
    """Every brand of the session's kinds that matches `searched`."""
    session = sight.session
    async with sight.ui.hub.db.read() as reader:
        offered = await brands(reader, session)
        health = await look(reader, Access(applications=(session.application_id,)), now=sight.ui.hub.clock())
    ailing = {found.vendor: found for found in health}
    suggested, others = ordered(offered, sight.regions, searched)
    if len(offered) < _WORTH_SORTING or searched:
        suggested, others = [], [*suggested, *others]
    shown = [
        [brand(manifest, session.kinds, sight.language, ailing.get(manifest.vendor)) for manifest in some]
        for some in (suggested, others)
    ]
    return sight.page(
        "brand.html",
        scripted=True,
        steps=steps(sight, "brand"),
        known=bool(offered),
        found=any(shown),
        searched=searched,
        suggested=shown[0],
        others=[*shown[1], *_ways_for_any(sight)],
    )


def _ways_for_any(sight: Sight) -> list[Brand]:
    if not sight.ui.hub.settings.takes_calls:
        return []
    return [way_for_any(manifests()[vendor], sight.language) for vendor in dial_ins(sight.session)]
