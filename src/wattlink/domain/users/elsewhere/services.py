"""What signing in elsewhere needs, together: the door, the vault, and what is known of the issuers.

Tokens that an app brings are counted before a service is asked about them, since whoever knows the app's public key may
bring any; those that were good, or that nobody could judge, count nothing.
"""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.ids import digest
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault
from wattlink.connectors.contract import SignInAnswer
from wattlink.db.database import Database
from wattlink.domain.errors import NotFound, SignInRefused
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.facebook import Graph, Inspected
from wattlink.domain.users.elsewhere.model import IdentityService, Person, ServiceKind, secret_context
from wattlink.domain.users.elsewhere.openid.id_tokens import Verified, verify
from wattlink.domain.users.elsewhere.openid.issuers import Issuers, Metadata
from wattlink.domain.users.elsewhere.openid.tokens import tokens_for_code, told_of
from wattlink.domain.users.elsewhere.telling import person_of
from wattlink.domain.users.throttling.attempt import Throttle
from wattlink.domain.users.throttling.model import TOKENS_OF_OTHERS, Attempt


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A token that an app brings, and the network that it comes from; None: isn't limited by it."""

    token: str
    network: str | None = None

    def __repr__(self) -> str:
        return "Brought(***)"


class Services:
    """Asks services whom they vouch for; made once per process."""

    def __init__(self, *, outbound: Outbound, vault: Vault, clock: Clock, throttle: Throttle, graph_url: str) -> None:
        self._outbound = outbound
        self._vault = vault
        self._clock = clock
        self._throttle = throttle
        self._graph = Graph(outbound, graph_url)
        self._issuers = Issuers(outbound=outbound, clock=clock)

    async def of_facebook_token(self, db: Database, service: IdentityService, brought: Brought) -> Inspected:
        """Who brought a Facebook token; raises SignInRefused, SignInUnavailable or TooManyAttempts."""
        _check_kind(service, ServiceKind.FACEBOOK)
        async with self._counted(db, service, brought):
            secret = self._secret(service) or ""
            return await self._graph.inspect(service, secret, brought.token, now=self._clock())

    async def metadata(self, service: IdentityService) -> Metadata:
        """Where an issuer's endpoints are."""
        _check_kind(service, ServiceKind.OIDC)
        return await self._issuers.metadata(str(service.issuer))

    async def of_code(self, service: IdentityService, answer: SignInAnswer, *, nonce: str) -> Person:
        """Who came back from an issuer's page with a code."""
        metadata = await self.metadata(service)
        tokens = await tokens_for_code(self._outbound, metadata, service, self._secret(service), answer)
        verified = await verify(self._issuers, service, tokens["id_token"], nonce=nonce, now=self._clock())
        told = await told_of(self._outbound, metadata, tokens, verified.subject)
        return _person(service, verified, told)

    async def of_id_token(self, db: Database, service: IdentityService, brought: Brought, *, nonce: str) -> Person:
        """Who brought an ID token that the app obtained itself; each is good once."""
        _check_kind(service, ServiceKind.OIDC)
        async with self._counted(db, service, brought):
            verified = await verify(self._issuers, service, brought.token, nonce=nonce, now=self._clock())
            await _use(db, brought.token, verified.expires_at)
        return _person(service, verified, {})

    @contextlib.asynccontextmanager
    async def _counted(self, db: Database, service: IdentityService, brought: Brought) -> AsyncIterator[None]:
        attempt = Attempt(
            limits=TOKENS_OF_OTHERS,
            application_id=service.application_id,
            account=digest(brought.token).hex(),
            network=brought.network,
        )
        counted = await self._throttle.count(db, attempt, None)
        is_refused = False
        try:
            yield
        except SignInRefused:
            is_refused = True
            raise
        finally:
            if not is_refused:
                async with db.transaction() as tx:
                    await self._throttle.give_back(tx, counted)

    def _secret(self, service: IdentityService) -> str | None:
        if service.sealed_secret is None:
            return None
        return self._vault.open(service.sealed_secret, context=secret_context(service.service_id)).decode()


def _check_kind(service: IdentityService, kind: ServiceKind) -> None:
    if service.kind is not kind:
        raise NotFound("identity provider", service.name)


async def _use(db: Database, token: str, expires_at: datetime) -> None:
    # The signature may be spelled differently for the same token: what it signs is what is used.
    signed = token.rpartition(".")[0]
    async with db.transaction() as tx:
        if not await store.use_id_token(tx, digest(signed), expires_at=expires_at):
            raise SignInRefused("the ID token was used before")


def _person(service: IdentityService, verified: Verified, told: dict[str, Any]) -> Person:
    claims = verified.claims
    source = claims if "email" in claims else told  # an address is as sure as the same source says
    email = source.get("email") if source.get("email_verified") in (True, "true") else None
    return person_of(service.namespace, verified.subject, {**told, **claims}, email=email)
