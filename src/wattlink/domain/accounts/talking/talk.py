"""What is said to a vendor during one visit: the credential renewed where it must be, commands sent, devices read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from wattlink.base.clock import Clock
from wattlink.connectors.contract import Connector, Credential, DeviceReading
from wattlink.connectors.errors import CredentialsRejected, UnexpectedAnswer, VendorUnavailable
from wattlink.domain.accounts.model import AccountState, VisitedAccount
from wattlink.domain.accounts.refresh import Refresher
from wattlink.domain.accounts.talking.telling import Telling, Way
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices.model import KnownDevice
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.vendors.model import OpenRegistration
from wattlink.domain.visits.model import Deadline, Visit

_RENEW_AT = 0.8  # of a credential's life
_MOST_DEVICES = 1_000
_MOST_ROUNDS = 3  # of telling and reading in one visit; what comes later waits for the next
_SHORTEST_LIFE = timedelta(seconds=30)  # a vendor that gives shorter ones isn't asked more often


class Prepared(NamedTuple):
    """A visit with everything that it needs from the database."""

    visit: Visit
    account: VisitedAccount
    known: Sequence[KnownDevice]
    registration: OpenRegistration
    commands: Sequence[DeviceCommand] = ()


class ReadingRefused(Exception):
    """The vendor refuses to be read even with a credential that it has just renewed. That proves nothing."""


class Talk:
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
        self.requests = 0  # that the last reading took

    async def read(self, credential: Credential) -> Sequence[DeviceReading]:
        """The account's devices; raises CredentialsRejected only where the endpoint said it that proves credentials."""
        account = self._prepared.account
        if account.must_prove or account.state is AccountState.SUSPECT:
            credential = await self._renew(credential)
        elif self._is_old(credential):
            credential = await self._renew_if_possible(credential)
        try:
            return await self._tell_and_read(credential)
        except ReadingRefused:
            if self.proved_at is not None:
                raise
        return await self._tell_and_read(await self._renew(credential))

    async def _tell_and_read(self, credential: Credential) -> Sequence[DeviceReading]:
        """Probes tell nothing: whether the vendor is there is found out by reading."""
        for _ in range(_MOST_ROUNDS):
            if self._has_more:
                await self._tell_with(credential)
            readings = await self._read_with(credential)
            if not self._has_more:
                break
        return readings

    @property
    def _has_more(self) -> bool:
        return self.telling.has_more and not self._prepared.visit.is_probe

    async def _tell_with(self, credential: Credential) -> None:
        try:
            await self.telling.send(Way(self._connector(urgent=True), credential, self._deadline))
        except CredentialsRejected as refused:
            raise ReadingRefused(str(refused)) from None

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
            raise ReadingRefused(str(refused)) from None
        self.requests = connector.door.sent
        if len(readings) > _MOST_DEVICES:
            raise UnexpectedAnswer(f"{len(readings)} devices in one account")
        return readings

    def _connector(self, *, urgent: bool) -> Connector:
        account = self._prepared.account
        return self._connectors.of(
            self._prepared.registration, account.account_id, urgent=urgent, ahead=account.clock_ahead
        )
