"""Every URL of the dialect."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Router, delete, get, patch, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ControllerRouterHandler

from wattlink.dialects.enode import chargers, health, interventions, linking, users, vehicles, webhooks
from wattlink.dialects.enode.errors import Problem
from wattlink.dialects.enode.headers import sensible_headers
from wattlink.dialects.enode.paging import asked
from wattlink.dialects.enode.token import OAuthError, issue_token, oauth_error
from wattlink.web.authentication import authenticated
from wattlink.web.problems import PROBLEM_JSON

_FAILURES = {
    400: "Something about the request can't be used; `issues` names each field.",
    401: "No, a wrong or an expired token.",
    403: "The application may link no further accounts.",
    404: "There is no such thing, or it is another application's.",
}


def routes() -> Sequence[ControllerRouterHandler]:
    """The public routes, and the ones behind the bearer token."""
    return [
        get("/health/ready", operation_id="getHealthReady", tags=["Service Health"], **_READY)(health.ready),
        post("/oauth2/token", include_in_schema=False, status_code=200, **_TOKEN)(issue_token),
        Router(
            "/",
            route_handlers=[*_users(), *_vehicles(), *_chargers(), *_interventions(), *_webhooks()],
            guards=[authenticated, sensible_headers],
            dependencies={"asked": Provide(asked, sync_to_thread=False)},
        ),
    ]


def _users() -> list[ControllerRouterHandler]:
    named: dict[str, Any] = {"tags": ["User Management"]}
    user, vendor = "/users/{user_id:str}", "/users/{user_id:str}/vendors/{vendor:str}"
    return [
        get("/users", operation_id="listUsers", **_fails(400), **named)(users.list_users),
        get(user, operation_id="getUser", **_fails(400, 404), **named)(users.get_user),
        delete(user, operation_id="deleteUsersUserid", **_fails(400, 404), **named)(users.remove_user),
        delete(vendor, operation_id="disconnectUserVendor", **_fails(400, 404), **named)(users.disconnect_vendor),
        delete(
            vendor + "/{vendor_type:str}", operation_id="disconnectUserVendorVendorType", **_fails(400, 404), **named
        )(users.disconnect_vendor_type),
        delete(user + "/authorization", operation_id="deleteUsersUseridAuthorization", **_fails(400, 404), **named)(
            users.deauthorize_user
        ),
        post(user + "/link", operation_id="postUsersUseridLink", status_code=200, **_fails(400, 403), **named)(
            linking.link_user
        ),
        post(
            "/assets/{asset_id:str}/relink",
            operation_id="postAssetsAssetidRelink",
            status_code=200,
            **_fails(400),
            **named,
        )(linking.relink_asset),
    ]


def _vehicles() -> list[ControllerRouterHandler]:
    named: dict[str, Any] = {"tags": ["Vehicles"]}
    one = "/vehicles/{vehicle_id:str}"
    return [
        get("/vehicles", operation_id="getVehicles", **_fails(400), **named)(vehicles.list_vehicles),
        get("/users/{user_id:str}/vehicles", operation_id="listUserVehicles", **_fails(400), **named)(
            vehicles.list_user_vehicles
        ),
        get(one, operation_id="getVehicle", **_fails(400, 404), **named)(vehicles.get_vehicle),
        post(one + "/refresh-hint", operation_id="vehiclesRefreshHint", status_code=204, **_fails(400, 404), **named)(
            vehicles.refresh_vehicle
        ),
    ]


def _chargers() -> list[ControllerRouterHandler]:
    named: dict[str, Any] = {"tags": ["Chargers"]}
    one = "/chargers/{charger_id:str}"
    return [
        get("/chargers", operation_id="listChargers", **_fails(400), **named)(chargers.list_chargers),
        get("/users/{user_id:str}/chargers", operation_id="listUserChargers", **_fails(400), **named)(
            chargers.list_user_chargers
        ),
        get(one, operation_id="getCharger", **_fails(400, 404), **named)(chargers.get_charger),
        post(one + "/refresh-hint", operation_id="chargersRefreshHint", status_code=204, **_fails(400, 404), **named)(
            chargers.refresh_charger
        ),
    ]


def _interventions() -> list[ControllerRouterHandler]:
    named: dict[str, Any] = {"tags": ["Interventions"]}
    return [
        get("/interventions", operation_id="listInterventions", **_fails(400), **named)(
            interventions.list_interventions
        ),
        get("/interventions/{intervention_id:str}", operation_id="getIntervention", **_fails(400, 404), **named)(
            interventions.get_intervention
        ),
    ]


def _webhooks() -> list[ControllerRouterHandler]:
    named: dict[str, Any] = {"tags": ["Webhooks"]}
    one = "/webhooks/{webhook_id:str}"
    return [
        post("/webhooks", operation_id="createWebhook", status_code=200, **_fails(400), **named)(
            webhooks.create_webhook
        ),
        get("/webhooks", operation_id="listWebhooks", **_fails(400), **named)(webhooks.list_webhooks),
        get(one, operation_id="getWebhook", **_fails(400, 404), **named)(webhooks.get_webhook),
        patch(one, operation_id="updateWebhook", **_fails(400, 404), **named)(webhooks.update_webhook),
        delete(one, operation_id="deleteWebhook", **_fails(400, 404), **named)(webhooks.delete_webhook),
        post(one + "/test", operation_id="testWebhook", status_code=200, **_fails(400, 404), **named)(
            webhooks.test_webhook
        ),
    ]


def _fails(*statuses: int) -> dict[str, Mapping[int, ResponseSpec]]:
    """The problems that an operation behind the token may answer with."""
    return {"responses": {status: _problem(status) for status in (*statuses, 401)}}


def _problem(status: int) -> ResponseSpec:
    return ResponseSpec(Problem, generate_examples=False, description=_FAILURES[status], media_type=PROBLEM_JSON)


_READY: dict[str, Any] = {
    "status_code": 204,
    "security": [],
    "responses": {503: ResponseSpec(None, generate_examples=False, description="The database doesn't answer.")},
}
_TOKEN: dict[str, Any] = {"exception_handlers": {OAuthError: oauth_error}}
