"""Where a person may be sent back to, and how an early exit is told there.

An application with a list of redirect URIs uses exactly those; one without may use `https`, `http` on loopback, and
private-use schemes such as `yourapp://done`. The URI is kept byte for byte, so anything that a browser or a parser
could read differently is refused.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.model import Cause

MOST_LETTERS = 500

_ALLOWED = ("https://...", "http://localhost...", "a private-use scheme such as yourapp://...")
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

_SAID = {
    Cause.CANCELLED: "access_denied",
    Cause.CONSENT_REFUSED: "access_denied",
}
_MESSAGES = {
    Cause.WRONG_CREDENTIALS: "The vendor did not accept the user name and password.",
    Cause.ACCOUNT_LOCKED: "The vendor has locked the account.",
    Cause.CODE_WRONG: "The code was wrong.",
    Cause.CODE_EXPIRED: "The code had expired.",
    Cause.CONSENT_REFUSED: "The user did not give consent at the vendor.",
    Cause.PERMISSION_MISSING: "The user left out a permission that is needed.",
    Cause.NO_DEVICES: "The account has no devices.",
    Cause.WRONG_KIND_OF_DEVICE: "The account has no device of the kinds asked for.",
    Cause.ALREADY_LINKED: "The device is linked already.",
    Cause.WRONG_ACCOUNT: "The user signed in to another account than the one to be mended.",
    Cause.VENDOR_DOWN: "The vendor does not answer at the moment.",
    Cause.VENDOR_BUSY: "The vendor takes no more requests at the moment.",
    Cause.VENDOR_REFUSED: "The vendor did not let the sign-in through.",
    Cause.NOT_SUPPORTED: "The vendor is not available here.",
    Cause.SESSION_EXPIRED: "The link session has expired.",
    Cause.SESSION_USED: "The link session was used already.",
    Cause.WRONG_BROWSER: "The link session was opened in another browser.",
    Cause.CANCELLED: "The user cancelled.",
    Cause.WITHDRAWN: "The link session was ended by the app.",
    Cause.INTERRUPTED: "The sign-in was interrupted.",
    Cause.NOT_CONFIRMED: "The app did not confirm the link.",
    Cause.INTERNAL: "Something went wrong on the server.",
}


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


def with_error(uri: str, cause: Cause) -> str:
    """`uri` with `error` and `error_message` behind its own query, which stays as it is."""
    before, hash_, fragment = uri.partition("#")
    joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    message = quote(_MESSAGES[cause], safe="")
    return f"{before}{joint}error={_SAID.get(cause, cause.value)}&error_message={message}{hash_}{fragment}"


def _scheme(uri: str) -> str:
    """The scheme, in lower case, of what is written as RFC 3986 says."""
    scheme = _SCHEME.match(uri)
    if not 1 <= len(uri) <= MOST_LETTERS or scheme is None:
        raise _refused(f"must be an absolute URI of up to {MOST_LETTERS} ASCII letters")
    if _STRAY_PERCENT.search(uri) is not None:
        raise _refused("has a % without two hexadecimal digits behind it: a literal one is written %25")
    stray = _STRAY.search(uri)
    if stray is not None:
        raise _refused(f"has {stray[0]!a}, which must be percent-encoded in a URI")
    return scheme[1].lower()


def _check_web(uri: str, scheme: str) -> None:
    rest = uri[len(scheme) + 1 :]
    authority = _AUTHORITY.fullmatch(urlsplit(uri).netloc) if rest.startswith("//") else None
    if authority is None or int(authority["port"] or 0) > 65_535:
        raise _refused("needs a host, without a user name")
    if scheme == "http" and not _is_loopback(authority["host"]):
        raise _refused("http is for loopback only: use https")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refused(problem: str) -> InvalidInput:
    return InvalidInput("redirect_uri", problem, allowed=_ALLOWED)
