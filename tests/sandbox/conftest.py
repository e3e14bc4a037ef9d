"""The whole server with its simulated vendors, and a customer's CI that has nothing but a bearer token."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
import pytest

from tests.support.receiver import Receiver
from tests.support.stack import Answer, App, Refused, Stack, running_stack

T = TypeVar("T")
_PATIENCE_SECONDS = 60.0


class Ci:
    """A customer's test run: an application of its own, the sandbox's API, and a receiver of webhooks."""

    def __init__(self, stack: Stack, app: App, receiver: Receiver) -> None:
        self.stack = stack
        self.app = app
        self.receiver = receiver

    async def sandbox(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The answer's JSON; raises Refused for a problem."""
        answer = await self.send(method, path, body, **query)
        if answer.status >= 400:
            raise Refused(answer.status, answer.json)
        return answer.json

    async def send(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        """The answer as it is."""
        data = None if body is None else msgspec.json.encode(body)
        url = f"{self.stack.url}/platform/sandbox{path}"
        async with self.stack.http.request(
            method, url, data=data, params=query, headers=self.app.headers, timeout=aiohttp.ClientTimeout(total=90)
        ) as answer:
            content = await answer.read()
            return Answer(answer.status, answer.headers, msgspec.json.decode(content) if content else None)

    async def subscribe(self) -> None:
        """Have every event sent to the receiver."""
        body = {"url": f"{self.receiver.base}/hook", "secret": "0123456789" * 13, "events": ["*"]}
        await self.app.call("POST", "/webhooks", body)

    def events(self, type_: str) -> list[dict[str, Any]]:
        """The webhooks of a type that arrived."""
        return [event for got in self.receiver.received for event in got.events if event["event"] == type_]

    async def event(self, type_: str, number: int = 1) -> dict[str, Any]:
        """The n-th webhook of a type, waited for."""
        return (await until(lambda: _enough(self.events(type_), number)))[number - 1]


def account_path(account: dict[str, Any]) -> str:
    """Where a virtual account is."""
    return f"/accounts/{account['vendor']}/{quote(account['username'], safe='')}"


async def until(look: Callable[[], Awaitable[T]]) -> T:
    """What it gives, as soon as that is something."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not (found := await look()):
        assert time.monotonic() < ends, "it never came"
        await asyncio.sleep(0.05)
    return found


async def _enough(found: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    return found if len(found) >= number else []


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database()) as running:
        yield running


@pytest.fixture
async def ci(stack: Stack) -> AsyncIterator[Ci]:
    """A customer's test run."""
    async with Receiver() as receiver:
        yield Ci(stack, await stack.new_app(), receiver)
