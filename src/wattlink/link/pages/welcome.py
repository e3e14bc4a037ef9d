"""The first page: whose app it is, and what linking brings. Relinking starts with the sign-in instead."""

from litestar import Response

from wattlink.connectors.registry import manifests
from wattlink.domain.linking.model import Cause
from wattlink.link.sight import Sight
from wattlink.link.texts.words import words


def welcome(sight: Sight, *, outside: bool = False) -> Response[str]:
    """What is about to happen; the click on its button binds the session, or goes `outside` of the frame."""
    session, app = sight.session, sight.app_name
    said = words(session.kinds)
    controls = any(":control:" in scope for scope in session.scopes)
    return sight.page(
        "welcome.html",
        pairing=False,
        outside=outside,
        heading=sight.language.say(said.link, app=app),
        benefit=sight.language.say(said.controls if controls else said.reads, app=app),
        refused_address=sight.way_back(Cause.CANCELLED),
    )


def welcome_to_pairing(sight: Sight) -> Response[str]:
    """The first page where only a pairing is missing; which device it is, only its own browser is told."""
    assert sight.session.vendor is not None
    name = manifests()[sight.session.vendor].name
    return sight.page(
        "welcome.html",
        pairing=True,
        outside=False,
        heading=sight.language.say("One last step with %(brand)s", brand=name),
        benefit=sight.language.say(
            "So that %(app)s may also control your device, %(brand)s asks for your yes once.",
            app=sight.app_name,
            brand=name,
        ),
        refused_address=sight.way_back(Cause.CANCELLED),
    )
