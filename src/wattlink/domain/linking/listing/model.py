"""What an app sees of a link session."""

from datetime import datetime

import msgspec

from wattlink.domain.access.ids import AccountId, DeviceId
from wattlink.domain.linking.model import CONFIRMED_WITHIN, LinkSession, State


class ListedSession(LinkSession, frozen=True, kw_only=True):
    """A session with what it linked: the devices that are there now, none before it is completed."""

    device_ids: tuple[DeviceId, ...] = ()

    @property
    def linked_account_id(self) -> AccountId | None:
        """The account that it mends or linked; one that isn't published yet is nobody's to know."""
        return self.relink_account_id or (self.account_id if self.state is State.COMPLETED else None)

    @property
    def confirm_by(self) -> datetime | None:
        """Until when the app may confirm, while it waits for that."""
        if self.state is not State.AWAITING_APP:
            return None
        return min(self.step_started_at + CONFIRMED_WITHIN, self.expires_at)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions are wanted: of this user, in one of these states; empty: all."""

    user: str | None = None
    states: tuple[State, ...] = ()


class WayBack(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session led, and where an early exit from it would have."""

    redirect_uri: str
    cancel_uri: str
