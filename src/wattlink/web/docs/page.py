"""The page itself: rendered once per process, complete without JavaScript, nothing loaded from anywhere."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup, escape

from wattlink.web.call import Call
from wattlink.web.docs.contents import contents_of
from wattlink.web.openapi import ExactDocument

PATH = "/docs"


def docs_route(described: ExactDocument, *, base: str = "") -> HTTPRouteHandler:
    """`/docs`, also below `base`: the API of this app, as its OpenAPI document describes it."""
    kept: dict[str, Response[str]] = {}

    async def docs(request: Call) -> Response[str]:
        if PATH not in kept:
            kept[PATH] = page_of(described.exact(request.app.openapi_schema.to_schema()))
        return kept[PATH]

    paths = [PATH, base + PATH] if base else PATH
    return HTTPRouteHandler(paths, http_method="GET", include_in_schema=False, media_type=MediaType.HTML)(docs)


def page_of(document: Mapping[str, Any]) -> Response[str]:
    """The page of a document; its style is the only thing that the browser may use."""
    style = files("wattlink.web.docs").joinpath("templates", "docs.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("wattlink.web.docs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "phrase": _phrase}
    html = environment.get_template("docs.html").render(contents=contents_of(document), style=Markup(style))  # noqa: S704
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Response(
        html,
        media_type=MediaType.HTML,
        headers={
            "content-security-policy": f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        },
    )


def _prose(text: str) -> Markup:
    """A docstring, in which an empty line ends a paragraph."""
    paragraphs = (paragraph for paragraph in text.split("\n\n") if paragraph.strip())
    return Markup("").join(Markup("<p>{}</p>").format(_phrase(paragraph)) for paragraph in paragraphs)


def _phrase(text: str) -> Markup:
    """Words, in which backticks stand around code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(text.split("`"))
    )
