"""An app says whose session came back to it, or ends it."""

from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody

from wattlink.dialects.platform.link_sessions.reading import LinkSessionResponse, answer_of, session_id_of, user_meant
from wattlink.dialects.platform.wire import Payload
from wattlink.domain.errors import LinkSessionNotUsable
from wattlink.domain.linking.ending.confirm import Confirmation, confirm
from wattlink.domain.linking.ending.end_sessions import withdraw
from wattlink.domain.linking.listing import store
from wattlink.domain.linking.model import Cause
from wattlink.web.call import Call

_Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ConfirmationPayload(Payload):
    """The code that came back as `link_code`, and the id of the user in whose session of the app it came back.

    `userId` is needed, unless a user's own key says who it is.
    """

    link_code: _Secret
    user_id: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    link_verifier: _Secret | None = None


async def confirm_link_session(
    request: Call, session_id: FromPath[str], data: JSONBody[ConfirmationPayload]
) -> LinkSessionResponse:
    """Confirm that it was this user who linked, once and within ten minutes.

    Another user than the session's ends it, and withdraws at the vendor what it brought. The answer is `completed`; or
    `discovering` where a login is mended, whose devices are looked for from now on.
    """
    hub, link_session_id = request.hub, session_id_of(session_id)
    user = await user_meant(request, data.user_id)
    given = Confirmation(code=data.link_code, user=user, verifier=data.link_verifier)
    try:
        await confirm(hub.db, request.access, link_session_id, given, vault=hub.vault, clock=hub.clock)
    finally:
        hub.notifier.wake("visits")
        hub.notifier.wake("events")
    return await answer_of(request, link_session_id)


async def cancel_link_session(request: Call, session_id: FromPath[str]) -> LinkSessionResponse:
    """End a session: what it brought so far is taken back, and withdrawn at the vendor."""
    hub, link_session_id = request.hub, session_id_of(session_id)
    async with hub.db.transaction() as tx:
        session = await store.get(tx, request.access, link_session_id)
        if not await withdraw(tx, session, vault=hub.vault, now=hub.clock()):
            raise LinkSessionNotUsable(session.cause or Cause.SESSION_USED)
    hub.notifier.wake("events")
    return await answer_of(request, link_session_id)
