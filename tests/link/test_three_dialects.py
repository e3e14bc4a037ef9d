"""One person, one of each type of device, three dialects: linked once, and read through Podero, Enode and EVRYTHNG."""

from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from tests.link.conftest import World
from tests.link.test_four_types import TYPES, WALLBOX, Story, Type
from tests.link.test_onboarding import Partner, new_partner
from tests.link.test_onboarding_wallbox import dialled_by
from tests.support.charge_points import dialling
from tests.support.person import Person
from wattlink.dialects.evrythng.ids import id_of
from wattlink.domain.access.model import KeyKind
from wattlink.domain.organizations.keys.access import issue

_ENODE = {"hp": "hvacs", "ev": "vehicles", "iv": "inverters", "wb": "chargers"}
_PODERO = {one.short: one.path for one in TYPES.values()}
_CLOUDS = {"hp": "nibe", "ev": "tesla", "iv": "solaredge"}


class Measured(NamedTuple):
    """A value of a type of device, by its names; Podero's is so many times the others'."""

    podero: str
    of: str
    enode: str
    evrythng: str
    factor: float = 1


_MEASURED = {
    "hp": Measured(
        "indoor_actual_temperature", "temperatureState", "currentTemperature", "temperature_state_current_temperature"
    ),
    "ev": Measured("battery_level", "chargeState", "batteryLevel", "charge_state_battery_level"),
    "iv": Measured(
        "current_solar_production_w", "productionState", "productionRate", "production_state_production_rate", 1000
    ),
    "wb": Measured("is_plugged_in", "chargeState", "isPluggedIn", "charge_state_is_plugged_in"),
}


class Key:
    """Whoever calls the EVRYTHNG dialect with a key."""

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._headers = {"authorization": key}

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"{self._world.stack.url}/evrythng{path}"
        async with self._world.stack.http.request(method, url, json=body, headers=self._headers) as answer:
            return answer.status, await answer.json() if answer.content_length else None

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.send(method, path, body)
        assert status < 300, answer
        return answer


@pytest.fixture
async def trusted(world: World) -> Key:
    """The app, which lets people sign up."""
    hub = world.stack.hub
    async with hub.db.transaction() as tx:
        key = await issue.of_application(
            tx, world.app.credentials.application_id, KeyKind.TRUSTED, vault=hub.vault, now=hub.clock()
        )
    return Key(world, key)


async def sign_up(world: World, trusted: Key, email: str) -> Key:
    """A person with a key of the own."""
    said = {"email": email, "firstName": "Ada", "lastName": "B", "password": "long enough, and odd"}
    made = await trusted.call("POST", "/auth/evrythng/users", said)
    path = f"/auth/evrythng/users/{made['evrythngUser']}/validate"
    validated = await trusted.call("POST", path, {"activationCode": made["activationCode"]})
    return Key(world, validated["evrythngApiKey"])


@pytest.mark.usefixtures("taking")
async def test_the_same_devices_are_read_through_all_three(world: World, trusted: Key) -> None:
    email, partner = f"{uuid4().hex}@example.com", await new_partner(world)
    ada, bob = await sign_up(world, trusted, email), await sign_up(world, trusted, f"{uuid4().hex}@example.com")
    everybody = await partner.call("GET", f"/org/{partner.org}/users")
    (partner.user,) = [user for user in everybody if user["email"] == email]  # one person, whoever asks
    ids = {short: await onboarded(world, partner, TYPES[name]) for short, name in _CLOUDS.items()}
    story = Story(world, partner, WALLBOX)
    async with Person() as person:
        await story.select(person)
        async with dialling(dialled_by(await person.press("Show the address"))) as line:
            await line.box.boot()
            await line.box.plug_in()
            ids["wb"] = (await story.comes_back(await person.reload()))["id"]
            for short, device_id in ids.items():
                await is_the_same_everywhere(world, partner, ada, short, device_id)
    assert sorted(thng["id"] for thng in await ada.call("GET", "/thngs")) == sorted(map(thng_id, ids.values()))
    assert await bob.call("GET", "/thngs") == []
    assert {(await bob.send("GET", f"/thngs/{thng_id(one)}"))[0] for one in ids.values()} == {404}

    assert (await partner.send("DELETE", partner.of_user("")))[0] == 204
    for short, device_id in ids.items():
        assert (await world.app.send("GET", f"/{_ENODE[short]}/{device_id}")).status == 404
        assert (await partner.send("GET", partner.of_user(f"/{_PODERO[short]}/{device_id}")))[0] == 404
        assert (await ada.send("GET", f"/thngs/{thng_id(device_id)}"))[0] == 403  # the key is dead


async def onboarded(world: World, partner: Partner, type_: Type) -> str:
    """A device of the partner's user, by its form."""
    story = Story(world, partner, type_, await type_.login_at(world))
    async with Person() as person:
        await story.select(person)
        return str((await story.comes_back(await type_.connect(story, person)))["id"])


async def is_the_same_everywhere(world: World, partner: Partner, ada: Key, short: str, device_id: str) -> None:
    """Whose it is, who made it, and what it measures, in three shapes."""
    podero = await partner.call("GET", partner.of_user(f"/{_PODERO[short]}/{device_id}"))
    enode = await world.app.call("GET", f"/{_ENODE[short]}/{device_id}")
    thng = await ada.call("GET", f"/thngs/{thng_id(device_id)}")
    assert podero["owner"]["external_id"] == enode["userId"] == thng_id(partner.user["id"])
    assert thng["customFields"]["kind"] == _ENODE[short].removesuffix("s")
    assert (
        [podero["device_model"][name] for name in ("manufacturer", "model")]
        == [enode["information"][name] for name in ("brand", "model")]
        == [thng["customFields"][name] for name in ("brand", "model")]
    )
    assert (podero["connection_status"], enode["isReachable"], thng["properties"]["is_reachable"]) == ("ok", True, True)
    measured = _MEASURED[short]
    value = enode[measured.of][measured.enode]
    assert value is not None
    assert thng["properties"][measured.evrythng] == value
    assert podero[measured.podero] == pytest.approx(value * measured.factor)


def thng_id(device_id: str) -> str:
    """As EVRYTHNG writes it."""
    return id_of(UUID(device_id))
