"""Podero's guide, word for word: only the host is another one, and the placeholders are filled in."""

import base64

import pytest

from tests.dialects.podero.guide import TOKEN_BY_CURL, USER_BY_CURL, USER_BY_PYTHON, by_curl, by_python
from tests.support.stack import Stack
from wattlink.domain.organizations.create import create_application, create_organization


@pytest.mark.parametrize("how", ["curl", "python"])
async def test_a_token_and_a_user_as_the_guide_has_it(stack: Stack, how: str) -> None:
    host = f"{stack.url}/podero"
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, how)
        made = await create_application(tx, how, organization_id=organization_id)
    client = base64.b64encode(f"{made.client_id}:{made.client_secret}".encode()).decode()
    asked = TOKEN_BY_CURL.replace("base64_encode(client_id:client_secret)", client)
    told = await by_curl(asked, host)
    filled = {"org_id": str(organization_id), "auth_token": told["access_token"]}
    if how == "curl":
        user_id = (await by_curl(USER_BY_CURL, host, **filled))["id"]
    else:
        user_id = await by_python(USER_BY_PYTHON, host, "user_id", **filled)
    headers = {"authorization": f"Bearer {told['access_token']}"}
    async with stack.http.get(f"{host}/api/partners/v2.0/org/{organization_id}/users", headers=headers) as answer:
        (user,) = await answer.json()
    assert (user["id"], user["external_user_id"], user["role"]) == (user_id, "your_internal_user_id", "user")
