"""An application's `socialNetworks`: Facebook's entry is one of the services that its users may sign in with.

The app id is for everybody to read; the secret is sealed there, never in the document, and never shown again.
"""

from collections.abc import Mapping

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.users.elsewhere.configure import FACEBOOK, facebook_app_id, set_facebook
from wattlink.wiring import Hub

Networks = Mapping[str, Mapping[str, str]]

_OUTSIDE = {"client_id": "appId", "client_secret": "appSecret"}


async def configure_networks(
    tx: Transaction, access: Access, application_id: ApplicationId, networks: Networks, *, hub: Hub
) -> dict[str, dict[str, str]]:
    """Take Facebook's entry, or its absence, to where it counts; what stays in the document, without secrets."""
    facebook = networks.get(FACEBOOK)
    app_id = None if facebook is None else facebook.get("appId", "")
    secret = None if facebook is None else facebook.get("appSecret")
    try:
        await set_facebook(tx, access.within(application_id), app_id, secret, vault=hub.vault, now=hub.clock())
    except InvalidInput as error:
        field = f"social_networks.facebook.{_OUTSIDE.get(error.field, error.field)}"
        raise InvalidInput(field, error.problem, allowed=error.allowed) from None
    return {
        name: {field: value for field, value in network.items() if field != "appSecret"}
        for name, network in networks.items()
        if name != FACEBOOK
    }


async def shown_networks(
    reader: Reader, application_id: ApplicationId, networks: Networks
) -> dict[str, dict[str, str]]:
    """The networks, with Facebook's app id."""
    app_id = await facebook_app_id(reader, application_id)
    others = {name: dict(network) for name, network in networks.items()}
    return others if app_id is None else {**others, FACEBOOK: {"appId": app_id}}
