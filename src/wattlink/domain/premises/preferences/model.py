"""What is kept of a device beside its state."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from wattlink.domain.access.ids import BuildingId, DeviceId
from wattlink.domain.accounts.model import AccountState

QUIET = timedelta(hours=1)
"""How long a partner's word counts against ours."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner said, under the names it used, and how the account stands.

    Until `quiet_until` the partner holds for done what the user has to do.
    """

    device_id: DeviceId
    state: AccountState
    quiet_until: datetime | None = None
    building_id: BuildingId | None = None
    document: dict[str, Any] = {}
    changed_at: datetime | None = None
    policy_changed_at: datetime | None = None  # of a car: its charge policy

    @property
    def is_authenticated(self) -> bool:
        """Whether the device's link works, or still may."""
        return self.state in (AccountState.GOOD, AccountState.SUSPECT)
