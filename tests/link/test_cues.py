"""Cues: a partner reads what its user has to do, and has it done in either documented way."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.link.conftest import World, arrived, until
from tests.link.test_onboarding import CANCEL, SUCCESS, Partner, new_partner
from tests.support.person import Page, Person
from tests.support.stack import Stack, running_stack
from wattlink.connectors.simulation import Fault
from wattlink.connectors.vendors.tesla.simulator import PUBLISHED as TESLA

WHERE_TO = {"successUrl": SUCCESS, "cancelUrl": CANCEL, "language": "de-AT", "location": {}, "clientInfo": {}}


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A server of its own: among many accounts, one breaks only once another was proved good meanwhile."""
    async with running_stack(new_database()) as running:
        yield running


class Broken:
    """A partner's wallbox whose manufacturer no longer lets us in."""

    def __init__(self, partner: Partner, device_id: str) -> None:
        self.partner, self.device_id = partner, device_id
        self.path = partner.of_user(f"/wallboxes/{device_id}")

    async def read(self) -> dict[str, object]:
        """The device as the partner sees it."""
        seen: dict[str, object] = await self.partner.call("GET", self.path)
        return seen

    async def breaks(self) -> None:
        """The manufacturer takes back what it granted, and a visit notices."""
        world = self.partner.world
        await world.sandbox.withdraw("easee", world.username)
        await world.app.call("POST", f"/chargers/{self.device_id}/refresh-hint")

        async def is_broken() -> bool:
            return not (await self.read())["is_authenticated"]

        await until(is_broken)

    async def url(self) -> str:
        """Where its only action is resolved."""
        seen = await self.partner.call("GET", self.path)
        assert seen["action_needed"]
        [action] = seen["actions"]
        assert action["code"] == "reauthenticate"
        assert action["resolution_link"]["required_parameters"] == ["successUrl", "cancelUrl"]
        assert seen["authorization_url"].partition("?")[0] == action["resolution_link"]["url"].partition("?")[0]
        return str(action["resolution_link"]["url"])

    async def resolve(self, url: str, **said: object) -> tuple[int, dict[str, object]]:
        """POST to it as the partner's backend."""
        async with httpx.AsyncClient() as http:
            answer = await http.post(url, json={**WHERE_TO, **said}, headers=self.partner.world.app.headers)
        return answer.status_code, answer.json()

    async def mended_by(self, person: Person, username: str | None = None) -> Page:
        """Sign in on the page that the person is at, until something comes of it."""
        return await person.press("Sign in", username=username or self.partner.world.username, password="right")


async def linked(partner: Partner, person: Person) -> Broken:
    """A wallbox of the partner's user, which works."""
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    await person.press("E Easee")
    await person.press("Sign in", username=partner.world.username, password="right")
    await arrived(person, "Which device is it about?")
    await person.press("Charger 2")
    await arrived(person, "Your 2 chargers are linked")
    return Broken(partner, (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"])


@pytest.fixture
async def broken(world: World, person: Person) -> Broken:
    made = await linked(await new_partner(world), person)
    seen = await made.read()
    assert (seen["action_needed"], seen["actions"], seen["authorization_url"]) == (False, [], None)
    await made.breaks()
    return made


async def test_a_backend_resolves_the_action_and_the_person_comes_back(world: World, broken: Broken) -> None:
    url = await broken.url()
    status, told = await broken.resolve(url)
    assert status == 200
    async with Person() as again:
        page = await again.go(str(told["redirect_url"]))
        assert page.heading == "Erneut bei Easee anmelden"
        await again.press("Bei Easee anmelden", username=world.username, password="right")
        page = await arrived(again, "Alles funktioniert wieder")
    assert page.link("Zurück zu Voltly") == f"{SUCCESS}&deviceId={broken.device_id}"
    seen = await broken.read()
    assert (seen["is_authenticated"], seen["action_needed"], seen["actions"]) == (True, False, [])
    assert (await broken.resolve(url))[0] == 404


async def test_the_address_opened_by_a_person_is_the_page_itself(world: World, broken: Broken) -> None:
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE application SET redirect_uris = %(uris)s WHERE application_id = %(application_id)s",
            uris=[SUCCESS],
            application_id=world.app.credentials.application_id,
        )
    async with Person() as again:
        await again.go(await broken.url())
        assert (await again.press("Cancel")).link("Back to Voltly") == SUCCESS
        await again.go(await broken.url())
        await broken.mended_by(again)
        page = await arrived(again, "Everything works again")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={broken.device_id}"
    assert not (await broken.read())["action_needed"]


async def test_without_a_list_the_person_comes_back_to_where_the_last_session_led(broken: Broken) -> None:
    async with Person() as again:
        await again.go(await broken.url())
        assert (await again.press("Cancel")).link("Back to Voltly") == CANCEL
        await again.go(await broken.url())
        await broken.mended_by(again)
        page = await arrived(again, "Everything works again")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={broken.device_id}"


async def test_what_breaks_anew_within_the_hour_is_told_anew(broken: Broken) -> None:
    url = await broken.url()
    async with httpx.AsyncClient() as http, Person() as again:
        assert (await http.post(url.replace("/resolve?", "/state?"), json={"state": "success"})).status_code == 200
        assert not (await broken.read())["action_needed"]
        await again.go(url)  # it wasn't done; the secret is still good
        await broken.mended_by(again)
        await arrived(again, "Everything works again")
    await broken.breaks()
    assert await broken.url()


async def test_a_language_that_is_not_there_is_one_that_is(broken: Broken) -> None:
    told = (await broken.resolve(await broken.url(), language="tlh-Latn-x-none"))[1]
    async with Person() as again:
        page = await again.go(str(told["redirect_url"]))
    assert page.heading == "Sign in to Easee again"


async def test_a_partner_says_what_came_of_it(broken: Broken) -> None:
    url = (await broken.url()).replace("/resolve?", "/state?")
    async with httpx.AsyncClient() as http:  # no bearer token
        failed = await http.post(url, json={"state": "fail", "payload": {"why": "later"}, "client_info": {}})
        assert (failed.status_code, failed.json()) == (200, {"action_id": broken.device_id})
        await broken.url()  # still there
        for unknown in ("done", "success\n"):
            assert (await http.post(url, json={"state": unknown})).status_code == 422
        done = await http.post(url, json={"state": "success", "location": {}})
        assert (done.status_code, done.json()) == (200, {"action_id": broken.device_id})
        seen = await broken.read()
        assert (seen["action_needed"], seen["actions"], seen["is_authenticated"]) == (False, [], False)
        events = (await broken.partner.call("GET", f"/org/{broken.partner.org}/events?limit=200"))["events"]
        told = events[-1]["event"]  # the partner's other backends hear of it
        assert (told["device_id"], told["updated_fields"]) == (broken.device_id, ["action_needed", "actions"])
        assert (told["device"]["action_needed"], told["device"]["is_authenticated"]) == (False, False)
        assert (await http.post(url, json={"state": "success"})).status_code == 404


async def test_the_page_is_our_form_where_partners_users_have_one(world: World, person: Person) -> None:
    await world.sandbox.open("tesla", *TESLA)
    partner = await new_partner(world)
    session = await partner.begin(device_type="ev")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    if person.page.heading == "Which brand is it?":
        await person.press("T Tesla")
    await person.press("Sign in at Tesla", username=TESLA[0], password=TESLA[1])
    await arrived(person, "Your ")
    device = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
    await world.sandbox.fault("tesla", TESLA[0], Fault.REFRESH_REFUSED, Fault.ACCESS_REFUSED)
    path = partner.of_user(f"/electric-vehicles/{device}")
    await world.app.call("POST", f"/vehicles/{device}/refresh-hint")

    async def is_needed() -> bool:
        return bool((await partner.call("GET", path))["action_needed"])

    await until(is_needed)
    await world.sandbox.fault("tesla", TESLA[0])
    [action] = (await partner.call("GET", path))["actions"]
    url = action["resolution_link"]["url"]
    told = (await Broken(partner, device).resolve(url, language="en"))[1]
    async with Person() as backends, Person() as again:
        page = await backends.go(str(told["redirect_url"]))
        assert "password" in page.form("Sign in at Tesla").fields
        await again.go(url)
        await again.press("Sign in at Tesla", username=TESLA[0], password=TESLA[1])
        await arrived(again, "Everything works again")
    assert (await partner.call("GET", path))["actions"] == []
