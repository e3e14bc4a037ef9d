"""The OpenAPI document is exact: schemathesis, which invents requests from it, finds no answer that it doesn't name."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.openapi import CHECKS, INVENTING, cases_of, names_in
from tests.support.stack import App, Stack
from wattlink.dialects.enode.routes import TABLE

_OPERATIONS = ["getHealthReady", *(route.operation_id for rows in TABLE.values() for route in rows)]


@pytest.fixture(scope="session")
async def tried_app(stack: Stack) -> App:
    """The application in whose name requests are invented."""
    return await stack.new_app("Tried")


@pytest.fixture(scope="session")
def document(stack: Stack) -> OpenApiSchema:
    """The document as it is served."""
    served = schemathesis.openapi.from_url(f"{stack.enode}/openapi.json")
    served.config.generation.allow_extra_parameters = False  # which aren't refused
    return served


@pytest.mark.parametrize("operation_id", _OPERATIONS)
def test_every_answer_is_documented(document: OpenApiSchema, tried_app: App, operation_id: str) -> None:
    @given(case=cases_of(document, operation_id))
    @settings(INVENTING, max_examples=40)
    def invent(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=tried_app.headers, checks=CHECKS)

    invent()


async def test_a_query_key_that_nobody_knows_changes_nothing(stack: Stack, tried_app: App) -> None:
    async with stack.http.get(f"{stack.enode}/users?_=1795682620&limit=5", headers=tried_app.headers) as answer:
        assert answer.status == 200


async def test_every_operation_is_in_the_document_under_enode_s_name(stack: Stack) -> None:
    async with stack.http.get(f"{stack.enode}/openapi.json") as answer:
        served = await answer.json()
    assert served["openapi"].startswith("3.1")
    assert served["info"]["version"] == "2024-10-01"
    assert served["servers"] == [{"url": stack.enode}]
    assert names_in(served) == set(_OPERATIONS)
    schemas = served["components"]["schemas"]
    assert all(one["additionalProperties"] is False for one in schemas.values() if "properties" in one)
