"""Linking by a form: what is typed, what is kept of it, and every way in which a vendor says no."""

from urllib.parse import quote
from uuid import UUID

import pytest

from tests.link.conftest import BACK, CHARGER, World, arrived
from tests.support.person import Person
from wattlink.connectors.simulation import Fault
from wattlink.domain.access.ids import SessionId
from wattlink.domain.linking import store
from wattlink.domain.linking.model import Cause


async def test_a_charger_is_linked_and_in_the_lists_when_the_last_page_is_shown(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link())
    assert page.heading == "Which brand is it?"
    page = await person.press("E Easee")
    assert "Voltly may See whether your charger is in use" in page.text
    assert "Voltly may not Decide who may use your charger" in page.text
    assert "Your password goes to Easee once, to sign you in. Then we forget it." in page.text
    await person.press("Sign in", username=world.username, password="right")
    assert (await world.chargers()) == [] or person.page.heading != "Finding your charger"
    page = await arrived(person, "Your 2 chargers are linked")
    chargers = await world.chargers()
    assert [charger["scopes"] for charger in chargers] == [list(CHARGER)] * 2
    assert all(charger["chargeState"]["isPluggedIn"] is False for charger in chargers)
    assert page.text.count("Not plugged in") == 2
    assert page.link("Back to Voltly") == BACK


async def test_every_step_is_recorded_and_nothing_that_was_typed(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(vendor="EASEE"))
    session_id = SessionId(UUID(page.address.rpartition("/")[2]))
    await person.press("Sign in", username=world.username, password="wrong")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    async with world.stack.hub.db.read() as reader:
        session = await store.get(reader, session_id)
    assert [(step.step, step.cause) for step in session.steps] == [
        ("created", None),
        ("bound", None),
        ("asking_credentials", None),
        ("exchanging", None),
        ("asking_credentials", Cause.WRONG_CREDENTIALS),
        ("exchanging", None),
        ("discovering", None),
        ("completed", None),
    ]
    assert sorted(session.steps, key=lambda step: step.at) == list(session.steps)
    assert session.sealed_step is None


async def test_a_wrong_password_keeps_the_user_name_and_asks_for_the_password(world: World, person: Person) -> None:
    await world.at_form(person, await world.link(vendor="EASEE"))
    page = await person.press("Sign in", username=f" {world.username} ", password="wrong")
    assert page.title.startswith("Error: Sign in to Easee")
    assert "Easee does not know this user name with this password." in page.text
    form = page.form("Sign in")
    assert (form.fields["username"], form.fields["password"]) == (world.username, "")
    assert 'type="password" required maxlength="512" autocomplete="current-password" autofocus' in page.html
    assert page.link("Type the password again") == "#password"
    assert "wrong" not in page.html.replace("wrong_", "")
    assert not any(link.text.startswith("Set a new password") for link in page.links)
    for _ in range(2):
        page = await person.press("Sign in", username=world.username, password="wrong")
    assert page.link("Set a new password at Easee").startswith("https://")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")


async def test_a_password_goes_only_to_the_brand_that_it_was_typed_for(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link(vendor="EASEE"))
    fields, before = page.form("Sign in").fields, await world.sandbox.last_request()
    assert fields["vendor"] == "easee"
    typed = {**fields, "vendor": "tesla", "username": world.username, "password": "right"}
    async with person.http.post(f"{page.address}/sign-in", data=typed) as answer:
        assert "Sign in to Easee" in await answer.text()
    assert await world.asked("easee", "", after=before) == 0


async def test_nobody_guesses_passwords_through_us(world: World, person: Person) -> None:
    await world.at_form(person, await world.link(vendor="EASEE"))
    await world.sandbox.change("easee", world.username, knobs={"lock_after": 1000})
    for _ in range(9):
        assert (await person.press("Sign in", username=world.username, password="wrong")).forms
    page = await person.press("Sign in", username=world.username, password="wrong")
    assert page.heading == "That did not match"
    assert page.forms == []
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=wrong_credentials&")


async def test_where_a_key_was_asked_for_nothing_is_said_of_passwords(world: World, person: Person) -> None:
    site = str(int(world.user[:12], 16))
    await world.sandbox.open("solaredge", site, "the-key")
    await world.at_form(person, await world.link("inverter:read:data", vendor="SOLAREDGE"))
    page = await person.press("Sign in", username=site, password="wrong")
    assert "SolarEdge does not know this site ID with this API key." in page.text
    assert page.link("Type the API key again") == "#password"
    for _ in range(9):
        page = await person.press("Sign in", username=site, password="wrong")
    assert page.heading == "That did not match"
    assert "make a new key there" in page.text
    assert "password" not in page.text.lower()


@pytest.mark.parametrize(
    ("fault", "heading", "said"),
    [
        (Fault.ACCOUNT_LOCKED, "Easee has locked this account", "Unlock it with Easee"),
        (Fault.QUOTA, "Easee is very busy", "nothing to do with you"),
        (Fault.OUTAGE, "Easee does not answer", "nothing to do with you"),
        (Fault.GARBAGE, "Easee did not let the sign-in through", "You did nothing wrong"),
        (Fault.FORBIDDEN, "Easee did not let the sign-in through", "You did nothing wrong"),
        (Fault.ENDLESS, "Easee did not let the sign-in through", "You did nothing wrong"),
    ],
)
async def test_what_ails_the_vendor_has_its_page_and_another_try(
    world: World, person: Person, *, fault: Fault, heading: str, said: str
) -> None:
    await world.at_form(person, await world.link(vendor="EASEE"))
    await world.fault("easee", fault)
    page = await person.press("Sign in", username=world.username, password="right")
    assert page.heading == heading
    assert said in page.text
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=")
    await world.fault("easee")
    page = await person.press("Try again")
    assert page.form("Sign in").fields["username"] == ""
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    assert await world.is_valid()


async def test_an_empty_account_is_said_to_be_empty_and_our_access_given_back(world: World, person: Person) -> None:
    empty = f"empty-{world.username}"
    await world.sandbox.open("easee", empty, "right", devices=0)
    await world.at_form(person, await world.link(vendor="EASEE"))
    await person.press("Sign in", username=empty, password="right")
    page = await arrived(person, "No charger in this account")
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=no_devices&")
    user = await world.app.call("GET", f"/users/{world.user}")
    assert user["linkedVendors"] == []
    page = await person.press("Use another account")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")


async def test_another_brand_can_be_chosen_after_all(world: World, person: Person) -> None:
    await world.at_form(person, await world.link("vehicle:read:data", *CHARGER))
    await person.press("E Easee")
    page = await person.press("Choose another brand")
    assert page.heading == "Which brand is it?"
    assert (await person.press("T Tesla")).heading == "Sign in to Tesla"


async def test_a_brand_is_searched_for_without_scripts(world: World, person: Person) -> None:
    await world.at_form(person, await world.link("vehicle:read:data", "charger:read:data"))
    for searched, found in (("EÁS", ["E Easee"]), ("tes", ["T Tesla"]), ("acme", [])):
        page = await person.go(f"{person.page.address.partition('?')[0]}?q={quote(searched)}")
        brands = [button for form in page.forms for button, (name, _) in form.buttons.items() if name == "vendor"]
        assert [" ".join(brand.split()[:2]) for brand in brands] == found  # and its kinds, or how it does
    assert "No brand of this name can be linked to Voltly yet." in page.text


async def test_only_brands_of_the_kinds_asked_for_are_listed(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link())
    assert "Easee" in page.text
    assert "Tesla" not in page.text


async def test_a_brand_that_is_not_offered_cannot_be_chosen(world: World, person: Person) -> None:
    page = await world.at_form(person, await world.link())
    form = page.form("E Easee")
    form.buttons["E Easee"] = ("vendor", "tesla")
    del form.buttons[next(button for button in form.buttons if button.startswith("E Easee "))]
    assert (await person.press("E Easee")).status == 400
    assert (await person.go(page.address)).heading == "Which brand is it?"


async def test_what_a_brand_does_not_offer_is_not_called_left_out(world: World, person: Person) -> None:
    site = str(int(world.user[:12], 16))
    await world.sandbox.open("solaredge", site, "the-key", devices=1)
    await world.at_form(person, await world.link("inverter:read:data", "inverter:read:location", vendor="SOLAREDGE"))
    await person.press("Sign in", username=site, password="the-key")
    page = await arrived(person, "Your solar inverter is linked")
    assert "You left out a permission" not in page.text
