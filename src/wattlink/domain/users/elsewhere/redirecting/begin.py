"""Begin: the app gets an address for the person's browser, and a secret for itself."""

from datetime import datetime

import msgspec

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SignInId
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.users.elsewhere.model import LIFE, IdentityService, ServiceKind, SignIn
from wattlink.domain.users.elsewhere.redirecting import store

_LONGEST_STATE = 500


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is for the browser, `secret` for the app alone."""

    token: str
    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "Begun(***)"


async def begin(
    tx: Transaction, service: IdentityService, redirect_uri: str, state: str | None, *, now: datetime
) -> Begun:
    """A sign-in with this service, at the end of which the person goes back to `redirect_uri`.

    Whoever knows the application's public key may begin one, so people are sent only to where an operator said.
    """
    if service.kind is not ServiceKind.OIDC:
        raise NotFound("identity provider", service.name)
    if redirect_uri not in service.redirect_uris:
        raise InvalidInput("redirect_uri", "is not one of the provider's redirect URIs")
    if state is not None and len(state) > _LONGEST_STATE:
        raise InvalidInput("state", f"must have {_LONGEST_STATE} characters at most")
    sign_in = SignIn(
        sign_in_id=SignInId(new_id()),
        service_id=service.service_id,
        redirect_uri=redirect_uri,
        app_state=state,
        browser_digest=None,
        sealed_verifier=None,
    )
    token, secret, expires_at = new_secret(), new_secret(), now + LIFE
    await store.begin(tx, sign_in, token_digest=digest(token), secret_digest=digest(secret), expires_at=expires_at)
    return Begun(token=token, secret=secret, expires_at=expires_at)
