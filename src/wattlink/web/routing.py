"""An API's URLs as a table, the handlers that are made of it, and the query keys that these know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call
from wattlink.web.problems import PROBLEM_JSON

QUERY_KEYS = "query_keys"
"""Where an app's state holds what `query_keys` found."""

WHICH_APPLICATION = QueryParameter(
    name="application",
    annotation=str | None,
    default=None,
    format="uuid",
    description="The application that an operator means, needed if there are several; applications mean themselves.",
)


class Route(NamedTuple):
    """An operation, its name in the document, and the problems that it may answer with."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    operation_id: str
    view: Callable[..., Any]
    status: int = 200
    problems: tuple[int, ...] = (400, 404)
    over: Any = None  # what a 409 shows: the thing that can't be changed any more


Table = Mapping[str, Sequence[Route]]  # by tag


class Problems(NamedTuple):
    """How the document tells them: their type, what each status means, and which every operation may answer with."""

    type: Any
    meanings: Mapping[int, str]
    always: tuple[int, ...] = (401,)
    media_type: str = PROBLEM_JSON
    special: Mapping[int, Any] = MappingProxyType({})  # another type than the others'


def handlers(table: Table, problems: Problems) -> list[HTTPRouteHandler]:
    """A handler per route, and per path one that says what may be done there."""
    return [*_options(table), *_operations(table, problems)]


def _operations(table: Table, problems: Problems) -> Iterator[HTTPRouteHandler]:
    for tag, rows in table.items():
        for route in rows:
            yield HTTPRouteHandler(
                route.path,
                http_method=route.method,
                operation_id=route.operation_id,
                status_code=route.status,
                tags=[tag],
                responses=_refusals(route, problems),
                security=None if 401 in (*route.problems, *problems.always) else [{}],  # nobody refused, no token
            )(route.view)


def _refusals(route: Route, problems: Problems) -> dict[int, ResponseSpec]:
    told = {
        status: ResponseSpec(
            problems.special.get(status, problems.type),
            generate_examples=False,
            description=problems.meanings[status],
            media_type=problems.media_type,
        )
        for status in sorted({*route.problems, *problems.always})
    }
    if route.over is not None:
        told[409] = ResponseSpec(route.over, generate_examples=False, description="It is over already.")
    return told


def _options(table: Table) -> Iterator[HTTPRouteHandler]:
    """Litestar's own answer knows only the method that was registered first."""
    methods: dict[str, set[str]] = {}
    for rows in table.values():
        for route in rows:
            methods.setdefault(route.path, {"OPTIONS"}).add(route.method)
    for path, found in methods.items():
        yield _allowing(path, ", ".join(sorted(found)))


def _allowing(path: str, allow: str) -> HTTPRouteHandler:
    async def options() -> Response[None]:
        return Response(None, headers={"allow": allow})

    return HTTPRouteHandler(path, http_method="OPTIONS", status_code=204, include_in_schema=False)(options)


def query_keys(app: Litestar) -> Mapping[object, tuple[str, ...]]:
    """The keys that each route handler of an app knows."""
    return {
        handler: tuple(sorted(key.field_alias for key in model.expected_query_params))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def check_query_keys(call: Call) -> None:
    """Raises InvalidBody for keys that the operation doesn't know: named as those of a body are."""
    if not call.scope["query_string"]:
        return
    known = call.app.state[QUERY_KEYS][call.route_handler]
    unknown = sorted(set(call.query_params) - set(known))
    if unknown:
        raise InvalidBody([Issue(key, "isn't known here", known) for key in unknown])
