"""The keys of thngs, with which devices read themselves."""

from litestar.params import FromPath, JSONBody

from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.evrythng.wire import Answer, Payload
from wattlink.domain.records.device_keys import end_key, issue_key, show_key
from wattlink.web.call import Call


class DeviceKeyPayload(Payload):
    """Whose key it shall be."""

    thng_id: str


class DeviceKeyDocument(Answer):
    """A thng's key."""

    thng_id: str
    thng_api_key: str


async def create_device_key(request: Call, data: JSONBody[DeviceKeyPayload]) -> DeviceKeyDocument:
    """The key of a thng: the same one until it is deleted."""
    hub, thng_id = request.hub, uuid_of("thng", data.thng_id)
    async with hub.db.transaction() as tx:
        key = await issue_key(tx, request.access, thng_id, vault=hub.vault, now=hub.clock())
    return DeviceKeyDocument(thng_id=data.thng_id, thng_api_key=key)


async def get_device_key(request: Call, thng_id: FromPath[str]) -> DeviceKeyDocument:
    """The key of a thng, if it has one."""
    async with request.hub.db.transaction() as tx:
        key = await show_key(tx, request.access, uuid_of("thng", thng_id), vault=request.hub.vault)
    return DeviceKeyDocument(thng_id=thng_id, thng_api_key=key)


async def delete_device_key(request: Call, thng_id: FromPath[str]) -> None:
    """End the key of a thng at once; the next one is another."""
    async with request.hub.db.transaction() as tx:
        await end_key(tx, request.access, uuid_of("thng", thng_id))
    request.hub.door.forget()
