"""Linking that the app confirms: until its yes nothing is usable, and without one nothing is left."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived, new_world, until
from tests.support.confirming import Brought, ConfirmingApp, brought_back
from tests.support.person import Page, Person
from tests.support.stack import Stack, running_stack
from wattlink.base.ids import digest, new_secret
from wattlink.connectors.devices import Kind
from wattlink.connectors.simulation import Fault
from wattlink.domain.errors import LinkSessionNotUsable, NotFound, WrongLinkCode, WrongUser
from wattlink.domain.linking.confirming import store
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.ending.end_sessions import withdraw
from wattlink.domain.linking.model import Cause, NewLinkSession, State
from wattlink.domain.organizations.model import LinkBinding

_WAITS = "One last step in Voltly"


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    """A server of its own: among many accounts, one breaks only once another was proved good meanwhile."""
    async with running_stack(new_database()) as running:
        yield running


@pytest.fixture
async def app(world: World) -> ConfirmingApp:
    return await _confirming(world)


async def _confirming(world: World) -> ConfirmingApp:
    app = ConfirmingApp(world.app)
    await app.choose()
    return app


async def _signed_in(world: World, person: Person, vendor: str = "easee") -> Page:
    """Sign in, and wait until all is found."""
    if vendor == "easee":
        await world.at_form(person, await world.link(*CHARGER, vendor="EASEE"))
        await person.press("Sign in", username=world.username, password="right")
    else:
        await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    return await arrived(person, _WAITS)


async def _is_withdrawn(world: World, after: int, *, times: int = 1) -> None:
    async def is_revoked() -> bool:
        return await world.asked("easee", "/api/accounts/logout", after=after) == times

    await until(is_revoked)


async def _nothing_is_seen(world: World, app: ConfirmingApp) -> None:
    assert await world.chargers() == []
    assert await world.vehicles() == []
    assert (await world.app.call("GET", f"/users/{world.user}"))["linkedVendors"] == []
    assert await app.events("device.discovered") == 0
    async with app.hub.db.read() as reader:
        hidden = await reader.all(
            str,
            "SELECT kind || 's/' || device_id FROM device WHERE application_id = %(application_id)s",
            application_id=app.access.application_id,
        )
    for path in hidden:
        assert (await world.app.send("GET", f"/{path}")).status == 404
        assert (await world.app.send("POST", f"/{path}/refresh-hint")).status == 404


@pytest.mark.parametrize(("vendor", "heading"), [("easee", "Your 2 chargers"), ("tesla", "Your 2 cars")])
async def test_nothing_is_usable_until_the_app_confirms(
    world: World, app: ConfirmingApp, person: Person, *, vendor: str, heading: str
) -> None:
    page = await _signed_in(world, person, vendor)
    assert "sees nothing yet" in page.text
    assert page.link("Continue in Voltly").startswith(f"{BACK}&link_session=")
    await _nothing_is_seen(world, app)
    brought = brought_back(page)
    assert brought_back(await person.reload()) == brought
    session = await app.confirm(brought, world.user)
    assert session.state is State.COMPLETED
    assert len(await world.chargers() + await world.vehicles()) == 2
    assert await app.events("device.discovered") == 2
    assert (await person.reload()).heading.startswith(heading)


async def test_somebody_elses_yes_takes_everything_back(world: World, app: ConfirmingApp, person: Person) -> None:
    """The victim signed in on a link of the attacker's, and came back to the app as herself."""
    before = await world.sandbox.last_request()
    brought = brought_back(await _signed_in(world, person))
    with pytest.raises(WrongUser):
        await app.confirm(brought, "victim")
    session = await app.session(brought)
    assert (session.state, session.cause) == (State.FAILED, Cause.NOT_CONFIRMED)
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, world.user)
    await _is_withdrawn(world, before)
    await _nothing_is_seen(world, app)
    assert (await person.reload()).heading == "Voltly did not confirm this"


async def test_a_wrong_code_or_another_application_changes_nothing(
    world: World, app: ConfirmingApp, person: Person
) -> None:
    brought = brought_back(await _signed_in(world, person))
    for code in ("", new_secret(), brought.code[:-1], brought.code.upper()):
        with pytest.raises(WrongLinkCode):
            await app.confirm(brought._replace(code=code), world.user)
    other = ConfirmingApp((await new_world(world.stack)).app)
    with pytest.raises(NotFound):
        await other.confirm(brought, world.user)
    assert (await app.session(brought)).state is State.AWAITING_APP
    assert (await app.confirm(brought, world.user)).state is State.COMPLETED


async def test_a_code_works_once(world: World, app: ConfirmingApp, person: Person) -> None:
    brought = brought_back(await _signed_in(world, person))
    answers = await asyncio.gather(*[app.confirm(brought, world.user) for _ in range(20)], return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, LinkSessionNotUsable)]
    assert len(refused) == 19
    assert {answer.cause for answer in refused} == {Cause.SESSION_USED}
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, "victim")  # and a stranger's late yes takes nothing back
    assert len(await world.chargers()) == 2
    assert await app.events("device.discovered") == 2


async def test_a_yes_and_a_no_at_once_are_one_of_both(world: World, app: ConfirmingApp, person: Person) -> None:
    brought = brought_back(await _signed_in(world, person))
    await asyncio.gather(
        app.confirm(brought, world.user), app.confirm(brought, "victim"), person.press("Cancel"), return_exceptions=True
    )
    session = await app.session(brought)
    assert session.has_ended
    assert len(await world.chargers()) == (2 if session.state is State.COMPLETED else 0)


async def test_a_stolen_code_is_worthless_without_the_apps_secret(world: World, person: Person) -> None:
    """Another app on the phone has registered the same scheme."""
    app, verifier = ConfirmingApp(world.app), new_secret()
    asked = NewLinkSession(
        kinds=(Kind.CHARGER,),
        scopes=CHARGER,
        language="en",
        redirect_uri=BACK,
        binding=LinkBinding.CONFIRM,
        challenge=digest(verifier),
    )
    made = await create(app.hub.db, app.access, world.user, asked, now=app.hub.clock())
    await world.at_form(person, f"{world.stack.url}/link/{made.token}")
    await person.press("E Easee")
    await person.press("Sign in", username=world.username, password="right")
    brought = brought_back(await arrived(person, _WAITS))
    for stolen in (None, "", brought.code):
        with pytest.raises(WrongLinkCode):
            await app.confirm(brought, world.user, verifier=stolen)
    assert (await app.confirm(brought, world.user, verifier=verifier)).state is State.COMPLETED


async def test_without_a_yes_in_ten_minutes_nothing_is_left(still_world: World, person: Person) -> None:
    """The tab was closed."""
    world, app = still_world, await _confirming(still_world)
    before = await world.sandbox.last_request()
    brought = brought_back(await _signed_in(world, person))
    world.stack.hub.clock.forward(minutes=10)  # type: ignore[attr-defined]
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, world.user)

    async def is_over() -> bool:
        return (await app.session(brought)).state is State.EXPIRED

    await until(is_over)
    assert (await app.session(brought)).cause is Cause.NOT_CONFIRMED
    await _is_withdrawn(world, before)
    await _nothing_is_seen(world, app)
    page = await person.reload()
    assert page.heading == "Voltly did not confirm this"
    assert page.link("Back to Voltly").startswith(f"{BACK}&error=not_confirmed&")


async def test_what_nobody_confirmed_is_withdrawn_as_soon_as_a_visit_that_runs_is_over(
    still_world: World, person: Person
) -> None:
    world, app = still_world, await _confirming(still_world)
    brought = brought_back(await _signed_in(world, person))
    before = await world.sandbox.last_request()
    await world.sandbox.change("easee", world.username, latency_seconds=3)
    world.stack.hub.clock.forward(minutes=9, seconds=50)  # type: ignore[attr-defined]

    async def is_visited() -> bool:
        return await world.asked("easee", "/api/chargers", after=before) > 0

    await until(is_visited)
    await world.sandbox.change("easee", world.username, latency_seconds=0)
    world.stack.hub.clock.forward(seconds=10)  # type: ignore[attr-defined]
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, world.user)
    await _is_withdrawn(world, before)
    await _nothing_is_seen(world, app)


@pytest.mark.parametrize("who", ["person", "app", "deleting the user"])
async def test_a_no_takes_everything_back(world: World, app: ConfirmingApp, person: Person, who: str) -> None:
    before = await world.sandbox.last_request()
    brought = brought_back(await _signed_in(world, person))
    if who == "person":
        assert (await person.press("Cancel")).heading == "You cancelled"
    elif who == "app":
        async with app.hub.db.transaction() as tx:
            session = await store.find(tx, app.access, brought.session_id)
            assert await withdraw(tx, session, vault=app.hub.vault, now=app.hub.clock())
    else:
        await world.app.call("DELETE", f"/users/{world.user}")
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, world.user)
    assert (await app.session(brought)).state is State.CANCELLED
    await _is_withdrawn(world, before)
    assert await world.chargers() == []


async def _broken(world: World, app: ConfirmingApp, person: Person) -> str:
    """Link chargers and let the link break; gives the id of one."""
    await app.confirm(brought_back(await _signed_in(world, person)), world.user)
    charger_id = str((await world.chargers())[0]["id"])
    await world.sandbox.withdraw("easee", world.username)
    await world.app.call("POST", f"/chargers/{charger_id}/refresh-hint")

    async def is_broken() -> bool:
        return not await world.is_valid()

    await until(is_broken)
    return charger_id


async def _mended(world: World, app: ConfirmingApp, person: Person) -> tuple[Brought, int]:
    """Sign in again for a broken link; what comes back, and the number of the last request before it."""
    charger_id = await _broken(world, app, person)
    before = await world.sandbox.last_request()
    await person.go(await world.relink(charger_id))
    await person.press("Sign in", username=world.username, password="right")
    return brought_back(await arrived(person, _WAITS)), before


async def test_a_link_is_mended_only_with_the_apps_yes(world: World, app: ConfirmingApp, person: Person) -> None:
    """Else whoever once had somebody's login linked could have it mended by that person."""
    brought, before = await _mended(world, app, person)
    assert await world.asked("easee", "/api/chargers", after=before) == 0
    assert not await world.is_valid()
    assert (await app.confirm(brought, world.user)).state is State.DISCOVERING
    with pytest.raises(LinkSessionNotUsable):
        await app.confirm(brought, world.user)
    await arrived(person, "Everything works again")
    assert await world.is_valid()
    assert (await app.session(brought)).state is State.COMPLETED


async def test_a_link_that_is_not_confirmed_stays_as_it_was(world: World, app: ConfirmingApp, person: Person) -> None:
    brought, before = await _mended(world, app, person)
    with pytest.raises(WrongUser):
        await app.confirm(brought, "victim")
    await _is_withdrawn(world, before)
    assert not await world.is_valid()
    assert len(await world.chargers()) == 2


@pytest.mark.parametrize(
    "ending", ["DELETE /users/{user}/vendors/EASEE", "DELETE /users/{user}", "DELETE /users/{user}/authorization"]
)
async def test_what_was_held_back_is_withdrawn_with_its_account(
    world: World, app: ConfirmingApp, person: Person, ending: str
) -> None:
    brought, before = await _mended(world, app, person)
    method, _, path = ending.partition(" ")
    await world.app.call(method, path.format(user=world.user))
    assert (await app.session(brought)).state is State.CANCELLED
    await _is_withdrawn(world, before, times=2)  # and what the account had before
    async with app.hub.db.read() as reader:
        assert await reader.one(int, "SELECT count(*) FROM held_grant") == 0


async def test_nobody_goes_back_early_without_the_code(still_world: World, person: Person) -> None:
    """Who leaves while we are still looking couldn't be confirmed."""
    world = still_world
    await _confirming(world)
    await person.go(await world.link(*VEHICLE, vendor="TESLA"))
    await person.press("Continue")
    callback = await world.answer((await person.follow("Sign in at Tesla")).address)
    await world.fault("tesla", Fault.QUOTA)
    page = await person.go(callback)
    world.stack.hub.clock.forward(seconds=30)  # type: ignore[attr-defined]
    page = await person.reload()
    assert page.heading == "Finding your car"
    assert "data-early hidden" in page.html


async def test_a_pairing_is_asked_for_before_and_made_up_for_without_a_yes(
    world: World, app: ConfirmingApp, person: Person
) -> None:
    """Where nothing is signed in to, the app gets no access that it didn't have."""
    account = await world.sandbox.change("tesla", world.username)
    vin = account["devices"][0]["vendor_device_id"]
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": False}})
    await world.at_vendor(person, await world.link(*VEHICLE, vendor="TESLA"))
    await arrived(person, "One last step with Tesla")
    page = await person.press("Do it later")
    assert page.heading == _WAITS
    assert await world.vehicles() == []
    await app.confirm(brought_back(page), world.user)
    lacking = [each for each in await world.vehicles() if each["capabilities"]["startCharging"]["interventionIds"]]
    await person.go(await world.relink(lacking[0]["id"]))
    await person.press("Continue")
    await world.sandbox.change("tesla", world.username, devices={vin: {"key": True}})
    await person.press("I have done this")
    await arrived(person, "Everything works again")


async def test_linking_a_good_login_again_leaves_it_alone_until_confirmed(
    world: World, app: ConfirmingApp, person: Person
) -> None:
    """Where withdrawing would end the whole grant, what isn't confirmed is destroyed: the account lives on."""
    await app.confirm(brought_back(await _signed_in(world, person, "tesla")), world.user)
    before = await world.sandbox.last_request()
    async with Person() as somebody:
        brought = brought_back(await _signed_in(world, somebody, "tesla"))
        held = await app.session(brought)
        assert held.account_id is None
        with pytest.raises(WrongUser):
            await app.confirm(brought, "victim")
    assert await world.asked("tesla", "/oauth2/v3/revoke", after=before) == 0
    assert await world.is_valid()
    async with Person() as somebody:
        brought = brought_back(await _signed_in(world, somebody, "tesla"))
        assert (await app.confirm(brought, world.user)).state is State.DISCOVERING
        await arrived(somebody, "Your 2 cars are linked")
    assert len(await world.vehicles()) == 2
    assert await app.events("device.discovered") == 2


async def test_confirming_and_every_end_at_once_leave_one_outcome(still_world: World) -> None:
    """The yes, the pump's end of ten minutes, the app's withdrawal, and the user's deletion."""
    world, app = still_world, await _confirming(still_world)
    for round_ in range(3):
        async with Person() as somebody:
            brought = brought_back(await _signed_in(world, somebody))
        session = await app.session(brought)

        async def withdrawn() -> None:
            async with app.hub.db.transaction() as tx:
                await withdraw(tx, session, vault=app.hub.vault, now=app.hub.clock())  # noqa: B023

        ends = [withdrawn(), world.app.call("DELETE", f"/users/{world.user}"), app.confirm(brought, world.user)]
        outcomes = await asyncio.gather(*ends[round_:], *ends[:round_], return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert all(isinstance(error, LinkSessionNotUsable | NotFound) for error in refused), refused
        assert (await app.session(brought)).has_ended
        assert await world.chargers() == []
        async with app.hub.db.read() as reader:
            assert await reader.one(int, "SELECT count(*) FROM held_grant") == 0
            assert await reader.one(int, "SELECT count(*) FROM account") == 0
