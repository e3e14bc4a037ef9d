"""A user's buildings: created, listed, read, and changed in part."""

from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, JSONBody

from wattlink.dialects.podero.wire import (
    Answer,
    Country,
    Payload,
    Text,
    Uuid,
    ZipCode,
    country_said,
    user_id_of,
    zip_code_of,
)
from wattlink.domain.access.ids import BuildingId
from wattlink.domain.premises import buildings, store
from wattlink.domain.premises.model import LARGEST_M2, MOST_OCCUPANTS, Building
from wattlink.domain.users.people import store as people
from wattlink.web.call import Call, uuid_of

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Word = Annotated[str, msgspec.Meta(max_length=100, description="In the partner's words.")]
Occupants = Annotated[int, msgspec.Meta(ge=0, le=MOST_OCCUPANTS)]
Size = Annotated[float, msgspec.Meta(ge=0, le=LARGEST_M2)]
_Span = Annotated[str, msgspec.Meta(max_length=20)]
Age = Annotated[_Span | int | None, msgspec.Meta(description="The year, or a span like `1990-2000`.")]


class Particulars(Payload):
    """What else may be said of a building; null takes it back."""

    property_type: Word | msgspec.UnsetType | None = msgspec.UNSET
    property_size_m2: Size | msgspec.UnsetType | None = msgspec.UNSET
    property_age: Age | msgspec.UnsetType = msgspec.UNSET
    num_occupants: Occupants | msgspec.UnsetType | None = msgspec.UNSET
    occupant_type: Word | msgspec.UnsetType | None = msgspec.UNSET
    space_heating: Word | msgspec.UnsetType | None = msgspec.UNSET
    water_heating: Word | msgspec.UnsetType | None = msgspec.UNSET
    photovoltaic: bool | msgspec.UnsetType | None = msgspec.UNSET
    street_and_number: Text | msgspec.UnsetType | None = msgspec.UNSET
    street_add_info: Text | msgspec.UnsetType | None = msgspec.UNSET
    zip_code: ZipCode | msgspec.UnsetType = msgspec.UNSET
    town: Text | msgspec.UnsetType | None = msgspec.UNSET
    country_iso2: Country | msgspec.UnsetType = msgspec.UNSET
    country: Country | msgspec.UnsetType = msgspec.UNSET


class BuildingIn(Particulars, kw_only=True):
    """A new building."""

    name: Name


class BuildingUpdate(Particulars, kw_only=True):
    """What changes; what isn't here stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET


class BuildingOut(Answer):
    """A building."""

    id: Uuid
    name: str
    property_type: str | None
    property_size_m2: float | None
    property_age: str | int | None
    num_occupants: int | None
    occupant_type: str | None
    space_heating: str | None
    water_heating: str | None
    photovoltaic: bool | None
    street_and_number: str | None
    street_add_info: str | None
    zip_code: str | None
    town: str | None
    country: str | None
    country_iso2: str | None


async def create_building(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    data: JSONBody[BuildingIn],
) -> BuildingOut:
    """Create a building of a user's."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        made = await buildings.create(
            tx, request.access, user_id_of(request), data.name, _particulars(data), now=hub.clock()
        )
    return _shown(made)


async def list_buildings(request: Call, org_id: FromPath[str], user_id: FromPath[str]) -> list[BuildingOut]:  # noqa: ARG001
    """Every building of a user, oldest first."""
    async with request.hub.db.read() as reader:
        person = await people.get(reader, request.access, user_id_of(request))
        found = await store.buildings_of(reader, request.access, person.user_id)
    return [_shown(building) for building in found]


async def get_building(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    building_id: FromPath[str],
) -> BuildingOut:
    """A building."""
    async with request.hub.db.read() as reader:
        found = await store.building(reader, request.access, user_id_of(request), building_id_of(building_id))
    return _shown(found)


async def update_building(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    building_id: FromPath[str],
    data: JSONBody[BuildingUpdate],
) -> BuildingOut:
    """Change what is sent of a building, and nothing else."""
    hub, said = request.hub, _particulars(data)
    if data.name is not msgspec.UNSET:
        said["name"] = data.name
    async with hub.db.transaction() as tx:
        changed = await buildings.change(
            tx, request.access, user_id_of(request), building_id_of(building_id), said, now=hub.clock()
        )
    return _shown(changed)


def building_id_of(text: str) -> BuildingId:
    """A building's id; raises NotFound."""
    return BuildingId(uuid_of("building", text))


def _particulars(data: Particulars) -> dict[str, Any]:
    said = {name: getattr(data, name) for name in Particulars.__struct_fields__}
    given = country_said({name: value for name, value in said.items() if value is not msgspec.UNSET})
    if "zip_code" in given:
        given["zip_code"] = zip_code_of(given["zip_code"])
    return given


def _shown(building: Building) -> BuildingOut:
    said = msgspec.structs.asdict(building.document)
    return BuildingOut(
        id=str(building.building_id), name=building.name, country_iso2=building.document.country_iso2, **said
    )
