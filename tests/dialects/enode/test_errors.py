"""Every domain error has a row in the dialect's table, and nothing of ours leaks through it."""

import pytest

from tests.dialects.enode.conftest import Api
from tests.support.errors import EVERY_ERROR, example_of
from wattlink.dialects.enode.errors import STATUS, problem_of
from wattlink.domain import errors


def test_every_domain_error_is_in_the_table() -> None:
    assert set(STATUS) == set(EVERY_ERROR)


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_row_makes_a_problem(kind: type[errors.DomainError]) -> None:
    status, problem = problem_of(example_of(kind))
    assert status == 503 if kind is errors.SignInUnavailable else 400 <= status < 500
    assert problem.type.startswith("https://developers.enode.com/api/problems/")
    assert problem.title
    assert problem.detail


async def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    answer = await api.post("/users/ada/link", b'"' + b"x" * 300_000 + b'"')
    assert answer.status_code == 413
    assert answer.json()["type"].startswith("https://developers.enode.com/api/problems/")


async def test_typed_clients_get_plain_json(api: Api) -> None:
    answer = await api.http.get("/webhooks/none", headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
