"""A partner's user adds a device in one white-label form, step by step as Podero's guide tells it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.link.conftest import World, arrived
from tests.support.confirming import ConfirmingApp, brought_back
from tests.support.person import Person
from wattlink.connectors.simulation import Fault
from wattlink.dialects.podero import BASE

QUESTION = "Which device is it about?"
SUCCESS, CANCEL = "https://partner.example/done?journey=a%20b", "https://partner.example/back?x=1#here"


class Partner:
    """A partner's backend beside the world's app: the same application."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.user: dict[str, Any] = {}
        self.org = ""

    async def enrol(self) -> None:
        """A new user, who is the one from here on."""
        body = {"email": f"{uuid4().hex}@example.com", "role": "user"}
        self.user = await self.call("POST", f"/org/{self.org}/users", body)

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url, headers = f"{self.world.stack.url}/podero{BASE}{path}", self.world.app.headers
        async with self.world.stack.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.send(method, path, body)
        assert status in (200, 201), answer
        return answer

    async def begin(self, **said: Any) -> Any:
        """A new session for the user."""
        body = {
            "language": "en",
            "price_zone_default": "DE",
            "is_smart_optimization_active_default": True,
            "success_url": SUCCESS,
            "cancel_url": CANCEL,
            "user_id": self.user["id"],
            **said,
        }
        return await self.call("POST", "/device-onboarding", body)

    def of_user(self, path: str) -> str:
        return f"/org/{self.org}/users/{self.user['id']}{path}"


async def new_partner(world: World) -> Partner:
    """A partner with a user."""
    made = Partner(world)
    async with world.stack.hub.db.read() as reader:
        made.org = str(
            await reader.one(
                object,
                "SELECT organization_id FROM application WHERE application_id = %(application_id)s",
                application_id=world.app.credentials.application_id,
            )
        )
    await made.enrol()
    return made


@pytest.fixture
async def partner(world: World) -> Partner:
    return await new_partner(world)


async def asked_which(world: World, partner: Partner, person: Person) -> Any:
    """A session whose user is asked which of two chargers it is about."""
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    await person.press("E Easee")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, QUESTION)
    return session


async def add_cars(world: World, partner: Partner, person: Person) -> None:
    """Through the form: two cars, one of which was picked."""
    session = await partner.begin(device_type="ev")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    await person.press("T Tesla")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, QUESTION)
    await person.press("Model 3")
    await arrived(person, "Your 2 cars are linked")


async def test_a_charger_is_added_through_the_form_and_its_id_comes_back(
    world: World, partner: Partner, person: Person
) -> None:
    session = await partner.begin(device_type="wb")
    assert session["object_id"] is None
    assert session["authentication_url"].endswith(f"?onboarding_session_id={session['id']}")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    await person.press("E Easee")
    await person.press("Sign in", username=world.username, password="wrong")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, QUESTION)
    await person.press("Charger 2")
    page = await arrived(person, "Your 2 chargers are linked")
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"
    assert page.headers["refresh"] == f"8; url={SUCCESS}&deviceId={after['object_id']}"
    device = await partner.call("GET", partner.of_user(f"/wallboxes/{after['object_id']}"))
    assert (device["price_zone"], device["is_smart_optimization_active"]) == ("DE_LU", True)
    assert (device["is_authenticated"], device["connection"]) == (True, "online")
    assert device["owner"]["id"] == partner.user["id"]
    listed = await partner.call("GET", partner.of_user("/wallboxes"))
    assert {one["id"] for one in listed} >= {device["id"]}
    assert len(listed) == 2
    assert await partner.call("GET", partner.of_user("/heat-pumps")) == []

    page = await person.go(session["authentication_url"])  # as by the browser's way back
    assert page.heading == "This link was used already"
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"  # nothing was cancelled


async def test_where_the_app_confirms_a_partners_session_waits_for_its_yes(
    world: World, partner: Partner, person: Person
) -> None:
    app = ConfirmingApp(world.app)
    await app.choose()
    session = await asked_which(world, partner, person)
    await person.press("Charger 2")
    page = await arrived(person, "One last step in Voltly")
    assert page.link("Continue in").startswith(f"{SUCCESS}&link_session={session['id']}&link_code=")
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []
    assert (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"] is None
    await app.confirm(brought_back(page), partner.user["id"])
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert len(await partner.call("GET", partner.of_user("/wallboxes"))) == 2
    assert (await person.reload()).link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"


async def test_the_same_devices_are_in_the_enode_dialect(world: World, partner: Partner, person: Person) -> None:
    await add_cars(world, partner, person)
    (first, second) = await partner.call("GET", partner.of_user("/electric-vehicles"))
    for car in (first, second):
        seen = await world.app.call("GET", f"/vehicles/{car['id']}")
        assert seen["userId"] == partner.user["id"]
        assert seen["chargeState"]["batteryLevel"] == car["battery_level"]
    changed = await partner.call(
        "PUT", partner.of_user(f"/electric-vehicles/{first['id']}"), {"minimum_charge_limit": 40, "comment": "Anna's"}
    )
    assert (changed["minimum_charge_limit"], changed["comment"], changed["price_zone"]) == (40, "Anna's", "DE_LU")
    status, refused = await partner.send(
        "PUT", partner.of_user(f"/electric-vehicles/{first['id']}"), {"minimum_charge_limit": 140}
    )
    assert (status, refused["detail"][0]["loc"]) == (422, ["body", "data", "minimum_charge_limit"])
    assert (await partner.send("GET", partner.of_user(f"/wallboxes/{first['id']}")))[0] == 404


async def test_wishes_of_one_device_at_the_same_moment_are_all_kept(
    world: World, partner: Partner, person: Person
) -> None:
    await add_cars(world, partner, person)
    car, *_ = await partner.call("GET", partner.of_user("/electric-vehicles"))
    path = partner.of_user(f"/electric-vehicles/{car['id']}")
    wishes = {"minimum_charge_limit": 40, "comment": "Anna's", "charge_deadline_at": "07:00", "price_zone": "AT"}
    for _ in range(3):
        await asyncio.gather(*(partner.call("PUT", path, {name: None}) for name in wishes))
        await asyncio.gather(*(partner.call("PUT", path, {name: value}) for name, value in wishes.items()))
        shown = await partner.call("GET", path)
        assert {name: shown[name] for name in wishes} == wishes


async def test_cancelling_leads_to_the_address_for_that_and_the_page_is_dead(
    world: World, partner: Partner, person: Person
) -> None:
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    page = await person.press("Cancel")
    assert page.link("Back to Voltly") == CANCEL
    async with Person() as other:
        page = await other.go(session["authentication_url"])
        assert all("Continue" not in form.buttons for form in page.forms)
        assert "partner.example/done" not in page.html
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert after["object_id"] is None
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []


async def _first_page(world: World, person: Person) -> None:
    """Where nothing was chosen yet."""


async def _after_a_failure(world: World, person: Person) -> None:
    await person.press("Continue")
    await person.press("E Easee")
    await world.fault("easee", Fault.ACCOUNT_LOCKED)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Easee has locked this account")


async def _where_a_brand_is_missing(world: World, person: Person) -> None:
    await person.press("Continue")
    await person.follow("I do not see my brand")
    await person.press("Send", brand="Zappi")


@pytest.mark.parametrize("as_far_as", [_first_page, _after_a_failure, _where_a_brand_is_missing])
async def test_whoever_leaves_from_any_page_has_cancelled(
    world: World, partner: Partner, person: Person, as_far_as: Callable[[World, Person], Awaitable[None]]
) -> None:
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await as_far_as(world, person)
    assert CANCEL not in person.page.html  # which would leave the session open
    page = await person.press("Cancel")
    assert page.link("Back to Voltly") == CANCEL
    async with Person() as other:
        for whoever in (person, other):
            page = await whoever.go(session["authentication_url"])
            assert all("Continue" not in form.buttons for form in page.forms)
    steps = await partner.call("GET", f"/device-onboarding/{session['id']}/events")
    assert steps[-1]["type"] == "onboarding.cancelled"


async def test_a_used_session_serves_nobody_else(world: World, partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    async with Person() as other:
        page = await other.go(session["authentication_url"])
        assert page.status == 403
        assert all("Continue" not in form.buttons for form in page.forms)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"price_zone_default": "XX"}, "price_zone_default"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"cancel_url": "http://partner.example/"}, "cancel_url"),
        ({"device_type": "toaster"}, "device_type"),
        ({"success_url": None}, "success_url"),
        ({"user_id": "anna"}, "user_id"),
        ({"building_id": ""}, "building_id"),
        ({"is_smart_optimization_active_default": "yes"}, "is_smart_optimization_active_default"),
    ],
)
async def test_what_cannot_be_used_is_told_by_its_field(partner: Partner, said: dict[str, Any], field: str) -> None:
    body = {"language": "fr", "success_url": SUCCESS, "cancel_url": CANCEL, "user_id": partner.user["id"], **said}
    status, answer = await partner.send("POST", "/device-onboarding", body)
    assert (status, answer["detail"][0]["loc"][-1]) == (422, field)


@pytest.mark.parametrize(
    ("asked", "spoken", "tag"),
    [("de-AT-u-co-phonebk", "de", "de-AT"), ("sv_SE", "sv", "sv-SE"), ("is", "en", "en-US"), ("fr", "fr", "fr")],
)
async def test_the_session_says_in_which_language_its_form_is(
    partner: Partner, person: Person, asked: str, spoken: str, tag: str
) -> None:
    session = await partner.begin(language=asked)
    assert session["language"] == spoken
    assert (await partner.call("GET", f"/device-onboarding/{session['id']}"))["language"] == spoken
    page = await person.go(session["authentication_url"])
    assert f'<html lang="{tag}"' in page.html


async def test_a_stranger_sees_no_session_and_no_device(world: World, partner: Partner) -> None:
    session = await partner.begin()
    stranger = Partner(World(world.stack, await world.stack.new_app()))
    assert (await stranger.send("GET", f"/device-onboarding/{session['id']}"))[0] == 404
    body = {"success_url": SUCCESS, "cancel_url": CANCEL, "user_id": partner.user["id"]}
    assert (await stranger.send("POST", "/device-onboarding", body))[0] == 404
