"""Every URL of the dialect, in two tables: what operators administer, and what applications have of their own.

Behind the second one `request.access` always reaches a single application: the caller's, or the one that an operator
named by `?application=`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from litestar import Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from wattlink.dialects.platform import accounts, vendors
from wattlink.dialects.platform.administration import (
    applications,
    brand_requests,
    keys,
    operator_tokens,
    organization,
    registrations,
)
from wattlink.dialects.platform.admission import admit_application, admit_operator
from wattlink.dialects.platform.errors import Problem
from wattlink.dialects.platform.events import deliveries, feed, webhooks
from wattlink.dialects.platform.link_sessions import creating, ending, reading
from wattlink.dialects.platform.paging import asked
from wattlink.web.oauth import token_route
from wattlink.web.problems import PROBLEM_JSON

OPERATOR, APPLICATION = "operatorToken", "clientCredentials"  # the document's security schemes


class Route(NamedTuple):
    """An operation behind a bearer token, its name in the document, and the problems that it may answer with."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    operation_id: str
    view: Callable[..., Any]
    status: int = 200
    problems: tuple[int, ...] = (400, 404)


_WEBHOOK = "/webhooks/{webhook_id:str}"
_DELIVERY = "/deliveries/{delivery_id:str}"
_LINK_SESSION = "/link-sessions/{session_id:str}"

Table = Mapping[str, Sequence[Route]]

_OPERATOR_TOKEN = "/operator-tokens/{token_id:str}"  # noqa: S105
_APPLICATION = "/applications/{application_id:str}"
_KEY = _APPLICATION + "/keys/{client_id:str}"
_REGISTRATION = "/registrations/{vendor:str}"
_ACTIVATION = _APPLICATION + "/vendors/{vendor:str}/activation"
_OWN_REGISTRATION = _APPLICATION + _REGISTRATION

ADMINISTRATION: Table = {
    "Organization": [
        Route("GET", "/organization", "getOrganization", organization.get_organization, 200, ()),
        Route("PATCH", "/organization", "renameOrganization", organization.rename_organization, 200, (400,)),
    ],
    "Operator tokens": [
        Route("GET", "/operator-tokens", "listOperatorTokens", operator_tokens.list_operator_tokens, 200, ()),
        Route("POST", "/operator-tokens", "createOperatorToken", operator_tokens.create_operator_token, 201, (400,)),
        Route("DELETE", _OPERATOR_TOKEN, "revokeOperatorToken", operator_tokens.revoke_operator_token, 204),
    ],
    "Applications": [
        Route("GET", "/applications", "listApplications", applications.list_applications, 200, (400,)),
        Route("POST", "/applications", "createApplication", applications.create_application, 201, (400,)),
        Route("GET", _APPLICATION, "getApplication", applications.get_application),
        Route("PATCH", _APPLICATION, "updateApplication", applications.update_application),
        Route("DELETE", _APPLICATION, "deleteApplication", applications.delete_application, 204, (400, 404, 409)),
    ],
    "Keys": [
        Route("GET", _APPLICATION + "/keys", "listKeys", keys.list_keys),
        Route("POST", _APPLICATION + "/keys", "createKey", keys.create_key, 201, (400, 404, 409)),
        Route("DELETE", _KEY, "revokeKey", keys.revoke_key, 204),
    ],
    "Vendors": [
        Route("GET", _APPLICATION + "/vendors", "listVendors", registrations.list_vendors),
        Route("PUT", _ACTIVATION, "activateVendor", registrations.activate_vendor, 204),
        Route("DELETE", _ACTIVATION, "deactivateVendor", registrations.deactivate_vendor, 204),
        Route("GET", "/brand-requests", "listBrandRequests", brand_requests.list_brand_requests, 200, ()),
        Route("GET", "/registrations", "listRegistrations", registrations.list_registrations, 200, ()),
        Route("PUT", _REGISTRATION, "putRegistration", registrations.put_registration),
        Route("DELETE", _REGISTRATION, "deleteRegistration", registrations.delete_registration, 204, (400, 404, 409)),
        Route("PUT", _OWN_REGISTRATION, "putOwnRegistration", registrations.put_own_registration),
        Route(
            "DELETE",
            _OWN_REGISTRATION,
            "deleteOwnRegistration",
            registrations.delete_own_registration,
            204,
            (400, 404, 409),
        ),
    ],
}

OF_APPLICATIONS: Table = {
    "Applications": [
        Route("GET", "/application", "getOwnApplication", applications.get_own_application, 200, ()),
    ],
    "Accounts": [
        Route("GET", "/accounts", "listAccounts", accounts.list_accounts, 200, (400,)),
        Route("GET", "/accounts/{account_id:str}", "getAccount", accounts.get_account, 200, (404,)),
    ],
    "Vendors": [
        Route("GET", "/vendors", "listVendorHealth", vendors.list_vendor_health, 200, ()),
        Route("GET", "/vendors/{vendor:str}", "getVendorHealth", vendors.get_vendor_health, 200, (404,)),
    ],
    "Link sessions": [
        Route("POST", "/link-sessions", "createLinkSession", creating.create_link_session, 201, (400, 403)),
        Route("GET", "/link-sessions", "listLinkSessions", reading.list_link_sessions, 200, (400,)),
        Route("GET", _LINK_SESSION, "getLinkSession", reading.get_link_session, 200, (404,)),
        Route(
            "POST",
            _LINK_SESSION + "/confirm",
            "confirmLinkSession",
            ending.confirm_link_session,
            200,
            (400, 403, 404, 409, 410),
        ),
        Route("POST", _LINK_SESSION + "/cancel", "cancelLinkSession", ending.cancel_link_session, 200, (404, 410)),
        Route(
            "POST",
            "/devices/{device_id:str}/link-sessions",
            "createRelinkSession",
            creating.create_relink_session,
            201,
            (400, 404, 409),
        ),
    ],
    "Events": [
        Route("GET", "/events", "readEvents", feed.read_events, 200, (400, 410)),
        Route("GET", "/events/end", "readEventsEnd", feed.read_end, 200, ()),
    ],
    "Webhooks": [
        Route("POST", "/webhooks", "createWebhook", webhooks.create_webhook, 201, (400, 409)),
        Route("GET", "/webhooks", "listWebhooks", webhooks.list_webhooks, 200, (400,)),
        Route("GET", _WEBHOOK, "getWebhook", webhooks.get_webhook),
        Route("PATCH", _WEBHOOK, "updateWebhook", webhooks.update_webhook, 200, (400, 404, 409)),
        Route("DELETE", _WEBHOOK, "deleteWebhook", webhooks.delete_webhook, 204),
        Route("POST", _WEBHOOK + "/test", "testWebhook", webhooks.test_webhook),
        Route("POST", _WEBHOOK + "/replay", "replayWebhook", webhooks.replay_webhook),
        Route("GET", _WEBHOOK + "/deliveries", "listDeliveries", deliveries.list_deliveries),
        Route("GET", _DELIVERY, "getDelivery", deliveries.get_delivery),
        Route("POST", _DELIVERY + "/resend", "resendDelivery", deliveries.resend_delivery, 200, (404, 410)),
    ],
}

_PROBLEMS = {
    400: "Something about the request can't be used; `issues` names each field.",
    401: "No, a wrong or an ended token.",
    403: "The caller may not do this.",
    404: "There is no such thing, or it is out of the caller's reach.",
    409: "What is there already stands in the way; `detail` says what.",
    410: "It is over.",
    429: "Too many of these at once.",
}
_WHICH = QueryParameter(
    name="application",
    annotation=str | None,
    default=None,
    format="uuid",
    description="The application that an operator means, needed if there are several; applications mean themselves.",
)


def routes() -> Sequence[ControllerRouterHandler]:
    """The tables behind the bearer tokens, and the token endpoint."""
    given = {"asked": Provide(asked, sync_to_thread=False)}
    return [
        token_route(),
        Router(
            "/",
            route_handlers=list(_handlers(ADMINISTRATION, more=(401, 403))),
            before_request=admit_operator,  # a guard would cost a copy of the route per request
            dependencies=given,
            security=[{OPERATOR: []}],
        ),
        Router(
            "/",
            route_handlers=list(_handlers(OF_APPLICATIONS, more=(400, 401, 404))),
            before_request=admit_application,
            dependencies=given,
            parameters={"which_application": _WHICH},
            security=[{OPERATOR: []}, {APPLICATION: []}],
        ),
    ]


def _handlers(table: Table, *, more: tuple[int, ...]) -> Iterator[HTTPRouteHandler]:
    yield from (_options(path) for path in dict.fromkeys(route.path for rows in table.values() for route in rows))
    for tag, rows in table.items():
        for route in rows:
            yield HTTPRouteHandler(
                route.path,
                http_method=route.method,
                operation_id=route.operation_id,
                status_code=route.status,
                tags=[tag],
                responses={status: _problem(status) for status in sorted({*route.problems, *more})},
            )(route.view)


def _options(path: str) -> HTTPRouteHandler:
    """What may be done at a path; Litestar's own answer knows only the method that was registered first."""
    rows = [row for table in (ADMINISTRATION, OF_APPLICATIONS) for rows in table.values() for row in rows]
    allow = ", ".join(sorted({"OPTIONS", *(row.method for row in rows if row.path == path)}))

    async def options() -> Response[None]:
        return Response(None, headers={"allow": allow})

    return HTTPRouteHandler(path, http_method="OPTIONS", status_code=204, include_in_schema=False)(options)


def _problem(status: int) -> ResponseSpec:
    return ResponseSpec(Problem, generate_examples=False, description=_PROBLEMS[status], media_type=PROBLEM_JSON)
