"""An application's looks: what is refused, and what becomes of colours that could hardly be seen."""

import base64

import pytest

from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations.looks.branding import MOST_LOGO_BYTES, check_branding, shades, usable_logo
from wattlink.domain.organizations.model import Branding

_PNG = b"\x89PNG\r\n\x1a\n"


def _logo(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_what_a_brand_book_holds_is_taken() -> None:
    check_branding(
        Branding(
            name="Voltly Home",
            logo=_logo(_PNG),
            logo_dark=_logo(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
            accent="#FFE600",
            accent_dark="#ffe600",
            radius=24,
            privacy_url="https://voltly.example/privacy?lang=en",
            support_url="http://localhost:3000/help",
        )
    )
    check_branding(Branding())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent_dark", "#12345g"),
        ("accent", "#0b6b57;}body{display:none"),
        ("logo", "https://voltly.example/logo.png"),
        ("logo", "data:image/png;base64,!!!"),
        ("logo", _logo(b"<svg/>")),
        ("logo", _logo(b"GIF89a", "image/gif")),
        ("logo_dark", _logo(_PNG + bytes(MOST_LOGO_BYTES))),
        ("radius", -1),
        ("radius", 25),
        ("privacy_url", "javascript:alert(1)"),
        ("support_url", "https://"),
        ("support_url", "https://[x"),
        ("support_url", "https://voltly.example/" + "x" * 500),
    ],
)
def test_what_the_pages_could_not_use_is_refused_by_name(field: str, value: str | int) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_branding(Branding(**{field: value}))  # type: ignore[arg-type]
    assert refused.value.field == f"branding.{field}"


def test_an_accent_that_can_hardly_be_seen_is_moved_and_the_operator_can_tell() -> None:
    yellow = Branding(accent="#FFE600")
    light, dark = shades(yellow, "light"), shades(yellow, "dark")
    assert (light.fill, light.text_on_fill) == ("#ebd400", "#000000")
    assert light.contrast == 1.27
    assert light.is_adjusted
    assert light.text == "#7a6e00"
    assert (dark.fill, dark.text, dark.is_adjusted) == ("#ffe600", "#ffe600", False)


def test_a_dark_ground_may_have_an_accent_of_its_own() -> None:
    navy = Branding(accent="#0a1a44", accent_dark="#8fb4ff")
    assert (shades(navy, "light").fill, shades(navy, "dark").fill) == ("#0a1a44", "#8fb4ff")


def test_a_logo_that_is_none_is_not_shown() -> None:
    assert usable_logo(_logo(_PNG)) == _logo(_PNG)
    assert usable_logo("data:image/png,x") is None
    assert usable_logo(None) is None
