"""A wallbox is added by its own call: the form shows an address, the wallbox dials it, and its id comes back."""

import asyncio
import re
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.link.conftest import CHARGER, World, arrived
from tests.link.test_onboarding import CANCEL, SUCCESS, Partner, new_partner, partner
from tests.support.charge_points import dialling
from tests.support.clock import StillClock
from tests.support.confirming import ConfirmingApp
from tests.support.dialled_in import taking_calls
from tests.support.person import Page, Person
from wattlink.dialects.podero import BASE

__all__ = ["partner"]  # the fixture
pytestmark = pytest.mark.usefixtures("taking")
both = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])


def dialled_by(page: Page) -> str:
    """The address that the page shows."""
    found = re.search(r"ws://[\w.:]+/ocpp/[a-z0-9]{20}", page.text)
    assert found is not None, page.text
    return found.group()


async def shown_address(person: Person, session: Any) -> str:
    """Go as far as the address; gives it."""
    await person.go(session["authentication_url"])
    await person.press("Continue")
    return await choose_ocpp(person)


async def choose_ocpp(person: Person) -> str:
    """Choose the way for any brand; gives the address."""
    await person.press("O OCPP")
    return dialled_by(await person.press("Show the address"))


async def is_refused(url: str, **dialled: Any) -> bool:
    """Whether nobody is let in there."""
    with pytest.raises(InvalidStatus) as refused:
        async with dialling(url, **dialled):
            pass
    return refused.value.response.status_code == 401


async def status(partner: Partner, session: Any, address: str) -> Any:
    """What the status tells of the token in this address, without a key."""
    path = f"/device-onboarding/{session['id']}/wallbox-claim-tokens/{address.rpartition('/')[2]}/status"
    async with partner.world.stack.http.get(f"{partner.world.stack.url}/podero{BASE}{path}") as answer:
        assert answer.status == 200
        return await answer.json()


@both
async def test_the_wallbox_that_dials_is_the_device_that_comes_back(
    world: World, partner: Partner, person: Person, version: str
) -> None:
    home = await partner.call("POST", partner.of_user("/buildings"), {"name": "Home"})
    session = await partner.begin(device_type="wb", building_id=home["id"])
    address = await shown_address(person, session)
    assert person.page.heading == "Connect your charger"
    assert "Waiting for your charger to connect" in person.page.text
    assert person.page.refresh == "15"  # where no script asks
    assert dialled_by(await person.reload()) == address
    assert (await status(partner, session, address))["claimed"] is False
    async with dialling(address, version=version) as line:
        assert (await line.box.boot()).status == "Accepted"
        page = await person.reload()
        after = await partner.call("GET", f"/device-onboarding/{session['id']}")
        wallbox = await partner.call("GET", partner.of_user(f"/wallboxes/{after['object_id']}"))
    claimed = await status(partner, session, address)
    assert page.heading == "Your charger is linked"
    assert wallbox["device_model"]["model"] in page.text
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={wallbox['id']}"
    assert page.headers["refresh"] == f"8; url={SUCCESS}&deviceId={wallbox['id']}"
    assert (claimed["claimed"], claimed["wallbox_id"]) == (True, wallbox["id"])
    assert claimed["manufacturer"] == wallbox["device_model"]["manufacturer"]
    assert (wallbox["price_zone"], wallbox["is_smart_optimization_active"]) == ("DE_LU", True)
    assert (wallbox["building"], wallbox["connection"]) == (home["id"], "online")
    charger = await world.app.call("GET", f"/chargers/{wallbox['id']}")
    assert (charger["vendor"], charger["userId"]) == ("OCPP", partner.user["id"])
    assert (await person.go(session["authentication_url"])).heading == "This link was used already"


async def test_the_session_tells_every_step(world: World, partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    async with dialling(await shown_address(person, session)) as line:
        await line.box.boot()
    async with world.stack.hub.db.read() as reader:
        told = await reader.all(
            str,
            "SELECT step ->> 'step' FROM link_session, jsonb_array_elements(steps) AS step"
            " WHERE session_id = %(session_id)s",
            session_id=session["id"],
        )
    assert told == ["created", "bound", "brand", "awaiting_device", "discovering", "completed"]


async def test_a_password_instead_of_a_long_address(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    plain, _, password = (await shown_address(person, session)).rpartition("/")
    assert f"Address {plain} " in person.page.text
    assert f"Password {password} " in person.page.text
    async with dialling(plain, name="BOX-1", password=password) as line:
        assert (await line.box.boot()).status == "Accepted"
    assert (await person.reload()).heading == "Your charger is linked"


async def test_cancelling_voids_the_address(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    address = await shown_address(person, session)
    page = await person.press("Cancel")
    assert page.link("Back to Voltly") == CANCEL
    assert await is_refused(address)
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []


async def test_another_brand_voids_the_address_and_coming_back_makes_a_new_one(
    world: World, partner: Partner, person: Person
) -> None:
    session = await partner.begin(device_type="wb")
    first = await shown_address(person, session)
    page = await person.press("Choose another brand")
    assert page.heading == "Which brand is it?"
    assert await is_refused(first)
    second = await choose_ocpp(person)
    assert second != first
    await person.press("Choose another brand")
    await person.press("E Easee")
    assert await is_refused(second)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Which device is it about?")


async def test_the_address_dies_with_its_session(still_world: World, clock: StillClock, person: Person) -> None:
    partner = await new_partner(still_world)
    async with taking_calls(still_world.stack.hub, still_world.stack.hub.settings.dial_in_port):
        address = await shown_address(person, await partner.begin(device_type="wb"))
        async with dialling(address) as line:
            clock.forward(hours=29, minutes=30)
            assert (await line.box.boot()).status == "Rejected"
        page = await person.reload()
        assert (page.status, page.heading, page.link("Back to Voltly")) == (410, "This link has expired", CANCEL)
        assert await is_refused(address)
    await still_world.app.sign_in()
    assert await partner.call("GET", partner.of_user("/wallboxes")) == []


async def test_another_browser_is_not_shown_the_address(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    address = await shown_address(person, session)
    async with Person() as other:
        for place in (session["authentication_url"], person.page.address, f"{person.page.address}/progress"):
            page = await other.go(place)
            assert page.status == 403
            assert address.rpartition("/")[2] not in page.html
    forged = person.page.form("Choose another brand")
    forged.fields["check"] = "forged"
    assert (await person.press("Choose another brand")).status == 403
    async with dialling(address) as line:
        assert (await line.box.boot()).status == "Accepted"


async def test_asking_twice_gives_the_same_address(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    agreement = await person.press("O OCPP")
    first = dialled_by(await person.press("Show the address"))
    person.page = agreement  # in another tab
    assert dialled_by(await person.press("Show the address")) == first


async def test_an_address_that_was_taken_back_can_be_asked_for_anew(
    world: World, partner: Partner, person: Person
) -> None:
    linked = await partner.call("POST", partner.of_user("/wallboxes/claim-tokens"))
    async with dialling(linked["wss_url"]) as line:
        await line.box.boot("FIRST")
    address = await shown_address(person, await partner.begin(device_type="wb"))
    await world.app.call("DELETE", f"/users/{partner.user['id']}/vendors/OCPP")
    assert await is_refused(address)
    assert "Waiting for your charger" not in (await person.reload()).text
    async with dialling(dialled_by(await person.press("Show the address"))) as line:
        assert (await line.box.boot()).status == "Accepted"
    assert (await person.reload()).heading == "Your charger is linked"


async def test_an_address_is_good_for_one_wallbox(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    address = await shown_address(person, session)
    async with dialling(address, name="BOX-1") as line:
        await line.box.boot("ONE")
    assert await is_refused(address, name="BOX-2")
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    (wallbox,) = await partner.call("GET", partner.of_user("/wallboxes"))
    assert wallbox["id"] == after["object_id"]


async def test_a_wallbox_that_the_user_has_comes_back_under_its_id(partner: Partner, person: Person) -> None:
    first = await partner.begin(device_type="wb")
    old = await shown_address(person, first)
    async with dialling(old) as line:
        await line.box.boot("SAME")
    known = (await partner.call("GET", f"/device-onboarding/{first['id']}"))["object_id"]
    await partner.call("PUT", partner.of_user(f"/wallboxes/{known}"), {"price_zone": "AT", "comment": "Garage"})
    again = await partner.begin(device_type="wb", price_zone_default="HU")
    async with Person() as later:
        address = await shown_address(later, again)
        async with dialling(address) as line:
            await line.box.boot("SAME")
        page = await later.reload()
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={known}"
    (wallbox,) = await partner.call("GET", partner.of_user("/wallboxes"))
    assert (wallbox["id"], wallbox["price_zone"], wallbox["comment"]) == (known, "AT", "Garage")
    assert await is_refused(old)


async def test_a_wallbox_that_somebody_else_has_becomes_a_device_of_its_own(world: World, person: Person) -> None:
    anna, ben = await new_partner(world), await new_partner(world)
    first = await anna.begin(device_type="wb")
    async with dialling(await shown_address(person, first)) as line:
        await line.box.boot("SOLD")
    second = await ben.begin(device_type="wb")
    async with Person() as buyer:
        async with dialling(await shown_address(buyer, second)) as line:
            await line.box.boot("SOLD")
        page = await buyer.reload()
    (hers,) = await anna.call("GET", anna.of_user("/wallboxes"))
    (his,) = await ben.call("GET", ben.of_user("/wallboxes"))
    assert hers["id"] != his["id"]
    assert page.link("Back to Voltly") == f"{SUCCESS}&deviceId={his['id']}"


async def test_a_user_who_is_deleted_waits_for_nothing(world: World, partner: Partner, person: Person) -> None:
    address = await shown_address(person, await partner.begin(device_type="wb"))
    assert (await partner.send("DELETE", partner.of_user("")))[0] == 204
    assert await is_refused(address)
    assert all("address" not in button for form in (await person.reload()).forms for button in form.buttons)


async def test_cancelling_while_the_wallbox_calls_leaves_one_of_the_two(partner: Partner) -> None:
    ends = set()
    for number in range(8):
        session = await partner.begin(device_type="wb")
        async with Person() as person:
            async with dialling(await shown_address(person, session)) as line:
                _, accepted = await asyncio.gather(person.press("Cancel"), _boot(line, f"BOX-{number}"))
            page = await person.reload()
        device = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
        listed = [one["id"] for one in await partner.call("GET", partner.of_user("/wallboxes"))]
        assert (device in listed) is accepted
        assert page.link("Back to Voltly") == (f"{SUCCESS}&deviceId={device}" if accepted else CANCEL)
        ends.add(accepted)
    async with partner.world.stack.hub.db.read() as reader:
        left = await reader.one(int, "SELECT count(*) FROM account WHERE state = 'provisional' AND vendor = 'ocpp'")
    assert left == 0


async def _boot(line: Any, serial: str) -> bool:
    try:
        return bool((await line.box.boot(serial)).status == "Accepted")
    except ConnectionClosed:
        return False


async def test_where_no_further_device_may_be_linked_the_page_says_that_it_did_not_work(
    world: World, partner: Partner, person: Person
) -> None:
    address = await shown_address(person, await partner.begin(device_type="wb"))
    async with world.stack.hub.db.transaction() as tx:
        await tx.execute(
            "UPDATE application SET connections_limit = 0 WHERE application_id = %(application_id)s",
            application_id=world.app.credentials.application_id,
        )
    async with dialling(address) as line:
        assert (await line.box.boot()).status == "Rejected"
    page = await person.reload()
    assert page.link("Back to Voltly") == CANCEL
    assert page.status == 200
    assert await is_refused(address)


async def test_whatever_brand_is_looked_for_this_way_is_offered(partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    page = await person.go(f"{person.page.address}?q=Volta")
    assert "No brand of this name" in page.text
    assert [button for form in page.forms for button in form.buttons if button.startswith("O OCPP")]


@pytest.mark.parametrize("said", [{"device_type": "hp"}, {"device_type": "ev"}, {"device_type": "iv"}])
async def test_only_for_wallboxes(partner: Partner, person: Person, said: dict[str, Any]) -> None:
    session = await partner.begin(**said)
    await person.go(session["authentication_url"])
    page = await person.press("Continue")
    assert "OCPP" not in page.text
    assert (await partner.send("POST", f"/device-onboarding/{session['id']}/wallbox-claim-tokens"))[0] == 422


async def test_the_apps_of_the_other_dialect_are_not_offered_what_they_do_not_know(
    world: World, person: Person
) -> None:
    page = await world.at_form(person, await world.link(*CHARGER))
    assert "OCPP" not in page.text
    assert 'value="ocpp"' not in page.html


async def test_among_all_brands_it_is_offered_too(partner: Partner, person: Person) -> None:
    address = await shown_address(person, await partner.begin())
    async with dialling(address) as line:
        await line.box.boot()
    assert (await person.reload()).heading == "Your charger is linked"


async def test_a_partner_mints_the_token_of_a_session_itself(world: World, partner: Partner, person: Person) -> None:
    session = await partner.begin(device_type="wb")
    path = f"/device-onboarding/{session['id']}/wallbox-claim-tokens"
    answers = [await partner.send("POST", path) for _ in range(2)]
    assert [answer[0] for answer in answers] == [201, 201]
    first, second = (answer[1] for answer in answers)
    assert first["expires_at"] > session["expiration_date"]
    stranger = Partner(World(world.stack, await world.stack.new_app()))
    assert (await stranger.send("POST", path))[0] == 404
    async with dialling(first["wss_url"]) as line:
        assert (await line.box.boot()).status == "Accepted"
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert (await status(partner, session, first["wss_url"]))["wallbox_id"] == after["object_id"]
    wallbox = await partner.call("GET", partner.of_user(f"/wallboxes/{after['object_id']}"))
    assert wallbox["price_zone"] == "DE_LU"
    assert await is_refused(second["wss_url"])
    assert (await partner.send("POST", path))[0] == 410
    assert (await person.go(session["authentication_url"])).heading == "This link was used already"


async def test_where_the_app_confirms_only_the_app_itself_gives_the_address(
    world: World, partner: Partner, person: Person
) -> None:
    """Whoever is sent somebody else's link would enter that one's address into her own wallbox."""
    await ConfirmingApp(world.app).choose()
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    page = await person.press("Continue")
    assert "OCPP" not in page.text
    minted = await partner.call("POST", f"/device-onboarding/{session['id']}/wallbox-claim-tokens")
    async with dialling(minted["wss_url"]) as line:
        assert (await line.box.boot()).status == "Accepted"
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert (await partner.call("GET", partner.of_user(f"/wallboxes/{after['object_id']}")))["id"] == after["object_id"]
