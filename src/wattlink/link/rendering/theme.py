"""An application's looks as CSS custom properties, readable whatever accent colour it chose."""

from collections.abc import Mapping

from wattlink.domain.organizations.looks.branding import MOST_RADIUS, PANELS, Scheme, shades
from wattlink.domain.organizations.model import Application, Branding

_DEFAULT_RADIUS = 10


def properties(branding: Branding, scheme: Scheme) -> Mapping[str, str]:
    """The custom properties that depend on the application, in a scheme."""
    found = shades(branding, scheme)
    return {
        "--accent": found.fill,
        "--accent-hover": found.fill_hovered,
        "--on-accent": found.text_on_fill,
        "--accent-text": found.text,
        "--accent-line": found.line,
    }


def stylesheet(application: Application | None, color_scheme: str) -> str:
    """The inline style of a page: both schemes, or only the one that the session fixes."""
    branding = Branding() if application is None else application.branding
    radius = min(max(branding.radius if branding.radius is not None else _DEFAULT_RADIUS, 0), MOST_RADIUS)
    light, dark = _declarations(properties(branding, "light")), _declarations(properties(branding, "dark"))
    if color_scheme in PANELS:
        return f":root{{--radius:{radius}px;{light if color_scheme == 'light' else dark}}}"
    return f":root{{--radius:{radius}px;{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _declarations(values: Mapping[str, str]) -> str:
    return "".join(f"{name}:{value};" for name, value in values.items())
