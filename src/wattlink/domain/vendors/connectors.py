"""Connectors, made for a registration and perhaps an account: with their hosts, budgets and deadlines."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.log import get_logger
from wattlink.base.outbound import Outbound
from wattlink.base.vault import Vault, VaultError
from wattlink.connectors.contract import Connector, Registration
from wattlink.connectors.door import Budget, VendorDoor, unlimited
from wattlink.connectors.registry import connector_class, manifests
from wattlink.db.database import Database, Reader
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.errors import NotFound
from wattlink.domain.vendors import store
from wattlink.domain.vendors.budgets.spend import Budgets
from wattlink.domain.vendors.model import OpenRegistration
from wattlink.domain.vendors.register import context

_KEPT_SECONDS = 5.0
_REAL_TIME = timedelta()

_log = get_logger(__name__)


class Connectors:
    """Where the domain gets a connector from."""

    def __init__(self, *, db: Database, outbound: Outbound, vault: Vault, clock: Clock) -> None:
        self._outbound = outbound
        self._vault = vault
        self._clock = clock
        self._budgets = Budgets(db)
        self._open: dict[RegistrationId, tuple[float, OpenRegistration]] = {}

    async def open(self, reader: Reader, registration_id: RegistrationId) -> OpenRegistration:
        """The registration with its secret; raises NotFound, also for one that can't be opened."""
        opened = await self.open_all(reader, [registration_id])
        if registration_id not in opened:
            raise NotFound("registration", registration_id)
        return opened[registration_id]

    async def open_all(
        self, reader: Reader, registration_ids: Iterable[RegistrationId]
    ) -> dict[RegistrationId, OpenRegistration]:
        """Those of these registrations that can be opened, each read again when it is some seconds old."""
        wanted = set(registration_ids)
        now = asyncio.get_running_loop().time()
        stale = [key for key in wanted if key not in self._open or self._open[key][0] <= now]
        for key in stale:
            self._open.pop(key, None)
        if stale:
            for row in await store.sealed(reader, stale):
                try:
                    self._open[row.registration_id] = (now + _KEPT_SECONDS, self._opened(row))
                except (VaultError, msgspec.DecodeError, KeyError) as error:
                    _log.error(
                        "a registration can't be opened", registration=str(row.registration_id), error=repr(error)
                    )
        return {key: self._open[key][1] for key in wanted if key in self._open}

    def forget(self) -> None:
        """Read every registration again when it is next needed."""
        self._open.clear()

    def of(
        self,
        registration: OpenRegistration,
        account_id: AccountId | None = None,
        *,
        urgent: bool = True,
        ahead: timedelta = _REAL_TIME,
    ) -> Connector:
        """A connector for one account, or for sign-ins; what isn't `urgent` leaves the budgets' reserve alone.

        `ahead` is how far the application's time was advanced, which no real vendor knows of.
        """
        shift = ahead if registration.is_sandbox else _REAL_TIME
        return connector_class(registration.vendor)(
            door=VendorDoor(
                outbound=self._outbound,
                hosts=registration.hosts,
                clock=lambda: self._clock() + shift,
                budget=self._budget(registration, account_id, urgent=urgent),
            ),
            registration=registration.registration,
        )

    def _budget(self, registration: OpenRegistration, account_id: AccountId | None, *, urgent: bool) -> Budget:
        budgets, key = manifests()[registration.vendor].budgets, registration.registration_id
        purses = []
        if budgets.account is not None and account_id is not None:
            purses.append(self._budgets.purse(key, account_id, budgets.account))
        if budgets.registration is not None and not registration.is_sandbox:  # a simulator serves any number of tests
            purses.append(self._budgets.purse(key, None, budgets.registration))

        async def spend() -> None:
            for purse in purses:
                await purse.spend(urgent=urgent)

        return spend if purses else unlimited

    def _opened(self, row: store.SealedRegistration) -> OpenRegistration:
        plain = self._vault.open(row.sealed, context=context(row.registration_id))
        return OpenRegistration(
            registration_id=row.registration_id,
            vendor=row.vendor,
            registration=msgspec.json.decode(plain, type=Registration),
            hosts={**manifests()[row.vendor].hosts, **row.hosts},
            is_sandbox=row.is_sandbox,
        )
