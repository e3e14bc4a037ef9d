"""The catalogue tells in many languages what somebody must do."""

import pytest

from wattlink.connectors.registry import manifests
from wattlink.domain.errors import NotFound
from wattlink.domain.interventions import catalogue


def test_every_entry_of_every_manifest_is_in_it_once() -> None:
    ids = [found.entry.id for found in catalogue.entries()]
    written = [entry.id for manifest in manifests().values() for entry in manifest.interventions]
    assert sorted(ids) == sorted([catalogue.LINK_AGAIN, *written])
    assert len(set(ids)) == len(ids)


def test_linking_again_belongs_to_no_vendor_and_is_mended_by_linking() -> None:
    found = catalogue.entry(catalogue.LINK_AGAIN)
    assert (found.vendor, found.brand, found.entry.kind) == (None, None, None)
    assert catalogue.has_link_action(catalogue.LINK_AGAIN)
    assert not catalogue.is_pairing(catalogue.LINK_AGAIN)


@pytest.mark.parametrize("language", ["de", "fr", "nb"])
def test_linking_again_is_told_in_the_language(language: str) -> None:
    english, told = catalogue.entry(catalogue.LINK_AGAIN), catalogue.entry(catalogue.LINK_AGAIN, language)
    assert told.title != english.title
    assert told.description != english.description
    assert told.description.count("\n\n") == english.description.count("\n\n")


def test_a_country_s_variant_falls_back_to_the_language() -> None:
    assert catalogue.entry(catalogue.LINK_AGAIN, "de-AT") == catalogue.entry(catalogue.LINK_AGAIN, "de")


@pytest.mark.parametrize("language", ["en", "en-GB", "xx", "", "../de", "de/../fr"])
def test_what_isn_t_translated_is_english(language: str) -> None:
    assert catalogue.entry(catalogue.LINK_AGAIN, language) == catalogue.entry(catalogue.LINK_AGAIN)


@pytest.mark.parametrize("unknown", ["undefined", "", "8f7c1c1e-3c64-4d0c-9c55-000000000000"])
def test_an_unknown_id_is_not_found(unknown: str) -> None:
    with pytest.raises(NotFound):
        catalogue.entry(unknown)
    assert not catalogue.has_link_action(unknown)


def test_pairings_are_those_of_the_manifests() -> None:
    paired = {entry.id for manifest in manifests().values() for entry in manifest.interventions if entry.pairing}
    assert {found.entry.id for found in catalogue.entries() if catalogue.is_pairing(found.entry.id)} == paired
