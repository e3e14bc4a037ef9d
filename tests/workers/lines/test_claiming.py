"""A wallbox is claimed: its token, its first words, and the charger that the app then has."""

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.charge_points import dialling
from tests.support.dialled_in import minted, taking_calls, until
from tests.support.stack import App, running_stack
from wattlink.dialects.podero import BASE
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in.mint import claim_status
from wattlink.domain.organizations.store import organization_of

both = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])


async def chargers(app: App) -> list[Any]:
    return list((await app.call("GET", "/chargers"))["data"])


@both
async def test_a_token_is_claimed_by_the_wallbox_that_introduces_itself(app: App, url: str, version: str) -> None:
    token = await minted(app, "ada", url)
    async with app.stack.hub.db.read() as reader:
        assert not (await claim_status(reader, token.token)).claimed

    async with dialling(token.wss_url, version=version) as line:
        answer = await line.box.boot()
        assert answer.status == "Accepted"
        (charger,) = await chargers(app)
        await line.box.plug_in()
        told = await app.call("GET", f"/chargers/{charger['id']}")

    assert charger["vendor"] == "OCPP"
    assert charger["isReachable"]
    assert told["chargeState"]["isPluggedIn"]
    assert told["capabilities"]["startCharging"]["isCapable"]
    async with app.stack.hub.db.read() as reader:
        status = await claim_status(reader, token.token)
    assert status.claimed
    assert str(status.wallbox_id) == charger["id"]
    assert (status.manufacturer, status.model) == (charger["information"]["brand"], charger["information"]["model"])
    assert status.firmware


@both
async def test_one_that_only_dials_is_asked_who_it_is_and_how_it_stands(app: App, url: str, version: str) -> None:
    """As it goes with chargers that get another address and don't begin anew."""
    token = await minted(app, "ada", url)
    async with dialling(token.wss_url, version=version) as line:
        line.box.standing = "Preparing" if version == "ocpp1.6" else "Occupied"
        await until(lambda: is_plugged_in(app, True), seconds=30)

    async with dialling(token.wss_url, version=version) as line:
        line.box.standing = "Available"  # since it was unplugged while nobody was on the line
        await until(lambda: is_plugged_in(app, False), seconds=30)


async def is_plugged_in(app: App, wanted: bool) -> bool:
    return [one["chargeState"]["isPluggedIn"] for one in await chargers(app)] == [wanted]


@both
async def test_it_charges_stops_and_limits_its_current_as_the_app_says(app: App, url: str, version: str) -> None:
    token = await minted(app, "ada", url)
    async with dialling(token.plain_url, version=version, name="BOX-1", password=token.token) as line:
        await line.box.boot()
        await line.box.plug_in()
        (charger,) = await chargers(app)
        path = f"/chargers/{charger['id']}"

        started = await app.call("POST", f"{path}/charging", {"action": "START"})
        await until(lambda: confirmed(app, started["id"]))
        await line.box.meter(7400, 1500)
        state = (await app.call("GET", path))["chargeState"]
        assert (state["isCharging"], state["chargeRate"]) == (True, 7.4)

        limited = await app.call("POST", f"{path}/max-current", {"maxCurrent": 10})
        await until(lambda: confirmed(app, limited["id"]))
        assert line.box.limit == 10
        assert (await app.call("GET", path))["chargeState"]["maxCurrent"] == 10

        stopped = await app.call("POST", f"{path}/charging", {"action": "STOP"})
        await until(lambda: confirmed(app, stopped["id"]))
        state = (await app.call("GET", path))["chargeState"]
        assert (state["isCharging"], state["chargeRate"]) == (False, 0.0)


async def confirmed(app: App, action_id: str) -> bool:
    action = await app.call("GET", f"/chargers/actions/{action_id}")
    assert action["state"] in ("PENDING", "CONFIRMED"), action
    return bool(action["state"] == "CONFIRMED")


async def test_a_token_is_good_for_one_wallbox(app: App, url: str) -> None:
    token = await minted(app, "ada", url)
    async with dialling(token.wss_url, name="BOX-1") as line:
        await line.box.boot()

    with pytest.raises(InvalidStatus) as refused:
        async with dialling(token.wss_url, name="BOX-2"):
            pass
    assert refused.value.response.status_code == 401
    async with dialling(token.wss_url, name="BOX-1") as line:
        assert (await line.box.boot("ANOTHER")).status == "Rejected"
        assert await line.over() == 1008
    assert len(await chargers(app)) == 1


async def test_a_partner_mints_the_token_and_asks_until_it_is_claimed(dsn: str) -> None:
    async with running_stack(dsn, dial_in_url="ws://devices.invalid") as stack, taking_calls(stack.hub) as url:
        app = await stack.new_app()

        async def ask(method: str, path: str, body: Any = None, *, openly: bool = False) -> tuple[int, Any]:
            headers = {} if openly else app.headers
            async with stack.http.request(
                method, f"{stack.url}/podero{BASE}{path}", json=body, headers=headers
            ) as answer:
                return answer.status, await answer.json()

        async with stack.hub.db.read() as reader:
            own = await organization_of(reader, Access(applications=(app.credentials.application_id,)))
        _, user = await ask("POST", f"/org/{own}/users", {"email": "anna@example.com", "role": "user"})
        mine = f"/org/{own}/users/{user['id']}/wallboxes"
        minted_at, token = await ask("POST", f"{mine}/claim-tokens")
        assert (minted_at, token["wss_url"]) == (201, f"ws://devices.invalid/ocpp/{token['token']}")
        status = f"/device-onboarding/{user['id']}/wallbox-claim-tokens/{token['token']}/status"
        assert (await ask("GET", status, openly=True))[1]["claimed"] is False
        async with dialling(f"{url}/ocpp/{token['token']}", version="ocpp1.6") as line:
            assert (await line.box.boot()).status == "Accepted"
            _, claimed = await ask("GET", status, openly=True)
            _, (wallbox,) = await ask("GET", mine)
        assert (claimed["claimed"], claimed["wallbox_id"]) == (True, wallbox["id"])
        assert (wallbox["connection"], wallbox["device_model"]["manufacturer"]) == ("online", claimed["manufacturer"])
        assert [charger["id"] for charger in await chargers(app)] == [wallbox["id"]]
        assert (await ask("GET", status.replace(token["token"], "x" * 20), openly=True))[0] == 404
        assert (await ask("POST", f"{mine}/claim-tokens", openly=True))[0] == 401
