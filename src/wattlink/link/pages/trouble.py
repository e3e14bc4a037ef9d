"""A brand with so much trouble that no sign-in is offered there."""

from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.linking.model import Cause, State
from wattlink.domain.vendors.health.model import VendorHealth
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight
from wattlink.link.texts.trouble import blocked


def trouble(sight: Sight, health: VendorHealth) -> Response[str]:
    """The page instead of the review; looking again is all that there is to do."""
    session, language = sight.session, sight.language
    manifest = manifests()[health.vendor]
    is_bound = session.state is not State.CREATED
    return sight.page(
        "trouble.html",
        steps=steps(sight, "sign_in"),
        heading=language.say("%(brand)s has trouble at the moment", brand=manifest.name),
        said=blocked(health, manifest, language, now=sight.ui.hub.clock()),
        may_change_brand=is_bound and not session.vendor_is_fixed,
        error_address=sight.way_back(Cause.VENDOR_DOWN),
    )
