"""An event: what happened to whose device, as it was then."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from wattlink.connectors.devices import Document, Kind
from wattlink.domain.access.ids import (
    AccountId,
    ApplicationId,
    BuildingId,
    DeviceId,
    EventId,
    LocationId,
    SessionId,
    UserId,
)


class EventType(StrEnum):
    """Everything that can happen, in our own words; a dialect has its own names."""

    USER_CREATED = "user.created"
    USER_UPDATED = "user.updated"
    USER_DELETED = "user.deleted"
    DEVICE_DISCOVERED = "device.discovered"
    DEVICE_UPDATED = "device.updated"
    DEVICE_DELETED = "device.deleted"
    PREFERENCES_UPDATED = "device.preferences_updated"
    CREDENTIALS_INVALIDATED = "credentials.invalidated"
    COMMAND_UPDATED = "command.updated"
    LINK_SESSION_UPDATED = "link_session.updated"


class AccessChange(StrEnum):
    """What an update of a device comes from, if it isn't the device itself."""

    LOST = "lost"
    REGAINED = "regained"


class SessionStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step that a link session took; states, steps and causes are those of `linking`.

    `is_partners` where a partner asked for the session, who is told one device of it once it is completed: `object_id`.
    """

    session_id: SessionId
    purpose: str
    state: str
    step: str
    cause: str | None = None
    kinds: tuple[Kind, ...] = ()
    device_ids: tuple[DeviceId, ...] = ()  # once it is completed
    is_partners: bool = False
    object_id: DeviceId | None = None


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What was noted of a device beside its state: of its account, of its owner, and what a partner said of it."""

    created_at: datetime
    updated_at: datetime
    state: str = "good"  # the account's
    quiet_until: datetime | None = None
    building_id: BuildingId | None = None
    preferences: dict[str, Any] = {}
    changed_at: datetime | None = None
    policy_changed_at: datetime | None = None
    boost: Any = None  # `commands/boosts/model.py`
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells.

    `user` is the app's own id of the user; `kind` and `document` (the device's whole state then) are None where no
    device is concerned, `document` also where only ids may still be told; `updated_fields` are top-level names of the
    document, and `capabilities`, `is_reachable`; `location_id` is where the device was, `located_at` when an app put it
    there. `link_session` is there for its steps only; `vendor` is empty as long as none is chosen in it.
    Of a command, `command` is the whole of it (`commands/model.py`), and `updated_fields` are its own; of a user who
    was made or changed, `person` is what is known then (`users/people/model.py`). `notes` are added to a device that is
    there when its event is recorded, and `access` says that an update is about whether we are let in.
    """

    user: str
    vendor: str
    kind: Kind | None = None
    scopes: tuple[str, ...] = ()
    document: Document | None = None
    location_id: LocationId | None = None
    located_at: datetime | None = None
    updated_fields: tuple[str, ...] = ()
    link_session: SessionStep | None = None
    command: Any = None
    person: Any = None
    notes: Notes | None = None
    access: AccessChange | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that this transaction makes true."""

    type: EventType
    application_id: ApplicationId
    user_id: UserId
    account_id: AccountId | None = None
    device_id: DeviceId | None = None
    payload: Payload


class FeedPosition(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the feed, which is ordered by (epoch, xid, position); `recorded_at` finds the partition."""

    epoch: int
    xid: int
    position: int
    recorded_at: datetime


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded fact. `payload` is None once it was erased: the row then only keeps its place."""

    epoch: int
    xid: int
    position: int
    recorded_at: datetime
    event_id: EventId
    application_id: ApplicationId
    user_id: UserId | None
    account_id: AccountId | None
    device_id: DeviceId | None
    type: EventType
    occurred_at: datetime
    payload: Payload | None

    @property
    def place(self) -> FeedPosition:
        """Where it stands in the feed."""
        return FeedPosition(epoch=self.epoch, xid=self.xid, position=self.position, recorded_at=self.recorded_at)
