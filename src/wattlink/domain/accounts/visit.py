"""A visit: everything that is said to a vendor for one account.

taken -> (renew the credential, where it is time or must be proved) -> tell (telling.py) -> read -> compared -> saved
                  |                                  |  ^
                  | refused: a refusal               |  | refused: renew once, tell and read again
                  v                                  v  |
               refusal (breaking.py)               error: the last good state stays, the row is postponed
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Connector, Credential, DeviceReading
from wattlink.connectors.errors import CredentialsRejected, UnexpectedAnswer, VendorUnavailable
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts.credentials import unseal
from wattlink.domain.accounts.model import AccountState, Outcome, VisitedAccount, VisitError
from wattlink.domain.accounts.refresh import Refresher, TurnLost
from wattlink.domain.accounts.telling import Telling, Way
from wattlink.domain.commands.ledger import Ledger
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices.changes import is_active
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.model import KnownDevice
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.vendors.model import OpenRegistration
from wattlink.domain.visits.model import Deadline, Visit

_RENEW_AT = 0.8  # of a credential's life
_MOST_DEVICES = 1_000
_MOST_ROUNDS = 3  # of telling and reading in one visit; what comes later waits for the next
_SHORTEST_LIFE = timedelta(seconds=30)  # a vendor that gives shorter ones isn't asked more often

_UNAVAILABLE = {
    "outage": VisitError.VENDOR_DOWN,
    "quota": VisitError.VENDOR_BUSY,
    "registration": VisitError.REGISTRATION_REFUSED,
}

_log = get_logger(__name__)


class Prepared(NamedTuple):
    """A visit with everything that it needs from the database."""

    visit: Visit
    account: VisitedAccount
    known: Sequence[KnownDevice]
    registration: OpenRegistration
    commands: Sequence[DeviceCommand] = ()


class _ReadingRefused(Exception):
    """The vendor refuses to be read even with a credential that it has just renewed. That proves nothing."""


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
        talk = _Talk(prepared, telling, connectors=self._connectors, refresher=self._refresher, clock=self._clock)
        self._underway[account.account_id] = telling
        try:
            readings = await talk.read(unseal(account.sealed, account.credential_id, self._vault))
        except Exception as error:
            return self._failure(prepared, error, talk)
        finally:
            if self._underway.get(account.account_id) is telling:
                del self._underway[account.account_id]
        return self._success(prepared, readings, talk)

    def _success(self, prepared: Prepared, readings: Sequence[DeviceReading], talk: "_Talk") -> Outcome:
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
            proved_at=talk.proved_at,
        )

    def _failure(self, prepared: Prepared, error: Exception, talk: "_Talk") -> Outcome:
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


class _Talk:
    """One visit's conversation with the vendor."""

    def __init__(
        self, prepared: Prepared, telling: Telling, *, connectors: Connectors, refresher: Refresher, clock: Clock
    ) -> None:
        self.telling = telling
        self._prepared = prepared
        self._connectors = connectors
        self._refresher = refresher
        self._clock = clock
        self._deadline = Deadline()
        self.proved_at: datetime | None = None

    async def read(self, credential: Credential) -> Sequence[DeviceReading]:
        """The account's devices; raises CredentialsRejected only where the endpoint said it that proves credentials."""
        account = self._prepared.account
        if account.must_prove or account.state is AccountState.SUSPECT:
            credential = await self._renew(credential)
        elif self._is_old(credential):
            credential = await self._renew_if_possible(credential)
        try:
            return await self._tell_and_read(credential)
        except _ReadingRefused:
            if self.proved_at is not None:
                raise
        return await self._tell_and_read(await self._renew(credential))

    async def _tell_and_read(self, credential: Credential) -> Sequence[DeviceReading]:
        """Probes tell nothing: whether the vendor is there is found out by reading."""
        if not self._prepared.visit.is_probe:
            await self._tell_with(credential)
        readings = await self._read_with(credential)
        for _ in range(_MOST_ROUNDS - 1):
            if self._prepared.visit.is_probe or not self.telling.has_more:
                break
            await self._tell_with(credential)
            readings = await self._read_with(credential)
        return readings

    async def _tell_with(self, credential: Credential) -> None:
        try:
            await self.telling.send(Way(self._connector(urgent=True), credential, self._deadline))
        except CredentialsRejected as refused:
            raise _ReadingRefused(str(refused)) from None

    def _is_old(self, credential: Credential) -> bool:
        saved_at, now = self._prepared.account.saved_at, self._now()
        return now >= saved_at + max(_SHORTEST_LIFE, (credential.expires_at - saved_at) * _RENEW_AT)

    async def _renew_if_possible(self, credential: Credential) -> Credential:
        """The old one will do as long as it lives, when a new one isn't to be had at the moment."""
        try:
            return await self._renew(credential)
        except (VendorUnavailable, UnexpectedAnswer, TimeoutError):
            if credential.expires_at <= self._now():
                raise
            return credential

    def _now(self) -> datetime:
        """The time by which the credential's life is counted."""
        return self._clock() + self._prepared.account.clock_ahead

    async def _renew(self, credential: Credential) -> Credential:
        visit, account = self._prepared.visit, self._prepared.account
        asked_at = self._clock()
        renewed = await self._refresher.renew(visit, account, credential, self._connector(urgent=True), self._deadline)
        self.proved_at = asked_at
        return renewed

    async def _read_with(self, credential: Credential) -> Sequence[DeviceReading]:
        account = self._prepared.account
        last = {device.vendor_device_id: device.last_read for device in self._prepared.known}
        connector = self._connector(urgent=False)
        try:
            async with self._deadline.timeout():
                readings = await connector.read(credential, account.visited, frozenset(account.scopes), last)
        except CredentialsRejected as refused:
            raise _ReadingRefused(str(refused)) from None
        if len(readings) > _MOST_DEVICES:
            raise UnexpectedAnswer(f"{len(readings)} devices in one account")
        return readings

    def _connector(self, *, urgent: bool) -> Connector:
        account = self._prepared.account
        return self._connectors.of(
            self._prepared.registration, account.account_id, urgent=urgent, ahead=account.clock_ahead
        )


def _told(error: Exception) -> VisitError:
    match error:
        case VendorUnavailable():
            return _UNAVAILABLE[error.reason]
        case UnexpectedAnswer():
            return VisitError.UNEXPECTED_ANSWER
        case _ReadingRefused():
            return VisitError.READING_REFUSED
        case TimeoutError():
            return VisitError.CUT_OFF
        case TurnLost():
            return VisitError.INTERRUPTED
        case _:
            return VisitError.BUG
