"""Link sessions as a resource: asked for in full, listed by page, and nobody else's."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.dialects.platform.conftest import Caller, Organization, application_of
from tests.support.clock import StillClock
from wattlink.connectors.registry import simulator
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.change import ApplicationChanges, change_application
from wattlink.domain.organizations.model import LinkBinding
from wattlink.domain.vendors.register import register
from wattlink.wiring import Hub

_ASKED = {"userId": "kari", "scopes": ["vehicle:read:data", "meter:read:data"], "redirectUri": "yourapp://done"}


async def _made(caller: Caller, **more: Any) -> Any:
    answer = await caller.post("/link-sessions", {**_ASKED, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_new_session_tells_everything_but_its_secret(application: Caller) -> None:
    made = await _made(application, language="de-DE", colorScheme="dark")
    session = made["linkSession"]
    assert made["url"].startswith("https://link.example.com/link/")
    assert session == {
        "id": session["id"],
        "userId": "kari",
        "purpose": "link",
        "state": "created",
        "step": "created",
        "reason": None,
        "vendor": None,
        "kinds": ["vehicle", "meter"],
        "scopes": ["vehicle:read:data", "meter:read:data"],
        "accountId": None,
        "deviceIds": [],
        "linkBinding": "browser",
        "confirmBy": None,
        "language": "de-DE",
        "redirectUri": "yourapp://done",
        "steps": [{"step": "created", "at": session["createdAt"], "reason": None}],
        "createdAt": session["createdAt"],
        "expiresAt": session["expiresAt"],
        "endedAt": None,
    }
    assert (await application.get(f"/link-sessions/{session['id']}")).json() == session
    assert made["url"].rpartition("/")[2] not in (await application.get("/link-sessions")).text


async def test_the_applications_default_decides_where_the_session_does_not(
    hub: Hub, ours: Organization, application: Caller
) -> None:
    async with hub.db.transaction() as tx:
        access = Access(applications=(ours.application.application_id,))
        await change_application(tx, access, ApplicationChanges(link_binding=LinkBinding.CONFIRM))
    assert (await _made(application))["linkSession"]["linkBinding"] == "confirm"
    assert (await _made(application, linkBinding="browser"))["linkSession"]["linkBinding"] == "browser"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"scopes": ["vehicle:control:charging"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["vehicle:read:everything"]}, "scopes[0]"),
        ({"kinds": ["charger"]}, "scopes"),
        ({"kinds": ["boiler"]}, "kinds[0]"),
        ({"vendor": "acme"}, "vendor"),
        ({"redirectUri": "javascript:alert(1)"}, "redirectUri"),
        ({"redirectUri": ""}, "redirectUri"),
        ({"language": "Deutsch"}, "language"),
        ({"linkBinding": "none"}, "linkBinding"),
        ({"linkChallenge": "short"}, "linkChallenge"),
        ({"linkChallenge": "!" * 43}, "linkChallenge"),
        ({"userId": ""}, "userId"),
        ({"userId": "x" * 256}, "userId"),
        ({"surprise": True}, "surprise"),
    ],
)
async def test_what_can_not_be_used_is_named(application: Caller, more: dict[str, Any], field: str) -> None:
    answer = await application.post("/link-sessions", {**_ASKED, **more})
    assert _problem(answer) == (400, "bad-request")
    assert field in [issue["field"] for issue in answer.json()["issues"]]


async def test_a_challenge_is_the_digest_of_a_secret(application: Caller) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"secret").digest()).decode()
    for given in (challenge, challenge.rstrip("=")):
        await _made(application, linkChallenge=given)


async def test_lists_are_paged_and_filtered(application: Caller, clock: StillClock) -> None:
    made = []
    for number in range(5):
        made.append((await _made(application, userId=f"user {number % 2}"))["linkSession"]["id"])
        clock.forward(seconds=1)
    assert (await application.post(f"/link-sessions/{made[4]}/cancel")).status_code == 200
    first = (await application.get("/link-sessions", pageSize=2)).json()
    assert [one["id"] for one in first["data"]] == made[:2:-1]
    second = (await application.get("/link-sessions", pageSize=2, after=first["pagination"]["after"])).json()
    assert [one["id"] for one in second["data"]] == made[2:0:-1]
    back = (await application.get("/link-sessions", pageSize=2, before=second["pagination"]["before"])).json()
    assert back["data"] == first["data"]
    assert [one["id"] for one in (await application.get("/link-sessions", userId="user 1")).json()["data"]] == [
        made[3],
        made[1],
    ]
    assert [one["id"] for one in (await application.get("/link-sessions", state="cancelled")).json()["data"]] == [
        made[4]
    ]
    assert (await application.get("/link-sessions", userId="nobody")).json()["data"] == []
    assert _problem(await application.get("/link-sessions", state="odd")) == (400, "bad-request")


async def test_cancelling_is_told_and_done_once(application: Caller) -> None:
    session_id = (await _made(application))["linkSession"]["id"]
    cancelled = (await application.post(f"/link-sessions/{session_id}/cancel")).json()
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "withdrawn")
    assert cancelled["endedAt"] is not None
    assert _problem(await application.post(f"/link-sessions/{session_id}/cancel")) == (410, "link-session-not-usable")


async def test_only_a_session_that_waits_can_be_confirmed(application: Caller) -> None:
    session_id = (await _made(application))["linkSession"]["id"]
    given = {"linkCode": "x", "userId": "kari"}
    assert _problem(await application.post(f"/link-sessions/{session_id}/confirm", given)) == (403, "wrong-link-code")
    assert _problem(await application.post(f"/link-sessions/{session_id}/confirm", {})) == (400, "bad-request")
    await application.post(f"/link-sessions/{session_id}/cancel")
    ended = await application.post(f"/link-sessions/{session_id}/confirm", given)
    assert _problem(ended) == (410, "link-session-not-usable")
    assert "withdrawn" in ended.json()["detail"]


async def test_nobody_reaches_anothers(
    hub: Hub, app: Litestar, ours: Organization, theirs: Organization, application: Caller
) -> None:
    session_id = (await _made(application))["linkSession"]["id"]
    other = await application_of(hub, app, theirs)
    for answer in (
        await other.get(f"/link-sessions/{session_id}"),
        await other.post(f"/link-sessions/{session_id}/cancel"),
        await other.post(f"/link-sessions/{session_id}/confirm", {"linkCode": "x", "userId": "kari"}),
        await other.post(f"/devices/{session_id}/link-sessions", {"redirectUri": "yourapp://done"}),
        await other.get("/link-sessions/odd"),
        await other.get(f"/link-sessions?application={ours.application.application_id}"),
    ):
        assert _problem(answer) == (404, "not-found")
    assert (await other.get("/link-sessions")).json()["data"] == []
    assert (await ours.operator.get(f"/link-sessions/{session_id}")).json()["state"] == "created"


async def test_a_vendor_that_only_another_application_has_is_not_offered(
    hub: Hub, app: Litestar, ours: Organization, theirs: Organization, application: Caller
) -> None:
    async with hub.db.transaction() as tx:
        await register(
            tx,
            vendor="easee",
            application_id=ours.application.application_id,
            registration=simulator("easee").DEMO_REGISTRATION,
            hosts={},
            is_sandbox=True,
            vault=hub.vault,
        )
    asked = {**_ASKED, "scopes": ["charger:read:data"], "vendor": "easee"}
    assert (await application.post("/link-sessions", asked)).status_code == 201
    refused = await (await application_of(hub, app, theirs)).post("/link-sessions", asked)
    assert _problem(refused) == (400, "bad-request")
    assert [issue["field"] for issue in refused.json()["issues"]] == ["vendor"]
