"""A building of a user's, and a contract by which energy is bought for one of them or for all."""

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wattlink.base.countries import two_letters
from wattlink.base.currencies import CURRENCIES
from wattlink.domain.access.ids import ApplicationId, BuildingId, ContractId, UserId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.users.people.model import checked_country

MOST_OCCUPANTS = 1000
LARGEST_M2 = 1_000_000


class ContractType(StrEnum):
    """How often the price changes."""

    SPOT_HOURLY = "spot_hourly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class BuildingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a building, in the words of whoever says it."""

    property_type: str | None = None
    property_size_m2: float | None = None
    property_age: str | int | None = None  # a year, or a span of them
    num_occupants: int | None = None
    occupant_type: str | None = None
    space_heating: str | None = None
    water_heating: str | None = None
    photovoltaic: bool | None = None
    street_and_number: str | None = None
    street_add_info: str | None = None
    zip_code: str | None = None
    town: str | None = None
    country: str | None = None  # as it was said: two or three letters

    @property
    def country_iso2(self) -> str | None:
        """The country's code of two letters."""
        return None if self.country is None else two_letters(self.country)


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """A building of a user's, at which devices are and for which contracts hold."""

    building_id: BuildingId
    application_id: ApplicationId
    user_id: UserId
    name: str
    document: BuildingDocument


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a kWh costs from a moment on; of the contract's currency."""

    price: float
    timestamp: datetime


class ContractDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a contract."""

    energy_contract_type: ContractType | None = None
    energy_prices: tuple[Price, ...] = ()
    meter_id: str | None = None
    supplier: str | None = None
    currency_energy_price: str | None = None
    energy_price_includes_external_components: bool | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract of a user's; without a building it holds for all of them."""

    contract_id: ContractId
    application_id: ApplicationId
    user_id: UserId
    building_id: BuildingId | None
    document: ContractDocument


def checked_building(document: BuildingDocument, said: Mapping[str, Any]) -> BuildingDocument:
    """The document with what is said of it; raises InvalidInput."""
    given = dict(said)
    if (country := given.get("country")) is not None:
        given["country"] = checked_country(country)
    _check_between("num_occupants", given.get("num_occupants"), MOST_OCCUPANTS)
    _check_between("property_size_m2", given.get("property_size_m2"), LARGEST_M2)
    return msgspec.structs.replace(document, **given)


def checked_contract(document: ContractDocument, said: Mapping[str, Any]) -> ContractDocument:
    """The document with what is said of it; raises InvalidInput."""
    given = dict(said)
    if (kind := given.get("energy_contract_type")) is not None:
        given["energy_contract_type"] = _contract_type(kind)
    if (currency := given.get("currency_energy_price")) is not None:
        if currency.upper() not in CURRENCIES:
            raise InvalidInput("currency_energy_price", f"{currency!r} isn't a currency of ISO 4217")
        given["currency_energy_price"] = currency.upper()
    changed = msgspec.structs.replace(document, **given)
    hourly = changed.energy_contract_type is ContractType.SPOT_HOURLY and changed.energy_prices
    if hourly and changed.currency_energy_price is None:
        raise InvalidInput("currency_energy_price", "is needed where hourly prices are given")
    for number, price in enumerate(changed.energy_prices):
        if not math.isfinite(price.price):
            raise InvalidInput(f"energy_prices[{number}].price", "isn't a number")
    return changed


def _contract_type(text: str) -> ContractType:
    try:
        return ContractType("_".join(text.replace("_", " ").replace("-", " ").lower().split()))
    except ValueError:
        allowed = [str(kind.value) for kind in ContractType]
        raise InvalidInput("energy_contract_type", f"{text!r} isn't known", allowed=allowed) from None


def _check_between(field: str, number: float | None, most: int) -> None:
    if number is not None and not 0 <= number <= most:
        raise InvalidInput(field, f"must be from 0 to {most}")
