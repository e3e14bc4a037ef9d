"""What waits in an application's rows happens when its time jumps: webhooks, commands, a vendor that was down."""

import asyncio
from typing import Any

from tests.sandbox.conftest import Ci, account_path, until
from tests.support.receiver import Reply
from wattlink.connectors.registry import manifests

VENDOR = next(name for name, manifest in manifests().items() if manifest.sign_in.way == "form")


async def test_a_webhook_is_retried_and_given_up_and_its_heart_beats(ci: Ci) -> None:
    await ci.subscribe()
    await ci.sandbox("POST", "/clock", {"advance": "PT1H"})
    await ci.event("system:heartbeat")

    ci.receiver.answer = lambda _: Reply(503)
    await ci.app.call("POST", "/users/ada/link", _link_body())
    await _linked(ci)
    await until(lambda: _arrived(ci, 1))
    before = len(ci.receiver.received)
    await ci.sandbox("POST", "/clock", {"advance": "PT6H"})
    await until(lambda: _arrived(ci, before + 1))

    (webhook,) = (await ci.app.call("GET", "/webhooks"))["data"]
    assert webhook["isActive"] is True
    await until(lambda: _is_given_up(ci))


async def test_a_command_that_is_not_sent_in_time_expires(ci: Ci) -> None:
    account, device_id = await _linked(ci)
    await ci.sandbox("PATCH", account_path(account), {"faults": ["outage"]})
    action = await ci.app.call("POST", f"/chargers/{device_id}/charging", {"action": "STOP"})
    assert action["state"] == "PENDING"
    await ci.sandbox("POST", "/clock", {"advance": "PT20M", "waitSeconds": 0})
    ended = await until(lambda: _ended(ci, action["id"]))
    assert (ended["state"], ended["failureReason"]["type"]) == ("FAILED", "NO_RESPONSE")


async def test_a_vendor_that_was_down_is_tried_at_once(ci: Ci) -> None:
    account, device_id = await _linked(ci)
    device = f"{account_path(account)}/devices/{account['devices'][0]['id']}"
    await ci.sandbox("PATCH", account_path(account), {"faults": ["outage"]})
    await until(lambda: _is_out(ci))
    await ci.sandbox("PATCH", account_path(account), {"faults": []})
    await ci.sandbox("PATCH", device, {"isReachable": False})
    await until(lambda: _is_unreachable(ci, device_id))


async def _linked(ci: Ci) -> tuple[dict[str, Any], str]:
    account = await ci.sandbox("POST", "/accounts", {"vendor": VENDOR, "devices": [{"state": {"isCharging": True}}]})
    link = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "ada"})
    assert link["state"] == "completed"
    return account, link["deviceIds"][0]


async def _arrived(ci: Ci, number: int) -> bool:
    return len(ci.receiver.received) > number


async def _is_given_up(ci: Ci) -> bool:
    """Let time pass until the webhook is inactive."""
    await ci.sandbox("POST", "/clock", {"advance": "PT6H"})
    (webhook,) = (await ci.app.call("GET", "/webhooks"))["data"]
    return webhook["isActive"] is False


async def _ended(ci: Ci, action_id: str) -> Any:
    action = await ci.app.call("GET", f"/chargers/actions/{action_id}")
    return None if action["state"] == "PENDING" else action


async def _is_out(ci: Ci) -> bool:
    """Let time pass until nobody is visited at the vendor any more."""
    await ci.sandbox("POST", "/clock", {"advance": "PT1H", "waitSeconds": 2})
    async with ci.stack.hub.db.read() as reader:
        return await reader.one(bool, "SELECT EXISTS (SELECT FROM circuit WHERE open_since IS NOT NULL)")


async def _is_unreachable(ci: Ci, device_id: str) -> bool:
    await ci.sandbox("POST", "/clock", {"advance": "PT1H"})
    return (await ci.app.call("GET", f"/chargers/{device_id}"))["isReachable"] is False


def _link_body() -> dict[str, Any]:
    return {"scopes": list(manifests()[VENDOR].scopes), "language": "en-US", "redirectUri": "yourapp://back"}


async def test_time_jumps_while_much_else_happens(ci: Ci) -> None:
    await ci.subscribe()
    accounts = [await ci.sandbox("POST", "/accounts", {"vendor": VENDOR}) for _ in range(4)]
    jumps = [ci.send("POST", "/clock", {"advance": 60, "waitSeconds": 0}) for _ in range(12)]
    links = [ci.send("POST", f"{account_path(account)}/link", {"userId": "ada"}) for account in accounts]
    answers = await asyncio.gather(*jumps, *links)
    assert {answer.status for answer in answers} == {200}
    assert [answer.json["state"] for answer in answers[len(jumps) :]] == ["completed"] * len(accounts)
    assert (await ci.sandbox("GET", "/clock"))["offsetSeconds"] == 12 * 60
    await ci.event("user:charger:discovered", number=len(accounts))
