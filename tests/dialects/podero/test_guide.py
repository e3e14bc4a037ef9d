"""Podero's guide, word for word: only the host is another one, and the placeholders are filled in."""

import base64
from typing import NamedTuple

import pytest

from tests.dialects.podero.guide import (
    SESSION_BY_CURL,
    SESSION_BY_PYTHON,
    TOKEN_BY_CURL,
    USER_BY_CURL,
    USER_BY_PYTHON,
    by_curl,
    by_python,
)
from tests.support.stack import Stack
from wattlink.dialects.podero import BASE
from wattlink.domain.organizations.create import create_application, create_organization


class Reader(NamedTuple):
    """Somebody who follows the guide, with the token that its first step gives."""

    host: str
    org_id: str
    auth_token: str

    @property
    def headers(self) -> dict[str, str]:
        """What opens the API."""
        return {"authorization": f"Bearer {self.auth_token}"}


@pytest.fixture(params=["curl", "python"])
def how(request: pytest.FixtureRequest) -> str:
    """Which of the guide's two ways."""
    return str(request.param)


@pytest.fixture
async def reader(stack: Stack, how: str) -> Reader:
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, how)
        made = await create_application(tx, how, organization_id=organization_id)
    client = base64.b64encode(f"{made.client_id}:{made.client_secret}".encode()).decode()
    asked = TOKEN_BY_CURL.replace("base64_encode(client_id:client_secret)", client)
    host = f"{stack.url}/podero"
    return Reader(host, str(organization_id), (await by_curl(asked, host))["access_token"])


async def _new_user(reader: Reader, how: str) -> str:
    filled = {"org_id": reader.org_id, "auth_token": reader.auth_token}
    if how == "curl":
        return str((await by_curl(USER_BY_CURL, reader.host, **filled))["id"])
    return await by_python(USER_BY_PYTHON, reader.host, "user_id", **filled)


async def test_a_token_and_a_user_as_the_guide_has_it(stack: Stack, reader: Reader, how: str) -> None:
    user_id = await _new_user(reader, how)
    url = f"{reader.host}{BASE}/org/{reader.org_id}/users"
    async with stack.http.get(url, headers=reader.headers) as answer:
        (user,) = await answer.json()
    assert (user["id"], user["external_user_id"], user["role"]) == (user_id, "your_internal_user_id", "user")


async def test_a_session_as_the_guide_has_it(stack: Stack, reader: Reader, how: str) -> None:
    user_id = await _new_user(reader, how)
    buildings = f"{reader.host}{BASE}/org/{reader.org_id}/users/{user_id}/buildings"
    async with stack.http.post(buildings, json={"name": "Home"}, headers=reader.headers) as answer:
        building_id = (await answer.json())["id"]
    filled = {"auth_token": reader.auth_token, "user_id": user_id, "building_id": building_id}
    if how == "curl":
        page = (await by_curl(SESSION_BY_CURL, reader.host, **filled))["authentication_url"]
    else:
        page = await by_python(SESSION_BY_PYTHON, reader.host, "authentication_url", **filled)
    session_id = page.partition("?onboarding_session_id=")[2]
    async with stack.http.get(f"{reader.host}{BASE}/device-onboarding/{session_id}", headers=reader.headers) as answer:
        session = await answer.json()
    assert (session["user"], session["building_id"], session["price_zone_default"]) == (user_id, building_id, "DE_LU")
    async with stack.http.get(page) as answer:
        assert (answer.status, "<h1" in await answer.text()) == (200, True)
