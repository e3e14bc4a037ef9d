"""A visit: everything that is said to a vendor for one account.

taken -> (renew the credential, where it is time or must be proved) -> read -> compared -> saved (saver.py)
                  |                                  |  ^
                  | refused: a refusal               |  | refused: renew once, read again
                  v                                  v  |
               refusal (breaking.py)               error: the last good state stays, the row is postponed
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Connector, Credential, DeviceReading
from wattlink.connectors.errors import CredentialsRejected, UnexpectedAnswer, VendorUnavailable
from wattlink.domain.accounts.credentials import unseal
from wattlink.domain.accounts.model import AccountState, Outcome, VisitedAccount, VisitError
from wattlink.domain.accounts.refresh import Refresher, TurnLost
from wattlink.domain.devices.changes import is_active
from wattlink.domain.devices.compare import compare
from wattlink.domain.devices.model import KnownDevice
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.vendors.model import OpenRegistration
from wattlink.domain.visits.model import Deadline, Visit

_RENEW_AT = 0.8  # of a credential's life
_MOST_DEVICES = 1_000
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


class _ReadingRefused(Exception):
    """The vendor refuses to be read even with a credential that it has just renewed. That proves nothing."""


class Visitor:
    """Makes the visits of this process."""

    def __init__(self, *, connectors: Connectors, refresher: Refresher, vault: Vault, clock: Clock) -> None:
        self._connectors = connectors
        self._refresher = refresher
        self._vault = vault
        self._clock = clock

    async def visit(self, prepared: Prepared) -> Outcome:
        """Say everything that is to be said; what goes wrong is in the outcome."""
        talk = _Talk(prepared, connectors=self._connectors, refresher=self._refresher, clock=self._clock)
        try:
            account = prepared.account
            readings = await talk.read(unseal(account.sealed, account.credential_id, self._vault))
        except Exception as error:
            return self._failure(prepared, error, talk.proved_at)
        return self._success(prepared, readings, talk.proved_at)

    def _success(self, prepared: Prepared, readings: Sequence[DeviceReading], proved_at: datetime | None) -> Outcome:
        account, now = prepared.account, self._clock()
        return Outcome(
            visit=prepared.visit,
            account=account,
            ended_at=now,
            changes=compare(
                account.owner,
                prepared.known,
                readings,
                visited=account.visited,
                published=account.kinds,
                now=now,
            ),
            is_active=any(is_active(reading.document) for reading in readings),
            proved_at=proved_at,
        )

    def _failure(self, prepared: Prepared, error: Exception, proved_at: datetime | None) -> Outcome:
        refusal = error.cause if isinstance(error, CredentialsRejected) else None
        told = _told(error) if refusal is None else None
        if told is VisitError.BUG:
            _log.error("a bug in a visit", vendor=prepared.account.vendor, exc_info=error)
        return Outcome(
            visit=prepared.visit,
            account=prepared.account,
            ended_at=self._clock(),
            error=told,
            refusal=refusal,
            proved_at=proved_at,
            retry_after=error.retry_after if isinstance(error, VendorUnavailable) else None,
        )


class _Talk:
    """One visit's conversation with the vendor."""

    def __init__(self, prepared: Prepared, *, connectors: Connectors, refresher: Refresher, clock: Clock) -> None:
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
            return await self._read_with(credential)
        except _ReadingRefused:
            if self.proved_at is not None:
                raise
        return await self._read_with(await self._renew(credential))

    def _is_old(self, credential: Credential) -> bool:
        saved_at, now = self._prepared.account.saved_at, self._clock()
        return now >= saved_at + max(_SHORTEST_LIFE, (credential.expires_at - saved_at) * _RENEW_AT)

    async def _renew_if_possible(self, credential: Credential) -> Credential:
        """The old one will do as long as it lives, when a new one isn't to be had at the moment."""
        try:
            return await self._renew(credential)
        except (VendorUnavailable, UnexpectedAnswer, TimeoutError):
            if credential.expires_at <= self._clock():
                raise
            return credential

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
        account_id = self._prepared.account.account_id
        return self._connectors.of(self._prepared.registration, account_id, urgent=urgent)


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
