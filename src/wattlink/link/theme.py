"""An application's looks as CSS custom properties, readable whatever accent colour it chose.

Contrast is WCAG 2's: (lighter + 0.05) / (darker + 0.05) of the relative luminances.
"""

import re
from collections.abc import Mapping

from wattlink.domain.organizations.model import Application, Branding

ENOUGH_FOR_TEXT = 4.5
ENOUGH_FOR_SHAPES = 3.0
PANELS = {"light": "#ffffff", "dark": "#17181c"}  # what stands behind text; `static/link.css` has the same

_DEFAULT_ACCENT = "#0b6b57"
_DEFAULT_RADIUS = 10
_MOST_RADIUS = 24  # pixels
_WHITE, _BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(color: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How well two colours stand apart, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(color: str, with_: str, share: float) -> str:
    """`color` with a share of another, 0 to 1."""
    pairs = [(int(color[at : at + 2], 16), int(with_[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(own + (other - own) * share):02x}" for own, other in pairs)


def readable_on(panel: str, color: str, enough: float) -> str:
    """`color`, moved towards black or white only as far as it must be to stand out on `panel`."""
    towards = _BLACK if luminance(panel) > 0.5 else _WHITE
    for percent in range(0, 101, 4):
        moved = mixed(color, towards, percent / 100)
        if contrast(moved, panel) >= enough:
            return moved
    return towards


def text_on(color: str) -> str:
    """Black or white, whichever reads better on it; the better one always has 4.5."""
    return max((_WHITE, _BLACK), key=lambda text: contrast(text, color))


def properties(branding: Branding, scheme: str) -> Mapping[str, str]:
    """The custom properties that depend on the application, in a scheme: `light` or `dark`."""
    accent = branding.accent if branding.accent and _HEX.fullmatch(branding.accent) else _DEFAULT_ACCENT
    panel = PANELS[scheme]
    fill = readable_on(panel, accent, 1.5)
    return {
        "--accent": fill,
        "--accent-hover": mixed(fill, _BLACK if text_on(fill) == _WHITE else _WHITE, 0.14),
        "--on-accent": text_on(fill),
        "--accent-text": readable_on(panel, accent, ENOUGH_FOR_TEXT),
        "--accent-line": readable_on(panel, accent, ENOUGH_FOR_SHAPES),
    }


def stylesheet(application: Application | None, color_scheme: str) -> str:
    """The inline style of a page: both schemes, or only the one that the session fixes."""
    branding = Branding() if application is None else application.branding
    radius = min(max(branding.radius if branding.radius is not None else _DEFAULT_RADIUS, 0), _MOST_RADIUS)
    light, dark = (_declarations(properties(branding, scheme)) for scheme in ("light", "dark"))
    if color_scheme in PANELS:
        return f":root{{--radius:{radius}px;{light if color_scheme == 'light' else dark}}}"
    return f":root{{--radius:{radius}px;{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _declarations(values: Mapping[str, str]) -> str:
    return "".join(f"{name}:{value};" for name, value in values.items())
