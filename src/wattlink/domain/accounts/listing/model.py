"""What an app sees of an account."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import Refusal
from wattlink.domain.access.ids import AccountId, DeviceId
from wattlink.domain.accounts.model import AccountState


class ListedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account with its last visit, and how its vendor does. What a link session may still take back isn't listed."""

    account_id: AccountId
    user: str
    vendor: str
    label: str | None
    state: AccountState
    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...]
    device_ids: tuple[DeviceId, ...]
    created_at: datetime
    first_refused_at: datetime | None
    broken_at: datetime | None
    refusal: Refusal | None
    visited_at: datetime | None
    succeeded_at: datetime | None
    error: str | None
    down_since: datetime | None
    incident_since: datetime | None

    @property
    def is_refused(self) -> bool:
        """Whether the vendor refuses its credential at present."""
        return self.state in (AccountState.SUSPECT, AccountState.BROKEN)

    @property
    def cause(self) -> Refusal | None:
        """Why it is suspect or broken."""
        return self.refusal if self.is_refused else None

    @property
    def since(self) -> datetime | None:
        """Since when it is suspect or broken."""
        if not self.is_refused:
            return None
        return self.broken_at if self.state is AccountState.BROKEN else self.first_refused_at


class WantedAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts are wanted: of this user, at this vendor, in this state; None: all."""

    user: str | None = None
    vendor: str | None = None
    state: AccountState | None = None
