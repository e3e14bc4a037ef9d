"""What the docs have people copy and paste works as it stands; only hosts and what they shall fill in differ."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.sandbox.conftest import until
from tests.support.guide import examples, filled, run
from tests.support.platform import PlatformApp
from tests.support.processes import free_ports
from tests.support.stack import App, Stack, running_stack
from wattlink.domain.organizations.create import create_organization

pytestmark = pytest.mark.skipif(which("jq") is None, reason="the guides' readers have jq")

_ENDED = 'kill "$!" && { wait "$!" || true; }'
_DEMO = "wattlink demo "


@pytest.fixture
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database()) as running:
        yield running


@pytest.fixture
async def app(stack: Stack) -> App:
    return await stack.new_app()


def _token(app: App) -> str:
    return app.headers["authorization"].removeprefix("Bearer ")


def _wattlink(stack: Stack) -> dict[str, str]:
    """The settings by which an operator's commands reach the same installation."""
    keys = ",".join(f"{kid}:{base64.b64encode(key).decode()}" for kid, key in stack.hub.settings.master_keys.items())
    return {"WATTLINK_DATABASE_URL": stack.hub.settings.database_url, "WATTLINK_MASTER_KEYS": keys}


async def test_the_readme_s_app_in_three_calls(stack: Stack, app: App, tmp_path: Path) -> None:
    (example,) = examples("README.md", "An app in three calls")
    client = {"client_id": str(app.credentials.client_id), "client_secret": app.credentials.client_secret}
    enode = {"base_url": stack.enode, "token_url": f"{stack.enode}/oauth2/token", **client}
    (tmp_path / "demo.json").write_text(json.dumps({"enode": enode}), encoding="utf-8")
    ((link_url, page),) = await run([example], tmp_path)
    assert link_url.startswith(f"{stack.url}/link/")
    assert page["data"] == []


async def test_linking_and_mending(stack: Stack, app: App, tmp_path: Path) -> None:
    link, _, _, relink = examples("docs/linking.md")
    known = {"BASE": stack.enode, "TOKEN": _token(app), "USER_ID": "user-1"}
    ((linked,),) = await run([link], tmp_path, **known)
    assert set(linked) == {"linkUrl", "linkToken"}
    tesla = await _account(app)
    (device_id,) = (await tesla("POST", "/link", {"linkUrl": linked["linkUrl"]}))["deviceIds"]

    await _break(app, tesla)
    ((mending,),) = await run([relink], tmp_path, **known, DEVICE_ID=device_id)
    mended = await tesla("POST", "/link", {"linkUrl": mending["linkUrl"]})
    assert (mended["state"], mended["deviceIds"]) == ("completed", [device_id])


async def test_confirming_who_came_back(stack: Stack, app: App, tmp_path: Path) -> None:
    (confirm,) = examples("docs/linking.md", "Confirming who came back")
    asked = {"userId": "user-1", "scopes": ["vehicle:read:data"], "redirectUri": "yourapp://back"}
    session = await PlatformApp(app).post("/link-sessions", {**asked, "linkBinding": "confirm"})
    waiting = await (await _account(app))("POST", "/link", {"linkUrl": session["url"]})
    theirs = {'"..."': f'"{waiting["linkCode"]}"', "the one who is logged in": "user-1"}
    known = {"PLATFORM": f"{stack.url}/platform", "TOKEN": _token(app), "LINK_SESSION": waiting["sessionId"]}
    ((confirmed,),) = await run([filled(confirm, **theirs)], tmp_path, **known)
    assert confirmed["state"] == "completed"


async def test_subscribing_a_webhook(stack: Stack, app: App, tmp_path: Path) -> None:
    (example,) = examples("docs/webhooks.md")
    ((webhook,),) = await run([example], tmp_path, BASE=stack.enode, TOKEN=_token(app))
    assert (webhook["url"], webhook["isActive"]) == ("https://app.example.com/webhooks", True)


async def test_administering(stack: Stack, tmp_path: Path) -> None:
    async with stack.hub.db.transaction() as tx:
        await create_organization(tx, "Voltly")
    begin, register = examples("docs/platform.md")
    here = filled(begin, **{"https://link.example.com": stack.url})
    theirs = filled(register, VENDOR="tesla", NAME="domain")
    (applications,), (callback,) = await run([here, theirs], tmp_path, **_wattlink(stack))
    assert applications["data"] == []
    assert callback.startswith(f"{stack.url}/link/")


async def test_what_operators_type(stack: Stack, app: App, tmp_path: Path) -> None:
    create, register = examples("docs/operating.md", "The first application")[0].splitlines()
    (frame,) = examples("docs/linking.md", "Web")
    known = {**_wattlink(stack), "APPLICATION": str(app.credentials.application_id)}
    made, *_, offered = await run(
        [create, filled(register, VENDOR="easee"), frame, "wattlink registration list"], tmp_path, **known
    )
    assert "client_secret" in str(made)
    assert "easee" in str(offered).lower()
    own = await PlatformApp(app).get("/application")
    assert own["frameOrigins"] == ["https://app.example.com"]


@pytest.mark.slow
async def test_a_customer_s_test_run_against_the_sandbox(tmp_path: Path) -> None:
    (example,) = examples("docs/sandbox.md", "A test run")
    ((charging, _, refused, _, _, healed, mended),) = await run([_on_free_ports(example) + _ENDED], tmp_path)
    assert charging["state"]["isCharging"] is True
    assert (refused["faults"], healed["faults"]) == (["refresh_refused"], [])
    assert (mended["state"], mended["userId"]) == ("completed", "user-1")


@pytest.mark.slow
async def test_a_partner_s_whole_way(tmp_path: Path) -> None:
    begin, read = examples("docs/podero.md", "The whole way")
    by_hand = 'AT="$(jq -r .platform.base_url info.json)/sandbox/accounts/myuplink/demomyuplink@nibe.se/link"\n'
    by_hand += 'OPERATOR="Authorization: Bearer $(jq -r .platform.token info.json)"\n'
    by_hand += """jq '{linkUrl: .authentication_url}' <<<"$SESSION" | curl -s "$AT" -H "$OPERATOR" -d @-"""
    by_hand += '\necho "$BUILDING_ID"'
    (page,), (linked, building_id), (device,) = await run(
        [_on_free_ports(begin), by_hand, f"{read}\n{_ENDED}"], tmp_path
    )
    assert "?onboarding_session_id=" in page
    assert linked["deviceIds"] == [device["id"]]
    assert (device["price_zone"], device["building"]) == ("DE_LU", building_id)
    assert device["is_smart_optimization_active"] is True


def _on_free_ports(example: str) -> str:
    return filled(example, **{_DEMO: f"{_DEMO}--port {free_ports(5)} "})


async def _account(app: App) -> Callable[..., Awaitable[Any]]:
    """Calls a fresh virtual account at Tesla."""
    username = (await PlatformApp(app).post("/sandbox/accounts", {"vendor": "tesla"}))["username"]

    async def call(method: str, path: str, body: Any) -> Any:
        answer = await PlatformApp(app).send(method, f"/sandbox/accounts/tesla/{username}{path}", body)
        assert answer.status == 200, answer.json
        return answer.json

    return call


async def _break(app: App, account: Callable[..., Awaitable[Any]]) -> None:
    """Have the user withdraw the access, and wait until that is believed."""
    await account("PATCH", "", {"withdraw": True})

    async def is_broken() -> bool:
        await PlatformApp(app).post("/sandbox/clock", {"advance": "P1D"})
        (shown,) = (await PlatformApp(app).get("/accounts"))["data"]
        return bool(shown["state"] == "broken")

    await until(is_broken)
