"""Services that an application's users may sign in with, whom these vouch for, and the way through their page.

A sign-in through a service's page goes

    begun -> left (by a browser, bound to it) -> back (person known, code out) -> fetched (row gone)

The app that begins gets an address for the browser and a secret for itself. Only who holds both, the code that the
browser took back and the secret, fetches the person, once.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec

from wattlink.domain.access.ids import ApplicationId, IdentityServiceId, SignInId
from wattlink.domain.organizations.redirects import with_query

LIFE = timedelta(minutes=10)  # of a sign-in, from its begin until the browser is back
CODE_LIFE = timedelta(minutes=1)  # from there until the app fetches the person

UNAVAILABLE = "temporarily_unavailable"  # RFC 6749, section 4.1.2.1
OPENID = "openid"  # the scope without which there is no ID token
USUAL_SCOPES = (OPENID, "email", "profile")


class ServiceKind(StrEnum):
    """How a service vouches."""

    FACEBOOK = "facebook"
    OIDC = "oidc"


class IdentityService(msgspec.Struct, frozen=True, kw_only=True):
    """A service as one application uses it; `issuer` is None for Facebook, which is found by a setting."""

    service_id: IdentityServiceId
    application_id: ApplicationId
    name: str
    kind: ServiceKind
    issuer: str | None
    client_id: str
    sealed_secret: bytes | None
    scopes: list[str]
    redirect_uris: list[str]
    created_at: datetime

    @property
    def namespace(self) -> str:
        """Within which a subject means one person: Facebook's ids are another's in every app of it."""
        return self.issuer or f"facebook:{self.client_id}"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a service vouches for, with what it tells of them. An address is there only if it is surely theirs."""

    namespace: str
    subject: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    profile: dict[str, Any] = {}


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person on the way through a service's page."""

    sign_in_id: SignInId
    service_id: IdentityServiceId
    redirect_uri: str
    app_state: str | None
    browser_digest: bytes | None
    sealed_verifier: bytes | None

    def back_with(self, **query: str) -> str:
        """The app's address with a code or an error, and the app's own state."""
        state = {} if self.app_state is None else {"state": self.app_state}
        return with_query(self.redirect_uri, urlencode(query | state))


class Checks(msgspec.Struct, frozen=True):
    """What proves at the end that this very sign-in was begun here: PKCE's verifier, and the ID token's nonce."""

    verifier: str
    nonce: str

    def __repr__(self) -> str:
        return "Checks(***)"


def secret_context(service_id: IdentityServiceId) -> str:
    """What a service's secret is bound to in the vault."""
    return f"identity_service.sealed_secret:{service_id}"


def verifier_context(sign_in_id: SignInId) -> str:
    """What a sign-in's checks are bound to."""
    return f"sign_in.sealed_verifier:{sign_in_id}"


def person_context(sign_in_id: SignInId) -> str:
    """What its person is bound to."""
    return f"sign_in.sealed_person:{sign_in_id}"
