"""Problem answers (RFC 9457): which of the two media types a caller gets."""

from typing import Any

import msgspec
from litestar import Request, Response

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


def problem_answer(
    request: Request[Any, Any, Any], status: int, problem: msgspec.Struct, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """A problem as `application/problem+json`, or as plain JSON where that alone is accepted."""
    return Response(
        msgspec.json.encode(problem),
        status_code=status,
        media_type=media_type(request.headers.get("accept", "*/*")),
        headers=headers,
    )


def json_answer(
    _: Request[Any, Any, Any], status: int, problem: msgspec.Struct, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """A problem as plain JSON, whatever is accepted."""
    return Response(msgspec.json.encode(problem), status_code=status, media_type=JSON, headers=headers)


def media_type(accept: str) -> str:
    """Clients made from an API description know their typed errors by the one type that they ask for."""
    asked = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return JSON if JSON in asked and not asked & {PROBLEM_JSON, "application/*", "*/*"} else PROBLEM_JSON
