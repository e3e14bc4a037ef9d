"""Applications: the apps of an organization."""

from litestar.di import NamedDependency

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.paging import cursors_of, page_of
from wattlink.dialects.platform.wire import Answer, PaginationCursors, Timestamp, Uuid
from wattlink.domain.access.paging import Position
from wattlink.domain.organizations import store
from wattlink.domain.organizations.model import StoredApplication
from wattlink.web.call import Call
from wattlink.web.cursors import Asked


class ApplicationResponse(Answer):
    """An application. Without redirect URIs it may use any https, loopback or private-use one."""

    id: Uuid
    name: str
    redirect_uris: list[str]
    connections_limit: int | None
    created_at: Timestamp


class PaginatedApplicationList(Answer):
    data: list[ApplicationResponse]
    pagination: PaginationCursors


async def list_applications(request: Call, asked: NamedDependency[Asked]) -> PaginatedApplicationList:
    """The organization's applications, newest first."""
    page = await page_of(
        request,
        asked,
        lambda reader, wanted: store.page_of_applications(reader, request.access, wanted),
        lambda application: Position(application.created_at, application.application_id),
    )
    return PaginatedApplicationList(data=[_shown(one) for one in page.rows], pagination=cursors_of(page))


async def get_own_application(request: Call) -> ApplicationResponse:
    """The caller's application, or the one that an operator means."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get_application(reader, request.access.application_id))


def _shown(application: StoredApplication) -> ApplicationResponse:
    return ApplicationResponse(
        id=str(application.application_id),
        name=application.name,
        redirect_uris=list(application.redirect_uris),
        connections_limit=application.connections_limit,
        created_at=rfc3339(application.created_at),
    )
