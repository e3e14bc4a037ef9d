"""A person with a plain browser and no scripts: follows redirects within our pages, keeps cookies, fills in forms."""

from collections.abc import Mapping
from html.parser import HTMLParser
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL


class Link(NamedTuple):
    """A link with what stands on it."""

    text: str
    address: str


class Form(NamedTuple):
    """A form: where it goes, its hidden fields, and its buttons by what stands on them."""

    method: str
    action: str
    fields: dict[str, str]
    buttons: dict[str, tuple[str, str]]


class Page(HTMLParser):
    """An answer as a person sees it. `text` has the visible words, `address` is where it was found."""

    def __init__(self, status: int, address: str, headers: Mapping[str, str], html: str) -> None:
        super().__init__()
        self.status, self.address, self.headers, self.html = status, address, headers, html
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.refresh: str | None = None
        self.title = self.heading = ""
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(html)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("a", "button", "title", "h1", "style", "script"):
            self._open.append((tag, given, len(self._words)))
        elif tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", ""), {}, {}))
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "meta" and given.get("http-equiv") == "refresh":
            self.refresh = given["content"]

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, given, begun = self._open.pop()
        words = " ".join(" ".join(self._words[begun:]).split())
        if tag == "a":
            self.links.append(Link(words, given.get("href", "")))
        elif tag == "button" and self.forms:
            self.forms[-1].buttons[words] = (given.get("name", ""), given.get("value", ""))
        elif tag == "title":
            self.title = words
        elif tag == "h1":
            self.heading = words
        if tag in ("style", "script", "title"):
            del self._words[begun:]

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def link(self, text: str) -> str:
        """The address of the link that begins with this text."""
        return next(link.address for link in self.links if link.text.startswith(text))

    def form(self, button: str) -> Form:
        """The form with a button that begins with this text."""
        return next(form for form in self.forms if any(name.startswith(button) for name in form.buttons))


class Person:
    """Use as an async context manager; `page` is what stands on the screen."""

    def __init__(self, *, language: str = "en", **headers: str) -> None:
        self._headers = {"accept-language": language, "accept": "text/html", **headers}
        self.page: Page

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=self._headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.http.close()

    async def go(self, address: str) -> Page:
        """Open an address."""
        return await self._request("GET", URL(address, encoded=True), {})

    async def press(self, button: str, **typed: str) -> Page:
        """Fill in the form with this button and press it."""
        form = self.page.form(button)
        name, value = next(pressed for words, pressed in form.buttons.items() if words.startswith(button))
        fields = {**form.fields, **typed, **({name: value} if name else {})}
        target = URL(self.page.address).join(URL(form.action)) if form.action else URL(self.page.address)
        return await self._request(form.method.upper(), target, fields)

    async def follow(self, link: str) -> Page:
        """Click a link of our own."""
        return await self.go(str(URL(self.page.address).join(URL(self.page.link(link), encoded=True))))

    async def reload(self) -> Page:
        """Load the page again."""
        return await self.go(self.page.address)

    async def _request(self, method: str, url: URL, fields: Mapping[str, str]) -> Page:
        home = urlsplit(str(url)).netloc
        for _ in range(10):
            data, query = (fields, None) if method == "POST" else (None, fields or None)
            async with self.http.request(method, url, data=data, params=query, allow_redirects=False) as answer:
                html = await answer.text()
                location = answer.headers.get("location", "")
                target = url.join(URL(location, encoded=True)) if location else None
                if target is None or urlsplit(str(target)).netloc != home:
                    self.page = Page(answer.status, str(target or answer.url), answer.headers, html)
                    return self.page
                method, url, fields = "GET", target, {}
        raise AssertionError("redirects without an end")
