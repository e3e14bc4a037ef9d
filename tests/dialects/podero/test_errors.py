"""Every domain error has a row in the dialect's table, and is told in words; so is a call that isn't there."""

import pytest

from tests.dialects.podero.conftest import Partner
from tests.support.errors import EVERY_ERROR, example_of
from wattlink.dialects.podero.errors import STATUS, BoostRefused, Problem, ValidationProblem, problem_of
from wattlink.dialects.podero.kinds import TYPES
from wattlink.domain import errors


def test_every_domain_error_is_in_the_table() -> None:
    assert set(STATUS) == set(EVERY_ERROR)


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_row_makes_a_detail(kind: type[errors.DomainError]) -> None:
    status, problem = problem_of(example_of(kind))
    assert 400 <= status <= 503
    own = {errors.InvalidInput: ValidationProblem, errors.BoostNotPossible: BoostRefused}
    assert isinstance(problem, own.get(kind, Problem))
    if isinstance(problem, ValidationProblem):
        (fault,) = problem.detail
        assert (fault.loc, fault.msg) == (["body", "data", "a", 0, "b"], "is {odd}")


@pytest.mark.parametrize("type_", TYPES)
async def test_devices_are_made_by_sessions_and_go_with_their_user_only(partner: Partner, type_: str) -> None:
    user = await partner.new_user()
    devices = f"/users/{user['id']}/{type_}"
    assert (await partner.refusal("POST", devices, {}))[0] == 405
    assert (await partner.refusal("DELETE", f"{devices}/{user['id']}"))[0] == 405
