"""The demonstration as a newcomer runs it: real processes, from the first to the last."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.support.linking import Login
from tests.support.processes import descendants, free_ports, gone, plain_environment, wait_until, wattlink
from tests.support.walk import walk
from wattlink.base.outbound import Outbound

_START_SECONDS = 120.0


class Demo:
    """A running `wattlink demo` and what it told."""

    def __init__(self, process: "subprocess.Popen[bytes]", info: dict[str, Any], log: Path) -> None:
        self.process = process
        self.info = info
        self._log = log

    @property
    def said(self) -> str:
        """Everything that it printed so far."""
        return self._log.read_text(errors="replace")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The API's answer, as JSON."""
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        url = self.info["enode"]["base_url"] + path
        with urlopen(Request(url, content, headers, method=method), timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def sandbox(self, method: str, path: str, body: object = None) -> Any:
        """The sandbox's answer, as JSON, to whoever has nothing but the platform's token."""
        platform = self.info["platform"]
        headers = {"Authorization": f"Bearer {platform['token']}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        url = f"{platform['base_url']}/sandbox{path}"
        with urlopen(Request(url, content, headers, method=method), timeout=90) as answer:
            return json.load(answer)

    def token(self) -> str:
        """A token for the demonstration's application."""
        enode = self.info["enode"]
        client = base64.b64encode(f"{enode['client_id']}:{enode['client_secret']}".encode()).decode()
        asked = Request(enode["token_url"], b"grant_type=client_credentials", {"Authorization": f"Basic {client}"})
        with urlopen(asked, timeout=30) as answer:
            return str(json.load(answer)["access_token"])

    def works(self) -> bool:
        """Whether the API answers."""
        try:
            self.ask("GET", "/vehicles")
        except OSError:
            return False
        return True


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    """Run it until the end of the block, with what it started."""
    info, log = folder / "info.json", folder / "log"
    info.unlink(missing_ok=True)
    words = (sys.executable, "-m", "wattlink", "demo", "--port", str(free_ports(5)), "--info", str(info), *options)
    with log.open("wb") as output:
        process = subprocess.Popen(words, env=plain_environment(), stdout=output, stderr=output)
    try:
        wait_until(lambda: info.exists() or process.poll() is not None, seconds=_START_SECONDS)
        assert info.exists(), log.read_text()
        yield Demo(process, json.loads(info.read_text()), log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demonstration for the tests that leave it running."""
    with demo(tmp_path_factory.mktemp("demo")) as started:
        yield started


def test_its_log_tells_of_no_trouble_while_there_is_none(running: Demo) -> None:
    with urlopen(running.info["app_url"], timeout=30) as page:
        assert b"Nothing is linked yet" in page.read()
    assert re.findall(r"^.*(?:status=[45]|\[warning|\[error|Traceback).*$", running.said, re.MULTILINE) == []


def test_it_writes_where_to_go_once_everything_answers(running: Demo) -> None:
    assert set(running.info) == {"enode", "podero", "platform", "evrythng", "app_url", "accounts"}
    assert set(running.info["enode"]) == {"base_url", "token_url", "client_id", "client_secret"}
    assert running.info["enode"]["token_url"] == running.info["enode"]["base_url"] + "/oauth2/token"
    assert running.ask("GET", "/vehicles")["data"] == []
    with urlopen(running.info["app_url"], timeout=30) as page:
        assert page.status == 200


def test_its_operator_token_opens_the_platform(running: Demo) -> None:
    platform = running.info["platform"]
    assert set(platform) == {"base_url", "token"}
    request = Request(f"{platform['base_url']}/applications", headers={"authorization": f"Bearer {platform['token']}"})
    with urlopen(request, timeout=30) as answer:
        assert [one["name"] for one in json.load(answer)["data"]] == ["Voltly"]


def test_poderos_dialect_takes_the_apps_credentials(running: Demo) -> None:
    found = running.info["podero"]
    assert found["base_url"].endswith("/api/partners/v2.0")
    client = base64.b64encode(f"{found['client_id']}:{found['client_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {client}", "Content-Type": "application/json"}
    grant = json.dumps({"grant_type": "client_credentials"}).encode()
    with urlopen(Request(found["token_url"], grant, headers), timeout=30) as answer:
        headers["Authorization"] = f"Bearer {json.load(answer)['access_token']}"
    with urlopen(Request(f"{found['base_url']}/org/{found['org_id']}/users", headers=headers), timeout=30) as answer:
        assert isinstance(json.load(answer), list)


def test_evrythngs_dialect_is_at_the_root_of_a_port_of_its_own(running: Demo) -> None:
    found = running.info["evrythng"]
    assert set(found) == {"base_url", "operator_key"}
    assert re.fullmatch(r"http://localhost:[0-9]+", found["base_url"])
    for base in (found["base_url"], found["base_url"].replace("localhost", "127.0.0.1")):
        request = Request(f"{base}/access", headers={"authorization": found["operator_key"]})
        with urlopen(request, timeout=30) as answer:
            assert json.load(answer)["actor"]["type"] == "operator"


def test_its_sandbox_links_a_user_without_a_browser(running: Demo) -> None:
    fleet = running.sandbox("GET", "/accounts?vendor=easee")["data"]
    assert {one["username"] for one in fleet} <= {account["username"] for account in running.info["accounts"]}
    account = running.sandbox("POST", "/accounts", {"vendor": "easee", "devices": [{"state": {"isCharging": True}}]})
    link = running.sandbox("POST", f"/accounts/easee/{account['username']}/link", {"userId": "ci-user"})
    assert link["state"] == "completed"
    (charger,) = running.ask("GET", "/users/ci-user/chargers")["data"]
    assert (charger["id"], charger["chargeState"]["isCharging"]) == (link["deviceIds"][0], True)
    assert running.sandbox("POST", "/clock", {"advance": "PT30M"})["isSettled"] is True
    for device in account["devices"]:
        running.sandbox(
            "PATCH", f"/accounts/easee/{account['username']}/devices/{device['id']}", {"isReachable": False}
        )
    assert running.sandbox("POST", "/clock", {"advance": "PT30M"})["isSettled"] is True
    assert running.ask("GET", f"/chargers/{charger['id']}")["isReachable"] is False
    running.ask("DELETE", "/users/ci-user")


def test_it_prints_whom_to_sign_in_as(running: Demo) -> None:
    assert running.info["app_url"] in running.said
    for account in running.info["accounts"]:
        assert set(account) == {"vendor", "username", "password", "devices"}
        assert account["username"] in running.said
        assert account["password"] in running.said
        assert all(device["name"] in running.said for device in account["devices"])
    assert {device["kind"] for account in running.info["accounts"] for device in account["devices"]} >= {
        "vehicle",
        "charger",
    }


def test_the_logins_that_the_guide_publishes_are_among_them(running: Demo) -> None:
    said = {(one["vendor"], one["username"], one["password"]) for one in running.info["accounts"]}
    published = {("NIBE", "demomyuplink@nibe.se"), ("TESLA", "demo-tesla@getfreeheat.com")}
    assert {(vendor, username, "Demo1234") for vendor, username in published} <= said


def test_a_second_one_is_refused_for_its_ports(running: Demo) -> None:
    port = running.info["enode"]["base_url"].rsplit(":", 1)[1].partition("/")[0]
    told = wattlink("demo", "--port", port, environ=plain_environment())
    assert told.returncode == 2
    assert f"port {port}" in told.stderr


def test_a_file_that_it_could_not_write_is_refused_before_anything_starts(tmp_path: Path) -> None:
    info = tmp_path / "none" / "info.json"
    told = wattlink("demo", "--port", str(free_ports(5)), "--info", str(info), environ=plain_environment())
    assert told.returncode == 2
    assert f"{tmp_path}/none can't be written" in told.stderr


async def test_every_virtual_account_can_be_linked(running: Demo) -> None:
    async with Outbound(allowed=(ip_network("127.0.0.0/8"), ip_network("::1/128"))) as outbound:
        for number, account in enumerate(running.info["accounts"]):
            session = running.ask("POST", f"/users/{number}/link", _link_session(account))
            await walk(session["linkUrl"], Login(account["username"], account["password"]), outbound)
            vendors = running.ask("GET", f"/users/{number}")["linkedVendors"]
            assert {linked["vendor"] for linked in vendors} == {account["vendor"]}
    lists = ("vehicles", "chargers", "hvacs", "inverters", "batteries", "meters")
    linked = [device for kind in lists for device in running.ask("GET", f"/{kind}?pageSize=50")["data"]]
    assert len(linked) == sum(len(account["devices"]) for account in running.info["accounts"])


def _link_session(account: dict[str, Any]) -> dict[str, object]:
    kinds = {device["kind"] for device in account["devices"]}
    return {
        "vendor": account["vendor"],
        "language": "en-US",
        "scopes": [f"{kind}:read:data" for kind in kinds],
        "redirectUri": "https://app.example/done",
    }


@pytest.mark.parametrize("which", ["wattlink serve", "wattlink work", "wattlink sandbox", "postgres -D"])
def test_what_crashes_is_started_again(running: Demo, which: str) -> None:
    before = {pid for pid, words in descendants(running.process.pid).items() if which in words}
    assert before
    os.kill(min(before), signal.SIGKILL)
    wait_until(
        lambda: any(which in words and pid not in before for pid, words in descendants(running.process.pid).items())
    )
    wait_until(running.works)
    assert "starting it again" in running.said


def test_ctrl_c_ends_everything_that_it_started(tmp_path: Path) -> None:
    with demo(tmp_path) as started:
        processes = descendants(started.process.pid)
        assert len(processes) >= 5
        os.kill(started.process.pid, signal.SIGINT)
        assert started.process.wait(90) == 0
        assert [words for pid, words in processes.items() if not gone(pid)] == []


def test_a_kill_of_the_demo_leaves_nothing_behind_and_its_data_is_kept(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    with demo(tmp_path, *data) as started:
        first, processes = started.info["enode"]["client_id"], descendants(started.process.pid)
        operator_token = started.info["platform"]["token"]
        started.process.kill()
        wait_until(lambda: all(gone(pid) for pid in processes))
    with demo(tmp_path, *data) as again:
        assert again.info["enode"]["client_id"] == first
        assert again.info["platform"]["token"] == operator_token
        assert again.ask("GET", "/vehicles")["data"] == []
