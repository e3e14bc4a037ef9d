"""Onboarding sessions: one attempt of one user to add a device, on a page that the partner sends the user to."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar.params import FromPath, JSONBody

from wattlink.base.languages import spoken_to
from wattlink.dialects.podero.kinds import TYPES
from wattlink.dialects.podero.wire import Answer, Payload, Uuid, uuid_in
from wattlink.domain.access.ids import BuildingId, SessionId, UserId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.listing.outcome import device_of
from wattlink.domain.linking.model import State
from wattlink.domain.linking.onboarding import store
from wattlink.domain.linking.onboarding.begin import begin
from wattlink.domain.linking.onboarding.model import Defaults, NewOnboarding, Onboarding
from wattlink.web.call import Call, uuid_of

PRICE_ZONES = (
    "AT", "AT_HOURLY", "BE", "CH", "EE", "DE_LU", "HU", "IT_CNOR", "IT_CSUD", "IT_NORD", "IT_PUN", "IT_SARD", "IT_SICI",
    "IT_SUD", "PT", "RO", "SE_1", "SE_2", "SE_3", "SE_4", "UK",
)  # fmt: skip
_ZONE_ALIASES = {"DE": "DE_LU", "LU": "DE_LU"}  # the guides say DE, the published list doesn't
_BROWSERS = "browser"
_SHORT = {one.short: one for one in TYPES.values()}

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=8000)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=35, description="An IETF language tag.")]


class OnboardingIn(Payload):
    """What shall be added, for whom, and where the user goes afterwards."""

    success_url: Address
    cancel_url: Address
    user_id: Uuid
    language: Tag | None = None
    price_zone_default: str | None = None
    is_smart_optimization_active_default: bool | None = None
    building_id: Uuid | None = None
    device_type: str | None = None


class OnboardingSession(Answer):
    """A session. `object_id` is the device that it led to; `language` is that of its pages, null: the browser's."""

    authentication_url: str
    id: Uuid
    user: Uuid | None
    success_url: str
    cancel_url: str
    expiration_date: str
    object_id: Uuid | None
    external_metadata: dict[str, Any]
    device_type: str | None
    language: str | None
    price_zone_default: str | None
    is_smart_optimization_active_default: bool | None
    building_id: Uuid | None


async def create_onboarding(request: Call, data: JSONBody[OnboardingIn]) -> OnboardingSession:
    """Begin: send the user to `authentication_url`, a new one for each attempt."""
    hub = request.hub
    async with hub.db.transaction() as tx:
        session_id = await begin(tx, request.access, _asked(data), now=hub.clock())
        session = await store.get(tx, request.access, session_id)
    return _shown(request, session, None)


async def get_onboarding(request: Call, session_id: FromPath[str]) -> OnboardingSession:
    """How it stands."""
    async with request.hub.db.read() as reader:
        found = await store.get(reader, request.access, SessionId(uuid_of("onboarding session", session_id)))
        is_done = found.state == State.COMPLETED
        device = await device_of(reader, found.session_id, found.account_id, found.kinds) if is_done else None
    return _shown(request, found, None if device is None else str(device.device_id))


def zone_of(field: str, text: str | None) -> str | None:
    """A price zone as it is kept; raises InvalidInput for this field."""
    if text is None:
        return None
    zone = _ZONE_ALIASES.get(text, text)
    if zone not in PRICE_ZONES:
        raise InvalidInput(field, "isn't a price zone", allowed=PRICE_ZONES)
    return zone


def _asked(data: OnboardingIn) -> NewOnboarding:
    if data.device_type is not None and data.device_type not in _SHORT:
        raise InvalidInput("device_type", "isn't a type of device", allowed=tuple(_SHORT))
    types = TYPES.values() if data.device_type is None else [_SHORT[data.device_type]]
    building = None if data.building_id is None else BuildingId(uuid_in("building_id", data.building_id))
    return NewOnboarding(
        user_id=UserId(uuid_in("user_id", data.user_id)),
        device_type=data.device_type,
        kinds=tuple(one.kind for one in types),
        language=data.language or _BROWSERS,
        success_uri=data.success_url,
        cancel_uri=data.cancel_url,
        defaults=Defaults(
            price_zone=zone_of("price_zone_default", data.price_zone_default),
            is_optimization_active=data.is_smart_optimization_active_default,
            building_id=building,
        ),
    )


def _shown(request: Call, session: Onboarding, object_id: str | None) -> OnboardingSession:
    page = f"{request.hub.settings.public_url}/link/{session.session_id}"
    last_day = session.expires_at - timedelta(days=1)
    return OnboardingSession(
        authentication_url=f"{page}?onboarding_session_id={session.session_id}",
        id=str(session.session_id),
        user=None if session.user_id is None else str(session.user_id),
        success_url=session.success_uri,
        cancel_url=session.cancel_uri,
        expiration_date=last_day.date().isoformat(),
        object_id=object_id,
        external_metadata={},
        device_type=session.device_type,
        language=None if session.language == _BROWSERS else spoken_to(session.language),
        price_zone_default=session.price_zone,
        is_smart_optimization_active_default=session.is_optimization_active,
        building_id=None if session.building_id is None else str(session.building_id),
    )
