"""Every URL of the API in one table, all of them behind a bearer token."""

from collections.abc import Sequence

from litestar import Router
from litestar.types import ControllerRouterHandler

from wattlink.sandbox.api import accounts, clock, linking, vendors
from wattlink.sandbox.api.admission import admit
from wattlink.sandbox.api.errors import Problem
from wattlink.web.routing import WHICH_APPLICATION, Problems, Route, handlers

TOKEN = "bearerToken"  # noqa: S105 - the document's security scheme
_ACCOUNT = "/accounts/{vendor:str}/{username:str}"
_DEVICE = f"{_ACCOUNT}/devices/{{device_id:str}}"


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

_PROBLEMS = Problems(
    Problem,
    {
        400: "Something about the request can't be used; `issues` names each field.",
        401: "No, a wrong or an ended token.",
        403: "The application may link no further accounts.",
        404: "There is no such thing, or it is out of the caller's reach; or no sandbox runs here.",
        409: "The application isn't a sandbox, or the user name is taken.",
        410: "The link session is over.",
    },
    always=(400, 401, 404),
)


def routes() -> Sequence[ControllerRouterHandler]:
    """The table behind the bearer token."""
    return [
        Router(
            "/",
            route_handlers=handlers({"Sandbox": ROUTES}, _PROBLEMS),
            before_request=admit,
            parameters={"which_application": WHICH_APPLICATION},
            security=[{TOKEN: []}],
        )
    ]
