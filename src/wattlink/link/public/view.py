"""Who looks at a public page: in which language it speaks, where it stands, and how it is answered and kept."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from babel import Locale
from litestar import Response
from litestar.enums import MediaType

from wattlink.base.languages import language_of
from wattlink.link.browser import AnyRequest
from wattlink.link.rendering.renderer import Renderer
from wattlink.link.rendering.theme import stylesheet
from wattlink.link.texts.languages import Language, choose, spoken

_STYLE = base64.b64encode(hashlib.sha256(stylesheet(None, "system").encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'self' 'sha256-{_STYLE}'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Hashes, no nonce: these pages are kept by browsers and proxies, and a nonce that is seen twice is none."""


class Translation(msgspec.Struct, frozen=True):
    """The same page in another language."""

    tag: str
    name: str
    direction: str
    address: str


@dataclass(frozen=True, kw_only=True)
class View:
    """A public page as somebody sees it."""

    renderer: Renderer
    public_url: str
    path: str
    language: Language
    is_chosen: bool  # by `?lang=`, which links then keep
    known: str  # the ETags that the browser has

    def to(self, path: str) -> str:
        """A link to another of these pages."""
        return f"{path}?lang={language_of(self.language.tag)}" if self.is_chosen else path

    def page(self, template: str, *, keep_for: int, **values: Any) -> Response[str]:
        """A page that may be kept for so many seconds, or the news that the browser's is the same."""
        html = self._html(template, {"is_listed": True, **values})
        tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:24]}"'
        headers = {
            **self._headers(),
            "etag": tag,
            "cache-control": f"public, max-age={keep_for}",
            "x-robots-tag": "all",
        }
        if tag in self.known or self.known.strip() == "*":
            return Response("", status_code=304, headers=headers, media_type=MediaType.HTML)
        return Response(html, headers=headers, media_type=MediaType.HTML)

    def trouble(self, template: str, *, status: int, **values: Any) -> Response[str]:
        """A page that nobody keeps or lists."""
        html = self._html(template, {"is_listed": False, **values})
        return Response(html, status_code=status, headers=self._headers(), media_type=MediaType.HTML)

    def _html(self, template: str, values: dict[str, Any]) -> str:
        own = f"{self.public_url}{self.path}"
        values = {
            "nonce": None,
            "steps": None,
            "scripted": False,
            "to": self.to,
            "address": own,
            "canonical": f"{own}?lang={language_of(self.language.tag)}",
            "translations": translations_of(own),
            "shown_in": language_of(self.language.tag),
            **values,
        }
        return self.renderer.html(template, self.language, values)

    def _headers(self) -> dict[str, str]:
        return {
            "content-security-policy": _POLICY,
            "content-language": self.language.tag,
            "vary": "Accept-Language",
        }


def view_of(renderer: Renderer, public_url: str, request: AnyRequest) -> View:
    """The page that a request asks for; a language that we don't speak is as good as none."""
    wanted = language_of(request.query_params.get("lang", ""))
    is_chosen = wanted in spoken()
    return View(
        renderer=renderer,
        public_url=public_url.rstrip("/"),
        path=f"{request.scope.get('root_path', '')}{request.scope['path']}".rstrip("/"),
        language=choose(wanted if is_chosen else "browser", request.headers.get("accept-language", "")),
        is_chosen=is_chosen,
        known=request.headers.get("if-none-match", ""),
    )


def translations_of(address: str) -> Sequence[Translation]:
    """A page in every language, by the languages' own names."""
    locales = {tag: Locale.parse(tag) for tag in spoken()}
    found = [
        Translation(tag, locale.get_display_name() or tag, locale.text_direction, f"{address}?lang={tag}")
        for tag, locale in locales.items()
    ]
    return sorted(found, key=lambda each: each.name.casefold())
