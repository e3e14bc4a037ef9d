"""Accesses: a user gives another user a key to what is its own, as far as a role allows."""

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.listing import asked, numbered
from wattlink.dialects.evrythng.selecting import selected
from wattlink.dialects.evrythng.wire import Answer, Payload, created, told_id
from wattlink.domain.access.ids import RoleId, ShareId
from wattlink.domain.sharing.acting.held import held
from wattlink.domain.sharing.shares.give import end, give, giver_of
from wattlink.domain.sharing.shares.model import Share
from wattlink.domain.users.throttling.model import GIFTS
from wattlink.web.call import Call


class AccessPayload(Payload):
    """Who receives it, by address, and by which role; what is read-only is ignored."""

    email: str
    role: str
    id: str | UnsetType = UNSET
    project: str | UnsetType = UNSET
    app: str | UnsetType = UNSET
    user: str | UnsetType = UNSET
    actor: str | UnsetType = UNSET


class ReceiverFields(Answer):
    """To which address it was given."""

    email: str | UnsetType = UNSET


class UserAccessDocument(Answer, kw_only=True):
    """`actor` may act on what is `user`'s. Only the actor sees the key."""

    id: str
    project: str | UnsetType = UNSET
    app: str
    user: str
    actor: str
    role: str
    api_key: str | UnsetType = UNSET
    custom_fields: ReceiverFields | UnsetType = UNSET


async def create_access(request: Call, data: JSONBody[AccessPayload]) -> Response[UserAccessDocument]:
    """Give another user access to what is one's own; what is there already for the same user and role stays it."""
    hub = request.hub
    await hub.throttle.spend(hub.db, GIFTS, "gift", giver_of(request.access))
    async with hub.db.transaction() as tx:
        share = await give(
            tx,
            request.access,
            data.email,
            RoleId(data.role),
            sends_mail=hub.settings.sends_mail,
            vault=hub.vault,
            now=hub.clock(),
        )
    if hub.settings.sends_mail:
        hub.notifier.wake("mail")
    return created(request, shown(share), f"/accesses/{share.share_id}")


async def list_accesses(request: Call) -> Response[list[UserAccessDocument]]:
    """What the user was given, with the keys; the own access comes first."""
    found = asked(request)
    async with request.hub.db.read() as reader:
        accesses = await held(reader, request.access, vault=request.hub.vault)
    rows, total = selected(found, [shown(each.share, each.key) for each in accesses])
    return numbered(request, found, rows, total)


async def delete_access(request: Call, access_id: FromPath[str]) -> None:
    """End an access that one gave or was given: its key is dead from now on. One's own stays."""
    async with request.hub.db.transaction() as tx:
        await end(tx, request.access, ShareId(access_id))
    request.hub.door.forget()


def shown(share: Share, key: str | None = None) -> UserAccessDocument:
    """An access; without the key for everybody but its actor."""
    return UserAccessDocument(
        id=share.share_id,
        project=told_id(share.project_id),
        app=id_of(share.application_id),
        user=id_of(share.owner_id),
        actor=id_of(share.actor_id),
        role=share.role_id,
        api_key=UNSET if key is None else key,
        custom_fields=UNSET if share.is_own or share.actor_email is None else ReceiverFields(email=share.actor_email),
    )
