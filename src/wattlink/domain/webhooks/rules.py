"""What may stand in a subscription, whatever the dialect."""

import re
from collections.abc import Callable

from yarl import URL

from wattlink.domain.errors import InvalidInput
from wattlink.domain.webhooks.model import CustomHeader

AllowsHttp = Callable[[str], bool]
"""Whether `http` without TLS may go to this host: on loopback, where the operator says so."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,128}")  # RFC 9110, section 5.6.2, lower-case
_PRINTABLE = re.compile(r"[!-~](?:[ -~]{0,254}[!-~])?")
_NOT_THEIRS = {
    *("host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "date"),
    *("content-length", "content-type", "content-encoding", "accept-encoding", "user-agent", "forwarded", "via"),
}
_NOT_THEIR_PREFIXES = ("webhook-", "proxy-", "sec-", "x-forwarded-")


def never(host: str) -> bool:
    """TLS for every host."""
    del host
    return False


def check_url(url: str, allows_http: AllowsHttp) -> None:
    """8 to 200 characters of an absolute `https` URL without a user name; raises InvalidInput."""
    if not 8 <= len(url) <= 200:
        raise InvalidInput("url", "must have 8 to 200 characters")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidInput("url", "must be a URL of ASCII letters, without spaces and backslashes")
    try:
        parsed = URL(url)
        host = parsed.host or ""
    except ValueError:
        raise InvalidInput("url", "must be a URL") from None
    if not host or parsed.port == 0:
        raise InvalidInput("url", "must name a host")
    if parsed.scheme != "https" and not (parsed.scheme == "http" and allows_http(host)):
        raise InvalidInput("url", "must begin with https://", allowed=("https",))
    if parsed.user is not None or parsed.password is not None:
        raise InvalidInput("url", "must not hold a user name or a password; use a header for that")


def check_secret(secret: str) -> None:
    """6 to 256 characters; raises InvalidInput."""
    if not 6 <= len(secret) <= 256:
        raise InvalidInput("secret", "must have 6 to 256 characters")


def check_header(header: CustomHeader, dialect: str) -> CustomHeader:
    """The header with its name in lower case; raises InvalidInput for those that are ours or the transport's."""
    name = header.name.lower()
    if not _TOKEN.fullmatch(name):
        raise InvalidInput("header.name", "must be a header name of 1 to 128 characters")
    if name in _NOT_THEIRS or name.startswith((*_NOT_THEIR_PREFIXES, f"x-{dialect}-")):
        raise InvalidInput("header.name", f"{name} is not a header that an app may choose")
    if not _PRINTABLE.fullmatch(header.value):
        raise InvalidInput("header.value", "must have 1 to 256 printable ASCII characters, no space at either end")
    return CustomHeader(name, header.value)
