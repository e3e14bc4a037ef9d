"""Every domain error has a row in the dialect's table."""

import pytest

from wattlink.dialects.platform.errors import STATUS, TYPES, problem_of
from wattlink.domain import errors

_EVERY = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.DomainError) and kind is not errors.DomainError
]


def test_every_domain_error_is_in_the_table() -> None:
    assert set(STATUS) == set(_EVERY)


@pytest.mark.parametrize("kind", _EVERY)
def test_every_row_makes_a_problem(kind: type[errors.DomainError]) -> None:
    arguments: dict[type[errors.DomainError], tuple[str, ...]] = {
        errors.NotFound: ("application", "x{y}"),
        errors.InvalidInput: ("redirect_uris", "is {odd}"),
        errors.NotASandbox: (),
        errors.BoostNotPossible: ("fully_charged", "unavailable"),
    }
    status, problem = problem_of(kind(*arguments.get(kind, ("{detail}",))))
    assert status == 503 if kind is errors.SignInUnavailable else 400 <= status < 500
    assert problem.type.startswith(TYPES)
    assert problem.title
    assert problem.detail
