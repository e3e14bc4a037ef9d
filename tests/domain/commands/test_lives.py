"""Stories of commands among others: newer ones, the same once more, taken back, and users who leave."""

import asyncio

import pytest

from tests.domain.commands.conftest import ADA, Home, open_home
from tests.support.accounts import World
from wattlink.base.ids import new_id
from wattlink.connectors.commands import SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import CommandId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import leave
from wattlink.domain.commands import store
from wattlink.domain.errors import CommandNotPossible, NotFound, Overloaded
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.organizations.create import create_application

START, LIMIT = "start_charging", "set_dynamic_charger_current"


@pytest.fixture
async def garage(world: World) -> Home:
    """A car that was just plugged in and charges."""
    return await open_home(world, "tesla", Kind.VEHICLE)


async def test_a_newer_command_cancels_the_one_before(home: Home) -> None:
    first = await home.tell(StartCharging())
    second = await home.tell(SetMaxCurrent(max_current=10))
    assert await home.stands(first) == ("cancelled", "conflict")
    await home.world.visit_due()
    await home.world.visit_due(seconds=6)
    assert await home.stands(second) == ("confirmed", None)
    assert (await home.sent(START), await home.sent(LIMIT)) == ([], [202])
    assert await home.told() == [("state", "completed_at", "failure"), ("state", "completed_at")]


async def test_a_charger_told_the_same_again_begins_anew_but_a_vehicle_doesnt(home: Home) -> None:
    first = await home.tell(StartCharging())
    assert await home.tell(StartCharging()) != first
    assert await home.stands(first) == ("cancelled", "conflict")


async def test_what_a_vehicle_is_told_twice_is_one_command(garage: Home) -> None:
    first = await garage.tell(StopCharging())
    assert await garage.tell(StopCharging()) == first
    await garage.world.visit_due()
    assert await garage.stands(first) == ("confirmed", None)  # a car does it at once
    assert await garage.sent("charge_stop") == [200]


async def test_many_at_once_leave_one(home: Home) -> None:
    made = await asyncio.gather(*(home.tell(SetMaxCurrent(max_current=6 + number)) for number in range(8)))
    states = [(await home.stands(command_id))[0] for command_id in made]
    assert sorted(states) == ["cancelled"] * 7 + ["pending"]
    await home.world.visit_due()
    assert await home.sent(LIMIT) == [202]


async def test_a_flood_is_stopped(home: Home) -> None:
    for number in range(30):
        await home.tell(SetMaxCurrent(max_current=6 + number % 20))
    with pytest.raises(Overloaded):
        await home.tell(SetMaxCurrent(max_current=6))
    home.world.clock.forward(minutes=5, seconds=1)
    await home.tell(SetMaxCurrent(max_current=6))


async def test_what_is_cancelled_in_time_isnt_sent(home: Home) -> None:
    told = await home.tell(StartCharging())
    assert await home.cancel(told)
    assert await home.stands(told) == ("cancelled", "requested")
    await home.world.visit_due()
    assert await home.sent(START) == []
    assert not await home.cancel(told)
    assert await home.told() == [("state", "completed_at", "failure")]


async def test_a_cancelled_one_stays_so_whatever_the_device_did(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.visit_due()
    assert await home.cancel(told)
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("cancelled", "requested")


async def test_another_application_reaches_nothing(home: Home) -> None:
    told = await home.tell(StartCharging())
    async with home.world.hub.db.transaction() as tx:
        made = await create_application(tx, "Amply")
    stranger = Access(applications=(made.application_id,))
    with pytest.raises(NotFound):
        await home.tell(StopCharging(), stranger)
    async with home.world.hub.db.read() as reader:
        for access, command_id, kind in (
            (stranger, told, Kind.CHARGER),
            (home.world.access, told, Kind.VEHICLE),
            (home.world.access, CommandId(new_id()), Kind.CHARGER),
        ):
            with pytest.raises(NotFound):
                await store.get(reader, access, command_id, kind)
    assert await home.stands(told) == ("pending", None)


async def test_who_withdraws_the_right_to_control_is_heard_before_it_is_sent(home: Home) -> None:
    told = await home.tell(StartCharging())
    async with home.world.hub.db.transaction() as tx:
        await tx.execute("UPDATE account SET scopes = array_remove(scopes, 'charger:control:charging')")
    await home.world.visit_due()
    assert await home.stands(told) == ("failed", "precondition")
    assert "charger:control:charging" in str((await home.get(told)).detail)
    assert await home.sent(START) == []


async def test_disconnecting_ends_commands_and_they_can_still_be_read(home: Home) -> None:
    told = await home.tell(StartCharging())
    world, user_id = home.world, await home.world.user("ada")
    async with world.hub.db.transaction() as tx:
        await leave.disconnect(tx, world.access, user_id, "easee", None, vault=world.hub.vault, now=world.clock())
    assert await home.stands(told) == ("cancelled", "not_found")
    assert [name for name, _ in await world.events()][-2:] == ["command.updated", "device.deleted"]
    await world.visit_due()
    assert await home.sent(START) == []


async def test_a_deauthorized_user_has_no_more_commands_and_no_events(home: Home) -> None:
    told = await home.tell(StartCharging())
    world, user_id = home.world, await home.world.user("ada")
    async with world.hub.db.transaction() as tx:
        await leave.deauthorize(tx, world.access, user_id, vault=world.hub.vault, now=world.clock())
    assert await home.stands(told) == ("cancelled", "precondition")
    assert await home.told() == []
    with pytest.raises(CommandNotPossible):
        await home.tell(StartCharging())


async def test_a_deleted_user_leaves_no_command_behind(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.cancel(told)
    world = home.world
    async with world.hub.db.transaction() as tx:
        await delete_user(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())
    with pytest.raises(NotFound):
        await home.get(told)
    async with world.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM command") == 0
        assert await reader.one(int, "SELECT count(*) FROM event WHERE payload::text LIKE '%%start_charging%%'") == 0


async def test_a_device_that_left_the_account_ends_what_it_was_told(home: Home) -> None:
    await home.knobs(online=False)
    told = await home.tell(StartCharging())
    await home.world.sandbox.change("easee", ADA, remove_devices=[home.vendor_device_id])
    await home.world.visit_due()
    assert await home.stands(told) == ("failed", "not_found")


async def test_a_sleeping_car_is_woken_and_told(garage: Home) -> None:
    await garage.knobs(charging=False)
    await garage.world.visit_due(minutes=8)
    await garage.knobs(sleeps_after=0)
    told = await garage.tell(StartCharging())
    for seconds in (1, 6, 16, 46):
        await garage.world.visit_due(seconds=seconds)
    assert await garage.stands(told) == ("confirmed", None)
    assert 408 in await garage.sent("charge_start")
    assert (await garage.sent("charge_start"))[-1] == 200


async def test_what_a_dead_worker_may_have_sent_is_sent_again_where_that_does_no_harm(garage: Home) -> None:
    told = await garage.tell(StopCharging())
    async with garage.world.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE command SET state = 'sending', tries = 1, sent_at = %(now)s, ends_at = %(now)s + interval '2 min'",
            now=garage.world.clock(),
        )
    await garage.world.visit_due()
    assert await garage.sent("charge_stop") == [200]
    assert await garage.stands(told) == ("confirmed", None)


async def test_what_is_sent_again_is_sent_less_and_less_often(garage: Home) -> None:
    told = await garage.tell(StopCharging())
    await garage.world.sandbox.fault("tesla", ADA, Fault.GARBAGE)
    for _ in range(60):
        await garage.world.visit_due(seconds=5)
    tries = len(await garage.sent("charge_stop"))
    assert 5 <= tries <= 10  # at once, after 5, 15 and 45 seconds, and then every minute
    assert await garage.stands(told) == ("sending", None)
    await garage.world.sandbox.fault("tesla", ADA)
    await garage.world.visit_due(minutes=1)
    assert await garage.stands(told) == ("confirmed", None)
