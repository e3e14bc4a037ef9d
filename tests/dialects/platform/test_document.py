"""The OpenAPI document is exact: schemathesis, which invents requests from it, finds no answer that it doesn't name."""

from typing import Any

import aiohttp
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.openapi import CHECKS, INVENTING, cases_of, names_in
from tests.support.stack import Stack
from wattlink.dialects.platform.routes import ADMINISTRATION, OF_APPLICATIONS, OF_USERS
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_OPERATIONS = [
    route.operation_id
    for table in (ADMINISTRATION, OF_APPLICATIONS, OF_USERS)
    for rows in table.values()
    for route in rows
]


@pytest.fixture(scope="session")
async def headers(stack: Stack) -> dict[str, str]:
    """Those of an operator in whose name requests are invented, of an organization with one application."""
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Tried")
        made = await create_operator_token(tx, organization_id, "tried", now=stack.hub.clock())
    return {"Authorization": f"Bearer {made.token}"}  # so written: schemathesis takes it away to see what happens


@pytest.fixture(scope="session")
def document(stack: Stack) -> OpenApiSchema:
    """The document as it is served."""
    served = schemathesis.openapi.from_url(f"{stack.url}/platform/openapi.json")
    served.config.generation.with_security_parameters = False  # the token is the operator's, and not to be invented
    return served


@pytest.mark.parametrize("operation_id", _OPERATIONS)
def test_every_answer_is_documented(document: OpenApiSchema, headers: dict[str, str], operation_id: str) -> None:
    @given(case=cases_of(document, operation_id))
    @settings(INVENTING, max_examples=40)
    def invent(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    invent()


async def test_every_operation_is_in_the_document_under_its_name(stack: Stack) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{stack.url}/platform/openapi.json") as answer:
        served = await answer.json()
    assert served["openapi"].startswith("3.1")
    assert served["servers"] == [{"url": f"{stack.url}/platform"}]
    assert names_in(served) == set(_OPERATIONS)
    schemas = served["components"]["schemas"]
    assert all(one["additionalProperties"] is False for one in schemas.values() if "properties" in one)


async def test_every_operation_names_the_query_keys_that_it_does_not_know(
    stack: Stack, headers: dict[str, str]
) -> None:
    async with stack.http.get(f"{stack.url}/platform/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    for path, operations in paths.items():
        for method in {*operations} - {"parameters"} if "/oauth2/" not in path else ():
            url = f"{stack.url}/platform{path}?unheardOf=1&pageSize=2"
            async with stack.http.request(method, url, headers=headers) as answer:
                told = await answer.json()
            assert (answer.status, told["issues"][-1]["field"]) == (400, "unheardOf"), (method, path)


async def test_a_stray_query_key_is_told_what_may_stand_there(stack: Stack, headers: dict[str, str]) -> None:
    async with stack.http.get(f"{stack.url}/platform/accounts?userid=ada", headers=headers) as answer:
        (issue,) = (await answer.json())["issues"]
    assert (issue["field"], issue["message"]) == ("userid", "isn't known here")
    assert issue["allowedValues"] == ["after", "application", "before", "pageSize", "state", "userId", "vendor"]


async def test_it_also_answers_at_the_root_of_its_own_host(stack: Stack, headers: dict[str, str]) -> None:
    async with stack.http.get(f"{stack.url}/organization", headers={**headers, "host": "platform.example"}) as answer:
        assert (await answer.json())["name"]
