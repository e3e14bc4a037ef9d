"""Every URL of the dialect in one table, with the kinds of keys that each takes.

O is an operator's, A an application's public, T its trusted one, U a user's, D a device's. A user's key also needs its
role's permission where `by_role` says so, and one that is only lent can't do what is `own_only`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from litestar import Router
from litestar.types import ControllerRouterHandler

from wattlink.dialects.evrythng.administration import (
    access,
    accounts,
    applications,
    operators,
    permissions,
    projects,
    roles,
)
from wattlink.dialects.evrythng.admission import Need, admit, need
from wattlink.dialects.evrythng.errors import Problem
from wattlink.dialects.evrythng.records import action_types, actions, device_keys, products, thngs
from wattlink.dialects.evrythng.sharing import accesses
from wattlink.dialects.evrythng.signing_in import facebook, openid
from wattlink.dialects.evrythng.users import logging_in, people, signing_up
from wattlink.web.problems import JSON
from wattlink.web.routing import Problems, Route, Table, handlers

SECURITY = "apiKey"

_PROJECT = "/projects/{project_id:str}"
_APPLICATION = _PROJECT + "/applications/{application_id:str}"
_OPERATOR = "/operators/{operator_id:str}"
_ACCOUNT = "/accounts/{account_id:str}"
_ROLE = "/roles/{role_id:str}"
_THNG, _PRODUCT = "/thngs/{thng_id:str}", "/products/{product_id:str}"
_DEVICE_KEY = "/auth/evrythng/thngs"
_ACTION_TYPE = "/actions/{action_type:str}"
_ACTION = _ACTION_TYPE + "/{action_id:str}"
_USER = "/users/{user_id:str}"
_ACCESS = "/accesses/{access_id:str}"
_DELETED = (400, 404, 409)
_SIGNED_UP = (400, 404, 409, 429)
_OIDC = "/auth/oidc/{provider:str}"
_VOUCHED = (400, 409, 429, 503)


class Row(NamedTuple):
    """A route and what it asks of its caller."""

    route: Route
    need: Need


ROWS: Mapping[str, Sequence[Row]] = {
    "Keys": [
        Row(Route("GET", "/access", "getAccess", access.get_access, 200, ()), need("OATUD")),
        Row(Route("GET", "/rateLimits", "getRateLimits", access.get_rate_limits, 200, ()), need("OATUD")),
    ],
    "Operators": [
        Row(Route("GET", _OPERATOR, "getOperator", operators.get_operator), need("O")),
        Row(Route("PUT", _OPERATOR, "updateOperator", operators.update_operator), need("O")),
        Row(Route("GET", "/accounts", "listAccounts", accounts.list_accounts, 200, ()), need("O")),
        Row(Route("GET", _ACCOUNT, "getAccount", accounts.get_account), need("O")),
        Row(Route("GET", _ACCOUNT + "/accesses", "listAccountAccesses", accounts.list_account_accesses), need("O")),
        Row(
            Route("GET", _ACCOUNT + "/accesses/{access_id:str}", "getAccountAccess", accounts.get_account_access),
            need("O"),
        ),
        Row(
            Route("PUT", _ACCOUNT + "/accesses/{access_id:str}", "updateAccountAccess", accounts.update_account_access),
            need("O"),
        ),
    ],
    "Projects": [
        Row(Route("POST", "/projects", "createProject", projects.create_project, 201, (400,)), need("O")),
        Row(Route("GET", "/projects", "listProjects", projects.list_projects, 200, (400,)), need("O")),
        Row(Route("GET", _PROJECT, "getProject", projects.get_project), need("O")),
        Row(Route("PUT", _PROJECT, "updateProject", projects.update_project), need("O")),
        Row(Route("DELETE", _PROJECT, "deleteProject", projects.delete_project, 200, _DELETED), need("O")),
    ],
    "Applications": [
        Row(Route("GET", "/applications/me", "getOwnApplication", applications.get_own_application), need("AT")),
        Row(Route("PUT", "/applications/me", "updateOwnApplication", applications.update_own_application), need("T")),
        Row(
            Route("POST", _PROJECT + "/applications", "createApplication", applications.create_application, 201),
            need("O"),
        ),
        Row(Route("GET", _PROJECT + "/applications", "listApplications", applications.list_applications), need("O")),
        Row(Route("GET", _APPLICATION, "getApplication", applications.get_application), need("O")),
        Row(Route("PUT", _APPLICATION, "updateApplication", applications.update_application), need("O")),
        Row(
            Route("DELETE", _APPLICATION, "deleteApplication", applications.delete_application, 200, _DELETED),
            need("O"),
        ),
        Row(Route("GET", _APPLICATION + "/secretKey", "getSecretKey", applications.get_secret_key), need("O")),
        Row(Route("GET", "/applications", "listAllApplications", applications.list_all_applications), need("O")),
        Row(
            Route("GET", "/applications/{application_id:str}", "getAnyApplication", applications.get_any_application),
            need("O"),
        ),
    ],
    "Users": [
        Row(Route("POST", "/auth/evrythng/users", "createUser", signing_up.create_user, 201, _SIGNED_UP), need("OAT")),
        Row(
            Route(
                "POST",
                "/auth/evrythng/users/{user_id:str}/validate",
                "validateUser",
                signing_up.validate_user,
                201,
                _SIGNED_UP,
            ),
            need("AT"),
        ),
        Row(
            Route("POST", _USER + "/validate", "validateUserToo", signing_up.validate_user, 201, _SIGNED_UP),
            need("AT"),
        ),
        Row(Route("POST", "/auth/evrythng", "logInUser", logging_in.log_in_user, 201, (400, 404, 429)), need("AT")),
        Row(
            Route("POST", "/users/login", "logInWithAccess", logging_in.log_in_with_access, 200, (400, 404, 429)),
            need("AT"),
        ),
        Row(
            Route("POST", "/auth/all/logout", "logOutUser", logging_in.log_out_user, 201, ()),
            need("U", own_only=True),
        ),
        Row(Route("GET", "/users", "listUsers", people.list_users), need("TO")),
        Row(Route("GET", _USER, "getUser", people.get_user), need("OUT", by_role=True)),
        Row(
            Route("PUT", _USER, "updateUser", people.update_user, 200, _SIGNED_UP),
            need("OU", by_role=True, own_only=True),
        ),
        Row(Route("DELETE", _USER, "deleteUser", people.remove_user), need("O")),
        Row(Route("GET", _USER + "/status", "getUserStatus", people.get_user_status), need("OUT", by_role=True)),
    ],
    "Signing in elsewhere": [
        Row(Route("POST", "/auth/facebook", "logInByFacebook", facebook.log_in_by_facebook, 201, _VOUCHED), need("AT")),
        Row(
            Route("POST", "/auth/evrythng/facebook", "logInByFacebookToo", facebook.log_in_by_facebook, 201, _VOUCHED),
            need("AT"),
        ),
        Row(Route("POST", _OIDC, "beginSignIn", openid.begin_sign_in, 201), need("AT")),
        Row(Route("POST", _OIDC + "/exchange", "exchangeCode", openid.exchange_code, 201, (400, 404, 409)), need("AT")),
        Row(
            Route(
                "POST", _OIDC + "/token", "logInByIdToken", openid.log_in_by_id_token, 201, (400, 404, 409, 429, 503)
            ),
            need("AT"),
        ),
    ],
    "Roles": [
        Row(Route("GET", "/roles", "listRoles", roles.list_roles, 200, (400,)), need("OU", by_role=True)),
        Row(Route("POST", "/roles", "createRole", roles.create_role, 201, (400, 409)), need("O")),
        Row(Route("GET", _ROLE, "getRole", roles.get_role), need("O")),
        Row(Route("PUT", _ROLE, "updateRole", roles.update_role, 200, _DELETED), need("O")),
        Row(Route("DELETE", _ROLE, "deleteRole", roles.delete_role, 200, _DELETED), need("O")),
        Row(Route("GET", _ROLE + "/permissions", "listPermissions", permissions.list_permissions), need("O")),
        Row(Route("PUT", _ROLE + "/permissions", "updatePermissions", permissions.update_permissions), need("O")),
        Row(Route("GET", _ROLE + "/permissions/{name:str}", "getPermission", permissions.get_permission), need("O")),
        Row(
            Route("PUT", _ROLE + "/permissions/{name:str}", "updatePermission", permissions.update_permission),
            need("O"),
        ),
    ],
    "Thngs": [
        Row(Route("POST", "/thngs", "createThng", thngs.create_thng, 201), need("OTU", by_role=True)),
        Row(Route("GET", "/thngs", "listThngs", thngs.list_thngs, 200, (400,)), need("OTU", by_role=True)),
        Row(Route("GET", _THNG, "getThng", thngs.get_thng), need("OTUD", by_role=True)),
        Row(Route("PUT", _THNG, "updateThng", thngs.update_thng), need("OTUD", by_role=True)),
        Row(Route("DELETE", _THNG, "deleteThng", thngs.delete_thng), need("OT")),
        Row(
            Route("POST", _DEVICE_KEY, "createDeviceKey", device_keys.create_device_key, 201),
            need("OTU", by_role=True, own_only=True),
        ),
        Row(
            Route("GET", _DEVICE_KEY + "/{thng_id:str}", "getDeviceKey", device_keys.get_device_key),
            need("OTU", by_role=True, own_only=True),
        ),
        Row(
            Route("DELETE", _DEVICE_KEY + "/{thng_id:str}", "deleteDeviceKey", device_keys.delete_device_key),
            need("OTU", by_role=True, own_only=True),
        ),
    ],
    "Products": [
        Row(Route("POST", "/products", "createProduct", products.create_product, 201), need("OTU", by_role=True)),
        Row(Route("GET", "/products", "listProducts", products.list_products, 200, (400,)), need("OATU", by_role=True)),
        Row(Route("GET", _PRODUCT, "getProduct", products.get_product), need("OATU", by_role=True)),
        Row(Route("PUT", _PRODUCT, "updateProduct", products.update_product), need("OTU", by_role=True)),
        Row(Route("DELETE", _PRODUCT, "deleteProduct", products.delete_product), need("OT")),
    ],
    "Actions": [
        Row(
            Route("POST", "/actions", "createActionType", action_types.create_action_type, 201, (400, 404, 409)),
            need("OT"),
        ),
        Row(
            Route("GET", "/actions", "listActionTypes", action_types.list_action_types, 200, (400,)),
            need("OATU", by_role=True),
        ),
        Row(
            Route("PUT", _ACTION_TYPE, "updateActionType", action_types.update_action_type, 200, (400, 404, 409)),
            need("O"),
        ),
        Row(Route("DELETE", _ACTION_TYPE, "deleteActionType", action_types.delete_action_type), need("OT")),
        Row(Route("POST", _ACTION_TYPE, "createAction", actions.create_action, 201), need("OATU", by_role=True)),
        Row(Route("GET", _ACTION_TYPE, "listActions", actions.list_actions), need("OTU", by_role=True)),
        Row(Route("GET", _ACTION, "getAction", actions.get_action), need("OTU", by_role=True)),
        Row(Route("DELETE", _ACTION, "deleteAction", actions.delete_action), need("O")),
        Row(
            Route("POST", _THNG + _ACTION_TYPE, "createActionOnThng", actions.create_action_on_thng, 201),
            need("OATU"),
        ),
        Row(Route("GET", _THNG + _ACTION_TYPE, "listActionsOnThng", actions.list_actions_on_thng), need("OTU")),
        Row(Route("GET", _THNG + _ACTION, "getActionOnThng", actions.get_action_on_thng), need("OTU")),
        Row(
            Route("POST", _PRODUCT + _ACTION_TYPE, "createActionOnProduct", actions.create_action_on_product, 201),
            need("OATU"),
        ),
        Row(
            Route("GET", _PRODUCT + _ACTION_TYPE, "listActionsOnProduct", actions.list_actions_on_product),
            need("OTU"),
        ),
        Row(Route("GET", _PRODUCT + _ACTION, "getActionOnProduct", actions.get_action_on_product), need("OTU")),
    ],
    "Accesses": [
        Row(
            Route("POST", "/accesses", "createAccess", accesses.create_access, 201, (400, 404, 429)),
            need("U", by_role=True, own_only=True),
        ),
        Row(
            Route("GET", "/accesses", "listAccesses", accesses.list_accesses, 200, (400,)),
            need("U", by_role=True, own_only=True),
        ),
        Row(
            Route("DELETE", _ACCESS, "deleteAccess", accesses.delete_access, 204),
            need("U", by_role=True, own_only=True),
        ),
    ],
}

_OPEN: Table = {"Keys": [Route("GET", "/time", "getTime", access.get_time, 200, (400,))]}

_MEANINGS = {
    400: "Something about the request can't be used; `errors` names each field.",
    401: "No API key was sent.",
    403: "The API key is unknown or was ended, or may not do this.",
    404: "There is no such thing, or it is out of scope.",
    409: "What is there already stands in the way.",
    503: "The service that the person signs in with gives no usable answer at the moment; nothing was made.",
    429: "Too many of these, of wrong passwords, codes and keys above all; `Retry-After` says until when.",
}


def needs() -> Mapping[str, Need]:
    """What each operation asks of its caller."""
    return {row.route.operation_id: row.need for rows in ROWS.values() for row in rows}


def routes() -> Sequence[ControllerRouterHandler]:
    """The table behind the keys, and what is open to everybody."""
    table = {tag: [row.route for row in rows] for tag, rows in ROWS.items()}
    problems = Problems(Problem, _MEANINGS, always=(401, 403, 429), media_type=JSON)
    return [
        *handlers(_OPEN, Problems(Problem, _MEANINGS, always=(), media_type=JSON)),
        Router("/", route_handlers=handlers(table, problems), before_request=admit, security=[{SECURITY: []}]),
    ]
