"""What a request must show before it may change anything: its browser, and that one of our pages asked for it."""

from collections.abc import Mapping

from wattlink.domain.access.ids import SessionId
from wattlink.domain.linking import store
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.linking.signing_in.sign_in import Typed, sign_in
from wattlink.domain.vendors.health.look import look_at
from wattlink.link.browser import CHECK_FIELD, AnyRequest, is_ours, is_outside
from wattlink.link.sight import OUTSIDE_FIELD, LinkUi, Sight, secret_on, seen_with, sight_of

_LONGEST_NAME = 254
_LONGEST_PASSWORD = 512


class Refused(Exception):
    """The request comes from another browser or another site than the session's page.

    `is_known`: whether it shows, by its cookie or a secret address, that it may learn where the app is.
    """

    def __init__(self, sight: Sight, *, is_known: bool = True) -> None:
        super().__init__("another browser or another site")
        self.sight = sight
        self.is_known = is_known


async def check_meant(sight: Sight, request: AnyRequest) -> Mapping[str, str]:
    """The fields of a form that one of our pages showed to this browser; raises Refused."""
    try:
        form = await request.form()
    except (LookupError, UnicodeError):  # it names an encoding that there isn't, or isn't in its own; no page does that
        raise Refused(sight) from None
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if sight.ui.browsers.is_foreign(request) or not is_ours(sight.secret, fields.get(CHECK_FIELD)):
        raise Refused(sight)
    return fields


async def own_sight(ui: LinkUi, request: AnyRequest, session_id: SessionId) -> Sight:
    """A session in its own browser; raises NotFound and Refused."""
    async with ui.hub.db.read() as reader:
        session = await store.get(reader, session_id)
    sight = await sight_of(ui, request, session)
    if not session.belongs_to(sight.secret):
        raise Refused(sight, is_known=False)  # its id is printed as a reference for support
    return sight


async def outside_sight(ui: LinkUi, request: AnyRequest, session_id: SessionId) -> Sight:
    """The same, or a session in its own browser but outside of the frame in which it was: the way out carries it.

    Only a page of ours leads here with that, so nobody's browser is given a session that was somebody else's.
    """
    passed = request.query_params.get(OUTSIDE_FIELD)
    if passed is None or not is_outside(request):
        return await own_sight(ui, request, session_id)
    async with ui.hub.db.read() as reader:
        session = await store.get(reader, session_id)
    sight = await sight_of(ui, request, session)
    secret = sight.secret or secret_on(ui, session, passed)
    if secret is None or not sight.application.frame_origins or not session.belongs_to(secret):
        raise Refused(sight, is_known=False)
    return seen_with(sight, secret)


async def may_sign_in(ui: LinkUi, session: LinkSession) -> bool:
    """Whether the vendor is well enough: else a good password would look like a wrong one."""
    if session.registration_id is None:
        return False
    async with ui.hub.db.read() as reader:
        return (await look_at(reader, session.registration_id, now=ui.hub.clock())).may_link


async def sign_in_with(ui: LinkUi, session: LinkSession, form: Mapping[str, str]) -> None:
    """Sign in with what was typed, if both fields were filled in, at the brand that the form named."""
    if form.get("vendor") != session.vendor:  # an old tab's, whose brand was changed since
        return
    if not await may_sign_in(ui, session):  # its page says why
        return
    username, password = form.get("username", "").strip(), form.get("password", "")
    if not 1 <= len(username) <= _LONGEST_NAME or not 1 <= len(password) <= _LONGEST_PASSWORD:
        return
    hub, typed = ui.hub, Typed(username, password)
    await sign_in(hub.db, session, typed, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)
    hub.notifier.wake("visits")
