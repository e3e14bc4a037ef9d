"""A device, as it is shown and as visits know it."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices import Document, Kind
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, LocationId, UserId


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it is shown.

    `user` is the app's own id of its owner, `updated_at` when `document` was stored; it is at `location_id`, where an
    app may have put it at `located_at`.
    """

    device_id: DeviceId
    application_id: ApplicationId
    user_id: UserId
    user: str
    account_id: AccountId
    vendor: str
    kind: Kind
    scopes: tuple[str, ...]
    document: Document
    location_id: LocationId | None = None
    located_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a device is: at which location, and when an app put it there."""

    device_id: DeviceId
    location_id: LocationId | None
    located_at: datetime | None


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose devices these are, through which account; `scopes` are those of the account."""

    application_id: ApplicationId
    user_id: UserId
    user: str
    account_id: AccountId
    vendor: str
    scopes: tuple[str, ...]

    def scopes_of(self, kind: Kind) -> tuple[str, ...]:
        """What was granted for devices of this kind."""
        return tuple(scope for scope in self.scopes if scope.startswith(f"{kind}:"))


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the last visit left it. `hidden` is what was read last, where `document` shows something else."""

    device_id: DeviceId
    account_id: AccountId
    kind: Kind
    vendor_device_id: str
    is_published: bool
    missed: int
    document: Document
    hidden: Document | None
    updated_at: datetime

    @property
    def last_read(self) -> Document:
        """What the vendor told last."""
        return self.hidden or self.document


class DeviceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit changes in one device.

    A new one has no row yet, one that is gone loses its row. `document` is None where nothing of the state is stored
    anew; with `is_hidden` it is stored, but not shown. `updated_fields` names what an event tells; `is_back` where it
    was out of our reach before.
    """

    owner: Owner
    device_id: DeviceId
    kind: Kind
    vendor_device_id: str
    is_published: bool
    is_new: bool = False
    is_gone: bool = False
    is_hidden: bool = False
    is_back: bool = False
    missed: int | None = None
    document: Document | None = None
    updated_fields: tuple[str, ...] = ()
