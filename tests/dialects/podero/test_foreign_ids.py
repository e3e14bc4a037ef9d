"""What is another application's, or another user's, looks exactly like what isn't there, on every route with an id."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from tests.dialects.enode.conftest import own
from tests.dialects.enode.test_devices import VEHICLE
from tests.dialects.podero.conftest import Partner, new_partner
from wattlink.dialects.podero import BASE
from wattlink.dialects.podero.routes import TABLE
from wattlink.domain.access.ids import OrganizationId
from wattlink.domain.organizations.create import create_application
from wattlink.web.routing import Route

_ADDRESSES = {"success_url": "https://partner.example/done", "cancel_url": "https://partner.example/back"}
_ROUTES = [route for rows in TABLE.values() for route in rows if "{" in route.path.replace("{org_id:str}", "")]
_OF_USERS = ("device_id", "building_id", "contract_id")
_BODIES: dict[str, Any] = {"createBuilding": {"name": "Mine"}, "createContract": {"energy_contract_type": "yearly"}}


async def sibling(partner: Partner) -> Partner:
    """Another application of the same organization: the path is right, and the token is good."""
    other = await new_partner(partner.hub, "Amply")
    organization_id = OrganizationId(UUID(partner.org_id))
    async with partner.hub.db.transaction() as tx:
        made = await create_application(tx, "Amply", organization_id=organization_id)
    issued = await partner.hub.authenticator.issue(str(made.client_id), made.client_secret)
    other.org_id, other.http.headers["authorization"] = partner.org_id, f"Bearer {issued.token}"
    return other


async def belongings(partner: Partner) -> dict[str, str]:
    """The ids of everything that a user of the partner's has."""
    user = await partner.new_user(email=f"{uuid4().hex}@example.com", external_user_id="ada")
    of_user = f"/users/{user['id']}"
    onboarding = {"user_id": user["id"], **_ADDRESSES}
    session = await partner.http.post(f"{BASE}/device-onboarding", json=onboarding)
    return {
        "user_id": user["id"],
        "device_id": await own(partner.hub, partner.access, "tesla", VEHICLE),
        "building_id": (await partner.call("POST", f"{of_user}/buildings", {"name": "Home"}))["id"],
        "contract_id": (await partner.call("POST", f"{of_user}/energy-contracts", _BODIES["createContract"]))["id"],
        "webhook_id": (await partner.call("POST", "/webhooks", {"url": "https://partner.example/hook"}))["id"],
        "session_id": session.json()["id"],
    }


async def answers(partner: Partner, ids: dict[str, str], routes: Sequence[Route]) -> dict[str, tuple[int, str]]:
    """What the routes say of these ids."""
    said = {}
    for route in routes:
        path = BASE + re.sub(r"\{(\w+):str\}", lambda found: {"org_id": partner.org_id, **ids}[found[1]], route.path)
        query = (
            {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"} if route.path.endswith("/savings") else None
        )
        body = _BODIES.get(route.operation_id, {})
        answer = await partner.http.request(route.method, path, json=body, params=query)
        text = answer.text
        for name, value in ids.items():
            text = text.replace(value, f"<{name}>")
        said[route.operation_id] = (answer.status_code, text)
    return said


async def test_another_applications_ids_are_unknown_ones(partner: Partner) -> None:
    theirs, other = await belongings(partner), await sibling(partner)
    foreign = await answers(other, theirs, _ROUTES)
    assert foreign == await answers(other, {name: str(uuid4()) for name in theirs}, _ROUTES)
    assert {name: answer for name, answer in foreign.items() if answer[0] != 404} == {}
    assert await partner.call("GET", f"/users/{theirs['user_id']}/electric-vehicles/{theirs['device_id']}")
    assert await partner.call("GET", f"/webhooks/{theirs['webhook_id']}")


async def test_another_users_ids_are_unknown_ones(partner: Partner) -> None:
    theirs, somebody = await belongings(partner), await partner.new_user(email="somebody@example.com")
    mixed = theirs | {"user_id": somebody["id"]}
    routes = [route for route in _ROUTES if any(f"{{{name}:" in route.path for name in _OF_USERS)]
    foreign = await answers(partner, mixed, routes)
    assert foreign == await answers(partner, mixed | {name: str(uuid4()) for name in _OF_USERS}, routes)
    assert {name: answer for name, answer in foreign.items() if answer[0] != 404} == {}
