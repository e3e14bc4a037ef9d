"""What a simulated vendor signs: codes, tickets between its pages, access tokens (JWTs) and refresh tokens.

Each carries its account's user name, so that the sandbox knows whose request it is. The key is no secret: whoever can
reach the simulator may be anybody there.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

_KEY = b"a simulated vendor keeps no secrets"


def sealed(use: str, username: str, **claims: Any) -> str:
    """A value for one use that only the simulator can make."""
    body = _encoded({"use": use, "username": username, **claims})
    return f"{body}-{_tag(body)}"


def opened(use: str, text: str) -> Mapping[str, Any] | None:
    """What `sealed` made for this use; None for anything else."""
    body, tag = text[:-_TAG_LENGTH].removesuffix("-"), text[-_TAG_LENGTH:]
    return _claims(body, tag, use, body)


def access_token(username: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JWT as a vendor's, but signed with everybody's key."""
    payload = {"use": "access", "username": username, **claims}
    body = f"{_encoded({'alg': 'RS256', 'kid': 'simulated', **header})}.{_encoded(payload)}"
    return f"{body}.{_tag(body)}"


def opened_access(text: str) -> Mapping[str, Any] | None:
    """The claims of an access token of ours, expired or not."""
    parts = text.split(".")
    return _claims(parts[1], parts[2], "access", f"{parts[0]}.{parts[1]}") if len(parts) == 3 else None


def fingerprint(text: str) -> str:
    """Stands for a password in an account's state, to notice that it changed."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _claims(body: str, tag: str, use: str, signed: str) -> Mapping[str, Any] | None:
    if not hmac.compare_digest(_tag(signed).encode(), tag.encode()):
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, msgspec.DecodeError):
        return None
    return claims if isinstance(claims, dict) and claims.get("use") == use else None


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def _tag(text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(_KEY, text.encode(), "sha256")).rstrip(b"=").decode()


_TAG_LENGTH = len(_tag(""))
