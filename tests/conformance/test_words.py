"""Every simulated device can be seen and set in the words of all vendors, and the connector reads what was set."""

from typing import Any

import pytest

from tests.conformance.world import World, every_vendor
from tests.support.sandbox import RunningSandbox
from wattlink.connectors.devices import Kind, kind_of
from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulated_words import MEANINGS, BadWord, Word, turned
from wattlink.connectors.simulation import account_time

_OTHERWISE: dict[str, Any] = {"text": "Another name", "place": {"latitude": 48.5, "longitude": 9.25}}
_BAD: dict[str, tuple[Any, ...]] = {
    "boolean": ("yes", 1, None),
    "number": ("full", True, None, 1e12),
    "text": ("", 7, "x" * 101),
    "choice": ("nonsense", None, []),
    "choices": ("nonsense", ["nonsense"], None),
    "place": ({"latitude": 1}, {"latitude": 91, "longitude": 0}, "here"),
}


def _another(word: Word, value: Any) -> Any:
    match word.type:
        case "boolean":
            return not value
        case "number":
            assert word.minimum is not None
            assert word.maximum is not None
            return round(word.minimum + (word.maximum - word.minimum) * (0.25 if value > word.minimum else 0.75))
        case "choice":
            return next(choice for choice in word.choices if choice != value)
        case "choices":
            return [choice for choice in word.choices if choice not in value]
        case _:
            return _OTHERWISE[word.type]


@every_vendor
def test_every_kind_has_words_of_the_one_vocabulary(vendor: str) -> None:
    words = simulator(vendor).WORDS
    assert set(words) == set(clouds()[vendor].kinds)
    for known in words.values():
        assert set(known) <= set(MEANINGS)
        assert {"name", "isReachable"} <= set(known)
    interventions = {entry.key for entry in clouds()[vendor].interventions}
    assert all(
        set(known["interventions"].choices) <= interventions for known in words.values() if "interventions" in known
    )


@every_vendor
async def test_what_is_set_is_what_is_seen(vendor: str, sandbox: RunningSandbox) -> None:
    for kind, words in simulator(vendor).WORDS.items():
        opened = await sandbox.open(vendor, f"{kind}@example.com", devices=0, new_devices=[{"kind": kind}])
        (device,) = opened["devices"]
        assert device["kind"] == kind
        assert list(device["words"]) == list(words)
        for name, word in words.items():
            before = (await _device(sandbox, vendor, kind))["words"][name]
            wanted = _another(word, before)
            changed = await sandbox.change(
                vendor, f"{kind}@example.com", words={device["vendor_device_id"]: {name: wanted}}
            )
            assert changed["devices"][0]["words"][name] == wanted, name


@every_vendor
async def test_the_connector_reads_what_was_set(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    credential = (await world.link()).credential
    opened = await sandbox.control("GET", f"/accounts/{vendor}/somebody%40example.com")
    names = {}
    for number, device in enumerate(opened["devices"]):
        names[device["vendor_device_id"]] = f"Device number {number}"
    await sandbox.change(vendor, "somebody@example.com", words={key: {"name": name} for key, name in names.items()})
    read = {reading.vendor_device_id: reading.document for reading in await world.read(credential)}
    assert {key: document.name for key, document in read.items() if hasattr(document, "name")}.items() <= names.items()
    assert {kind_of(document) for document in read.values()} <= set(clouds()[vendor].kinds)


@every_vendor
def test_what_a_word_does_not_take_is_refused_by_name(vendor: str, world: World) -> None:
    state = simulator(vendor).new_account("a@example.com", "b", world.clock())
    device = next(iter(state["devices"].values()))
    words = simulator(vendor).WORDS
    for name, word in words[Kind(device["kind"])].items():
        for bad in _BAD[word.type]:
            with pytest.raises(BadWord) as refused:
                turned(words, device, {name: bad}, account_time(state, world.clock()))
            assert refused.value.word.split(".")[0] == name
    with pytest.raises(BadWord) as refused:
        turned(words, device, {"colour": "red"}, 0.0)
    assert "name" in refused.value.allowed


async def _device(sandbox: RunningSandbox, vendor: str, kind: Kind) -> Any:
    account = await sandbox.control("GET", f"/accounts/{vendor}/{kind}%40example.com")
    return account["devices"][0]
