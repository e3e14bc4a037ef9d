"""A browser comes back from the service's page: once, the same one, from the service that it left for."""

import hmac

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.ids import digest, new_secret
from wattlink.base.vault import Vault
from wattlink.connectors.contract import SignInAnswer
from wattlink.db.database import Database
from wattlink.domain.access.ids import IdentityServiceId
from wattlink.domain.errors import NotFound, SignInRefused, SignInUnavailable
from wattlink.domain.users.elsewhere import store as services_store
from wattlink.domain.users.elsewhere.model import (
    CODE_LIFE,
    UNAVAILABLE,
    Checks,
    IdentityService,
    Person,
    SignIn,
    person_context,
    verifier_context,
)
from wattlink.domain.users.elsewhere.redirecting import store
from wattlink.domain.users.elsewhere.redirecting.leave import callback_address
from wattlink.domain.users.elsewhere.services import Services

_DENIED, _REFUSED = "access_denied", "sign_in_refused"


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What the address said that the browser came back to."""

    service_id: IdentityServiceId
    state: str
    code: str | None = None
    error: str | None = None
    issuer: str | None = None

    def __repr__(self) -> str:
        return "Brought(***)"


async def sign_in_of(db: Database, state: str, *, clock: Clock) -> SignIn:
    """The sign-in that this state is of; raises NotFound for one that is over, or was used."""
    async with db.read() as reader:
        return await store.by_state(reader, digest(state), now=clock())


async def come_back(
    db: Database,
    brought: Brought,
    browser: str | None,
    *,
    services: Services,
    public_url: str,
    vault: Vault,
    clock: Clock,
) -> str:
    """The app's address, with a code or an error; raises NotFound for a sign-in of another browser, or over."""
    sign_in = await sign_in_of(db, brought.state, clock=clock)
    if sign_in.service_id != brought.service_id or not _is_held(sign_in, browser):
        raise NotFound("sign-in", "of this browser")
    async with db.transaction() as tx:
        if not await store.use_state(tx, digest(brought.state)):
            raise NotFound("sign-in", "of this state")
        service = await services_store.service_of(tx, sign_in.service_id)
    checks = _checks(sign_in, vault)
    back = callback_address(public_url, service.service_id)
    try:
        person = await _person(services, service, brought, checks, back)
    except SignInUnavailable:
        return await _ended(db, sign_in, UNAVAILABLE)
    except SignInRefused:
        return await _ended(db, sign_in, _DENIED if brought.code is None else _REFUSED)
    code = new_secret()
    async with db.transaction() as tx:
        await store.vouch(
            tx,
            sign_in.sign_in_id,
            code_digest=digest(code),
            sealed_person=vault.seal(msgspec.json.encode(person), context=person_context(sign_in.sign_in_id)),
            expires_at=clock() + CODE_LIFE,
        )
    return sign_in.back_with(code=code)


async def _person(
    services: Services, service: IdentityService, brought: Brought, checks: Checks, redirect_uri: str
) -> Person:
    metadata = await services.metadata(service)
    must_say = metadata.authorization_response_iss_parameter_supported
    if (brought.issuer is not None or must_say) and brought.issuer != service.issuer:  # RFC 9207
        raise SignInRefused("another issuer answered")
    if brought.code is None:
        if brought.error in ("server_error", "temporarily_unavailable"):
            raise SignInUnavailable("the service couldn't sign the person in")
        raise SignInRefused("the service signed nobody in")
    answer = SignInAnswer(
        code=brought.code,
        redirect_uri=redirect_uri,
        scopes=frozenset(service.scopes),
        code_verifier=checks.verifier,
    )
    return await services.of_code(service, answer, nonce=checks.nonce)


def _is_held(sign_in: SignIn, browser: str | None) -> bool:
    return browser is not None and hmac.compare_digest(digest(browser), sign_in.browser_digest or b"")


def _checks(sign_in: SignIn, vault: Vault) -> Checks:
    sealed = sign_in.sealed_verifier or b""
    return msgspec.json.decode(vault.open(sealed, context=verifier_context(sign_in.sign_in_id)), type=Checks)


async def _ended(db: Database, sign_in: SignIn, error: str) -> str:
    async with db.transaction() as tx:
        await store.end(tx, sign_in.sign_in_id)
    return sign_in.back_with(error=error)
