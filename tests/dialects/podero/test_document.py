"""The OpenAPI document is exact: schemathesis, which invents requests from it, finds no answer that it doesn't name."""

from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.openapi import CHECKS, INVENTING, cases_of, names_in
from tests.support.stack import Stack
from wattlink.dialects.podero import BASE
from wattlink.dialects.podero.routes import OPEN, TABLE
from wattlink.domain.organizations.create import create_application, create_organization

_OPERATIONS = [route.operation_id for rows in [*TABLE.values(), *OPEN.values()] for route in rows]


class Tried(NamedTuple):
    """In whose name requests are invented: an application, and a user of its."""

    headers: dict[str, str]
    ids: dict[str, str]


@pytest.fixture(scope="session")
async def tried(stack: Stack) -> Tried:
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Tried")
        made = await create_application(tx, "Tried", organization_id=organization_id)
    issued = await stack.hub.authenticator.issue(str(made.client_id), made.client_secret)
    headers = {"Authorization": f"Bearer {issued.token}"}  # so written: schemathesis takes it away
    users = f"{stack.url}/podero{BASE}/org/{organization_id}/users"
    new = {"role": "user", "email": "tried@example.com"}
    async with stack.http.post(users, headers=headers, json=new) as answer:
        user = await answer.json()
    return Tried(headers, {"org_id": str(organization_id), "user_id": user["id"]})


@pytest.fixture(scope="session")
def document(stack: Stack) -> OpenApiSchema:
    """The document as it is served."""
    served = schemathesis.openapi.from_url(f"{stack.url}/podero/openapi.json")
    served.config.generation.with_security_parameters = False  # the token isn't to be invented
    return served


@pytest.mark.parametrize("operation_id", _OPERATIONS)
def test_every_answer_is_documented(document: OpenApiSchema, tried: Tried, operation_id: str) -> None:
    @given(case=cases_of(document, operation_id), is_known=st.booleans())
    @settings(INVENTING, max_examples=15)
    def invent(case: schemathesis.Case[Any], *, is_known: bool) -> None:
        known = tried.ids if is_known and operation_id != "deleteUser" else {"org_id": tried.ids["org_id"]}
        case.path_parameters = {**case.path_parameters, **{k: v for k, v in known.items() if k in case.path_parameters}}
        case.call_and_validate(headers=tried.headers, checks=CHECKS)

    invent()


async def test_every_operation_is_in_the_document_under_its_name(stack: Stack) -> None:
    async with stack.http.get(f"{stack.url}/podero/openapi.json") as answer:
        served = await answer.json()
    assert served["openapi"].startswith("3.1")
    assert served["servers"] == [{"url": f"{stack.url}/podero"}]
    assert all(path.startswith(f"{BASE}/") for path in served["paths"])
    assert names_in(served) == set(_OPERATIONS)
    operations = [one for path in served["paths"].values() for one in path.values()]
    assert {one["operationId"] for one in operations if one.get("security") == [{}]} == {
        "getClaimTokenStatus",
        "openCue",
        "settleCue",
    }  # all others take the bearer token


async def test_the_document_and_the_page_are_also_where_podero_has_them(stack: Stack) -> None:
    answers = []
    for path in ("/podero/openapi.json", f"/podero{BASE}/openapi.json", "/podero/docs", f"/podero{BASE}/docs"):
        async with stack.http.get(f"{stack.url}{path}") as answer:
            assert answer.status == 200
            answers.append(await answer.text())
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]


async def test_it_also_answers_at_the_root_of_its_own_host(stack: Stack, tried: Tried) -> None:
    url = f"{stack.url}{BASE}/org/{tried.ids['org_id']}/users"
    async with stack.http.get(url, headers={**tried.headers, "host": "podero.example"}) as answer:
        assert answer.status == 200
