"""The browser comes back from the vendor, with a code or with a no."""

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.ids import digest
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant, SignInAnswer
from wattlink.db.database import Database
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.errors import LinkSessionNotUsable
from wattlink.domain.linking.model import Cause, LinkSession, State
from wattlink.domain.linking.signing_in import store
from wattlink.domain.linking.signing_in.settle import note_failure, settle
from wattlink.domain.linking.steps.sealing import unseal
from wattlink.domain.organizations.clock import store as clocks
from wattlink.domain.vendors.connectors import Connectors

_OF_OAUTH = {
    "access_denied": Cause.CONSENT_REFUSED,
    "consent_required": Cause.CONSENT_REFUSED,
    "login_required": Cause.INTERRUPTED,
    "temporarily_unavailable": Cause.VENDOR_DOWN,
    "server_error": Cause.VENDOR_DOWN,
}


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser brought to the callback of a registration."""

    browser: str | None  # its secret, of the cookie
    registration_id: RegistrationId
    state: str
    code: str | None = None
    error: str | None = None  # of RFC 6749, section 4.1.2.1

    def __repr__(self) -> str:
        return f"Brought(error={self.error!r})"


async def come_back(
    db: Database,
    session: LinkSession,
    brought: Brought,
    *,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
) -> None:
    """at_vendor -> exchanging -> discovering, or back with a cause.

    Of many copies of one callback the first does the work and the others find nothing to do. Raises
    LinkSessionNotUsable, without a request to the vendor, for another browser or another registration's callback.
    """
    if not session.belongs_to(brought.browser) or session.registration_id != brought.registration_id:
        raise LinkSessionNotUsable(Cause.WRONG_BROWSER)
    async with db.transaction() as tx:
        trying = await store.start_exchange(tx, session.session_id, State.AT_VENDOR, digest(brought.state), now=clock())
    if trying is None:
        return
    if not brought.code:
        cause = _OF_OAUTH.get(brought.error, Cause.VENDOR_REFUSED) if brought.error else Cause.INTERRUPTED
        await note_failure(db, trying, cause, now=clock())
        return
    granted = _granted(db, session, brought, connectors=connectors, vault=vault)
    await settle(db, trying, granted, vault=vault, clock=clock)


async def _granted(
    db: Database, session: LinkSession, brought: Brought, *, connectors: Connectors, vault: Vault
) -> Grant:
    assert brought.code
    left = unseal(session, vault=vault)
    answer = SignInAnswer(
        code=brought.code,
        redirect_uri=left.redirect_uri,
        scopes=frozenset(session.scopes),
        code_verifier=left.verifier,
    )
    async with db.read() as reader:
        registration = await connectors.open(reader, brought.registration_id)
        ahead = (await clocks.get(reader, session.application_id)).clock_ahead
    return await connectors.of(registration, ahead=ahead).exchange(answer)
