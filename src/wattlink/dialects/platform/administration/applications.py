"""Applications: the apps of an organization."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.administration.branding import (
    BrandingPayload,
    BrandingResponse,
    branding_shown,
    changes_of,
)
from wattlink.dialects.platform.admission import of_application
from wattlink.dialects.platform.paging import cursors_of
from wattlink.dialects.platform.wire import Answer, Name, PaginationCursors, Payload, Timestamp, Uuid
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import Position
from wattlink.domain.leaving.delete_application import delete_application as delete
from wattlink.domain.organizations import store
from wattlink.domain.organizations.change import MOST_CONNECTIONS, ApplicationChanges, change_application
from wattlink.domain.organizations.create import create_application as create
from wattlink.domain.organizations.model import LinkBinding, StoredApplication
from wattlink.web.call import Call
from wattlink.web.cursors.lists import Asked, page_of

Limit = Annotated[int, Meta(ge=0, le=MOST_CONNECTIONS)]


class ApplicationChangesPayload(Payload):
    """What isn't there stays as it is. A list replaces the one before; `connectionsLimit: null` ends the limit."""

    name: Name | UnsetType = UNSET
    redirect_uris: list[str] | UnsetType = UNSET
    frame_origins: list[str] | UnsetType = UNSET
    branding: BrandingPayload | UnsetType = UNSET
    connections_limit: Limit | UnsetType | None = UNSET
    link_binding: LinkBinding | UnsetType = UNSET


class ApplicationPayload(Payload):
    """Without redirect URIs any https, loopback or private-use one may be used; a sandbox stays one."""

    name: Name
    is_sandbox: bool = False
    redirect_uris: list[str] | UnsetType = UNSET
    frame_origins: list[str] | UnsetType = UNSET
    branding: BrandingPayload | UnsetType = UNSET
    connections_limit: Limit | UnsetType | None = UNSET
    link_binding: LinkBinding | UnsetType = UNSET


class ApplicationResponse(Answer):
    """An application. `connectionsLimit` is how many accounts it may link, null: any number.

    `frameOrigins` are the sites that may show its link pages within a frame; empty: none.

    `linkBinding: confirm` holds every link until the app confirms it, unless a session says otherwise. A sandbox's time
    can be advanced.
    """

    id: Uuid
    name: str
    redirect_uris: list[str]
    frame_origins: list[str]
    branding: BrandingResponse
    connections_limit: int | None
    link_binding: LinkBinding
    is_sandbox: bool
    created_at: Timestamp


class NewApplicationResponse(Answer):
    """The application with its first key, whose `clientSecret` is shown here and never again."""

    application: ApplicationResponse
    client_id: Uuid
    client_secret: str


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


async def create_application(request: Call, data: JSONBody[ApplicationPayload]) -> NewApplicationResponse:
    """A new application, with its first key."""
    async with request.hub.db.transaction() as tx:
        made = await create(tx, data.name, organization_id=request.access.organization_id, is_sandbox=data.is_sandbox)
        access = Access(applications=(made.application_id,), actor=request.access.actor)
        application = await change_application(tx, access, _changes(data))
    return NewApplicationResponse(
        application=_shown(application), client_id=str(made.client_id), client_secret=made.client_secret
    )


async def get_application(request: Call, application_id: FromPath[str]) -> ApplicationResponse:
    """An application."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get_application(reader, of_application(request, application_id).application_id))


async def get_own_application(request: Call) -> ApplicationResponse:
    """The caller's application, or the one that an operator means."""
    async with request.hub.db.read() as reader:
        return _shown(await store.get_application(reader, request.access.application_id))


async def update_application(
    request: Call, application_id: FromPath[str], data: JSONBody[ApplicationChangesPayload]
) -> ApplicationResponse:
    """Change an application."""
    async with request.hub.db.transaction() as tx:
        return _shown(await change_application(tx, of_application(request, application_id), _changes(data)))


async def delete_application(request: Call, application_id: FromPath[str]) -> None:
    """End an application, with its keys, webhooks and registrations; refused while it has users."""
    async with request.hub.db.transaction() as tx:
        await delete(tx, of_application(request, application_id))
    request.hub.door.forget()
    request.hub.authenticator.forget()
    request.hub.connectors.forget()


def _changes(sent: ApplicationPayload | ApplicationChangesPayload) -> ApplicationChanges:
    return ApplicationChanges(
        name=sent.name,
        redirect_uris=UNSET if sent.redirect_uris is UNSET else tuple(sent.redirect_uris),
        frame_origins=UNSET if sent.frame_origins is UNSET else tuple(sent.frame_origins),
        branding=UNSET if sent.branding is UNSET else changes_of(sent.branding),
        connections_limit=sent.connections_limit,
        link_binding=sent.link_binding,
    )


def _shown(application: StoredApplication) -> ApplicationResponse:
    return ApplicationResponse(
        id=str(application.application_id),
        name=application.name,
        redirect_uris=list(application.redirect_uris),
        frame_origins=list(application.frame_origins),
        branding=branding_shown(application.branding),
        connections_limit=application.connections_limit,
        link_binding=application.link_binding,
        is_sandbox=application.is_sandbox,
        created_at=rfc3339(application.created_at),
    )
