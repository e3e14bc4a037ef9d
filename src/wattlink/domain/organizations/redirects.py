"""Where a person may be sent back to.

An application with a list of redirect URIs uses exactly those; one without may use `https`, `http` on loopback, and
private-use schemes such as `yourapp://done`. The URI is kept byte for byte, so anything that a browser or a parser
could read differently is refused.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from wattlink.domain.errors import InvalidInput

MOST_LETTERS = 8_000

_MOST_LISTED = 100

ALLOWED = ("https://...", "http://localhost...", "a private-use scheme such as yourapp://...")
_STRAY = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9\-.]*[A-Za-z0-9]|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")

# These run code, read files or start other programs in the hands of a browser, whatever a list says.
_DANGEROUS = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source", "jar", "intent", "content"}
)
# Registered for something else than an app of one's own.
_NOT_PRIVATE = frozenset({"ftp", "ftps", "ws", "wss", "mailto", "tel", "sms", "urn", "chrome", "resource", "res"})


def check_redirect_uri(uri: str, listed: Sequence[str]) -> None:
    """Raise InvalidInput unless people may be sent to `uri`; `listed` are the application's own, none: any safe one."""
    name = _scheme(uri)
    if name in _DANGEROUS:
        raise _refused(f"the scheme {name}: is never allowed")
    if listed:
        if uri not in listed:
            raise InvalidInput("redirect_uri", "is not one of the application's redirect URIs", allowed=listed)
    elif name in ("https", "http"):
        _check_web(uri, name)
    elif name in _NOT_PRIVATE:
        raise _refused(f"{name}: is no private-use scheme")


def is_safe_redirect_uri(uri: str) -> bool:
    """Whether people may be sent to `uri` by an application that has no list."""
    try:
        check_redirect_uri(uri, ())
    except InvalidInput:
        return False
    return True


def check_list(uris: Sequence[str]) -> None:
    """Raise InvalidInput for an entry that no application may list; plain http of a private network may stand there."""
    if len(uris) > _MOST_LISTED:
        raise InvalidInput("redirect_uris", f"must be {_MOST_LISTED} at most")
    for number, uri in enumerate(uris):
        try:
            _check_entry(uri)
            if uri in uris[:number]:
                raise _refused("is there twice")
        except InvalidInput as error:
            raise InvalidInput(f"redirect_uris[{number}]", error.problem, allowed=error.allowed) from None


def with_query(uri: str, query: str) -> str:
    """`uri` with this behind its own query."""
    before, hash_, fragment = uri.partition("#")
    joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    return f"{before}{joint}{query}{hash_}{fragment}"


def without_query_key(uri: str, key: str) -> str:
    """`uri` without this key in its query; everything else stays as it is, byte for byte."""
    before, hash_, fragment = uri.partition("#")
    address, mark, query = before.partition("?")
    kept = [part for part in query.split("&") if part.partition("=")[0] != key]
    return f"{address}{mark if any(kept) else ''}{'&'.join(kept)}{hash_}{fragment}"


def _check_entry(uri: str) -> None:
    name = _scheme(uri)
    if name in _DANGEROUS:
        raise _refused(f"the scheme {name}: is never allowed")
    if name in ("https", "http"):
        _check_authority(uri, name)
    elif name in _NOT_PRIVATE:
        raise _refused(f"{name}: is no private-use scheme")


def _scheme(uri: str) -> str:
    """The scheme, in lower case, of what is written as RFC 3986 says."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise _refused("must be an absolute URI")
    if len(uri) > MOST_LETTERS:
        raise _refused(f"must have at most {MOST_LETTERS} characters")
    if _STRAY_PERCENT.search(uri) is not None:
        raise _refused("has a % without two hexadecimal digits behind it: a literal one is written %25")
    stray = _STRAY.search(uri)
    if stray is not None:
        raise _refused(f"has {stray[0]!a}, which must be percent-encoded in a URI")
    return scheme[1].lower()


def _check_web(uri: str, scheme: str) -> None:
    host = _check_authority(uri, scheme)
    if scheme == "http" and not is_loopback(host):
        raise _refused("http is for loopback only: use https")


def _check_authority(uri: str, scheme: str) -> str:
    rest = uri[len(scheme) + 1 :]
    authority = _AUTHORITY.fullmatch(urlsplit(uri).netloc) if rest.startswith("//") else None
    if authority is None or int(authority["port"] or 0) > 65_535:
        raise _refused("needs a host, without a user name")
    return authority["host"]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for whoever asks."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refused(problem: str) -> InvalidInput:
    return InvalidInput("redirect_uri", problem, allowed=ALLOWED)
