"""Vendors with a sign-in page of their own: where the browser goes, and what it brings back."""

import pytest

from tests.conformance.world import LOGIN, World, failure
from tests.support.linking import CALLBACK, sign_in_request
from tests.support.sandbox import RunningSandbox
from tests.support.vendor_pages import sign_in
from wattlink.base.outbound import Outbound
from wattlink.connectors.contract import SignInAnswer
from wattlink.connectors.errors import CredentialsRejected
from wattlink.connectors.registry import clouds

every_redirecting_vendor = pytest.mark.parametrize(
    "vendor", [vendor for vendor, manifest in clouds().items() if manifest.sign_in.way == "redirect"]
)


@every_redirecting_vendor
async def test_the_browser_goes_to_the_host_that_is_named(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    request, _ = sign_in_request(vendor)
    address = world.connector.sign_in_address(request)
    assert address.startswith(sandbox.hosts(vendor)[world.manifest.sign_in.host] + "/")


@every_redirecting_vendor
async def test_who_says_no_comes_back_with_an_error_and_the_state(
    vendor: str, world: World, outbound: Outbound
) -> None:
    request, _ = sign_in_request(vendor)
    address = world.connector.sign_in_address(request)
    back = await sign_in(outbound, address, username=LOGIN.username, password=LOGIN.password, consent=False)
    assert back["state"] == request.state
    assert back["error"]
    assert "code" not in back


@every_redirecting_vendor
@pytest.mark.parametrize("spoilt", ["code", "redirect_uri", "used"])
async def test_a_code_is_good_once_and_only_as_it_was_given(
    vendor: str, world: World, outbound: Outbound, spoilt: str
) -> None:
    request, verifier = sign_in_request(vendor)
    address = world.connector.sign_in_address(request)
    back = await sign_in(outbound, address, username=LOGIN.username, password=LOGIN.password)
    answer = SignInAnswer(
        code="made-up" if spoilt == "code" else back["code"],
        redirect_uri=f"{CALLBACK}/elsewhere" if spoilt == "redirect_uri" else CALLBACK,
        scopes=request.scopes,
        code_verifier=verifier,
    )
    if spoilt == "used":
        await world.connector.exchange(answer)
    refused = await failure(world.connector.exchange(answer))
    assert refused is not None
    if spoilt != "redirect_uri":
        assert isinstance(refused, CredentialsRejected)
