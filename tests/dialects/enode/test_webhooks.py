"""Webhooks are made, seen, changed and ended by their application, and their secrets never come back."""

from typing import Any
from uuid import UUID

import pytest

from tests.dialects.enode.conftest import Api
from tests.support.clock import StillClock

NEW: dict[str, Any] = {"url": "https://app.example.com/hook", "secret": "correct horse"}


async def test_a_new_webhook_is_shown_as_enode_shows_it(api: Api) -> None:
    answer = await api.post("/webhooks", NEW)
    assert answer.status_code == 200
    webhook = answer.json()
    assert UUID(webhook.pop("id"))
    assert webhook == {
        "url": "https://app.example.com/hook",
        "events": ["*"],
        "lastSuccess": "2026-03-02T18:30:00.000Z",
        "isActive": True,
        "createdAt": "2026-03-02T18:30:00.000Z",
        "apiVersion": None,
        "authentication": None,
    }


async def test_every_name_that_enode_knows_may_be_subscribed_to(api: Api) -> None:
    kinds = ("vehicle", "charger", "hvac", "inverter", "battery", "meter")
    names = [f"user:{kind}:{what}" for kind in kinds for what in ("discovered", "updated", "deleted")]
    names += ["user:vehicle:smart-charging-status-updated", "user:schedule:execution-updated"]
    names += ["user:inverter:statistics-updated", "user:charge-action:updated", "user:vendor-action:updated"]
    names += ["user:credentials:invalidated", "enode:webhook:test"]
    answer = await api.post("/webhooks", {**NEW, "events": names})
    assert answer.json()["events"] == names
    refused = await api.post("/webhooks", {**NEW, "events": ["user:hem-system:updated"]})
    assert {*refused.json()["issues"][0]["allowedValues"]} == {"*", *names}


async def test_it_is_found_listed_changed_and_ended(api: Api, clock: StillClock) -> None:
    header = {"headerName": "X-From", "headerValue": "wattlink"}
    webhook = (await api.post("/webhooks", {**NEW, "authentication": header, "apiVersion": "2024-01-01"})).json()
    assert webhook["authentication"] == {"headerName": "x-from"}
    path = f"/webhooks/{webhook['id']}"
    assert (await api.get(path)).json() == webhook
    clock.forward(minutes=1)
    second = (await api.post("/webhooks", {**NEW, "events": ["user:vehicle:updated"]})).json()
    assert (await api.get("/webhooks")).json() == {
        "data": [second, webhook],
        "pagination": {"after": None, "before": None},
    }
    changed = (await api.patch(path, {"events": ["user:credentials:invalidated"], "authentication": None})).json()
    assert changed == {**webhook, "events": ["user:credentials:invalidated"], "authentication": None}
    assert (await api.patch(path, {})).json() == changed
    assert (await api.patch(path, {"apiVersion": None})).json()["title"] == "Webhook already exists."
    answer = await api.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    for gone in (
        await api.get(path),
        await api.patch(path, {}),
        await api.delete(path),
        await api.post(f"{path}/test"),
    ):
        assert gone.status_code == 404
        assert gone.json()["title"] == "Webhook not found"
        assert gone.json()["detail"] == f"Could not find webhook {webhook['id']}"


async def test_the_same_url_and_version_twice_is_refused(api: Api, other_api: Api) -> None:
    await api.post("/webhooks", NEW)
    again = await api.post("/webhooks", {**NEW, "secret": "another one"})
    assert (again.status_code, again.json()["title"]) == (400, "Webhook already exists.")
    assert (await api.post("/webhooks", {**NEW, "apiVersion": "2024-10-01"})).status_code == 200
    assert (await other_api.post("/webhooks", NEW)).status_code == 200


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"url": "http://app.example.com/hook"}, ["url"]),
        ({"url": "https://user:pw@app.example.com/"}, ["url"]),
        ({"url": "x", "secret": "short", "events": ["user:boat:sunk"], "apiVersion": "1"}, None),
        (
            {"url": "http://app.example.com/hook", "secret": "short", "events": ["*", "x"]},
            ["url", "secret", "events[1]"],
        ),
        ({"events": []}, ["events"]),
        ({"secret": "x" * 257}, ["secret"]),
        ({"secret": "nul\u0000nul"}, ["secret"]),
        ({"authentication": {"headerName": "content-type", "headerValue": "x"}}, ["authentication.headerName"]),
        ({"authentication": {"headerName": "a b"}}, ["authentication.headerName", "authentication.headerValue"]),
        ({"authentication": {"headerName": "a", "headerValue": "x\r\ny: z"}}, ["authentication.headerValue"]),
        ({"isActive": True}, ["isActive"]),
    ],
)
async def test_bad_input_names_its_fields_and_stores_nothing(
    api: Api, change: dict[str, Any], fields: list[str] | None
) -> None:
    answer = await api.post("/webhooks", {**NEW, **change})
    assert answer.status_code == 400
    assert answer.json()["title"] == "Webhook input is not valid."
    named = [issue["field"] for issue in answer.json()["issues"]]
    assert named == (fields or ["url", "secret", "events[0]", "apiVersion"])
    assert (await api.get("/webhooks")).json()["data"] == []


async def test_a_receiver_on_a_private_address_is_never_called(api: Api) -> None:
    webhook = (await api.post("/webhooks", {**NEW, "url": "https://127.0.0.1:1/hook"})).json()
    outcome = (await api.post(f"/webhooks/{webhook['id']}/test")).json()
    assert outcome["status"] == "FAILURE"
    assert outcome["response"] is None
    assert outcome["description"]
