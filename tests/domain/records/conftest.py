"""An account with two projects, an application in each, and users."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.support.users import get_or_create
from wattlink.base.ids import new_id
from wattlink.db.database import Database
from wattlink.domain.access.ids import ApplicationId, OrganizationId, ProjectId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.organizations.create import create_application, create_organization
from wattlink.domain.records.create import create
from wattlink.domain.records.model import NewRecord, Record, RecordKind, Scopes

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Account:
    """Who may ask: an operator, and per project an application's server and users."""

    db: Database
    organization_id: OrganizationId
    projects: tuple[ProjectId, ProjectId]
    applications: tuple[ApplicationId, ApplicationId]

    @property
    def operator(self) -> Access:
        return Access(applications=self.applications, operates=self.organization_id, kind=KeyKind.OPERATOR)

    def server(self, number: int = 0, kind: KeyKind = KeyKind.TRUSTED) -> Access:
        """An application's own key."""
        return Access(applications=(self.applications[number],), project_id=self.projects[number], kind=kind)

    async def user(self, name: str, number: int = 0) -> Access:
        """A user's own key."""
        application = self.server(number)
        async with self.db.transaction() as tx:
            user_id = (await get_or_create(tx, application, name, now=NOW)).user_id
        return Access(
            applications=application.applications,
            project_id=application.project_id,
            kind=KeyKind.USER,
            only_user=user_id,
            caller=user_id,
        )

    async def make(
        self, access: Access, kind: RecordKind = RecordKind.THNG, scopes: Scopes | None = None, **document: Any
    ) -> Record:
        """A record that this caller makes."""
        async with self.db.transaction() as tx:
            return await create(tx, access, NewRecord(kind=kind, document=document, scopes=scopes), now=NOW)


@pytest.fixture
async def account(db: Database) -> Account:
    async with db.transaction() as tx:
        organization_id = await create_organization(tx, "Tracely")
        made = [await create_application(tx, name, organization_id=organization_id) for name in ("Cold", "Warm")]
        projects = [ProjectId(new_id()) for _ in made]
        for project_id, application in zip(projects, made, strict=True):
            await tx.execute(
                "INSERT INTO project (project_id, organization_id, name) VALUES (%(project_id)s, %(of)s, 'Track')",
                project_id=project_id,
                of=organization_id,
            )
            await tx.execute(
                "UPDATE application SET project_id = %(project_id)s WHERE application_id = %(application_id)s",
                project_id=project_id,
                application_id=application.application_id,
            )
    applications = [application.application_id for application in made]
    return Account(db, organization_id, (projects[0], projects[1]), (applications[0], applications[1]))


def user_id_of(access: Access) -> UserId:
    assert access.only_user is not None
    return access.only_user


def nobody() -> UUID:
    return UUID(int=0)
