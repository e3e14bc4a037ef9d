"""Cues in the hands of others: a secret opens one cue of one user for an hour, and a page is its first browser's."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from tests.link.conftest import World, arrived, new_world
from tests.link.test_cues import WHERE_TO, Broken, broken, linked, stack
from tests.link.test_onboarding import new_partner
from tests.support.clock import StillClock
from tests.support.person import Person
from wattlink.base.vault import Vault
from wattlink.dialects.podero.devices.cue_secrets import LIFE, Member, member_of, mint
from wattlink.domain.access.ids import ApplicationId, DeviceId, UserId
from wattlink.domain.errors import NotPermitted
from wattlink.domain.linking.creating.again import MOST

__all__ = ["broken", "stack"]  # the fixtures


async def test_a_secret_opens_nothing_else(world: World, broken: Broken) -> None:
    url = await broken.url()
    secret = parse_qs(urlsplit(url).query)["secret"][0]
    other = url.replace(broken.device_id, str(uuid4()))
    stranger = Broken(await new_partner(await new_world(world.stack)), broken.device_id)
    assert (await stranger.resolve(url))[0] == 403
    async with httpx.AsyncClient() as http:
        assert (await http.post(url, json=WHERE_TO)).status_code == 401
    assert (await broken.resolve(other))[0] == 403
    assert (await broken.resolve(url.replace(secret, secret[:-2] + "AA")))[0] == 403
    assert (await broken.resolve(url.replace(secret, "")))[0] == 403
    assert (await broken.resolve(url.partition("?")[0]))[0] == 422
    for refused in ({"successUrl": "javascript:alert(1)"}, {"cancelUrl": "http://evil.example/"}):
        assert (await broken.resolve(url, **refused))[0] == 422
    for address in (other, url.partition("?")[0], f"{url}{'A' * 300}", url.replace(broken.device_id, "no-id")):
        await _is_turned_away(address)


async def test_a_secret_of_one_user_opens_no_cue_of_another(broken: Broken) -> None:
    url, partner = await broken.url(), broken.partner
    own = await partner.call("GET", partner.of_user("/wallboxes"))
    [sibling] = [one["id"] for one in own if one["id"] != broken.device_id]
    await partner.enrol()
    async with Person() as neighbour:
        theirs = (await linked(partner, neighbour)).device_id
    assert theirs not in (broken.device_id, sibling)
    for device_id in (sibling, theirs):
        stolen = url.replace(broken.device_id, device_id)
        assert await _answers(broken, stolen) == (403, 403)
        await _is_turned_away(stolen)


async def test_a_secret_that_is_over_or_of_a_deleted_user_opens_nothing(world: World, broken: Broken) -> None:
    url, partner, hub = await broken.url(), broken.partner, world.stack.hub
    member = Member(application_id=world.app.credentials.application_id, user_id=UserId(UUID(str(partner.user["id"]))))
    over = mint(hub.vault, DeviceId(UUID(broken.device_id)), member, now=hub.clock() - LIFE)
    old = f"{url.partition('?')[0]}?secret={over}"
    assert await _answers(broken, old) == (403, 403)
    await _is_turned_away(old)
    await partner.send("DELETE", partner.of_user(""))
    assert await _answers(broken, url) == (404, 404)
    await _is_turned_away(url)


async def test_another_browser_takes_over_neither_the_page_nor_the_device(world: World, broken: Broken) -> None:
    url = await broken.url()
    theirs = f"other-{world.username}"
    await world.sandbox.open("easee", theirs, "right", devices=1)
    async with Person() as owner, Person() as thief:
        page = await owner.go(url)
        await broken.mended_by(owner)
        assert (await thief.go(page.address)).status in (403, 410)  # the owner's, or over by now
        await arrived(owner, "Everything works again")
    await broken.breaks()
    async with Person() as thief:
        await thief.go(await broken.url())
        page = await broken.mended_by(thief, theirs)  # a login of the thief's own
        assert page.heading == "That is another account"
    seen = await broken.read()
    assert (seen["is_authenticated"], seen["action_needed"]) == (False, True)


async def test_one_secret_leads_to_one_open_session_however_often_it_is_used(world: World, broken: Broken) -> None:
    url = await broken.url()
    async with Person() as owner, Person() as prefetcher:
        address = (await owner.go(url)).address
        for _ in range(3):
            assert (await prefetcher.go(url)).address == address  # looking at it takes nothing away
        await owner.press("Cancel")
        assert (await owner.go(url)).address != address  # there is still something to do
    told = [(await broken.resolve(url))[1]["redirect_url"] for _ in range(3)]
    assert len(set(told)) == 1
    other = (await broken.resolve(url, successUrl="https://voltly.example/elsewhere"))[1]["redirect_url"]
    assert other != told[0]  # another wish isn't answered with the way that was asked for before
    sessions = "SELECT count(*) FROM link_session WHERE purpose = 'relink' AND relink_device_id = %(device_id)s"
    async with world.stack.hub.db.read() as reader:
        assert await reader.one(int, sessions, device_id=UUID(broken.device_id)) == 4


async def test_many_uses_at_once_make_one_session(world: World, broken: Broken) -> None:
    url = await broken.url()
    async with httpx.AsyncClient() as http:
        answers = await asyncio.gather(*(http.get(url) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1


async def test_a_secret_that_is_given_up_again_and_again_is_used_up(world: World, broken: Broken) -> None:
    url = await broken.url()
    for _ in range(MOST):
        assert (await broken.resolve(url))[0] == 200
        async with world.stack.hub.db.transaction() as tx:
            await tx.execute(
                """
                UPDATE link_session SET state = 'cancelled', ended_at = now()
                 WHERE relink_device_id = %(device_id)s AND ended_at IS NULL
                """,
                device_id=UUID(broken.device_id),
            )
    assert (await broken.resolve(url))[0] == 403


async def _answers(broken: Broken, url: str) -> tuple[int, int]:
    """What a backend gets that resolves there, and anybody who says that it is done."""
    async with httpx.AsyncClient() as http:
        settled = await http.post(url.replace("/resolve?", "/state?"), json={"state": "success"})
    assert set(settled.json()) == {"detail"}
    return (await broken.resolve(url))[0], settled.status_code


async def _is_turned_away(address: str) -> None:
    """A person gets a plain page there."""
    async with Person() as somebody:
        page = await somebody.go(address)
        assert page.status == 404
        assert "Bearer" not in page.text
        assert page.heading


def test_a_secret_is_good_for_an_hour_for_its_cue_and_member() -> None:
    vault, clock = Vault({"k1": bytes(32)}), StillClock()
    device, member = DeviceId(uuid4()), Member(application_id=ApplicationId(uuid4()), user_id=UserId(uuid4()))
    secret = mint(vault, device, member, now=clock())
    assert member_of(vault, device, secret, now=clock() + LIFE - timedelta(seconds=1)) == member
    for at, cue, given in (
        (clock() + LIFE, device, secret),
        (clock(), DeviceId(uuid4()), secret),
        (clock(), device, "A" + secret[1:]),
        (clock(), device, secret + "A"),
        (clock(), device, secret[:9] + "!" + secret[9:]),  # which a lenient decoder reads as the same
        (clock(), device, "nonsense, and even ünlesbar"),
    ):
        with pytest.raises(NotPermitted):
            member_of(vault, cue, given, now=at)
    with pytest.raises(NotPermitted):
        member_of(Vault({"k1": b"x" * 32}), device, secret, now=clock())
