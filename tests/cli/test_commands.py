"""What an operator types, run against a database of their own; as real processes where the process is the point."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.processes import free_ports, plain_environment, wattlink, wattlink_here
from wattlink.base.vault import new_master_key, parse_master_keys
from wattlink.connectors.registry import clouds, simulator


@pytest.fixture(scope="module")
def environ(new_database: Callable[[], str]) -> Mapping[str, str]:
    """The settings of an installation whose database is up to date."""
    return plain_environment(WATTLINK_DATABASE_URL=new_database(), WATTLINK_MASTER_KEYS=new_master_key())


def without(environ: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: text for key, text in environ.items() if key != name}


@pytest.mark.parametrize("command", [("serve",), ("work",), ("migrate",), ("status",), ("application", "list")])
def test_a_command_without_its_database_says_so_in_one_line(command: tuple[str, ...]) -> None:
    told = wattlink(*command, environ=plain_environment())
    assert told.returncode == 2
    assert told.stderr.startswith("wattlink: WATTLINK_DATABASE_URL is missing")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "work"])
def test_without_master_keys_nothing_starts_and_it_is_said_how_to_make_one(
    command: str, environ: Mapping[str, str]
) -> None:
    told = wattlink(command, environ=without(environ, "WATTLINK_MASTER_KEYS"))
    assert told.returncode == 2
    assert "WATTLINK_MASTER_KEYS is missing" in told.stderr
    assert "`wattlink master-key new`" in told.stderr


def test_a_fresh_master_key_is_one_that_may_be_used() -> None:
    made = wattlink_here("master-key", "new", "--id", "k7", environ=plain_environment())
    assert list(parse_master_keys(made.stdout.strip())) == ["k7"]


@pytest.mark.parametrize("kid", ["", "k" * 33, "old,new", "old:new"])
def test_an_id_that_no_ring_can_hold_makes_no_key(kid: str) -> None:
    told = wattlink_here("master-key", "new", "--id", kid, environ=plain_environment())
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"wattlink: --id {kid}: an id has 1 to 32 letters")


def test_a_public_address_without_tls_is_refused(environ: Mapping[str, str]) -> None:
    told = wattlink("serve", environ={**environ, "WATTLINK_PUBLIC_URL": "http://link.example"})
    assert told.returncode == 2
    assert "WATTLINK_PUBLIC_URL=https://link.example.com" in told.stderr


def test_a_database_that_does_not_answer_is_told_in_one_line(environ: Mapping[str, str]) -> None:
    nowhere = f"postgresql://wattlink@127.0.0.1:{free_ports(1)}/wattlink"
    told = wattlink_here("status", environ={**environ, "WATTLINK_DATABASE_URL": nowhere})
    assert told.returncode == 2
    assert told.stderr.startswith("wattlink: the database can't be used")
    assert told.stderr.count("\n") == 1


def test_an_older_schema_is_refused_until_it_is_migrated(new_empty_database: Callable[[], str]) -> None:
    environ = plain_environment(WATTLINK_DATABASE_URL=new_empty_database(), WATTLINK_MASTER_KEYS=new_master_key())
    told = wattlink("work", environ=environ)
    assert told.returncode == 2
    assert "run `wattlink migrate` first" in told.stderr
    assert "Applied: 0001" in wattlink("migrate", environ=environ).stdout
    assert wattlink("migrate", environ=environ).stdout == "The schema is up to date.\n"
    assert wattlink("status", environ=environ).returncode == 0


def test_an_application_shows_its_secret_once_and_is_listed_without_it(environ: Mapping[str, str]) -> None:
    made = wattlink_here(
        "application", "create", "Voltly", "--redirect-uri", "voltly://done", "--json", environ=environ
    )
    told = json.loads(made.stdout)
    assert told["client_secret"].startswith("wls_")
    listed = wattlink_here("application", "list", environ=environ).stdout
    assert "Voltly" in listed
    assert "voltly://done" in listed
    assert told["client_secret"] not in listed


def test_an_application_without_a_name_is_refused(environ: Mapping[str, str]) -> None:
    told = wattlink_here("application", "create", " ", environ=environ)
    assert (told.returncode, told.stderr) == (2, "wattlink: name: must have 1 to 100 letters\n")


def test_an_application_is_changed_and_goes(environ: Mapping[str, str], tmp_path: Path) -> None:
    application_id = made_application(environ)["application_id"]
    branding = tmp_path / "branding.json"
    branding.write_text('{"accent": "#7722aa", "radius": 4}')
    words = ("--name", "Ampere", "--redirect-uri", "ampere://done", "--link-binding", "confirm")
    more = ("--connections-limit", "5", "--branding", str(branding))
    told = wattlink_here("application", "change", application_id, *words, *more, environ=environ)
    assert (told.returncode, told.stdout, told.stderr) == (0, "Ampere is changed.\n", "")
    assert "ampere://done" in wattlink_here("application", "list", environ=environ).stdout
    told = wattlink_here("application", "change", application_id, "--return-anywhere", environ=environ)
    assert "ampere://done" not in wattlink_here("application", "list", environ=environ).stdout
    wattlink_here("application", "change", application_id, "--frame-origin", "https://a.example", environ=environ)
    assert "https://a.example" in wattlink_here("application", "list", environ=environ).stdout
    wattlink_here("application", "change", application_id, "--no-frames", environ=environ)
    assert "https://a.example" not in wattlink_here("application", "list", environ=environ).stdout
    assert wattlink_here("application", "delete", application_id, environ=environ).returncode == 0
    told = wattlink_here("application", "delete", application_id, environ=environ)
    assert (told.returncode, told.stderr) == (2, f"wattlink: no application {application_id}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--redirect-uri", "javascript:1"), "redirect_uris[0]: the scheme javascript: is never allowed"),
        (("--redirect-uri", "a://b", "--return-anywhere"), "exclude each other"),
        (("--frame-origin", "https://*.a.example"), "frame_origins[0]: must be scheme, host"),
        (("--frame-origin", "https://a.example", "--no-frames"), "exclude each other"),
        (("--connections-limit", "few"), "a number is needed, or `none`"),
        (("--branding", "pyproject.toml"), "the fields are name, logo"),
    ],
)
def test_a_change_that_can_t_be_made_is_told(words: tuple[str, ...], told: str, environ: Mapping[str, str]) -> None:
    application_id = made_application(environ)["application_id"]
    answer = wattlink_here("application", "change", application_id, *words, environ=environ)
    assert answer.returncode == 2
    assert told in answer.stderr


def made_application(environ: Mapping[str, str]) -> dict[str, str]:
    made: dict[str, str] = json.loads(
        wattlink_here("application", "create", "Voltly", "--json", environ=environ).stdout
    )
    return made


def test_a_key_is_made_listed_and_revoked(environ: Mapping[str, str]) -> None:
    made = made_application(environ)
    keys = ("key", "list", made["application_id"])
    told = wattlink_here("key", "create", made["application_id"], "--name", "March", "--json", environ=environ)
    new = json.loads(told.stdout)
    listed = wattlink_here(*keys, environ=environ).stdout
    assert "March" in listed
    assert "never" in listed
    assert new["client_secret"] not in listed
    told = wattlink_here("key", "revoke", made["application_id"], made["client_id"], environ=environ)
    assert told.returncode == 0
    assert made["client_id"] not in wattlink_here(*keys, environ={**environ, "COLUMNS": "200"}).stdout
    assert wattlink_here("key", "revoke", made["application_id"], made["client_id"], environ=environ).returncode == 2


def test_an_organization_has_operators_and_applications_of_its_own(environ: Mapping[str, str]) -> None:
    made_application(environ)
    environ = {**environ, "COLUMNS": "200"}
    organization_id = wattlink_here("organization", "create", "Amply", environ=environ).stdout.strip()
    assert wattlink_here("organization", "rename", organization_id, "Amply & Sons", environ=environ).returncode == 0
    listed = wattlink_here("organization", "list", environ=environ).stdout
    assert organization_id in listed
    assert "Amply & Sons" in listed
    of_it = ("--organization", organization_id)
    told = wattlink_here("operator", "create-token", "--name", "CI", *of_it, "--json", environ=environ)
    made = json.loads(told.stdout)
    assert made["token"].startswith("wlo")
    assert made["token_id"] in wattlink_here("operator", "list", *of_it, environ=environ).stdout
    assert made["token_id"] not in wattlink_here("operator", "list", environ=environ).stdout
    assert wattlink_here("operator", "revoke", made["token_id"], environ=environ).returncode == 2
    assert wattlink_here("operator", "revoke", made["token_id"], *of_it, environ=environ).returncode == 0
    assert made["token_id"] not in wattlink_here("operator", "list", *of_it, environ=environ).stdout


def test_without_an_organization_no_operator_is_made(new_database: Callable[[], str]) -> None:
    told = wattlink_here(
        "operator", "create-token", "--name", "CI", environ=plain_environment(WATTLINK_DATABASE_URL=new_database())
    )
    assert told.returncode == 2
    assert "`wattlink organization create NAME`" in told.stderr


@pytest.mark.parametrize("vendor", list(clouds()))
def test_a_registration_is_set_and_listed(vendor: str, environ: Mapping[str, str], tmp_path: Path) -> None:
    client = simulator(vendor).DEMO_REGISTRATION
    secret = tmp_path / "secret"
    secret.write_text(client.client_secret + "\n")
    options = [word for name, value in client.options.items() for word in ("--option", f"{name}={value}")]
    words = ("--client-id", client.client_id, "--client-secret-file", str(secret), *options)
    told = wattlink_here("registration", "set", vendor, *words, environ=environ)
    assert (told.returncode, told.stderr) == (0, "")
    listed = wattlink_here("registration", "list", environ=environ).stdout
    assert vendor in listed
    has_callback = clouds()[vendor].sign_in.way == "redirect"
    assert ("http://localhost:8080/link/callback/" in told.stdout) is has_callback
    assert wattlink_here("registration", "remove", vendor, environ=environ).returncode == 0
    lacking = wattlink_here("registration", "list", environ=environ).stdout.rsplit("Not on offer", 1)[1]
    assert vendor in lacking


def test_a_registration_that_lacks_what_the_vendor_needs_names_it(environ: Mapping[str, str]) -> None:
    demanding = next(vendor for vendor, manifest in clouds().items() if manifest.registration)
    told = wattlink_here("registration", "set", demanding, environ=environ)
    assert told.returncode == 2
    assert clouds()[demanding].registration[0] in told.stderr


def test_users_may_sign_in_with_a_service(environ: Mapping[str, str], tmp_path: Path) -> None:
    application = made_application(environ)["application_id"]
    secret = tmp_path / "secret"
    secret.write_text("hidden\n")
    words = ("--client-id", "us", "--client-secret-file", str(secret), "--issuer", "https://accounts.example.com")
    told = wattlink_here("identity-provider", "set", application, "keys", *words, environ=environ)
    assert (told.returncode, told.stderr) == (0, "")
    assert "http://localhost:8080/link/signed-in/" in told.stdout
    refused = wattlink_here("identity-provider", "set", application, "facebook", "--client-id", "us", environ=environ)
    assert (refused.returncode, "app id" in refused.stderr) == (2, True)
    listed = wattlink_here("identity-provider", "list", application, environ=environ).stdout
    assert "https://accounts.example.com" in listed
    assert "hidden" not in listed
    assert wattlink_here("identity-provider", "remove", application, "keys", environ=environ).returncode == 0
    assert wattlink_here("identity-provider", "remove", application, "keys", environ=environ).returncode == 2


def test_an_unknown_vendor_is_refused_with_those_that_there_are(environ: Mapping[str, str]) -> None:
    told = wattlink_here("registration", "set", "acme", environ=environ)
    assert told.returncode == 2
    assert "there is no connector for 'acme'" in told.stderr


def test_a_brand_that_needs_it_is_activated_for_an_application(environ: Mapping[str, str]) -> None:
    made, vendor = made_application(environ), next(iter(clouds()))
    unregistered = wattlink_here(
        "vendor", "gate", vendor, "required", "--application", made["application_id"], environ=environ
    )
    assert unregistered.returncode == 2
    for words in (("activate", made["application_id"], vendor), ("deactivate", made["application_id"], vendor)):
        told = wattlink_here("vendor", *words, environ=environ)
        assert told.returncode == 0, told.stderr
        assert "on offer" in told.stdout
    unknown = wattlink_here("vendor", "activate", made["application_id"], "acme", environ=environ)
    assert (unknown.returncode, unknown.stderr) == (2, "wattlink: no vendor acme\n")
    assert "Asked for" in wattlink_here("vendor", "wanted", environ=environ).stdout


def test_the_status_of_an_idle_installation(environ: Mapping[str, str]) -> None:
    rows = json.loads(wattlink("status", "--json", environ=environ).stdout)
    assert {row["kind"] for row in rows} >= {"visits", "circuits"}
    assert all(row["due"] == 0 and row["failing"] == [] for row in rows)
    assert "visits" in wattlink("status", environ=environ).stdout
