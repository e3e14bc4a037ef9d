"""Which page a session shows to its own browser."""

from litestar import Response

from wattlink.connectors.registry import callers
from wattlink.domain.linking.model import Cause, State
from wattlink.link.pages.brand import brand_page
from wattlink.link.pages.confirming import confirming
from wattlink.link.pages.dial_in import dial_in
from wattlink.link.pages.done import done
from wattlink.link.pages.failure import failure
from wattlink.link.pages.pairing import pairing
from wattlink.link.pages.picking import picking
from wattlink.link.pages.review import review
from wattlink.link.pages.waiting import waiting
from wattlink.link.sight import Sight

_WHERE_TYPED = frozenset({Cause.WRONG_CREDENTIALS})  # told beside the field that it is about


async def page_of(sight: Sight, *, searched: str = "", leaving: bool = False) -> Response[str]:
    """The page of the session's state; `searched` is for the list of brands, `leaving` for the sign-in."""
    session = sight.session
    if session.is_over(sight.ui.hub.clock()):
        return failure(sight, Cause.SESSION_EXPIRED)
    match session.state:
        case State.COMPLETED:
            return await done(sight)
        case State.AWAITING_APP:
            return confirming(sight)
        case State.DISCOVERING if session.is_picking:
            return await picking(sight)
        case State.EXCHANGING | State.DISCOVERING:
            return await waiting(sight)
        case State.PAIRING:
            return await (waiting(sight) if session.is_checking else pairing(sight))
        case _ if session.cause is not None and (session.has_ended or session.cause not in _WHERE_TYPED):
            return failure(sight, session.cause)
        case _ if session.vendor is None:
            return await brand_page(sight, searched)
        case _ if session.vendor in callers():
            return await dial_in(sight)
        case _:
            return await review(sight, leaving=leaving)
