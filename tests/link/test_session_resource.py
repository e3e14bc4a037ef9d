"""A link session as its app sees it, step by step: through the platform's API, and as events."""

from typing import Any

import pytest

from tests.link.conftest import BACK, CHARGER, VEHICLE, World, arrived
from tests.support.confirming import brought_back
from tests.support.person import Person
from tests.support.platform import PlatformApp
from wattlink.dialects.enode.events import EnodeWebhooks
from wattlink.domain.access.model import Access
from wattlink.domain.events.model import Event, EventType
from wattlink.domain.events.store import feed
from wattlink.settings.model import Settings


@pytest.fixture
def app(world: World) -> PlatformApp:
    return PlatformApp(world.app)


async def _link(world: World, app: PlatformApp, *scopes: str, **more: Any) -> tuple[str, str]:
    """The id and the URL of a new session."""
    asked = {"userId": world.user, "scopes": list(scopes), "redirectUri": BACK, **more}
    made = await app.post("/link-sessions", asked)
    return made["linkSession"]["id"], made["url"]


async def _events(world: World) -> list[Event]:
    access = Access(applications=(world.app.credentials.application_id,))
    async with world.stack.hub.db.read() as reader:
        return await feed(reader, access, after=None, limit=200)


async def test_an_app_confirms_and_sees_how_it_went(world: World, app: PlatformApp, person: Person) -> None:
    session_id, url = await _link(world, app, *CHARGER, vendor="easee", linkBinding="confirm")
    await world.at_form(person, url)
    await person.press("Sign in", username=world.username, password="wrong")
    seen = await app.get(f"/link-sessions/{session_id}")
    assert (seen["state"], seen["reason"]) == ("asking_credentials", "wrong_credentials")
    await person.press("Sign in", username=world.username, password="right")
    page = await arrived(person, "One last step in Voltly")
    waiting = await app.get(f"/link-sessions/{session_id}")
    assert (waiting["state"], waiting["accountId"], waiting["deviceIds"]) == ("awaiting_app", None, [])
    assert waiting["confirmBy"] > waiting["steps"][-1]["at"]
    code = {"linkCode": brought_back(page).code, "userId": world.user}
    done = await app.post(f"/link-sessions/{session_id}/confirm", code)
    assert [charger["id"] for charger in await world.chargers()] == sorted(done["deviceIds"], reverse=True)
    assert (done["state"], done["confirmBy"], len(done["deviceIds"])) == ("completed", None, 2)
    assert done["accountId"] is not None
    assert [step["step"] for step in done["steps"]] == [
        "created",
        "bound",
        "asking_credentials",
        "exchanging",
        "asking_credentials",
        "exchanging",
        "discovering",
        "awaiting_app",
        "completed",
    ]
    assert [step["reason"] for step in done["steps"] if step["reason"]] == ["wrong_credentials"]
    again = await app.send("POST", f"/link-sessions/{session_id}/confirm", code)
    assert (again.status, again.json["type"]) == (410, "urn:wattlink:problem:link-session-not-usable")


async def test_every_step_is_an_event_without_secrets(world: World, app: PlatformApp, person: Person) -> None:
    session_id, url = await _link(world, app, *VEHICLE, vendor="tesla", linkBinding="confirm")
    await world.at_vendor(person, url)
    brought = brought_back(await arrived(person, "One last step in Voltly"))
    await app.post(f"/link-sessions/{session_id}/confirm", {"linkCode": brought.code, "userId": world.user})
    told = [event for event in await _events(world) if event.type is EventType.LINK_SESSION_UPDATED]
    steps = [event.payload.link_session for event in told if event.payload and event.payload.link_session]
    seen = await app.get(f"/link-sessions/{session_id}")
    assert [step.step for step in steps] == [step["step"] for step in seen["steps"]][1:]
    assert {str(step.session_id) for step in steps} == {session_id}
    assert [step.device_ids for step in steps[:-1]] == [()] * (len(steps) - 1)
    assert [str(device_id) for device_id in steps[-1].device_ids] == seen["deviceIds"]
    written = repr([event.payload for event in told])
    for secret in (brought.code, url.rpartition("/")[2], BACK, world.username):
        assert secret not in written


async def test_enode_s_webhooks_do_not_know_them(world: World, app: PlatformApp, person: Person) -> None:
    _, url = await _link(world, app, *CHARGER)
    await world.at_form(person, url)
    told = await _events(world)
    assert told != []
    dialect = EnodeWebhooks.of(Settings(database_url="", master_keys={"k1": bytes(32)}))
    assert [dialect.name_of(event) for event in told] == [None] * len(told)


async def test_several_kinds_at_a_vendor_are_linked_in_one_session(
    world: World, app: PlatformApp, person: Person
) -> None:
    session_id, url = await _link(world, app, *VEHICLE, *CHARGER, vendor="easee")
    await world.at_form(person, url)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    seen = await app.get(f"/link-sessions/{session_id}")
    assert seen["kinds"] == ["vehicle", "charger"]
    assert len(seen["deviceIds"]) == 2
    relink = await app.send("POST", f"/devices/{seen['deviceIds'][0]}/link-sessions", {"redirectUri": BACK})
    assert (relink.status, relink.json["type"]) == (409, "urn:wattlink:problem:already-linked")


async def test_a_session_of_a_deleted_user_is_nobodys(world: World, app: PlatformApp, person: Person) -> None:
    session_id, url = await _link(world, app, *CHARGER)
    await world.at_form(person, url)
    await world.app.call("DELETE", f"/users/{world.user}")
    seen = await app.get(f"/link-sessions/{session_id}")
    assert (seen["userId"], seen["state"], seen["reason"]) == (None, "cancelled", "withdrawn")
    assert [event.payload for event in await _events(world) if event.type is EventType.LINK_SESSION_UPDATED] == [
        None
    ] * len(seen["steps"][1:])


async def test_a_relink_says_which_account_it_mends(world: World, app: PlatformApp, person: Person) -> None:
    session_id, url = await _link(world, app, *CHARGER, vendor="easee")
    await world.at_form(person, url)
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Your 2 chargers are linked")
    linked = await app.get(f"/link-sessions/{session_id}")
    await world.app.call("DELETE", f"/users/{world.user}/authorization")
    made = await app.post(f"/devices/{linked['deviceIds'][0]}/link-sessions", {"redirectUri": BACK})
    seen = made["linkSession"]
    assert (seen["purpose"], seen["accountId"], seen["deviceIds"]) == ("relink", linked["accountId"], [])
    await person.go(made["url"])
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Everything works again")
    mended = await app.get(f"/link-sessions/{seen['id']}")
    assert (mended["state"], mended["deviceIds"]) == ("completed", linked["deviceIds"])
