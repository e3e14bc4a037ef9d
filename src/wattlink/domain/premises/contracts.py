"""Say of a user by which contract energy is bought."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import BuildingId, ContractId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.premises import store
from wattlink.domain.premises.model import Contract, ContractDocument, checked_contract
from wattlink.domain.users.people import store as people


async def create(
    tx: Transaction, access: Access, user_id: UserId, said: Mapping[str, Any], *, now: datetime
) -> Contract:
    """A new contract; raises NotFound where there is no such user, and InvalidInput."""
    person = await people.lock(tx, access, user_id)
    new = Contract(
        contract_id=ContractId(new_id()),
        application_id=person.application_id,
        user_id=user_id,
        building_id=None,
        document=ContractDocument(),
    )
    return await _put(tx, access, new, said, now=now)


async def change(
    tx: Transaction, access: Access, user_id: UserId, contract_id: ContractId, said: Mapping[str, Any], *, now: datetime
) -> Contract:
    """The contract with what is said of it; raises NotFound and InvalidInput."""
    before = await store.lock_contract(tx, access, user_id, contract_id)
    return await _put(tx, access, before, said, now=now)


async def _put(
    tx: Transaction, access: Access, before: Contract, said: Mapping[str, Any], *, now: datetime
) -> Contract:
    given = dict(said)
    building_id: BuildingId | None = given.pop("building_id", before.building_id)
    if building_id is not None:
        try:
            await store.building(tx, access, before.user_id, building_id)
        except NotFound:
            raise InvalidInput("building_id", "isn't a building of this user") from None
    document = checked_contract(before.document, given)
    contract = msgspec.structs.replace(before, building_id=building_id, document=document)
    await store.put_contract(tx, contract, now=now)
    return contract
