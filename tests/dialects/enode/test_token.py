"""Client credentials become a token, and nothing but a live token opens the API."""

import base64
from urllib.parse import urlencode

import httpx
import pytest

from tests.dialects.enode.conftest import Api
from tests.support.clock import StillClock
from wattlink.domain.organizations.create import create_application
from wattlink.domain.organizations.model import NewApplication
from wattlink.wiring import Hub

_GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def application(hub: Hub) -> NewApplication:
    async with hub.db.transaction() as tx:
        return await create_application(tx, "Thirdly")


async def ask(api: Api, form: dict[str, str], basic: str | None = None) -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": ""}
    if basic is not None:
        headers["authorization"] = f"Basic {base64.b64encode(basic.encode()).decode()}"
    return await api.http.post("/oauth2/token", content=urlencode(form), headers=headers)


async def test_credentials_go_in_the_header_or_in_the_form(api: Api, application: NewApplication) -> None:
    in_header = await ask(api, _GRANT, f"{application.client_id}:{application.client_secret}")
    credentials = {"client_id": str(application.client_id), "client_secret": application.client_secret}
    in_form = await ask(api, _GRANT | credentials)
    for answer in (in_header, in_form):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        token = answer.json().pop("access_token")
        assert answer.json() == {"access_token": token, "expires_in": 3599, "scope": "", "token_type": "bearer"}
        users = await api.http.get("/users", headers={"authorization": f"Bearer {token}"})
        assert users.status_code == 200


async def test_a_refusal_is_told_as_oauth_clients_read_it(api: Api, application: NewApplication) -> None:
    right, wrong = f"{application.client_id}:{application.client_secret}", f"{application.client_id}:wrong"
    for form, basic, status, error in (
        (_GRANT, wrong, 401, "invalid_client"),
        (_GRANT, "nobody:wrong", 401, "invalid_client"),
        (_GRANT, None, 401, "invalid_client"),
        ({}, right, 400, "invalid_request"),
        ({"grant_type": "password"}, right, 400, "unsupported_grant_type"),
    ):
        answer = await ask(api, form, basic)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"grant_type=client_credentials&grant_type=password", b"{}"])
async def test_a_bad_form_is_an_invalid_request(api: Api, body: bytes) -> None:
    answer = await api.http.post("/oauth2/token", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Token x", "Bearer €"])
async def test_without_a_live_token_nothing_is_told(api: Api, authorization: str) -> None:
    answer = await api.http.get("/users", headers={b"authorization": authorization.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "type": "https://developers.enode.com/api/problems/unauthorized",
        "title": "Unauthorized",
        "detail": "Unauthorized for resource",
    }


async def test_a_token_lives_for_an_hour(api: Api, application: NewApplication, clock: StillClock) -> None:
    answer = await ask(api, _GRANT, f"{application.client_id}:{application.client_secret}")
    given = {"authorization": f"Bearer {answer.json()['access_token']}"}
    clock.forward(minutes=59)
    api.hub.authenticator.forget()
    assert (await api.http.get("/users", headers=given)).status_code == 200
    clock.forward(minutes=2)
    api.hub.authenticator.forget()
    assert (await api.http.get("/users", headers=given)).status_code == 401


async def test_the_version_is_known_or_refused_and_no_user_stands_in_a_header(api: Api) -> None:
    for version in ("2023-08-01", "2024-01-01", "2024-10-01"):
        assert (await api.http.get("/users", headers={"Enode-Version": version})).status_code == 200
    answer = await api.http.get("/users", headers={"Enode-Version": "2020-01-01"})
    assert answer.status_code == 400
    assert "2024-10-01" in answer.json()["issues"][0]["allowedValues"]
    assert (await api.http.get("/users", headers={"Enode-User-Id": "ada"})).status_code == 400


async def test_health_needs_no_token(api: Api) -> None:
    answer = await api.http.get("/health/ready", headers={"authorization": ""})
    assert (answer.status_code, answer.content) == (204, b"")


async def test_an_unknown_route_says_so(api: Api) -> None:
    answer = await api.get("/simulated/vehicles")
    assert answer.status_code == 404
    assert "Route not found" in answer.text
    other_method = await api.http.put("/users")
    assert (other_method.status_code, sorted(other_method.headers["allow"].split(", "))) == (405, ["GET", "OPTIONS"])
    options = await api.http.options("/users/ada")
    assert (options.status_code, options.headers["allow"]) == (204, "DELETE, GET, OPTIONS")
