"""Which media type a problem is told in."""

import pytest

from wattlink.web.problems import JSON, PROBLEM_JSON, media_type


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", PROBLEM_JSON),
        ("application/json", JSON),
        ("application/json;q=1, text/html", JSON),
        ("application/json, application/problem+json", PROBLEM_JSON),
        ("application/json, text/plain, */*", PROBLEM_JSON),
        ("Application/JSON", JSON),
        ("text/html", PROBLEM_JSON),
        ("", PROBLEM_JSON),
    ],
)
def test_plain_json_goes_only_to_those_who_ask_for_nothing_else(accept: str, expected: str) -> None:
    assert media_type(accept) == expected
