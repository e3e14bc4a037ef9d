"""The docs are one index for people and one for programs, which name every page and lead nowhere dead."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, committed, text_of

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|<(?:img|source)[^>]*?src(?:set)?=\"([^\"]+)\"")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^- \[[^\]]+\]\(([^)]+)\): .+$")
_INDEXES = (ROOT / "docs" / "README.md", ROOT / "llms.txt")


def _written() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md" or path.name == "llms.txt"]


def _prose(path: Path) -> str:
    return _FENCE.sub("", text_of(path))


def _targets(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page leads to, each with the heading that is meant."""
    for found in (*_LINK.findall(_prose(path)), *(one or other for one, other in _IMAGE.findall(_prose(path)))):
        if "://" not in found and not found.startswith("mailto:"):
            place, _, heading = found.partition("#")
            yield ((path.parent / place).resolve() if place else path), heading


def _headings(path: Path) -> set[str]:
    """As a forge makes anchors of them."""
    made: dict[str, int] = {}
    anchors = set()
    for title in re.findall(r"^#{1,6} (.+?)\s*$", _prose(path), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", title).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = made[anchor] = made.get(anchor, -1) + 1
        anchors.add(f"{anchor}-{number}" if number else anchor)
    return anchors


def test_no_link_is_dead() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {target.name}#{heading}"
        for path in _written()
        for target, heading in _targets(path)
        if not target.exists() or (heading and target.suffix == ".md" and heading not in _headings(target))
    ]
    assert dead == []


@pytest.mark.parametrize("index", _INDEXES, ids=["people", "programs"])
def test_each_index_leads_to_every_page(index: Path) -> None:
    led_to = {target for target, _ in _targets(index)}
    pages = {
        path for path in committed() if path.suffix == ".md" and path.is_relative_to(ROOT / "docs") and path != index
    }
    decisions = {path for path in pages if path.parent.name == "decisions" and path.name != "README.md"}
    assert sorted(pages - decisions - led_to - set(_INDEXES)) == []
    of_decisions = {target for target, _ in _targets(ROOT / "docs" / "decisions" / "README.md")}
    assert sorted(decisions - of_decisions) == []


def test_the_index_for_programs_has_the_form_that_these_expect() -> None:
    lines = text_of(ROOT / "llms.txt").splitlines()
    assert lines[0] == "# Wattlink"
    assert lines[2].startswith("> ")
    after = lines[lines.index(next(line for line in lines if line.startswith("## "))) :]
    assert [line for line in after if line and not line.startswith("## ") and not _ENTRY.match(line)] == []
    assert [line for line in after if line.startswith("## ")][-1] == "## Optional"
