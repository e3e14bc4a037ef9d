"""An account with several devices, where the app asked for one: the person says which."""

from litestar import Response

from wattlink.connectors.devices import Kind
from wattlink.domain.devices import store as devices
from wattlink.link.pages.steps import steps
from wattlink.link.sight import Sight
from wattlink.link.texts.devices import Shown, shown


async def picking(sight: Sight) -> Response[str]:
    """The page of a session that found more than one."""
    session = sight.session
    assert session.account_id is not None
    async with sight.ui.hub.db.read() as reader:
        found = [one for one in await devices.of_account(reader, session.account_id) if one.kind in session.kinds]
    named = sorted(((shown(one.document, sight.language), str(one.device_id)) for one in found), key=_in_order)
    return sight.page("picking.html", steps=steps(sight, "devices"), devices=named)


def _in_order(listed: tuple[Shown, str]) -> tuple[int, str, str]:
    device, device_id = listed
    return tuple(Kind).index(device.kind), device.name, device_id
