"""Every URL of the API in one table, all of them behind a bearer token."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from wattlink.sandbox.api import accounts, clock, linking, vendors
from wattlink.sandbox.api.admission import admit
from wattlink.sandbox.api.errors import Problem
from wattlink.web.problems import PROBLEM_JSON

TOKEN = "bearerToken"  # noqa: S105 - the document's security scheme
_ACCOUNT = "/accounts/{vendor:str}/{username:str}"
_DEVICE = f"{_ACCOUNT}/devices/{{device_id:str}}"


class Route(NamedTuple):
    """An operation, its name in the document, and the problems that it may answer with."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    operation_id: str
    view: Callable[..., Any]
    status: int = 200
    problems: tuple[int, ...] = ()


ROUTES: Sequence[Route] = (
    Route("GET", "/accounts", "listAccounts", accounts.list_accounts),
    Route("POST", "/accounts", "createAccount", accounts.create_account, 201, (409,)),
    Route("GET", _ACCOUNT, "getAccount", accounts.get_account),
    Route("PATCH", _ACCOUNT, "changeAccount", accounts.change_account),
    Route("DELETE", _ACCOUNT, "deleteAccount", accounts.delete_account, 204),
    Route("POST", f"{_ACCOUNT}/devices", "addDevice", accounts.add_device, 201),
    Route("PATCH", _DEVICE, "changeDevice", accounts.change_device),
    Route("DELETE", _DEVICE, "deleteDevice", accounts.delete_device, 204),
    Route("POST", f"{_ACCOUNT}/link", "linkAccount", linking.link_account, 200, (403, 409, 410)),
    Route("GET", "/vendors", "listVendors", vendors.list_vendors),
    Route("PUT", "/vendors/{vendor:str}/faults", "setVendorFaults", vendors.set_vendor_faults),
    Route("GET", "/requests", "listRequests", vendors.list_requests),
    Route("GET", "/clock", "getClock", clock.get_clock, 200, (409,)),
    Route("POST", "/clock", "advanceClock", clock.advance_clock, 200, (409,)),
)

_PROBLEMS = {
    400: "Something about the request can't be used; `issues` names each field.",
    401: "No, a wrong or an ended token.",
    403: "The application may link no further accounts.",
    404: "There is no such thing, or it is out of the caller's reach; or no sandbox runs here.",
    409: "The application isn't a sandbox, or the user name is taken.",
    410: "The link session is over.",
}
_EVERYWHERE = (400, 401, 404)
_WHICH = QueryParameter(
    name="application",
    annotation=str | None,
    default=None,
    format="uuid",
    description="The application that an operator means, needed if there are several; applications mean themselves.",
)


def routes() -> Sequence[ControllerRouterHandler]:
    """The table behind the bearer token."""
    return [
        Router(
            "/",
            route_handlers=list(_handlers()),
            before_request=admit,
            parameters={"which_application": _WHICH},
            security=[{TOKEN: []}],
        )
    ]


def _handlers() -> Iterator[HTTPRouteHandler]:
    for route in ROUTES:
        yield HTTPRouteHandler(
            route.path,
            http_method=route.method,
            operation_id=route.operation_id,
            status_code=route.status,
            tags=["Sandbox"],
            responses={status: _problem(status) for status in sorted({*route.problems, *_EVERYWHERE})},
        )(route.view)


def _problem(status: int) -> ResponseSpec:
    return ResponseSpec(Problem, generate_examples=False, description=_PROBLEMS[status], media_type=PROBLEM_JSON)
