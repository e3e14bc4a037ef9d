"""Every language is complete: nothing missing, unused, doubtful or misshapen, and plurals as the language has them."""

import pytest

from tests.support.texts import Bundle, bundles, offences
from wattlink.base.languages import LANGUAGES, translated

_BUNDLES = {bundle.package: bundle for bundle in bundles()}
_ENODE = "da de en es fi fr it ja lv lt nb nl pl pt ro sv"
_PODERO = "sv de en hu it et pl ro"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bundle", _BUNDLES.values(), ids=_BUNDLES)
def test_a_catalogue_is_complete_and_holds_nothing_else(bundle: Bundle, language: str) -> None:
    assert list(offences(bundle, language)) == []


def test_every_language_that_an_app_may_ask_for_is_ours() -> None:
    assert {*_ENODE.split(), *_PODERO.split()} == {*LANGUAGES, "en"}


def test_what_is_translated_is_what_can_be_chosen() -> None:
    assert set(LANGUAGES) == translated("wattlink.link")
