"""Which brands an application may use, and which ones its people miss."""

from typing import Any

from tests.dialects.platform.conftest import Caller, Organization
from tests.dialects.platform.test_registrations import _DEMANDING, client_of
from wattlink.connectors.devices import Kind
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.vendors.wanted.ask import ask_for_brand
from wattlink.wiring import Hub


async def test_a_brand_may_need_activation_application_by_application(operator: Caller, ours: Organization) -> None:
    path = f"/applications/{ours.application.application_id}"
    gated = {**client_of(_DEMANDING), "needsActivation": True}
    assert (await operator.put(f"/registrations/{_DEMANDING}", gated)).status_code == 200
    assert await _stands(operator, path) == (True, False)
    assert (await operator.put(f"{path}/vendors/{_DEMANDING}/activation", None)).status_code == 204
    assert await _stands(operator, path) == (False, True)
    assert (await operator.delete(f"{path}/vendors/{_DEMANDING}/activation")).status_code == 204
    assert await _stands(operator, path) == (True, False)
    assert (await operator.put(f"/registrations/{_DEMANDING}", client_of(_DEMANDING))).status_code == 200
    assert await _stands(operator, path) == (False, True)


async def test_an_unknown_vendor_and_somebody_else_s_application_are_not_found(
    operator: Caller, ours: Organization, theirs: Organization
) -> None:
    path = f"/applications/{ours.application.application_id}"
    assert (await operator.put(f"{path}/vendors/acme/activation", None)).status_code == 404
    other = f"/applications/{theirs.application.application_id}"
    assert (await operator.put(f"{other}/vendors/{_DEMANDING}/activation", None)).status_code == 404


async def test_operators_see_which_brands_are_missed_by_their_own_applications(
    hub: Hub, operator: Caller, ours: Organization, theirs: Organization
) -> None:
    await _ask(hub, ours.application.application_id, "Acme", "Bolt", "acme")
    await _ask(hub, theirs.application.application_id, "Other")
    found = (await operator.get("/brand-requests")).json()["data"]
    assert [(one["brand"], one["requests"], one["kind"]) for one in found] == [
        ("Acme", 2, "charger"),
        ("Bolt", 1, "charger"),
    ]
    assert {one["applicationId"] for one in found} == {str(ours.application.application_id)}


async def _ask(hub: Hub, application_id: ApplicationId, *brands: str) -> None:
    async with hub.db.transaction() as tx:
        for brand in brands:
            await ask_for_brand(tx, application_id, Kind.CHARGER, brand, now=hub.clock())


async def _stands(operator: Caller, path: str) -> tuple[bool, bool]:
    """Whether the vendor awaits activation, and whether it is on offer."""
    vendors: list[dict[str, Any]] = (await operator.get(f"{path}/vendors")).json()["data"]
    found = next(one for one in vendors if one["vendor"] == _DEMANDING)
    return found["awaitsActivation"], found["registration"] is not None
