"""Tell a device on its line what it is to do: sent once, and never without a trace."""

from wattlink.base.log import get_logger
from wattlink.connectors.dial_in import Conversation, LineLost
from wattlink.connectors.errors import CommandRefusal, CommandRefused, UnexpectedAnswer
from wattlink.domain.commands.check import scope_of
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import FAILURES, CommandFailure, CommandState, DeviceCommand

_log = get_logger(__name__)


async def tell(command: DeviceCommand, conversation: Conversation, *, scopes: frozenset[str], ledger: Ledger) -> None:
    """Begun (committed), then said. Whether it was done shows in what the device reports."""
    if not await ledger.begin(command.command_id, again=command.state is CommandState.SENDING):
        return
    if (needed := scope_of(command.kind)) not in scopes:
        await ledger.refused(command.command_id, CommandFailure.PRECONDITION, f"The user doesn't grant {needed}.")
        return
    try:
        await conversation.tell(command.command)
    except CommandRefused as refused:
        if refused.cause is CommandRefusal.UNREACHABLE:
            await ledger.put_back(command.command_id)
        else:
            await ledger.refused(command.command_id, FAILURES[refused.cause], refused.detail)
    except (UnexpectedAnswer, TimeoutError, LineLost) as error:
        _log.warning(
            "a command may have been done", vendor=command.vendor, command=str(command.command_id), error=str(error)
        )
    else:
        await ledger.accepted(command.command_id)
