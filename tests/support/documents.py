"""Devices of a home in their normalised form, as a connector would read them."""

from datetime import UTC, datetime

from wattlink.connectors import devices as normal
from wattlink.connectors.devices import CAPABLE, Position, blocked, site
from wattlink.connectors.devices import hvac as parts
from wattlink.connectors.devices.parts import Range
from wattlink.domain.interventions.catalogue import LINK_AGAIN

SEEN = datetime(2026, 3, 2, 18, 0, 0, 123456, tzinfo=UTC)
INSTALLED = datetime(2024, 5, 1, tzinfo=UTC)
AT_HOME = Position(longitude=10.75, latitude=59.91, last_updated=SEEN)

HVAC = normal.Hvac(
    last_seen=SEEN,
    is_reachable=True,
    consumption_rate=1.8,
    information=parts.HvacInformation(
        brand="NIBE", model="S1255", display_name="Heat pump", category=parts.HvacCategory.HEAT_PUMP
    ),
    temperature_state=parts.TemperatureState(current_temperature=20.5, is_active=True, last_updated=SEEN),
    thermostat_state=parts.ThermostatState(
        mode=parts.HvacMode.HEAT, heat_setpoint=21, hold_type=parts.HoldType.SCHEDULED, last_updated=SEEN
    ),
    capabilities=parts.HvacCapabilities(
        capable_modes=(parts.HvacMode.HEAT, parts.HvacMode.OFF),
        heat_setpoint_range=Range(min=5, max=30),
        set_permanent_hold=CAPABLE,
        set_follow_schedule=blocked(LINK_AGAIN),
    ),
)
INVERTER = normal.Inverter(
    last_seen=SEEN,
    is_reachable=True,
    timezone="Europe/Oslo",
    information=site.InverterInformation(
        vendor_id="I1", serial_number="SN1", brand="Tesla", model="Solar", site_name="Home", installed_at=INSTALLED
    ),
    production_state=site.ProductionState(
        production_rate=3.2, is_producing=True, total_lifetime_production=1234.5, last_updated=SEEN
    ),
    location=AT_HOME,
    capabilities=site.InverterCapabilities(production_state=CAPABLE),
)
BATTERY = normal.Battery(
    last_seen=SEEN,
    is_reachable=True,
    timezone="Europe/Oslo",
    information=site.BatteryInformation(
        vendor_id="B1", brand="Tesla", model="Powerwall", site_name="Home", installed_at=INSTALLED
    ),
    charge_state=site.BatteryChargeState(
        status=site.BatteryStatus.DISCHARGING,
        battery_capacity=13.5,
        battery_level=62,
        charge_rate=-1.1,
        discharge_limit=20,
        last_updated=SEEN,
    ),
    config=site.BatteryConfig(operation_mode=site.OperationMode.SELF_RELIANCE, last_updated=SEEN),
    location=AT_HOME,
    capabilities=site.BatteryCapabilities(self_reliance=CAPABLE, time_of_use=CAPABLE),
)
METER = normal.Meter(
    last_seen=SEEN,
    is_reachable=True,
    timezone="Europe/Oslo",
    information=site.MeterInformation(brand="Tesla", model="Gateway", site_name="Home", installed_at=INSTALLED),
    energy_state=site.EnergyState(power=-0.4, last_updated=SEEN),
    location=AT_HOME,
    capabilities=site.MeterCapabilities(measures_consumption=CAPABLE, measures_production=CAPABLE),
)
