"""The form of somebody who doesn't see their brand."""

import msgspec
from litestar import Response

from wattlink.domain.linking.model import Cause
from wattlink.domain.vendors.wanted.ask import MOST_LETTERS
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight
from wattlink.link.texts.words import kind_name


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed and chosen so far."""

    brand: str = ""
    kind: str = ""


def missing(sight: Sight, wish: Wish, *, refused: bool = False) -> Response[str]:
    """The form; with `refused` it says what it takes."""
    return sight.page(
        "missing.html",
        scripted=True,
        steps=steps(sight, "brand"),
        brand=wish.brand,
        kinds=[(kind, kind_name(kind, sight.language)) for kind in sight.session.kinds],
        chosen=wish.kind or sight.session.kinds[0],
        most_letters=MOST_LETTERS,
        refused=refused,
    )


def thanks(sight: Sight) -> Response[str]:
    """What follows from it, which is not much yet."""
    return sight.page("thanks.html", steps=steps(sight, "brand"), app_address=sight.way_back(Cause.CANCELLED))
