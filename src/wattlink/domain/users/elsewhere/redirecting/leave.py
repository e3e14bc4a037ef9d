"""A browser leaves for the service's page: bound to it from here on, with PKCE, a state and a nonce of its own."""

from urllib.parse import urlencode

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.ids import code_challenge, digest, new_secret
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.ids import IdentityServiceId, SignInId
from wattlink.domain.errors import NotFound, SignInUnavailable
from wattlink.domain.users.elsewhere import store as services_store
from wattlink.domain.users.elsewhere.model import UNAVAILABLE, Checks, IdentityService, verifier_context
from wattlink.domain.users.elsewhere.openid.issuers import Metadata
from wattlink.domain.users.elsewhere.redirecting import store
from wattlink.domain.users.elsewhere.redirecting.begin import Begun
from wattlink.domain.users.elsewhere.services import Services


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes, and what it must hold when it is back."""

    sign_in_id: SignInId
    browser: str  # empty where it goes right back to the app
    address: str

    def __repr__(self) -> str:
        return "Left(***)"


def callback_address(public_url: str, service_id: IdentityServiceId) -> str:
    """Where the service sends browsers back to; to be entered there."""
    return f"{public_url}/link/signed-in/{service_id}"


def begin_address(public_url: str, begun: Begun) -> str:
    """Where a browser begins."""
    return f"{public_url}/link/sign-in/{begun.token}"


async def leave(db: Database, token: str, *, services: Services, public_url: str, vault: Vault, clock: Clock) -> Left:
    """Raises NotFound for an address that is over; the newest browser that opens it is the one that counts."""
    async with db.read() as reader:
        sign_in = await store.begun(reader, digest(token), now=clock())
        service = await services_store.service_of(reader, sign_in.service_id)
    try:
        metadata = await services.metadata(service)
    except SignInUnavailable:
        return Left(sign_in_id=sign_in.sign_in_id, browser="", address=sign_in.back_with(error=UNAVAILABLE))
    state, browser = new_secret(), new_secret()
    checks = Checks(verifier=new_secret(), nonce=new_secret())
    async with db.transaction() as tx:
        is_open = await store.leave(
            tx,
            sign_in.sign_in_id,
            browser_digest=digest(browser),
            state_digest=digest(state),
            sealed_verifier=vault.seal(msgspec.json.encode(checks), context=verifier_context(sign_in.sign_in_id)),
        )
    if not is_open:
        raise NotFound("sign-in", "at this address")
    back = callback_address(public_url, service.service_id)
    address = _address(metadata, service, checks, state=state, redirect_uri=back)
    return Left(sign_in_id=sign_in.sign_in_id, browser=browser, address=address)


def _address(metadata: Metadata, service: IdentityService, checks: Checks, *, state: str, redirect_uri: str) -> str:
    query = {
        "response_type": "code",
        "client_id": service.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(service.scopes),
        "state": state,
        "nonce": checks.nonce,
        "code_challenge": code_challenge(checks.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{joint}{urlencode(query)}"
