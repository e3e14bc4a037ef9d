"""SQL on building and energy_contract."""

from datetime import datetime
from typing import LiteralString

import msgspec

from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import BuildingId, ContractId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound
from wattlink.domain.premises.model import Building, Contract

_BUILDING: LiteralString = """
    SELECT building_id, application_id, user_id, name, document FROM building
     WHERE application_id = ANY(%(applications)s) AND user_id = %(user_id)s
       AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
"""
_CONTRACT: LiteralString = """
    SELECT contract_id, application_id, user_id, building_id, document FROM energy_contract
     WHERE application_id = ANY(%(applications)s) AND user_id = %(user_id)s
       AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
"""


async def buildings_of(reader: Reader, access: Access, user_id: UserId) -> list[Building]:
    """A user's buildings, oldest first."""
    return await reader.all(
        Building,
        _BUILDING + " ORDER BY created_at, building_id",
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
    )


async def building(reader: Reader, access: Access, user_id: UserId, building_id: BuildingId) -> Building:
    """A building of the user's; raises NotFound."""
    return await _building(reader, _BUILDING + " AND building_id = %(building_id)s", access, user_id, building_id)


async def lock_building(tx: Transaction, access: Access, user_id: UserId, building_id: BuildingId) -> Building:
    """The same, held until the end of the transaction."""
    return await _building(
        tx, _BUILDING + " AND building_id = %(building_id)s FOR UPDATE", access, user_id, building_id
    )


async def _building(
    reader: Reader, statement: LiteralString, access: Access, user_id: UserId, building_id: BuildingId
) -> Building:
    found = await reader.one_or_none(
        Building,
        statement,
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
        building_id=building_id,
    )
    if found is None:
        raise NotFound("building", building_id)
    return found


async def put_building(tx: Transaction, building: Building, *, now: datetime) -> None:
    """Write a building, new or not."""
    await tx.execute(
        """
        INSERT INTO building (building_id, application_id, user_id, name, document, created_at, updated_at)
        VALUES (%(building_id)s, %(application_id)s, %(user_id)s, %(name)s, %(document)s, %(now)s, %(now)s)
        ON CONFLICT (building_id) DO UPDATE
           SET name = EXCLUDED.name, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at
        """,
        building_id=building.building_id,
        application_id=building.application_id,
        user_id=building.user_id,
        name=building.name,
        document=Json(msgspec.to_builtins(building.document)),
        now=now,
    )


async def contracts_of(reader: Reader, access: Access, user_id: UserId) -> list[Contract]:
    """A user's contracts, oldest first."""
    return await reader.all(
        Contract,
        _CONTRACT + " ORDER BY created_at, contract_id",
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
    )


async def contract(reader: Reader, access: Access, user_id: UserId, contract_id: ContractId) -> Contract:
    """A contract of the user's; raises NotFound."""
    return await _contract(reader, _CONTRACT + " AND contract_id = %(contract_id)s", access, user_id, contract_id)


async def lock_contract(tx: Transaction, access: Access, user_id: UserId, contract_id: ContractId) -> Contract:
    """The same, held until the end of the transaction."""
    return await _contract(
        tx, _CONTRACT + " AND contract_id = %(contract_id)s FOR UPDATE", access, user_id, contract_id
    )


async def _contract(
    reader: Reader, statement: LiteralString, access: Access, user_id: UserId, contract_id: ContractId
) -> Contract:
    found = await reader.one_or_none(
        Contract,
        statement,
        applications=list(access.applications),
        only_user=access.only_user,
        user_id=user_id,
        contract_id=contract_id,
    )
    if found is None:
        raise NotFound("energy contract", contract_id)
    return found


async def put_contract(tx: Transaction, contract: Contract, *, now: datetime) -> None:
    """Write a contract, new or not."""
    await tx.execute(
        """
        INSERT INTO energy_contract
               (contract_id, application_id, user_id, building_id, document, created_at, updated_at)
        VALUES (%(contract_id)s, %(application_id)s, %(user_id)s, %(building_id)s, %(document)s, %(now)s, %(now)s)
        ON CONFLICT (contract_id) DO UPDATE
           SET building_id = EXCLUDED.building_id, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at
        """,
        contract_id=contract.contract_id,
        application_id=contract.application_id,
        user_id=contract.user_id,
        building_id=contract.building_id,
        document=Json(msgspec.to_builtins(contract.document)),
        now=now,
    )
