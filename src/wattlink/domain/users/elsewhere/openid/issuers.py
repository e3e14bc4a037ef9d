"""What issuers say of themselves: their endpoints and their keys, kept for a while and looked up again when needed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.outbound import Outbound
from wattlink.domain.errors import SignInUnavailable
from wattlink.domain.users.elsewhere.asking import ask, object_of, unusable

_KEPT = timedelta(hours=1)
_KEYS_AT_MOST_EVERY = timedelta(seconds=30)  # so that tokens with made-up key ids don't make us ask all the time
_REST = timedelta(seconds=5)  # after keys couldn't be read: who waited for them doesn't wait in line again
_MOST_ISSUERS = 1000
_MOST_KEYS = 100


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """OpenID Connect Discovery 1.0, section 3, as far as we read it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def host(self) -> str:
        """For the log."""
        return urlsplit(self.issuer).hostname or ""


class _Known:
    """An issuer as this process knows it."""

    def __init__(self, metadata: Metadata, read_at: datetime) -> None:
        self.metadata = metadata
        self.read_at = read_at
        self.keys: list[dict[str, Any]] = []
        self.keys_read_at: datetime | None = None
        self.keys_failed_at: datetime | None = None
        self.lock = asyncio.Lock()


class Issuers:
    """The issuers that a process has asked."""

    def __init__(self, *, outbound: Outbound, clock: Clock) -> None:
        self._outbound = outbound
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def metadata(self, issuer: str) -> Metadata:
        """Where its endpoints are; raises SignInUnavailable."""
        return (await self._of(issuer)).metadata

    async def keys(self, issuer: str, *, kid: str | None, fresh: bool = False) -> list[dict[str, Any]]:
        """Its public keys of this id, all where the token names none; `fresh`: those we had didn't do."""
        known = await self._of(issuer)
        async with known.lock:
            if self._is_worth_reading(known, kid, fresh=fresh):
                await self._read_again(known)
        return _named(known.keys, kid)

    async def _read_again(self, known: _Known) -> None:
        now = self._clock()
        if known.keys_failed_at is not None and now - known.keys_failed_at < _REST:
            raise unusable(known.metadata.host, "its keys couldn't be read just now")
        try:
            known.keys = await self._read_keys(known.metadata)
        except SignInUnavailable:
            known.keys_failed_at = self._clock()
            raise
        known.keys_read_at, known.keys_failed_at = self._clock(), None

    def _is_worth_reading(self, known: _Known, kid: str | None, *, fresh: bool) -> bool:
        if known.keys_read_at is None:
            return True
        age = self._clock() - known.keys_read_at
        return age > _KEPT or (age > _KEYS_AT_MOST_EVERY and (fresh or not _named(known.keys, kid)))

    async def _of(self, issuer: str) -> _Known:
        known = self._known.get(issuer)
        if known is not None and self._clock() - known.read_at < _KEPT:
            return known
        metadata = await self._discover(issuer)
        faster = self._known.get(issuer)
        if faster is not None and faster is not known:
            return faster
        found = self._known[issuer] = _Known(metadata, self._clock())
        if len(self._known) > _MOST_ISSUERS:
            del self._known[next(iter(self._known))]
        return found

    async def _discover(self, issuer: str) -> Metadata:
        host = urlsplit(issuer).hostname or ""
        answer = await ask(self._outbound, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        told = object_of(answer, host)
        if answer.status != 200:
            raise unusable(host, f"status {answer.status} for its configuration")
        try:
            metadata = msgspec.convert(told, Metadata)
        except msgspec.ValidationError as error:
            raise unusable(host, f"its configuration: {error}") from None
        if metadata.issuer != issuer:
            raise unusable(host, "its configuration is another issuer's")
        ours = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri, metadata.userinfo_endpoint)
        if not all(self._is_safe(address) for address in ours if address is not None):
            raise unusable(host, "its configuration names an address that isn't https")
        return metadata

    async def _read_keys(self, metadata: Metadata) -> list[dict[str, Any]]:
        answer = await ask(self._outbound, "GET", metadata.jwks_uri)
        keys = object_of(answer, metadata.host).get("keys")
        if answer.status != 200 or not isinstance(keys, list):
            raise unusable(metadata.host, "no keys")
        return [key for key in keys[:_MOST_KEYS] if isinstance(key, dict)]

    def _is_safe(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            return False
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and self._outbound.allows_http(host)))


def _named(keys: list[dict[str, Any]], kid: str | None) -> list[dict[str, Any]]:
    return keys if kid is None else [key for key in keys if key.get("kid") == kid]
