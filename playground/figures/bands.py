"""Bands: how something shrinks or grows over many powers of ten, as a line with a band over seeds around it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

POINTS = 500
"""Points of a line at most; of a longer one, so many are drawn at even distances, the first and the last among them."""

_DASHES = ("solid", "dash", "dot", "dashdot")
_LABEL = 18  # pixels from one label to the next
_TOP, _BOTTOM = 48, 56  # pixels above and below the axes: as in `frame`
_STEPS = (1, 2, 3, 5, 10)  # powers of ten between two ticks, and these times 10, 100, ...
_TICKS = 7
_FORMATS = {"float32": np.float32, "float64": np.float64}


@dataclass(frozen=True, eq=False)
class Band:
    """One line, and what lies around it.

    Attributes:
        name: written at the end of the line.
        values: log10 of the seeds' sizes, (S, N), the first value at x = 0; -inf is an exact 0 and leaves a gap. The line
            is their median, the band runs from the smallest to the largest.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3, tells lines of one role apart without colour.
    """

    name: str
    values: ArrayLike
    role: str
    dash: int = 0


@dataclass(frozen=True)
class Mark:
    """A place on a line: where, log10 of how much, and words beside it."""

    x: float
    log10: float
    text: str


def bands(
    series: Sequence[Band],
    title: str,
    x_title: str,
    y_title: str,
    *,
    mark: Mark | None = None,
    dark: bool = False,
    height: int = 460,
    say: Say = english,
) -> go.Figure:
    """Draw lines with bands over x = 0, 1, 2, ... on an axis of powers of ten, of which there may be thousands.

    Where float32 and float64 would have said 0, a thin line says so.

    Args:
        series: the lines.
        title: what there is to see.
        x_title: what runs along, with its unit.
        y_title: what runs up, with its unit.
        mark: a place to mark.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no line, or its values are not (S, N).
    """
    if not series:
        raise ValueError("series is empty, expected at least one line")
    figure, ends, found, longest = go.Figure(), [], [], 1
    for line in series:
        values = np.asarray(line.values, dtype=float)
        if values.ndim != 2 or not values.size:
            raise ValueError(f"{line.name}: values have shape {values.shape}, expected (S, N)")
        x, low, middle, high = _summary(values)
        _add_band(figure, line, (x, low, middle, high), dark=dark)
        longest = max(longest, int(x[-1]))
        found += [low[np.isfinite(low)], high[np.isfinite(high)]]
        drawn = np.flatnonzero(np.isfinite(middle))
        ends.append((x[drawn[-1]], middle[drawn[-1]]) if drawn.size else (0, 0.0))
    frame(figure, title, x_title, y_title, height)
    bottom, top = _range(np.concatenate(found))
    _add_floors(figure, bottom, say, dark=dark)
    shifts = _apart([y for _, y in ends], (height - _TOP - _BOTTOM) / (top - bottom))
    for line, (x_end, y_end), shift in zip(series, ends, shifts, strict=True):
        figure.add_annotation(
            x=x_end, y=y_end, yshift=shift, xshift=6, text=line.name, showarrow=False, xanchor="left",
            font={"color": theme.ROLES[line.role].line(dark=dark), "size": 14},
        )  # fmt: skip
    if mark:
        _add_mark(figure, mark, (top - mark.log10) / (top - bottom), dark=dark)
    at = ticks(bottom, top)
    figure.update_yaxes(range=[bottom, top], tickvals=at, ticktext=[power(tick) for tick in at], zeroline=False)
    figure.update_xaxes(range=[0, longest], zeroline=False)
    widest = max(len(line.name.replace("<sub>", "").replace("</sub>", "")) for line in series)
    figure.update_layout(hovermode="x unified", margin={"r": 20 + 8 * widest})
    return figure


def power(exponent: float) -> str:
    """10 to a whole number, as Plotly writes it."""
    return f"10<sup>{exponent:.0f}</sup>".replace("-", "−") if exponent else "1"


def ticks(bottom: float, top: float) -> list[int]:
    """Whole powers of ten, evenly spaced through 0, at most about seven."""
    sizes = (step * 10**decade for decade in range(9) for step in _STEPS)
    step = next(size for size in sizes if (top - bottom) / size <= _TICKS)
    return list(range(int(np.ceil(bottom / step)) * step, int(np.floor(top)) + 1, step))


def _summary(values: NDArray[np.floating]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Where points are drawn, and there the smallest, the median and the largest of the seeds; NaN for an exact 0."""
    count = values.shape[1]
    x = np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(int))
    some = values[:, x]
    with np.errstate(invalid="ignore"):  # the middle of -inf and -inf
        parts = some.min(0), np.median(some, axis=0), some.max(0)
    low, middle, high = (np.where(np.isfinite(part), part, np.nan) for part in parts)
    return x, low, middle, high


def _add_band(figure: go.Figure, line: Band, drawn: tuple[NDArray, ...], *, dark: bool) -> None:
    x, low, middle, high = drawn
    colour = theme.ROLES[line.role].line(dark=dark)
    if np.asarray(line.values).shape[0] > 1:
        for edge, fill in ((low, None), (high, "tonexty")):
            figure.add_scatter(
                x=x, y=edge, name=line.name, mode="lines", fill=fill, fillcolor=_pale(colour), line={"width": 0},
                hoverinfo="skip",
            )  # fmt: skip
    figure.add_scatter(
        x=x,
        y=middle,
        name=line.name,
        mode="lines",
        line={"color": colour, "dash": _DASHES[line.dash], "width": 2.5},
        hovertemplate=f"{line.name}: 10<sup>%{{y:.2f}}</sup><extra></extra>",
    )


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.18)"


def _range(finite: NDArray[np.floating]) -> tuple[float, float]:
    """The axis: it holds every point, and is never less than two powers of ten high."""
    if not finite.size:
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    room = max(0.05 * (high - low), 0.2)
    low, high = low - room, high + room
    wider = max(0.0, 2 - (high - low)) / 2
    return low - wider, high + wider


def _add_floors(figure: go.Figure, bottom: float, say: Say, *, dark: bool) -> None:
    """The smallest numbers of float32 and float64, where the axis reaches them and they do not crowd."""
    base = theme.DARK if dark else theme.LIGHT
    for name, dtype in _FORMATS.items():
        floor = float(np.log10(float(np.finfo(dtype).smallest_subnormal)))
        if 12 * floor < bottom < floor:
            figure.add_hline(y=floor, line={"color": base.text, "width": 1, "dash": "dot"})
            figure.add_annotation(
                x=1, xref="paper", xanchor="right", y=floor, yanchor="top", showarrow=False,
                text=say("below this line {format} says 0", format=name), font={"size": 12, "color": base.text},
            )  # fmt: skip


def _add_mark(figure: go.Figure, mark: Mark, depth: float, *, dark: bool) -> None:
    """A ring with words; `depth` is how far down it is, as a share: near the top the words would lie on the title."""
    base = theme.DARK if dark else theme.LIGHT
    ax, ay = (20, 90) if depth < 0.15 else (44, -34)
    figure.add_scatter(
        x=[mark.x], y=[mark.log10], mode="markers", hoverinfo="skip",
        marker={"size": 13, "symbol": "circle-open", "color": base.text, "line": {"width": 2.5}},
    )  # fmt: skip
    figure.add_annotation(
        x=mark.x, y=mark.log10, text=mark.text, showarrow=True, ax=ax, ay=ay, xanchor="left", arrowcolor=base.text,
        bgcolor=base.background, font={"size": 14},
    )  # fmt: skip


def _apart(ends: Sequence[float], scale: float) -> list[float]:
    """How many pixels each label moves up so that none covers another; `scale` is in pixels per power of ten."""
    shifts, below = [0.0] * len(ends), -np.inf
    for k in sorted(range(len(ends)), key=lambda k: ends[k]):
        at = ends[k] * scale
        shifts[k] = max(0.0, below + _LABEL - at)
        below = at + shifts[k]
    return shifts
