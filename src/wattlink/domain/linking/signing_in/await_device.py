"""The person enters an address into a device, and the session waits until the device dials in with it."""

from datetime import datetime

from wattlink.base.ids import digest
from wattlink.base.vault import Vault
from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in import store as claims
from wattlink.domain.dial_in.mint import mint_claim_token
from wattlink.domain.dial_in.model import MintedToken, WantedToken
from wattlink.domain.errors import InvalidInput, LinkSessionNotUsable
from wattlink.domain.linking.choosing.choose_brand import callers_of, dial_ins
from wattlink.domain.linking.model import Cause, LinkSession, State, TypedStep
from wattlink.domain.linking.signing_in import store
from wattlink.domain.linking.steps.sealing import seal, unseal
from wattlink.domain.users import store as users


async def await_device(tx: Transaction, session: LinkSession, *, url: str, vault: Vault, now: datetime) -> None:
    """bound -> awaiting_device, with a token that the session's own page can tell for as long as it waits."""
    if session.vendor not in dial_ins(session) or session.user_id is None or not await users.hold(tx, session.user_id):
        return
    if await token_of(tx, session, vault=vault) is not None:
        return
    minted = await _mint(tx, session, session.user_id, url=url, vault=vault, now=now)
    sealed = seal(TypedStep(claim_token=minted.token), session.session_id, vault=vault)
    if not await store.await_device(tx, session.session_id, sealed, now=now):
        await claims.forget_of_session(tx, session.session_id)


async def token_of(reader: Reader, session: LinkSession, *, vault: Vault) -> str | None:
    """What the session waits with; None where it doesn't wait, or nobody may claim that any more."""
    token = unseal(session, vault=vault).claim_token if session.state is State.AWAITING_DEVICE else None
    return token if token is not None and await claims.status(reader, digest(token)) is not None else None


async def mint_for_session(
    tx: Transaction, session: LinkSession, *, url: str, vault: Vault, now: datetime
) -> MintedToken:
    """A token for whoever shows it elsewhere: the device that claims it completes the session.

    Raises LinkSessionNotUsable once that is over, and InvalidInput where it isn't for such devices.
    """
    if not callers_of(session):
        raise InvalidInput("device_type", "devices of this type don't dial in")
    if session.user_id is None or not await users.hold(tx, session.user_id):
        raise LinkSessionNotUsable(Cause.WITHDRAWN)
    if await store.hold_for_device(tx, session.session_id, now=now) is None:
        raise LinkSessionNotUsable(session.cause or Cause.SESSION_USED)
    return await _mint(tx, session, session.user_id, url=url, vault=vault, now=now)


async def _mint(
    tx: Transaction, session: LinkSession, user_id: UserId, *, url: str, vault: Vault, now: datetime
) -> MintedToken:
    wanted = WantedToken(
        url=url, kind=Kind.CHARGER, session_id=session.session_id, scopes=session.scopes, until=session.expires_at
    )
    access = Access(applications=(session.application_id,))
    return await mint_claim_token(tx, access, user_id, wanted=wanted, vault=vault, now=now)
