"""Settings: where they come from, and what an operator reads when one is wrong."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from wattlink.base.vault import new_master_key
from wattlink.settings.load import SettingsError, load_settings, variable
from wattlink.settings.model import RULES, Settings


def test_the_environment_stands_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "wattlink.toml"
    file.write_text(
        'port = 8090\nlog_format = "json"\noutbound_allow = ["10.0.0.0/8"]\n[dialect_hosts]\nenode = "API.example"\n'
    )
    settings = load_settings({"WATTLINK_CONFIG": str(file), "WATTLINK_PORT": "9000", "UNRELATED": "1"})
    assert (settings.port, settings.log_format, settings.log_level) == (9000, "json", "info")
    assert settings.outbound_allow == (ip_network("10.0.0.0/8"),)
    assert settings.dialect_hosts == {"api.example": "enode"}


def test_the_public_address_follows_the_port_until_it_is_given() -> None:
    assert load_settings({"WATTLINK_PORT": "9000"}).public_url == "http://localhost:9000"
    assert load_settings({"WATTLINK_PUBLIC_URL": "https://link.example"}).public_url == "https://link.example"


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{new_master_key('k2')},{new_master_key('k1')}\n")
    settings = load_settings({"WATTLINK_MASTER_KEYS_FILE": str(file)})
    assert list(settings.master_keys) == ["k2", "k1"]


def test_settings_never_show_their_secrets() -> None:
    key = new_master_key()
    settings = load_settings({"WATTLINK_MASTER_KEYS": key, "WATTLINK_DATABASE_URL": "postgresql://u:hush@db/wattlink"})
    assert "hush" not in repr(settings)
    assert key.partition(":")[2] not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"WATTLINK_PORT": "abc"}, ["WATTLINK_PORT", "'abc'", "from 1 to 65535", "WATTLINK_PORT=8080"]),
        ({"WATTLINK_PORT": "65536"}, ["WATTLINK_PORT", "from 1 to 65535"]),
        ({"WATTLINK_LOG_FORMAT": "xml"}, ["WATTLINK_LOG_FORMAT", "one of text, json"]),
        ({"WATTLINK_PUBLIC_URL": "https://a.example/path"}, ["WATTLINK_PUBLIC_URL", "without a path"]),
        ({"WATTLINK_PUBLIC_URL": "ftp://a.example"}, ["WATTLINK_PUBLIC_URL", "https://link.example.com"]),
        ({"WATTLINK_OUTBOUND_ALLOW": "localhost"}, ["WATTLINK_OUTBOUND_ALLOW", "CIDR", "127.0.0.0/8"]),
        ({"WATTLINK_CONFIRM_AFTER_SECONDS": "nan"}, ["WATTLINK_CONFIRM_AFTER_SECONDS", "above 0"]),
        ({"WATTLINK_DIALECT_HOSTS": "enode"}, ["WATTLINK_DIALECT_HOSTS", "dialect=host"]),
        ({"WATTLINK_PROT": "1"}, ["WATTLINK_PROT is no setting", "WATTLINK_PORT"]),
        ({"WATTLINK_XYZZY": "1"}, ["WATTLINK_XYZZY is no setting; there are", "WATTLINK_PORT"]),
        ({"WATTLINK_PORT_FILE": "port.txt"}, ["WATTLINK_PORT_FILE is no setting"]),
        ({"WATTLINK_MASTER_KEYS_FILE": "missing"}, ["WATTLINK_MASTER_KEYS_FILE", "can't be read"]),
        ({"WATTLINK_CONFIG": "missing.toml"}, ["WATTLINK_CONFIG=missing.toml", "can't be read"]),
        (
            {"WATTLINK_DATABASE_URL": "x", "WATTLINK_DATABASE_URL_FILE": "y"},
            ["WATTLINK_DATABASE_URL is given twice"],
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(environ: dict[str, str], told: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    assert [part for part in told if part not in str(refused.value)] == []
    assert "\n" not in str(refused.value)


def test_a_wrong_master_key_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="wattlink master-key new") as refused:
        load_settings({"WATTLINK_MASTER_KEYS": "k1:c2hvcnQ="})
    assert "c2hvcnQ=" not in str(refused.value)


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wattlink.toml"
    file.write_text("prot = 1\n")
    with pytest.raises(SettingsError, match=r"prot in .*WATTLINK_PORT"):
        load_settings({"WATTLINK_CONFIG": str(file)})


def test_a_missing_setting_is_asked_for() -> None:
    with pytest.raises(SettingsError, match=r"WATTLINK_MASTER_KEYS is missing.*wattlink master-key new"):
        load_settings({}, needed=("master_keys",))


@pytest.mark.parametrize("name", [name for name in RULES if name != "master_keys"])
def test_every_example_is_a_value_that_may_be_given(name: str) -> None:
    assert load_settings({variable(name): RULES[name].example}) != Settings()


@pytest.mark.parametrize(
    ("url", "is_plain"),
    [
        ("http://localhost:8080", False),
        ("http://127.0.0.2", False),
        ("http://[::1]:80", False),
        ("https://link.example", False),
        ("http://link.example", True),
        ("http://192.168.1.5", True),
        ("http://localhost.example", True),
    ],
)
def test_plain_http_is_for_loopback(url: str, is_plain: bool) -> None:
    assert load_settings({"WATTLINK_PUBLIC_URL": url}).is_plain_http_in_public is is_plain
