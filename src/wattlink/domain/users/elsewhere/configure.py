"""Say which services an application's users may sign in with."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, IdentityServiceId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.organizations.redirects import check_list
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.model import (
    OPENID,
    USUAL_SCOPES,
    IdentityService,
    ServiceKind,
    secret_context,
)

FACEBOOK = ServiceKind.FACEBOOK.value
"""The name of Facebook's entry, of which an application has one at most."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749, section 3.3
_APP_ID = re.compile(r"[0-9]{1,32}")
_ISSUER = re.compile(r"[^\s?#@\\]+", re.ASCII)
_MOST_SCOPES = 20
_MOST_LETTERS = 500


class NewService(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says of a service. `client_secret` None keeps what is there; an empty one means none."""

    kind: ServiceKind
    client_id: str
    client_secret: str | None = None
    issuer: str | None = None
    scopes: Sequence[str] = USUAL_SCOPES
    redirect_uris: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"NewService({self.kind})"


async def configure(
    tx: Transaction, access: Access, name: str, new: NewService, *, vault: Vault, now: datetime
) -> IdentityService:
    """Store the application's service of this name, in the place of what was there. Raises InvalidInput."""
    _check(name, new)
    made = _made(access.application_id, name, new, now)
    service_id = await store.claim(tx, made)
    before = await store.service_of(tx, service_id)
    made = msgspec.structs.replace(
        made,
        service_id=service_id,
        created_at=before.created_at,
        sealed_secret=_sealed(before, new, service_id, vault),
    )
    if made.kind is ServiceKind.FACEBOOK and made.sealed_secret is None:
        raise InvalidInput("client_secret", "Facebook's app secret is needed")
    await store.put(tx, made)
    return made


async def remove(tx: Transaction, access: Access, name: str) -> None:
    """Nobody signs in with it any more; its users stay."""
    if not await store.remove(tx, access, name):
        raise NotFound("identity provider", name)


async def set_facebook(
    tx: Transaction, access: Access, app_id: str | None, app_secret: str | None, *, vault: Vault, now: datetime
) -> None:
    """Facebook alone, as an application's own document tells it; no app id: no Facebook."""
    if app_id is None:
        await store.remove(tx, access, FACEBOOK)
        return
    new = NewService(kind=ServiceKind.FACEBOOK, client_id=app_id, client_secret=app_secret)
    await configure(tx, access, FACEBOOK, new, vault=vault, now=now)


async def facebook_app_id(reader: Reader, application_id: ApplicationId) -> str | None:
    """The application's Facebook app, if it has one: for everybody to read."""
    found = await store.services(reader, Access(applications=(application_id,)))
    return next((one.client_id for one in found if one.kind is ServiceKind.FACEBOOK), None)


def _made(application_id: ApplicationId, name: str, new: NewService, now: datetime) -> IdentityService:
    is_oidc = new.kind is ServiceKind.OIDC
    return IdentityService(
        service_id=IdentityServiceId(new_id()),
        application_id=application_id,
        name=name,
        kind=new.kind,
        issuer=new.issuer,
        client_id=new.client_id,
        sealed_secret=None,
        scopes=list(new.scopes) if is_oidc else [],
        redirect_uris=list(new.redirect_uris),
        created_at=now,
    )


def _sealed(before: IdentityService, new: NewService, service_id: IdentityServiceId, vault: Vault) -> bytes | None:
    if new.client_secret:
        return vault.seal(new.client_secret.encode(), context=secret_context(service_id))
    # Another service, or another client of it, is never sent the secret of the one before.
    is_same = (before.kind, before.issuer, before.client_id) == (new.kind, new.issuer, new.client_id)
    return before.sealed_secret if new.client_secret is None and is_same else None


def _check(name: str, new: NewService) -> None:
    if _NAME.fullmatch(name) is None:
        raise InvalidInput("name", "must be 1 to 32 lower-case letters, digits and dashes inside")
    if (name == FACEBOOK) != (new.kind is ServiceKind.FACEBOOK):
        raise InvalidInput("kind", f"the one that is named {FACEBOOK} is Facebook, and no other is")
    if not 1 <= len(new.client_id) <= _MOST_LETTERS or not new.client_id.isprintable():
        raise InvalidInput("client_id", f"must have 1 to {_MOST_LETTERS} printable characters")
    secret = new.client_secret or ""
    if len(secret) > _MOST_LETTERS or not secret.isprintable():
        raise InvalidInput("client_secret", f"must have {_MOST_LETTERS} printable characters at most")
    if new.kind is ServiceKind.FACEBOOK:
        _check_facebook(new)
    else:
        _check_oidc(new)


def _check_facebook(new: NewService) -> None:
    if new.issuer is not None:
        raise InvalidInput("issuer", "is of OpenID Connect")
    if new.redirect_uris:
        raise InvalidInput("redirect_uris", "are of OpenID Connect: Facebook's own SDK signs in")
    if _APP_ID.fullmatch(new.client_id) is None:
        raise InvalidInput("client_id", "must be a Facebook app id, which is digits")


def _check_oidc(new: NewService) -> None:
    if new.issuer is None or not _is_issuer(new.issuer):
        raise InvalidInput("issuer", "must be the issuer's address without a query", allowed=["https://..."])
    if OPENID not in new.scopes or len(new.scopes) > _MOST_SCOPES or len(set(new.scopes)) != len(new.scopes):
        raise InvalidInput("scopes", f"must be {_MOST_SCOPES} at most, each once, {OPENID} among them")
    if any(_SCOPE.fullmatch(scope) is None for scope in new.scopes):
        raise InvalidInput("scopes", "a scope is printable ASCII without spaces, quotes and backslashes")
    check_list(new.redirect_uris)


def _is_issuer(text: str) -> bool:
    if len(text) > _MOST_LETTERS or not text.isascii() or _ISSUER.fullmatch(text) is None:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
