"""Enode's own request headers: the API version that is asked for, and one that is history."""

from typing import Any

from litestar import Request

from wattlink.domain.errors import InvalidInput
from wattlink.web.authentication import header_of
from wattlink.web.call import Call

CURRENT_VERSION = "2024-10-01"
VERSIONS = (
    "2023-02-01",
    "2023-03-01",
    "2023-04-01",
    "2023-04-15",
    "2023-05-01",
    "2023-08-01",
    "2024-01-01",
    CURRENT_VERSION,
)


def version_of(call: Request[Any, Any, Any]) -> str:
    """The version that is asked for; the current one where it isn't said, or never was."""
    version = header_of(call.scope, b"enode-version")
    return version if version in VERSIONS else CURRENT_VERSION


def check_headers(call: Call) -> None:
    """Raise InvalidInput for a version that never was, and for a user in a header."""
    version = header_of(call.scope, b"enode-version")
    if version is not None and version not in VERSIONS:
        raise InvalidInput("Enode-Version", f"{version!r} isn't a version of the API", allowed=VERSIONS)
    if header_of(call.scope, b"enode-user-id") is not None:
        raise InvalidInput("Enode-User-Id", "isn't used since version 2023-08-01: the user stands in the path")
