"""What a partner wishes of a car's charging: a boost, and a policy for each day of the week."""

from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.db.database import Reader
from wattlink.dialects.podero.devices.preferences import HourAndMinute, Percent
from wattlink.dialects.podero.devices.reading import one_of
from wattlink.dialects.podero.kinds import ELECTRIC_VEHICLE
from wattlink.dialects.podero.wire import Answer, Payload, Uuid, device_id_of, user_id_of
from wattlink.domain.commands.boosts.boost import boost
from wattlink.domain.commands.boosts.disarm import disarm
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import InvalidInput
from wattlink.domain.locations.model import timezone_problem
from wattlink.domain.premises.charge_policies import store as policies
from wattlink.domain.premises.charge_policies.change import change
from wattlink.domain.users import store as users
from wattlink.web.call import Call


class Day(Payload):
    """How full the car is to be (%), and by when (`07:00`)."""

    charge_percentage: Percent
    charge_deadline: HourAndMinute


class DayOut(Answer):
    charge_percentage: int
    charge_deadline: str


class Policy(Payload):
    """What changes; a day that isn't here stays, and null takes it back."""

    mon: Day | UnsetType | None = UNSET
    tue: Day | UnsetType | None = UNSET
    wed: Day | UnsetType | None = UNSET
    thu: Day | UnsetType | None = UNSET
    fri: Day | UnsetType | None = UNSET
    sat: Day | UnsetType | None = UNSET
    sun: Day | UnsetType | None = UNSET
    timezone: Annotated[str, msgspec.Meta(max_length=64)] | UnsetType | None = UNSET


class PolicyIn(Policy):
    """The same, bare or within `data`, as it is read."""

    data: Policy | UnsetType = UNSET


class PolicyOut(Answer):
    """Days of which nothing was said are null; `timezone` is of the IANA database."""

    mon: DayOut | None = None
    tue: DayOut | None = None
    wed: DayOut | None = None
    thu: DayOut | None = None
    fri: DayOut | None = None
    sat: DayOut | None = None
    sun: DayOut | None = None
    timezone: str | None = None


class WhosePolicy(Answer):
    electric_vehicle_id: Uuid
    user_id: Uuid
    error: str | None = None


class ChargePolicy(Answer):
    """A policy, and of which car it is."""

    metadata: WhosePolicy
    data: PolicyOut


async def boost_vehicle(request: Call, device_id: FromPath[str]) -> None:
    """Charge now, or as soon as the car is plugged in."""
    hub, now = request.hub, request.hub.clock()
    async with hub.db.transaction() as tx:
        device = (await one_of(tx, request, ELECTRIC_VEHICLE, device_id)).device
        await boost(tx, request.access, device.device_id, now=now)
    for channel in ("visits", "commands", "events"):
        hub.notifier.wake(channel)


async def disarm_vehicle(request: Call, device_id: FromPath[str]) -> None:
    """Don't charge when the car is plugged in next; what charges already goes on."""
    async with request.hub.db.transaction() as tx:
        device = (await one_of(tx, request, ELECTRIC_VEHICLE, device_id)).device
        await disarm(tx, request.access, device.device_id, now=request.hub.clock())
    request.hub.notifier.wake("events")


async def get_charge_policy(request: Call, device_id: FromPath[str]) -> ChargePolicy:
    """The policy that is kept of a car."""
    async with request.hub.db.read() as reader:
        return await _policy(reader, request, device_id)


async def put_charge_policy(request: Call, device_id: FromPath[str], data: JSONBody[PolicyIn]) -> ChargePolicy:
    """Keep what is sent, beside what was kept before."""
    said = msgspec.to_builtins(data if isinstance(data.data, UnsetType) else data.data)
    _check_zone(said.get("timezone"))
    async with request.hub.db.transaction() as tx:
        await users.hold(tx, user_id_of(request))  # whoever deletes the user comes before or after, as events need
        await devices.hold(tx, request.access, device_id_of(device_id))
        device = (await one_of(tx, request, ELECTRIC_VEHICLE, device_id)).device
        await change(tx, device, said, now=request.hub.clock())
        policy = await _policy(tx, request, device_id)
    request.hub.notifier.wake("events")
    return policy


async def _policy(reader: Reader, request: Call, device_id: str) -> ChargePolicy:
    seen = await one_of(reader, request, ELECTRIC_VEHICLE, device_id)
    document = await policies.get(reader, seen.device.device_id)
    return ChargePolicy(
        metadata=WhosePolicy(electric_vehicle_id=str(seen.device.device_id), user_id=str(seen.owner.user_id)),
        data=msgspec.convert(document, PolicyOut),
    )


def _check_zone(name: str | None) -> None:
    problem = None if name is None else timezone_problem(name)
    if problem is not None:
        raise InvalidInput("timezone", problem)
