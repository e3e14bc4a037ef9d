"""Stories of commands on their way: sent once, seen done or not, ended in time whatever happens."""

import asyncio

import pytest

from tests.domain.commands.conftest import ADA, Home
from tests.support.accounts import World
from wattlink.connectors.commands import SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.simulation import Fault

START = "start_charging"


async def test_what_is_told_is_sent_by_a_visit_and_confirmed_by_what_the_device_shows(home: Home) -> None:
    told = await home.tell(StartCharging())
    assert await home.stands(told) == ("pending", None)
    assert await home.sent(START) == []

    await home.world.visit_due()
    assert await home.sent(START) == [202]
    assert await home.stands(told) == ("sent", None)

    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("confirmed", None)
    assert await home.sent(START) == [202]
    assert await home.told() == [("state", "completed_at")]
    assert (await home.device()).document.charge_state.is_charging  # type: ignore[union-attr]


async def test_a_device_is_looked_at_after_5_15_and_45_seconds_and_then_given_up(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.visit_due()
    await home.knobs(enabled=False)  # accepted by the cloud, and never followed
    visits = [await home.world.visit_due(seconds=seconds) for seconds in (4, 1, 9, 1, 29, 1, 60)]
    assert visits == [0, 1, 0, 1, 0, 1, 0]
    assert await home.end_overdue(seconds=14) == 0
    assert await home.end_overdue(seconds=1) == 1
    assert await home.stands(told) == ("failed", "no_response")
    assert await home.sent(START) == [202]


async def test_a_car_that_leaves_meanwhile_ends_it_at_once(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.visit_due()
    await home.knobs(car="away", asked=None)
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("failed", "precondition")
    assert (await home.get(told)).detail == "The asset was unplugged before the action could be completed"


async def test_while_the_vendor_is_down_it_waits_and_then_expires_unsent(home: Home) -> None:
    told = await home.tell(StartCharging())
    async with home.world.hub.db.transaction() as tx:
        await tx.execute("UPDATE circuit SET open_since = now(), probe_at = 'infinity'")
    assert await home.world.visit_due() == 0
    assert await home.end_overdue(minutes=14, seconds=59) == 0
    assert await home.end_overdue(seconds=1) == 1
    assert await home.stands(told) == ("expired", "no_response")
    async with home.world.hub.db.transaction() as tx:
        await tx.execute("UPDATE circuit SET open_since = NULL")
    await home.world.visit_due()
    assert await home.sent(START) == []


async def test_when_the_vendor_answers_again_what_waits_goes_first(home: Home) -> None:
    told = await home.tell(StartCharging())
    async with home.world.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE circuit SET open_since = %(now)s, probe_at = %(now)s + interval '1 minute'",
            now=home.world.clock(),
        )
    assert await home.world.visit_due(seconds=59) == 0
    probe_then_visit = await home.world.visit_due(seconds=2)
    assert probe_then_visit == 2
    assert await home.sent(START) == [202]  # by the visit: a probe only reads
    assert await home.stands(told) == ("sent", None)


async def test_what_expired_isnt_sent_even_before_the_pump_came_by(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.visit_due(minutes=15)
    assert await home.sent(START) == []
    assert await home.end_overdue() == 1
    assert await home.stands(told) == ("expired", "no_response")


async def test_a_charger_out_of_reach_is_tried_again_until_it_can_be_reached(home: Home) -> None:
    await home.knobs(online=False)
    told = await home.tell(StartCharging())
    for seconds in (0, 6, 16):
        await home.world.visit_due(seconds=seconds)
    assert await home.sent(START) == [409, 409, 409]
    assert await home.stands(told) == ("pending", None)
    await home.knobs(online=True)
    await home.world.visit_due(seconds=46)
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("confirmed", None)


@pytest.mark.parametrize("fault", [Fault.OUTAGE, Fault.GARBAGE])
async def test_after_an_answer_that_says_nothing_it_isnt_sent_again(home: Home, fault: Fault) -> None:
    told = await home.tell(StartCharging())
    await home.world.sandbox.fault("easee", "ada@example.com", fault)
    await home.world.visit_due()
    assert await home.stands(told) == ("sending", None)
    await home.world.sandbox.fault("easee", "ada@example.com")
    for _ in range(3):
        await home.world.visit_due(seconds=30)
    assert len(await home.sent(START)) == 1
    await home.end_overdue(minutes=1)
    assert await home.stands(told) == ("failed", "no_response")


async def test_a_quota_puts_it_back(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.sandbox.fault("easee", "ada@example.com", Fault.QUOTA)
    await home.world.visit_due()
    assert await home.stands(told) == ("pending", None)
    await home.world.sandbox.fault("easee", "ada@example.com")
    await home.world.visit_due(minutes=5)
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("confirmed", None)


async def test_a_token_that_is_refused_sent_nothing_and_it_waits_for_another(home: Home) -> None:
    told = await home.tell(StartCharging())
    await home.world.sandbox.fault("easee", "ada@example.com", Fault.ACCESS_REFUSED)
    await home.world.visit_due()
    assert await home.sent(START) == [401, 401]  # with the token that was there, and with a new one
    assert await home.stands(told) == ("pending", None)
    await home.world.sandbox.fault("easee", "ada@example.com")
    await home.world.visit_due(seconds=16)
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("confirmed", None)


async def test_what_its_user_lets_nobody_do_any_more_is_never_sent(home: Home) -> None:
    """T26: she links again and leaves out a permission while a command waits."""
    told = await home.tell(StartCharging())
    await home.world.link("easee", ADA, scopes=("charger:read:data",))
    assert await home.stands(told) == ("failed", "precondition")
    assert (await home.get(told)).detail == "The user doesn't grant charger:control:charging any more."
    assert await home.sent(START) == []


async def test_a_refusal_ends_it_with_its_reason(home: Home) -> None:
    told = await home.tell(SetMaxCurrent(max_current=40))
    await home.world.visit_due()
    assert await home.stands(told) == ("failed", "precondition")
    assert (await home.get(told)).detail == "The charger is limited to 32 A."
    assert await home.sent("set_dynamic_charger_current") == []


async def test_a_worker_that_died_between_the_promise_and_the_answer_never_sends_it_twice(home: Home) -> None:
    told = await home.tell(StartCharging())
    await _left_behind(home.world)
    assert await home.stands(told) == ("sending", None)
    for _ in range(4):
        await home.world.visit_due(seconds=29)
    assert await home.sent(START) == []
    assert await home.end_overdue(seconds=10) == 1
    assert await home.stands(told) == ("failed", "no_response")


async def test_what_a_dead_worker_sent_is_confirmed_by_the_devices_state(home: Home) -> None:
    told = await home.tell(StartCharging())
    await _left_behind(home.world)
    await home.knobs(car="charging")
    await home.world.visit_due(seconds=6)
    assert await home.stands(told) == ("confirmed", None)
    assert await home.sent(START) == []


async def test_commands_that_come_during_a_visit_are_handed_over_to_it(home: Home) -> None:
    await home.world.sandbox.change("easee", "ada@example.com", add_devices=40)  # so that it takes a while
    home.world.clock.forward(minutes=8)
    (prepared,) = await home.world.visits.take("easee")
    told = await home.tell(StartCharging())
    visit = asyncio.create_task(home.world.visits.visit(prepared))
    while not visit.done():
        await home.world.visits.hand_over()
        await asyncio.sleep(0)
    assert await home.sent(START) == [202]
    assert await home.stands(told) == ("sent", None)


async def test_start_and_stop_follow_each_other(home: Home) -> None:
    await home.tell(StartCharging())
    await home.world.visit_due()
    await home.world.visit_due(seconds=6)
    stop = await home.tell(StopCharging())
    await home.world.visit_due()
    await home.world.visit_due(seconds=6)
    assert await home.stands(stop) == ("confirmed", None)


async def _left_behind(world: World) -> None:
    """As a worker leaves it that dies after it committed its promise."""
    async with world.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE command SET state = 'sending', tries = 1, sent_at = %(now)s, ends_at = %(now)s + interval '2 min'",
            now=world.clock(),
        )
