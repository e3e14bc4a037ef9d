"""How a person signs in at a session's vendor: that depends on the vendor, on what the app asked for, and on where."""

from wattlink.connectors.registry import SignIn, manifests
from wattlink.domain.linking.model import LinkSession


def way_in(session: LinkSession) -> SignIn | None:
    """The vendor's own way, or in the sandbox a form of ours, where the session prefers one; None without a vendor."""
    if session.vendor is None:
        return None
    manifest = manifests()[session.vendor]
    if session.prefers_form and session.is_sandbox and manifest.sandbox_form is not None:
        return manifest.sandbox_form
    return manifest.sign_in


def has_form(session: LinkSession) -> bool:
    """Whether user name and password are typed into a form of ours."""
    way = way_in(session)
    return way is not None and way.way == "form"
