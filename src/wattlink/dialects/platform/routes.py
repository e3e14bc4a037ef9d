"""Every URL of the dialect, in three tables: what operators administer, what applications have of their own, and what
a user may do with the user's own key as well.

Behind the last two `request.access` always reaches a single application: the caller's, or the one that an operator
named by `?application=`.
"""

from collections.abc import Sequence

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from wattlink.dialects.platform import accounts, vendors
from wattlink.dialects.platform.administration import (
    applications,
    brand_requests,
    identity_providers,
    keys,
    operator_tokens,
    organization,
    registrations,
)
from wattlink.dialects.platform.admission import admit_application, admit_operator, admit_user
from wattlink.dialects.platform.errors import Problem
from wattlink.dialects.platform.events import deliveries, feed, webhooks
from wattlink.dialects.platform.link_sessions import creating, ending, reading
from wattlink.dialects.platform.paging import asked
from wattlink.web.oauth import token_route
from wattlink.web.routing import WHICH_APPLICATION, Problems, Route, Table, handlers

OPERATOR, APPLICATION, USER = "operatorToken", "clientCredentials", "userKey"  # the document's security schemes

_WEBHOOK = "/webhooks/{webhook_id:str}"
_DELIVERY = "/deliveries/{delivery_id:str}"
_LINK_SESSION = "/link-sessions/{session_id:str}"
_OPERATOR_TOKEN = "/operator-tokens/{token_id:str}"  # noqa: S105
_APPLICATION = "/applications/{application_id:str}"
_KEY = _APPLICATION + "/keys/{client_id:str}"
_ACCESS_KEY = _APPLICATION + "/access-keys/{kind:str}"
_REGISTRATION = "/registrations/{vendor:str}"
_ACTIVATION = _APPLICATION + "/vendors/{vendor:str}/activation"
_IDENTITY_PROVIDERS = _APPLICATION + "/identity-providers"
_IDENTITY_PROVIDER = _IDENTITY_PROVIDERS + "/{name:str}"
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
        Route("DELETE", _ACCESS_KEY, "endAccessKey", keys.end_access_key, 204),
    ],
    "Identity providers": [
        Route("GET", _IDENTITY_PROVIDERS, "listIdentityProviders", identity_providers.list_identity_providers),
        Route("PUT", _IDENTITY_PROVIDER, "putIdentityProvider", identity_providers.put_identity_provider),
        Route("DELETE", _IDENTITY_PROVIDER, "deleteIdentityProvider", identity_providers.delete_identity_provider, 204),
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

OF_USERS: Table = {
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
}

_MEANINGS = {
    400: "Something about the request can't be used; `issues` names each field.",
    401: "No, a wrong or an ended token.",
    403: "The caller may not do this.",
    404: "There is no such thing, or it is out of the caller's reach.",
    409: "What is there already stands in the way; `detail` says what.",
    410: "It is over.",
    429: "Too many of these at once, or too many wrong tokens.",
}


def routes() -> Sequence[ControllerRouterHandler]:
    """The tables behind the bearer tokens, and the token endpoint."""
    given = {"asked": Provide(asked, sync_to_thread=False)}
    return [
        token_route(),
        Router(
            "/",
            route_handlers=handlers(ADMINISTRATION, Problems(Problem, _MEANINGS, always=(400, 401, 403, 429))),
            before_request=admit_operator,  # a guard would cost a copy of the route per request
            dependencies=given,
            security=[{OPERATOR: []}],
        ),
        Router(
            "/",
            route_handlers=handlers(OF_APPLICATIONS, Problems(Problem, _MEANINGS, always=(400, 401, 404, 429))),
            before_request=admit_application,
            dependencies=given,
            parameters={"which_application": WHICH_APPLICATION},
            security=[{OPERATOR: []}, {APPLICATION: []}],
        ),
        Router(
            "/",
            route_handlers=handlers(OF_USERS, Problems(Problem, _MEANINGS, always=(400, 401, 403, 404, 429))),
            before_request=admit_user,
            dependencies=given,
            parameters={"which_application": WHICH_APPLICATION},
            security=[{OPERATOR: []}, {APPLICATION: []}, {USER: []}],
        ),
    ]
