"""Gathering: many callers who each want a little of the same are served together."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Result = TypeVar("Result")


class Gatherer(Generic[Wish, Result]):
    """Collects wishes for some milliseconds, and while it is busy with earlier ones; serves them as one list."""

    def __init__(
        self,
        serve: Callable[[Sequence[Wish]], Awaitable[Sequence[Result]]],
        *,
        seconds: float = 0.01,
        most: int = 200,
    ) -> None:
        """`serve` gives a result for each wish, in the same order; when it raises, every caller gets the error."""
        self._serve = serve
        self._seconds = seconds
        self._most = most
        self._waiting: list[tuple[Wish, asyncio.Future[Result]]] = []
        self._full = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, wish: Wish) -> Result:
        """What `serve` answers to this wish."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answer))
        if len(self._waiting) >= self._most:
            self._full.set()
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve_waiting())
        return await answer

    async def _serve_waiting(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._serve_batch(batch)
        finally:
            self._serving = None

    async def _gather(self) -> None:
        if len(self._waiting) < self._most:
            self._full.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._full.wait()

    async def _serve_batch(self, batch: Sequence[tuple[Wish, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._serve([wish for wish, _ in batch])
        except BaseException as error:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, answer), result in zip(batch, results, strict=True):
            if not answer.done():
                answer.set_result(result)
