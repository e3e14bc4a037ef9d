"""The person's first click: the session belongs to this browser from here on."""

from datetime import datetime

from wattlink.base.ids import digest
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.accounts import store as accounts
from wattlink.domain.devices import store as devices
from wattlink.domain.errors import NotFound
from wattlink.domain.linking import store
from wattlink.domain.linking.creating.create_relink import Mending, mending
from wattlink.domain.linking.model import Cause, LinkSession, Purpose, State
from wattlink.domain.linking.steps.way import has_form


async def bind(tx: Transaction, session: LinkSession, browser: str, *, now: datetime) -> None:
    """created -> bound, and on to the first thing that this session needs; nothing, if it was bound already."""
    if not await store.bind(tx, session.session_id, digest(browser), now=now):
        return
    bound = await store.get(tx, session.session_id)
    if session.purpose is Purpose.RELINK:
        await _begin_mending(tx, bound, now=now)
    else:
        await ask_credentials(tx, bound, now=now)


async def ask_credentials(tx: Transaction, session: LinkSession, *, now: datetime) -> None:
    """bound -> asking_credentials, where the vendor is known and takes what people type."""
    if has_form(session):
        await store.ask_credentials(tx, session.session_id, now=now)


async def _begin_mending(tx: Transaction, session: LinkSession, *, now: datetime) -> None:
    """What the device needs may have changed since the app asked."""
    assert session.relink_account_id is not None
    assert session.relink_device_id is not None
    try:
        account = await accounts.get(tx, session.relink_account_id)
        device = await devices.get(tx, Access(applications=(session.application_id,)), session.relink_device_id)
    except NotFound:
        await store.end(tx, session.session_id, State.CANCELLED, Cause.WITHDRAWN, now=now)
        return
    match mending(account.state, device):
        case Mending.SIGN_IN:
            await ask_credentials(tx, session, now=now)
        case Mending.PAIRING:
            await store.start_pairing(tx, session, account.account_id, now=now)
        case None:
            await store.end(tx, session.session_id, State.FAILED, Cause.ALREADY_LINKED, now=now)
