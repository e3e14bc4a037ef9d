"""`up`: an installation on one machine, with a database and master keys of its own."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from tests.support.processes import free_ports, plain_environment, wait_until, wattlink


@contextmanager
def up(data: Path, **settings: str) -> Iterator[str]:
    """Run it until the end of the block; gives its address."""
    port = str(free_ports(1))
    words = (sys.executable, "-m", "wattlink", "up", "--data", str(data))
    environ = plain_environment(WATTLINK_PORT=port, WATTLINK_SERVE_PROCESSES="1", **settings)
    log = data.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, env=environ, stdout=output, stderr=output)
    try:
        wait_until(lambda: b"Wattlink answers" in log.read_bytes() or process.poll() is not None, seconds=120)
        assert process.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0


def test_it_answers_and_keeps_its_keys(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data) as address, urlopen(f"{address}/enode/health/ready", timeout=30) as answer:
        assert answer.status == 204
        keys = (data / "master-keys").read_text()
    assert (data / "master-keys").stat().st_mode & 0o777 == 0o600
    with up(data):
        assert (data / "master-keys").read_text() == keys


def test_other_commands_find_it_while_it_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    environ = plain_environment(WATTLINK_CONFIG=str(data / "settings.toml"))
    with up(data) as address:
        assert (data / "settings.toml").stat().st_mode & 0o777 == 0o600
        made = json.loads(wattlink("application", "create", "Voltly", "--json", environ=environ).stdout)
        client = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
        form, headers = b"grant_type=client_credentials", {"Authorization": f"Basic {client}"}
        with urlopen(Request(f"{address}/enode/oauth2/token", form, headers), timeout=30) as answer:
            assert answer.status == 200
        assert wattlink("registration", "set", "easee", environ=environ).returncode == 0
        assert "visits" in wattlink("status", environ=environ).stdout
    assert "can't be read" in wattlink("status", environ=environ).stderr


def test_a_folder_that_can_t_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environ = plain_environment(WATTLINK_PORT=str(free_ports(1)))
    told = wattlink("up", "--data", str(tmp_path / "file" / "data"), environ=environ)
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        f"wattlink: the folder {tmp_path}/file/data can't be made (Not a directory): choose another"
    ]


def test_keys_that_went_missing_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "cluster").mkdir(parents=True)
    told = wattlink("up", "--data", str(tmp_path), environ=plain_environment(WATTLINK_PORT=str(free_ports(1))))
    assert told.returncode == 2
    assert "master-keys is missing" in told.stderr
    assert not (tmp_path / "master-keys").exists()


def test_it_does_not_take_a_database_of_yours(tmp_path: Path) -> None:
    environ = plain_environment(WATTLINK_DATABASE_URL="postgresql://db.example/wattlink")
    told = wattlink("up", "--data", str(tmp_path), environ=environ)
    assert told.returncode == 2
    assert "unset WATTLINK_DATABASE_URL" in told.stderr


def test_a_wrong_setting_stops_it_before_anything_is_made(tmp_path: Path) -> None:
    told = wattlink("up", "--data", str(tmp_path / "data"), environ=plain_environment(WATTLINK_PORT="x"))
    assert told.returncode == 2
    assert "WATTLINK_PORT=8080" in told.stderr
    assert not (tmp_path / "data" / "postgres").exists()
