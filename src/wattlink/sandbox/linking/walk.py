"""Go through a link session as a person with a browser would, from the first click to the end or to a refusal."""

import asyncio

import msgspec

from wattlink.base.outbound import OutboundError
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, LinkSessionNotUsable
from wattlink.domain.linking import store
from wattlink.domain.linking.bind import bind
from wattlink.domain.linking.choosing.choose_brand import choose_brand
from wattlink.domain.linking.ending.complete import finish
from wattlink.domain.linking.model import Cause, LinkSession, State
from wattlink.domain.linking.signing_in.come_back import Brought, come_back
from wattlink.domain.linking.signing_in.leave_for_vendor import leave_for_vendor
from wattlink.domain.linking.signing_in.sign_in import Typed, sign_in
from wattlink.domain.linking.steps.way import has_form
from wattlink.domain.vendors import store as vendors
from wattlink.sandbox.linking import person
from wattlink.wiring import Hub

_LANGUAGE = "en"
_LOOK_EVERY_SECONDS = 0.1
_UNDER_WAY = frozenset({State.EXCHANGING, State.DISCOVERING})


class Walked(msgspec.Struct, frozen=True):
    """Where a session stands now, and what the vendor's own page said where it let nobody in."""

    session: LinkSession
    said: str | None = None


async def walk(hub: Hub, session: LinkSession, vendor: str, typed: Typed, browser: str) -> Walked:
    """Bind the session, choose the brand and sign in. Raises LinkSessionNotUsable where it is another browser's.

    Afterwards it is `discovering`, or stands where another try begins, with a cause.
    """
    session = await _bound(hub, session, browser)
    session = await _with_brand(hub, session, vendor)
    if session.state not in (State.BOUND, State.ASKING_CREDENTIALS):
        return Walked(session)
    await _check_simulated(hub, session)
    said = None
    if has_form(session):
        await sign_in(hub.db, session, typed, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)
    else:
        said = await _redirected(hub, session, typed, browser)
    hub.notifier.wake("visits")
    return Walked(await find(hub, session.session_id), said)


async def wait(hub: Hub, session_id: SessionId, seconds: float) -> LinkSession:
    """The session when nothing moves any more by itself, or after these seconds. A pairing is put off."""
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        session = await find(hub, session_id)
        if session.state is State.PAIRING and not session.is_checking:
            async with hub.db.transaction() as tx:
                await finish(tx, session, vault=hub.vault, now=hub.clock())
            hub.notifier.wake("events")
            session = await find(hub, session_id)
        if session.state not in _UNDER_WAY or asyncio.get_running_loop().time() >= ends:
            return session
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def find(hub: Hub, session_id: SessionId) -> LinkSession:
    """The session as it is now."""
    async with hub.db.read() as reader:
        return await store.get(reader, session_id)


def check_reach(session: LinkSession | None, access: Access) -> LinkSession:
    """The session, if it is this application's and open; raises LinkSessionNotUsable."""
    if session is None or session.application_id not in access.applications:
        raise LinkSessionNotUsable(Cause.SESSION_USED)
    if session.has_ended:
        raise LinkSessionNotUsable(session.cause or Cause.SESSION_USED)
    return session


async def _bound(hub: Hub, session: LinkSession, browser: str) -> LinkSession:
    async with hub.db.transaction() as tx:
        await bind(tx, session, browser, now=hub.clock())
    session = await find(hub, session.session_id)
    if not session.belongs_to(browser):
        raise LinkSessionNotUsable(Cause.WRONG_BROWSER)
    return session


async def _with_brand(hub: Hub, session: LinkSession, vendor: str) -> LinkSession:
    if session.vendor == vendor or session.state is not State.BOUND:
        return session
    async with hub.db.transaction() as tx:
        await choose_brand(tx, session, vendor, now=hub.clock())
    return await find(hub, session.session_id)


async def _check_simulated(hub: Hub, session: LinkSession) -> None:
    """Nothing of a virtual account is ever typed at a real vendor; raises InvalidInput."""
    assert session.registration_id is not None
    async with hub.db.read() as reader:
        if not (await vendors.get(reader, session.registration_id)).is_sandbox:
            raise InvalidInput("vendor", "is no simulated one for this application")


async def _redirected(hub: Hub, session: LinkSession, typed: Typed, browser: str) -> str | None:
    """To the vendor's own pages and back; what they said where they let nobody in."""
    address = await leave_for_vendor(
        hub.db,
        session,
        _LANGUAGE,
        public_url=hub.settings.public_url,
        connectors=hub.connectors,
        vault=hub.vault,
        clock=hub.clock,
    )
    if address is None or session.registration_id is None:
        return None
    try:
        back = await person.sign_in(hub.outbound, address, username=typed.username, password=typed.password)
    except (person.NotLetIn, OutboundError) as error:
        return str(error)
    brought = Brought(
        browser=browser,
        registration_id=session.registration_id,
        state=back.get("state", ""),
        code=back.get("code"),
        error=back.get("error"),
    )
    at_vendor = await find(hub, session.session_id)
    await come_back(hub.db, at_vendor, brought, connectors=hub.connectors, vault=hub.vault, clock=hub.clock)
    return None
