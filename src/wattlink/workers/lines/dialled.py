"""What a device has dialled: the vendor's path, and with which name and password, wherever it could write them.

/VENDOR/NAME           with the password in the Authorization header (Basic, and the name again)
/VENDOR/PASSWORD/NAME    by devices that can't be given a password
/VENDOR/PASSWORD       by those that don't add their name
"""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import unquote

import msgspec

from wattlink.connectors.registry import manifests
from wattlink.domain.dial_in.model import Secret

_LONGEST = 255


class Dialled(msgspec.Struct, frozen=True, kw_only=True):
    """Where to, and with what; `name` is what it is known by before anybody knows it."""

    vendor: str
    name: str
    secrets: Sequence[Secret]


def dialled(path: str, authorization: str | None) -> Dialled | None:
    """None: nothing answers there."""
    vendor, *parts = [unquote(part) for part in path.partition("?")[0].strip("/").split("/")]
    if vendor not in manifests() or not manifests()[vendor].dials_in or not 1 <= len(parts) <= 2:
        return None
    if not all(0 < len(part) <= _LONGEST and part.isprintable() for part in parts):
        return None
    secrets = [Secret(password=parts[0], identity=parts[1] if len(parts) == 2 else "")]
    basic = _basic(authorization)
    if basic is not None and basic.identity in ("", parts[-1]):
        secrets.insert(0, Secret(password=basic.password, identity=parts[-1]))
    return Dialled(vendor=vendor, name=parts[-1], secrets=secrets)


def _basic(authorization: str | None) -> Secret | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        identity, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Secret(password=password, identity=identity) if colon else None
