"""Everything is found, and the app has to confirm: the way back to it, with the code that it confirms with."""

from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.linking.redirects import with_code
from wattlink.domain.linking.steps.sealing import unseal
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight


def confirming(sight: Sight) -> Response[str]:
    """The page of a session that waits for its app."""
    session = sight.session
    code = unseal(session, vault=sight.ui.hub.vault).code
    assert code is not None
    return sight.page(
        "confirming.html",
        steps=steps(sight, "devices"),
        brand_name=manifests()[session.vendor].name if session.vendor else "",
        app_address=with_code(session.redirect_uri, session.session_id, code),
    )
