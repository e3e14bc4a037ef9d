"""Users who sign in with an OpenID provider that others wrote: by its page, and with ID tokens of the app's own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import aiohttp
import msgspec
import pytest

from tests.support.openid.people import Browser, ada
from tests.support.openid.running import OpenIdProvider, running_openid_provider
from tests.support.processes import free_ports
from tests.support.stack import Stack, running_stack
from wattlink.base.ids import code_challenge, new_secret
from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

APP = "https://app.example.com/signed-in"
NATIVE = "https://native.example.com/done"  # where the app itself comes back from the provider


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str]) -> AsyncIterator[Stack]:
    async with running_stack(new_database()) as running:
        yield running


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenIdProvider]:
    async with running_openid_provider(tmp_path_factory.getbasetemp(), free_ports(1)) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    opened = Browser()
    yield opened
    await opened.http.close()


@dataclass(frozen=True)
class World:
    """An application whose users may sign in with the provider, and its keys."""

    stack: Stack
    client_id: str
    secret: str
    operator: str
    public: str
    trusted: str

    async def send(self, method: str, path: str, body: Any = None, *, key: str | None = "") -> tuple[int, Any]:
        """The status and the JSON; by default with the public key."""
        headers = {} if key is None else {"authorization": key or self.public}
        data = None if body is None else msgspec.json.encode(body)
        url = f"{self.stack.url}/evrythng{path}"
        async with self.stack.http.request(method, url, data=data, headers=headers) as answer:
            content = await answer.read()
            return answer.status, msgspec.json.decode(content) if content else None

    async def begin(self, **more: str) -> dict[str, Any]:
        status, begun = await self.send("POST", "/auth/oidc/keys", {"redirectUri": APP, **more})
        assert status == 201, begun
        return dict(begun)

    async def sign_in(self, browser: Browser) -> dict[str, Any]:
        """All the way; what the app gets in the end."""
        begun = await self.begin()
        _, address = await browser.open(begun["url"])
        body = {"code": dict(parse_qsl(urlsplit(address).query))["code"], "secret": begun["secret"]}
        status, came = await self.send("POST", "/auth/oidc/keys/exchange", body)
        assert status == 201, came
        return dict(came)


@pytest.fixture
async def world(stack: Stack, provider: OpenIdProvider) -> World:
    hub, client_id, secret = stack.hub, uuid4().hex, new_secret()
    async with hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Voltly")
        token = await create_operator_token(tx, organization_id, "console", now=hub.clock())
    world = World(stack, client_id, secret, token.token, "", "")
    _, project = await world.send("POST", "/projects", {"name": "Cars"}, key=token.token)
    path = f"/projects/{project['id']}/applications"
    _, app = await world.send("POST", path, {"name": "Voltly", "socialNetworks": {}}, key=token.token)
    _, trusted = await world.send("GET", f"{path}/{app['id']}/secretKey", key=token.token)
    service = {
        "kind": "oidc",
        "issuer": provider.issuer,
        "clientId": client_id,
        "clientSecret": secret,
        "redirectUris": [APP],
    }
    url = f"{stack.url}/platform/applications/{uuid_of('application', app['id'])}/identity-providers/keys"
    headers = {"authorization": f"Bearer {token.token}"}
    async with stack.http.put(url, data=msgspec.json.encode(service), headers=headers) as answer:
        assert answer.status == 200
        callback = (await answer.json())["callbackUrl"]
    await provider.add_client(client_id, secret, callback, NATIVE)
    return World(stack, client_id, secret, token.token, app["appApiKey"], trusted["secretApiKey"])


async def id_token(world: World, provider: OpenIdProvider, browser: Browser, nonce: str) -> str:
    """What an app obtains that talks to the provider itself."""
    verifier = new_secret()
    query = {
        "response_type": "code",
        "client_id": world.client_id,
        "redirect_uri": NATIVE,
        "scope": "openid email",
        "nonce": nonce,
        "code_challenge": code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    _, address = await browser.open(f"{provider.issuer}/auth?{urlencode(query)}")
    form = {
        "grant_type": "authorization_code",
        "code": dict(parse_qsl(urlsplit(address).query))["code"],
        "redirect_uri": NATIVE,
        "code_verifier": verifier,
    }
    basic = {"authorization": aiohttp.encode_basic_auth(world.client_id, world.secret)}
    async with world.stack.http.post(f"{provider.issuer}/token", data=form, headers=basic) as answer:
        return str((await answer.json())["id_token"])


async def test_a_person_is_the_same_user_by_either_way(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    sub = await ada(provider)
    came = await world.sign_in(browser)
    key = came.pop("evrythngApiKey")
    assert came == {
        "socialNetwork": "keys",
        "socialNetworkId": sub,
        "evrythngUser": came["evrythngUser"],
        "status": "active",
        "email": f"{sub}@example.com",
    }
    assert (await world.send("GET", "/access", key=key))[1]["actor"]["id"] == came["evrythngUser"]
    assert (await world.sign_in(browser))["evrythngUser"] == came["evrythngUser"]
    body = {"idToken": await id_token(world, provider, browser, "the nonce"), "nonce": "the nonce"}
    status, again = await world.send("POST", "/auth/oidc/keys/token", body, key=world.trusted)
    assert (status, again["evrythngUser"]) == (201, came["evrythngUser"])


async def test_an_id_token_is_good_once_and_with_its_nonce(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    token = await id_token(world, provider, browser, "the nonce")
    path = "/auth/oidc/keys/token"
    assert (await world.send("POST", path, {"idToken": token, "nonce": "another nonce"}))[0] == 403
    assert (await world.send("POST", path, {"idToken": token, "nonce": "the nonce"}))[0] == 201
    assert (await world.send("POST", path, {"idToken": token, "nonce": "the nonce"}))[0] == 403
    assert (await world.send("POST", path, {"idToken": token}))[0] == 400


async def test_a_token_of_another_client_is_refused(world: World, provider: OpenIdProvider, browser: Browser) -> None:
    await ada(provider)
    await provider.add_client("another", world.secret, NATIVE)
    other = World(world.stack, "another", world.secret, "", "", "")
    token = await id_token(other, provider, browser, "the nonce")
    assert (await world.send("POST", "/auth/oidc/keys/token", {"idToken": token, "nonce": "the nonce"}))[0] == 403


async def test_nobody_is_taken_over_who_has_the_address(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    first = await ada(provider)
    await world.sign_in(browser)
    await provider.sign_in("somebody-else", email=f"{first}@example.com", email_verified=True)
    fresh = Browser()
    begun = await world.begin()
    _, address = await fresh.open(begun["url"])
    await fresh.http.close()
    body = {"code": dict(parse_qsl(urlsplit(address).query))["code"], "secret": begun["secret"]}
    status, told = await world.send("POST", "/auth/oidc/keys/exchange", body)
    assert (status, told["errors"][0][:5]) == (409, "email")


async def test_people_go_back_only_to_where_an_operator_said(world: World) -> None:
    for address in (f"{APP}/", "https://attacker.example.com", APP.replace("https", "http"), f"{APP}#x", ""):
        status, told = await world.send("POST", "/auth/oidc/keys", {"redirectUri": address})
        assert (status, told["errors"][0][:11]) == (400, "redirectUri")
    assert (await world.send("POST", "/auth/oidc/keys", {"redirectUri": APP, "state": "x" * 501}))[0] == 400
    assert (await world.send("POST", "/auth/oidc/other", {"redirectUri": APP}))[0] == 404
    assert (await world.send("POST", "/auth/oidc/facebook", {"redirectUri": APP}))[0] == 404


async def test_the_keys_that_sign_people_in_are_the_applications(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    user = (await world.sign_in(browser))["evrythngApiKey"]
    bodies = {
        "/auth/oidc/keys": {"redirectUri": APP},
        "/auth/oidc/keys/exchange": {"code": "x", "secret": "y"},
        "/auth/oidc/keys/token": {"idToken": "x", "nonce": "the nonce"},
    }
    for path, body in bodies.items():
        for key, status in ((world.operator, 403), (user, 403), (None, 401), ("x" * 80, 403)):
            assert (await world.send("POST", path, body, key=key))[0] == status
    assert (await world.send("POST", "/auth/oidc/keys", {"redirectUri": APP}, key=world.trusted))[0] == 201
    assert (await world.send("POST", "/auth/oidc/keys/exchange", bodies["/auth/oidc/keys/exchange"]))[0] == 403
