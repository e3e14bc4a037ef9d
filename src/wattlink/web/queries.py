"""Query keys: an API of our own names those that it doesn't know, as it does those of a body."""

from collections.abc import Mapping

from litestar import Litestar
from litestar.routes import HTTPRoute

from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call

QUERY_KEYS = "query_keys"
"""Where an app's state holds what `query_keys` found."""


def query_keys(app: Litestar) -> Mapping[object, tuple[str, ...]]:
    """The keys that each route handler of an app knows."""
    return {
        handler: tuple(sorted(key.field_alias for key in model.expected_query_params))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def check_query_keys(call: Call) -> None:
    """Raises InvalidBody for keys that the operation doesn't know."""
    if not call.scope["query_string"]:
        return
    known = call.app.state[QUERY_KEYS][call.route_handler]
    unknown = sorted(set(call.query_params) - set(known))
    if unknown:
        raise InvalidBody([Issue(key, "isn't known here", known) for key in unknown])
