"""An application's looks: what may be set, and what the pages make of its accent colour.

An accent is never refused for its contrast. Where it stands out too little on the pages' ground it is moved towards
black or white, only as far as it must be, and `shades` tells the operator what people will see.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.looks.colors import (
    ENOUGH_FOR_SHAPES,
    ENOUGH_FOR_TEXT,
    contrast,
    hovered,
    readable_on,
    text_on,
)
from wattlink.domain.organizations.model import Branding

Scheme = Literal["light", "dark"]

PANELS: Mapping[Scheme, str] = {"light": "#ffffff", "dark": "#17181c"}  # what stands behind text on the pages
DEFAULT_ACCENT = "#0b6b57"
MOST_RADIUS = 24  # pixels
MOST_LOGO_BYTES = 16 * 1024  # it comes with every page

_LONGEST_NAME = 60
_LONGEST_ADDRESS = 500
_LEAST_SEEN = 1.5  # a button's ground against the page's, which its line marks off anyway
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/]+={0,2})")
_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "image/svg+xml": (b"<svg", b"<?xml"),
}


class Shades(msgspec.Struct, frozen=True, kw_only=True):
    """An accent as it is shown in a scheme; every pair of colours has the contrast that WCAG 2.2 AA asks for."""

    scheme: Scheme
    asked: str
    fill: str  # of the main button
    fill_hovered: str
    text_on_fill: str
    text: str  # words and drawings in the accent's colour
    line: str  # around what has the accent's colour, and around what has the focus
    contrast: float  # of the accent as asked against the page

    @property
    def is_adjusted(self) -> bool:
        """Whether words or lines in this colour had to be moved."""
        return self.text != self.asked


def check_branding(branding: Branding) -> None:
    """Raise InvalidInput with the field that the pages couldn't use."""
    if branding.name is not None and not 1 <= len(branding.name.strip()) <= _LONGEST_NAME:
        raise InvalidInput("branding.name", f"must have 1 to {_LONGEST_NAME} letters")
    for field in ("accent", "accent_dark"):
        color = getattr(branding, field)
        if color is not None and not _HEX.fullmatch(color):
            raise InvalidInput(f"branding.{field}", "must be a colour like #0b6b57")
    for field in ("logo", "logo_dark"):
        _check_logo(f"branding.{field}", getattr(branding, field))
    if branding.radius is not None and not 0 <= branding.radius <= MOST_RADIUS:
        raise InvalidInput("branding.radius", f"must be 0 to {MOST_RADIUS} pixels")
    for field in ("privacy_url", "support_url"):
        _check_address(f"branding.{field}", getattr(branding, field))


def shades(branding: Branding, scheme: Scheme) -> Shades:
    """What the pages show of an accent, and of ours where there is none, in a scheme."""
    chosen = branding.accent_dark if scheme == "dark" and branding.accent_dark else branding.accent
    accent = chosen.lower() if chosen and _HEX.fullmatch(chosen) else DEFAULT_ACCENT
    panel = PANELS[scheme]
    fill = readable_on(panel, accent, _LEAST_SEEN)
    return Shades(
        scheme=scheme,
        asked=accent,
        fill=fill,
        fill_hovered=hovered(fill),
        text_on_fill=text_on(fill),
        text=readable_on(panel, accent, ENOUGH_FOR_TEXT),
        line=readable_on(panel, accent, ENOUGH_FOR_SHAPES),
        contrast=round(contrast(accent, panel), 2),
    )


def usable_logo(logo: str | None) -> str | None:
    """The logo, if the pages can show it."""
    return logo if logo is not None and _logo_problem(logo) is None else None


def _check_logo(field: str, logo: str | None) -> None:
    if logo is not None and (problem := _logo_problem(logo)) is not None:
        raise InvalidInput(field, problem, allowed=[f"data:{kind};base64,..." for kind in _BEGINNINGS])


def _logo_problem(logo: str) -> str | None:
    found = _LOGO.fullmatch(logo)
    if found is None or found[1] not in _BEGINNINGS:
        return "must be a data: URL of a PNG, JPEG, WebP or SVG image in base64"
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return "isn't base64"
    if len(content) > MOST_LOGO_BYTES:
        return f"has {len(content)} bytes; at most {MOST_LOGO_BYTES} come with every page"
    return None if content.startswith(_BEGINNINGS[found[1]]) else f"isn't what it says: {found[1]}"


def _check_address(field: str, address: str | None) -> None:
    if address is None:
        return
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if len(address) > _LONGEST_ADDRESS or parts.scheme not in ("https", "http") or not parts.hostname:
        raise InvalidInput(
            field, f"must be a web address of at most {_LONGEST_ADDRESS} letters", allowed=["https://..."]
        )
