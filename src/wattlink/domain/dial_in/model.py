"""Claim tokens, and who is let in by one."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, SessionId, UserId


class WantedToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is to be good for.

    `url` is where devices of its kind dial in. With `session_id` the device is shown once that session publishes what
    it added, else at once. `scopes` None: all that there are. `until` None: a day.
    """

    url: str
    kind: Kind = Kind.CHARGER
    session_id: SessionId | None = None
    scopes: tuple[str, ...] | None = None
    until: datetime | None = None


class MintedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token, told once.

    A device dials `wss_url`, which contains it; or one that can be given a password dials `plain_url`, followed by a
    name of its own, with the token for its password.
    """

    token: str
    wss_url: str
    plain_url: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "MintedToken(***)"


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is stored."""

    token_digest: bytes
    vendor: str
    scopes: tuple[str, ...]
    session_id: SessionId | None
    expires_at: datetime


class ClaimToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that waits for its device."""

    token_digest: bytes
    application_id: ApplicationId
    user_id: UserId
    user: str
    vendor: str
    scopes: tuple[str, ...]
    session_id: SessionId | None
    expires_at: datetime


class ClaimStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a token was claimed, and by which device, if that is still there."""

    claimed: bool
    expires_at: datetime
    wallbox_id: DeviceId | None
    manufacturer: str | None
    model: str | None
    firmware: str | None


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What a device may have dialled with, and the name by which it called itself; empty: none."""

    password: str
    identity: str

    def __repr__(self) -> str:
        return "Secret(***)"


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """A device that dialled with a token which nobody has claimed."""

    token_digest: bytes
    identity: str


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """A device that dialled with its own password."""

    account_id: AccountId
