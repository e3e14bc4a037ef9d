"""Gathering: many callers who each want a little of the same are served together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Result = TypeVar("Result")


class Gatherer(Generic[Wish, Result]):
    """Collects wishes for some milliseconds, or until there are enough, and hands them over as one list."""

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
        self._timer: asyncio.TimerHandle | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def ask(self, wish: Wish) -> Result:
        """What `serve` answers to this wish."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((wish, answer))
        if len(self._waiting) >= self._most:
            self._hand_over()
        elif self._timer is None:
            self._timer = loop.call_later(self._seconds, self._hand_over)
        return await answer

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        if batch:
            serving = asyncio.create_task(self._serve_all(batch))
            self._serving.add(serving)
            serving.add_done_callback(self._serving.discard)

    async def _serve_all(self, batch: Sequence[tuple[Wish, asyncio.Future[Result]]]) -> None:
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
