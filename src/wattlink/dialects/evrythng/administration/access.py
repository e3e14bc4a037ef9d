"""What a key may ask about itself."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.wire import Answer, milliseconds, told_id
from wattlink.domain.access.ids import RecordId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.records import store as records
from wattlink.domain.records.model import RecordKind
from wattlink.web.call import Call

_TYPES = {
    KeyKind.OPERATOR: "operator",
    KeyKind.APPLICATION: "app",
    KeyKind.TRUSTED: "app",
    KeyKind.USER: "userInApp",
    KeyKind.DEVICE: "device",
}


class Actor(Answer):
    """Who acts."""

    type: str
    id: str


class AccessDocument(Answer):
    """Whose key this is; `user` is whose data it reaches, where that is another than the actor."""

    account: str
    actor: Actor
    project: str | UnsetType = UNSET
    app: str | UnsetType = UNSET
    user: str | UnsetType = UNSET


class TimeDocument(Answer):
    """The server's time in milliseconds; `offset` of the zone that was asked for, in milliseconds too."""

    timestamp: int
    offset: int
    local_time: str
    timezone: str | UnsetType = UNSET


async def get_access(request: Call) -> AccessDocument:
    """Whose key this is."""
    access = request.access
    if access.kind is KeyKind.OPERATOR:
        account = id_of(access.organization_id)
        return AccessDocument(account=account, actor=Actor(type="operator", id=id_of(access.actor)))  # type: ignore[arg-type]
    async with request.hub.db.read() as reader:
        if not access.applications:
            thng = await records.get(reader, access, RecordKind.THNG, RecordId(_subject_of(access)))
            account = id_of(thng.organization_id)
            return AccessDocument(account=account, actor=Actor(type="device", id=id_of(thng.record_id)))
        application = await projects.application(reader, access, access.application_id)
    return AccessDocument(
        account=id_of(application.organization_id),
        actor=Actor(type=_TYPES[access.kind], id=_actor_id(access)),
        project=told_id(application.project_id),
        app=told_id(application.application_id),
        user=told_id(access.only_user if access.is_lent else None),
    )


def _subject_of(access: Access) -> UUID:
    """Of an operator's thng, the only key that is of no application."""
    assert access.subject_id is not None
    return access.subject_id


def _actor_id(access: Access) -> str:
    return id_of(access.caller or access.subject_id or access.application_id)


async def get_time(request: Call) -> TimeDocument:
    """The time, for anybody."""
    zone = request.query_params.get("tz", "")
    now = request.hub.clock()
    local = _local(now, zone) if zone else now
    offset = local.utcoffset()
    return TimeDocument(
        timestamp=milliseconds(now),
        offset=0 if offset is None else round(offset.total_seconds() * 1000),
        local_time=local.isoformat(timespec="milliseconds"),
        timezone=zone or UNSET,
    )


def _local(now: datetime, zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput("tz", "isn't the name of a time zone") from None


async def get_rate_limits(request: Call) -> list[str]:  # noqa: ARG001
    """None that are counted per account: what is limited are wrong passwords and codes."""
    return []
