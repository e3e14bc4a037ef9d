"""What can be told of a vendor's folder without serving anything."""

from itertools import chain

import pytest

from tests.conformance.vendors import ENODE_NAMES, every_vendor
from tests.support.clock import StillClock
from wattlink.connectors.conformance import manifest_offences, simulator_offences, text_offences
from wattlink.connectors.registry import manifest_of, manifests


@every_vendor
def test_the_manifest_agrees_with_itself_and_with_the_connector(vendor: str) -> None:
    assert manifest_of(vendor).vendor == vendor
    assert list(manifest_offences(manifest_of(vendor))) == []


@every_vendor
def test_its_names_are_among_those_that_apps_know(vendor: str) -> None:
    names = manifest_of(vendor).names["enode"]
    assert [name for kind, name in names.items() if name not in ENODE_NAMES[kind].split()] == []


@every_vendor
@pytest.mark.parametrize("language", ["de", "fr", "nb"])
def test_its_texts_are_translated(vendor: str, language: str) -> None:
    assert list(text_offences(manifest_of(vendor), language)) == []


def test_interventions_have_ids_of_their_own() -> None:
    ids = [entry.id for entry in chain.from_iterable(manifest.interventions for manifest in manifests().values())]
    assert len(set(ids)) == len(ids)


@every_vendor
def test_the_simulator_is_pure_and_its_accounts_are_whole(vendor: str) -> None:
    assert list(simulator_offences(vendor, StillClock()())) == []
