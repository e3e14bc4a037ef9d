"""An app that confirms its links, and what browsers bring back to it."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from tests.support.person import Page
from tests.support.stack import App
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.ending.confirm import Confirmation, confirm
from wattlink.domain.linking.model import LinkSession
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.domain.organizations.model import LinkBinding


class Brought(NamedTuple):
    """What a browser brings back to the app."""

    session_id: SessionId
    code: str


def brought_back(page: Page) -> Brought:
    """What stands in the address that the page leads to."""
    query = parse_qs(urlsplit(page.link("Continue in")).query)
    return Brought(SessionId(UUID(query["link_session"][0])), query["link_code"][0])


class ConfirmingApp:
    """An application whose link sessions wait for its yes."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.hub = app.stack.hub
        self.access = Access(applications=(app.credentials.application_id,))

    async def choose(self) -> None:
        """Make it the default of the application's sessions."""
        async with self.hub.db.transaction() as tx:
            await change_application(tx, self.access, ApplicationChanges(link_binding=LinkBinding.CONFIRM))

    async def confirm(self, brought: Brought, user: str, *, verifier: str | None = None) -> LinkSession:
        """Say whose session it was that came back."""
        given = Confirmation(code=brought.code, user=user, verifier=verifier)
        hub = self.hub
        session = await confirm(hub.db, self.access, brought.session_id, given, vault=hub.vault, clock=hub.clock)
        hub.notifier.wake("visits")
        return session

    async def session(self, brought: Brought) -> LinkSession:
        """How the session stands."""
        async with self.hub.db.read() as reader:
            return await store.find(reader, self.access, brought.session_id)

    async def events(self, kind: str) -> int:
        """How many events of a kind (`device.discovered`) were recorded for it."""
        async with self.hub.db.read() as reader:
            return await reader.one(
                int,
                "SELECT count(*) FROM event WHERE type = %(kind)s AND application_id = ANY(%(applications)s)",
                kind=kind,
                applications=list(self.access.applications),
            )
