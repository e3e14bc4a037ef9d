"""What an onboarding session adds to a link session."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import AccountId, BuildingId, SessionId, UserId


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What the new device begins with."""

    price_zone: str | None = None
    is_optimization_active: bool | None = None
    building_id: BuildingId | None = None


class NewOnboarding(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner asks for; `device_type` in the partner's word, for `kinds`."""

    user_id: UserId
    device_type: str | None
    kinds: tuple[Kind, ...]
    language: str
    success_uri: str
    cancel_uri: str
    defaults: Defaults


class Onboarding(msgspec.Struct, frozen=True, kw_only=True):
    """An onboarding session."""

    session_id: SessionId
    user_id: UserId | None  # None: deleted meanwhile
    device_type: str | None
    success_uri: str
    cancel_uri: str
    price_zone: str | None
    is_optimization_active: bool | None
    building_id: BuildingId | None
    language: str
    state: str
    kinds: tuple[Kind, ...]
    account_id: AccountId | None
    expires_at: datetime
