"""Signing in to a vendor with its connector, whichever way the vendor wants it."""

from typing import NamedTuple

from tests.support.vendor_pages import sign_in
from wattlink.base.clock import Clock
from wattlink.base.ids import code_challenge, new_secret
from wattlink.base.outbound import Outbound
from wattlink.connectors.contract import Connector, Grant, SignInAnswer, SignInRequest
from wattlink.connectors.door import VendorDoor
from wattlink.connectors.registry import connector_class, manifest_of, simulator

CALLBACK = "https://link.example.com/callback"


class Login(NamedTuple):
    """Somebody's account at a vendor."""

    username: str
    password: str


def connect(
    vendor: str, outbound: Outbound, hosts: dict[str, str], clock: Clock, *, patience: float = 10.0
) -> Connector:
    """The vendor's connector, with the registration that its simulator knows."""
    door = VendorDoor(outbound=outbound, hosts=hosts, clock=clock, patience=patience)
    return connector_class(vendor)(door=door, registration=simulator(vendor).DEMO_REGISTRATION)


def sign_in_request(vendor: str, scopes: frozenset[str] | None = None) -> tuple[SignInRequest, str | None]:
    """What a browser is sent away with, for all scopes or for these, and the verifier that is kept meanwhile."""
    manifest = manifest_of(vendor)
    verifier = new_secret() if manifest.sign_in.pkce else None
    request = SignInRequest(
        redirect_uri=CALLBACK,
        state=new_secret(),
        scopes=frozenset(manifest.scopes) if scopes is None else scopes,
        code_challenge=code_challenge(verifier) if verifier else None,
    )
    return request, verifier


async def link(
    vendor: str, connector: Connector, outbound: Outbound, login: Login, scopes: frozenset[str] | None = None
) -> Grant:
    """Sign in and give all scopes, or these; raises NotLetIn where the vendor's own pages refuse."""
    request, verifier = sign_in_request(vendor, scopes)
    if manifest_of(vendor).sign_in.way == "form":
        return await connector.sign_in(login.username, login.password, request.scopes)
    address = connector.sign_in_address(request)
    back = await sign_in(outbound, address, username=login.username, password=login.password)
    assert back["state"] == request.state
    answer = SignInAnswer(code=back["code"], redirect_uri=CALLBACK, scopes=request.scopes, code_verifier=verifier)
    return await connector.exchange(answer)
