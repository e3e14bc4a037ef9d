"""Where vendors send browsers back to: one address per registration."""

import contextlib
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from wattlink.base.ids import digest
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.errors import LinkSessionNotUsable, NotFound
from wattlink.domain.linking import store
from wattlink.domain.linking.signing_in.come_back import Brought, come_back
from wattlink.link.acting import Refused
from wattlink.link.browser import AnyRequest
from wattlink.link.sight import LinkUi, Ui, address_of, sight_of


@get("/callback/{registration_id:uuid}")
async def came_back(request: AnyRequest, ui: Ui, registration_id: FromPath[UUID]) -> Response[Any]:
    """Finish the sign-in, once, and show the session's own page, however often this address is called."""
    state = request.query_params.get("state", "")
    async with ui.hub.db.read() as reader:
        session = await store.by_state(reader, digest(state))
    if session is None:
        return Redirect(await _where_it_went_on(ui, request), status_code=303)
    sight = await sight_of(ui, request, session)
    brought = Brought(
        browser=sight.secret,
        registration_id=RegistrationId(registration_id),
        state=state,
        code=request.query_params.get("code"),
        error=request.query_params.get("error"),
    )
    hub = ui.hub
    try:
        await come_back(hub.db, session, brought, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)
    except LinkSessionNotUsable:
        raise Refused(sight) from None
    hub.notifier.wake("visits")
    return Redirect(address_of(session), status_code=303)


async def _where_it_went_on(ui: LinkUi, request: AnyRequest) -> str:
    """A state that was replaced, by a second tab or another brand: its browser's newest session is where it goes on."""
    async with ui.hub.db.read() as reader:
        for session_id in ui.browsers.sessions(request):
            with contextlib.suppress(NotFound):
                session = await store.get(reader, session_id)
                if session.belongs_to(ui.browsers.secret(request, session_id)):
                    return address_of(session)
    raise NotFound("link session", "of this sign-in")
