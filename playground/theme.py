"""Colours and ranges by role: the one place for both. The same role looks the same in every cell and on every page.

Scales are straight lines in OKLab (Ottosson 2020), so equal steps in the data are equal steps to the eye. Roles stay
apart for colour-blind eyes (a test simulates them), and no role is told by its colour alone.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

STOPS = 33
"""Colours in a scale: an odd number, so that zero has one of its own."""


@dataclass(frozen=True)
class Base:
    """The page itself in one theme. `.streamlit/config.toml` says the same; a test compares them."""

    background: str
    secondary: str
    text: str
    primary: str
    border: str


LIGHT = Base(background="#ffffff", secondary="#f4f6f8", text="#0f1720", primary="#19609a", border="#d5dbe1")
DARK = Base(background="#11161c", secondary="#1a2129", text="#e9eef3", primary="#7fb8ec", border="#36414d")


@dataclass(frozen=True)
class Role:
    """What a value is for, and how that looks.

    Attributes:
        light: line colour in the light theme; the high end of the scale.
        dark: the same in the dark theme.
        below: the low end of a signed scale, for light and dark; empty for values in (0, 1).
        span: the range of the values; None where there is no bound.
    """

    light: str
    dark: str
    below: tuple[str, str] | tuple[()] = ()
    span: tuple[float, float] | None = (0.0, 1.0)

    @property
    def signed(self) -> bool:
        """Values may be negative, and zero is the middle of the scale."""
        return bool(self.below)

    def line(self, *, dark: bool) -> str:
        """The colour of a line or a label."""
        return self.dark if dark else self.light


ROLES: dict[str, Role] = {
    "write": Role("#1b6342", "#9ebf8e"),
    "keep": Role("#1c3576", "#6989fc"),
    "reset": Role("#51515a", "#a5a7aa"),
    "read": Role("#897435", "#f7eb92"),
    "candidate": Role("#661a0d", "#e46b1a", ("#2a78c8", "#9ccbff"), (-1.0, 1.0)),
    "memory": Role("#7a3aa5", "#bb81a9", ("#6f7f00", "#c3d96b"), None),
    "state": Role("#1e808f", "#75edfa", ("#b04a00", "#e08a3c"), (-1.0, 1.0)),
    "share": Role("#3d4854", "#ccd4dc", ("#a0602a", "#d08a50"), None),
}
"""Roles by name; docs/style.md says which gate of which cell has which. `share` is any value inside an equation."""


def limits(role: str, values: NDArray[np.floating]) -> tuple[float, float]:
    """The range of a scale or an axis: the role's own, or as wide as the largest |value| needs. It never clips.

    Args:
        role: a key of `ROLES`.
        values: any shape; NaN and infinity are passed over.
    """
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    span = ROLES[role].span
    if span is None:
        return (-largest, largest) if largest else (-1.0, 1.0)
    low, high = span
    if finite.size and (finite.min() < low or finite.max() > high):
        return (-largest, largest)
    return span


@cache
def scale(role: str, *, dark: bool) -> tuple[str, ...]:
    """The colours of a scale from low to high, `STOPS` of them as #rrggbb.

    Signed roles run from their lower colour through the page's background to their own; the others start at the
    background. Lightness changes evenly along each half.
    """
    base = DARK if dark else LIGHT
    colours = ROLES[role]
    zero, high = _oklab(base.background), _oklab(colours.line(dark=dark))
    half = STOPS // 2 + 1
    if not colours.below:
        return _ramp(zero, high, STOPS)
    low = _oklab(colours.below[dark])
    return _ramp(low, zero, half)[:-1] + _ramp(zero, high, half)


def _ramp(start: NDArray[np.floating], end: NDArray[np.floating], count: int) -> tuple[str, ...]:
    along = np.linspace(0, 1, count)[:, None]
    return tuple(_hex(colour) for colour in start + (end - start) * along)


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _oklab(colour: str) -> NDArray[np.floating]:
    """#rrggbb in OKLab, (3,): lightness in [0, 1], then two axes of hue."""
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return _TO_LAB @ np.cbrt(_TO_LMS @ linear)


def _hex(lab: NDArray[np.floating]) -> str:
    linear = np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.clip(linear, 0, None) ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in np.clip(rgb, 0, 1))
