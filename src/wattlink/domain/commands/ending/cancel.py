"""Take a command back: what wasn't sent isn't sent any more; what was may still be done, and nobody looks for it."""

from datetime import datetime

from wattlink.connectors.devices import Kind
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import CommandId
from wattlink.domain.access.model import Access
from wattlink.domain.commands import store
from wattlink.domain.commands.ending.end import end
from wattlink.domain.commands.model import CommandFailure, DeviceCommand, cancelled


async def cancel(
    tx: Transaction, access: Access, command_id: CommandId, kind: Kind, *, now: datetime
) -> tuple[DeviceCommand, bool]:
    """The command as it is now, and whether this cancelled it: one that was over stays as it ended."""
    await store.get(tx, access, command_id, kind)
    over = await end(tx, [cancelled(command_id, CommandFailure.REQUESTED, "It was cancelled on request.")], now=now)
    return (over[0], True) if over else (await store.get(tx, access, command_id, kind), False)
