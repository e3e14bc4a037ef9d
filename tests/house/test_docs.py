"""The docs know every setting, command, connector, event, error and dependency."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import get_args

import click

from tests.house.source import ROOT, committed, text_of
from wattlink.cli.root import wattlink
from wattlink.connectors.registry import manifests
from wattlink.dialects.enode import errors as enode_errors
from wattlink.dialects.enode.routes import TABLE
from wattlink.dialects.enode.webhooks import EventName
from wattlink.dialects.evrythng.admission import KINDS
from wattlink.dialects.evrythng.routes import ROWS as EVRYTHNG_ROWS
from wattlink.dialects.evrythng.routes import Row as EvrythngRow
from wattlink.dialects.platform import errors as platform_errors
from wattlink.dialects.podero.events.names import EventName as PoderoEventName
from wattlink.dialects.podero.kinds import TYPES
from wattlink.dialects.podero.routes import TABLE as PODERO_TABLE
from wattlink.domain.events.model import EventType
from wattlink.domain.linking.model import Cause
from wattlink.sandbox.api import errors as sandbox_errors
from wattlink.settings.load import variable
from wattlink.settings.model import RULES
from wattlink.web.openapi import camel

_PAGES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}
_TEXT = "\n".join(_PAGES.values())
_TEST = re.compile(r"def (test_\w+)\(")


def _missing(names: Iterable[str]) -> list[str]:
    """Those that the docs never mention as code."""
    return [name for name in names if not re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-]*\w)", _TEXT)]


def test_every_setting_is_documented() -> None:
    assert _missing(map(variable, RULES)) == []


def test_every_command_and_its_options_are_documented() -> None:
    assert _missing(_commands(wattlink, "wattlink")) == []
    assert _missing(_options(wattlink)) == []


def test_every_connector_is_documented() -> None:
    assert _missing(f"`{vendor}`"[1:-1] for vendor in manifests()) == []


def test_every_event_is_documented() -> None:
    assert _missing(EventType) == []


def test_every_error_code_is_documented() -> None:
    for table in (enode_errors.STATUS, platform_errors.STATUS, sandbox_errors.STATUS):
        assert _missing({told.slug for told in table.values()}) == []
    assert _missing(Cause) == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    reasons = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[\[<>=~! ]", requirement)[0] for requirement in listed]
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_moving_from_enode_names_every_path_event_and_error() -> None:
    guide = _PAGES[ROOT / "docs" / "moving-from-enode.md"]
    paths = {_as_enode_writes_it(route.path) for rows in TABLE.values() for route in rows}
    paths = {re.sub(r"^/(chargers|hvacs|batteries)/actions/", "/vehicles/actions/", path) for path in paths}
    assert [path for path in sorted(paths) if not re.search(rf"{re.escape(path)}`", guide)] == []
    kinds = r"(?<=user:)(charger|hvac|inverter|battery|meter)(?=:(?:discovered|updated|deleted))"
    events = {re.sub(kinds, "vehicle", name) for name in [*get_args(EventName), "system:heartbeat"]} - {"*"}
    assert [name for name in sorted(events) if f"`{name}`" not in guide] == []
    errors = {told.slug for told in enode_errors.STATUS.values()}
    assert [slug for slug in sorted(errors) if f"`{slug}`" not in guide and f" {slug}`" not in guide] == []


def test_moving_from_podero_names_every_path() -> None:
    guide = _PAGES[ROOT / "docs" / "podero.md"]
    paths = {re.sub(r"\{(\w+):str\}", r"{\1}", route.path) for rows in PODERO_TABLE.values() for route in rows}
    types = "|".join(TYPES)
    tails = {
        re.sub(rf"/({types})(?=$|/{{)", "/T", path.removeprefix("/org/{org_id}/users/{user_id}")) for path in paths
    }
    assert [tail for tail in sorted(tails) if not re.search(rf"{re.escape(tail)}[`?]", guide)] == []


def test_partners_find_every_event_in_their_guide_and_in_the_reference() -> None:
    for page in (ROOT / "docs" / "podero.md", ROOT / "docs" / "reference" / "events.md"):
        assert [name for name in get_args(PoderoEventName) if name != "*" and f"`{name}`" not in _PAGES[page]] == []


def test_the_reference_of_evrythngs_dialect_has_every_call_with_its_keys() -> None:
    written = _PAGES[ROOT / "docs" / "reference" / "evrythng.md"]
    calls = {_as_evrythng_writes_it(row) for rows in EVRYTHNG_ROWS.values() for row in rows}
    assert {found[0] for found in re.finditer(r"^\| `[A-Z]+ /.* \| \d+ (?=\|)", written, re.MULTILINE)} == calls


def _as_evrythng_writes_it(row: EvrythngRow) -> str:
    path = camel(re.sub(r"\{(\w+):str\}", r":\1", row.route.path))
    marks = "°" * row.need.by_role + "!" * row.need.own_only
    keys = [letter + marks * (letter == "U") for letter, kind in KINDS.items() if kind in row.need.kinds]
    return f"| `{row.route.method} {path}` | {' '.join(keys)} | {row.route.status} "


def _as_enode_writes_it(path: str) -> str:
    return (
        re.sub(r"\{(\w+?)_id:str\}", r"{\1Id}", path)
        .replace("{vendor:str}", "{vendor}")
        .replace("{vendor_type:str}", "{vendorType}")
    )


def test_files_that_the_docs_name_are_there() -> None:
    ours = [f"/{path.relative_to(ROOT).as_posix()}" for path in committed()]
    named = set(re.findall(r"`((?:\w+/)*\w+\.(?:py|toml|sql))`", _TEXT)) - {"settings.toml"}
    assert [name for name in sorted(named) if not any(path.endswith(f"/{name}") for path in ours)] == []


def test_tests_that_the_docs_name_are_there() -> None:
    written = {found for path in committed() if path.suffix == ".py" for found in _TEST.findall(text_of(path))}
    assert sorted(set(re.findall(r"`(test_\w+)`", _TEXT)) - written) == []


def _commands(group: click.Group, name: str) -> Iterator[str]:
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {word}")
        elif not command.hidden:
            yield f"{name} {word}"


def _options(group: click.Group) -> Iterator[str]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _options(command)
        elif not command.hidden:
            shown = (one for one in command.params if isinstance(one, click.Option) and not one.hidden)
            yield from (option.opts[0] for option in shown)
