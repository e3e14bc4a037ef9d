"""Every fault that can be switched on, at every vendor, as an app gets to see it."""

from typing import Any

import pytest

from tests.conformance.world import every_vendor
from tests.sandbox.conftest import Ci, account_path, until
from wattlink.connectors.registry import manifests
from wattlink.connectors.simulation import Fault

_QUIET = [Fault.OUTAGE, Fault.GARBAGE, Fault.ENDLESS, Fault.QUOTA, Fault.ACCESS_REFUSED, Fault.FORBIDDEN]


class Linked:
    """A virtual account that is linked to a user of its own."""

    def __init__(self, ci: Ci, account: dict[str, Any], device_id: str) -> None:
        self.ci = ci
        self.account = account
        self.device_id = device_id

    @property
    def kind(self) -> str:
        """The kind of its device."""
        return str(self.account["devices"][0]["kind"])

    async def change(self, **change: Any) -> None:
        """Change the virtual account."""
        await self.ci.sandbox("PATCH", account_path(self.account), change)

    async def set(self, **state: Any) -> None:
        """Change the virtual device."""
        device = self.account["devices"][0]["id"]
        await self.ci.sandbox("PATCH", f"{account_path(self.account)}/devices/{device}", state)

    async def shown(self) -> Any:
        """The device, as the app sees it."""
        return await self.ci.app.call("GET", f"/{self.kind}s/{self.device_id}")

    async def advance(self, how_far: str = "PT1H") -> None:
        """Let time pass."""
        await self.ci.sandbox("POST", "/clock", {"advance": how_far})

    async def asked(self) -> list[dict[str, Any]]:
        """What the vendor was asked for this account."""
        seen = (await self.ci.sandbox("GET", "/requests", vendor=self.account["vendor"]))["data"]
        return [one for one in seen if one["username"] == self.account["username"]]


async def _linked(ci: Ci, vendor: str) -> Linked:
    await ci.subscribe()
    account = await ci.sandbox("POST", "/accounts", {"vendor": vendor})
    link = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "user-1"})
    assert link["state"] == "completed", link
    return Linked(ci, account, link["deviceIds"][0])


@every_vendor
@pytest.mark.parametrize("fault", _QUIET)
async def test_trouble_that_asks_nothing_of_the_user(ci: Ci, vendor: str, fault: Fault) -> None:
    linked = await _linked(ci, vendor)
    before = len(await linked.asked())
    await linked.change(faults=[fault])
    await linked.advance()
    await until(lambda: _more(linked, before))
    await linked.change(faults=[])
    await linked.set(isReachable=False)
    await until(lambda: _unreachable(linked))
    assert ci.events("user:credentials:invalidated") == []


@every_vendor
@pytest.mark.parametrize("how", [{"faults": [Fault.REFRESH_REFUSED]}, {"withdraw": True}, {"password": "another-one"}])
async def test_a_dead_credential_breaks_the_link_and_a_sign_in_mends_it(
    ci: Ci, vendor: str, how: dict[str, Any]
) -> None:
    linked = await _linked(ci, vendor)
    await linked.change(**how)
    await until(lambda: _after_a_day(linked))
    await linked.change(faults=[])
    body = {"language": "en-US", "redirectUri": "yourapp://back"}
    relink = await ci.app.call("POST", f"/assets/{linked.device_id}/relink", body)
    mended = await ci.sandbox("POST", f"{account_path(linked.account)}/link", {"linkUrl": relink["linkUrl"]})
    assert (mended["state"], mended["deviceIds"]) == ("completed", [linked.device_id])


@every_vendor
@pytest.mark.parametrize("fault", [Fault.WRONG_PASSWORD, Fault.ACCOUNT_LOCKED])
async def test_a_sign_in_that_is_refused(ci: Ci, vendor: str, fault: Fault) -> None:
    account = await ci.sandbox("POST", "/accounts", {"vendor": vendor, "faults": [fault]})
    link = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "user-1"})
    assert link["deviceIds"] == []
    if manifests()[vendor].sign_in.way == "form":
        assert link["cause"] == ("wrong_credentials" if fault is Fault.WRONG_PASSWORD else "account_locked")
    else:
        assert link["said"]
    await ci.sandbox("PATCH", account_path(account), {"faults": []})
    wrong = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "user-1", "password": "not-it"})
    assert wrong["deviceIds"] == []
    right = await ci.sandbox("POST", f"{account_path(account)}/link", {"userId": "user-1"})
    assert right["state"] == "completed"


@pytest.mark.parametrize("vendor", ["easee", "tesla"])  # the other one refuses only commands
async def test_a_permission_that_is_missing_asks_for_it(ci: Ci, vendor: str) -> None:
    linked = await _linked(ci, vendor)
    await linked.change(faults=[Fault.SCOPE_MISSING])
    await linked.advance()
    await until(lambda: _asks_for_something(linked))
    await linked.change(faults=[])
    await linked.advance()
    await until(lambda: _asks_for_nothing(linked))


async def test_a_permission_to_change_something_that_is_missing_ends_a_command(ci: Ci) -> None:
    linked = await _linked(ci, "myuplink")
    await linked.change(faults=[Fault.SCOPE_MISSING])
    body = {"mode": "HEAT", "heatSetpoint": 20}
    action = await ci.app.call("POST", f"/hvacs/{linked.device_id}/permanent-hold", body)
    ended = await until(lambda: _ended(ci, action["id"]))
    assert ended["state"] in ("FAILED", "CANCELLED")


async def _ended(ci: Ci, action_id: str) -> Any:
    action = await ci.app.call("GET", f"/hvacs/actions/{action_id}")
    return None if action["state"] == "PENDING" else action


@every_vendor
async def test_a_sleeping_device_stays_as_it_was(ci: Ci, vendor: str) -> None:
    linked = await _linked(ci, vendor)
    before, asked = await linked.shown(), len(await linked.asked())
    await linked.change(faults=[Fault.ASLEEP])
    await linked.advance()
    await until(lambda: _more(linked, asked))
    after = await linked.shown()
    assert after["information"] == before["information"]
    assert ci.events(f"user:{linked.kind}:deleted") == []


@pytest.mark.parametrize("vendor", ["easee"])  # how long each is waited for is a test of tests/conformance
async def test_a_slow_vendor_is_waited_for_and_a_silent_one_is_not(ci: Ci, vendor: str) -> None:
    linked = await _linked(ci, vendor)
    await linked.change(latencySeconds=0.3)
    again = await ci.sandbox("POST", f"{account_path(linked.account)}/link", {"userId": "user-2"})
    assert again["state"] == "completed"
    await linked.change(latencySeconds=0, faults=[Fault.SLOW])
    asked = len(await linked.asked())
    await linked.advance()
    await until(lambda: _more(linked, asked))
    await linked.change(faults=[])
    await linked.set(isReachable=False)
    await until(lambda: _unreachable(linked))


@every_vendor
async def test_every_account_at_a_vendor_has_trouble_and_nobody_elses(ci: Ci, vendor: str) -> None:
    linked = await _linked(ci, vendor)
    elsewhere = Ci(ci.stack, await ci.stack.new_app(), ci.receiver)
    theirs = await _linked(elsewhere, vendor)
    await ci.sandbox("PUT", f"/vendors/{vendor}/faults", {"faults": [Fault.OUTAGE]})
    asked, others = len(await linked.asked()), len(await theirs.asked())
    await linked.advance()
    await theirs.advance()
    await until(lambda: _more(linked, asked))
    await until(lambda: _more(theirs, others))
    assert {one["status"] for one in (await linked.asked())[asked:]} == {503}
    assert 503 not in {one["status"] for one in await theirs.asked()}
    await ci.sandbox("PUT", f"/vendors/{vendor}/faults", {"faults": []})
    await linked.set(isReachable=False)
    await until(lambda: _unreachable(linked))


async def _more(linked: Linked, than: int) -> bool:
    return len(await linked.asked()) > than


async def _unreachable(linked: Linked) -> bool:
    """Let time pass until a visit has seen it."""
    await linked.advance("PT1H")
    return not (await linked.shown())["isReachable"]


async def _after_a_day(linked: Linked) -> bool:
    """Let time pass until the link is broken."""
    await linked.advance("P1D")
    return bool(linked.ci.events("user:credentials:invalidated"))


async def _asks_for_something(linked: Linked) -> bool:
    await linked.advance()
    capabilities = (await linked.shown())["capabilities"].values()
    return any(each.get("interventionIds") for each in capabilities if isinstance(each, dict))


async def _asks_for_nothing(linked: Linked) -> bool:
    await linked.advance()
    return not await _asks_for_something(linked)
