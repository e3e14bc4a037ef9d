"""Users: created, listed, read, changed in part, and deleted, which leaves an id and a date."""

from typing import Annotated, Any, Literal

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody

from wattlink.dialects.podero.wire import (
    Answer,
    Country,
    Payload,
    Text,
    Timestamp,
    Uuid,
    ZipCode,
    country_said,
    timestamp,
    user_id_of,
    zip_code_of,
)
from wattlink.domain.leaving.delete_user import delete_user as leave
from wattlink.domain.users.people import store as people
from wattlink.domain.users.people.change import change
from wattlink.domain.users.people.create import create
from wattlink.domain.users.people.email import MOST_LETTERS, problem_of_email
from wattlink.domain.users.people.model import NewPerson, Person, PersonChange, Rank
from wattlink.web.bodies import Check
from wattlink.web.call import Call

Role = Literal["admin", "staff", "user"]
Email = Annotated[
    str,
    msgspec.Meta(min_length=3, max_length=MOST_LETTERS, description="Unique among the users; case is ignored."),
    Check(problem_of_email),
]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
ExternalId = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Details(Payload):
    """What else may be said of a user; null takes it back."""

    external_user_id: ExternalId | msgspec.UnsetType | None = msgspec.UNSET
    first_name: Text | msgspec.UnsetType | None = msgspec.UNSET
    last_name: Text | msgspec.UnsetType | None = msgspec.UNSET
    street_and_number: Text | msgspec.UnsetType | None = msgspec.UNSET
    street_add_info: Text | msgspec.UnsetType | None = msgspec.UNSET
    zip_code: ZipCode | msgspec.UnsetType = msgspec.UNSET
    town: Text | msgspec.UnsetType | None = msgspec.UNSET
    country_iso2: Country | msgspec.UnsetType = msgspec.UNSET
    country: Country | msgspec.UnsetType = msgspec.UNSET
    latitude: Latitude | msgspec.UnsetType | None = msgspec.UNSET
    longitude: Longitude | msgspec.UnsetType | None = msgspec.UNSET


class UserIn(Details, kw_only=True):
    """A new user."""

    email: Email
    role: Role


class UserUpdate(Details, kw_only=True):
    """What changes; what isn't here stays."""

    email: Email | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET


class UserOut(Answer):
    """A user. One that other dialects made may have no address: it is empty then. A deleted one keeps nothing else."""

    id: Uuid
    external_user_id: str | None
    role: Role
    email: str
    first_name: str | None
    last_name: str | None
    street_and_number: str | None
    street_add_info: str | None
    zip_code: str | None
    town: str | None
    country: str | None
    country_iso2: str | None
    latitude: float | None
    longitude: float | None
    location_last_updated: Timestamp | None
    created_at: Timestamp
    deleted_at: Timestamp | None


async def create_user(request: Call, org_id: FromPath[str], data: JSONBody[UserIn]) -> UserOut:  # noqa: ARG001
    """Create a user; one that another dialect knows by this `external_user_id` alone becomes it."""
    hub = request.hub
    new = NewPerson(email=data.email, rank=Rank(data.role), details=_details(data))
    async with hub.db.transaction() as tx:
        person = await create(tx, request.access, new, now=hub.clock())
    hub.notifier.wake("events")
    return shown(person)


async def list_users(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    include_deleted: FromQuery[bool] = False,
) -> list[UserOut]:
    """Every user, newest first."""
    async with request.hub.db.read() as reader:
        found = await people.all_of(reader, request.access, with_deleted=include_deleted)
    return [shown(person) for person in found]


async def get_user(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    include_deleted: FromQuery[bool] = False,
) -> UserOut:
    """A user."""
    async with request.hub.db.read() as reader:
        person = await people.get(reader, request.access, user_id_of(request), with_deleted=include_deleted)
    return shown(person)


async def update_user(
    request: Call,
    org_id: FromPath[str],  # noqa: ARG001
    user_id: FromPath[str],  # noqa: ARG001
    data: JSONBody[UserUpdate],
) -> UserOut:
    """Change what is sent of a user, and nothing else."""
    hub = request.hub
    asked = PersonChange(
        email=data.email,
        rank=msgspec.UNSET if data.role is msgspec.UNSET else Rank(data.role),
        details=_details(data),
    )
    async with hub.db.transaction() as tx:
        person = await change(tx, request.access, user_id_of(request), asked, now=hub.clock())
    hub.notifier.wake("events")
    return shown(person)


async def delete_user(request: Call, org_id: FromPath[str], user_id: FromPath[str]) -> None:  # noqa: ARG001
    """Delete a user with everything that is known of them; vendors' access is revoked. The id stays, as deleted."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        person = await people.get(tx, request.access, user_id_of(request))
        await leave(tx, request.access, person.external_id, vault=hub.vault, now=hub.clock())
    hub.door.forget()
    hub.notifier.wake("events")


def _details(data: Details) -> dict[str, Any]:
    """What is said of a user, by the domain's names."""
    said = {name: getattr(data, name) for name in Details.__struct_fields__}
    given = country_said({name: value for name, value in said.items() if value is not msgspec.UNSET})
    if "zip_code" in given:
        given["zip_code"] = zip_code_of(given["zip_code"])
    if "external_user_id" in given:
        given["external_id"] = given.pop("external_user_id")
    return given


def shown(person: Person) -> UserOut:
    """The user as a partner sees it."""
    address = person.address
    return UserOut(
        id=str(person.user_id),
        external_user_id=person.own_id,
        role=person.rank.value,
        email=person.email or "",
        first_name=person.first_name,
        last_name=person.last_name,
        street_and_number=address.street_and_number,
        street_add_info=address.street_add_info,
        zip_code=address.zip_code,
        town=address.town,
        country=address.country,
        country_iso2=address.country_iso2,
        latitude=address.latitude,
        longitude=address.longitude,
        location_last_updated=timestamp(address.located_at),
        created_at=timestamp(person.created_at) or "",
        deleted_at=timestamp(person.deleted_at),
    )
