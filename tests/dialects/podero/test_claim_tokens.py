"""Claim tokens are minted where wallboxes can dial in, and their address leads there."""

import dataclasses

from tests.dialects.podero.conftest import Partner, new_partner
from wattlink.wiring import Hub


async def minting(hub: Hub, dial_in_url: str) -> tuple[Partner, str]:
    """A partner of an installation at which devices dial in there, and the path at which it mints for a user."""
    partner = await new_partner(
        dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, dial_in_url=dial_in_url)), "Voltly"
    )
    user = await partner.new_user()
    return partner, f"/users/{user['id']}/wallboxes/claim-tokens"


async def test_the_address_is_the_installation_s(hub: Hub) -> None:
    partner, path = await minting(hub, "wss://devices.example.com")
    answer = await partner.send("POST", path)
    assert answer.status_code == 201
    assert answer.json()["wss_url"] == f"wss://devices.example.com/ocpp/{answer.json()['token']}"


async def test_nobody_s_wallbox_is_told_to_dial_itself(hub: Hub) -> None:
    partner, path = await minting(hub, "ws://localhost:8084")  # as it is where nothing was set, but the public URL is
    status, detail = await partner.refusal("POST", path)
    assert status == 403
    assert "WATTLINK_DIAL_IN_URL" in detail
