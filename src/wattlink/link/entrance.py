"""The link URL: shown to anybody, bound to one browser by a click, and over once the session is."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from wattlink.base.ids import digest
from wattlink.base.log import name_in_log
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import bind
from wattlink.domain.linking.creating.create_relink import Mending, mending
from wattlink.domain.linking.ending.end_sessions import cancel
from wattlink.domain.linking.model import Cause, LinkSession, Purpose, State
from wattlink.link.acting import Refused, check_meant, sign_in_with
from wattlink.link.browser import AnyRequest, is_framed, new_browser
from wattlink.link.pages.done import way_on
from wattlink.link.pages.failure import failure
from wattlink.link.pages.review import review
from wattlink.link.pages.welcome import welcome, welcome_to_pairing
from wattlink.link.sight import LinkUi, Sight, Ui, address_of, seen_with, sight_of


@get("/{token:str}")
async def opened(request: AnyRequest, ui: Ui, token: FromPath[str]) -> Response[Any]:
    """Show where the session stands. Looking changes nothing, so previews, reloads and second tabs use nothing up."""
    sight = await _sight(ui, request, token)
    session = sight.session
    is_own = session.belongs_to(sight.secret)
    if session.state is State.COMPLETED:
        return failure(sight, Cause.SESSION_USED, way_on=await way_on(sight) if is_own else None)
    if is_own:
        return Redirect(address_of(session), status_code=303)
    if session.has_ended:
        return failure(sight, session.cause or Cause.SESSION_USED)
    if session.is_over(ui.hub.clock()):
        return failure(sight, Cause.SESSION_EXPIRED)
    if session.state is not State.CREATED:
        return failure(sight, Cause.WRONG_BROWSER)
    secret = sight.secret or new_browser()
    page = await _first_page(seen_with(sight, secret))
    if sight.application.frame_origins and is_framed(request):
        page.headers["set-cookie"] = ui.browsers.framed_cookie(session, secret)
    else:
        page.cookies = [ui.browsers.cookie(session, secret)]
    return page


@post("/{token:str}")
async def entered(request: AnyRequest, ui: Ui, token: FromPath[str]) -> Response[Any]:
    """The first click, perhaps with what was typed or to cancel: the session is this browser's from here on."""
    sight = await _sight(ui, request, token)
    if sight.secret is None and sight.application.frame_origins and is_framed(request):
        return welcome(sight, outside=True)  # a browser that keeps no cookies in frames
    form = await check_meant(sight, request)
    if sight.secret is None:
        raise Refused(sight)
    async with ui.hub.db.transaction() as tx:
        await bind(tx, sight.session, sight.secret, now=ui.hub.clock())
    async with ui.hub.db.read() as reader:
        session = await store.get(reader, sight.session.session_id)
    if not session.belongs_to(sight.secret):
        raise Refused(sight)
    name_in_log(session=str(session.session_id))
    if "cancel" in form:
        async with ui.hub.db.transaction() as tx:
            await cancel(tx, session, vault=ui.hub.vault, now=ui.hub.clock())
        return Redirect(address_of(session), status_code=303)
    await sign_in_with(ui, session, form)
    goes_on = session.purpose is Purpose.RELINK and session.state is State.BOUND
    return Redirect(f"{address_of(session)}?go" if goes_on else address_of(session), status_code=303)


async def _sight(ui: LinkUi, request: AnyRequest, token: str) -> Sight:
    async with ui.hub.db.read() as reader:
        session = await store.by_token(reader, digest(token))
    if session is None:
        raise NotFound("link session", "of this link URL")
    return await sight_of(ui, request, session)


async def _first_page(sight: Sight) -> Response[str]:
    """Welcome; relinking begins with the sign-in, where one is needed."""
    if sight.session.purpose is Purpose.LINK:
        return welcome(sight)
    if await _mending(sight.ui, sight.session) is Mending.PAIRING:
        return welcome_to_pairing(sight)
    return await review(sight)


async def _mending(ui: LinkUi, session: LinkSession) -> Mending | None:
    assert session.relink_account_id is not None
    assert session.relink_device_id is not None
    access = Access(applications=(session.application_id,))
    try:
        async with ui.hub.db.read() as reader:
            account = await accounts.get(reader, session.relink_account_id)
            return mending(account.state, await devices.get(reader, access, session.relink_device_id))
    except NotFound:
        return None
