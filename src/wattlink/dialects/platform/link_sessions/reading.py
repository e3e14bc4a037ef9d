"""How link sessions look, one and many."""

from typing import Annotated, Literal

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.dialects.platform.paging import cursors_of
from wattlink.dialects.platform.wire import Answer, PaginationCursors, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.paging import Position
from wattlink.domain.errors import InvalidInput, NotPermitted
from wattlink.domain.linking.listing import store
from wattlink.domain.linking.listing.model import ListedSession, Wanted
from wattlink.domain.linking.model import Cause, Purpose, State
from wattlink.domain.organizations.model import LinkBinding
from wattlink.domain.users.logins import store as logins
from wattlink.web.call import Call, uuid_of
from wattlink.web.cursors.lists import Asked, page_of

StepName = Literal[
    "created",
    "bound",
    "brand",
    "asking_credentials",
    "awaiting_device",
    "at_vendor",
    "exchanging",
    "discovering",
    "pairing",
    "checking_pairing",
    "pairing_missing",
    "awaiting_app",
    "completed",
    "failed",
    "cancelled",
    "expired",
]


class SessionStepResponse(Answer):
    """A step of the way, with the reason where it led to nothing."""

    step: StepName
    at: Timestamp
    reason: Cause | None


class LinkSessionResponse(Answer):
    """A link session: where it stands, why the last try led to nothing, and what it linked once it is completed.

    `step` is the last one; `steps` are all of them with their times. `confirmBy` is there while the app has to confirm.
    """

    id: Uuid
    user_id: str | None
    purpose: Purpose
    state: State
    step: StepName
    reason: Cause | None
    vendor: str | None
    kinds: list[Kind]
    scopes: list[str]
    account_id: Uuid | None
    device_ids: list[Uuid]
    link_binding: LinkBinding
    confirm_by: Timestamp | None
    language: str
    redirect_uri: str
    steps: list[SessionStepResponse]
    created_at: Timestamp
    expires_at: Timestamp
    ended_at: Timestamp | None


class PaginatedLinkSessionList(Answer):
    data: list[LinkSessionResponse]
    pagination: PaginationCursors


OfUser = Annotated[
    str | None, QueryParameter(name="userId", description="Only of the user whom the app knows by this id.")
]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]


async def list_link_sessions(
    request: Call, asked: NamedDependency[Asked], of_user: OfUser = None, in_state: InState = None
) -> PaginatedLinkSessionList:
    """The application's link sessions, newest first; those that ended are kept for 30 days."""
    wanted = Wanted(user=of_user, states=() if in_state is None else (in_state,))
    page = await page_of(
        request,
        asked,
        lambda reader, edge: store.page(reader, request.access, wanted, edge),
        lambda session: Position(session.created_at, session.session_id),
    )
    return PaginatedLinkSessionList(data=[shown(one) for one in page.rows], pagination=cursors_of(page))


async def get_link_session(request: Call, session_id: FromPath[str]) -> LinkSessionResponse:
    """A link session."""
    return await answer_of(request, session_id_of(session_id))


async def answer_of(call: Call, session_id: SessionId) -> LinkSessionResponse:
    """The session as it is now."""
    async with call.hub.db.read() as reader:
        return shown(await store.get(reader, call.access, session_id))


async def user_meant(call: Call, given: str | None) -> str:
    """The app's id of the user whom a caller means: with a user's own key never another than that user."""
    own = call.access.caller
    if own is None:
        if given is None:
            raise InvalidInput("user_id", "is missing")
        return given
    async with call.hub.db.read() as reader:
        user = await logins.get(reader, call.access, own)
    if given not in (None, user.external_id):
        raise NotPermitted("a user's key is for that user's link sessions only")
    return user.external_id


def session_id_of(text: str) -> SessionId:
    """A link session's id; raises NotFound."""
    return SessionId(uuid_of("link session", text))


def shown(session: ListedSession) -> LinkSessionResponse:
    """The session on the wire."""
    return LinkSessionResponse(
        id=str(session.session_id),
        user_id=session.user,
        purpose=session.purpose,
        state=session.state,
        step=session.steps[-1].step,  # type: ignore[arg-type]
        reason=session.cause,
        vendor=session.vendor,
        kinds=list(session.kinds),
        scopes=list(session.scopes),
        account_id=None if session.linked_account_id is None else str(session.linked_account_id),
        device_ids=[str(device_id) for device_id in session.device_ids],
        link_binding=session.binding,
        confirm_by=timestamp(session.confirm_by),
        language=session.language,
        redirect_uri=session.redirect_uri,
        steps=[
            SessionStepResponse(step=one.step, at=rfc3339(one.at), reason=one.cause)  # type: ignore[arg-type]
            for one in session.steps
        ],
        created_at=rfc3339(session.created_at),
        expires_at=rfc3339(session.expires_at),
        ended_at=timestamp(session.ended_at),
    )
