"""Magnitudes of numbers on a log axis that has no end: 1e-45 and 1e-4000 alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

_DASHES = ("solid", "dash", "dot", "dashdot")
_LABEL = 18  # pixels from one label to the next
_DRAWN = 400  # points of a line; what is between two of them is less than a pixel
_DOTS = 45  # a line with no more points than this shows each of them
_LEAST_SPAN = 0.5  # decades of the axis at least
_BEYOND = 4.0  # decades of a steady axis on the side where nothing is drawn
_DECADES = 4  # with fewer of them on the axis, there are ticks between them

_Label = tuple[float, float, str, str, bool]  # x, y, words, colour, whether its line falls


@dataclass(frozen=True, eq=False)
class Magnitude:
    """How large a number is along some axis.

    Attributes:
        name: written beside the line.
        x: where, (N,).
        log10: log10 of its |size|, (N,); where it is not finite, the line has a gap.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3, tells lines of one role apart without colour.
        label: the point that the name stands at; the last one with a size if not given.
        marker: a Plotly symbol for that point; "" for none.
        negative: where the number itself is below 0, (N,): an open dot; nowhere if not given.
        labelled: the name stands beside the line; otherwise only hovering tells it.
    """

    name: str
    x: ArrayLike
    log10: ArrayLike
    role: str
    dash: int = 0
    label: int | None = None
    marker: str = ""
    negative: ArrayLike | None = None
    labelled: bool = True


def magnitudes(  # noqa: PLR0913 - words for all parts of it
    series: Sequence[Magnitude],
    title: str,
    x_title: str,
    y_title: str,
    *,
    here: tuple[float, str] | None = None,
    steady: bool = False,
    dark: bool = False,
    height: int = 380,
    say: Say = english,
) -> go.Figure:
    """Draw magnitudes on a log axis with labels beside the lines.

    The axis is drawn as a linear one of exponents, as numbers below 1e-308 have no place on Plotly's own log axis.

    Args:
        series: the lines.
        title: what there is to see.
        x_title: what runs along, with its unit.
        y_title: what runs up; "log axis" is added.
        here: an x to mark, and its words.
        steady: the axis ends at round places from 1e-50 on, so that a line that changes a little moves on a still axis.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no line, or a line's parts differ in length.
        KeyError: there is no such role.
    """
    if not series:
        raise ValueError("series is empty, expected at least one line")
    figure, base = go.Figure(), theme.DARK if dark else theme.LIGHT
    labels = [_draw(figure, one, say, dark=dark, background=base.background) for one in series]
    frame(figure, title, x_title, say("{size}, log axis", size=y_title), height)
    exponents = np.concatenate([_exponents(one) for one in series])
    low, high = (float(exponents.min()), float(exponents.max())) if exponents.size else (0.0, 0.0)
    room = max(_LEAST_SPAN - (high - low), 0.0) / 2 + 0.08 * max(high - low, _LEAST_SPAN)
    low, high = (_stop(low, -1), _stop(high, 1)) if steady else (low - room, high + room)
    places = np.concatenate([np.asarray(one.x, dtype=float) for one in series])
    middle = float(places.min() + places.max()) / 2
    _write(figure, [label for label in labels if label], middle, (height - 104) / (high - low))
    if here is not None:
        at, words = here
        figure.add_vline(x=at, line={"color": base.text, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=at, y=0, yref="paper", yanchor="bottom", xanchor="right" if at > middle else "left", text=f" {words} ",
            showarrow=False, font={"size": 14}, bgcolor=base.background,
        )  # fmt: skip
    figure.update_yaxes(range=[low, high], zeroline=False, **_ticks(low, high, say))
    figure.update_xaxes(zeroline=False)
    return figure


def written(log10: float, say: Say = english) -> str:
    """A number as text from its log10, which may be far below what a float can be: 1.75e-46."""
    if not np.isfinite(log10):
        return "0" if log10 < 0 else "∞"
    if -4 < log10 < 5:
        return say("{value:.4g}", value=10**log10)
    exponent = int(np.floor(log10))
    mantissa = say("{value:.3g}", value=10 ** (log10 - exponent))
    return f"1e{exponent + 1}" if mantissa == "10" else f"{mantissa}e{exponent}"


def _stop(end: float, sign: int) -> float:
    """The round place where an axis ends that goes as far as `end`: 50, 100, 200 ... decades, or little beyond 1."""
    far = sign * end
    if far <= 0:
        return sign * _BEYOND
    return sign * next(k * 10.0**power for power in range(1, 9) for k in (5, 10, 20) if k * 10.0**power >= 1.05 * far)


def _ticks(low: float, high: float, say: Say) -> dict[str, Any]:
    """Powers of ten, or 1, 2, 5 and so on where there are few of them."""
    if high - low < _DECADES:
        marks = [10.0**k * part for k in range(int(low) - 2, int(high) + 2) for part in (1, 2, 5)]
        return {"tickvals": np.log10(marks), "ticktext": [written(float(np.log10(mark)), say) for mark in marks]}
    step = next((k * 10**power for power in range(6) for k in (1, 2, 5) if (high - low) / (k * 10**power) <= 8), None)
    return {"tickprefix": "10<sup>", "ticksuffix": "</sup>", "exponentformat": "none", "tick0": 0, "dtick": step}


def _exponents(one: Magnitude) -> NDArray[np.float64]:
    """The finite exponents of a line."""
    x, log10 = np.asarray(one.x), np.asarray(one.log10, dtype=float)
    if x.shape != log10.shape or x.ndim != 1 or not x.size:
        raise ValueError(f"{one.name}: x has shape {x.shape} and log10 {log10.shape}, expected (N,) for both")
    return log10[np.isfinite(log10)]


def _draw(figure: go.Figure, one: Magnitude, say: Say, *, dark: bool, background: str) -> _Label | None:
    """Add a line; give back its label, if it has one."""
    if one.role not in theme.ROLES:
        raise KeyError(f"role is {one.role!r}, expected one of {', '.join(theme.ROLES)}")
    known = _exponents(one)
    x, log10 = np.asarray(one.x), np.asarray(one.log10, dtype=float)
    negative = np.zeros(x.shape, bool) if one.negative is None else np.asarray(one.negative, bool)
    if negative.shape != x.shape:
        raise ValueError(f"{one.name}: negative has shape {negative.shape}, expected {x.shape}")
    colour = theme.ROLES[one.role].line(dark=dark)
    label = one.label if one.label is not None else int(np.flatnonzero(np.isfinite(log10))[-1]) if known.size else 0
    shown = np.unique(np.linspace(0, x.size - 1, min(x.size, _DRAWN)).round().astype(int))
    shown = np.union1d(shown, [label])
    figure.add_scatter(
        x=x[shown],
        y=np.where(np.isfinite(log10), log10, np.nan)[shown],
        name=one.name,
        mode="lines+markers" if x.size <= _DOTS else "lines",
        line={"color": colour, "width": 2.5, "dash": _DASHES[one.dash]},
        marker={
            "size": 8,
            "color": [background if below else colour for below in negative[shown]],
            "line": {"color": colour, "width": 2},
        },
        text=[
            ("−" if below else "") + written(size, say)
            for below, size in zip(negative[shown], log10[shown], strict=True)
        ],
        hovertemplate=f"{one.name}: %{{text}}<extra></extra>",
    )
    if not one.labelled or not np.isfinite(log10[label]):
        return None
    if one.marker:
        figure.add_scatter(
            x=[x[label]], y=[log10[label]], mode="markers", cliponaxis=False, hoverinfo="skip",
            marker={"symbol": one.marker, "size": 11, "color": colour, "line": {"color": colour, "width": 2}},
        )  # fmt: skip
    return float(x[label]), float(log10[label]), one.name, colour, _falls(log10, label)


def _falls(log10: NDArray[np.float64], at: int) -> bool:
    """Whether a line falls where its label stands."""
    near = log10[max(0, at - len(log10) // 10 - 1) : at + len(log10) // 10 + 2]
    near = near[np.isfinite(near)]
    return bool(near[0] > near[-1])


def _write(figure: go.Figure, labels: Sequence[_Label], middle: float, scale: float) -> None:
    """Write names beside their points, towards the middle of the picture and off their lines, none over another one.

    `scale` is the pixels of a decade.
    """
    for right in (False, True):
        for up in (False, True):
            sign, end = (1 if up else -1), -np.inf
            here = [label for label in labels if (label[0] > middle) == right and (label[4] != right) == up]
            for x, y, name, colour, _ in sorted(here, key=lambda label: sign * label[1]):
                at = sign * y * scale + 12
                shift = max(0.0, end + _LABEL - at)
                end = at + shift
                figure.add_annotation(
                    x=x, y=y, xshift=-8 if right else 8, yshift=sign * (12 + shift), text=name, showarrow=False,
                    xanchor="right" if right else "left", font={"color": colour, "size": 14},
                )  # fmt: skip
