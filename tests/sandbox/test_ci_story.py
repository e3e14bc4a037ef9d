"""A customer's test run, as it is written: accounts, linking, state, webhooks, a broken link, and time. HTTP only."""

from typing import Any

import pytest

from tests.sandbox.conftest import Ci, account_path, until
from tests.support.platform import PlatformApp
from wattlink.connectors.registry import manifests

_PLURAL = {"vehicle": "vehicles", "charger": "chargers"}


@pytest.mark.parametrize("vendor", ["easee", "tesla"])
async def test_a_customers_test_run(ci: Ci, vendor: str) -> None:
    await ci.subscribe()

    # An account with a device in a known state, linked to a user that didn't exist before.
    kind = manifests()[vendor].kinds[0].value
    account = await ci.sandbox(
        "POST", "/accounts", {"vendor": vendor, "devices": [{"kind": kind, "state": {"isPluggedIn": False}}]}
    )
    (device,) = account["devices"]
    assert device["state"]["isPluggedIn"] is False
    linked = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "user-1"})
    assert (linked["state"], linked["cause"], linked["userId"]) == ("completed", None, "user-1")
    (device_id,) = linked["deviceIds"]
    assert (await ci.event(f"user:{kind}:discovered"))[kind]["id"] == device_id
    assert (await _shown(ci, kind, device_id))["chargeState"]["isPluggedIn"] is False

    # The car is plugged in; nobody waits for the next visit.
    state = await ci.sandbox("PATCH", f"{account_path(account)}/devices/{device['id']}", {"isCharging": True})
    assert (state["state"]["isPluggedIn"], state["state"]["isCharging"]) == (True, True)
    before = await ci.sandbox("GET", "/clock")
    after = await ci.sandbox("POST", "/clock", {"advance": "PT10M"})
    assert after["offsetSeconds"] == before["offsetSeconds"] + 600
    updated = await ci.event(f"user:{kind}:updated")
    assert "chargeState" in updated["updatedFields"]
    assert updated[kind]["chargeState"]["isCharging"] is True

    # The refresh token dies; two refusals break the link.
    await ci.sandbox("PATCH", account_path(account), {"faults": ["refresh_refused"]})
    await ci.sandbox("POST", "/clock", {"advance": "P2D"})
    await until(lambda: _refused(ci, vendor, account))
    await ci.sandbox("POST", "/clock", {"advance": 60})
    await ci.event("user:credentials:invalidated")
    broken = await _shown(ci, kind, device_id)
    assert all(capability["isCapable"] is False for capability in broken["capabilities"].values())

    # The user mends it, by the link URL that the app shows.
    await ci.sandbox("PATCH", account_path(account), {"faults": []})
    body = {"language": "en-US", "redirectUri": "yourapp://back"}
    relink = await ci.app.call("POST", f"/assets/{device_id}/relink", body)
    mended = await ci.sandbox("POST", f"{account_path(account)}/link", {"linkUrl": relink["linkUrl"]})
    assert (mended["state"], mended["deviceIds"]) == ("completed", [device_id])
    whole = await _shown(ci, kind, device_id)
    assert any(capability["isCapable"] for capability in whole["capabilities"].values())

    # Sold: two visits without it.
    await ci.sandbox("DELETE", f"{account_path(account)}/devices/{device['id']}")
    await ci.sandbox("POST", "/clock", {"advance": "PT1H"})
    await until(lambda: _looked(ci, kind))
    await ci.event(f"user:{kind}:deleted")


async def test_an_app_that_confirms_is_tried_too(ci: Ci) -> None:
    platform = PlatformApp(ci.app)
    await ci.subscribe()
    account = await ci.sandbox("POST", "/accounts", {"vendor": "easee", "devices": [{"kind": "charger"}]})
    asked = {"userId": "u", "scopes": ["charger:read:data"], "redirectUri": "yourapp://back", "linkBinding": "confirm"}
    made = [await platform.post("/link-sessions", asked) for _ in range(2)]
    codes = []
    for one in made:
        waiting = await ci.sandbox("POST", f"{account_path(account)}/link", {"linkUrl": one["url"]})
        assert (waiting["state"], waiting["deviceIds"]) == ("awaiting_app", [])
        codes.append({"linkCode": waiting["linkCode"], "userId": "u"})
    first, second = (f"/link-sessions/{one['linkSession']['id']}" for one in made)
    assert (await platform.post(f"{first}/confirm", codes[0]))["state"] == "completed"
    await ci.event("user:charger:discovered")

    # Nobody confirms the other one.
    await ci.sandbox("POST", "/clock", {"advance": "PT10M"})
    late = await platform.send("POST", f"{second}/confirm", codes[1])
    assert late.status == 410

    async def is_over() -> bool:
        return bool((await platform.get(second))["state"] == "expired")

    await until(is_over)
    assert (await platform.get(second))["reason"] == "not_confirmed"


async def _shown(ci: Ci, kind: str, device_id: str) -> Any:
    return await ci.app.call("GET", f"/{_PLURAL[kind]}/{device_id}")


async def _refused(ci: Ci, vendor: str, account: dict[str, Any]) -> bool:
    """Whether the vendor has refused to renew; the visit in which it did may still be on its way into the database."""
    seen = (await ci.sandbox("GET", "/requests", vendor=vendor))["data"]
    return any(one["status"] in (400, 401) and one["username"] == account["username"] for one in seen)


async def _looked(ci: Ci, kind: str) -> bool:
    """Let time pass until the device is gone."""
    await ci.sandbox("POST", "/clock", {"advance": "PT5M"})
    return bool(ci.events(f"user:{kind}:deleted"))
