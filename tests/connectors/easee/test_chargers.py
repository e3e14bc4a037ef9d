"""Stories of chargers at the simulated Easee, read by the connector: the life of a car, commands, rights, locks."""

from typing import Any

import msgspec
import pytest

from tests.support.clock import StillClock
from tests.support.linking import connect
from tests.support.sandbox import RunningSandbox, running_sandbox
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.contract import Connector, Grant
from wattlink.connectors.devices import Charger, Document, Kind, PowerDelivery
from wattlink.connectors.errors import CredentialsRejected, Refusal, VendorUnavailable
from wattlink.connectors.registry import manifest_of, simulator

USER, PASSWORD = "nora@example.com", "charge-at-home"
SCOPES = frozenset({"charger:read:data", "charger:control:charging"})


class House:
    """A house with one charger, linked; and its owner, who can speak to the vendor as the vendor's app does."""

    def __init__(
        self, sandbox: RunningSandbox, outbound: Outbound, connector: Connector, grant: Grant, key: str
    ) -> None:
        self.sandbox = sandbox
        self.connector = connector
        self.grant = grant
        self.key = key
        self._outbound = outbound

    async def charger(self) -> Charger:
        """The charger as it is read now."""
        readings = await self.connector.read(self.grant.credential, frozenset({Kind.CHARGER}), SCOPES, {})
        (found,) = [reading.document for reading in readings if reading.vendor_device_id == self.key]
        assert isinstance(found, Charger)
        return found

    async def beside_another(self, clock: StillClock, told: Answer) -> Connector:
        """A second charger comes, and of the state of the first one the vendor tells this."""
        await self.sandbox.change("easee", USER, add_devices=1)
        way = Spoilt(self._outbound, f"{self.key}/state", told)
        return connect("easee", way, self.sandbox.hosts("easee"), clock)

    async def turn(self, **knobs: Any) -> None:
        """Turn knobs of the charger."""
        await self.sandbox.change("easee", USER, devices={self.key: knobs})

    async def command(self, name: str, body: bytes = b"") -> Answer:
        """Send a command to the charger."""
        return await self.post(f"commands/{name}", body)

    async def post(self, path: str, body: bytes) -> Answer:
        """Speak to the vendor about the charger."""
        url = f"{self.sandbox.hosts('easee')['api']}/api/chargers/{self.key}/{path}"
        headers = {"authorization": f"Bearer {self.grant.credential.access_token}", "content-type": "application/json"}
        return await self._outbound.send("POST", url, headers=headers, body=body)


@pytest.fixture
async def connector(sandbox: RunningSandbox, outbound: Outbound, clock: StillClock) -> Connector:
    return connect("easee", outbound, sandbox.hosts("easee"), clock)


@pytest.fixture
async def house(sandbox: RunningSandbox, outbound: Outbound, connector: Connector) -> House:
    account = await sandbox.open("easee", USER, PASSWORD, knobs={"access_seconds": 7 * 86_400})
    grant = await connector.sign_in(USER, PASSWORD, SCOPES)
    return House(sandbox, outbound, connector, grant, account["devices"][0]["vendor_device_id"])


async def test_a_car_comes_in_the_evening_charges_is_full_and_leaves(house: House, clock: StillClock) -> None:
    seen: list[PowerDelivery] = []
    for _ in range(2 * 24 * 4):
        state = (await house.charger()).charge_state
        if not seen or seen[-1] is not state.power_delivery:
            seen.append(state.power_delivery)
        assert state.is_charging == (state.charge_rate is not None and state.charge_rate > 0)
        clock.forward(minutes=15)
    day = [PowerDelivery.UNPLUGGED, PowerDelivery.CHARGING, PowerDelivery.COMPLETE, PowerDelivery.UNPLUGGED]
    assert seen[: len(day)] == day


def _power_delivery(document: Document) -> PowerDelivery:
    assert isinstance(document, Charger)
    return document.charge_state.power_delivery


async def test_the_fleet_moves_within_half_a_minute(outbound: Outbound, clock: StillClock) -> None:
    async with running_sandbox(clock=clock) as sandbox:
        for account in simulator("easee").fleet(clock()):
            await sandbox.open("easee", account.username, account.password, knobs=account.state)
        connector = connect("easee", outbound, sandbox.hosts("easee"), clock)
        credential = (await connector.sign_in(USER, PASSWORD, SCOPES)).credential
        states = []
        for _ in range(2):
            readings = await connector.read(credential, frozenset({Kind.CHARGER}), SCOPES, {})
            states.append([_power_delivery(reading.document) for reading in readings])
            clock.forward(seconds=30)
    assert states == [
        [PowerDelivery.CHARGING, PowerDelivery.UNPLUGGED],
        [PowerDelivery.CHARGING, PowerDelivery.CHARGING],
    ]


async def test_the_charger_follows_commands(house: House, clock: StillClock) -> None:
    await house.turn(car="charging", wants_kwh=30)
    assert (await house.charger()).charge_state.is_charging

    accepted = await house.command("pause_charging")
    assert accepted.status == 202
    assert (await house.charger()).charge_state.is_charging  # the cloud accepted it, the charger hasn't heard yet
    clock.forward(seconds=5)
    paused = (await house.charger()).charge_state
    assert (paused.is_plugged_in, paused.power_delivery) == (True, PowerDelivery.STOPPED)

    await house.command("set_dynamic_charger_current", b'{"amps": 6, "minutes": 0}')
    await house.command("resume_charging")
    clock.forward(seconds=5)
    resumed = (await house.charger()).charge_state
    assert (resumed.is_charging, resumed.max_current) == (True, 6)
    assert resumed.charge_rate is not None
    assert 3.5 < resumed.charge_rate < 6 * 230 * 3 / 1000


async def test_commands_that_the_vendor_refuses(house: House) -> None:
    assert (await house.command("start_charging")).status == 400  # nothing is plugged in
    assert (await house.command("set_dynamic_charger_current", b'{"amps": 500}')).status == 400
    assert (await house.command("make_coffee")).status == 404
    await house.turn(online=False)
    assert (await house.command("reboot")).status == 409


async def test_a_charger_out_of_reach_keeps_the_time_when_it_was_seen(house: House, clock: StillClock) -> None:
    seen = (await house.charger()).last_seen
    await house.turn(online=False)
    clock.forward(hours=3)
    lost = await house.charger()
    assert (lost.is_reachable, lost.last_seen) == (False, seen)
    await house.turn(online=True)
    back = await house.charger()
    assert back.is_reachable
    assert back.last_seen > seen


async def test_what_must_be_done_in_the_vendors_app(sandbox: RunningSandbox, house: House) -> None:
    manifest = manifest_of("easee")
    assert (await house.post("settings", b'{"enabled": false, "maxChargerCurrent": 16}')).status == 202
    assert (await house.charger()).charge_state.max_current == 16
    assert (await house.charger()).capabilities.start_charging.interventions == (manifest.intervention("switched_off"),)
    await house.turn(enabled=True, access_level=3)
    assert (await house.charger()).capabilities.start_charging.interventions == (manifest.intervention("not_owner"),)
    await house.turn(access_level=1)
    assert (await house.charger()).capabilities.start_charging.is_capable

    await sandbox.change("easee", USER, faults=["scope_missing"])
    shut = await house.charger()
    assert shut.information.serial_number == house.key
    assert shut.capabilities.charge_state.interventions == (manifest.intervention("no_access"),)


async def test_wrong_passwords_lock_the_account(sandbox: RunningSandbox, house: House) -> None:
    await sandbox.change("easee", USER, knobs={"lock_after": 2})
    causes = []
    for password in ("wrong", "wrong again", PASSWORD):
        with pytest.raises(CredentialsRejected) as refused:
            await house.connector.sign_in(USER, password, SCOPES)
        causes.append(refused.value.cause)
    assert causes == [Refusal.WRONG_CREDENTIALS, Refusal.WRONG_CREDENTIALS, Refusal.ACCOUNT_LOCKED]
    assert (await house.charger()).is_reachable  # who is signed in stays so


@pytest.mark.parametrize(("typed", "label"), [("nora@example.com", "n***@example.com"), ("+4791234567", "***4567")])
async def test_a_label_tells_little(sandbox: RunningSandbox, connector: Connector, typed: str, label: str) -> None:
    await sandbox.open("easee", typed, PASSWORD)
    assert (await connector.sign_in(typed, PASSWORD, SCOPES)).label == label


class Spoilt(Outbound):
    """A way to the vendor on which addresses with a certain end give one certain answer."""

    def __init__(self, way: Outbound, end: str, answer: Answer) -> None:
        super().__init__()
        self._way, self._end, self._answer = way, end, answer

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        return self._answer if url.endswith(self._end) else await self._way.send(method, url, **more)


async def test_a_sign_in_that_leads_to_nothing_is_taken_back(
    sandbox: RunningSandbox, outbound: Outbound, clock: StillClock
) -> None:
    """The login succeeds, and then the vendor doesn't say whose it is."""
    await sandbox.open("easee", USER, PASSWORD)
    way = Spoilt(outbound, "/profile", Answer(503, {}, b""))
    with pytest.raises(VendorUnavailable):
        await connect("easee", way, sandbox.hosts("easee"), clock).sign_in(USER, PASSWORD, SCOPES)
    assert [seen.path.rsplit("/", 1)[1] for seen in await sandbox.requests("easee")] == ["login", "logout"]


class Stumbling(Outbound):
    """A way to the vendor that swallows the logouts of these numbers, counted from 0."""

    def __init__(self, way: Outbound, *numbers: int) -> None:
        super().__init__()
        self._way, self._numbers, self._logouts = way, numbers, 0

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        if url.endswith("/logout"):
            self._logouts += 1
            if self._logouts - 1 in self._numbers:
                return Answer(503, {}, b"")
        return await self._way.send(method, url, **more)


async def test_tokens_that_were_renewed_to_log_out_are_not_lost_with_the_first_logout(
    sandbox: RunningSandbox, house: House, outbound: Outbound, clock: StillClock
) -> None:
    clock.forward(days=8)
    after = await sandbox.last_request()
    await connect("easee", Stumbling(outbound, 1, 2), sandbox.hosts("easee"), clock).revoke(house.grant.credential)
    asked = [(seen.path.rsplit("/", 1)[1], seen.status) for seen in await sandbox.requests("easee", after)]
    assert asked == [("logout", 401), ("refresh_token", 200), ("logout", 204)]


async def test_a_charger_that_is_sold_while_it_is_read_is_gone(house: House, clock: StillClock) -> None:
    connector = await house.beside_another(clock, Answer(404, {}, b""))
    readings = await connector.read(house.grant.credential, frozenset({Kind.CHARGER}), SCOPES, {})
    assert len(readings) == 1
    assert readings[0].vendor_device_id != house.key


async def test_a_charger_that_the_vendor_cannot_tell_of_stays_as_it_was_and_the_other_is_read(
    house: House, clock: StillClock
) -> None:
    connector = await house.beside_another(clock, Answer(503, {}, b"<html>"))
    before = await house.charger()
    for last in ({house.key: before}, {}):
        readings = await connector.read(house.grant.credential, frozenset({Kind.CHARGER}), SCOPES, last)
        told = {reading.vendor_device_id: reading.document for reading in readings}
        assert len(told) == 2
        assert not told.pop(house.key).is_reachable
        assert all(charger.is_reachable for charger in told.values())
    readings = await connector.read(house.grant.credential, frozenset({Kind.CHARGER}), SCOPES, {house.key: before})
    (silent,) = [reading.document for reading in readings if reading.vendor_device_id == house.key]
    assert silent == msgspec.structs.replace(before, is_reachable=False)


@pytest.mark.parametrize("expires_in", [b"86400.0", b'"86400"', b"null", b'"soon"', b"-1"])
async def test_rotated_tokens_are_kept_whatever_is_said_of_their_life(
    sandbox: RunningSandbox, house: House, outbound: Outbound, clock: StillClock, expires_in: bytes
) -> None:
    told = b'{"accessToken": "a", "refreshToken": "fresh", "expiresIn": %b}' % expires_in
    way = Spoilt(outbound, "/refresh_token", Answer(200, {}, told))
    renewed = await connect("easee", way, sandbox.hosts("easee"), clock).refresh(house.grant.credential)
    assert renewed.refresh_token == "fresh"
    assert renewed.expires_at > clock()


async def test_a_page_in_place_of_a_chargers_state_does_not_say_that_the_charger_is_gone(
    house: House, clock: StillClock
) -> None:
    connector = await house.beside_another(clock, Answer(404, {}, b"<html>No such page</html>"))
    readings = await connector.read(house.grant.credential, frozenset({Kind.CHARGER}), SCOPES, {})
    assert house.key in {reading.vendor_device_id for reading in readings}
