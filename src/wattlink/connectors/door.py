"""A connector's door to its vendor: named hosts, deadlines, size limits, budgets, and two of the four errors."""

import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.outbound import Answer, AnswerTooLarge, Outbound, OutboundError
from wattlink.connectors.errors import UnexpectedAnswer, VendorUnavailable

Budget = Callable[[], Awaitable[None]]
"""Called before each request; raises VendorUnavailable(reason="quota") when the vendor's budget is used up."""


async def unlimited() -> None:
    """The budget of a vendor without one."""


class VendorDoor:
    """Sends requests to one vendor's hosts and to no others."""

    def __init__(
        self,
        *,
        outbound: Outbound,
        hosts: Mapping[str, str],
        clock: Clock,
        budget: Budget = unlimited,
        patience: float = 10.0,
    ) -> None:
        """`hosts`: base URLs, without a slash at the end, by the manifest's names; `patience`: seconds per request."""
        self._outbound = outbound
        self._hosts = hosts
        self._clock = clock
        self._budget = budget
        self._patience = patience
        self.sent = 0
        """How many requests went through."""

    def now(self) -> datetime:
        """The time by which a credential's life is counted."""
        return self._clock()

    def address(self, host: str, path: str, query: Mapping[str, str] | None = None) -> str:
        """The URL of a path on a named host; what comes from outside enters only as `query` or quoted in `path`."""
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("a path on a vendor's host starts with one slash")
        return f"{self._hosts[host]}{path}" + (f"?{urlencode(query)}" if query else "")

    async def send(
        self,
        method: str,
        host: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Answer:
        """One request; raises VendorUnavailable when no answer came, UnexpectedAnswer when it had no end."""
        await self._budget()
        self.sent += 1
        sent = {"accept": "application/json", **(headers or {})}
        body: bytes | None = None
        if form is not None:
            body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif json is not None:
            body, sent["content-type"] = msgspec.json.encode(json), "application/json"
        try:
            return await self._outbound.send(
                method, self.address(host, path, query), headers=sent, body=body, deadline=self._patience
            )
        except AnswerTooLarge as error:
            raise UnexpectedAnswer(f"{host}: {error}") from None
        except OutboundError as error:
            raise VendorUnavailable(f"{host}: {error}") from None


def retry_after(answer: Answer, *also: str) -> float | None:
    """The seconds after which the vendor wants to be asked again, if it says so: there, or in headers of its own."""
    said = [answer.headers.get(name, "").strip() for name in ("retry-after", *also)]
    told = (_seconds(text, answer) for text in said)
    return next((seconds for seconds in told if seconds is not None), None)


def _seconds(said: str, answer: Answer) -> float | None:
    """A number of seconds, or the date of HTTP, counted from when the answer was made."""
    if said.isdecimal():
        return float(said)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, wait.total_seconds())


def json_of(answer: Answer) -> Any:
    """The answer's JSON value; raises UnexpectedAnswer."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnexpectedAnswer(f"status {answer.status} with a body that isn't JSON") from None


def number(value: Any) -> float | None:
    """A finite number of an answer; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
