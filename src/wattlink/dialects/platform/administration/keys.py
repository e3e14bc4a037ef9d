"""An application's keys: to rotate one, make a new one, deploy it, then revoke the old one."""

from litestar.params import FromPath, JSONBody

from wattlink.base.clock import rfc3339
from wattlink.dialects.platform.admission import of_application
from wattlink.dialects.platform.wire import Answer, Name, Payload, Timestamp, Uuid, timestamp
from wattlink.domain.access.ids import KeyId
from wattlink.domain.access.model import KeyKind
from wattlink.domain.errors import NotFound
from wattlink.domain.organizations.keys import store
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.organizations.keys.create import create_key as create
from wattlink.domain.organizations.model import Key
from wattlink.web.call import Call, uuid_of

_KINDS = {"public": KeyKind.APPLICATION, "trusted": KeyKind.TRUSTED}


class KeyPayload(Payload):
    name: Name


class KeyResponse(Answer):
    """A live key; `lastUsedAt` to the minute."""

    client_id: Uuid
    name: str
    created_at: Timestamp
    last_used_at: Timestamp | None


class KeyList(Answer):
    data: list[KeyResponse]


class NewKeyResponse(Answer):
    """`clientSecret` is shown here and never again."""

    client_id: Uuid
    client_secret: str
    name: str
    created_at: Timestamp


async def list_keys(request: Call, application_id: FromPath[str]) -> KeyList:
    """The application's live keys, oldest first."""
    async with request.hub.db.read() as reader:
        found = await store.live_keys(reader, of_application(request, application_id))
    return KeyList(data=[_shown(key) for key in found])


async def create_key(request: Call, application_id: FromPath[str], data: JSONBody[KeyPayload]) -> NewKeyResponse:
    """A further key; those that are there stay."""
    async with request.hub.db.transaction() as tx:
        made = await create(tx, of_application(request, application_id), data.name)
    return NewKeyResponse(
        client_id=str(made.key_id),
        client_secret=made.client_secret,
        name=made.name,
        created_at=rfc3339(made.created_at),
    )


async def revoke_key(request: Call, application_id: FromPath[str], client_id: FromPath[str]) -> None:
    """End a key and every token that it fetched: here at once, everywhere within a second."""
    key_id = KeyId(uuid_of("key", client_id))
    async with request.hub.db.transaction() as tx:
        await store.end_key(tx, of_application(request, application_id), key_id, request.hub.clock())
    request.hub.authenticator.forget()


async def end_access_key(request: Call, application_id: FromPath[str], kind: FromPath[str]) -> None:
    """End the `public` or the `trusted` key of an application whose users have keys: here at once, everywhere within a
    second. The next one is made where the key is asked for."""
    access, ended = of_application(request, application_id), 0
    if kind in _KINDS:
        async with request.hub.db.transaction() as tx:
            ended = await access_keys.end_of_application(tx, access.application_id, _KINDS[kind])
    if not ended:
        raise NotFound("access key", kind)
    request.hub.door.forget()


def _shown(key: Key) -> KeyResponse:
    return KeyResponse(
        client_id=str(key.key_id),
        name=key.name,
        created_at=rfc3339(key.created_at),
        last_used_at=timestamp(key.last_used_at),
    )
