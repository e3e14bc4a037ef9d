"""How the demo app says things."""

from datetime import UTC, datetime, timedelta

import pytest

from wattlink.sandbox.demo_app import words

NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "just now"), (4, "just now"), (59, "59 s ago"), (61, "1 min ago"), (7200, "2 h ago"), (200_000, "2 d ago")],
)
def test_how_long_ago_something_was(seconds: int, said: str) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("minutes", "said"), [(0, "0 min"), (59.9, "59 min"), (83, "1 h 23 min")])
def test_lengths_of_time(minutes: float, said: str) -> None:
    assert words.duration(minutes) == said


def test_the_markdown_of_interventions() -> None:
    told = words.markdown("First.<br>Then **this & that**.\n\n1. One\n2. **Two** <b>\n\nEnd.")
    assert told == (
        "<p>First.\nThen <strong>this &amp; that</strong>.</p>"
        "<ol><li>One</li><li><strong>Two</strong> &lt;b&gt;</li></ol><p>End.</p>"
    )


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "kW", "–"),
        (20.5, "°C", "20.5 °C"),
        (3.1849, "kW", "3.18 kW"),
        (12345.6, "kWh", "12,346 kWh"),
        (0, "", "0"),
    ],
)
def test_values_with_their_units(value: float | None, unit: str, said: str) -> None:
    assert words.number(value, unit) == said


def test_states_that_are_not_told_or_not_known_yet() -> None:
    assert (words.status(None), words.operation(None), words.mode("AUTO")) == ("Unknown", "Unknown", "Automatic")
    assert (words.status("NEW"), words.operation("NEW"), words.mode("NEW")) == ("NEW", "NEW", "NEW")


def test_a_vendor_is_written_as_it_writes_itself() -> None:
    assert [words.brand(vendor) for vendor in ("myuplink", "NIBE", "SOLAREDGE", "TESLA")] == [
        "NIBE myUplink", "NIBE myUplink", "SolarEdge", "Tesla",
    ]  # fmt: skip
    assert words.brand("UNKNOWN") == "UNKNOWN"
