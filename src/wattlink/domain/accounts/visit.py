"""A visit: everything that is said to a vendor for one account.

taken -> (renew the credential, where it is time or must be proved) -> tell (talking/) -> read -> compared -> saved
                  |                                  |  ^
                  | refused: a refusal               |  | refused: renew once, tell and read again
                  v                                  v  |
               refusal (breaking/)                 error: the last good state stays, the row is postponed
"""

from collections.abc import Iterable, Sequence

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.errors import CredentialsRejected, UnexpectedAnswer, VendorUnavailable
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts.credentials.sealing import unseal
from wattlink.domain.accounts.model import Outcome, VisitError
from wattlink.domain.accounts.refresh import Refresher, TurnLost
from wattlink.domain.accounts.talking.talk import Prepared, ReadingRefused, Talk
from wattlink.domain.accounts.talking.telling import Telling
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices.changes import is_active
from wattlink.domain.devices.compare import compare
from wattlink.domain.vendors.connectors import Connectors

_UNAVAILABLE = {
    "outage": VisitError.VENDOR_DOWN,
    "quota": VisitError.VENDOR_BUSY,
    "registration": VisitError.REGISTRATION_REFUSED,
}

_log = get_logger(__name__)


class Visitor:
    """Makes the visits of this process."""

    def __init__(
        self, *, connectors: Connectors, refresher: Refresher, ledger: Ledger, vault: Vault, clock: Clock
    ) -> None:
        self._connectors = connectors
        self._refresher = refresher
        self._ledger = ledger
        self._vault = vault
        self._clock = clock
        self._underway: dict[AccountId, Telling] = {}

    def underway(self) -> list[AccountId]:
        """The accounts that this process visits at the moment."""
        return list(self._underway)

    def hand_over(self, commands: Iterable[DeviceCommand]) -> None:
        """Commands that were given since: a visit to their account that hasn't ended yet sends them."""
        for command in commands:
            if command.account_id in self._underway:
                self._underway[command.account_id].hand_over(command)

    async def visit(self, prepared: Prepared) -> Outcome:
        """Say everything that is to be said; what goes wrong is in the outcome."""
        account = prepared.account
        telling = Telling(prepared.commands, account, prepared.known, ledger=self._ledger, clock=self._clock)
        talk = Talk(prepared, telling, connectors=self._connectors, refresher=self._refresher, clock=self._clock)
        self._underway[account.account_id] = telling
        try:
            readings = await talk.read(unseal(account.sealed, account.credential_id, self._vault))
        except Exception as error:
            return self._failure(prepared, error, talk)
        finally:
            if self._underway.get(account.account_id) is telling:
                del self._underway[account.account_id]
        return self._success(prepared, readings, talk)

    def _success(self, prepared: Prepared, readings: Sequence[DeviceReading], talk: Talk) -> Outcome:
        account, now = prepared.account, self._clock()
        changes = compare(
            account.owner, prepared.known, readings, visited=account.visited, published=account.kinds, now=now
        )
        verdicts = talk.telling.verdicts(readings, {change.device_id for change in changes if change.is_gone})
        return Outcome(
            visit=prepared.visit,
            account=account,
            ended_at=now,
            changes=changes,
            verdicts=verdicts,
            look_again_at=talk.telling.look_again_at(now),
            is_active=any(is_active(reading.document) for reading in readings),
            requests=talk.requests,
            proved_at=talk.proved_at,
        )

    def _failure(self, prepared: Prepared, error: Exception, talk: Talk) -> Outcome:
        refusal = error.cause if isinstance(error, CredentialsRejected) else None
        told = _told(error) if refusal is None else None
        if told is VisitError.BUG:
            _log.error("a bug in a visit", vendor=prepared.account.vendor, exc_info=error)
        return Outcome(
            visit=prepared.visit,
            account=prepared.account,
            ended_at=self._clock(),
            look_again_at=talk.telling.look_again_at(self._clock()),
            error=told,
            refusal=refusal,
            proved_at=talk.proved_at,
            retry_after=error.retry_after if isinstance(error, VendorUnavailable) else None,
        )


def _told(error: Exception) -> VisitError:
    match error:
        case VendorUnavailable():
            return _UNAVAILABLE[error.reason]
        case UnexpectedAnswer():
            return VisitError.UNEXPECTED_ANSWER
        case ReadingRefused():
            return VisitError.READING_REFUSED
        case TimeoutError():
            return VisitError.CUT_OFF
        case TurnLost():
            return VisitError.INTERRUPTED
        case _:
            return VisitError.BUG
