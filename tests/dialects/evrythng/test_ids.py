"""Ids: the same 128 bits in EVRYTHNG's letters, and back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis.strategies import uuids

from wattlink.dialects.evrythng.ids import ALPHABET, id_of, uuid_of
from wattlink.domain.errors import NotFound


@given(uuids())
def test_every_id_comes_back_from_its_24_letters(row_id: UUID) -> None:
    shown = id_of(row_id)
    assert len(shown) == 24
    assert shown[0] == "U"
    assert set(shown) <= set(ALPHABET)
    assert uuid_of("user", shown) == row_id


@pytest.mark.parametrize(
    "text", ["", "U", "me", "U" + "a" * 22, "U" + "a" * 24, "V" + "a" * 23, "U" + "o" * 23, "U9" * 12]
)
def test_what_cannot_be_an_id_is_the_id_of_nothing(text: str) -> None:
    with pytest.raises(NotFound):
        uuid_of("user", text)
