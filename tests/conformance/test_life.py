"""The life of a link: signed in, read, renewed, withdrawn; over HTTP against the vendor's simulator."""

import msgspec
import pytest

from tests.conformance.vendors import LOGIN, every_vendor, says
from tests.support.clock import StillClock
from tests.support.linking import link
from tests.support.sandbox import RunningSandbox
from wattlink.base.outbound import Outbound
from wattlink.connectors.conformance import reading_offences
from wattlink.connectors.contract import Connector, Credential
from wattlink.connectors.errors import CredentialsRejected, Refusal
from wattlink.connectors.registry import manifest_of

_AFTER_ANY_ACCESS = {"days": 2}  # longer than any vendor's access token lives


async def _devices(vendor: str, connector: Connector, credential: Credential) -> list[str]:
    manifest = manifest_of(vendor)
    kinds, scopes = frozenset(manifest.kinds), frozenset(manifest.scopes)
    readings = await connector.read(credential, kinds, scopes, {})
    assert list(reading_offences(manifest, kinds, readings)) == []
    return [reading.vendor_device_id for reading in readings]


async def _is_dead(connector: Connector, credential: Credential) -> bool:
    try:
        await connector.refresh(credential)
    except CredentialsRejected as rejected:
        return rejected.cause is Refusal.REVOKED
    return False


@every_vendor
async def test_a_login_gives_its_devices(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    grant = await link(vendor, connector, outbound, LOGIN)
    assert grant.scopes == frozenset(manifest_of(vendor).scopes)
    accounts = await sandbox.control("GET", "/accounts")
    there = [device["vendor_device_id"] for device in accounts[0]["devices"]]
    assert sorted(await _devices(vendor, connector, grant.credential)) == sorted(there)


@every_vendor
async def test_devices_that_come_and_go_are_read(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    grant = await link(vendor, connector, outbound, LOGIN)
    first, second = await _devices(vendor, connector, grant.credential)
    await sandbox.change(vendor, LOGIN.username, add_devices=1, remove_devices=[first])
    now_there = await _devices(vendor, connector, grant.credential)
    assert len(now_there) == 2
    assert second in now_there
    assert first not in now_there


@every_vendor
async def test_the_same_login_is_known_again_and_another_is_not(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    once, again = [await link(vendor, connector, outbound, LOGIN) for _ in range(2)]
    other = LOGIN._replace(username="other@example.com")
    await sandbox.open(vendor, other.username, other.password)
    another = await link(vendor, connector, outbound, other)
    assert once.subject == again.subject != another.subject


@every_vendor
async def test_only_what_was_asked_for_is_granted_and_read(
    vendor: str, connector: Connector, outbound: Outbound
) -> None:
    manifest = manifest_of(vendor)
    kinds, scopes = frozenset(manifest.kinds[:1]), frozenset({f"{manifest.kinds[0]}:read:data"})
    grant = await link(vendor, connector, outbound, LOGIN, scopes)
    assert grant.scopes == scopes
    readings = await connector.read(grant.credential, kinds, scopes, {})
    assert list(reading_offences(manifest, kinds, readings)) == []
    assert all(not reading.document.capabilities.start_charging.is_capable for reading in readings)
    assert await connector.read(grant.credential, frozenset(), scopes, {}) in ([], ())


@every_vendor
async def test_a_renewed_credential_reads_when_the_old_one_no_longer_does(
    vendor: str, connector: Connector, outbound: Outbound, clock: StillClock
) -> None:
    old = (await link(vendor, connector, outbound, LOGIN)).credential
    clock.forward(**_AFTER_ANY_ACCESS)
    assert old.expires_at <= clock()
    with pytest.raises(CredentialsRejected) as refused:
        await _devices(vendor, connector, old)
    assert refused.value.cause is Refusal.ACCESS_EXPIRED
    new = await connector.refresh(old)
    assert new.expires_at > clock()
    assert len(await _devices(vendor, connector, new)) == 2


@every_vendor
async def test_a_used_refresh_token_is_good_for_the_time_of_grace_only(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox, clock: StillClock
) -> None:
    await sandbox.change(vendor, LOGIN.username, knobs={"grace_seconds": 60})
    old = (await link(vendor, connector, outbound, LOGIN)).credential
    lost = await connector.refresh(old)  # as if the answer had got lost
    clock.forward(seconds=30)
    kept = await connector.refresh(old)
    assert old.refresh_token not in (lost.refresh_token, kept.refresh_token)
    clock.forward(seconds=60)
    assert await _is_dead(connector, old)
    assert len(await _devices(vendor, connector, await connector.refresh(kept))) == 2


@every_vendor
async def test_without_grace_a_refresh_token_is_good_once(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    await sandbox.change(vendor, LOGIN.username, knobs={"grace_seconds": 0})
    old = (await link(vendor, connector, outbound, LOGIN)).credential
    new = await connector.refresh(old)
    assert await _is_dead(connector, old)
    assert not await _is_dead(connector, new)


@every_vendor
@pytest.mark.parametrize("later", [{}, _AFTER_ANY_ACCESS], ids=["at once", "long after"])
async def test_what_was_withdrawn_is_dead_and_withdrawing_again_is_no_failure(
    vendor: str, connector: Connector, outbound: Outbound, clock: StillClock, later: dict[str, float]
) -> None:
    credential = (await link(vendor, connector, outbound, LOGIN)).credential
    clock.forward(**later)
    await connector.revoke(credential)
    assert await _is_dead(connector, credential)
    await connector.revoke(credential)


@every_vendor
async def test_what_the_user_ended_is_dead_and_a_new_sign_in_mends_it(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    first = await link(vendor, connector, outbound, LOGIN)
    await sandbox.withdraw(vendor, LOGIN.username)
    assert await _is_dead(connector, first.credential)
    second = await link(vendor, connector, outbound, LOGIN)
    await sandbox.change(vendor, LOGIN.username, password="another-password")
    assert await _is_dead(connector, second.credential)
    third = await link(vendor, connector, outbound, LOGIN._replace(password="another-password"))
    assert first.subject == third.subject
    assert len(await _devices(vendor, connector, third.credential)) == 2


@every_vendor
async def test_secrets_are_never_told(
    vendor: str, connector: Connector, outbound: Outbound, sandbox: RunningSandbox
) -> None:
    grant = await link(vendor, connector, outbound, LOGIN)
    await sandbox.withdraw(vendor, LOGIN.username)
    with pytest.raises(CredentialsRejected) as refused:
        await connector.refresh(grant.credential)
    told = f"{grant!r} {grant.credential} {connector.registration!r} {says(refused.value)}"
    secrets = (
        LOGIN.password,
        grant.credential.access_token,
        grant.credential.refresh_token,
        connector.registration.client_secret,
    )
    assert [secret for secret in secrets if secret and secret in told] == []


@every_vendor
async def test_a_credential_survives_being_stored(vendor: str, connector: Connector, outbound: Outbound) -> None:
    credential = (await link(vendor, connector, outbound, LOGIN)).credential
    assert msgspec.json.decode(msgspec.json.encode(credential), type=Credential) == credential
