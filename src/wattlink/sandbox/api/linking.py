"""Linking a virtual account to a user, without a browser."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from litestar.params import JSONBody

from wattlink.base.ids import digest, new_secret
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.db.database import Reader
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking import store
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.ending.complete import linked_devices
from wattlink.domain.linking.ending.end_sessions import cancel
from wattlink.domain.linking.model import Cause, LinkSession, NewLinkSession, State
from wattlink.domain.linking.signing_in.sign_in import Typed
from wattlink.domain.linking.steps.sealing import unseal
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.model import LinkBinding
from wattlink.sandbox.api.accounts import keeper_of, key_of
from wattlink.sandbox.api.admission import sandbox_application
from wattlink.sandbox.api.keeper import KeptAccount
from wattlink.sandbox.api.wire import Answer, Name, Payload, ScopeName, Seconds, Uuid
from wattlink.sandbox.linking.walk import Walked, check_reach, find, wait, walk
from wattlink.web.call import Call

_HOME = "https://app.invalid/linked"  # nobody is sent there
_WRONG = frozenset({State.BOUND, State.AT_VENDOR, State.ASKING_CREDENTIALS})

UserId = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Link(Payload):
    """Whom the account is linked to: a user by the app's own id, or whoever a link URL of the app's was made for.

    Of a user's link `kinds` and `scopes` say what is asked for; everything, where they are left out. A `password` is
    typed instead of the right one. `waitSeconds` is how long the answer waits for the end.
    """

    user_id: UserId | None = None
    link_url: Name | None = None
    kinds: list[Kind] | None = None
    scopes: list[ScopeName] | None = None
    password: Name | None = None
    wait_seconds: Seconds = 20


class LinkResponse(Answer):
    """How the link session stands: `completed` with its devices, under way, or ended with its cause.

    `said` is what the vendor's own page said where it let nobody in. `linkCode` is what a browser would bring back
    to an app that confirms, while the session is `awaiting_app`.
    """

    session_id: Uuid
    state: State
    cause: Cause | None
    said: str | None
    link_code: str | None
    user_id: str | None
    vendor: str
    device_ids: list[Uuid]


async def link_account(request: Call, data: JSONBody[Link]) -> LinkResponse:
    """Link a virtual account: a link session, gone through as a person would, with the vendor's real answers."""
    application_id = await sandbox_application(request)
    account = await keeper_of(request).account(*key_of(request))
    access = Access(applications=(application_id,), actor=request.access.actor)
    if (data.user_id is None) == (data.link_url is None):
        raise InvalidInput("userId", "either it or linkUrl is needed", allowed=("userId", "linkUrl"))
    is_ours = data.link_url is None
    session = await (_new(request, access, account, data) if is_ours else _asked_for(request, access, data))
    typed = Typed(account.username, data.password or account.password)
    walked = await walk(request.hub, session, account.vendor, typed, new_secret())
    ended = await wait(request.hub, session.session_id, data.wait_seconds)
    if is_ours and ended.state in _WRONG:
        async with request.hub.db.transaction() as tx:
            await cancel(tx, ended, vault=request.hub.vault, now=request.hub.clock())
    return await _told(request, account.vendor, ended, walked)


async def _new(request: Call, access: Access, account: KeptAccount, data: JSONBody[Link]) -> LinkSession:
    """A session of the user's, as the app would ask for one."""
    manifest = manifests()[account.vendor]
    kinds = tuple(data.kinds or dict.fromkeys(device.kind for device in account.devices)) or manifest.kinds
    everything = [scope for scope in manifest.scopes if scope.split(":")[0] in kinds]
    assert data.user_id is not None
    async with request.hub.db.read() as reader:
        home = await _home(reader, access.application_id)
    new = NewLinkSession(
        kinds=kinds,
        scopes=tuple(everything if data.scopes is None else data.scopes),
        vendor=account.vendor,
        language="en",
        redirect_uri=home,
        binding=LinkBinding.BROWSER,  # who asks is the app itself
    )
    made = await create(request.hub.db, access, data.user_id, new, now=request.hub.clock())
    return await find(request.hub, made.session_id)


async def _home(reader: Reader, application_id: ApplicationId) -> str:
    listed = (await organizations.get_application(reader, application_id)).redirect_uris
    return listed[0] if listed else _HOME


async def _asked_for(request: Call, access: Access, data: JSONBody[Link]) -> LinkSession:
    """The session of a link URL that an API of ours gave the app."""
    assert data.link_url is not None
    token = urlsplit(data.link_url).path.rpartition("/")[2]
    async with request.hub.db.read() as reader:
        return check_reach(await store.by_token(reader, digest(token)), access)


async def _told(request: Call, vendor: str, session: LinkSession, walked: Walked) -> LinkResponse:
    async with request.hub.db.read() as reader:
        device_ids = await linked_devices(reader, session)
    return LinkResponse(
        session_id=str(session.session_id),
        state=session.state,
        cause=session.cause or walked.session.cause,
        said=walked.said,
        link_code=unseal(session, vault=request.hub.vault).code if session.state is State.AWAITING_APP else None,
        user_id=session.user,
        vendor=vendor,
        device_ids=[str(device_id) for device_id in device_ids],
    )
