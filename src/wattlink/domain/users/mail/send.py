"""Send the mails that are due, a few at a time."""

import asyncio
from datetime import timedelta

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.mailer import Letter, Mailer, MailRefused, MailUnavailable
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.users.mail import store
from wattlink.domain.users.mail.store import MailRow
from wattlink.domain.users.mail.write import opened

_log = get_logger(__name__)
_AT_ONCE = 10
_TRIED_FOR = timedelta(days=3)


async def send_due(db: Database, mailer: Mailer, *, vault: Vault, clock: Clock) -> int:
    """Send what is due; how many rows were taken. What the server doesn't take now comes up again by itself."""
    async with db.transaction() as tx:
        taken = await store.take(tx, now=clock(), limit=_AT_ONCE)
    await asyncio.gather(*(_send(db, mailer, row, vault=vault, clock=clock) for row in taken))
    return len(taken)


async def _send(db: Database, mailer: Mailer, row: MailRow, *, vault: Vault, clock: Clock) -> None:
    written = opened(row.sealed, row.mail_id, vault)
    letter = Letter(
        message_id=str(row.mail_id),
        to=written.to,
        sender_name=written.sender_name,
        subject=written.subject,
        text=written.text,
    )
    try:
        await mailer.send(letter)
    except MailUnavailable as error:
        if clock() - row.created_at < _TRIED_FOR:
            _log.warning("a mail waits", mail=str(row.mail_id), tries=row.tries, error=str(error))
            return
        _log.error("a mail is given up", mail=str(row.mail_id), error=str(error))
    except MailRefused as error:
        _log.error("a mail is refused", mail=str(row.mail_id), error=str(error))
    async with db.transaction() as tx:
        await store.delete(tx, row.mail_id)
