"""The application's other users, by whichever API they came, are shown to whoever looks at the demonstration."""

from tests.demo.conftest import Voltly
from tests.support.linking import Login
from tests.support.person import Person
from tests.support.walk import walk
from wattlink.dialects.podero import BASE
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.store import organization_of

_NORA = Login("nora@example.com", "charge-at-home")


async def test_a_partner_s_user_is_there_with_what_they_onboarded(voltly: Voltly) -> None:
    await _onboard(voltly, "customer 4711/ä")
    async with Person() as person:
        page = await person.go(f"{voltly.url}/")
        assert "Nothing is linked yet" in page.text
        page = await person.press("customer 4711/ä")
        assert "Easee Home" in page.text
        assert "You are customer 4711/ä" in page.text
        page = await person.press("Disconnect")
        assert "Nothing is linked yet" in page.text
        page = await person.press("demo-user")
        assert "You are demo-user" in page.text


async def test_what_a_user_is_told_is_told_to_nobody_else(voltly: Voltly) -> None:
    async with Person() as person:
        await person.go(f"{voltly.url}/")
        await walk((await person.press("Link a charger")).address, _NORA, voltly.outbound, brand="E Easee")
        await _onboard(voltly, "someone")
        await person.go(f"{voltly.url}/linked?error=access_denied")
        assert "Nothing was linked, as you wished." in person.page.text
        page = await person.press("someone")
        assert "Nothing was linked" not in page.text


async def _onboard(voltly: Voltly, user_id: str) -> None:
    """As a partner's backend and its user do."""
    app = voltly.app
    async with app.stack.hub.db.read() as reader:
        organization = await organization_of(reader, Access(applications=(app.credentials.application_id,)))
    root = f"{app.stack.url}/podero{BASE}"

    async def post(path: str, **body: object) -> dict[str, str]:
        async with app.stack.http.post(f"{root}{path}", json=body, headers=app.headers) as answer:
            assert answer.status in (200, 201), await answer.text()
            found: dict[str, str] = await answer.json()
            return found

    user = await post(f"/org/{organization}/users", role="user", email="kim@example.com", external_user_id=user_id)
    session = await post(
        "/device-onboarding",
        user_id=user["id"],
        device_type="wb",
        language="en",
        price_zone_default="DE",
        is_smart_optimization_active_default=False,
        success_url=f"{voltly.url}/",
        cancel_url=f"{voltly.url}/",
    )
    await walk(session["authentication_url"], _NORA, voltly.outbound, brand="E Easee")
