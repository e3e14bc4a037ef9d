"""A line per request: what was called, by its template and never by the ids in it, how it ended, and how long it took.

Reads that went well are logged at debug: there are thousands of them, and they say nothing.
"""

import logging
import time

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from wattlink.base.log import begin_log, get_logger

_log = get_logger(__name__)
_level = logging.getLogger(__name__)


class RequestLog:
    """ASGI: logs what passes through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begin_log()
        status, began = 0, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if not _is_a_good_read(scope, status) or _level.isEnabledFor(logging.DEBUG):
                _note(scope, status, time.perf_counter() - began)


def _is_a_good_read(scope: Scope, status: int) -> bool:
    return scope.get("method") == "GET" and 200 <= status < 400


def _note(scope: Scope, status: int, seconds: float) -> None:
    write = _log.debug if _is_a_good_read(scope, status) else _log.info if status and status < 500 else _log.error
    write(
        "request",
        method=scope.get("method"),
        route=scope.get("path_template", "unknown"),
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
