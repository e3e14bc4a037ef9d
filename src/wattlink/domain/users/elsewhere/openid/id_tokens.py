"""Whether an ID token is genuine, for us, fresh, and the answer to our own question (OpenID Connect Core, 3.1.3.7).

The signature is a library's business. Which algorithms may sign is said here and never by the token: a public key is
no shared secret, and `none` is no signature.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msgspec

from wattlink.domain.errors import SignInRefused
from wattlink.domain.users.elsewhere.model import IdentityService
from wattlink.domain.users.elsewhere.openid.issuers import Issuers

_ALGORITHMS = {  # by what a key must be
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
    "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
    "EdDSA": "OKP",
}  # fmt: skip
_LEAST_RSA_BITS = 2048
_MOST_LETTERS = 16_384
_MOST_TRIES = 5  # keys for a token that names none
_MOST_SUBJECT_LETTERS = 255
_SLACK = timedelta(minutes=1)  # by which clocks differ
_FRESH = timedelta(minutes=10)  # since it was issued


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was found good; after `expires_at` nobody would find it so."""

    subject: str
    expires_at: datetime
    claims: dict[str, Any]


async def verify(issuers: Issuers, service: IdentityService, token: str, *, nonce: str, now: datetime) -> Verified:
    """What the token says; raises SignInRefused, or SignInUnavailable where its issuer's keys can't be had."""
    issuer = str(service.issuer)
    algorithm, kid = _header(token)
    claims = _opened(token, algorithm, await issuers.keys(issuer, kid=kid), service)
    if claims is None:  # the issuer may have taken a new key since
        claims = _opened(token, algorithm, await issuers.keys(issuer, kid=kid, fresh=True), service)
    if claims is None:
        raise SignInRefused("the ID token isn't signed by its issuer")
    return _checked(claims, service, nonce, now)


def _header(token: str) -> tuple[str, str | None]:
    """The algorithm and the key's id, which are for choosing among what is allowed."""
    try:
        header = jwt.get_unverified_header(token) if len(token) <= _MOST_LETTERS else {}
    except jwt.InvalidTokenError:
        header = {}
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in _ALGORITHMS or "crit" in header or not (kid is None or isinstance(kid, str)):
        raise SignInRefused("that isn't an ID token which can be accepted")
    return str(algorithm), kid


def _opened(
    token: str, algorithm: str, keys: Sequence[dict[str, Any]], service: IdentityService
) -> dict[str, Any] | None:
    """The claims, if one of the keys signed them; times are looked at by our own clock, later."""
    for key in [found for key in keys if (found := _key(key, algorithm)) is not None][:_MOST_TRIES]:
        try:
            return dict(
                jwt.decode(
                    token,
                    key,
                    algorithms=[algorithm],
                    audience=service.client_id,
                    issuer=str(service.issuer),
                    options={
                        "require": ["iss", "sub", "aud", "exp", "iat"],
                        "verify_exp": False,
                        "verify_iat": False,
                        "verify_nbf": False,
                    },
                )
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError:
            raise SignInRefused("the ID token is another issuer's or another client's, or lacks a claim") from None
    return None


def _key(key: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """The key, if it may sign with this."""
    if key.get("kty") != _ALGORITHMS[algorithm] or key.get("use", "sig") != "sig":
        return None
    if key.get("alg", algorithm) != algorithm:
        return None
    try:
        found = jwt.PyJWK(key, algorithm=algorithm)
    except (jwt.InvalidTokenError, jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    return found if getattr(found.key, "key_size", _LEAST_RSA_BITS) >= _LEAST_RSA_BITS or key["kty"] != "RSA" else None


def _checked(claims: dict[str, Any], service: IdentityService, nonce: str, now: datetime) -> Verified:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= _MOST_SUBJECT_LETTERS or not subject.isprintable():
        raise SignInRefused("the ID token names nobody")
    audience = claims["aud"]
    party = claims.get("azp", service.client_id)
    if party != service.client_id or (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims):
        raise SignInRefused("the ID token was given to another client")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode(errors="replace")):
        raise SignInRefused("the ID token answers another question: its nonce differs")
    expires_at, issued_at = _moment(claims["exp"]), _moment(claims["iat"])
    not_before = _moment(claims.get("nbf", claims["iat"]))
    if expires_at + _SLACK <= now or issued_at + _FRESH <= now:
        raise SignInRefused("the ID token has expired, or was issued long ago")
    if max(issued_at, not_before) - _SLACK > now:
        raise SignInRefused("the ID token is from the future")
    return Verified(subject=subject, expires_at=expires_at + _SLACK, claims=claims)


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise SignInRefused("the ID token has a time that makes no sense")
    return datetime.fromtimestamp(value, UTC)
