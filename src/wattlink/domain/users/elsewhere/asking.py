"""Asking a service over the one door: every failure, silence or nonsense is the same to the person who waits."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from wattlink.base.log import get_logger
from wattlink.base.outbound import Answer, Outbound, OutboundError
from wattlink.domain.errors import SignInUnavailable

_log = get_logger(__name__)
_PATIENCE_SECONDS = 8.0  # somebody waits in front of it
_MOST_BYTES = 256 * 1024


async def ask(
    outbound: Outbound,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """The answer, whatever its status below 500; raises SignInUnavailable."""
    host = urlsplit(url).hostname or ""
    try:
        answer = await outbound.send(
            method, url, headers=headers, body=body, deadline=_PATIENCE_SECONDS, max_bytes=_MOST_BYTES
        )
    except OutboundError as error:
        raise unusable(host, str(error)) from None
    if answer.status >= 500 or answer.status == 429:
        raise unusable(host, f"status {answer.status}")
    return answer


def object_of(answer: Answer, host: str) -> dict[str, Any]:
    """The JSON object that an answer is; raises SignInUnavailable."""
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unusable(host, f"status {answer.status} with a body that is no JSON object")
    return found


def unusable(host: str, why: str) -> SignInUnavailable:
    """For raising: operators read why in the log, the person only that it isn't their fault."""
    _log.warning("a sign-in service gives no usable answer", host=host, why=why)
    return SignInUnavailable("the service doesn't answer as it should at the moment; please try again later")
