"""What a person does on a vendor's own sign-in pages, without a browser: type, consent, follow where it leads."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from wattlink.base.outbound import Outbound

_PAGES_AT_MOST = 10
_NAMES_OF_USERS = ("username", "email", "identity", "user")
_WORDS_OF_NO = ("cancel", "deny", "decline", "reject")


class _Form(HTMLParser):
    """The first form of a page: where it goes, and the fields as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.boxes: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "text")
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        elif tag == "button" or (tag == "input" and kind == "submit"):
            self.buttons.append((name, value))
        elif tag == "input" and kind == "checkbox":
            self.boxes.append((name, value or "on"))
        elif tag == "input" and name:
            self.fields[name] = value

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class NotLetIn(Exception):
    """The pages didn't lead back: a wrong password, a lock, an outage. The text is what the last page said."""


async def sign_in(
    outbound: Outbound,
    address: str,
    *,
    username: str,
    password: str,
    consent: bool = True,
    without: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Walk from a sign-in address to its redirect URI; gives the query that comes back there.

    `consent=False` presses the button that says no; `without` are the values of boxes to leave unticked.
    """
    home = dict(parse_qsl(urlsplit(address).query))["redirect_uri"]
    method, url, body = "GET", address, None
    typed = False
    for _ in range(_PAGES_AT_MOST):
        headers = {"content-type": "application/x-www-form-urlencoded"} if body else None
        answer = await outbound.send(method, url, headers=headers, body=body)
        if answer.status in (301, 302, 303, 307):
            method, url, body = "GET", urljoin(url, answer.headers.get("location", "")), None
            if _is_home(url, home):
                return dict(parse_qsl(urlsplit(url).query))
            continue
        form = _Form()
        form.feed(answer.body.decode("utf-8", "replace"))
        asks_password = "password" in form.fields
        if answer.status != 200 or form.action is None or (typed and asks_password):
            raise NotLetIn(f"{answer.status}: {' '.join(' '.join(form.text).split())[:200]}")
        typed = typed or asks_password
        method, url = "POST", urljoin(url, form.action)
        body = _filled(form, username, password, consent=consent, without=without).encode()
    raise NotLetIn("the pages lead round in circles")


def _is_home(url: str, home: str) -> bool:
    return url == home or url.startswith((f"{home}?", f"{home}#"))


def _filled(form: _Form, username: str, password: str, *, consent: bool, without: frozenset[str]) -> str:
    fields = [
        (name, username if name in _NAMES_OF_USERS else password if name == "password" else value)
        for name, value in form.fields.items()
    ]
    fields += [(name, value) for name, value in form.boxes if value not in without]
    refusing = [button for button in form.buttons if any(word in " ".join(button).lower() for word in _WORDS_OF_NO)]
    agreeing = [button for button in form.buttons if button not in refusing]
    pressed = (agreeing if consent or not refusing else refusing)[:1]
    return urlencode([*fields, *((name, value) for name, value in pressed if name)])
