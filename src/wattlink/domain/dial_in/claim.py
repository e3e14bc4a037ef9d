"""Claim a token: the device that introduces itself with it becomes the user's, and keeps the token for its password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wattlink.base.ids import new_id
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import DeviceReading, Login
from wattlink.connectors.devices import Document, Kind, kind_of
from wattlink.connectors.dial_in import Begin, Introduction, Seat
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import AccountId, DeviceId, SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.link import publish, save_caller
from wattlink.domain.accounts.model import LinkedBy
from wattlink.domain.commands.store import hold_user
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.devices.dial_in.model import Admitted, Caller
from wattlink.domain.devices.model import Owner
from wattlink.domain.devices.save import save as save_devices
from wattlink.domain.dial_in import store
from wattlink.domain.dial_in.mint import ensure_registered
from wattlink.domain.dial_in.model import ClaimToken, Guest
from wattlink.domain.events.record import record

_log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A guest says who it is; `begin` gives what it then is, and what must be known of it at its next call."""

    guest: Guest
    vendor: str
    introduction: Introduction
    begin: Begin
    process: UUID

    @property
    def subject(self) -> str:
        """The same for the same device, as far as it says enough of itself."""
        return self.introduction.subject or self.guest.identity or str(new_id())


async def claim(tx: Transaction, by: Claim, *, vault: Vault, now: datetime) -> Caller | None:
    """The guest, seated; None where its token isn't good any more. Wake the channel `events` afterwards.

    Raises ConnectionsLimitReached. A device that the user has linked before keeps its account and its id.
    """
    token_digest = by.guest.token_digest
    token = await store.waiting(tx, token_digest, by.vendor, now)
    if token is None or not await hold_user(tx, token.user_id) or not await store.use(tx, token_digest, now):
        return None
    document, memory = by.begin(Seat(scopes=frozenset(token.scopes), memory=None))
    session_id = token.session_id or SessionId(new_id())
    account_id = await _account(tx, by, token, session_id, kind_of(document), vault=vault, now=now)
    device_id = await _save(tx, account_id, token, document, now=now)
    if token.session_id is None:
        await publish(tx, session_id, now=now)
    await store.note_device(tx, token_digest, device_id)
    _log.info("a device was claimed", vendor=by.vendor, account=str(account_id))
    admitted = Admitted(
        account_id=account_id,
        device_id=device_id,
        vendor=by.vendor,
        identity=by.guest.identity,
        password_digest=token_digest,
        process=by.process,
        introduction=by.introduction,
        memory=memory,
    )
    return await dial_in.admit(tx, admitted, now)


async def _account(
    tx: Transaction, by: Claim, token: ClaimToken, session_id: SessionId, kind: Kind, *, vault: Vault, now: datetime
) -> AccountId:
    access = Access(applications=(token.application_id,))
    linked_by = LinkedBy(
        session_id=session_id,
        application_id=token.application_id,
        user_id=token.user_id,
        registration_id=await ensure_registered(tx, access, by.vendor, vault=vault),
        vendor=by.vendor,
        kinds=(kind,),
        scopes=token.scopes,
    )
    login = Login(subject=by.subject, scopes=frozenset(token.scopes))
    return await save_caller(tx, linked_by, login, vault=vault, now=now)


async def _save(
    tx: Transaction, account_id: AccountId, token: ClaimToken, document: Document, *, now: datetime
) -> DeviceId:
    """Keep what it is; who may see that, its account says."""
    account = await accounts.get(tx, account_id)
    known = await devices.known(tx, [account_id])
    owner = Owner(
        application_id=token.application_id,
        user_id=token.user_id,
        user=token.user,
        account_id=account_id,
        vendor=token.vendor,
        scopes=token.scopes,
    )
    vendor_device_id = known[0].vendor_device_id if known else account.subject
    changes = compare(
        owner,
        known,
        [DeviceReading(vendor_device_id=vendor_device_id, document=document)],
        visited=account.everything,
        published=frozenset(account.kinds),
        now=now,
    )
    await record(tx, await save_devices(tx, changes, now=now), now=now)
    return known[0].device_id if known else changes[0].device_id
