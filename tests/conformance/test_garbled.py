"""Answers that were never documented: whatever a vendor sends, a connector gives a result or one of four errors."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.world import LOGIN, World, every_kind, every_vendor, failure
from tests.support.clock import StillClock
from tests.support.vendor_pages import NotLetIn
from wattlink.base.outbound import Answer
from wattlink.connectors.conformance import SimulatedWeb
from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import CredentialsRejected
from wattlink.connectors.registry import manifest_of, simulator

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "0", "-1", "UNKNOWN", "a/../b", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00", "\u0000"]
    )
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_PAGE = b"<html><body>Sorry, something went wrong</body></html>"
_GONE = object()

_often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


class _GarbledWorld(World):
    """A fresh simulated vendor in this process, whose answers can be changed on their way."""

    def __init__(self, vendor: str, kind: Kind | None = None) -> None:
        clock = StillClock()
        state = simulator(vendor).new_account(LOGIN.username, LOGIN.password, clock(), devices=2, kind=kind)
        manifest = manifest_of(vendor)
        self.web = SimulatedWeb(manifest, state, clock=clock)
        super().__init__(vendor, self.web, manifest.hosts, clock)

    def garble(self, number: int, change: Callable[[Answer], Answer]) -> None:
        """From now on, change the answer of this number, counted from 0."""
        self.web.answers = 0
        self.web.garble = lambda at, answer: change(answer) if at == number else answer


def _run(story: Coroutine[Any, Any, None]) -> None:
    with closing(asyncio.new_event_loop()) as loop:  # the tests' own loop stays as it is
        loop.run_until_complete(story)


def _places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a JSON value, itself included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, inner in inside for place in _places(inner, (*here, key)))]


def _replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    key, *rest = place
    copy = value.copy()
    if new is _GONE and not rest:
        del copy[key]
    else:
        copy[key] = _replaced(value[key], tuple(rest), new)
    return copy


def _with_one_change(data: st.DataObject) -> Callable[[Answer], Answer]:
    """Replaces or removes one value somewhere in a JSON answer."""

    def change(answer: Answer) -> Answer:
        try:
            value = msgspec.json.decode(answer.body)
        except msgspec.DecodeError:
            return answer
        place = data.draw(st.sampled_from(_places(value)))
        new = data.draw(st.just(_GONE) | _JSON) if place else data.draw(_JSON)
        return Answer(answer.status, answer.headers, msgspec.json.encode(_replaced(value, place, new)))

    return change


@every_kind
@_often
@given(data=st.data())
def test_one_strange_value_while_reading(vendor: str, kind: Kind, data: st.DataObject) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor, kind)
        credential = (await world.link()).credential
        world.garble(data.draw(st.integers(0, 5)), _with_one_change(data))
        assert not isinstance(await failure(world.read(credential)), CredentialsRejected)

    _run(story())


@every_vendor
@_often
@given(data=st.data())
def test_one_strange_value_while_renewing(vendor: str, data: st.DataObject) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor)
        credential = (await world.link()).credential
        world.garble(0, _with_one_change(data))
        assert not isinstance(await failure(world.connector.refresh(credential)), CredentialsRejected)

    _run(story())


@every_vendor
@_often
@given(data=st.data())
def test_one_strange_value_while_signing_in(vendor: str, data: st.DataObject) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor)
        world.garble(data.draw(st.integers(0, 6)), _with_one_change(data))
        try:
            await failure(world.link())
        except NotLetIn:
            assert world.manifest.sign_in.way == "redirect"

    _run(story())


@every_vendor
@_often
@given(status=st.sampled_from([200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504, 520]))
def test_a_page_in_place_of_an_answer_never_speaks_of_credentials(vendor: str, status: int) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor)
        credential = (await world.link()).credential
        world.garble(0, lambda _: Answer(status, {"content-type": "text/html"}, _PAGE))
        renewing = await failure(world.connector.refresh(credential))
        assert renewing is not None
        assert not isinstance(renewing, CredentialsRejected)
        world.garble(0, lambda _: Answer(status, {"content-type": "text/html"}, _PAGE))
        assert await failure(world.read(credential)) is not None

    _run(story())


@every_kind
@_often
@given(status=st.integers(200, 599), body=st.binary(max_size=64))
def test_any_bytes_with_any_status(vendor: str, kind: Kind, status: int, body: bytes) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor, kind)
        credential = (await world.link()).credential
        world.web.garble = lambda _, __: Answer(status, {}, body)
        await failure(world.connector.refresh(credential))
        await failure(world.read(credential))
        await failure(world.connector.revoke(credential))

    _run(story())


@every_vendor
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 502])
def test_words_that_are_no_text(vendor: str, status: int) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor)
        credential = (await world.link()).credential
        world.web.garble = lambda _, __: Answer(
            status, {}, b'{"error": "\xe9", "title": "\xe9", "access_token": "\xe9"}'
        )
        assert not isinstance(await failure(world.connector.refresh(credential)), CredentialsRejected)
        assert await failure(world.read(credential)) is not None
        await failure(world.connector.revoke(credential))

    _run(story())


@every_vendor
def test_a_deeply_nested_answer(vendor: str) -> None:
    async def story() -> None:
        world = _GarbledWorld(vendor)
        credential = (await world.link()).credential
        world.web.garble = lambda _, __: Answer(200, {}, b"[" * 100_000)
        assert await failure(world.connector.refresh(credential)) is not None
        assert await failure(world.read(credential)) is not None

    _run(story())
