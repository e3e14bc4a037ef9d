"""A user's energy contracts: what energy costs them, at one building or at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, JSONBody

from wattlink.base.clock import rfc3339
from wattlink.dialects.podero.wire import Answer, Payload, Timestamp, Uuid, in_utc, user_id_of, uuid_in
from wattlink.domain.access.ids import ContractId
from wattlink.domain.premises import contracts, store
from wattlink.domain.premises.model import Contract, Price
from wattlink.domain.users.people import store as people
from wattlink.web.call import Call, uuid_of

ContractType = Annotated[
    str, msgspec.Meta(description="`spot_hourly`, `monthly` or `yearly`; case, spaces and underscores don't matter.")
]
Meter = Annotated[str, msgspec.Meta(max_length=19)]
Supplier = Annotated[str, msgspec.Meta(max_length=100)]
Currency = Annotated[str, msgspec.Meta(description="ISO 4217.")]


class PriceIn(Payload):
    """What a kWh costs from a moment on; without an offset the moment is in UTC."""

    price: float
    timestamp: datetime


class ContractIn(Payload):
    """A contract, or what changes of it; null takes a field back."""

    energy_contract_type: ContractType | msgspec.UnsetType | None = msgspec.UNSET
    energy_prices: list[PriceIn] | msgspec.UnsetType | None = msgspec.UNSET
    energy_price: list[PriceIn] | msgspec.UnsetType | None = msgspec.UNSET
    building_id: Uuid | msgspec.UnsetType | None = msgspec.UNSET
    building: Uuid | msgspec.UnsetType | None = msgspec.UNSET
    meter_id: Meter | msgspec.UnsetType | None = msgspec.UNSET
    supplier: Supplier | msgspec.UnsetType | None = msgspec.UNSET
    currency_energy_price: Currency | msgspec.UnsetType | None = msgspec.UNSET
    energy_price_includes_external_components: bool | msgspec.UnsetType | None = msgspec.UNSET


class PriceOut(Answer):
    price: float
    timestamp: Timestamp


class ContractOut(Answer):
    """A contract; without a building it holds for all of the user's."""

    id: Uuid
    energy_contract_type: str | None
    energy_prices: list[PriceOut]
    building: Uuid | None
    meter_id: str | None
    supplier: str | None
    currency_energy_price: str | None
    energy_price_includes_external_components: bool | None


async def create_contract(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    data: JSONBody[ContractIn],
) -> ContractOut:
    """Register a user's energy contract."""
    hub, said = request.hub, _said(data)
    async with hub.db.transaction() as tx:
        made = await contracts.create(tx, request.access, user_id_of(request), said, now=hub.clock())
    return _shown(made)


async def list_contracts(request: Call, org_id: FromPath[str], user_id: FromPath[str]) -> list[ContractOut]:  # noqa: ARG001
    """Every energy contract of a user, oldest first."""
    async with request.hub.db.read() as reader:
        person = await people.get(reader, request.access, user_id_of(request))
        found = await store.contracts_of(reader, request.access, person.user_id)
    return [_shown(contract) for contract in found]


async def get_contract(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    contract_id: FromPath[str],
) -> ContractOut:
    """An energy contract."""
    async with request.hub.db.read() as reader:
        found = await store.contract(reader, request.access, user_id_of(request), _id_of(contract_id))
    return _shown(found)


async def update_contract(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    contract_id: FromPath[str],
    data: JSONBody[ContractIn],
) -> ContractOut:
    """Change what is sent of a contract, and nothing else."""
    hub, said = request.hub, _said(data)
    async with hub.db.transaction() as tx:
        changed = await contracts.change(
            tx, request.access, user_id_of(request), _id_of(contract_id), said, now=hub.clock()
        )
    return _shown(changed)


def _id_of(text: str) -> ContractId:
    return ContractId(uuid_of("energy contract", text))


def _said(data: ContractIn) -> dict[str, Any]:
    """What is said of a contract, by the domain's names; older names count where the newer ones aren't there."""
    said = {name: getattr(data, name) for name in ContractIn.__struct_fields__}
    given = {name: value for name, value in said.items() if value is not msgspec.UNSET}
    for name in ("building", "building_id"):
        if given.get(name) is not None:
            given[name] = uuid_in(name, given[name])
    for name in ("energy_price", "energy_prices"):
        if name in given:
            given[name] = _prices(name, given[name] or ())
    for older, newer in (("energy_price", "energy_prices"), ("building", "building_id")):
        if older in given:
            given.setdefault(newer, given.pop(older))
            given.pop(older, None)
    return given


def _prices(field: str, told: Sequence[PriceIn]) -> tuple[Price, ...]:
    return tuple(
        Price(price=one.price, timestamp=in_utc(f"{field}[{number}].timestamp", one.timestamp))
        for number, one in enumerate(told)
    )


def _shown(contract: Contract) -> ContractOut:
    said = contract.document
    return ContractOut(
        id=str(contract.contract_id),
        energy_contract_type=said.energy_contract_type,
        energy_prices=[PriceOut(price=one.price, timestamp=rfc3339(one.timestamp)) for one in said.energy_prices],
        building=None if contract.building_id is None else str(contract.building_id),
        meter_id=said.meter_id,
        supplier=said.supplier,
        currency_energy_price=said.currency_energy_price,
        energy_price_includes_external_components=said.energy_price_includes_external_components,
    )
