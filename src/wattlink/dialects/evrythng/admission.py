"""Who may come in: which kinds of keys an operation takes, and what the role of a user's key allows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import Request

from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import NotAuthenticated, NotPermitted
from wattlink.domain.sharing.keys.door import is_access_key
from wattlink.web.authentication import header_of, network_of_caller
from wattlink.web.call import Call

DOORS = "doors"
"""Where the app's state holds what each operation asks of a caller."""

_SCHEMES = ("token", "bearer")
KINDS = {
    "O": KeyKind.OPERATOR,
    "A": KeyKind.APPLICATION,
    "T": KeyKind.TRUSTED,
    "U": KeyKind.USER,
    "D": KeyKind.DEVICE,
}
_LETTERS = {"GET": "r", "POST": "c", "PUT": "u", "DELETE": "d"}


class Need(NamedTuple):
    """The kinds of keys that an operation takes; whether a role must allow it, and whether a lent key may do it."""

    kinds: frozenset[KeyKind]
    by_role: bool = False
    own_only: bool = False


def need(letters: str, *, by_role: bool = False, own_only: bool = False) -> Need:
    """`letters`: O is an operator's, A an application's public, T its trusted one, U a user's, D a device's."""
    return Need(frozenset(KINDS[letter] for letter in letters), by_role, own_only)


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let in a caller whose key may do this: who has no key is told so, and everybody else is refused."""
    assert isinstance(request, Call)
    request.check_query()
    access = await access_of(request)
    needs: Mapping[str, Need] = request.app.state[DOORS]
    wanted = needs[str(request.route_handler.operation_id)]
    if access.kind not in wanted.kinds:
        raise NotPermitted(f"this takes a key of: {', '.join(sorted(wanted.kinds))}")
    if wanted.own_only and access.is_lent:
        raise NotPermitted("a key that is only lent can't do this")
    if wanted.by_role:
        access.check(request.scope["path"], _LETTERS[request.method])
    request.scope["auth"] = access


async def access_of(request: Call) -> Access:
    """The reach of the key that was sent, in any of the forms that clients use."""
    key = key_of(request)
    try:
        if is_access_key(key):
            return await request.hub.door.access_of(key)
        return await request.hub.authenticator.access_of_operator(key)
    except NotAuthenticated:
        request.hub.strangers.met(key, network_of_caller(request))
        raise NotPermitted("the API key is unknown or was ended") from None


def key_of(request: Call) -> str:
    """`Authorization: <key>`, with or without `Token` or `Bearer` before it, or `?access_token=`."""
    header = (header_of(request.scope, b"authorization") or "").strip()
    scheme, _, rest = header.partition(" ")
    key = rest.strip() if scheme.lower() in _SCHEMES else header
    key = key or request.query_params.get("access_token", "")
    if not key:
        raise NotAuthenticated("no API key")
    return key
