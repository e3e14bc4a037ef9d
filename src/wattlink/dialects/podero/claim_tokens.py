"""Claim tokens for wallboxes that dial in: minted for a user, and asked for until one is claimed."""

from litestar.params import FromPath

from wattlink.base.clock import rfc3339
from wattlink.dialects.podero.wire import Answer, Timestamp, Uuid, user_id_of
from wattlink.domain.access.ids import SessionId
from wattlink.domain.dial_in.mint import claim_status, mint_claim_token
from wattlink.domain.dial_in.model import MintedToken, WantedToken
from wattlink.domain.errors import NotPermitted
from wattlink.domain.linking import store as sessions
from wattlink.domain.linking.onboarding import store as onboarding
from wattlink.domain.linking.signing_in.await_device import mint_for_session
from wattlink.domain.users.people import store as people
from wattlink.web.call import Call, uuid_of
from wattlink.wiring import Hub


class ClaimToken(Answer):
    """A token for one wallbox; `wss_url` holds it and is all that most wallboxes need."""

    token: str
    wss_url: str
    expires_at: Timestamp


class ClaimTokenStatus(Answer):
    """Whether a wallbox has claimed the token, and what it said of itself."""

    claimed: bool
    wallbox_id: Uuid | None
    manufacturer: str | None
    model: str | None
    firmware_version: str | None


async def create_claim_token(request: Call) -> ClaimToken:
    """Mint a token for a wallbox of the user's, good for a day and for one wallbox."""
    hub, user_id = request.hub, user_id_of(request)
    wanted = WantedToken(url=_dialled(hub))
    async with hub.db.transaction() as tx:
        await people.get(tx, request.access, user_id)
        made = await mint_claim_token(tx, request.access, user_id, wanted=wanted, vault=hub.vault, now=hub.clock())
    return _shown(made)


async def create_session_claim_token(request: Call, session_id: FromPath[str]) -> ClaimToken:
    """The same for an onboarding session, as long as that is open: the wallbox that claims the token completes it."""
    hub, wanted = request.hub, SessionId(uuid_of("onboarding session", session_id))
    async with hub.db.transaction() as tx:
        await onboarding.get(tx, request.access, wanted)
        session = await sessions.get(tx, wanted)
        made = await mint_for_session(tx, session, url=_dialled(hub), vault=hub.vault, now=hub.clock())
    return _shown(made)


async def get_claim_token_status(
    request: Call,
    session_id: FromPath[str],  # noqa: ARG001
    token: FromPath[str],
) -> ClaimTokenStatus:
    """Asked by who knows the token, without a key of an application's."""
    async with request.hub.db.read() as reader:
        found = await claim_status(reader, token)
    return ClaimTokenStatus(
        claimed=found.claimed,
        wallbox_id=None if found.wallbox_id is None else str(found.wallbox_id),
        manufacturer=found.manufacturer,
        model=found.model,
        firmware_version=found.firmware,
    )


def _dialled(hub: Hub) -> str:
    """Where wallboxes dial in; raises NotPermitted where those of users can't."""
    if not hub.settings.takes_calls:
        raise NotPermitted("Wallboxes can't dial in here: the operator has not set WATTLINK_DIAL_IN_URL.")
    return hub.settings.dial_in_url


def _shown(made: MintedToken) -> ClaimToken:
    return ClaimToken(token=made.token, wss_url=made.wss_url, expires_at=rfc3339(made.expires_at))
