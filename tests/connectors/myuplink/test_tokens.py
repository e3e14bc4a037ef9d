"""What the token endpoint's answers mean, and how access is withdrawn."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.connectors.myuplink.conftest import LOGIN, SCOPES, Home
from tests.support.clock import StillClock
from tests.support.linking import connect, link
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Answer
from wattlink.connectors.conformance import SimulatedWeb
from wattlink.connectors.contract import Connector, Credential, Registration
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.registry import manifest_of, simulator

_MANIFEST = manifest_of("myuplink")


@pytest.fixture
def web(clock: StillClock) -> SimulatedWeb:
    """A vendor whose answers can be changed on their way."""
    return SimulatedWeb(_MANIFEST, simulator("myuplink").new_account(*LOGIN, clock()), clock=clock)


async def _linked(web: SimulatedWeb, clock: StillClock) -> tuple[Connector, Credential]:
    connector = connect("myuplink", web, dict(_MANIFEST.hosts), clock)
    return connector, (await link("myuplink", connector, web, LOGIN)).credential


def _answered(status: int, body: Any, **headers: str) -> Callable[[int, Answer], Answer]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda _, __: Answer(status, named, msgspec.json.encode(body))


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (400, {"error": "invalid_grant"}, CredentialsRejected),
        (400, {"error": "invalid_client"}, VendorUnavailable),
        (401, {"error": "unauthorized_client"}, VendorUnavailable),
        (400, {"error": "invalid_scope"}, UnexpectedAnswer),
        (400, {"error": "invalid_request"}, UnexpectedAnswer),
        (429, {"error": "invalid_grant"}, VendorUnavailable),
        (500, {"error": "invalid_grant"}, VendorUnavailable),
        (503, {"message": "down"}, VendorUnavailable),
        (403, {"title": "Forbidden"}, UnexpectedAnswer),
        (200, {"token_type": "Bearer"}, UnexpectedAnswer),
    ],
)
async def test_only_an_invalid_grant_speaks_of_the_user(
    web: SimulatedWeb, clock: StillClock, status: int, body: Any, refused: type[Exception]
) -> None:
    connector, credential = await _linked(web, clock)
    web.garble = _answered(status, body, retry_after="7")
    with pytest.raises(refused) as caught:
        await connector.refresh(credential)
    match caught.value:
        case CredentialsRejected():
            assert caught.value.cause is Refusal.REVOKED
        case VendorUnavailable() if status < 429:
            assert caught.value.reason == "registration"
        case VendorUnavailable():
            assert caught.value.reason == ("quota" if status == 429 else "outage")
            assert caught.value.retry_after == 7


async def test_an_answer_without_a_new_refresh_token_or_scope_keeps_the_old_ones(
    web: SimulatedWeb, clock: StillClock
) -> None:
    connector, credential = await _linked(web, clock)
    web.garble = _answered(200, {"access_token": "fresh", "token_type": "Bearer", "expires_in": 3600})
    renewed = await connector.refresh(credential)
    assert (renewed.access_token, renewed.refresh_token) == ("fresh", credential.refresh_token)
    assert renewed.extra == credential.extra


async def test_an_unknown_client_is_the_operators_matter(home: Home) -> None:
    credential = (await home.link()).credential
    home.connector.registration = Registration(client_id="wattlink-demo", client_secret="wrong")
    for told in (home.connector.refresh(credential), home.connector.revoke(credential)):
        with pytest.raises((VendorUnavailable, UnexpectedAnswer)):
            await told
    home.connector.registration = simulator("myuplink").DEMO_REGISTRATION
    assert len(await home.read(await home.connector.refresh(credential))) == 1


async def test_one_sign_in_is_withdrawn_and_another_of_the_same_login_lives_on(home: Home) -> None:
    first, second = (await home.link()).credential, (await home.link()).credential
    await home.connector.revoke(first)
    with pytest.raises(CredentialsRejected):
        await home.connector.refresh(first)
    assert len(await home.read(await home.connector.refresh(second))) == 1


async def test_a_vendor_that_names_no_way_to_withdraw_is_not_asked_for_it(web: SimulatedWeb, clock: StillClock) -> None:
    connector, credential = await _linked(web, clock)
    web.answers = 0

    def without_it(_: int, answer: Answer) -> Answer:
        described = msgspec.json.decode(answer.body)
        described.pop("revocation_endpoint")
        return Answer(answer.status, answer.headers, msgspec.json.encode(described))

    web.garble = without_it
    await connector.revoke(credential)
    assert web.answers == 1


@pytest.mark.parametrize("endpoint", ["https://elsewhere.example/revoke", "https://api.myuplink.com.evil.example/", 7])
async def test_a_token_is_taken_to_no_other_host(web: SimulatedWeb, clock: StillClock, endpoint: Any) -> None:
    connector, credential = await _linked(web, clock)
    web.garble = _answered(200, {"token_endpoint": "https://api.myuplink.com/t", "revocation_endpoint": endpoint})
    with pytest.raises(UnexpectedAnswer):
        await connector.revoke(credential)


async def test_knobs_of_time(home: Home, sandbox: RunningSandbox, clock: StillClock) -> None:
    grant = await home.link()
    assert grant.scopes == SCOPES
    await sandbox.change("myuplink", LOGIN.username, knobs={"pace": 60})
    _, before = await home.only(grant.credential)
    clock.forward(minutes=30)
    _, after = await home.only(grant.credential)
    assert after.temperature_state.current_temperature != before.temperature_state.current_temperature
