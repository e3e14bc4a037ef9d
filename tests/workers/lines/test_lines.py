"""Lines: one counts per wallbox, wherever it calls; they end when their right does, and nobody floods the others."""

import asyncio
import dataclasses
import json
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import msgspec
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.charge_points import dialling
from tests.support.dialled_in import minted, taking_calls, until
from tests.support.disk import disk_full_meanwhile
from tests.support.stack import App
from wattlink.connectors.devices import Charger
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices.dial_in.model import Kept
from wattlink.domain.dial_in.keep import Keeper
from wattlink.domain.dial_in.model import MintedToken
from wattlink.domain.dial_in.silence import LONG_AFTER, OUT_OF_REACH_AFTER, note_silence

POLICY, TRY_AGAIN_LATER = 1008, 1013


@pytest.fixture
async def token(app: App, url: str) -> MintedToken:
    """A token that a wallbox has claimed."""
    token = await minted(app, "ada", url)
    async with dialling(token.wss_url) as line:
        await line.box.boot()
    return token


async def charger(app: App) -> Any:
    (found,) = (await app.call("GET", "/chargers"))["data"]
    return found


async def test_a_wallbox_that_calls_another_process_is_taken_over(app: App, token: MintedToken, url: str) -> None:
    async with taking_calls(app.stack.hub) as elsewhere, dialling(token.wss_url) as older:
        await older.box.status("Preparing")
        async with dialling(token.wss_url.replace(url, elsewhere)) as newer:
            await newer.box.status("Charging")
            assert await older.over() == POLICY
            assert (await charger(app))["chargeState"]["isCharging"]


@pytest.mark.parametrize("how", ["disconnect", "deauthorize", "delete"])
async def test_a_line_ends_with_its_right(app: App, token: MintedToken, how: str) -> None:
    method, path = {
        "disconnect": ("DELETE", "/users/ada/vendors/OCPP"),
        "deauthorize": ("DELETE", "/users/ada/authorization"),
        "delete": ("DELETE", "/users/ada"),
    }[how]
    async with dialling(token.wss_url) as line:
        await line.box.status("Preparing")
        await app.call(method, path)
        assert await line.over() == POLICY
    assert await refusal(token.wss_url) == 401


async def refusal(url: str, **how: Any) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with dialling(url, **how):
            pass
    return int(refused.value.response.status_code)


async def test_whoever_guesses_is_not_heard_for_a_while(token: MintedToken, app: App) -> None:
    for number in range(5):
        assert await refusal(token.plain_url, name="BOX", password=f"wrong-{number}") == 401
    with pytest.raises(InvalidStatus) as refused:
        async with dialling(token.plain_url, name="BOX", password=token.token):
            pass
    assert refused.value.response.status_code == 401
    assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 61
    async with dialling(token.wss_url) as line:  # of another name: nobody else pays for it
        await line.box.boot()


async def test_behind_a_proxy_whoever_guesses_locks_out_only_themselves(app: App, token: MintedToken) -> None:
    settings = dataclasses.replace(app.stack.hub.settings, proxies=(ip_network("127.0.0.0/8"),))
    hub = dataclasses.replace(app.stack.hub, settings=settings)
    async with taking_calls(hub) as behind_proxy:
        address = f"{behind_proxy}/ocpp"
        for _ in range(6):
            assert await refusal(address, name="BOX", password="wrong", caller="203.0.113.9") == 401
        other = await minted(app, "ada", behind_proxy)
        async with dialling(address, name="BOX", password=other.token, caller="198.51.100.7") as line:
            assert (await line.box.boot(serial="A200")).status == "Accepted"


async def test_a_flood_is_slowed_down_and_holds_nobody_else_up(app: App, token: MintedToken, url: str) -> None:
    calm = await minted(app, "ada", url)
    async with dialling(token.wss_url) as flooding, dialling(calm.wss_url) as line:
        sending = asyncio.create_task(flood(flooding.socket))
        await line.box.boot("CALM")
        async with asyncio.timeout(20):
            await line.box.status("Charging")
        assert not sending.done(), "everything was taken at once"
        sending.cancel()

    async with dialling(token.wss_url) as huge:
        await huge.socket.send("x" * 70_000)
        assert await huge.over() == 1009


async def test_what_no_database_holds_costs_nobody_else_a_report(app: App, token: MintedToken, url: str) -> None:
    hub, other = app.stack.hub, await minted(app, "ben", url)
    async with dialling(other.wss_url) as line:
        await line.box.boot("B200")
    async with hub.db.read() as reader:
        good, bad = await reader.all(_Told, _TOLD)
    keeper = Keeper(db=hub.db, notifier=hub.notifier, clock=hub.clock)
    kept, refused = await asyncio.gather(
        keeper.keep(good.kept({**good.memory, "status": "Faulted"})),
        keeper.keep(bad.kept({**bad.memory, "status": "\0"})),
        return_exceptions=True,
    )
    assert kept is True
    assert isinstance(refused, psycopg.DataError)
    async with hub.db.read() as reader:
        assert [told.memory["status"] for told in await reader.all(_Told, _TOLD)] == ["Faulted", None]


class _Told(msgspec.Struct, frozen=True):
    account_id: AccountId
    turn: int
    memory: dict[str, Any]
    document: Charger

    def kept(self, memory: dict[str, Any]) -> Kept:
        return Kept(account_id=self.account_id, turn=self.turn, document=self.document, memory=memory)


_TOLD = "SELECT account_id, turn, memory, document FROM dial_in JOIN device_state USING (device_id) ORDER BY account_id"


async def test_texts_that_are_filled_up_with_nul_are_understood(app: App, url: str) -> None:
    token = await minted(app, "ada", url)
    async with dialling(token.wss_url) as line:
        assert (await line.box.boot("A100\0\0\ud800")).status == "Accepted"
    assert (await charger(app))["information"]["serialNumber"] == "A100?"


async def test_what_finds_no_room_is_not_answered_and_told_again_later(app: App, token: MintedToken) -> None:
    async with dialling(token.wss_url) as line:
        await line.box.status("Preparing")
        async with disk_full_meanwhile(app.stack.hub.settings.database_url):
            await line.say("StatusNotification", connectorId=1, errorCode="NoError", status="Charging")
            assert await line.over() == TRY_AGAIN_LATER
    assert line.answers == []
    async with dialling(token.wss_url) as line:
        await line.box.status("Charging")
    assert (await charger(app))["chargeState"]["isCharging"]


async def flood(socket: Any) -> None:
    number = 0
    while True:
        number += 1
        try:
            await socket.send(json.dumps([2, str(number), "DataTransfer", {"vendorId": "x", "data": "y" * 60_000}]))
        except ConnectionClosed:
            return


async def test_silence_is_shown_and_ends_with_the_next_call(app: App, token: MintedToken) -> None:
    hub = app.stack.hub
    assert (await charger(app))["isReachable"]
    await note_silence(hub.db, hub.clock() + OUT_OF_REACH_AFTER + timedelta(seconds=10))
    silent = await charger(app)
    assert (silent["isReachable"], silent["capabilities"]["startCharging"]["isCapable"]) == (False, True)

    await note_silence(hub.db, hub.clock() + LONG_AFTER + timedelta(seconds=10))
    asks = (await charger(app))["capabilities"]["startCharging"]
    assert (asks["isCapable"], len(asks["interventionIds"])) == (False, 1)

    async with dialling(token.wss_url):
        await until(lambda: reachable(app))
    assert (await charger(app))["capabilities"]["startCharging"]["isCapable"]


async def reachable(app: App) -> bool:
    return bool((await charger(app))["isReachable"])
