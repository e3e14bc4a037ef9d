"""A device in Podero's shape: what all have in common, and what each type tells. Null is what nobody knows."""

from typing import Annotated

import msgspec

from wattlink.dialects.podero.wire import Answer, Timestamp, Uuid

Status = Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"enum": ["ok", "warning", "error", "unknown"]}})]


class TypeOfDevice(Answer):
    short_name: str
    long_name: str


class DeviceModel(Answer):
    """What it is; there is no catalogue of models here, so it has no id."""

    device_type: TypeOfDevice
    manufacturer: str | None
    model: str | None
    year: int | None
    cloud_service: Uuid | None = None
    cloud_service_instructions: str | None = None
    cloud_service_signup_link: str | None = None


class Owner(Answer):
    id: Uuid
    email: str
    first_name: str | None
    last_name: str | None
    external_id: str | None


class ResolutionLink(Answer):
    url: str
    required_parameters: list[str]


class Action(Answer):
    """What somebody has to do before the device works normally."""

    code: str
    resolution_link: ResolutionLink


class Device(Answer, kw_only=True):
    """What devices of every type tell; what only an optimiser would tell stands as never set."""

    id: Uuid
    connection_status: Status
    monitoring_status: Status
    steering_status: Status
    lifecycle_state: str
    lifecycle_error: str | None
    device_model: DeviceModel
    owner: Owner
    building: Uuid | None
    created_at: Timestamp
    updated_at: Timestamp
    deleted_at: Timestamp | None = None
    price_zone: str | None
    is_authenticated: bool
    is_smart_optimization_active: bool
    is_trading_enabled: bool
    is_pause_power_active: bool = False
    pause_power_until: Timestamp | None = None
    is_inverter_forced_mode_enabled: bool = False
    is_inverter_forced_mode_active: bool = False
    inverter_forced_mode_since: Timestamp | None = None
    current_mode: str | None = None
    actual_steering_state: str = "unknown"
    optimization_score: float | None = None
    external_device_id: str
    comment: str | None
    current_state_last_updated_at: Timestamp | None
    last_monitoring_executed_at: Timestamp | None
    authorization_url: str | None = None
    action_needed: bool
    actions: list[Action]


class HeatPump(Device, kw_only=True):
    """Temperatures in °C, power in whole W; from `optimization_level` on it is what the partner said."""

    current_power_consumption_w: int | None = None
    outdoor_temperature: float | None = None
    indoor_actual_temperature: float | None
    indoor_target_temperature: float | None
    inlet_temperature: float | None = None
    outlet_temperature: float | None = None
    dhw_temperature: float | None = None
    optimization_level: str | None
    indoor_target_temperature_offset: float | None
    dhw_standard_temperature: float | None
    is_hot_water_heating_enabled: bool | None
    is_space_heating_enabled: bool | None
    is_pool_heating_enabled: bool | None
    is_space_cooling_enabled: bool | None
    heating_policy_name: str | None
    is_heating_policy_enabled: bool | None
    minimum_temperature_limit: float | None
    maximum_temperature_limit: float | None
    minimum_dhw_temperature_limit: float | None
    is_away_mode_enabled: bool | None
    away_mode_start: Timestamp | None
    away_mode_end: Timestamp | None
    away_mode_minimum_temperature_limit: float | None
    away_mode_minimum_dhw_temperature_limit: float | None


class ElectricVehicle(Device, kw_only=True):
    """Power in whole W, level in %, capacity in kWh, range in km."""

    is_plugged_in: bool | None
    is_charging: bool | None
    charge_rate_w: int | None
    battery_level: float | None
    battery_capacity_kwh: float | None
    is_fully_charged: bool | None
    driving_range: float | None
    boost_state: Annotated[
        str, msgspec.Meta(extra_json_schema={"extra": {"enum": ["available", "requested", "ongoing", "unavailable"]}})
    ]
    boost_for_next_session: bool
    charge_target_max: int | None
    charge_target_min: int | None
    is_over_charge_allowed: bool | None
    minimum_charge_limit: int | None
    charge_deadline_at: str | None
    is_charge_policy_enabled: bool
    charge_policy_last_updated_at: Timestamp | None


class Inverter(Device, kw_only=True):
    """Power in whole W."""

    current_solar_production_w: int | None
    household_consumption_w: int | None = None
    battery_charge_discharge_power_w: int | None = None
    current_power_to_grid_w: int | None = None
    solar_surplus_w: int | None = None
    battery_charge_level_percent: float | None = None
    solar_power_rating_kw: float | None
    is_battery_connected: bool | None
    battery_capacity_kwh: float | None
    min_battery_charge: int | None
    max_battery_charge: int | None


class Wallbox(Device, kw_only=True):
    """Power in whole W."""

    mode: str
    connection: str
    is_plugged_in: bool | None
    is_charging: bool | None
    charge_rate_w: int | None
    charge_target_min: int | None
    charge_target_max: int | None
    charge_power_max_w: float | None
    is_over_charge_allowed: bool | None
    minimum_charge_limit: int | None
    charge_deadline_at: str | None
    is_charge_policy_enabled: bool
    charge_policy_last_updated_at: Timestamp | None = None
