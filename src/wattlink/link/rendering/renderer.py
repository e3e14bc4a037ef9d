"""Turns a page's values into HTML: templates per language, static files under names that change with content."""

import hashlib
import secrets
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType

from wattlink.base.languages import language_of, translations
from wattlink.domain.organizations.looks.branding import usable_logo
from wattlink.domain.organizations.model import Application
from wattlink.link.brands import monogram
from wattlink.link.headers import policy
from wattlink.link.rendering.theme import stylesheet
from wattlink.link.texts.languages import PACKAGE, Language, spoken

_STATIC = {
    "link.css": "text/css; charset=utf-8",
    "public.css": "text/css; charset=utf-8",
    "link.js": "text/javascript; charset=utf-8",
}
_WEB = ("https://", "http://")


class StaticFile(msgspec.Struct, frozen=True):
    """A static file."""

    content: bytes
    media_type: str


class AppShown(msgspec.Struct, frozen=True, kw_only=True):
    """The application as the pages show it."""

    name: str
    logo: str | None
    logo_dark: str | None  # where it isn't the same and the scheme is the browser's choice
    privacy_url: str | None
    support_url: str | None
    is_framable: bool  # what must not be framed leaves the frame then


class Renderer:
    """Holds the templates per language and the static files."""

    def __init__(self) -> None:
        self.static: dict[str, StaticFile] = {}
        self._addresses: dict[str, str] = {}
        for name, media_type in _STATIC.items():
            content = files("wattlink.link").joinpath("static", name).read_bytes()
            versioned = f"{hashlib.sha256(content).hexdigest()[:12]}-{name}"
            self.static[versioned] = StaticFile(content, media_type)
            self._addresses[name] = f"/link/static/{versioned}"
        self._environments = {language: _environment(language) for language in spoken()}

    def page(
        self,
        template: str,
        language: Language,
        values: Mapping[str, Any],
        *,
        application: Application | None = None,
        color_scheme: str = "system",
        status: int = 200,
    ) -> Response[str]:
        """A page in a language, in the application's looks."""
        nonce, origins = secrets.token_urlsafe(16), () if application is None else application.frame_origins
        html = self.html(
            template, language, {"nonce": nonce, **values}, application=application, color_scheme=color_scheme
        )
        return Response(
            html,
            status_code=status,
            media_type=MediaType.HTML,
            headers={"content-security-policy": policy(nonce, origins), "content-language": language.tag},
        )

    def html(
        self,
        template: str,
        language: Language,
        values: Mapping[str, Any],
        *,
        application: Application | None = None,
        color_scheme: str = "system",
    ) -> str:
        """The HTML of a page; its `nonce` is among the values."""
        environment = self._environments[language_of(language.tag)]
        return environment.get_template(template).render(
            {
                "language": language,
                "static": self._addresses,
                "style": stylesheet(application, color_scheme),
                "color_scheme": color_scheme,
                "app": None if application is None else _shown(application, color_scheme),
                **values,
            }
        )


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("wattlink.link"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["monogram"] = monogram
    texts = translations(PACKAGE, language)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _shown(application: Application, color_scheme: str) -> AppShown:
    branding = application.branding
    light = usable_logo(branding.logo)
    dark = usable_logo(branding.logo_dark) or light
    return AppShown(
        name=application.display_name,
        logo=dark if color_scheme == "dark" else light or dark,
        logo_dark=dark if color_scheme not in ("light", "dark") and dark != light else None,
        privacy_url=branding.privacy_url if branding.privacy_url and branding.privacy_url.startswith(_WEB) else None,
        support_url=branding.support_url if branding.support_url and branding.support_url.startswith(_WEB) else None,
        is_framable=bool(application.frame_origins),
    )
