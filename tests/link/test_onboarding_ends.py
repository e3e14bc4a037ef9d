"""Onboarding that doesn't lead to a device: too late, somebody else's, gone wrong, and what support gets to know."""

import msgspec
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.link.conftest import World, arrived
from tests.link.test_onboarding import CANCEL, SUCCESS, Partner, new_partner, partner
from tests.support.clock import StillClock
from tests.support.person import Page, Person
from wattlink.connectors.simulation import Fault
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.model import Branding

__all__ = ["partner"]  # the fixture
_HELP = "https://partner.example/help"


async def _begun(partner: Partner, person: Person) -> str:
    """A session whose user stands before the form; gives its id."""
    session = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    await person.press("Continue")
    if person.page.heading == "Which brand is it?":
        await person.press("E Easee")
    return str(session["id"])


async def test_it_is_good_until_the_end_of_the_next_day(still_world: World, clock: StillClock, person: Person) -> None:
    partner = await new_partner(still_world)
    session = await partner.begin(device_type="wb")
    assert session["expiration_date"] == "2026-03-03"
    unused = await partner.begin(device_type="wb")
    await person.go(session["authentication_url"])
    (cookie,) = person.http.cookie_jar
    assert int(cookie["max-age"]) >= 29.5 * 3600  # as long as the session
    await person.press("Continue")
    clock.forward(hours=29, minutes=29, seconds=59)
    assert (await person.go(session["authentication_url"])).status == 200
    clock.forward(seconds=1)
    for address in (session["authentication_url"], person.page.address, unused["authentication_url"]):
        page = await person.go(address)
        assert (page.status, page.heading) == (410, "This link has expired")
        assert page.link("Back to Voltly") == CANCEL
        assert SUCCESS not in page.html
        assert page.refresh is None
        assert "refresh" not in page.headers
    await partner.world.app.sign_in()  # tokens live ten hours
    after = await partner.call("GET", f"/device-onboarding/{session['id']}")
    assert (after["expiration_date"], after["object_id"]) == ("2026-03-03", None)


async def test_another_user_gets_nothing_of_a_finished_session(world: World, partner: Partner, person: Person) -> None:
    session_id = await _begun(partner, person)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Which device is it about?")
    await person.press("Charger 1")
    await arrived(person, "Your 2 chargers are linked")
    async with Person() as another:
        page = await another.go(f"{world.stack.url}/link/{session_id}?onboarding_session_id={session_id}")
        assert (page.status, page.heading) == (410, "This link was used already")
        assert page.link("Back to Voltly") == CANCEL  # it wasn't this person's success
        assert SUCCESS not in page.html
        assert all("Continue" not in form.buttons for form in page.forms)
        page = await another.go(f"{world.stack.url}/link/session/{session_id}")
        assert page.status == 403
        assert "partner.example" not in page.html


async def test_what_goes_wrong_has_a_reference_and_a_way_to_support(
    world: World, partner: Partner, person: Person
) -> None:
    async with world.stack.hub.db.transaction() as tx:
        kept = await organizations.get_application(tx, world.app.credentials.application_id)
        chosen = Branding(support_url=_HELP)
        await organizations.put_application(tx, msgspec.structs.replace(kept, branding=chosen))
    session_id = await _begun(partner, person)
    await world.fault("easee", Fault.ACCOUNT_LOCKED)
    await person.press("Sign in", username=world.username, password="right")
    page = await arrived(person, "Easee has locked this account")
    _has_support(page, session_id)
    assert any("Cancel" in form.buttons for form in page.forms)
    assert CANCEL not in page.html  # as long as it isn't cancelled
    await world.fault("easee")
    await person.press("Try again")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Which device is it about?")
    await person.press("Charger 1")
    assert "deviceId=" in (await arrived(person, "Your 2 chargers are linked")).link("Back to Voltly")
    async with Person() as another:
        _has_support(await another.go(f"{world.stack.url}/link/{session_id}"), session_id)


def _has_support(page: Page, session_id: str) -> None:
    assert f"Reference for support: {session_id}" in page.text
    assert page.link("Help") == _HELP


async def test_the_log_names_the_session_by_its_reference(world: World, partner: Partner, person: Person) -> None:
    with capture_logs(processors=[merge_contextvars]) as entries:
        session_id = await _begun(partner, person)
        await person.press("Sign in", username=world.username, password="wrong")
        async with Person() as another:
            assert (await another.go(f"{world.stack.url}/link/{session_id}")).status == 403
        await person.press("Sign in", username=world.username, password="right")
        await arrived(person, "Which device is it about?")
        await person.press("Charger 1")
        await arrived(person, "Your 2 chargers are linked")
        await partner.begin()
    told = [line for line in entries if line["event"] != "request" and line.get("session") == session_id]
    assert [(line["event"], line["vendor"], line.get("cause")) for line in told] == [
        ("a sign-in led to nothing", "easee", "wrong_credentials"),
        ("a link session completed", "easee", None),
    ]
    lines = [line for line in entries if line["event"] == "request"]
    assert {line["route"] for line in lines if line.get("session") == session_id} >= {
        "/{token}",
        "/session/{session_id}/brand",
        "/session/{session_id}/sign-in",
    }
    assert all("session" not in line for line in lines if "onboarding" in line["route"])
