"""What a service tells of a person is kept where it makes sense, and left out elsewhere; it is never an error."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wattlink.domain.users.elsewhere.telling import person_of

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_NAMES = ("given_name", "family_name", "birthdate", "gender", "locale", "picture", "zoneinfo")


@given(told=st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES, _JSON)), email=_JSON)
def test_nothing_that_is_told_breaks_anything(told: dict[str, Any], email: Any) -> None:
    person = person_of("facebook:1", "1020", told, email=email)
    assert len(msgspec.json.encode(person)) < 5_000


def told(**words: Any) -> dict[str, Any]:
    return person_of("facebook:1", "1020", words, email=None).profile


def test_a_birthday_is_a_whole_date_that_there_is() -> None:
    assert told(birthdate="2000-02-29") == {"birthday": {"day": 29, "month": 2, "year": 2000}}
    assert told(birthdate="02/29/2000") == {"birthday": {"day": 29, "month": 2, "year": 2000}}
    for odd in ("2001-02-29", "0000-02-28", "1899-01-01", "02/28", "2001", "28.02.2001", "2001-02-28 ", 20010228):
        assert told(birthdate=odd) == {}


def test_what_is_odd_is_left_out() -> None:
    assert told(zoneinfo="Europe/Zurich", locale="de_CH", gender="female", picture="https://a.example/1.png") == {
        "timezone": "Europe/Zurich",
        "locale": "de-CH",
        "gender": "female",
        "photo": "https://a.example/1.png",
    }
    assert told(zoneinfo="Mars/Olympus", locale="d", gender="none", picture="http://a.example/1.png") == {}
    assert told(zoneinfo=[], locale={}, gender=[], picture="https://[::1") == {}
