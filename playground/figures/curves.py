"""Curves of many points, each with its name beside its end: plain or log axis, bands, levels and marked places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import frame

_DASHES = ("solid", "dash", "dot", "dashdot")
_LABEL = 17  # pixels from one label to the next
_LETTER = 7.6  # pixels of a letter of a label
_FRAME = 104  # pixels above and below the axes: as in `frame`


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve.

    Attributes:
        name: written at the end of the curve; empty writes nothing.
        x: where, (N,).
        y: how much, (N,); what is not finite leaves a gap, and on a log axis so does what is not above 0.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3, tells curves of one role apart without colour.
        band: low and high edge of what lies around it, (N,) each.
        dots: draw its points as dots, with a line between them.
        wide: a broad pale line, on which another one may lie.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    role: str
    dash: int = 0
    band: tuple[ArrayLike, ArrayLike] | None = None
    dots: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Place:
    """A place worth words: a cross at (x, y), or with y None a vertical line at x, or with x None a level at y."""

    text: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Axes:
    """The two axes.

    Attributes:
        x: what runs along, with its unit.
        y: what runs up, with its unit.
        log: powers of ten run up.
        span: range of the y axis; as wide as the curves and levels need if not given.
        reach: range of the x axis; as wide as the curves if not given.
    """

    x: str
    y: str
    log: bool = False
    span: tuple[float, float] | None = None
    reach: tuple[float, float] | None = None


def curves(
    series: Sequence[Curve],
    title: str,
    axes: Axes,
    *,
    places: Sequence[Place] = (),
    dark: bool = False,
    height: int = 340,
) -> go.Figure:
    """Draw curves with direct labels.

    Args:
        series: the curves.
        title: what there is to see.
        axes: what runs along and up.
        places: what to mark.
        dark: colours for the dark theme.
        height: pixels.

    Raises:
        ValueError: there is no curve, or x and y of a curve differ in length.
    """
    if not series:
        raise ValueError("series is empty, expected at least one curve")
    drawn = [_points(curve, log=axes.log) for curve in series]
    low, high = _range(series, drawn, places, axes)
    figure = go.Figure()
    for curve, (x, y) in zip(series, drawn, strict=True):
        _add(figure, curve, x, y, dark=dark)
    frame(figure, title, axes.x, axes.y, height)
    for place in places:
        _mark(figure, place, log=axes.log, dark=dark)
    _label(figure, (series, drawn), places, axes, (low, high, height - _FRAME), dark=dark)
    widest = max(len(_bare(name)) for name in [*(c.name for c in series), *(p.text for p in places if p.x is None)])
    figure.update_layout(hovermode="x unified", margin={"r": 20 + round(_LETTER * widest)})
    figure.update_xaxes(zeroline=False)
    if axes.reach is not None:
        figure.update_xaxes(range=axes.reach)
    figure.update_yaxes(range=[low, high], zeroline=False)
    if axes.log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=max(1, round((high - low) / 6)))
    return figure


def _points(curve: Curve, *, log: bool) -> tuple[NDArray, NDArray]:
    x, y = np.asarray(curve.x), np.asarray(curve.y, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not x.size:
        raise ValueError(f"{curve.name}: x has shape {x.shape} and y {y.shape}, expected (N,) for both")
    return x, np.where(np.isfinite(y) & ((y > 0) | (not log)), y, np.nan)


def _range(
    series: Sequence[Curve],
    drawn: Sequence[tuple[NDArray, NDArray]],
    places: Sequence[Place],
    axes: Axes,
) -> tuple[float, float]:
    """The range of the y axis, as log10 where it is a log axis."""
    span, log = axes.span, axes.log
    if span is not None:
        return (float(np.log10(span[0])), float(np.log10(span[1]))) if log else span
    edges = [np.asarray(edge, dtype=float) for curve in series if curve.band for edge in curve.band]
    levels = np.array([place.y for place in places if place.y is not None], dtype=float)
    found = np.concatenate([*(y for _, y in drawn), *edges, levels])
    found = found[np.isfinite(found) & ((found > 0) | (not log))]
    if log:
        found = np.log10(found)
    if not found.size:
        return (-1.0, 1.0)
    low, high = float(found.min()), float(found.max())
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def _add(figure: go.Figure, curve: Curve, x: NDArray, y: NDArray, *, dark: bool) -> None:
    colour = theme.ROLES[curve.role].line(dark=dark)
    if curve.band:
        for edge, fill in zip(curve.band, (None, "tonexty"), strict=True):
            figure.add_scatter(
                x=x, y=np.asarray(edge, dtype=float), name=curve.name, mode="lines", fill=fill,
                fillcolor=_pale(colour), line={"width": 0}, hoverinfo="skip",
            )  # fmt: skip
    figure.add_scatter(
        x=x,
        y=y,
        name=_bare(curve.name),
        mode="lines+markers" if curve.dots else "lines",
        line={"color": colour, "dash": _DASHES[curve.dash], "width": 7 if curve.wide else 2.2},
        opacity=0.35 if curve.wide else 1,
        marker={"size": 7},
        hovertemplate=f"{curve.name}: %{{y:.3g}}<extra></extra>",
    )


def _mark(figure: go.Figure, place: Place, *, log: bool, dark: bool) -> None:
    base = theme.DARK if dark else theme.LIGHT
    line = {"color": base.text, "width": 1.5, "dash": "dot"}
    words = {"text": place.text, "showarrow": False, "font": {"size": 14}}
    if place.x is None and place.y is not None:
        figure.add_hline(y=place.y, line=line)  # its words stand beside those of the curves
    elif place.y is None and place.x is not None:
        figure.add_vline(x=place.x, line=line)
        figure.add_annotation(yref="paper", y=0, x=place.x, yanchor="bottom", xanchor="left", xshift=4, **words)
    elif place.x is not None and place.y is not None:
        y = float(np.log10(place.y)) if log else place.y
        figure.add_scatter(
            x=[place.x],
            y=[place.y],
            mode="markers",
            name=place.text,
            cliponaxis=False,
            marker={"symbol": "x-thin", "size": 13, "line": {"width": 3, "color": base.text}},
            hovertemplate=f"{place.text}<extra></extra>",
        )
        figure.add_annotation(x=place.x, y=y, xanchor="left", xshift=10, yshift=-12, **words)


def _label(
    figure: go.Figure,
    curves_drawn: tuple[Sequence[Curve], Sequence[tuple[NDArray, NDArray]]],
    places: Sequence[Place],
    axes: Axes,
    span: tuple[float, float, float],
    *,
    dark: bool,
) -> None:
    """Write the names of curves and levels at the right edge, at their heights; names keep off each other.

    A curve that ends early has its name where it ends. `span`: the lowest and highest value of the axis, and its pixels.
    """
    low, high, room = span
    series, drawn = curves_drawn
    right = max(float(x[-1]) for x, _ in drawn)
    base = theme.DARK if dark else theme.LIGHT

    def on_axis(y: float) -> float:
        return min(max(float(np.log10(y)) if axes.log else y, low), high)

    named = [(place.text, on_axis(place.y), base.text) for place in places if place.x is None and place.y is not None]
    for curve, (x, y) in zip(series, drawn, strict=True):
        last = np.flatnonzero(np.isfinite(y))
        if not curve.name or not last.size:
            continue
        end, colour = on_axis(float(y[last[-1]])), theme.ROLES[curve.role].line(dark=dark)
        if x[last[-1]] >= 0.9 * right:
            named.append((curve.name, end, colour))
        else:
            font, below = {"color": colour, "size": 14}, -13 if curve.dots else 0  # dots may lie where it ends
            figure.add_annotation(
                x=x[last[-1]],
                y=end,
                xshift=8,
                yshift=below,
                text=curve.name,
                showarrow=False,
                xanchor="left",
                font=font,
            )
    scale = room / (high - low)
    heights = _apart([(y - low) * scale for _, y, _ in named], room)
    for (text, _, colour), pixels in zip(named, heights, strict=True):
        font = {"color": colour, "size": 14}
        y = low + pixels / scale
        figure.add_annotation(xref="paper", x=1, xshift=5, y=y, text=text, showarrow=False, xanchor="left", font=font)


def _apart(wanted: Sequence[float], room: float) -> list[float]:
    """Heights in pixels near the wanted ones, `_LABEL` apart at least, and not above `room` where that is possible."""
    placed = [0.0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    below = -np.inf
    for k in order:
        placed[k] = below = max(wanted[k], below + _LABEL)
    above = room + _LABEL
    for k in reversed(order):
        placed[k] = above = min(placed[k], above - _LABEL)
    return placed


def _bare(name: str) -> str:
    return name.replace("<sub>", "").replace("</sub>", "")


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"
