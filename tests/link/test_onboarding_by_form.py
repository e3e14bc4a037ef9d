"""Option B for a vendor with a page of its own: in the sandbox, partners' users type its login into a form of ours."""

import json
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from tests.link.conftest import VEHICLE, World, arrived, until
from tests.link.test_attacks import everything_sealed
from tests.link.test_onboarding import SUCCESS, Partner, partner
from tests.support.person import Page, Person
from wattlink.connectors.simulation import Fault
from wattlink.connectors.vendors.tesla.simulator import DEMO_REGISTRATION
from wattlink.connectors.vendors.tesla.simulator import PUBLISHED as TESLA
from wattlink.domain.vendors.register import register

__all__ = ["partner"]  # the fixture

_USERNAME, _PASSWORD = TESLA
_PAGE = "/oauth2/v3/authorize"


@pytest.fixture
async def world(world: World) -> World:
    """One with the published login, as every sandbox has it."""
    await world.sandbox.open("tesla", *TESLA)
    return world


async def test_a_tesla_is_added_without_its_page_and_the_password_is_nowhere(
    world: World, partner: Partner, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await world.sandbox.last_request()
    session, page = await _at_form(partner, person)
    assert "Your password goes to Tesla once, to sign you in. Then we forget it." in page.text
    assert "never see your password" not in page.text
    await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    page = await arrived(person, "Your ")
    after = await partner.call("GET", f"/device-onboarding/{session}")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"
    car = await partner.call("GET", partner.of_user(f"/electric-vehicles/{after['object_id']}"))
    assert (car["is_authenticated"], car["price_zone"]) == (True, "DE_LU")
    assert await world.asked("tesla", "/sandbox/sign-in", after=before, username=_USERNAME) == 1
    assert await world.asked("tesla", _PAGE, after=before, username=_USERNAME) == 0
    hub = world.stack.hub
    assert _PASSWORD not in await everything_sealed(hub.settings.database_url, hub.vault)
    assert _PASSWORD not in "".join(capsys.readouterr())
    assert _PASSWORD not in await _session_row(hub.settings.database_url, session)


@pytest.mark.parametrize(
    ("fault", "heading"),
    [
        (Fault.ACCOUNT_LOCKED, "Tesla has locked this account"),
        (Fault.OUTAGE, "Tesla does not answer"),
        (Fault.QUOTA, "Tesla is very busy"),
        (Fault.GARBAGE, "Tesla did not let the sign-in through"),
    ],
)
async def test_each_failure_has_its_page_and_leaves_both_ways_open(
    world: World, partner: Partner, person: Person, *, fault: Fault, heading: str
) -> None:
    session, _ = await _at_form(partner, person)
    await world.sandbox.fault("tesla", _USERNAME, fault)
    page = await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    assert page.heading == heading
    assert page.form("Choose another brand")
    assert session in page.text
    await world.sandbox.fault("tesla", _USERNAME)
    page = await person.press("Try again")
    assert page.form("Sign in at Tesla").fields["password"] == ""
    await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    await arrived(person, "Your ")


async def test_after_a_failure_another_manufacturer_can_be_chosen(
    world: World, partner: Partner, person: Person
) -> None:
    session, _ = await _at_form(partner, person, device_type=None)
    await world.sandbox.fault("tesla", _USERNAME, Fault.ACCOUNT_LOCKED)
    await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    page = await person.press("Choose another brand")
    assert page.heading == "Which brand is it?"
    await person.press("E Easee")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Which device is it about?")
    await person.press("Charger 1")
    await arrived(person, "Your 2 chargers are linked")
    assert (await partner.call("GET", f"/device-onboarding/{session}"))["object_id"] is not None


async def test_a_wrong_password_is_told_beside_its_field(world: World, partner: Partner, person: Person) -> None:
    await _at_form(partner, person)
    for typed in ({"password": "demo1234"}, {"username": "nobody@example.com"}):
        page = await person.press("Sign in at Tesla", **{"username": _USERNAME, "password": _PASSWORD, **typed})
        assert page.title.startswith("Error: Sign in to Tesla")
        assert "Tesla does not know this user name with this password." in page.text
        assert page.form("Choose another brand")
    await world.sandbox.fault("tesla", _USERNAME, Fault.WRONG_PASSWORD)
    page = await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    assert page.form("Sign in at Tesla").fields["username"] == _USERNAME


async def test_a_broken_link_is_mended_by_the_form_as_well(world: World, partner: Partner, person: Person) -> None:
    session, _ = await _at_form(partner, person)
    await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    await arrived(person, "Your ")
    device = (await partner.call("GET", f"/device-onboarding/{session}"))["object_id"]
    await world.sandbox.fault("tesla", _USERNAME, Fault.REFRESH_REFUSED, Fault.ACCESS_REFUSED)
    path = partner.of_user(f"/electric-vehicles/{device}")
    await world.app.call("POST", f"/vehicles/{device}/refresh-hint")

    async def is_broken() -> bool:
        return not (await partner.call("GET", path))["is_authenticated"]

    await until(is_broken)
    await world.sandbox.fault("tesla", _USERNAME)
    begun = await partner.call("POST", f"{path}/auth_session", {"success_url": SUCCESS})
    await person.go(begun["authentication_url"])
    await person.press("Sign in at Tesla", username=_USERNAME, password="wrong")
    await person.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
    page = await arrived(person, "Everything works again")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={device}"
    assert (await partner.call("GET", path))["is_authenticated"]


@pytest.mark.parametrize(
    "told",
    [
        {"user-agent": "Mozilla/5.0 (Linux; Android 14; wv) Chrome/126.0", "x-requested-with": "com.example.partner"},
        {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 300.0"},
        {"sec-fetch-site": "none", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate"},
    ],
    ids=["web-view", "in-app-browser", "system-sheet"],
)
async def test_any_browser_inside_an_app_goes_through(partner: Partner, told: dict[str, str]) -> None:
    """They tell less of where a request comes from, or more, and keep their cookies to themselves."""
    async with Person(**told) as somebody:
        session, _ = await _at_form(partner, somebody)
        await somebody.press("Sign in at Tesla", username=_USERNAME, password=_PASSWORD)
        page = await arrived(somebody, "Your ")
    after = await partner.call("GET", f"/device-onboarding/{session}")
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={after['object_id']}"


async def test_the_enode_dialect_keeps_the_vendors_own_page(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(*VEHICLE, vendor="TESLA"))
    assert "We never see your password." in page.text
    assert page.link("Sign in at Tesla")
    assert "password" not in _fields(page)


async def test_the_real_vendor_is_signed_in_to_on_its_own_page(world: World, partner: Partner, person: Person) -> None:
    """Nothing that is typed can get to it, since it has nothing that would take it."""
    await _leave_sandbox(world)
    _, page = await _at_form(partner, person)
    assert "We never see your password." in page.text
    assert "auth.tesla.com" in page.text
    assert "password" not in _fields(page)
    typed = {**page.form("Cancel").fields, "vendor": "tesla", "username": _USERNAME, "password": _PASSWORD}
    before = await world.sandbox.last_request()
    async with person.http.post(f"{page.address}/sign-in", data=typed) as answer:
        assert "Sign in to Tesla" in await answer.text()
    assert await world.asked("tesla", "", after=before, username=_USERNAME) == 0
    assert (await person.follow("Sign in at Tesla")).address.startswith("https://auth.tesla.com/oauth2/v3/authorize?")


async def test_a_form_is_no_way_around_to_the_vendors_page(partner: Partner, person: Person, world: World) -> None:
    _, page = await _at_form(partner, person)
    check = page.form("Sign in at Tesla").fields["check"]
    page = await person.go(f"{page.address}/leave?check={check}")
    assert page.address.startswith(world.stack.url)
    assert page.form("Sign in at Tesla")


async def _at_form(partner: Partner, person: Person, device_type: str | None = "ev") -> tuple[str, Page]:
    """Go as far as Tesla's sign-in; gives the session's id."""
    session = await partner.begin(device_type=device_type)
    await person.go(session["authentication_url"])
    await person.press("Continue")
    if person.page.heading == "Which brand is it?":
        await person.press("T Tesla")
    assert person.page.heading == "Sign in to Tesla"
    return session["id"], person.page


async def _leave_sandbox(world: World) -> None:
    """The application gets a registration of its own at the real vendor."""
    async with world.stack.hub.db.transaction() as tx:
        await register(
            tx,
            vendor="tesla",
            application_id=world.app.credentials.application_id,
            registration=DEMO_REGISTRATION,
            hosts={},
            is_sandbox=False,
            vault=world.stack.hub.vault,
        )


def _fields(page: Page) -> set[str]:
    return {name for form in page.forms for name in form.fields}


async def _session_row(dsn: str, session: str) -> str:
    async with await AsyncConnection.connect(dsn) as connection:
        rows = await connection.execute(
            "SELECT to_jsonb(link_session) FROM link_session WHERE session_id = %s", (UUID(session),)
        )
        return json.dumps(await rows.fetchall())
