"""Every URL of the dialect, in one table."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ControllerRouterHandler

from wattlink.connectors.devices import Kind
from wattlink.dialects.enode import health, interventions, locations, webhooks
from wattlink.dialects.enode.devices import (
    actions,
    batteries,
    chargers,
    control,
    hvacs,
    inverters,
    meters,
    vehicles,
)
from wattlink.dialects.enode.errors import Problem
from wattlink.dialects.enode.headers import check_headers
from wattlink.dialects.enode.paging import asked
from wattlink.dialects.enode.users import leaving, linking, reading
from wattlink.domain.access.model import Access
from wattlink.web.authentication import authenticate, header_of
from wattlink.web.call import Call
from wattlink.web.oauth import token_route
from wattlink.web.routing import Problems, Route, Table, handlers

SECURITY = "clientCredentials"
_FOR_ANYBODY = "Service Health"

_USER = "/users/{user_id:str}"
_VENDOR = _USER + "/vendors/{vendor:str}"
_VENDOR_TYPE = _VENDOR + "/{vendor_type:str}"
_VEHICLE = "/vehicles/{vehicle_id:str}"
_CHARGER = "/chargers/{charger_id:str}"
_HVAC = "/hvacs/{hvac_id:str}"
_INVERTER = "/inverters/{inverter_id:str}"
_BATTERY = "/batteries/{battery_id:str}"
_METER = "/meters/{meter_id:str}"
_LOCATION = "/locations/{location_id:str}"
_ACTION = "/actions/{action_id:str}"
_CANCEL = _ACTION + "/cancel"
_WEBHOOK = "/webhooks/{webhook_id:str}"
_TOLD = (400, 404, 429)  # what telling a device something may be answered with

TABLE: Table = {
    "User Management": [
        Route("GET", "/users", "listUsers", reading.list_users, 200, (400,)),
        Route("GET", _USER, "getUser", reading.get_user),
        Route("DELETE", _USER, "deleteUsersUserid", leaving.remove_user, 204),
        Route("DELETE", _VENDOR, "disconnectUserVendor", leaving.disconnect_vendor, 204),
        Route("DELETE", _VENDOR_TYPE, "disconnectUserVendorVendorType", leaving.disconnect_vendor_type, 204),
        Route("DELETE", _USER + "/authorization", "deleteUsersUseridAuthorization", leaving.deauthorize_user, 204),
        Route("POST", _USER + "/link", "postUsersUseridLink", linking.link_user, 200, (400, 403)),
        Route("POST", "/assets/{asset_id:str}/relink", "postAssetsAssetidRelink", linking.relink_asset, 200, (400,)),
    ],
    "Vehicles": [
        Route("GET", "/vehicles", "getVehicles", vehicles.list_vehicles, 200, (400,)),
        Route("GET", _USER + "/vehicles", "listUserVehicles", vehicles.list_user_vehicles, 200, (400,)),
        Route("GET", _VEHICLE, "getVehicle", vehicles.get_vehicle),
        Route("POST", _VEHICLE + "/refresh-hint", "vehiclesRefreshHint", vehicles.refresh_vehicle, 204),
        Route("POST", _VEHICLE + "/charging", "postVehiclesVehicleidCharging", control.charge_vehicle, 200, _TOLD),
        Route("POST", _VEHICLE + "/max-current", "postVehiclesVehicleidMaxCurrent", control.limit_vehicle, 200, _TOLD),
        Route("GET", "/vehicles" + _ACTION, "getVehiclesAction", actions.get_vehicle_action, 200, (404,)),
        Route(
            "POST",
            "/vehicles" + _CANCEL,
            "cancelVehicleAction",
            actions.cancel_vehicle_action,
            200,
            (404,),
            actions.ChargeableAction,
        ),
    ],
    "Chargers": [
        Route("GET", "/chargers", "listChargers", chargers.list_chargers, 200, (400,)),
        Route("GET", _USER + "/chargers", "listUserChargers", chargers.list_user_chargers, 200, (400,)),
        Route("GET", _CHARGER, "getCharger", chargers.get_charger),
        Route("PUT", _CHARGER, "updateCharger", chargers.update_charger),
        Route("POST", _CHARGER + "/refresh-hint", "chargersRefreshHint", chargers.refresh_charger, 204),
        Route("POST", _CHARGER + "/charging", "controlChargerCharging", control.charge_charger, 200, _TOLD),
        Route("POST", _CHARGER + "/max-current", "postSetChargerMaxCurrent", control.limit_charger, 200, _TOLD),
        Route("GET", "/chargers" + _ACTION, "getChargersAction", actions.get_charger_action, 200, (404,)),
        Route(
            "POST",
            "/chargers" + _CANCEL,
            "cancelChargerAction",
            actions.cancel_charger_action,
            200,
            (404,),
            actions.ChargeableAction,
        ),
    ],
    "HVAC": [
        Route("GET", "/hvacs", "listHVACs", hvacs.list_hvacs, 200, (400,)),
        Route("GET", _USER + "/hvacs", "listUserHVACs", hvacs.list_user_hvacs, 200, (400,)),
        Route("GET", _HVAC, "getHVAC", hvacs.get_hvac),
        Route("PUT", _HVAC, "updateHVAC", hvacs.update_hvac),
        Route("POST", _HVAC + "/refresh-hint", "hvacsRefreshHint", hvacs.refresh_hvac, 204),
        Route("POST", _HVAC + "/permanent-hold", "postSetHvacPermanentHold", control.hold_hvac, 200, _TOLD),
        Route("POST", _HVAC + "/follow-schedule", "postSetHvacFollowSchedule", control.follow_schedule, 200, _TOLD),
        Route("GET", "/hvacs" + _ACTION, "getHvacsAction", actions.get_hvac_action, 200, (404,)),
        Route(
            "POST", "/hvacs" + _CANCEL, "cancelHvacAction", actions.cancel_hvac_action, 200, (404,), actions.HvacAction
        ),
    ],
    "Solar Inverters": [
        Route("GET", "/inverters", "listInverters", inverters.list_inverters, 200, (400,)),
        Route("GET", _USER + "/inverters", "listUserInverters", inverters.list_user_inverters, 200, (400,)),
        Route("GET", _INVERTER, "getInverter", inverters.get_inverter),
        Route("POST", _INVERTER + "/refresh-hint", "invertersRefreshHint", inverters.refresh_inverter, 204),
    ],
    "Batteries": [
        Route("GET", "/batteries", "listBatteries", batteries.list_batteries, 200, (400,)),
        Route("GET", _USER + "/batteries", "listUserBatteries", batteries.list_user_batteries, 200, (400,)),
        Route("GET", _BATTERY, "getBattery", batteries.get_battery),
        Route("POST", _BATTERY + "/refresh-hint", "batteriesRefreshHint", batteries.refresh_battery, 204),
        Route("POST", _BATTERY + "/operation-mode", "postUserSetOperationMode", control.set_operation_mode, 200, _TOLD),
        Route("GET", "/batteries" + _ACTION, "getBatteriesAction", actions.get_battery_action, 200, (404,)),
        Route(
            "POST",
            "/batteries" + _CANCEL,
            "cancelBatteryAction",
            actions.cancel_battery_action,
            200,
            (404,),
            actions.OperationModeAction,
        ),
    ],
    "Meters": [
        Route("GET", "/meters", "listMeters", meters.list_meters, 200, (400,)),
        Route("GET", _USER + "/meters", "listUserMeters", meters.list_user_meters, 200, (400,)),
        Route("GET", _METER, "getMeter", meters.get_meter),
        Route("POST", _METER + "/refresh-hint", "metersRefreshHint", meters.refresh_meter, 204),
    ],
    "Locations": [
        Route("GET", "/locations", "getLocations", locations.list_locations, 200, (400,)),
        Route("GET", _USER + "/locations", "getUserlocations", locations.list_user_locations, 200, (400,)),
        Route("POST", _USER + "/locations", "createLocation", locations.create_location),
        Route("GET", _LOCATION, "getLocation", locations.get_location),
        Route("PUT", _LOCATION, "updateLocation", locations.update_location),
        Route("DELETE", _LOCATION, "deleteLocation", locations.delete_location),
    ],
    "Interventions": [
        Route("GET", "/interventions", "listInterventions", interventions.list_interventions, 200, (400,)),
        Route("GET", "/interventions/{intervention_id:str}", "getIntervention", interventions.get_intervention),
    ],
    "Service Health": [
        Route("GET", "/integrations", "getIntegrations", health.list_integrations, 200, (400,)),
        Route("GET", "/health/chargers", "getHealthChargerVendors", health.health_of(Kind.CHARGER), 200, ()),
        Route("GET", "/health/vehicles", "getHealthVehicleVendors", health.health_of(Kind.VEHICLE), 200, ()),
        Route("GET", "/health/batteries", "getHealthBatteryVendors", health.health_of(Kind.BATTERY), 200, ()),
        Route("GET", "/health/inverters", "getHealthInverterVendors", health.health_of(Kind.INVERTER), 200, ()),
        Route("GET", "/health/hvacs", "getHealthHvacVendors", health.health_of(Kind.HVAC), 200, ()),
        Route("GET", "/health/meters", "getHealthMeterVendors", health.health_of(Kind.METER), 200, ()),
    ],
    "Webhooks": [
        Route("POST", "/webhooks", "createWebhook", webhooks.create_webhook, 200, (400,)),
        Route("GET", "/webhooks", "listWebhooks", webhooks.list_webhooks, 200, (400,)),
        Route("GET", _WEBHOOK, "getWebhook", webhooks.get_webhook),
        Route("PATCH", _WEBHOOK, "updateWebhook", webhooks.update_webhook),
        Route("DELETE", _WEBHOOK, "deleteWebhook", webhooks.delete_webhook, 204),
        Route("POST", _WEBHOOK + "/test", "testWebhook", webhooks.test_webhook),
    ],
}

_PROBLEMS = Problems(
    Problem,
    {
        400: "Something about the request can't be used; `issues` names each field.",
        401: "No, a wrong or an expired token.",
        403: "The application may link no further accounts.",
        404: "There is no such thing, or it is another application's.",
        429: "Too many actions for one device; `retry-after` says in how many seconds the next one may be asked for.",
    },
)


def routes() -> Sequence[ControllerRouterHandler]:
    """The table behind the bearer token, and the two routes that need none."""
    return [
        HTTPRouteHandler(
            "/health/ready",
            http_method="GET",
            operation_id="getHealthReady",
            status_code=204,
            tags=["Service Health"],
            security=[{}],
            responses={503: ResponseSpec(None, generate_examples=False, description="The database doesn't answer.")},
        )(health.ready),
        token_route(),
        Router(
            "/",
            route_handlers=handlers({tag: rows for tag, rows in TABLE.items() if tag != _FOR_ANYBODY}, _PROBLEMS),
            before_request=_admit,  # a guard would cost a copy of the route per request
            dependencies={"asked": Provide(asked, sync_to_thread=False)},
        ),
        Router(
            "/",
            route_handlers=handlers({_FOR_ANYBODY: TABLE[_FOR_ANYBODY]}, _PROBLEMS),
            before_request=_admit_anybody,
            security=[{SECURITY: []}, {}],
        ),
    ]


async def _admit(request: Request[Any, Any, Any]) -> None:
    assert isinstance(request, Call)
    await authenticate(request)
    check_headers(request)


async def _admit_anybody(request: Request[Any, Any, Any]) -> None:
    """Enode's own SDK sends no token to these: it is told what every application may use."""
    if header_of(request.scope, b"authorization") is not None:
        return await _admit(request)
    request.scope["auth"] = Access(applications=())
    assert isinstance(request, Call)
    check_headers(request)
    return None
