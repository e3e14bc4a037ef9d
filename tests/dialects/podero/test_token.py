"""Client credentials become a token of ten hours, and nothing else opens the API, nor another organization."""

import base64
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.dialects.podero.conftest import Partner
from tests.support.clock import StillClock
from wattlink.dialects.podero import BASE

_GRANT = {"grant_type": "client_credentials"}
_TOLD = {"expires_in": 36_000, "token_type": "Bearer", "scope": "read write"}


def basic(partner: Partner, secret: str | None = None) -> dict[str, str]:
    client = f"{partner.client.client_id}:{secret or partner.client.client_secret}"
    return {"authorization": f"Basic {base64.b64encode(client.encode()).decode()}"}


@pytest.mark.parametrize("path", ["/oauth2/token/", "/oauth2/token"])
@pytest.mark.parametrize("how", ["json", "data"])
async def test_the_guides_json_and_a_form_do_alike(partner: Partner, path: str, how: str) -> None:
    sent: dict[str, Any] = {how: _GRANT}
    answer = await partner.http.post(path, headers=basic(partner), **sent)
    token = answer.json().pop("access_token")
    assert answer.json() == {**_TOLD, "access_token": token}
    assert (await users(partner, token)).status_code == 200


async def test_credentials_may_stand_in_the_form(partner: Partner) -> None:
    form = {**_GRANT, "client_id": str(partner.client.client_id), "client_secret": partner.client.client_secret}
    answer = await partner.http.post("/oauth2/token/", data=form, headers={"authorization": ""})
    assert answer.json().items() >= _TOLD.items()


async def test_wrong_credentials_are_refused_as_oauth_clients_read_it(partner: Partner) -> None:
    answer = await partner.http.post("/oauth2/token/", json=_GRANT, headers=basic(partner, "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    for body in (b"{}", b'{"grant_type": 1}', b'{"grant_type"', b"scope=read"):
        answer = await partner.http.post("/oauth2/token/", content=body, headers=basic(partner))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_lives_ten_hours(partner: Partner, clock: StillClock) -> None:
    token = (await partner.http.post("/oauth2/token", headers=basic(partner), json=_GRANT)).json()["access_token"]
    clock.forward(hours=9, minutes=59, seconds=59)
    partner.hub.authenticator.forget()
    assert (await users(partner, token)).status_code == 200
    clock.forward(seconds=3)
    partner.hub.authenticator.forget()
    answer = await users(partner, token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


async def test_no_token_and_a_wrong_one_are_unauthorized(partner: Partner) -> None:
    for header in ("", "Bearer nonsense", "Basic abc"):
        answer = await partner.http.get(f"{BASE}/org/{partner.org_id}/users", headers={"authorization": header})
        assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


async def test_another_organization_looks_as_if_there_were_none(partner: Partner, other_partner: Partner) -> None:
    answers = []
    for org_id in (other_partner.org_id, str(uuid4()), "none"):
        answer = await partner.http.get(f"{BASE}/org/{org_id}/users")
        answers.append((answer.status_code, answer.json()))
    assert answers == [(404, {"detail": "Not Found: there is no such organization."})] * 3


async def test_slashes_at_the_ends_do_no_harm(partner: Partner) -> None:
    for path in (f"{BASE}//org/{partner.org_id}/users", f"{BASE}/org/{partner.org_id}/users/"):
        assert (await partner.http.get(path)).json() == []


async def users(partner: Partner, token: str) -> httpx.Response:
    return await partner.http.get(f"{BASE}/org/{partner.org_id}/users", headers={"authorization": f"Bearer {token}"})
