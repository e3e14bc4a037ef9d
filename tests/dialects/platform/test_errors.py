"""Every domain error has a row in the dialect's table."""

import pytest

from tests.dialects.platform.conftest import Caller
from tests.support.errors import EVERY_ERROR, example_of
from wattlink.dialects.platform.errors import STATUS, TYPES, problem_of
from wattlink.domain import errors


def test_every_domain_error_is_in_the_table() -> None:
    assert set(STATUS) == set(EVERY_ERROR)


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_row_makes_a_problem(kind: type[errors.DomainError]) -> None:
    status, problem = problem_of(example_of(kind))
    assert status == 503 if kind is errors.SignInUnavailable else 400 <= status < 500
    assert problem.type.startswith(TYPES)
    assert problem.title
    assert problem.detail


@pytest.mark.parametrize("path", ["/link-sessions", "/accounts", "/webhooks/none/deliveries"])
async def test_what_cannot_be_used_in_a_query_is_named_by_its_key(application: Caller, path: str) -> None:
    answer = await application.get(path, state="nowhere")
    assert answer.status_code == 400
    (issue,) = answer.json()["issues"]
    assert issue["field"] == "state"
    assert len(issue["allowedValues"]) > 3


async def test_accounts_of_a_vendor_that_nobody_knows_are_none_to_ask_for(application: Caller) -> None:
    answer = await application.get("/accounts", vendor="EASEE")
    assert answer.status_code == 400
    (issue,) = answer.json()["issues"]
    assert issue["field"] == "vendor"
    assert "easee" in issue["allowedValues"]
    assert (await application.get("/accounts", vendor="easee")).json()["data"] == []


async def test_everything_about_a_webhook_is_told_at_once(application: Caller) -> None:
    answer = await application.post("/webhooks", {"url": "http://a.example/", "secret": "short", "events": ["x"]})
    assert answer.status_code == 400
    assert {issue["field"] for issue in answer.json()["issues"]} == {"url", "secret", "events[0]"}
