"""The guide's five steps for each type of device: Nibe by a redirect, Tesla by a form, SolarEdge by a key, a wallbox.

1. The end user is instantiated. 2. A session is created. 3. The person selects the manufacturer. 4. The device is
connected. 5. The success page leads back, and the partner keeps the `deviceId`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from tests.link.conftest import World, arrived
from tests.link.test_onboarding import CANCEL, SUCCESS, Partner, new_partner
from tests.link.test_onboarding_wallbox import dialled_by, is_refused
from tests.support.charge_points import dialling
from tests.support.clock import StillClock
from tests.support.dialled_in import taking_calls
from tests.support.person import Page, Person
from tests.support.vendor_pages import NotLetIn
from wattlink.connectors.registry import clouds
from wattlink.connectors.vendors.myuplink.simulator import PUBLISHED as NIBE
from wattlink.connectors.vendors.tesla.simulator import PUBLISHED as TESLA

_SITE_KEY = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


@dataclass
class Story:
    """A partner, its end user, and the person in front of the form; `login` is the person's at the manufacturer."""

    world: World
    partner: Partner
    type: "Type"
    login: tuple[str, str] = ("", "")
    session: Any = field(default_factory=dict)

    async def begin(self) -> str:
        """Step 2; gives the address of the form."""
        self.session = await self.partner.begin(device_type=self.type.short)
        return str(self.session["authentication_url"])

    async def select(self, person: Person) -> Page:
        """Step 3, as far as the manufacturer's sign-in."""
        await person.go(await self.begin())
        await person.press("Continue")
        if person.page.heading == "Which brand is it?":
            await self.choose(person)
        return person.page

    async def choose(self, person: Person) -> Page:
        """The manufacturer, among those that are offered."""
        offered = {value: words for form in person.page.forms for words, (_, value) in form.buttons.items()}
        return await person.press(offered[self.type.vendor])

    async def comes_back(self, page: Page) -> Any:
        """Step 5: the device, as the partner reads it by the id that came back."""
        back = page.link("Back to Voltly")
        assert page.headers["refresh"] == f"8; url={back}"  # by itself, and without a script
        assert back.startswith(f"{SUCCESS}&deviceId=")
        (device_id,) = parse_qs(urlsplit(back).query)["deviceId"]
        assert (await self.read_session())["object_id"] == device_id
        return await self.partner.call("GET", self.partner.of_user(f"/{self.type.path}/{device_id}"))

    async def read_session(self) -> Any:
        return await self.partner.call("GET", f"/device-onboarding/{self.session['id']}")

    async def listed(self) -> list[Any]:
        """The devices of this type that the user has."""
        return list(await self.partner.call("GET", self.partner.of_user(f"/{self.type.path}")))


Connect = Callable[[Story, Person], Awaitable[Page]]


@dataclass(frozen=True)
class Type:
    """A type of device and the manufacturer of the story.

    `connect` is step 4, to the success page; `fail` is the same with a wrong password, to the page that says so.
    """

    short: str
    path: str
    vendor: str
    connect: Connect
    fail: Connect
    login: tuple[str, str] | None = None  # the published one

    async def login_at(self, world: World) -> tuple[str, str]:
        """A virtual account at the manufacturer: the published one, or one of the test's own."""
        login = self.login or (str(uuid4().int % 10**7), _SITE_KEY)
        if self.vendor in clouds():
            await world.sandbox.open(self.vendor, *login)
        return login


async def _by_redirect(story: Story, person: Person) -> Page:
    left = await person.follow("Sign in at")
    await story.world.come_back(person, left, username=story.login[0], password=story.login[1])
    return await arrived(person, "Your ")


async def _refused_there(story: Story, person: Person) -> Page:
    """A wrong password is the manufacturer's to tell, on its own page; who goes back is where it was."""
    left, page = await person.follow("Sign in at"), person.page
    with pytest.raises(NotLetIn):
        await story.world.answer(left.address, username=story.login[0], password="wrong")
    page = await person.go(f"{story.world.stack.url}/link/session/{story.session['id']}")
    assert page.link("Sign in at")
    return page


async def _by_form(story: Story, person: Person) -> Page:
    await person.press("Sign in at", username=story.login[0], password=story.login[1])
    return await arrived(person, "Your ")


async def _refused_here(story: Story, person: Person) -> Page:
    page = await person.press("Sign in at", username=story.login[0], password="wrong")
    assert "That did not match" in page.text
    assert page.form("Sign in at").fields["username"] == story.login[0]
    return page


async def _refused_key(story: Story, person: Person) -> Page:
    assert "monitoring.solaredge.com" in person.page.text  # where to find the key
    page = await _refused_here(story, person)
    assert "SolarEdge does not know this site ID with this API key. Type the API key again" in page.text
    return page


async def _by_call(_: Story, person: Person) -> Page:
    address = dialled_by(person.page if "Waiting" in person.page.text else await person.press("Show the address"))
    async with dialling(address) as line:
        assert (await line.box.boot()).status == "Accepted"
    return await person.reload()


async def _refused_call(_: Story, person: Person) -> Page:
    """A wrong password is the wallbox's to show; the page goes on waiting."""
    page = await person.press("Show the address")
    address, _slash, token = dialled_by(page).rpartition("/")
    assert await is_refused(f"{address}/{token[::-1]}")
    assert await is_refused(address, name="BOX", password=token[::-1])
    return await person.reload()


NIBE_PUMP = Type("hp", "heat-pumps", "myuplink", _by_redirect, _refused_there, NIBE)
TESLA_CAR = Type("ev", "electric-vehicles", "tesla", _by_form, _refused_here, TESLA)
SOLAREDGE = Type("iv", "inverters", "solaredge", _by_form, _refused_key)
WALLBOX = Type("wb", "wallboxes", "ocpp", _by_call, _refused_call)
TYPES = {"nibe": NIBE_PUMP, "tesla": TESLA_CAR, "solaredge": SOLAREDGE, "wallbox": WALLBOX}


@pytest.fixture(params=list(TYPES.values()), ids=list(TYPES))
async def story(world: World, taking: None, request: pytest.FixtureRequest) -> Story:
    """Step 1 is done: there is an end user."""
    return Story(world, await new_partner(world), request.param, await request.param.login_at(world))


async def test_the_five_steps(story: Story, person: Person) -> None:
    partner = story.partner
    new = {"role": "user", "email": f"{uuid4().hex}@example.com", "external_user_id": uuid4().hex}
    partner.user = await partner.call("POST", f"/org/{partner.org}/users", new)
    page = await story.select(person)
    assert page.heading.startswith(("Sign in to", "Connect your charger"))
    device = await story.comes_back(await story.type.connect(story, person))
    assert device["owner"]["id"] == partner.user["id"]
    assert device["owner"]["external_id"] == new["external_user_id"]
    assert (device["price_zone"], device["is_smart_optimization_active"]) == ("DE_LU", True)
    assert device["is_authenticated"]
    assert [one["id"] for one in await story.listed()] == [device["id"]]


async def test_a_wrong_password_ends_nothing(story: Story, person: Person) -> None:
    await story.select(person)
    await story.type.fail(story, person)
    assert (await story.read_session())["object_id"] is None
    await story.comes_back(await story.type.connect(story, person))


@pytest.mark.parametrize("after_a_failure", [False, True])
async def test_cancelling(story: Story, person: Person, *, after_a_failure: bool) -> None:
    await story.select(person)
    if after_a_failure:
        await story.type.fail(story, person)
    page = await person.press("Cancel")
    assert page.link("Back to Voltly") == CANCEL  # byte for byte
    assert SUCCESS not in page.html
    assert (await story.read_session())["object_id"] is None
    assert await story.listed() == []
    page = await person.go(story.session["authentication_url"])
    assert all("Continue" not in form.buttons for form in page.forms)  # the URL is dead


async def test_another_manufacturer_may_be_chosen_after_a_wrong_password(story: Story, person: Person) -> None:
    await story.select(person)
    await story.type.fail(story, person)
    page = await person.press("Choose another brand")
    assert page.heading == "Which brand is it?"
    await story.choose(person)
    await story.comes_back(await story.type.connect(story, person))


async def test_another_user_cannot_use_the_session(story: Story, person: Person) -> None:
    await story.select(person)
    async with Person() as another:
        for address in (story.session["authentication_url"], person.page.address):
            page = await another.go(address)
            assert page.status == 403
            assert all(button != "Continue" for form in page.forms for button in form.buttons)
        device = await story.comes_back(await story.type.connect(story, person))
        page = await another.go(story.session["authentication_url"])
        assert (page.status, page.heading, page.link("Back to Voltly")) == (410, "This link was used already", CANCEL)
        assert device["id"] not in page.html
    await story.partner.enrol()
    assert await story.listed() == []
    status, _ = await story.partner.send("GET", story.partner.of_user(f"/{story.type.path}/{device['id']}"))
    assert status == 404


async def test_the_same_device_once_more_is_the_same_device(story: Story, person: Person) -> None:
    await story.select(person)
    first = await story.comes_back(await story.type.connect(story, person))
    async with Person() as later:
        await story.select(later)
        again = await story.comes_back(await story.type.connect(story, later))
    assert again["id"] == first["id"]
    assert len(await story.listed()) == 1


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)
async def test_a_session_ends_with_the_next_day(
    still_world: World, clock: StillClock, person: Person, type_: Type
) -> None:
    partner = await new_partner(still_world)
    story = Story(still_world, partner, type_, await type_.login_at(still_world))
    async with taking_calls(still_world.stack.hub, still_world.stack.hub.settings.dial_in_port):
        await story.select(person)
        begun = person.page.address
        clock.forward(hours=29, minutes=30)
        for address in (begun, story.session["authentication_url"]):
            page = await person.go(address)
            assert (page.status, page.heading) == (410, "This link has expired")
            assert page.link("Back to Voltly") == CANCEL
            assert SUCCESS not in page.html
    await still_world.app.sign_in()  # tokens live ten hours
    assert await story.listed() == []
    assert (await story.read_session())["object_id"] is None
