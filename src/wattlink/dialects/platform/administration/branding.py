"""How an application shows itself on the pages that end users see."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from wattlink.dialects.platform.wire import Answer, Payload
from wattlink.domain.organizations.looks.branding import MOST_RADIUS, PANELS, Scheme, Shades, shades
from wattlink.domain.organizations.model import Branding

Color = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$(?!\n)")]
Radius = Annotated[int, Meta(ge=0, le=MOST_RADIUS)]


class BrandingPayload(Payload):
    """What isn't there stays as it is; null ends it. Logos are data: URLs of a PNG, JPEG, WebP or SVG image."""

    name: str | UnsetType | None = UNSET
    logo: str | UnsetType | None = UNSET
    logo_dark: str | UnsetType | None = UNSET
    accent: Color | UnsetType | None = UNSET
    accent_dark: Color | UnsetType | None = UNSET
    radius: Radius | UnsetType | None = UNSET
    privacy_url: str | UnsetType | None = UNSET
    support_url: str | UnsetType | None = UNSET


class AccentShown(Answer):
    """What the pages make of the accent in a scheme: moved only as far as WCAG 2.2 AA asks for.

    `contrast` is that of the accent as asked for, against the page.
    """

    scheme: Scheme
    asked: str
    contrast: float
    is_adjusted: bool
    fill: str
    text_on_fill: str
    text: str
    line: str


class BrandingResponse(Answer):
    name: str | None
    logo: str | None
    logo_dark: str | None
    accent: str | None
    accent_dark: str | None
    radius: int | None
    privacy_url: str | None
    support_url: str | None
    accent_shown: list[AccentShown]


def changes_of(sent: BrandingPayload) -> dict[str, Any]:
    """The fields that were sent."""
    return {name: value for name in sent.__struct_fields__ if (value := getattr(sent, name)) is not UNSET}


def branding_shown(branding: Branding) -> BrandingResponse:
    """The branding on the wire."""
    return BrandingResponse(
        name=branding.name,
        logo=branding.logo,
        logo_dark=branding.logo_dark,
        accent=branding.accent,
        accent_dark=branding.accent_dark,
        radius=branding.radius,
        privacy_url=branding.privacy_url,
        support_url=branding.support_url,
        accent_shown=[_accent(shades(branding, scheme)) for scheme in PANELS],
    )


def _accent(found: Shades) -> AccentShown:
    return AccentShown(
        scheme=found.scheme,
        asked=found.asked,
        contrast=found.contrast,
        is_adjusted=found.is_adjusted,
        fill=found.fill,
        text_on_fill=found.text_on_fill,
        text=found.text,
        line=found.line,
    )
