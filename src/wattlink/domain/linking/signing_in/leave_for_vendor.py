"""The person goes to the vendor's own sign-in page."""

from urllib.parse import urljoin

from wattlink.base.clock import Clock
from wattlink.base.ids import code_challenge, digest, new_secret
from wattlink.base.vault import Vault
from wattlink.connectors.contract import SignInRequest
from wattlink.db.database import Database
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.linking.model import LinkSession, TypedStep
from wattlink.domain.linking.signing_in import store
from wattlink.domain.linking.steps.sealing import seal
from wattlink.domain.linking.steps.way import way_in
from wattlink.domain.vendors.connectors import Connectors


async def leave_for_vendor(
    db: Database,
    session: LinkSession,
    language: str,
    *,
    public_url: str,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
) -> str | None:
    """bound or at_vendor -> at_vendor: the address to go to, None if the session has moved on meanwhile."""
    sign_in = way_in(session)
    if sign_in is None or sign_in.way != "redirect" or session.registration_id is None:
        return None
    state, verifier = new_secret(), new_secret() if sign_in.pkce else None
    redirect_uri = callback_address(public_url, session.registration_id)
    async with db.read() as reader:
        registration = await connectors.open(reader, session.registration_id)
    address = connectors.of(registration).sign_in_address(
        SignInRequest(
            redirect_uri=redirect_uri,
            state=state,
            scopes=frozenset(session.scopes),
            language=language,
            code_challenge=code_challenge(verifier) if verifier else None,
        )
    )
    sealed = seal(TypedStep(verifier=verifier, redirect_uri=redirect_uri), session.session_id, vault=vault)
    async with db.transaction() as tx:
        left = await store.leave(tx, session.session_id, digest(state), sealed, now=clock())
    return address if left else None


def callback_address(public_url: str, registration_id: RegistrationId) -> str:
    """Where a vendor sends browsers back to: one address per registration."""
    return urljoin(public_url, f"/link/callback/{registration_id}")
