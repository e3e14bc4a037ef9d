"""The costs as a small picture: an SVG that reads well on light and on dark ground."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 300, 64, 40, 52
_INK, _FAINT = "#7d8590", "#7d859055"
_COLOURS = ("#3b82f6", "#d97706", "#059669")
_STEPS = 4


def drawn(figures: Mapping[str, Mapping[int, float]]) -> str:
    """CPU per operation over the accounts stored, a bar each; the numbers stand on the bars."""
    stages = list(next(iter(figures.values())))
    top = _rounded(max(cost for costs in figures.values() for cost in costs.values()))
    parts = [*_frame(top), *_legend(list(figures))]
    wide = (_WIDTH - _LEFT - 16) / len(stages)
    bar = min(48.0, wide / (len(figures) + 1))
    for at, accounts in enumerate(stages):
        middle = _LEFT + wide * (at + 0.5)
        parts.append(_text(middle, _HEIGHT - 28, f"{accounts:,}"))
        for place, costs in enumerate(figures.values()):
            x = middle + bar * (place - len(figures) / 2)
            parts += _bar(x, bar, costs[accounts], top, _COLOURS[place])
    parts.append(_text(_LEFT + (_WIDTH - _LEFT) / 2, _HEIGHT - 8, "accounts stored"))
    return "\n".join([_HEAD, *parts, "</svg>", ""])


_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="12" '
    'font-family="system-ui, sans-serif"><title>CPU time per operation over the accounts stored</title>'
)


def _rounded(most: float) -> float:
    """The top of the scale."""
    step = int(10 ** (len(str(int(most))) - 1))
    return (int(most * 1.1 / step) + 1) * step


def _y(cost: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * cost / top


def _frame(top: float) -> list[str]:
    parts = [_text(8, 16, "µs of CPU per operation", anchor="start")]
    for step in range(_STEPS + 1):
        cost = top * step / _STEPS
        y = _y(cost, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_FAINT}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{cost:,.0f}", anchor="end"))
    return parts


def _legend(kinds: Sequence[str]) -> list[str]:
    parts = []
    for place, kind in enumerate(kinds):
        x = _WIDTH - 104 * (len(kinds) - place)
        parts.append(f'<rect x="{x}" y="7" width="10" height="10" rx="2" fill="{_COLOURS[place]}"/>')
        parts.append(_text(x + 15, 16, kind, anchor="start"))
    return parts


def _bar(x: float, width: float, cost: float, top: float, colour: str) -> list[str]:
    y = _y(cost, top)
    height = _HEIGHT - _BOTTOM - y
    bar = f'<rect x="{x + 2:.1f}" y="{y:.1f}" width="{width - 4:.1f}" height="{height:.1f}" rx="2" fill="{colour}"/>'
    return [bar, _text(x + width / 2, y - 5, f"{cost:,.0f}")]


def _text(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(words)}</text>'
