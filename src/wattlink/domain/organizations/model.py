"""An organization runs applications; an application acts with keys, an operator with a token."""

from datetime import datetime
from enum import StrEnum

import msgspec

from wattlink.domain.access.ids import ApplicationId, KeyId, OperatorTokenId, OrganizationId


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """Who runs applications."""

    organization_id: OrganizationId
    name: str
    created_at: datetime


class LinkBinding(StrEnum):
    """What ties a link session to its user: only the browser of the first click, or also a yes of the app's."""

    BROWSER = "browser"
    CONFIRM = "confirm"


class Branding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an application shows itself on the pages that end users see."""

    name: str | None = None  # instead of the application's own
    logo: str | None = None  # a data: URL, so that the pages load nothing from other hosts
    logo_dark: str | None = None  # on a dark ground; None: the same
    accent: str | None = None  # #rrggbb
    accent_dark: str | None = None  # on a dark ground; None: the same
    radius: int | None = None  # of corners, in pixels
    privacy_url: str | None = None
    support_url: str | None = None


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An app that links its users' devices."""

    application_id: ApplicationId
    organization_id: OrganizationId
    name: str
    redirect_uris: tuple[str, ...] = ()  # empty: any https, loopback or private-use scheme
    frame_origins: tuple[str, ...] = ()  # whose pages may show ours within a frame; empty: nobody's
    branding: Branding = Branding()
    connections_limit: int | None = None  # accounts; None: any number
    link_binding: LinkBinding = LinkBinding.BROWSER  # of link sessions that don't say which
    is_sandbox: bool = False  # its time can be advanced

    @property
    def display_name(self) -> str:
        """What end users know the app as."""
        return self.branding.name or self.name


class StoredApplication(Application, frozen=True, kw_only=True):
    """An application as it is in the database."""

    created_at: datetime


class NewApplication(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown once, when an application is made."""

    application_id: ApplicationId
    client_id: KeyId
    client_secret: str

    def __repr__(self) -> str:
        return f"NewApplication({self.application_id})"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of an application's key; its id is the client id."""

    key_id: KeyId
    application_id: ApplicationId
    name: str
    created_at: datetime
    last_used_at: datetime | None  # to the minute


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown once, when a key is made."""

    key_id: KeyId
    name: str
    client_secret: str
    created_at: datetime

    def __repr__(self) -> str:
        return f"NewKey({self.key_id})"


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token for an application's requests; `expires_in` in seconds."""

    token: str
    expires_in: int

    def __repr__(self) -> str:
        return "IssuedToken(***)"


class OperatorToken(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of an operator's token."""

    token_id: OperatorTokenId
    organization_id: OrganizationId
    name: str
    created_at: datetime
    last_used_at: datetime | None  # to the minute


class NewOperatorToken(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown once, when an operator's token is made."""

    token_id: OperatorTokenId
    name: str
    token: str
    created_at: datetime

    def __repr__(self) -> str:
        return f"NewOperatorToken({self.token_id})"
