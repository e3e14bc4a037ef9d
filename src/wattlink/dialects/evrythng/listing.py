"""What a list is asked for, and how its answer tells where it goes on.

Unknown and empty query keys are ignored: clients send them with everything.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import msgspec
from litestar import Response

from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.web.app import PREFIX
from wattlink.web.call import Call

_PER_PAGE, _MOST_PER_PAGE, _MOST_PAGES = 30, 100, 1_000_000
_MOST_IDS = 500
_MOST_CONDITIONS, _MOST_DOTS = 50, 500  # of which PostgreSQL makes one expression
_CONDITION = re.compile(r"(?P<name>(?:[^=<>!~\\]|\\.)+)(?P<operator>[=<>])(?P<value>.*)", re.DOTALL)
_BETWEEN = re.compile(r"((?:[^&\\]|\\.)*)(?:&|$)", re.DOTALL)


class Condition(NamedTuple):
    """A field must be equal to, above or below a value."""

    name: str
    operator: str
    value: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the query of a list says; `page` counts from 1."""

    page: int = 1
    per_page: int = _PER_PAGE
    is_ascending: bool = False
    token: str | None = None
    conditions: tuple[Condition, ...] = ()
    ids: tuple[UUID, ...] | None = None
    project_id: UUID | None = None
    application_id: UUID | None = None
    with_scopes: bool = False

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.per_page


def asked(request: Call) -> Asked:
    """The query; raises InvalidInput for a value that can't be used."""
    query = {name: value for name, value in request.query_params.items() if value}
    return Asked(
        page=_number(query, "page", 1, _MOST_PAGES),
        per_page=_number(query, "perPage", _PER_PAGE, _MOST_PER_PAGE),
        is_ascending=_is_ascending(query.get("sortOrder", "DESCENDING")),
        token=query.get("nextPageToken"),
        conditions=tuple(conditions_of(query["filter"])) if "filter" in query else (),
        ids=_ids(query["ids"]) if "ids" in query else None,
        project_id=uuid_of("project", query["project"]) if "project" in query else None,
        application_id=uuid_of("application", query["app"]) if "app" in query else None,
        with_scopes=query.get("withScopes", "").lower() == "true",
    )


def conditions_of(text: str) -> list[Condition]:
    """`name=Test&tags=a` as conditions that must all hold; a backslash makes any letter an ordinary one."""
    found, parts = [], [part for part in _BETWEEN.findall(text) if part]
    if len(parts) > _MOST_CONDITIONS or text.count(".") > _MOST_DOTS:
        raise InvalidInput("filter", f"must be {_MOST_CONDITIONS} conditions and {_MOST_DOTS} dots at most")
    for part in parts:
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise InvalidInput("filter", "is name=value, name>value or name<value, several joined by &")
        found.append(Condition(_plain(condition["name"]), condition["operator"], _plain(condition["value"])))
    return found


def numbered(request: Call, found: Asked, rows: Sequence[Any], total: int) -> Response[Any]:
    """A page of a list whose pages are numbered."""
    headers = {"x-result-count": str(total)}
    if found.offset + len(rows) < total:
        headers["link"] = link_to_next(request, page=str(found.page + 1))
    return Response(list(rows), headers=headers)


def link_to_next(request: Call, **query: str) -> str:
    """The header that leads on: its address is percent-encoded as a whole, as clients expect it."""
    rest = {name: value for name, value in request.query_params.items() if name not in {*query, "access_token"}}
    path = f"{request.scope.get(PREFIX, '')}{request.scope['path']}"
    address = f"{_origin(request)}{path}?{urlencode({**rest, **query})}"
    return f'<{quote(address, safe="")}>; rel="next"'


def _origin(request: Call) -> str:
    """As the caller reached us, since a client follows this address as it is; TLS may end at a proxy of ours."""
    host, settings = request.url.netloc, request.hub.settings
    public = urlsplit(settings.public_url)
    scheme = public.scheme if host in (public.netloc, *settings.dialect_hosts) else request.url.scheme
    return f"{scheme}://{host}"


def _number(query: dict[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise InvalidInput(name, f"must be a whole number from 1 to {most}")
    return int(text)


def _is_ascending(order: str) -> bool:
    if order.upper() not in ("ASCENDING", "DESCENDING"):
        raise InvalidInput("sortOrder", "isn't an order", allowed=("ASCENDING", "DESCENDING"))
    return order.upper() == "ASCENDING"


def _ids(text: str) -> tuple[UUID, ...]:
    """What can't be an id is nobody's."""
    found = []
    for part in text.split(",")[:_MOST_IDS]:
        try:
            found.append(uuid_of("resource", part.strip()))
        except NotFound:
            continue
    return tuple(found)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
