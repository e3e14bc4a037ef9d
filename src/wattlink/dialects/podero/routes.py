"""Every URL of the dialect, in one table; all but the token endpoint begin with `BASE`."""

from collections.abc import Sequence

from litestar import Router
from litestar.types import ControllerRouterHandler

from wattlink.dialects.podero import BASE, buildings, claim_tokens, contracts, onboarding, statistics, users
from wattlink.dialects.podero.admission import admit
from wattlink.dialects.podero.devices import charging, cues, mending, reading
from wattlink.dialects.podero.errors import BoostRefused, Problem, ValidationProblem
from wattlink.dialects.podero.events import feed, steps, webhooks
from wattlink.dialects.podero.kinds import ELECTRIC_VEHICLE, TYPES, DeviceType
from wattlink.web.oauth import Terms, token_route
from wattlink.web.problems import JSON
from wattlink.web.routing import Problems, Route, Table, handlers

SECURITY = "clientCredentials"

_TERMS = Terms(seconds=36_000, scope="read write", token_type="Bearer", takes_json=True)  # noqa: S106

_USERS = "/org/{org_id:str}/users"
_USER = _USERS + "/{user_id:str}"
_BUILDING = _USER + "/buildings/{building_id:str}"
_CONTRACT = _USER + "/energy-contracts/{contract_id:str}"
_SESSION = "/device-onboarding/{session_id:str}"
_SESSION_TOKENS = _SESSION + "/wallbox-claim-tokens"
_VEHICLE = f"{_USER}/{ELECTRIC_VEHICLE.path}/{{device_id:str}}"
_CUE = "/cues/{cue_id:str}"
_WEBHOOKS = "/org/{org_id:str}/webhooks"
_WEBHOOK = _WEBHOOKS + "/{webhook_id:str}"
_EVENTS = "/org/{org_id:str}/events"
_CLAIM_STATUS = _SESSION_TOKENS + "/{token:str}/status"


def _of_type(one: DeviceType) -> Sequence[Route]:
    """What there is for devices of every type."""
    listed, name = f"{_USER}/{one.path}", one.operation
    device = listed + "/{device_id:str}"
    return [
        Route("GET", listed, f"list{name}s", reading.listing_of(one), 200, (404, 422)),
        Route("GET", device, f"get{name}", reading.reading_of(one), 200, (404, 422)),
        Route("PUT", device, f"update{name}", reading.changing_of(one), 200, (400, 404, 422)),
        Route("POST", device + "/auth_session", f"mend{name}", mending.mending_of(one), 200, (400, 404, 422)),
        Route("GET", device + "/savings", f"get{name}Savings", statistics.savings_of(one), 200, (404, 422)),
        Route("GET", device + "/statistics", f"get{name}Statistics", statistics.statistics_of(one), 200, (404, 422)),
    ]


TABLE: Table = {
    "Users": [
        Route("POST", _USERS, "createUser", users.create_user, 200, (400, 404, 409, 422)),
        Route("GET", _USERS, "listUsers", users.list_users, 200, (404, 422)),
        Route("GET", _USER, "getUser", users.get_user, 200, (404, 422)),
        Route("PUT", _USER, "updateUser", users.update_user, 200, (400, 404, 409, 422)),
        Route("DELETE", _USER, "deleteUser", users.delete_user, 204, (404,)),
    ],
    "Onboarding sessions": [
        Route("POST", "/device-onboarding", "createOnboarding", onboarding.create_onboarding, 200, (400, 404, 422)),
        Route("GET", _SESSION, "getOnboarding", onboarding.get_onboarding, 200, (404,)),
        Route(
            "GET", "/device-onboarding/{session_id:str}/events", "listOnboardingEvents", steps.list_steps, 200, (404,)
        ),
    ],
    "Buildings": [
        Route("POST", _USER + "/buildings", "createBuilding", buildings.create_building, 200, (400, 404, 422)),
        Route("GET", _USER + "/buildings", "listBuildings", buildings.list_buildings, 200, (404,)),
        Route("GET", _BUILDING, "getBuilding", buildings.get_building, 200, (404,)),
        Route("PUT", _BUILDING, "updateBuilding", buildings.update_building, 200, (400, 404, 422)),
    ],
    "Energy contracts": [
        Route("POST", _USER + "/energy-contracts", "createContract", contracts.create_contract, 200, (400, 404, 422)),
        Route("GET", _USER + "/energy-contracts", "listContracts", contracts.list_contracts, 200, (404,)),
        Route("GET", _CONTRACT, "getContract", contracts.get_contract, 200, (404,)),
        Route("PUT", _CONTRACT, "updateContract", contracts.update_contract, 200, (400, 404, 422)),
    ],
    "Wallboxes that dial in": [
        Route(
            "POST",
            _USER + "/wallboxes/claim-tokens",
            "createClaimToken",
            claim_tokens.create_claim_token,
            201,
            (403, 404),
        ),
        Route(
            "POST",
            _SESSION_TOKENS,
            "createSessionClaimToken",
            claim_tokens.create_session_claim_token,
            201,
            (403, 404, 410, 422),
        ),
    ],
    "Charging": [
        Route("POST", _VEHICLE + "/boost", "boost", charging.boost_vehicle, 204, (404,), over=BoostRefused),
        Route("DELETE", _VEHICLE + "/boost", "disarmBoost", charging.disarm_vehicle, 204, (404,)),
        Route("GET", _VEHICLE + "/charge-policy", "getChargePolicy", charging.get_charge_policy, 200, (404,)),
        Route(
            "PUT", _VEHICLE + "/charge-policy", "updateChargePolicy", charging.put_charge_policy, 200, (400, 404, 422)
        ),
    ],
    "Push": [
        Route("POST", _WEBHOOKS, "createWebhook", webhooks.create_webhook, 200, (400, 404, 409, 422)),
        Route("GET", _WEBHOOKS, "listWebhooks", webhooks.list_webhooks, 200, (404,)),
        Route("GET", _WEBHOOK, "getWebhook", webhooks.get_webhook, 200, (404,)),
        Route("PUT", _WEBHOOK, "updateWebhook", webhooks.update_webhook, 200, (400, 404, 409, 422)),
        Route("DELETE", _WEBHOOK, "deleteWebhook", webhooks.delete_webhook, 204, (404,)),
        Route("POST", _WEBHOOK + "/test", "testWebhook", webhooks.test_webhook, 200, (404,)),
        Route("GET", _EVENTS, "readEvents", feed.read_events, 200, (404, 410, 422)),
        Route("GET", _EVENTS + "/end", "readEventsEnd", feed.read_end, 200, (404,)),
    ],
    "Devices": [route for one in TYPES.values() for route in _of_type(one)],
}

OPEN: Table = {
    "Wallboxes that dial in": [
        Route("GET", _CLAIM_STATUS, "getClaimTokenStatus", claim_tokens.get_claim_token_status, 200, (404,)),
    ],
    "Cues": [
        Route("GET", _CUE + "/resolve", "openCue", cues.open_cue, 303, ()),
        Route("POST", _CUE + "/resolve", "resolveCue", cues.resolve_cue, 200, (400, 401, 403, 404, 422)),
        Route("POST", _CUE + "/state", "settleCue", cues.settle_cue, 200, (400, 403, 404, 422)),
    ],
}
"""Without a bearer token: for pages on which a person waits, and for who was given a cue's secret."""

_PROBLEMS = Problems(
    Problem,
    {
        400: "The body isn't JSON.",
        401: "No, a wrong or an expired token.",
        403: "The caller may not do this.",
        404: "There is no such thing, or it is another application's.",
        409: "What is there already stands in the way; `detail` names the field.",
        410: "It is over.",
        422: "Values that can't be used; each is named.",
    },
    always=(401,),
    media_type=JSON,
    special={422: ValidationProblem},
)


def routes() -> Sequence[ControllerRouterHandler]:
    """The table behind the bearer token, and the token endpoint."""
    return [
        token_route(_TERMS),
        Router(BASE, route_handlers=handlers(OPEN, _PROBLEMS._replace(always=()))),
        Router(BASE, route_handlers=handlers(TABLE, _PROBLEMS), before_request=admit),
    ]
