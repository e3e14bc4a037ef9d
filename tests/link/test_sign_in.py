"""Signing in with an OpenID provider that others wrote: out to its page, and back to the app with a code."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest

from tests.support.openid.people import Browser, ada
from tests.support.openid.running import OpenIdProvider, running_openid_provider
from tests.support.processes import free_ports
from tests.support.stack import Stack, running_stack
from wattlink.base.clock import system_clock
from wattlink.domain.access.model import Access
from wattlink.domain.errors import SignInRefused
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.configure import NewService, configure
from wattlink.domain.users.elsewhere.model import CODE_LIFE, LIFE, IdentityService, Person, ServiceKind
from wattlink.domain.users.elsewhere.redirecting import store as sign_ins
from wattlink.domain.users.elsewhere.redirecting.begin import Begun, begin
from wattlink.domain.users.elsewhere.redirecting.fetch import fetch
from wattlink.domain.users.elsewhere.redirecting.leave import callback_address

APP = "https://app.example.com/signed-in?from=home"
SECRET = "a secret & a half + %"


class ClockAhead:
    """The time, or a while later."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


@pytest.fixture(scope="module")
def clock() -> ClockAhead:
    return ClockAhead()


@pytest.fixture(scope="module")
async def stack(new_database: Callable[[], str], clock: ClockAhead) -> AsyncIterator[Stack]:
    async with running_stack(new_database(), clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenIdProvider]:
    async with running_openid_provider(tmp_path_factory.getbasetemp(), free_ports(1)) as running:
        yield running


class World:
    """An application whose users may sign in with the provider."""

    def __init__(self, stack: Stack, access: Access, service: IdentityService) -> None:
        self.stack = stack
        self.access = access
        self.service = service

    async def begin(self, state: str | None = "the app's own & only", *, ago: timedelta = timedelta()) -> Begun:
        async with self.stack.hub.db.transaction() as tx:
            return await begin(tx, self.service, APP, state, now=self.stack.hub.clock() - ago)

    async def fetch(self, code: str, secret: str, *, later: timedelta = timedelta()) -> Person:
        hub = self.stack.hub
        return await fetch(hub.db, self.service, code, secret, vault=hub.vault, now=hub.clock() + later)


@pytest.fixture
async def world(stack: Stack, provider: OpenIdProvider) -> World:
    return await new_world(stack, provider, SECRET)


async def new_world(stack: Stack, provider: OpenIdProvider, secret: str) -> World:
    app = await stack.new_app()
    access = Access(applications=(app.credentials.application_id,))
    client_id = uuid4().hex
    new = NewService(
        kind=ServiceKind.OIDC,
        client_id=client_id,
        client_secret=secret,
        issuer=provider.issuer,
        redirect_uris=[APP],
    )
    async with stack.hub.db.transaction() as tx:
        service = await configure(tx, access, "keys", new, vault=stack.hub.vault, now=stack.hub.clock())
    await provider.add_client(client_id, secret, callback_address(stack.url, service.service_id))
    return World(stack, access, service)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    opened = Browser()
    yield opened
    await opened.http.close()


@pytest.fixture
async def victim() -> AsyncIterator[Browser]:
    opened = Browser()
    yield opened
    await opened.http.close()


def start_of(world: World, begun: Begun) -> str:
    return f"{world.stack.url}/link/sign-in/{begun.token}"


def told(address: str) -> dict[str, str]:
    """What the app is told by its address."""
    assert address.startswith(APP)
    return dict(parse_qsl(urlsplit(address).query))


def is_callback(address: str) -> bool:
    return "/link/signed-in/" in address


async def test_a_person_comes_back_and_the_app_fetches_who_it_is_once(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    sub = await ada(provider)
    begun = await world.begin()
    _, address = await browser.open(start_of(world, begun))
    answer = told(address)
    assert answer.keys() == {"from", "code", "state"}
    assert answer["state"] == "the app's own & only"
    person = await world.fetch(answer["code"], begun.secret)
    assert person == Person(
        namespace=provider.issuer,
        subject=sub,
        email=f"{sub}@example.com",
        first_name="Ada",
        last_name="Lovelace",
        profile={
            "birthday": {"day": 10, "month": 12, "year": 1915},
            "gender": "female",
            "locale": "en-GB",
            "photo": "https://pictures.example.com/ada.png",
        },
    )
    with pytest.raises(SignInRefused):
        await world.fetch(answer["code"], begun.secret)


async def test_an_address_that_nobody_confirmed_is_left_out(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider, email_verified=False, birthdate="1915", gender="x" * 3000, picture="javascript:alert(1)")
    begun = await world.begin(None)
    _, address = await browser.open(start_of(world, begun))
    person = await world.fetch(told(address)["code"], begun.secret)
    assert (person.email, person.profile) == (None, {"locale": "en-GB"})
    assert "state" not in told(address)


async def test_who_refuses_there_comes_back_with_an_error(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await provider.sign_in(None)
    begun = await world.begin()
    _, address = await browser.open(start_of(world, begun))
    assert told(address)["error"] == "access_denied"
    assert (await browser.open(start_of(world, begun)))[0] == 404


async def test_a_new_key_of_the_provider_is_looked_up(
    world: World, provider: OpenIdProvider, browser: Browser, clock: ClockAhead
) -> None:
    for _ in range(2):
        await ada(provider)
        begun = await world.begin()
        _, address = await browser.open(start_of(world, begun))
        assert "code" in told(address)
        await provider.change_keys()
        clock.ahead += timedelta(seconds=31)


async def test_a_callback_address_counts_once_and_in_its_own_browser_only(
    world: World, provider: OpenIdProvider, browser: Browser, victim: Browser
) -> None:
    """An attacker signs in, keeps the callback, and has the victim open it: the victim isn't signed in as them."""
    await ada(provider)
    begun = await world.begin()
    _, callback = await browser.open(start_of(world, begun), stop=is_callback)
    assert (await victim.open(callback))[0] == 404
    _, address = await browser.open(callback)
    assert "code" in told(address)
    assert (await browser.open(callback))[0] == 404


async def test_a_code_without_the_secret_is_worthless_and_spent(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    """An app that didn't begin the sign-in, in a browser that was sent its end, fetches nobody."""
    await ada(provider)
    begun, other = await world.begin(), await world.begin()
    _, address = await browser.open(start_of(world, begun))
    for secret in (other.secret, begun.secret):
        with pytest.raises(SignInRefused):
            await world.fetch(told(address)["code"], secret)


async def test_another_service_or_another_issuer_can_not_answer(
    stack: Stack, world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    other = await new_world(stack, provider, SECRET)
    _, callback = await browser.open(start_of(world, await world.begin()), stop=is_callback)
    elsewhere = callback.replace(str(world.service.service_id), str(other.service.service_id))
    assert (await browser.open(elsewhere))[0] == 404
    address, _, query = callback.partition("?")
    mixed = urlencode({**dict(parse_qsl(query)), "iss": "https://attacker.example.com"})
    _, end = await browser.open(f"{address}?{mixed}")
    assert told(end)["error"] == "sign_in_refused"


async def test_the_newest_browser_that_opens_the_address_counts(
    world: World, provider: OpenIdProvider, browser: Browser, victim: Browser
) -> None:
    """What only looks at a link, as messengers do, doesn't take it away."""
    await ada(provider)
    begun = await world.begin()
    _, early = await victim.open(start_of(world, begun), stop=is_callback)
    _, address = await browser.open(start_of(world, begun))
    assert "code" in told(address)
    assert (await victim.open(early))[0] == 404


async def test_fifty_copies_of_a_callback_are_one_sign_in(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    _, callback = await browser.open(start_of(world, await world.begin()), stop=is_callback)
    ends = await asyncio.gather(*(browser.open(callback) for _ in range(50)))
    assert sorted(status for status, _ in ends) == [303, *[404] * 49]


async def test_addresses_and_codes_end_by_themselves_and_are_forgotten(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    old = await world.begin(ago=LIFE)
    assert await browser.open(start_of(world, old)) == (404, start_of(world, old))
    begun = await world.begin()
    _, address = await browser.open(start_of(world, begun))
    with pytest.raises(SignInRefused):
        await world.fetch(told(address)["code"], begun.secret, later=CODE_LIFE)
    hub = world.stack.hub
    async with hub.db.transaction() as tx:
        await sign_ins.forget(tx, hub.clock() + CODE_LIFE)
        assert await sign_ins.forget(tx, hub.clock() + CODE_LIFE) == 0
    with pytest.raises(SignInRefused):
        await world.fetch(told(address)["code"], begun.secret)


async def test_what_an_operator_changes_ends_what_was_begun(
    world: World, provider: OpenIdProvider, browser: Browser
) -> None:
    await ada(provider)
    begun = await world.begin()
    async with world.stack.hub.db.transaction() as tx:
        await store.remove(tx, world.access, world.service.name)
    assert (await browser.open(start_of(world, begun)))[0] == 404
    assert (await browser.open(f"{world.stack.url}/link/sign-in/nothing"))[0] == 404
    assert (await browser.open(f"{world.stack.url}/link/signed-in/{world.service.service_id}?state=x&code=y"))[0] == 404
