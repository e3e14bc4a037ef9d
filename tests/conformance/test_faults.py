"""Everything that can go wrong at a vendor is one of four errors, and only the truth is called a refused credential."""

import pytest

from tests.conformance.world import LOGIN, World, every_kind, every_vendor, failure
from tests.support.sandbox import RunningSandbox
from tests.support.vendor_pages import NotLetIn
from wattlink.connectors.conformance import reading_offences
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.simulation import Fault


@every_vendor
@pytest.mark.parametrize("fault", [Fault.WRONG_PASSWORD, Fault.ACCOUNT_LOCKED])
async def test_a_refused_sign_in_says_why(vendor: str, world: World, sandbox: RunningSandbox, fault: Fault) -> None:
    await sandbox.fault(vendor, LOGIN.username, fault)
    if world.manifest.sign_in.way == "redirect":
        with pytest.raises(NotLetIn):  # the vendor's own page says it
            await world.link()
        return
    refused = await failure(world.link())
    assert isinstance(refused, CredentialsRejected)
    wrong = fault is Fault.WRONG_PASSWORD
    assert refused.cause is (Refusal.WRONG_CREDENTIALS if wrong else Refusal.ACCOUNT_LOCKED)


@every_vendor
async def test_a_wrong_password_or_an_unknown_name_is_not_let_in(world: World) -> None:
    for wrong in (LOGIN._replace(password="not-it"), LOGIN._replace(username="nobody@example.com")):
        with pytest.raises((NotLetIn, CredentialsRejected)):
            await world.link(wrong)


@every_kind
async def test_a_dead_refresh_token_and_a_dead_access_token_are_told_apart(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    credential = (await world.link()).credential
    await sandbox.fault(vendor, LOGIN.username, Fault.REFRESH_REFUSED)
    assert len(await world.read(credential)) == 2
    assert await world.is_dead(credential)

    await sandbox.fault(vendor, LOGIN.username, Fault.ACCESS_REFUSED)
    expired = await failure(world.read(credential))
    assert isinstance(expired, CredentialsRejected)
    assert expired.cause is Refusal.ACCESS_EXPIRED
    await sandbox.fault(vendor, LOGIN.username)
    assert len(await world.read(await world.connector.refresh(credential))) == 2


@every_kind
@pytest.mark.parametrize("whose", ["account", "vendor"])
@pytest.mark.parametrize("fault", [Fault.OUTAGE, Fault.GARBAGE, Fault.ENDLESS, Fault.SLOW])
async def test_an_outage_says_nothing_of_the_credential(
    world: World, sandbox: RunningSandbox, fault: Fault, whose: str
) -> None:
    vendor, hurried = world.manifest.vendor, world.hurried
    credential = (await world.link()).credential
    if whose == "vendor":
        await sandbox.vendor_fault(vendor, fault)
    else:
        await sandbox.fault(vendor, LOGIN.username, fault)
    for told in (hurried.refresh(credential), world.read(credential, by=hurried)):
        assert isinstance(await failure(told), VendorUnavailable | UnexpectedAnswer)
    has_tokens = world.manifest.sign_in.custody != "key_kept"  # nobody is told that a key isn't used any more
    if has_tokens and fault is not Fault.GARBAGE:  # 200 with anything may well be what withdrawing gives
        assert isinstance(await failure(hurried.revoke(credential)), VendorUnavailable | UnexpectedAnswer)

    await sandbox.vendor_fault(vendor)
    await sandbox.fault(vendor, LOGIN.username)
    assert len(await world.read(await world.connector.refresh(credential))) == 2


@every_vendor
async def test_a_sign_in_during_an_outage_blames_the_vendor(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    await sandbox.vendor_fault(vendor, Fault.OUTAGE)
    with pytest.raises((NotLetIn, VendorUnavailable)):
        await world.link()


@every_kind
async def test_a_used_up_quota_says_when_to_come_back(vendor: str, world: World, sandbox: RunningSandbox) -> None:
    credential = (await world.link()).credential
    await sandbox.fault(vendor, LOGIN.username, Fault.QUOTA)
    used_up = await failure(world.read(credential))
    assert isinstance(used_up, VendorUnavailable)
    assert used_up.reason == "quota"
    assert used_up.retry_after is not None
    assert used_up.retry_after > 0
    assert not isinstance(await failure(world.connector.refresh(credential)), CredentialsRejected)


@every_kind
@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.SCOPE_MISSING])
async def test_a_403_while_reading_breaks_nothing(
    vendor: str, world: World, sandbox: RunningSandbox, fault: Fault
) -> None:
    credential = (await world.link()).credential
    await sandbox.fault(vendor, LOGIN.username, fault)
    assert not isinstance(await failure(world.read(credential)), CredentialsRejected)
    renewed = await world.connector.refresh(credential)
    await sandbox.fault(vendor, LOGIN.username)
    assert len(await world.read(renewed)) == 2


@every_kind
async def test_a_sleeping_device_stays_with_what_was_known_of_it(
    vendor: str, world: World, sandbox: RunningSandbox
) -> None:
    credential = (await world.link()).credential
    last = {reading.vendor_device_id: reading.document for reading in await world.read(credential)}
    await sandbox.fault(vendor, LOGIN.username, Fault.ASLEEP)
    asleep = await world.read(credential, last=last)
    assert list(reading_offences(world.manifest, world.kinds, asleep)) == []
    assert {reading.vendor_device_id for reading in asleep} == set(last)
    for reading in asleep:
        before = last[reading.vendor_device_id]
        told = [name for name in before.__struct_fields__ if name not in ("last_seen", "is_reachable", "capabilities")]
        assert [getattr(reading.document, name) for name in told] == [getattr(before, name) for name in told]
