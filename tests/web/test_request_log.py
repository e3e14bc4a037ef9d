"""What is logged of a request: enough to find a fault, and never whose request it was."""

from typing import Any

import pytest
from litestar.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from wattlink.web.request_log import RequestLog


async def logged(method: str, status: int | None) -> list[Any]:
    """The entries of one request; without a status it fails before it is answered."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/users/{user_id}"
        if status is None:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    async def send(_: Message) -> None:
        pass

    scope: Any = {"type": "http", "method": method, "path": "/users/ada@example.com", "query_string": b"after=secret"}
    with capture_logs() as entries:
        try:
            await RequestLog(app)(scope, receive, send)
        except RuntimeError:
            assert status is None
    return entries


@pytest.mark.parametrize(
    ("method", "status", "level"),
    [("GET", 404, "info"), ("POST", 200, "info"), ("GET", 500, "error"), ("GET", None, "error")],
)
async def test_a_line_names_the_route_and_nobody(method: str, status: int | None, level: str) -> None:
    (entry,) = await logged(method, status)
    assert entry["milliseconds"] >= 0
    del entry["milliseconds"]
    assert entry == {
        "event": "request",
        "log_level": level,
        "method": method,
        "route": "/users/{user_id}",
        "status": status or 0,
    }


async def test_reads_that_go_well_are_not_worth_a_line() -> None:
    assert await logged("GET", 200) == []
