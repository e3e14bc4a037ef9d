"""Whom a service vouched for comes in, in this dialect's words."""

from wattlink.dialects.evrythng.ids import id_of
from wattlink.dialects.evrythng.users.clients import network_of_app
from wattlink.domain.sharing.own.log_in import LoggedIn
from wattlink.domain.sharing.own.open import LoginKey
from wattlink.domain.sharing.own.sign_in import sign_in
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.model import IdentityService, Person
from wattlink.domain.users.elsewhere.services import Brought
from wattlink.web.call import Call


async def service_of(request: Call, name: str) -> IdentityService:
    """The caller's application's service of this name; raises NotFound."""
    async with request.hub.db.read() as reader:
        return await store.service(reader, request.access, name)


def brought(request: Call, token: str) -> Brought:
    """A token, and the network of who brings it."""
    return Brought(token=token, network=network_of_app(request))


async def come_in(request: Call, person: Person) -> LoggedIn:
    """The person's user with a key, as every log-in gives one."""
    hub = request.hub
    return await sign_in(
        hub.db,
        request.access,
        person,
        name_of=id_of,
        which=LoginKey(hub.settings.login_key),
        vault=hub.vault,
        clock=hub.clock,
    )
