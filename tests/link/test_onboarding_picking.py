"""An account holds several devices, and a partner asked for one."""

from datetime import timedelta
from uuid import uuid4

from tests.link.conftest import World, arrived
from tests.link.test_onboarding import CANCEL, QUESTION, SUCCESS, Partner, asked_which, new_partner, partner
from tests.support.clock import StillClock
from tests.support.person import Person
from wattlink.domain.linking.onboarding.pick import PICKED_WITHIN

__all__ = ["partner"]  # the fixture


async def test_only_one_of_them_can_be_picked_and_by_its_own_browser(
    world: World, partner: Partner, person: Person
) -> None:
    session_id = (await asked_which(world, partner, person))["id"]
    question = person.page
    chargers = {button.split(" Not ")[0]: value for button, (_, value) in question.form("Charger 1").buttons.items()}
    for nonsense in ("", "x", str(uuid4())):
        person.page = question
        question.form("Charger 1").buttons["Charger 1 Nonsense"] = ("device", nonsense)
        page = await person.press("Charger 1 Nonsense")
        assert page.heading == QUESTION
    async with Person() as another:
        another.page = question
        assert (await another.press("Charger 1")).status == 403
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []  # nothing is linked before it is said
    assert (await partner.call("GET", f"/device-onboarding/{session_id}"))["object_id"] is None
    person.page = question
    await person.press("Charger 2")
    page = await arrived(person, "Your 2 chargers are linked")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={chargers['Charger 2']}"
    person.page = question
    page = await person.press("Charger 1")  # an old tab's
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={chargers['Charger 2']}"
    assert (await partner.call("GET", f"/device-onboarding/{session_id}"))["object_id"] == chargers["Charger 2"]


async def test_cancelling_instead_links_nothing(world: World, partner: Partner, person: Person) -> None:
    session_id = (await asked_which(world, partner, person))["id"]
    page = await person.press("Cancel")
    assert page.link("Back to Voltly") == CANCEL
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []
    assert (await partner.call("GET", f"/device-onboarding/{session_id}"))["object_id"] is None


async def test_who_leaves_it_open_has_the_first_one(still_world: World, clock: StillClock, person: Person) -> None:
    partner = await new_partner(still_world)
    session_id = (await asked_which(still_world, partner, person))["id"]
    clock.forward(seconds=(PICKED_WITHIN - timedelta(seconds=1)).total_seconds())
    assert (await person.reload()).heading == QUESTION
    clock.forward(seconds=1)
    page = await arrived(person, "Your 2 chargers are linked")
    after = await partner.call("GET", f"/device-onboarding/{session_id}")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"
