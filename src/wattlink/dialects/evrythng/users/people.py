"""Users as they are read, changed and deleted."""

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.dialects.evrythng.listing import Asked, asked, numbered
from wattlink.dialects.evrythng.users.documents import (
    UserChangesPayload,
    UserDocument,
    change_of,
    email_of,
    shown,
    user_id_of,
)
from wattlink.dialects.evrythng.wire import Answer, milliseconds
from wattlink.domain.access.ids import ApplicationId, ProjectId, UserId
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput
from wattlink.domain.leaving.delete_user import delete_user
from wattlink.domain.users.listing import store as listing
from wattlink.domain.users.listing.model import Wanted
from wattlink.domain.users.logins import codes, store
from wattlink.domain.users.logins.change import change
from wattlink.domain.users.mail.new_address import ask_to_prove, tell_new_address
from wattlink.domain.users.model import Change, Login, check_email
from wattlink.domain.users.throttling.model import CODES_TO_AN_ADDRESS, NEW_ADDRESSES
from wattlink.web.call import Call

_FILTERS = {"email": "email", "firstName": "first_name", "lastName": "last_name"}


class StatusDocument(Answer):
    """Whether a user is active, and since when; until then its code, for the app's server and operators."""

    activated: bool
    activation_date: int | UnsetType = UNSET
    activation_code: str | UnsetType = UNSET


async def list_users(request: Call) -> Response[list[UserDocument]]:
    """Users, the newest first; anonymous ones are left out."""
    found = asked(request)
    wanted = _wanted(found)
    async with request.hub.db.read() as reader:
        access = request.access
        if found.application_id is not None:
            access = access.within(ApplicationId(found.application_id))
        rows = await listing.page(reader, access, wanted)
        total = await listing.count(reader, access, wanted)
    return numbered(request, found, [shown(user, with_scopes=found.with_scopes) for user in rows], total)


def _wanted(found: Asked) -> Wanted:
    conditions = {}
    for condition in found.conditions:
        if condition.name not in _FILTERS or condition.operator != "=":
            raise InvalidInput("filter", "of users takes = only", allowed=tuple(_FILTERS))
        conditions[_FILTERS[condition.name]] = condition.value
    return Wanted(
        project_id=None if found.project_id is None else ProjectId(found.project_id),
        user_ids=None if found.ids is None else tuple(map(UserId, found.ids)),
        is_ascending=found.is_ascending,
        offset=found.offset,
        limit=found.per_page,
        **conditions,
    )


async def get_user(request: Call, user_id: FromPath[str]) -> UserDocument:
    """One user: with a user's key the own one, and the one who shares."""
    found = user_id_of(user_id)
    async with request.hub.db.read() as reader:
        user = await store.get(reader, _reach(request.access, found), found)
    return shown(user, with_scopes=request.query_params.get("withScopes", "").lower() == "true")


async def update_user(request: Call, user_id: FromPath[str], data: JSONBody[UserChangesPayload]) -> UserDocument:
    """Change what is sent. With a user's key another password takes the current one (`oldPassword`).

    Where codes are mailed, another address with a user's key is taken once the code that goes there is brought back.
    """
    hub, access, found = request.hub, request.access, user_id_of(user_id)
    wanted, address = await _wanted_change(request, found, data)
    password = None
    if not isinstance(data.password, UnsetType):
        current = None if isinstance(data.old_password, UnsetType) else data.old_password
        password = await hub.gate.new_password(hub.db, access, found, data.password, current)
    async with hub.db.transaction() as tx:
        before = await store.lock(tx, access, found)
        user = await change(tx, access, found, wanted, password, now=hub.clock())
        if address is not None:
            await ask_to_prove(tx, access, user, address, vault=hub.vault, now=hub.clock())
        elif hub.settings.sends_mail:
            await tell_new_address(tx, access, before, user, vault=hub.vault, now=hub.clock())
    if hub.settings.sends_mail:
        hub.notifier.wake("mail")
    return shown(user)


async def _wanted_change(request: Call, user_id: UserId, data: UserChangesPayload) -> tuple[Change, str | None]:
    """What changes now, and the address that has to be proved first; one that is sent back as it was read is none."""
    hub, access, wanted = request.hub, request.access, change_of(data)
    async with hub.db.read() as reader:
        before = await store.get(reader, access, user_id)
    without = msgspec.structs.replace(wanted, email=UNSET)
    address = wanted.email
    if isinstance(address, UnsetType) or address == email_of(before):
        return without, None
    is_same = before.email is not None and address.lower() == before.email.lower()
    if is_same or access.kind is not KeyKind.USER or not hub.settings.sends_mail:
        return wanted, None
    check_email(address)
    await hub.throttle.spend(hub.db, NEW_ADDRESSES, "new address", user_id)
    await hub.throttle.spend(hub.db, CODES_TO_AN_ADDRESS, "code", before.application_id, address.lower())
    return without, address


async def remove_user(request: Call, user_id: FromPath[str]) -> Response[bytes]:
    """Delete a user and everything of theirs; every key that acted for them or on what was theirs is dead."""
    hub, access = request.hub, request.access
    async with hub.db.read() as reader:
        user = await store.get(reader, access, user_id_of(user_id))
    async with hub.db.transaction() as tx:
        await delete_user(tx, access.within(user.application_id), user.external_id, vault=hub.vault, now=hub.clock())
    hub.door.forget()
    hub.notifier.wake("events")
    return Response(b"")


async def get_user_status(request: Call, user_id: FromPath[str]) -> StatusDocument:
    """Whether a user is active."""
    hub, access, found = request.hub, request.access, user_id_of(user_id)
    async with hub.db.read() as reader:
        user = await store.get(reader, access, found)
        secrets = await store.secrets(reader, access, found)
    code: str | UnsetType = UNSET
    if access.kind in (KeyKind.OPERATOR, KeyKind.TRUSTED) and secrets.sealed_activation_code is not None:
        code = codes.opened(secrets.sealed_activation_code, found, hub.vault)
    return StatusDocument(
        activated=user.login is Login.ACTIVE,
        activation_date=UNSET if user.activated_at is None else milliseconds(user.activated_at),
        activation_code=code,
    )


def _reach(access: Access, user_id: UserId) -> Access:
    """With a lent key one's own name is within reach too."""
    return msgspec.structs.replace(access, only_user=user_id) if user_id == access.caller else access
