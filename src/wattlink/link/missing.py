"""A brand that isn't there: a form that tells us which one, and no sign-in."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from wattlink.domain.access.ids import SessionId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.choosing.request_brand import request_brand
from wattlink.link.acting import check_meant, own_sight
from wattlink.link.browser import AnyRequest
from wattlink.link.pages.current import page_of
from wattlink.link.pages.missing import Wish, missing, thanks
from wattlink.link.sight import Sight, Ui

_LONGEST_TEXT = 200  # shown again where it can't be used


@get("/session/{session_id:uuid}/missing")
async def shown(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """The form, or the thanks after it."""
    sight = await own_sight(ui, request, SessionId(session_id))
    if not _is_choosing(sight):
        return await page_of(sight)
    if "sent" in request.query_params:
        return thanks(sight)
    return missing(sight, Wish(brand=request.query_params.get("q", "")[:_LONGEST_TEXT]))


@post("/session/{session_id:uuid}/missing")
async def asked_for(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """A brand was asked for."""
    sight = await own_sight(ui, request, SessionId(session_id))
    form = await check_meant(sight, request)
    if not _is_choosing(sight):
        return Redirect(sight.here, status_code=303)
    wish = Wish(brand=form.get("brand", "")[:_LONGEST_TEXT], kind=form.get("kind", sight.session.kinds[0]))
    try:
        async with ui.hub.db.transaction() as tx:
            await request_brand(tx, sight.session, wish.kind, wish.brand, now=ui.hub.clock())
    except InvalidInput:
        return missing(sight, wish, refused=True)
    return Redirect(f"{sight.here}/missing?sent", status_code=303)


def _is_choosing(sight: Sight) -> bool:
    session = sight.session
    open_to_choose = session.vendor is None and not session.vendor_is_fixed
    return open_to_choose and not session.has_ended and not session.is_over(sight.ui.hub.clock())
