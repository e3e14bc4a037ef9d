"""A session in its browser: the page of its state, how far it is, and what the person does there."""

import contextlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect

from wattlink.domain.access.ids import DeviceId, SessionId
from wattlink.domain.linking.choosing.choose_brand import choose_brand
from wattlink.domain.linking.ending.complete import finish
from wattlink.domain.linking.ending.end_sessions import cancel
from wattlink.domain.linking.model import Purpose, State
from wattlink.domain.linking.onboarding.pick import pick
from wattlink.domain.linking.pair import check_pairing
from wattlink.domain.linking.signing_in.await_device import await_device
from wattlink.domain.linking.signing_in.leave_for_vendor import leave_for_vendor
from wattlink.link.acting import Refused, check_meant, may_sign_in, outside_sight, own_sight, sign_in_with
from wattlink.link.browser import CHECK_FIELD, AnyRequest, is_framed, is_ours
from wattlink.link.pages.current import page_of
from wattlink.link.pages.waiting import happening
from wattlink.link.sight import Sight, Ui

_LONGEST_SEARCH = 60


@get("/session/{session_id:uuid}")
async def shown(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """The page of the session's state."""
    sight = await own_sight(ui, request, SessionId(session_id))
    searched = request.query_params.get("q", "")[:_LONGEST_SEARCH]
    return await page_of(sight, searched=searched, leaving=_goes_on(sight, request))


def _goes_on(sight: Sight, request: AnyRequest) -> bool:
    """Whether the click that led here was for the vendor; no other page takes anybody past what is consented to."""
    asked = "go" in request.query_params and sight.session.purpose is Purpose.RELINK
    return asked and not is_framed(request) and not sight.ui.browsers.is_foreign(request)


@get("/session/{session_id:uuid}/progress")
async def progress(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[bytes]:
    """How far the waiting is, for the page's script."""
    sight = await own_sight(ui, request, SessionId(session_id))
    return Response(msgspec.json.encode(await happening(sight)), media_type=MediaType.JSON)


@post("/session/{session_id:uuid}/brand")
async def brand_chosen(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """A brand was chosen, or with an empty `vendor` another one is wanted."""
    sight = await own_sight(ui, request, SessionId(session_id))
    form = await check_meant(sight, request)
    async with ui.hub.db.transaction() as tx:
        await choose_brand(tx, sight.session, form.get("vendor") or None, now=ui.hub.clock())
    return _back(sight)


@post("/session/{session_id:uuid}/address")
async def address_asked_for(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """The person agreed, and wants the address that a device dials in to."""
    sight = await own_sight(ui, request, SessionId(session_id))
    await check_meant(sight, request)
    hub = ui.hub
    async with hub.db.transaction() as tx:
        await await_device(tx, sight.session, url=hub.settings.dial_in_url, vault=hub.vault, now=hub.clock())
    return _back(sight)


@post("/session/{session_id:uuid}/sign-in")
async def signed_in(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """User name and password were typed."""
    sight = await own_sight(ui, request, SessionId(session_id))
    await sign_in_with(ui, sight.session, await check_meant(sight, request))
    return _back(sight)


@get("/session/{session_id:uuid}/leave")
async def left(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """Go to the vendor: a link, since browsers don't let a form's answer leave for another host; never in a frame."""
    sight = await outside_sight(ui, request, SessionId(session_id))
    if ui.browsers.is_foreign(request) or not is_ours(sight.secret, request.query_params.get(CHECK_FIELD)):
        raise Refused(sight)
    if is_framed(request) or not await may_sign_in(ui, sight.session):
        return _back(sight)
    hub = ui.hub
    address = await leave_for_vendor(
        hub.db,
        sight.session,
        sight.language.tag,
        public_url=hub.settings.public_url,
        connectors=hub.connectors,
        vault=hub.vault,
        clock=hub.clock,
    )
    gone = Redirect(address or sight.here, status_code=303)
    if sight.secret is not None and ui.browsers.secret(request, sight.session.session_id) is None:
        gone.cookies = [ui.browsers.cookie(sight.session, sight.secret)]  # outside of its frame
    return gone


@post("/session/{session_id:uuid}/pairing")
async def paired(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """The person has done what the vendor asks for, or does it later."""
    sight = await own_sight(ui, request, SessionId(session_id))
    form = await check_meant(sight, request)
    if sight.session.state is State.PAIRING:
        async with ui.hub.db.transaction() as tx:
            if form.get("done") == "yes":
                await check_pairing(tx, sight.session, now=ui.hub.clock())
            else:
                await finish(tx, sight.session, vault=ui.hub.vault, now=ui.hub.clock())
        ui.hub.notifier.wake("visits")
        ui.hub.notifier.wake("events")
    return _back(sight)


@post("/session/{session_id:uuid}/pick")
async def picked(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """Of several devices, the one that the app is told of."""
    sight = await own_sight(ui, request, SessionId(session_id))
    form = await check_meant(sight, request)
    with contextlib.suppress(ValueError):  # what isn't an id is nobody's device
        async with ui.hub.db.transaction() as tx:
            await pick(tx, sight.session, DeviceId(UUID(form.get("device", ""))))
    ui.hub.notifier.wake("visits")
    return _back(sight)


@post("/session/{session_id:uuid}/cancel")
async def cancelled(request: AnyRequest, ui: Ui, session_id: FromPath[UUID]) -> Response[Any]:
    """The person changed their mind."""
    sight = await own_sight(ui, request, SessionId(session_id))
    await check_meant(sight, request)
    async with ui.hub.db.transaction() as tx:
        await cancel(tx, sight.session, vault=ui.hub.vault, now=ui.hub.clock())
    return _back(sight)


def _back(sight: Sight) -> Redirect:
    return Redirect(sight.here, status_code=303)
