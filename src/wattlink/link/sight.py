"""Who looks at what: what every page of a session starts from."""

import base64
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from wattlink.base.log import name_in_log
from wattlink.base.vault import VaultError
from wattlink.domain.linking.model import Cause, LinkSession, State
from wattlink.domain.linking.redirects import with_error
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.model import Application
from wattlink.link.browser import CHECK_FIELD, AnyRequest, Browsers, check_of
from wattlink.link.rendering.renderer import Renderer
from wattlink.link.texts.languages import Language, choose, regions
from wattlink.wiring import Hub


@dataclass(frozen=True, kw_only=True)
class LinkUi:
    """What the handlers use."""

    hub: Hub
    browsers: Browsers
    renderer: Renderer


OUTSIDE_FIELD = "outside"

Ui = SkipValidation[NamedDependency[LinkUi]]
"""How a handler asks for it."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A session as one browser sees it; `secret` is what that browser holds of it."""

    ui: LinkUi
    session: LinkSession
    application: Application
    language: Language
    regions: list[str]
    secret: str | None = field(repr=False)

    @property
    def here(self) -> str:
        """The session's own address, which holds no secret."""
        return address_of(self.session)

    @property
    def app_name(self) -> str:
        """What the person knows the app as."""
        return self.application.display_name

    @property
    def leave_address(self) -> str:
        """The way to the vendor, good for this browser only; also from a frame, outside of which it has no cookie."""
        address = f"{self.here}/leave?{CHECK_FIELD}={check_of(self.secret or '')}"
        if self.secret is None or not self.application.frame_origins:
            return address
        sealed = self.ui.hub.vault.seal(self.secret.encode(), context=_context(self.session))
        return f"{address}&{OUTSIDE_FIELD}={base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    @property
    def ends_by_leaving(self) -> bool:
        """Whether leaving cancels, as for apps that gave an address for that: nobody goes on with the session."""
        session = self.session
        is_own = session.state is State.CREATED or session.belongs_to(self.secret)
        is_open = not session.has_ended and not session.is_over(self.ui.hub.clock())
        return session.cancel_uri is not None and self.secret is not None and is_own and is_open

    def way_back(self, cause: Cause | None = None) -> str:
        """The address of the app, which hears of the cause; or the one that it gave for leaving early, as it is."""
        if cause is not None and self.session.cancel_uri is not None:
            return self.session.cancel_uri
        return self.session.redirect_uri if cause is None else with_error(self.session.redirect_uri, cause)

    def page(self, template: str, *, status: int = 200, scripted: bool = False, **values: Any) -> Response[str]:
        """A page of this session."""
        return self.ui.renderer.page(
            template,
            self.language,
            {
                "here": self.here,
                "steps": None,
                "scripted": scripted,
                "ends_by_leaving": self.ends_by_leaving,
                "is_new": self.session.state is State.CREATED,
                "check_token": check_of(self.secret) if self.secret else "",
                **values,
            },
            application=self.application,
            color_scheme=self.session.color_scheme,
            status=status,
        )


def secret_on(ui: LinkUi, session: LinkSession, passed: str) -> str | None:
    """What a way out of a frame carries: the secret that the browser holds within it."""
    try:
        sealed = base64.urlsafe_b64decode(passed + "=" * (-len(passed) % 4))
        return ui.hub.vault.open(sealed, context=_context(session)).decode()
    except (ValueError, VaultError):
        return None


def seen_with(sight: Sight, secret: str) -> Sight:
    """The same, by a browser that was just given this secret."""
    return replace(sight, secret=secret)


async def sight_of(ui: LinkUi, request: AnyRequest, session: LinkSession) -> Sight:
    """The session as this request's browser sees it; from here on the log names it, by the reference for support."""
    if session.state is not State.CREATED:  # until then the id may still open the page, of an onboarding session
        name_in_log(session=str(session.session_id))
    accept_language = request.headers.get("accept-language", "")
    async with ui.hub.db.read() as reader:
        application = await organizations.get_application(reader, session.application_id)
    return Sight(
        ui=ui,
        session=session,
        application=application,
        language=choose(session.language, accept_language),
        regions=regions(accept_language),
        secret=ui.browsers.secret(request, session.session_id),
    )


def _context(session: LinkSession) -> str:
    return f"link_session.out_of_frame.{session.session_id}"


def address_of(session: LinkSession) -> str:
    """Where the session's own browser finds it."""
    return f"/link/session/{session.session_id}"
