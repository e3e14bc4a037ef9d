"""What Podero lacks: its partners are told of everything at once, in the words in which they would ask for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from standardwebhooks import Webhook

from tests.link.conftest import World, arrived, new_world, until
from tests.link.test_onboarding import Partner, new_partner
from tests.support.confirming import ConfirmingApp, brought_back
from tests.support.person import Person
from tests.support.receiver import Receiver
from tests.support.stack import Stack


class Told:
    """A partner's receiver, that checks every signature."""

    def __init__(self, receiver: Receiver, secret: str) -> None:
        self._receiver, self._signed = receiver, Webhook(secret)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All that arrived, in its order."""
        for one in self._receiver.received:
            self._signed.verify(one.body.decode(), dict(one.headers))
        return [event for one in self._receiver.received for event in one.events]

    def of(self, name: str) -> list[dict[str, Any]]:
        """Those of this name."""
        return [event for event in self.events if event["type"] == name]

    async def until(self, name: str, number: int = 1) -> list[dict[str, Any]]:
        """Those of this name, once there are so many."""

        async def is_there() -> bool:
            return len(self.of(name)) >= number

        await until(is_there)
        return self.of(name)


@asynccontextmanager
async def telling(partner: Partner) -> AsyncIterator[Told]:
    """A receiver that the partner subscribes to everything."""
    async with Receiver() as receiver:
        made = await partner.call("POST", f"/org/{partner.org}/webhooks", {"url": receiver.url()})
        yield Told(receiver, made["secret"])


async def sign_in(world: World, person: Person, session: dict[str, Any]) -> None:
    """The person comes, after a wrong password, as far as the choice between two chargers."""
    await person.go(session["authentication_url"])
    await person.press("Continue")
    await person.press("E Easee")
    await person.press("Sign in", username=world.username, password="wrong")
    await person.press("Sign in", username=world.username, password="right")
    await arrived(person, "Which device is it about?")


async def onboard(world: World, person: Person, session: dict[str, Any]) -> None:
    """The person adds the second of two chargers."""
    await sign_in(world, person, session)
    await person.press("Charger 2")
    await arrived(person, "Your 2 chargers are linked")


async def test_a_partner_follows_a_user_from_the_first_day_to_the_last_without_asking(
    world: World, person: Person
) -> None:
    partner = await new_partner(world)
    async with telling(partner) as told:
        await partner.enrol()
        session = await partner.begin(device_type="wb")
        await sign_in(world, person, session)
        await told.until("onboarding.updated", 4)
        assert not [event for event in told.events if "device_id" in event]  # nobody has said yes yet
        await person.press("Charger 2")
        [success] = await told.until("onboarding.success")
        device_id = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
        assert success["onboarding_session"] == {
            "id": session["id"],
            "step": "completed",
            "reason": None,
            "object_id": device_id,
        }
        steps = [event["onboarding_session"] for event in told.of("onboarding.updated")]
        assert [step["reason"] for step in steps if step["reason"]] == ["wrong_credentials"]
        assert {step["object_id"] for step in steps} == {None}

        path = partner.of_user(f"/wallboxes/{device_id}")
        created = {event["device_id"]: event for event in await told.until("wallbox.created", 2)}
        seen = await partner.call("GET", path)
        assert created[device_id]["device"] == seen
        assert (seen["price_zone"], seen["owner"]["email"]) == ("DE_LU", partner.user["email"])
        assert created[device_id]["device_type"] == "wb"

        await partner.call("PUT", path, {"comment": "garage", "price_zone": None})
        [changed] = [event for event in await told.until("wallbox.updated") if "comment" in event["updated_fields"]]
        assert sorted(changed["updated_fields"]) == ["comment", "price_zone"]
        assert changed["device"] == await partner.call("GET", path)

        await partner.call("PUT", partner.of_user(""), {"first_name": "Pat", "country": "AUT"})
        [user] = await told.until("user.updated")
        assert user["updated_fields"] == ["first_name", "country", "country_iso2"]
        assert user["user"] == await partner.call("GET", partner.of_user(""))
        [made] = told.of("user.created")
        assert (made["user_id"], made["user"]["email"]) == (partner.user["id"], partner.user["email"])

        status, _ = await partner.send("DELETE", partner.of_user(""))
        assert status == 204
        [gone] = await told.until("user.deleted")
        assert {*gone} == {"id", "type", "created_at", "user_id"}
        assert {event["device_id"] for event in told.of("wallbox.deleted")} == {*created}


async def test_a_broken_link_is_told_with_each_device_and_so_is_that_it_works_again(
    world: World, person: Person
) -> None:
    partner = await new_partner(world)
    session = await partner.begin(device_type="wb")
    await onboard(world, person, session)
    device_id = (await partner.call("GET", f"/device-onboarding/{session['id']}"))["object_id"]
    path = partner.of_user(f"/wallboxes/{device_id}")
    async with telling(partner) as told:
        await world.sandbox.withdraw("easee", world.username)
        await world.app.call("POST", f"/chargers/{device_id}/refresh-hint")
        [asked] = await told.until("user.action_needed")
        assert (asked["user_id"], asked["manufacturer"], asked["code"]) == (
            partner.user["id"],
            "Easee",
            "reauthenticate",
        )
        [lost] = [event for event in told.of("wallbox.updated") if event["device_id"] == device_id]
        assert {"is_authenticated", "action_needed", "connection_status"} <= {*lost["updated_fields"]}
        now = await partner.call("GET", path)
        [action] = lost["device"].pop("actions")
        [shown] = now.pop("actions")
        address = shown["resolution_link"]["url"].partition("?")[0]
        assert action["resolution_link"] == {
            "url": address,
            "required_parameters": ["secret", "successUrl", "cancelUrl"],
        }
        assert "secret=" not in str(lost)
        assert (lost["device"].pop("authorization_url"), now.pop("authorization_url")[: len(address)]) == (
            None,
            address,
        )
        assert lost["device"] == now
        assert (now["is_authenticated"], now["connection_status"]) == (False, "error")

        mending = await partner.call(
            "POST", f"{path}/auth_session", {"success_url": "https://a.example", "cancel_url": "https://b.example"}
        )
        async with Person() as again:
            await again.go(mending["authentication_url"])
            await again.press("Sign in", username=world.username, password="right")
            await arrived(again, "Everything works again")
        [success] = await told.until("onboarding.success")
        assert success["onboarding_session"]["id"] == mending["session_id"]
        assert success["onboarding_session"]["object_id"] == device_id
        regained = [
            event
            for event in await told.until("wallbox.updated", 4)
            if event["device_id"] == device_id and event["device"]["is_authenticated"]
        ]
        assert {"is_authenticated", "action_needed", "actions"} <= {*regained[0]["updated_fields"]}
        assert regained[0]["device"] == await partner.call("GET", path)
        steps = await partner.call("GET", f"/device-onboarding/{mending['session_id']}/events")
        assert (steps[-1]["type"], steps[-1]["object_id"]) == ("onboarding.success", device_id)


async def test_the_steps_of_a_session_and_the_feed_tell_the_same(world: World, person: Person) -> None:
    partner = await new_partner(world)
    session = await partner.begin(device_type="wb")
    await onboard(world, person, session)
    steps = await partner.call("GET", f"/device-onboarding/{session['id']}/events")
    assert [steps[0]["step"], steps[-1]["step"]] == ["created", "completed"]
    assert [step["reason"] for step in steps if step["reason"]] == ["wrong_credentials"]
    events = await partner.call("GET", f"/org/{partner.org}/events?limit=200")
    told = [one["event"] for one in events["events"] if one["event"]["type"].startswith("onboarding.")]
    assert [event["onboarding_session"]["step"] for event in told] == [step["step"] for step in steps[1:]]
    assert [event["created_at"] for event in told] == [step["created_at"] for step in steps[1:]]
    assert [event["type"] for event in told] == [step["type"] for step in steps[1:]]

    cancelled = await partner.begin(device_type="wb")
    async with Person() as other:
        await other.go(cancelled["authentication_url"])
        await other.press("Continue")
        await other.press("E Easee")
        await other.press("Cancel")
    later = await partner.call("GET", f"/org/{partner.org}/events?after={events['cursor']}")
    assert [one["event"]["type"] for one in later["events"]][-1] == "onboarding.cancelled"
    another = await partner.call("GET", f"/device-onboarding/{cancelled['id']}/events")
    assert another[-1]["type"] == "onboarding.cancelled"


async def test_nobody_else_is_told(world: World, person: Person, stack: Stack) -> None:
    partner, stranger = await new_partner(world), await new_partner(await new_world(stack))
    async with telling(stranger) as told:
        session = await partner.begin(device_type="wb")
        await onboard(world, person, session)
        await stranger.enrol()
        await told.until("user.created")
        assert {event["user_id"] for event in told.events} == {stranger.user["id"]}
    assert (await stranger.send("GET", f"/device-onboarding/{session['id']}/events"))[0] == 404
    own = (await world.link()).rpartition("/")[2]
    assert (await partner.send("GET", f"/device-onboarding/{own}/events"))[0] == 404


async def test_what_waits_for_the_app_s_yes_is_not_told(world: World, person: Person) -> None:
    app = ConfirmingApp(world.app)
    await app.choose()
    partner = await new_partner(world)
    await world.at_form(person, await world.link(vendor="EASEE"))
    await person.press("Sign in", username=world.username, password="right")
    brought = brought_back(await arrived(person, "One last step"))

    async def told() -> set[str]:
        events = (await partner.call("GET", f"/org/{partner.org}/events"))["events"]
        return {one["event"]["type"] for one in events}

    assert await told() == {"user.created"}
    await app.confirm(brought, world.user)
    assert await told() == {"user.created", "wallbox.created"}
