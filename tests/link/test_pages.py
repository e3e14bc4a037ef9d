"""Every page in every language: complete, small, readable, and with words for every cause, scope and message."""

import re
from importlib.resources import files
from string import hexdigits
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlink.base.languages import language_of
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.dialects.enode.users.linking import Language, Scope
from wattlink.domain.linking.model import Cause
from wattlink.domain.organizations.looks.branding import PANELS
from wattlink.domain.organizations.looks.colors import contrast, text_on
from wattlink.domain.organizations.model import Branding
from wattlink.link.brands import monogram, ordered, plain
from wattlink.link.rendering.theme import properties
from wattlink.link.texts.failures import FAILURES
from wattlink.link.texts.languages import accepted, choose, regions, spoken
from wattlink.link.texts.words import NEVER, SCOPES, kind_names, words

_COLORS = st.text(hexdigits, min_size=6, max_size=6).map(lambda digits: f"#{digits}")


def test_every_cause_has_its_own_page() -> None:
    assert set(FAILURES) == set(Cause)
    said = [(failure.title, failure.what, failure.turn) for failure in FAILURES.values()]
    assert len(set(said)) == len(said)


def test_every_scope_and_every_kind_has_its_sentences() -> None:
    assert set(SCOPES) == set(get_args(Scope))
    assert set(NEVER) == set(Kind)
    english = choose("en-US", "")
    assert len({words([kind]).link for kind in Kind} | {words(Kind).link}) == len(Kind) + 1
    assert kind_names([Kind.VEHICLE, Kind.BATTERY], english) == "Cars · Home batteries"
    for manifest in manifests().values():
        assert set(manifest.scopes) <= set(SCOPES)


@pytest.mark.parametrize("tag", [*get_args(Language), "hu", "et", "pl", "de"])
def test_a_language_that_an_app_asks_for_is_spoken_with_its_country(tag: str) -> None:
    expected = "en-US" if tag == "browser" or language_of(tag) not in spoken() else tag
    assert choose(tag, "").tag == expected


def test_the_style_knows_the_panels_that_contrast_is_computed_for() -> None:
    style = files("wattlink.link").joinpath("static", "link.css").read_text()
    assert set(re.findall(r"--panel: (#\w+)", style)) == set(PANELS.values())


def test_the_style_is_ready_for_languages_from_right_to_left() -> None:
    style = files("wattlink.link").joinpath("static", "link.css").read_text()
    rules = re.sub(r"@media \([^)]*\)|/\*.*?\*/", "", style, flags=re.DOTALL)
    sides = r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|[\s;{](?:left|right|top|bottom|width|height):"
    assert re.findall(rf"{sides}|text-align: (?:left|right)|float:", rules) == []


@given(_COLORS)
def test_whatever_the_accent_everything_can_be_read(accent: str) -> None:
    for scheme, panel in PANELS.items():
        looks = properties(Branding(accent=accent), scheme)
        assert contrast(looks["--accent"], looks["--on-accent"]) >= 4.5
        assert contrast(looks["--accent-hover"], looks["--on-accent"]) >= 4.5
        assert contrast(looks["--accent-text"], panel) >= 4.5
        assert contrast(looks["--accent-line"], panel) >= 3.0


@pytest.mark.parametrize(("color", "text"), [("#ffffff", "#000000"), ("#000000", "#ffffff"), ("#ffe600", "#000000")])
def test_text_turns_black_or_white(color: str, text: str) -> None:
    assert text_on(color) == text


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize("accent", [None, "", "red", "#fff", "#12345g", "#0b6b57;}body{display:none", "url(x)"])
def test_an_accent_that_is_none_is_ours(accent: str | None) -> None:
    assert properties(Branding(accent=accent), "light") == properties(Branding(), "light")


@pytest.mark.parametrize(
    ("wanted", "header", "tag"),
    [
        ("de-DE", "fr", "de-DE"),
        ("nb-NO", "", "nb-NO"),
        ("en-GB", "", "en-GB"),
        ("el-GR", "de", "en-US"),
        ("browser", "de-AT,de;q=0.9,en;q=0.8", "de-AT"),
        ("browser", "zh,el;q=0.9,fr-CH;q=0.5", "fr-CH"),
        ("browser", "en;q=0.1,nn;q=0.9", "nb"),
        ("browser", "no", "nb"),
        ("browser", "xx, *;q=0.5, ;;;, =, de;q=x", "en-US"),
        ("browser", "de;q=0, fr;q=0.1", "fr"),
        ("browser", "", "en-US"),
        ("browser", "../../etc/passwd,%00", "en-US"),
    ],
)
def test_the_language_is_the_sessions_or_the_browsers(wanted: str, header: str, tag: str) -> None:
    assert choose(wanted, header).tag == tag


@given(st.text(max_size=200))
def test_no_header_is_too_odd(header: str) -> None:
    assert choose("browser", header).direction == "ltr"
    assert all(tag for tag in accepted(header))
    regions(header)


def test_regions_follow_from_languages() -> None:
    assert regions("nb,en-GB;q=0.8,de-AT;q=0.7") == ["NO", "GB", "AT"]


def test_numbers_and_plurals_are_the_languages_own() -> None:
    german = choose("de-DE", "")
    one, many = "Your car is linked", "Your %(count)s cars are linked"
    assert german.say_many(one, many, 1) == "Ihr Auto ist verbunden"
    assert german.say_many(one, many, 2) == "Ihre 2 Autos sind verbunden"
    assert choose("fr-FR", "").say_many(one, many, 0) == "Votre voiture est associée"


@pytest.mark.parametrize(("name", "letters"), [("Easee", "E"), ("Alpha Beta Gamma", "AB"), ("ökostrom", "Ö")])
def test_a_brand_without_a_logo_gets_its_letters(name: str, letters: str) -> None:
    assert monogram(name) == letters


def test_names_are_compared_without_accents() -> None:
    assert plain(" Høiax ÉCO ") == "høiax eco"
    assert ordered([], ["DE"], "x") == ([], [])
