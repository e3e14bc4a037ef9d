"""A Facebook token that an app brings: whose it is, asked of Facebook itself.

The token is looked into first. One that was made for another Facebook app would let that app's owner in as anybody
who uses it, so nothing else of it counts before its app is known to be the application's own.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from wattlink.base.outbound import Outbound
from wattlink.domain.errors import SignInRefused
from wattlink.domain.users.elsewhere.asking import ask, object_of, unusable
from wattlink.domain.users.elsewhere.model import IdentityService, Person
from wattlink.domain.users.elsewhere.telling import person_of

FIELDS = "id,email,first_name,last_name,birthday,gender,locale,picture.type(large)"

_MOST_LETTERS = 4096
_LONGEST_LIFE = timedelta(days=3650)
# https://developers.facebook.com/docs/graph-api/guides/error-handling: try again, or too many of us.
_PASSING = frozenset({1, 2, 4, 17, 32, 341, 613})


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """Who brought a token, and until when that is good; None: it doesn't expire."""

    person: Person
    expires_at: datetime | None


class Graph:
    """Facebook's Graph API."""

    def __init__(self, outbound: Outbound, base_url: str) -> None:
        self._outbound = outbound
        self._base_url = base_url
        self._host = urlsplit(base_url).hostname or ""

    async def inspect(self, service: IdentityService, secret: str, token: str, *, now: datetime) -> Inspected:
        """Whose the token is; raises SignInRefused unless it is theirs, for this app, and lives."""
        if not 1 <= len(token) <= _MOST_LETTERS or not token.isascii() or not token.isprintable():
            raise SignInRefused("that isn't a Facebook token")
        app_token = f"{service.client_id}|{secret}"
        answer = await self._get("/debug_token", input_token=token, access_token=app_token)
        found = answer.get("data")
        if not isinstance(found, dict):
            raise unusable(self._host, "debug_token told nothing")
        expires_at = _check(found, service, now)
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        told = await self._get("/me", fields=FIELDS, access_token=token, appsecret_proof=proof)
        if told.get("id") != found["user_id"]:
            raise unusable(self._host, "/me tells of somebody else than debug_token")
        return Inspected(person=_person(service, told), expires_at=expires_at)

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer = await ask(self._outbound, "GET", f"{self._base_url}{path}?{urlencode(query)}")
        told = object_of(answer, self._host)
        failed = told.get("error")
        if failed is None and answer.status == 200:
            return told
        code = failed.get("code") if isinstance(failed, dict) else None
        if not isinstance(code, int) or code in _PASSING:
            raise unusable(self._host, f"status {answer.status}, code {code!r:.20}")
        raise SignInRefused("Facebook refuses the token")


def _check(found: dict[str, Any], service: IdentityService, now: datetime) -> datetime | None:
    """Raises SignInRefused; gives when the token expires."""
    if str(found.get("app_id")) != service.client_id:
        raise SignInRefused("the token is another Facebook app's")
    if found.get("is_valid") is not True:
        raise SignInRefused("the token isn't valid, or not any more")
    subject = found.get("user_id")
    if found.get("type", "USER") != "USER" or not isinstance(subject, str) or not 1 <= len(subject) <= 64:
        raise SignInRefused("the token isn't a person's")
    seconds = found.get("expires_at", 0)
    if seconds == 0:
        return None
    if not isinstance(seconds, int) or seconds <= now.timestamp():
        raise SignInRefused("the token has expired")
    return min(datetime.fromtimestamp(min(seconds, 32503680000), now.tzinfo), now + _LONGEST_LIFE)


def _person(service: IdentityService, told: dict[str, Any]) -> Person:
    """In OpenID Connect's words. Facebook shows an address only once it was confirmed."""
    picture = told.get("picture")
    data = picture.get("data") if isinstance(picture, dict) else None
    shown = data if isinstance(data, dict) and data.get("is_silhouette") is not True else {}
    words = {
        "given_name": told.get("first_name"),
        "family_name": told.get("last_name"),
        "birthdate": told.get("birthday"),
        "gender": told.get("gender"),
        "locale": told.get("locale"),
        "picture": shown.get("url"),
    }
    return person_of(service.namespace, str(told["id"]), words, email=told.get("email"))
