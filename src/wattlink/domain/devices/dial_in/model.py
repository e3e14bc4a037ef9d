"""A device that may dial in, as its line, its commands and whoever keeps its state know it."""

from datetime import datetime
from uuid import UUID

import msgspec

from wattlink.connectors.devices import Document, Kind
from wattlink.connectors.dial_in import Introduction, Memory
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, UserId
from wattlink.domain.devices.model import Owner


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Whose password this is; the empty `identity` calls without a name."""

    account_id: AccountId
    identity: str


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A device on a line of its own; an older line's turn is lower, and counts no more."""

    account_id: AccountId
    device_id: DeviceId
    vendor: str
    turn: int
    scopes: frozenset[str]
    introduction: Introduction
    memory: Memory


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose line this still is, held until the end of the transaction; `kinds` are those that are shown."""

    account_id: AccountId
    device_id: DeviceId
    application_id: ApplicationId
    user_id: UserId
    user: str
    vendor: str
    scopes: tuple[str, ...]
    kinds: frozenset[Kind]
    seen_at: datetime
    silence: int

    @property
    def owner(self) -> Owner:
        """The same as its devices know it."""
        return Owner(
            application_id=self.application_id,
            user_id=self.user_id,
            user=self.user,
            account_id=self.account_id,
            vendor=self.vendor,
            scopes=self.scopes,
        )


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """What lets a device dial in from now on, over the line that it has at the moment."""

    account_id: AccountId
    device_id: DeviceId
    vendor: str
    identity: str
    password_digest: bytes
    process: UUID
    introduction: Introduction
    memory: Memory


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a device told: what it is now, and what is to be known again at its next call."""

    account_id: AccountId
    turn: int
    document: Document
    memory: Memory


class Lines(msgspec.Struct, frozen=True):
    """How many lines a process has, and the sum of their turns: it changes with every line that ends or is taken."""

    lines: int
    turns: int


class Turn(msgspec.Struct, frozen=True):
    account_id: AccountId
    turn: int
