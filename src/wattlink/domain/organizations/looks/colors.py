"""Colours that can be read: contrast as WCAG 2 computes it, and the nearest colour that has enough.

Contrast is (lighter + 0.05) / (darker + 0.05) of the relative luminances.
"""

ENOUGH_FOR_TEXT = 4.5
ENOUGH_FOR_SHAPES = 3.0

_WHITE, _BLACK = "#ffffff", "#000000"


def luminance(color: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How well two colours stand apart, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(color: str, with_: str, share: float) -> str:
    """`color` with a share of another, 0 to 1."""
    pairs = [(int(color[at : at + 2], 16), int(with_[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(own + (other - own) * share):02x}" for own, other in pairs)


def readable_on(panel: str, color: str, enough: float) -> str:
    """`color`, moved towards black or white only as far as it must be to stand out on `panel`."""
    towards = _BLACK if luminance(panel) > 0.5 else _WHITE
    for percent in range(0, 101, 4):
        moved = mixed(color, towards, percent / 100)
        if contrast(moved, panel) >= enough:
            return moved
    return towards


def text_on(color: str) -> str:
    """Black or white, whichever reads better on it; the better one always has 4.5."""
    return max((_WHITE, _BLACK), key=lambda text: contrast(text, color))


def hovered(color: str) -> str:
    """The colour of a button under the pointer: a little away from its text."""
    return mixed(color, _BLACK if text_on(color) == _WHITE else _WHITE, 0.14)
