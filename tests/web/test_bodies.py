"""A body is JSON whatever it is called, and whoever sent a bad one hears of everything that is wrong with it."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlink.web.bodies import Check, InvalidBody, Issue, NotJson, decode, issues_of, one_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Wheel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    tyre_size: Annotated[int, msgspec.Meta(ge=10)]


class Cart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    owner: Annotated[str, msgspec.Meta(max_length=5), Check(lambda text: "is nobody" if text == "nemo" else None)]
    colours: Annotated[list[Colour], msgspec.Meta(min_length=1)]
    make: Annotated[str, msgspec.Meta(extra_json_schema=one_of("oak", "ash"))] | msgspec.UnsetType = msgspec.UNSET
    gear: Literal["slow", "fast"] = "slow"
    wheel: Wheel | None = None


def issues(body: bytes) -> dict[str, Issue]:
    with pytest.raises(InvalidBody) as caught:
        decode(body, Cart)
    return {issue.field: issue for issue in caught.value.issues}


def test_a_good_body_becomes_a_struct() -> None:
    cart = decode(b'{"owner": "ada", "colours": ["red"], "make": "ash", "wheel": {"tyreSize": 12}}', Cart)
    assert cart == Cart(owner="ada", colours=[Colour.RED], make="ash", wheel=Wheel(12))


def test_every_bad_field_is_told_with_what_may_stand_there() -> None:
    found = issues(b'{"colours": ["red", "mud"], "make": "tin", "gear": "warp", "wheel": {"tyreSize": 1}, "x": 1}')
    assert found.keys() == {"owner", "colours[1]", "make", "gear", "wheel.tyreSize", "x"}
    assert found["owner"].message == "is missing"
    assert found["colours[1]"].allowed == ("red", "blue")
    assert found["make"].allowed == ("oak", "ash")
    assert found["gear"].allowed == ("slow", "fast")
    assert found["wheel.tyreSize"].message == "Expected `int` >= 10"
    assert found["x"].allowed == ("owner", "colours", "make", "gear", "wheel")


def test_lengths_and_own_rules_are_kept() -> None:
    assert issues(b'{"owner": "abcdef", "colours": []}').keys() == {"owner", "colours"}
    assert issues(b'{"owner": "nemo", "colours": ["red"]}')["owner"].message == "is nobody"


@pytest.mark.parametrize("text", ["a\\u0000b", "\\u0000"])
def test_text_that_no_database_holds_is_refused(text: str) -> None:
    assert issues(f'{{"owner": "{text}", "colours": ["red"]}}'.encode()).keys() == {"owner"}


@pytest.mark.parametrize(
    "body", [b"", b"owner=ada", b"{", b'{"owner": "\\ud800"}', b'{"owner": "\xed\xa0\x80"}', b"[" * 100_000, b"\xff"]
)
def test_what_is_not_json_is_told_as_that(body: bytes) -> None:
    with pytest.raises(NotJson):
        decode(body, Cart)


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"text"'])
def test_json_of_another_kind_is_an_issue_of_the_whole(body: bytes) -> None:
    assert issues(body).keys() == {""}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("abNred\0é"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["owner", "colours", "wheel", "tyreSize"]), inner),
)


@given(_JSON)
def test_anything_is_either_a_cart_or_has_issues(value: object) -> None:
    body = msgspec.json.encode(value)
    found = list(issues_of(msgspec.json.decode(body), Cart))
    if found:
        assert issues(body).keys() == {issue.field for issue in found}
    else:
        assert msgspec.json.decode(msgspec.json.encode(decode(body, Cart)), type=Cart) == decode(body, Cart)


@pytest.mark.parametrize(
    ("body", "expected", "field"),
    [
        (b'{"api": "https://a\\u0000b"}', dict[str, str], "api"),
        (b'{"a\\u0000b": "x"}', dict[str, str], ""),
        (b'{"name": "\\u0000"}', dict[str, Any], "name"),
        (b'{"place": [1, {"name": "\\u0000"}]}', dict[str, Any], "place[1].name"),
    ],
)
def test_text_that_no_database_holds_is_refused_under_names_of_the_sender_s(
    body: bytes, expected: Any, field: str
) -> None:
    with pytest.raises(InvalidBody) as caught:
        decode(body, expected)
    assert [issue.field for issue in caught.value.issues] == [field]


@pytest.mark.parametrize("depth", [100, 400, 900, 1_100, 100_000])
def test_what_is_nested_without_end_is_refused_and_nothing_worse(depth: int) -> None:
    body = b'{"a":' * depth + b"1" + b"}" * depth
    try:
        assert decode(body, dict[str, Any])
    except NotJson:
        assert depth > 100


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    short_text: Annotated[str, Check(lambda text: "is nobody" if text == "nemo" else None)]
    wood: Annotated[str, msgspec.Meta(extra_json_schema=one_of("oak", "ash"))] | None = None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"shortText": "nemo"}', "shortText"),
        (b'{"shortText": "n\\u0065mo"}', "shortText"),
        (b'{"shortText": "a", "wood": "tin"}', "wood"),
        (b'{"shortText": "a\\u0000"}', "shortText"),
        (b'{"shortText": "a", "other": 1}', "other"),
    ],
)
def test_a_flat_body_is_looked_at_as_closely(body: bytes, field: str) -> None:
    with pytest.raises(InvalidBody) as caught:
        decode(body, Label)
    assert [issue.field for issue in caught.value.issues] == [field]


def test_a_flat_body_that_is_right_becomes_a_struct() -> None:
    assert decode(b'{"shortText": "nobody", "wood": "oak"}', Label) == Label("nobody", "oak")
