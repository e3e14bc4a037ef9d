"""Which sites may show an application's pages within a frame: none, unless the application lists them.

An entry is an origin as browsers write it and as `frame-ancestors` takes it, so that nothing in it can be read as more.
"""

import re
from collections.abc import Sequence

from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.redirects import is_loopback

_MOST_LISTED = 20  # they come with every page
_LONGEST = 260
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_OWN_PORTS = {"https": "443", "http": "80"}
_ALLOWED = ("https://app.example.com", "http://localhost:3000")


def check_frame_origins(origins: Sequence[str]) -> None:
    """Raise InvalidInput for an entry that isn't one exact origin."""
    if len(origins) > _MOST_LISTED:
        raise InvalidInput("frame_origins", f"must be {_MOST_LISTED} at most")
    for number, origin in enumerate(origins):
        problem = "is there twice" if origin in origins[:number] else _problem(origin)
        if problem is not None:
            raise InvalidInput(f"frame_origins[{number}]", problem, allowed=_ALLOWED)


def _problem(origin: str) -> str | None:
    found = _ORIGIN.fullmatch(origin)
    if found is None or len(origin) > _LONGEST:
        return "must be scheme, host and perhaps a port in small letters, without a path and a wildcard"
    if found["port"] is not None and (int(found["port"]) > 65_535 or found["port"] == _OWN_PORTS[found["scheme"]]):
        return "has a port that isn't one, or is the scheme's own, which browsers leave out"
    if found["scheme"] == "http" and not is_loopback(found["host"]):
        return "http is for loopback only: use https"
    return None
