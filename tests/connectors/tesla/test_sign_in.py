"""Signing in on Tesla's own pages: what is asked, what comes back, what is granted, and what is refused."""

from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest

from tests.connectors.tesla.conftest import FORM, LOGIN, SCOPES, Garage
from tests.support.clock import StillClock
from tests.support.linking import CALLBACK, Login
from tests.support.sandbox import RunningSandbox
from tests.support.vendor_pages import sign_in
from wattlink.connectors.contract import Connector, Grant, Registration, SignInAnswer, SignInRequest
from wattlink.connectors.errors import CredentialsRejected, Refusal, VendorUnavailable
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.simulation import Fault

REQUEST = SignInRequest(redirect_uri=CALLBACK, state="kept-by-the-browser", scopes=SCOPES, language="de")


async def _code(garage: Garage, **how: object) -> str:
    address = garage.connector.sign_in_address(REQUEST)
    back = await sign_in(garage.outbound, address, **LOGIN._asdict(), **how)  # type: ignore[arg-type]
    return back["code"]


async def _exchange(connector: Connector, code: str, redirect_uri: str = CALLBACK) -> Grant:
    return await connector.exchange(SignInAnswer(code=code, redirect_uri=redirect_uri, scopes=SCOPES))


def test_the_address_asks_for_what_the_app_wants_and_nothing_more(garage: Garage) -> None:
    request = msgspec.structs.replace(REQUEST, scopes=frozenset({"vehicle:read:data", "charger:read:data"}))
    query = parse_qs(urlsplit(garage.connector.sign_in_address(request)).query)
    assert query["scope"] == ["openid offline_access vehicle_device_data"]
    assert query["redirect_uri"] == [CALLBACK]
    assert query["state"] == ["kept-by-the-browser"]
    assert query["response_type"] == ["code"]
    assert "code_challenge" not in query


async def test_a_permission_left_out_is_seen_in_the_grant(garage: Garage) -> None:
    grant = await _exchange(garage.connector, await _code(garage, without=frozenset({"vehicle_location"})))
    assert grant.scopes == SCOPES - {"vehicle:read:location"}


async def test_saying_no_comes_back_as_a_refused_consent(garage: Garage) -> None:
    address = garage.connector.sign_in_address(REQUEST)
    back = await sign_in(garage.outbound, address, **LOGIN._asdict(), consent=False)
    assert back["error"] == "access_denied"
    assert back["state"] == "kept-by-the-browser"
    assert "code" not in back


async def test_the_pages_say_what_is_wrong(garage: Garage, sandbox: RunningSandbox) -> None:
    assert "Check e-mail and password" in await _page(garage, LOGIN._replace(password="wrong"))
    assert "Check e-mail and password" in await _page(garage, LOGIN._replace(username="<b>nobody</b>"))
    assert "<b>nobody" not in await _page(garage, LOGIN._replace(username="<b>nobody</b>"))
    await sandbox.fault("tesla", LOGIN.username, Fault.ACCOUNT_LOCKED)
    assert "Your account is locked" in await _page(garage, LOGIN)


async def _page(garage: Garage, login: Login) -> str:
    """What the vendor's page says to what was typed."""
    address = garage.connector.sign_in_address(REQUEST)
    typed = urlencode(login._asdict()).encode()
    return (await garage.outbound.send("POST", address, headers=FORM, body=typed)).body.decode()


@pytest.mark.parametrize(
    "broken",
    [
        {"client_id=wattlink-demo": "client_id=somebody-else"},
        {"redirect_uri=https": "redirect_uri=javascript"},
        {"response_type=code": "response_type=token"},
    ],
)
async def test_a_broken_address_leads_nowhere(garage: Garage, broken: dict[str, str]) -> None:
    address = garage.connector.sign_in_address(REQUEST)
    for right, wrong in broken.items():
        address = address.replace(right, wrong)
    page = await garage.outbound.send("GET", address)
    assert page.status == 400
    assert b"This sign-in link is broken" in page.body


async def test_a_code_works_once_for_a_short_time_and_for_its_address_only(garage: Garage, clock: StillClock) -> None:
    used = await _code(garage)
    await _exchange(garage.connector, used)
    foreign, late = await _code(garage), await _code(garage)
    clock.forward(minutes=3)
    for code, address in ((used, CALLBACK), (foreign, "https://elsewhere.example.com/"), (late, CALLBACK)):
        with pytest.raises(CredentialsRejected) as refused:
            await _exchange(garage.connector, code, address)
        assert refused.value.cause is Refusal.REVOKED


@pytest.mark.parametrize("mistaken", [{"client_id": "unknown"}, {"client_secret": "wrong"}])
async def test_a_wrong_registration_is_the_operators_matter(garage: Garage, mistaken: dict[str, str]) -> None:
    code = await _code(garage)
    registration: Registration = msgspec.structs.replace(garage.connector.registration, **mistaken)
    connector = type(garage.connector)(door=garage.connector.door, registration=registration)
    with pytest.raises(VendorUnavailable) as unavailable:
        await _exchange(connector, code)
    assert unavailable.value.reason == "registration"


@pytest.mark.parametrize("region", ["na", "eu", "cn"])
async def test_the_region_is_found_by_name(garage: Garage, region: str) -> None:
    await garage.knobs(region=region)
    credential = (await garage.link()).credential
    assert credential.extra["region"] == region
    assert len(await garage.read(credential)) == 2


async def test_a_grant_is_kept_when_its_region_cannot_be_told(garage: Garage) -> None:
    await garage.knobs(registered=False)
    credential = (await garage.link()).credential
    assert "region" not in credential.extra
    with pytest.raises(VendorUnavailable) as unavailable:
        await garage.read(credential)
    assert unavailable.value.reason == "registration"
    await garage.knobs(registered=True)
    assert len(await garage.read(credential)) == 2


async def test_a_registration_in_one_region_is_enough_for_the_accounts_there(garage: Garage) -> None:
    await garage.knobs(registered=["eu"])
    credential = (await garage.link()).credential
    assert credential.extra["region"] == "eu"
    assert len(await garage.read(credential)) == 2
    await garage.knobs(region="na")
    with pytest.raises(VendorUnavailable) as unavailable:
        await garage.read(credential)
    assert unavailable.value.reason == "registration"


async def test_an_account_that_moved_is_found_in_its_new_region(garage: Garage, sandbox: RunningSandbox) -> None:
    credential = (await garage.link()).credential
    await garage.knobs(region="na")
    assert len(await garage.read(credential)) == 2
    credential = await garage.connector.refresh(credential)
    assert credential.extra["region"] == "na"
    before = await sandbox.last_request()
    assert len(await garage.read(credential)) == 2
    assert 421 not in [seen.status for seen in await sandbox.requests("tesla", after=before)]


def test_the_key_page_is_that_of_the_registrations_domain(garage: Garage) -> None:
    hosts = garage.sandbox.hosts("tesla")
    assert garage.connector.pairing_address("any") == f"{hosts['www']}/_ak/wattlink.example"
    nameless = type(garage.connector)(door=garage.connector.door, registration=Registration(client_id="x"))
    assert nameless.pairing_address("any") is None
    assert manifest_of("tesla").hosts["www"] == "https://www.tesla.com"


async def test_the_simulator_also_takes_what_was_typed(garage: Garage, sandbox: RunningSandbox) -> None:
    asked = frozenset({"vehicle:read:data"})
    grant = await garage.connector.sign_in(*LOGIN, asked)
    assert grant.scopes == asked
    assert grant.subject == (await garage.link()).subject
    assert len(await garage.read(grant.credential, scopes=asked)) == 2
    assert await garage.read(await garage.connector.refresh(grant.credential), scopes=asked)
    await garage.connector.revoke(grant.credential)
    with pytest.raises(CredentialsRejected):
        await garage.connector.refresh(grant.credential)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [(Fault.WRONG_PASSWORD, Refusal.WRONG_CREDENTIALS), (Fault.ACCOUNT_LOCKED, Refusal.ACCOUNT_LOCKED)],
)
async def test_what_was_typed_is_refused_with_a_cause(
    garage: Garage, sandbox: RunningSandbox, fault: Fault, cause: Refusal
) -> None:
    await sandbox.fault("tesla", LOGIN.username, fault)
    with pytest.raises(CredentialsRejected) as refused:
        await garage.connector.sign_in(*LOGIN, SCOPES)
    assert refused.value.cause is cause
    assert LOGIN.password not in repr(refused.value)


@pytest.mark.parametrize(("fault", "reason"), [(Fault.QUOTA, "quota"), (Fault.OUTAGE, "outage")])
async def test_what_was_typed_meets_a_vendor_in_trouble(
    garage: Garage, sandbox: RunningSandbox, fault: Fault, reason: str
) -> None:
    await sandbox.fault("tesla", LOGIN.username, fault)
    with pytest.raises(VendorUnavailable) as refused:
        await garage.connector.sign_in(*LOGIN, SCOPES)
    assert refused.value.reason == reason


async def test_only_a_known_client_may_hand_in_what_was_typed(garage: Garage) -> None:
    other = Registration(client_id="other", client_secret="x")
    stranger = type(garage.connector)(door=garage.connector.door, registration=other)
    with pytest.raises(VendorUnavailable) as refused:
        await stranger.sign_in(*LOGIN, SCOPES)
    assert refused.value.reason == "registration"
