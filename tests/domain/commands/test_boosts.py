"""Boosts that wait for a car: due in the save that sees it plugged in, begun once, put off, or not needed any more."""

import asyncio
from datetime import timedelta

import pytest

from tests.domain.commands.conftest import Home, open_home
from tests.domain.commands.test_races import waiting
from tests.support.accounts import World
from wattlink.connectors.commands import StartCharging
from wattlink.connectors.devices import Kind
from wattlink.domain.commands.boosts import store
from wattlink.domain.commands.boosts.begin_due import begin_due
from wattlink.domain.commands.boosts.boost import boost
from wattlink.domain.commands.boosts.model import BoostState, boost_state
from wattlink.domain.errors import BoostNotPossible
from wattlink.domain.leaving.deauthorize import deauthorize
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.premises.charge_policies import store as policies
from wattlink.domain.visits import store as visits

_AWAY = {"routine": [{"do": "park", "minutes": 1e6}], "leg": 0, "sleeps_after": 1e6, "charging": False}
_PLUGGED_IN = {"routine": [{"do": "charge", "minutes": 1e6}], "charging": False}
_COMMANDS = "SELECT count(*) FROM command"


@pytest.fixture
async def garage(world: World) -> Home:
    """A car that stands somewhere."""
    return await open_home(world, "tesla", Kind.VEHICLE, **_AWAY)


async def _boost(garage: Home) -> None:
    device = await garage.device()
    async with garage.world.hub.db.transaction() as tx:
        await boost(tx, garage.world.access, device.device_id, now=garage.world.clock())


async def _begin(garage: Home) -> int:
    return await begin_due(garage.world.hub.db, garage.world.clock())


async def _seen(garage: Home, **knobs: object) -> None:
    await garage.knobs(**knobs)
    await garage.world.visit_due(hours=2)


async def _commands(garage: Home) -> int:
    async with garage.world.hub.db.read() as reader:
        return await reader.one(int, _COMMANDS)


async def _stands(garage: Home) -> tuple[BoostState, bool]:
    """The boost's state, and whether one waits for the next session."""
    device = await garage.device()
    async with garage.world.hub.db.read() as reader:
        mine = (await store.of_devices(reader, [device.device_id])).get(device.device_id)
    return boost_state(device, mine, is_in_touch=True), mine is not None and mine.is_armed


async def test_it_is_due_with_the_visit_that_sees_the_plug_and_begins_once(garage: Home) -> None:
    await _boost(garage)
    assert await garage.world.visit_due() == 1  # asking has the car looked at
    assert await _begin(garage) == 0
    await _seen(garage, **_PLUGGED_IN)
    assert (await _commands(garage), await _stands(garage)) == (0, (BoostState.AVAILABLE, True))
    await asyncio.gather(*(_begin(garage) for _ in range(4)))  # as many processes, or the same again after a crash
    assert (await _commands(garage), await _stands(garage)) == (1, (BoostState.REQUESTED, False))
    await garage.world.visit_due()
    assert await _stands(garage) == (BoostState.ONGOING, False)
    assert await garage.sent("charge_start") == [200]
    await _seen(garage, **_AWAY)
    assert await _stands(garage) == (BoostState.AVAILABLE, False)
    await _seen(garage, **_PLUGGED_IN)
    assert (await _begin(garage), await _commands(garage)) == (0, 1)


async def test_a_plug_that_is_seen_while_it_is_asked_for_is_not_missed(garage: Home) -> None:
    device, db = await garage.device(), garage.world.hub.db
    async with db.transaction() as tx:
        await visits.lock(tx, [device.account_id])  # somebody saves a visit
        asking = asyncio.create_task(_boost(garage))
        await waiting(db)
        await tx.execute(
            """
            UPDATE device_state SET document = jsonb_set(document, '{charge_state,is_plugged_in}', 'true')
             WHERE device_id = %(device_id)s
            """,
            device_id=device.device_id,
        )
    await asking
    assert (await _commands(garage), await _stands(garage)) == (1, (BoostState.REQUESTED, False))


async def test_who_is_unplugged_before_it_began_waits_for_the_next_time(garage: Home) -> None:
    await _boost(garage)
    await _seen(garage, **_PLUGGED_IN)
    await _seen(garage, **_AWAY)
    assert (await _begin(garage), await _commands(garage)) == (1, 0)
    assert (await _begin(garage), await _stands(garage)) == (0, (BoostState.AVAILABLE, True))
    await _seen(garage, **_PLUGGED_IN)
    assert (await _begin(garage), await _commands(garage)) == (1, 1)


async def test_a_car_that_cannot_be_told_is_tried_again_later(garage: Home) -> None:
    await _boost(garage)
    await _seen(garage, **_PLUGGED_IN, key=False)
    assert (await _begin(garage), await _begin(garage), await _commands(garage)) == (1, 0, 0)
    assert await _stands(garage) == (BoostState.UNAVAILABLE, True)
    async with garage.world.hub.db.transaction() as tx:
        await store.bring_forward(tx, [garage.account_id], timedelta(minutes=3))
    assert await _begin(garage) == 0
    garage.world.clock.forward(minutes=2)
    assert (await _begin(garage), await _commands(garage)) == (1, 0)
    await _seen(garage, key=True)
    assert (await _begin(garage), await _commands(garage)) == (1, 1)


@pytest.mark.parametrize("knobs", [{"charging": True}, {"battery": 90.0}], ids=["charges by itself", "full"])
async def test_a_car_that_has_what_was_wished_for_is_left_alone(garage: Home, knobs: dict[str, object]) -> None:
    await _boost(garage)
    await _seen(garage, **{**_PLUGGED_IN, **knobs})
    assert (await _begin(garage), await _commands(garage)) == (1, 0)
    assert (await _stands(garage))[1] is False


async def test_a_full_car_says_so_while_it_is_plugged_in(garage: Home) -> None:
    await _seen(garage, battery=90.0)
    await _boost(garage)  # for the next time, when it won't be full any more
    await _seen(garage, **{**_PLUGGED_IN, "charging": True})
    with pytest.raises(BoostNotPossible) as refused:
        await _boost(garage)
    assert (refused.value.reason, refused.value.state) == ("fully_charged", "unavailable")


async def test_nothing_is_promised_of_a_car_that_may_not_be_told(world: World) -> None:
    garage = await open_home(world, "tesla", Kind.VEHICLE, **_AWAY, key=False)
    with pytest.raises(BoostNotPossible) as refused:
        await _boost(garage)
    assert (refused.value.reason, refused.value.state) == ("internal_error", "unavailable")


async def test_a_car_that_is_out_of_reach_is_asked_until_that_expires(garage: Home) -> None:
    await _seen(garage, **_PLUGGED_IN)
    await _seen(garage, offline=True)
    await _boost(garage)
    await garage.world.visit_due()
    assert (await _stands(garage))[0] is BoostState.REQUESTED
    assert await garage.end_overdue(minutes=16) == 1
    assert (await _stands(garage), await garage.told()) == (
        (BoostState.AVAILABLE, False),
        [("state", "completed_at", "failure")],
    )


async def test_a_deleted_user_leaves_no_wishes(garage: Home) -> None:
    await _boost(garage)
    device, world = await garage.device(), garage.world
    async with world.hub.db.transaction() as tx:
        await policies.put(tx, device.device_id, {"timezone": "Europe/Oslo"}, world.clock())
        await delete_user(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())
    async with world.hub.db.read() as reader:
        for table in ("boost", "charge_policy"):
            assert await reader.one(int, f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - constants only
    assert await begin_due(world.hub.db, world.clock() + timedelta(days=1)) == 0


async def test_a_deauthorized_car_waits_for_nothing(garage: Home) -> None:
    await _boost(garage)
    await _seen(garage, **_PLUGGED_IN)  # due, when the user takes the access back
    world = garage.world
    async with world.hub.db.transaction() as tx:
        await deauthorize(tx, world.access, "ada", vault=world.hub.vault, now=world.clock())
    assert (await _stands(garage))[1] is False
    assert (await _begin(garage), await _commands(garage)) == (0, 0)


async def test_each_change_of_a_boost_is_told_once(garage: Home) -> None:
    async def told() -> list[tuple[str, ...]]:
        return [fields for name, fields in await garage.world.events() if name == "device.preferences_updated"]

    await _boost(garage)
    await _boost(garage)
    assert await told() == [("boost_for_next_session",)]
    await _seen(garage, **_PLUGGED_IN)
    await asyncio.gather(*(_begin(garage) for _ in range(4)))
    assert (await told())[1:] == [("boost_state", "boost_for_next_session")]
    await _boost(garage)  # the one under way
    assert len(await told()) == 2


async def test_what_another_dialect_told_the_car_is_the_boosts_command(garage: Home) -> None:
    await _seen(garage, **_PLUGGED_IN)
    told = await garage.tell(StartCharging())
    await _boost(garage)
    await _boost(garage)
    assert await _commands(garage) == 1
    await garage.world.visit_due()
    assert (await garage.stands(told), (await _stands(garage))[0]) == (("confirmed", None), BoostState.ONGOING)
