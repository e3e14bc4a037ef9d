"""The person typed a user name and a password into our form."""

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Grant
from wattlink.db.database import Database
from wattlink.domain.linking.model import LinkSession, State, TypedStep
from wattlink.domain.linking.signing_in import store
from wattlink.domain.linking.signing_in.settle import settle
from wattlink.domain.linking.steps.sealing import seal
from wattlink.domain.organizations.clock import store as clocks
from wattlink.domain.vendors.connectors import Connectors


class Typed(msgspec.Struct, frozen=True):
    """What was typed; the password lives no longer than the sign-in."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "Typed(***)"


async def sign_in(
    db: Database, session: LinkSession, typed: Typed, *, connectors: Connectors, vault: Vault, clock: Clock
) -> None:
    """asking_credentials -> exchanging -> discovering, or back with a cause; the user name is kept for another try."""
    if session.registration_id is None:
        return
    async with db.transaction() as tx:
        trying = await store.start_exchange(tx, session.session_id, State.ASKING_CREDENTIALS, None, now=clock())
    if trying is None:
        return
    kept = seal(TypedStep(username=typed.username), session.session_id, vault=vault)
    granted = _granted(db, session, typed, connectors)
    await settle(db, trying, granted, sealed_step=kept, vault=vault, clock=clock)


async def _granted(db: Database, session: LinkSession, typed: Typed, connectors: Connectors) -> Grant:
    assert session.registration_id is not None
    async with db.read() as reader:
        registration = await connectors.open(reader, session.registration_id)
        ahead = (await clocks.get(reader, session.application_id)).clock_ahead
    connector = connectors.of(registration, ahead=ahead)
    return await connector.sign_in(typed.username, typed.password, frozenset(session.scopes))
