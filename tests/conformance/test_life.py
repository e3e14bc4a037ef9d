"""The life of a link: signed in, read, renewed, withdrawn; over HTTP against the vendor's simulator."""

import msgspec
import pytest

from tests.conformance.world import (
    LOGIN,
    World,
    every_kind,
    every_vendor,
    every_vendor_with_keys,
    every_vendor_with_tokens,
    failure,
    says,
)
from tests.support.sandbox import RunningSandbox
from wattlink.connectors.conformance import SCOPES, reading_offences
from wattlink.connectors.contract import Credential
from wattlink.connectors.devices import Capability, Document, Kind, capabilities_of
from wattlink.connectors.errors import CredentialsRejected, Refusal

_AFTER_ANY_ACCESS = {"days": 2}  # longer than any vendor's access token lives
_CONTROLS = frozenset(
    {
        *("start_charging", "stop_charging", "set_max_current"),
        *("set_permanent_hold", "set_follow_schedule"),
        *("import_focus", "export_focus", "time_of_use", "self_reliance", "idle"),
    }
)


def _controls_of(document: Document) -> list[Capability]:
    """Those of a device's capabilities that say what it can be told to do."""
    return [capability for name, capability in capabilities_of(document).items() if name in _CONTROLS]


async def _devices(world: World, credential: Credential) -> set[str]:
    return {reading.vendor_device_id for reading in await world.read(credential)}


@every_kind
async def test_a_login_gives_its_devices(world: World, sandbox: RunningSandbox) -> None:
    grant = await world.link()
    assert grant.scopes == world.scopes
    (account,) = await sandbox.control("GET", "/accounts")
    assert await _devices(world, grant.credential) == {device["vendor_device_id"] for device in account["devices"]}


@every_kind
async def test_devices_that_come_and_go_are_read(
    vendor: str, kind: Kind, world: World, sandbox: RunningSandbox
) -> None:
    credential = (await world.link()).credential
    sold, kept = await _devices(world, credential)
    await sandbox.change(vendor, LOGIN.username, add_devices=1, kind=kind, remove_devices=[sold])
    now_there = await _devices(world, credential)
    assert len(now_there) == 2
    assert now_there & {sold, kept} == {kept}


@every_vendor
async def test_the_same_login_is_known_again_and_another_is_not(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    once, again = await world.link(), await world.link()
    other = LOGIN._replace(username="other@example.com")
    await sandbox.open(vendor, other.username, other.password)
    assert once.subject == again.subject != (await world.link(other)).subject


@every_kind
async def test_only_what_was_asked_for_is_granted_and_read(kind: Kind, world: World) -> None:
    scopes = frozenset({f"{kind}:read:data"})
    grant = await world.link(scopes=scopes | (SCOPES - world.scopes))  # an app asks for what other vendors have
    assert grant.scopes == scopes
    readings = await world.connector.read(grant.credential, frozenset({kind}), scopes, {})
    assert len(readings) == 2
    assert list(reading_offences(world.manifest, frozenset({kind}), readings)) == []
    controls = [control for reading in readings for control in _controls_of(reading.document)]
    assert [control for control in controls if control.is_capable] == []
    assert list(await world.connector.read(grant.credential, frozenset(), scopes, {})) == []


@every_vendor_with_tokens
async def test_a_renewed_credential_reads_when_the_old_one_no_longer_does(world: World) -> None:
    old = (await world.link()).credential
    world.clock.forward(**_AFTER_ANY_ACCESS)
    assert old.expires_at <= world.clock()
    refused = await failure(world.read(old))
    assert isinstance(refused, CredentialsRejected)
    assert refused.cause is Refusal.ACCESS_EXPIRED
    new = await world.connector.refresh(old)
    assert new.expires_at > world.clock()
    assert len(await world.read(new)) == 2


@every_vendor_with_tokens
async def test_a_used_refresh_token_is_good_for_the_time_of_grace_only(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    await sandbox.change(vendor, LOGIN.username, knobs={"grace_seconds": 60})
    old = (await world.link()).credential
    lost = await world.connector.refresh(old)  # as if the answer had got lost
    world.clock.forward(seconds=30)
    kept = await world.connector.refresh(old)
    assert old.refresh_token not in (lost.refresh_token, kept.refresh_token)
    world.clock.forward(seconds=60)
    assert await world.is_dead(old)
    assert len(await world.read(await world.connector.refresh(kept))) == 2


@every_vendor_with_tokens
async def test_without_grace_a_refresh_token_is_good_once(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    await sandbox.change(vendor, LOGIN.username, knobs={"grace_seconds": 0})
    old = (await world.link()).credential
    newest = await world.connector.refresh(await world.connector.refresh(old))
    assert len(await world.read(newest)) == 2
    assert await world.is_dead(old)


@every_vendor_with_tokens
@pytest.mark.parametrize("later", [{}, _AFTER_ANY_ACCESS], ids=["at once", "long after"])
async def test_what_was_withdrawn_is_dead_and_withdrawing_again_is_no_failure(
    world: World, later: dict[str, float]
) -> None:
    credential = (await world.link()).credential
    world.clock.forward(**later)
    await world.connector.revoke(credential)
    assert await world.is_dead(credential)
    await world.connector.revoke(credential)


@every_vendor_with_tokens
async def test_what_the_user_ended_is_dead_and_a_new_sign_in_mends_it(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    first = await world.link()
    await sandbox.withdraw(vendor, LOGIN.username)
    assert await world.is_dead(first.credential)
    second = await world.link()
    await sandbox.change(vendor, LOGIN.username, password="another-password")
    assert await world.is_dead(second.credential)
    third = await world.link(LOGIN._replace(password="another-password"))
    assert first.subject == third.subject
    assert len(await world.read(third.credential)) == 2


@every_vendor_with_keys
async def test_a_key_has_no_end_of_its_own_and_none_of_ours(world: World) -> None:
    credential = (await world.link()).credential
    world.clock.forward(**_AFTER_ANY_ACCESS)
    assert credential.expires_at <= world.clock()
    renewed = await world.connector.refresh(credential)
    assert renewed.expires_at > world.clock()
    await world.connector.revoke(renewed)  # nothing that the vendor knows of: the key is its owner's
    await world.connector.revoke(renewed)
    assert len(await world.read(renewed)) == 2


@every_vendor_with_keys
async def test_a_key_that_its_owner_deleted_is_dead_and_another_mends_it(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    first = await world.link()
    await sandbox.withdraw(vendor, LOGIN.username)
    assert await world.is_dead(first.credential)
    refused = await failure(world.read(first.credential))
    assert isinstance(refused, CredentialsRejected)
    assert refused.cause is Refusal.ACCESS_EXPIRED
    await sandbox.change(vendor, LOGIN.username, password="another-key")
    second = await world.link(LOGIN._replace(password="another-key"))
    assert first.subject == second.subject
    assert len(await world.read(second.credential)) == 2


@every_vendor
async def test_secrets_are_never_told(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    grant = await world.link()
    await sandbox.withdraw(vendor, LOGIN.username)
    refused = await failure(world.connector.refresh(grant.credential))
    assert refused is not None
    registration = world.connector.registration
    told = f"{grant!r} {grant.credential} {registration!r} {says(refused)}"
    access, refresh = grant.credential.access_token, grant.credential.refresh_token
    secrets = (LOGIN.password, access, refresh, registration.client_secret)
    assert [secret for secret in secrets if secret and secret in told] == []


@every_vendor
async def test_a_credential_survives_being_stored(world: World) -> None:
    credential = (await world.link()).credential
    assert msgspec.json.decode(msgspec.json.encode(credential), type=Credential) == credential
