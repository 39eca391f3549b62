"""Lines over tokens, steps or distances, each with its name at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import frame

_LABEL = 17  # pixels from one label to the next
_FRAME = 104  # pixels above and below the axes: as in `frame`
_DASHES = ("solid", "dash", "dot", "dashdot")
_WORDS = 16  # names on the axis at most: more of them run into each other on a phone


@dataclass(frozen=True, eq=False)
class Line:
    """One line.

    Attributes:
        name: written at the end of the line.
        x: where, (N,): numbers, or names that stand at 0, 1, ...
        y: how much, (N,); what is not finite leaves a gap.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3, tells lines of one role apart without colour.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    role: str
    dash: int = 0


def lines(  # noqa: PLR0913 - the options of one figure, most by keyword
    series: Sequence[Line],
    title: str,
    x_title: str,
    y_title: str,
    *,
    words: Sequence[str] | None = None,
    span: tuple[float, float] | None = None,
    reach: tuple[float, float] | None = None,
    dark: bool = False,
    height: int = 340,
) -> go.Figure:
    """Draw lines with direct labels.

    Args:
        series: the lines.
        title: what there is to see.
        x_title: what runs along, with its unit.
        y_title: what runs up, with its unit.
        words: names of x = 1, 2, ... on the axis, where the lines run over a text; of a long one, every so many.
        span: range of the y axis, where it has a meaning (0 to 1 for a share).
        reach: from where to where the x axis goes, where that is further than the lines.
        dark: colours for the dark theme.
        height: pixels.

    Raises:
        ValueError: there is no line, or x and y of a line differ in length.
    """
    if not series:
        raise ValueError("series is empty, expected at least one line")
    figure = go.Figure()
    for line in series:
        x, y = np.asarray(line.x), np.asarray(line.y, dtype=float)
        if x.shape != y.shape or x.ndim != 1 or not x.size:
            raise ValueError(f"{line.name}: x has shape {x.shape} and y {y.shape}, expected (N,) for both")
        colour = theme.ROLES[line.role].line(dark=dark)
        figure.add_scatter(
            x=x,
            y=np.where(np.isfinite(y), y, np.nan),
            name=line.name,
            mode="lines+markers",
            line={"color": colour, "dash": _DASHES[line.dash], "width": 2.5},
            marker={"size": 6},
            hovertemplate=f"{line.name}: %{{y:.4g}}<extra></extra>",
        )
    frame(figure, title, x_title, y_title, height)
    heights = _apart(series, span, height)
    for line, y_label in zip(series, heights, strict=True):
        figure.add_annotation(
            x=np.asarray(line.x)[-1],
            y=np.asarray(line.y, dtype=float)[-1],
            yshift=y_label,
            xshift=8,
            text=line.name,
            showarrow=False,
            xanchor="left",
            font={"color": theme.ROLES[line.role].line(dark=dark), "size": 14},
        )
    figure.update_layout(hovermode="x unified", margin={"r": 28 + 9 * max(len(line.name) for line in series)})
    figure.update_xaxes(
        range=_reach([*(np.asarray(line.x) for line in series), *([] if reach is None else [np.asarray(reach)])])
    )
    if words is not None:
        some = range(0, len(words), -(-len(words) // _WORDS))
        figure.update_xaxes(tickvals=[k + 1 for k in some], ticktext=[words[k] for k in some], tickangle=-45)
    if span is not None:
        figure.update_yaxes(range=span)
    return figure


def _reach(xs: Sequence[NDArray]) -> tuple[float, float]:
    """The x axis, with a little room for the dots. Left to Plotly, the names at the ends would widen it."""
    x = np.concatenate(xs)
    numbers = x.astype(float) if np.issubdtype(x.dtype, np.number) else np.arange(len(dict.fromkeys(x.tolist())))
    room = 0.03 * (float(np.ptp(numbers)) or 1.0)
    return float(numbers.min()) - room, float(numbers.max()) + room


def _apart(series: Sequence[Line], span: tuple[float, float] | None, height: int) -> list[float]:
    """How many pixels each label moves up so that labels at the ends of lines do not cover each other."""
    values = np.concatenate([np.asarray(line.y, dtype=float) for line in series])
    values = values[np.isfinite(values)] if span is None else np.array(span)
    high = float(np.ptp(values)) if values.size else 0.0
    scale = (
        (0.9 if span is None else 1.0) * (height - _FRAME) / high if high else 0.0
    )  # pixels for one unit of y, about
    ends = [float(np.asarray(line.y, dtype=float)[-1]) for line in series]
    shifts, below = [0.0] * len(ends), -np.inf
    for k in sorted(range(len(ends)), key=lambda k: ends[k]):
        at = ends[k] * scale if np.isfinite(ends[k]) else 0.0
        shifts[k] = max(0.0, below + _LABEL - at)
        below = at + shifts[k]
    return shifts
