"""The user signs in again for one device: same device, same id."""

from litestar.params import FromPath

from wattlink.db.database import Transaction
from wattlink.dialects.podero.devices.reading import View, one_of
from wattlink.dialects.podero.kinds import DeviceType
from wattlink.dialects.podero.onboarding import Address
from wattlink.dialects.podero.wire import Answer, Payload, Uuid
from wattlink.domain.errors import AlreadyLinked, InvalidInput
from wattlink.domain.linking.creating.create_relink import create_relink
from wattlink.domain.linking.model import NewRelink
from wattlink.domain.organizations import store as organizations
from wattlink.web.bodies import decode
from wattlink.web.call import Call


class AuthSessionIn(Payload):
    """Where the user goes afterwards."""

    success_url: Address | None = None
    cancel_url: Address | None = None


class AuthSession(Answer):
    """Where to send the user; no address and no session where nothing is to be mended."""

    authentication_url: str | None
    device_id: Uuid
    session_id: Uuid | None


def mending_of(one: DeviceType) -> View:
    """The view that begins to mend a device of a type."""

    async def mending(request: Call, device_id: FromPath[str]) -> AuthSession:
        """Begin: send the user to `authentication_url`, within a day."""
        asked, hub = decode(await request.body() or b"{}", AuthSessionIn), request.hub
        async with hub.db.transaction() as tx:
            device = (await one_of(tx, request, one, device_id)).device
            new = await _relink(tx, request, asked)
            try:
                made = await create_relink(tx, request.access, device.device_id, new, now=hub.clock())
            except AlreadyLinked:
                return AuthSession(authentication_url=None, device_id=str(device.device_id), session_id=None)
        return AuthSession(
            authentication_url=f"{hub.settings.public_url}/link/{made.token}",
            device_id=str(device.device_id),
            session_id=str(made.session_id),
        )

    return mending


async def _relink(tx: Transaction, request: Call, asked: AuthSessionIn) -> NewRelink:
    """Without an address, the first one that the organization lists; without one for cancelling, the same."""
    application = await organizations.get_application(tx, request.access.application_id)
    success = asked.success_url or next(iter(application.redirect_uris), None)
    if success is None:
        raise InvalidInput("success_url", "is needed, for the organization lists no address")
    cancel = asked.cancel_url or success
    return NewRelink(language="browser", redirect_uri=success, cancel_uri=cancel, prefers_form=True)
