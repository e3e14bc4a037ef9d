"""The sandbox: what was changed is saved before it is answered, and nobody but its keeper controls it."""

import asyncio

import aiohttp
import pytest

from tests.support.clock import StillClock
from tests.support.linking import Login, connect, link
from tests.support.sandbox import KEY, RunningSandbox, running_sandbox
from wattlink.base.outbound import Outbound
from wattlink.connectors.contract import Connector
from wattlink.connectors.errors import VendorUnavailable
from wattlink.connectors.registry import clouds, manifest_of, manifests, simulator
from wattlink.connectors.simulation import Fault, State
from wattlink.db.database import Database
from wattlink.sandbox.accounts import MemoryShelf
from wattlink.sandbox.seed import seed
from wattlink.sandbox.store import DatabaseShelf

VENDOR = next(name for name, manifest in manifests().items() if manifest.sign_in.way == "form")
LOGIN = Login("somebody@example.com", "the-right-password")


def _connector(sandbox: RunningSandbox, outbound: Outbound, clock: StillClock, *, patience: float = 10.0) -> Connector:
    return connect(VENDOR, outbound, sandbox.hosts(VENDOR), clock, patience=patience)


async def test_what_was_answered_outlives_the_process(db: Database, outbound: Outbound) -> None:
    clock = StillClock()
    shelf = DatabaseShelf(db)
    async with running_sandbox(clock=clock, shelf=shelf) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password, devices=2, knobs={"grace_seconds": 0})
        before = _connector(sandbox, outbound, clock)
        used = (await link(VENDOR, before, outbound, LOGIN)).credential
        kept = await before.refresh(used)
    async with running_sandbox(clock=clock, shelf=shelf) as sandbox:
        after = _connector(sandbox, outbound, clock)
        scopes = frozenset(manifest_of(VENDOR).scopes)
        assert len(await after.read(kept, frozenset(manifest_of(VENDOR).kinds), scopes, {})) == 2
        await sandbox.control("DELETE", f"/accounts/{VENDOR}/{LOGIN.username}")
    assert list(await shelf.load_all()) == []


class _SlowShelf(MemoryShelf):
    """A shelf that tells when it is asked, and waits to be told to go on."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.saved: list[State] = []

    async def save(self, vendor: str, username: str, state: State) -> None:  # noqa: ARG002
        self.asked.set()
        await self.go_on.wait()
        self.saved.append(state)


async def test_nothing_is_answered_before_it_is_saved_and_a_client_that_hangs_up_changes_nothing(
    outbound: Outbound,
) -> None:
    clock, shelf = StillClock(), _SlowShelf()
    shelf.go_on.set()
    async with running_sandbox(clock=clock, shelf=shelf) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password)
        shelf.asked.clear()
        shelf.go_on.clear()
        signing_in = asyncio.create_task(link(VENDOR, _connector(sandbox, outbound, clock), outbound, LOGIN))
        await shelf.asked.wait()
        assert not signing_in.done()
        signing_in.cancel()
        with pytest.raises(asyncio.CancelledError):
            await signing_in
        shelf.go_on.set()
        requests = await sandbox.requests(VENDOR)
        while not requests:
            requests = await sandbox.requests(VENDOR)
        assert [(seen.account, seen.status) for seen in requests] == [(LOGIN.username, 200)]
        assert len(shelf.saved) == 2


async def test_requests_that_change_nothing_are_not_saved(outbound: Outbound) -> None:
    clock, shelf = StillClock(), _SlowShelf()
    shelf.go_on.set()
    async with running_sandbox(clock=clock, shelf=shelf) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password, knobs={"pace": 100})
        connector = _connector(sandbox, outbound, clock)
        credential = (await link(VENDOR, connector, outbound, LOGIN)).credential
        saved = len(shelf.saved)
        for _ in range(3):
            clock.forward(hours=1)
            manifest = manifest_of(VENDOR)
            await connector.read(credential, frozenset(manifest.kinds), frozenset(manifest.scopes), {})
        assert len(shelf.saved) == saved


async def test_the_ledger_tells_what_was_asked_and_no_secret(outbound: Outbound) -> None:
    clock = StillClock()
    async with running_sandbox(clock=clock) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password)
        connector = _connector(sandbox, outbound, clock)
        credential = (await link(VENDOR, connector, outbound, LOGIN)).credential
        signed_in = await sandbox.last_request()
        await connector.refresh(credential)
        (renewing,) = await sandbox.requests(VENDOR, after=signed_in)
        assert (renewing.method, renewing.account, renewing.status) == ("POST", LOGIN.username, 200)
        told = str(await sandbox.requests(VENDOR))
        secrets = [LOGIN.password, credential.access_token, credential.refresh_token or ""]
        assert [secret for secret in secrets if secret in told] == []


async def test_a_whole_vendor_is_out_and_back_and_the_others_notice_nothing(outbound: Outbound) -> None:
    clock = StillClock()
    async with running_sandbox(clock=clock) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password)
        connector = _connector(sandbox, outbound, clock)
        await sandbox.vendor_fault(VENDOR, Fault.OUTAGE)
        with pytest.raises(VendorUnavailable):
            await link(VENDOR, connector, outbound, LOGIN)
        for vendor in set(clouds()) - {VENDOR}:
            for base in sandbox.hosts(vendor).values():
                assert (await outbound.send("GET", f"{base}/nothing")).status != 503
        await sandbox.vendor_fault(VENDOR)
        await link(VENDOR, connector, outbound, LOGIN)


async def test_a_slow_answer_holds_nobody_up_and_not_the_end_either(outbound: Outbound) -> None:
    clock = StillClock()
    async with running_sandbox(clock=clock) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password)
        await sandbox.open(VENDOR, "other@example.com", "right")
        await sandbox.fault(VENDOR, LOGIN.username, Fault.SLOW)
        waiting = asyncio.create_task(link(VENDOR, _connector(sandbox, outbound, clock), outbound, LOGIN))
        await link(VENDOR, _connector(sandbox, outbound, clock), outbound, Login("other@example.com", "right"))
        assert not waiting.done()
    with pytest.raises(VendorUnavailable):
        await waiting


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {KEY}", "Origin": "https://elsewhere.example.com"}, 403),
        ({"Authorization": f"Bearer {KEY}", "Origin": "null"}, 403),
        ({"Authorization": f"Bearer {KEY}"}, 200),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/control/accounts"), ("GET", "/control/requests")])
async def test_only_the_keeper_controls(headers: dict[str, str], status: int, method: str, path: str) -> None:
    async with (
        running_sandbox(clock=StillClock()) as sandbox,
        aiohttp.ClientSession() as client,
        client.request(method, f"{sandbox.base}{path}", headers=headers) as answer,
    ):
        assert answer.status == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/accounts", {"vendor": "nobody", "username": "a", "password": "b"}, 404),
        ("POST", "/accounts", {"vendor": VENDOR, "username": "a"}, 400),
        ("POST", "/accounts", {"vendor": VENDOR, "username": "a", "password": "b", "colour": "red"}, 400),
        ("POST", "/accounts", {"vendor": VENDOR, "username": "a", "password": "b", "kind": "hovercraft"}, 400),
        ("POST", "/accounts", {"vendor": VENDOR, "username": "a", "password": "b", "kind": "inverter"}, 400),
        ("PATCH", f"/accounts/{VENDOR}/{LOGIN.username}", {"add_devices": 1, "kind": "inverter"}, 400),
        ("PATCH", f"/accounts/{VENDOR}/nobody", {}, 404),
        ("PATCH", f"/accounts/{VENDOR}/{LOGIN.username}", {"devices": {"nothing": {}}}, 404),
        ("PATCH", f"/accounts/{VENDOR}/{LOGIN.username}", {"faults": ["earthquake"]}, 400),
        ("POST", f"/vendors/{VENDOR}", {"faults": [Fault.ACCOUNT_LOCKED]}, 400),
        ("GET", "/requests?after=yesterday", None, 400),
        ("GET", "/somewhere", None, 404),
    ],
)
async def test_what_makes_no_sense_is_refused(method: str, path: str, body: object, status: int) -> None:
    async with running_sandbox(clock=StillClock()) as sandbox:
        await sandbox.open(VENDOR, LOGIN.username, LOGIN.password)
        with pytest.raises(aiohttp.ClientResponseError) as refused:
            await sandbox.control(method, path, body)
        assert refused.value.status == status


async def test_the_fleet_is_put_on_the_shelf_once(db: Database) -> None:
    shelf, clock = DatabaseShelf(db), StillClock()
    fleet = await seed(shelf, clock())
    there = {(vendor, account.username) for vendor, account in fleet}
    assert {vendor for vendor, _ in there} == set(clouds())
    vendor, account = fleet[0]
    changed = simulator(vendor).set_devices(account.state, clock(), add=1)
    await shelf.save(vendor, account.username, changed)
    await seed(shelf, clock())
    states = {(vendor, username): state for vendor, username, state in await shelf.load_all()}
    assert set(states) == there
    assert states[vendor, account.username] == changed


async def test_an_application_fills_nobody_s_memory() -> None:
    one, another = "one's id", "another's id"
    async with running_sandbox(clock=StillClock()) as sandbox:
        for number in range(1_000):
            await sandbox.open(VENDOR, f"{number}@example.com", devices=0, application=one)
        with pytest.raises(aiohttp.ClientResponseError) as refused:
            await sandbox.open(VENDOR, "more@example.com", application=one)
        assert refused.value.status == 422
        await sandbox.open(VENDOR, "more@example.com", application=another)
        await sandbox.control("DELETE", f"/accounts/{VENDOR}/0@example.com")
        await sandbox.open(VENDOR, "again@example.com", application=one)
