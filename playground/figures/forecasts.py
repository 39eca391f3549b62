"""Forecasts beside what came: many points without markers, each line with its name, and the moment of the forecast."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from playground import theme
from playground.figures.frame import frame
from playground.figures.lines import Line

HEIGHT = 380
"""Pixels."""

_LABEL = 18  # pixels from one label to the next
_TOP, _BOTTOM = 48, 56  # pixels above and below the axes: as in `frame`
_DASHES = ("solid", "dash", "dot", "dashdot")
_TICKS = 6


def forecasts(
    truth: Line | None,
    said: Sequence[Line],
    title: str,
    x_title: str,
    y_title: str,
    *,
    now: tuple[float, str] | None = None,
    moments: Sequence[str] = (),
    dark: bool = False,
) -> go.Figure:
    """Draw a series and forecasts of it.

    Args:
        truth: the series, drawn thick; None where only the forecasters are compared.
        said: the forecasts.
        title: what there is to see.
        x_title: what runs along, with its unit.
        y_title: what runs up, with its unit.
        now: where the forecast was made, and a word for it; a thin line stands there.
        moments: names of x = 0, 1, ... on the axis, where steps have names.
        dark: colours for the dark theme.

    Raises:
        ValueError: there is no line, x and y of a line differ in length, or a line has no finite value.
    """
    base = theme.DARK if dark else theme.LIGHT
    figure, ends, found = go.Figure(), [], []
    drawn = [line for line in (truth, *said) if line]
    if not drawn:
        raise ValueError("there is neither a series nor a forecast, expected at least one line")
    for line in drawn:
        x, y = np.asarray(line.x, dtype=float), np.asarray(line.y, dtype=float)
        there = np.flatnonzero(np.isfinite(y))
        if x.shape != y.shape or x.ndim != 1 or not there.size:
            raise ValueError(f"{line.name}: x has shape {x.shape} and y {y.shape}, expected (N,) with a finite value")
        figure.add_scatter(
            x=x,
            y=np.where(np.isfinite(y), y, np.nan),
            name=line.name,
            mode="lines" if there.size > 1 else "markers",
            line={
                "color": theme.ROLES[line.role].line(dark=dark),
                "dash": _DASHES[line.dash],
                "width": 3 if line is truth else 2,
            },
            hovertemplate=f"{line.name}: %{{y:.5g}}<extra></extra>",
        )
        ends.append((x[there[-1]], y[there[-1]]))
        found.append(y[there])
    frame(figure, title, x_title, y_title, HEIGHT)
    low, high = (float(limit(np.concatenate(found))) for limit in (np.min, np.max))
    room = 0.06 * (high - low) or 1.0
    low, high = low - room, high + room
    scale = (HEIGHT - _TOP - _BOTTOM) / (high - low)
    left = min(float(np.min(np.asarray(line.x, dtype=float))) for line in drawn)
    right = max(x for x, _ in ends)
    _name(figure, drawn, ends, scale, dark=dark)
    if now:
        figure.add_vline(x=now[0], line={"color": base.text, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=now[0], y=1, yref="paper", yanchor="bottom", xanchor="center", text=now[1], showarrow=False,
            font={"size": 12, "color": base.text},
        )  # fmt: skip
    widest = max(len(line.name) for line in drawn)
    figure.update_layout(hovermode="x unified", margin={"r": 18 + 8 * widest, "t": _TOP + (12 if now else 0)})
    figure.update_yaxes(range=[low, high])
    figure.update_xaxes(range=[left, right], zeroline=False)  # names beside the axes would make them longer
    if moments:
        places = np.unique(np.linspace(0, len(moments) - 1, min(_TICKS, len(moments))).round().astype(int))
        figure.update_xaxes(tickvals=places.tolist(), ticktext=[moments[k] for k in places], tickangle=0)
    return figure


def _name(
    figure: go.Figure, drawn: Sequence[Line], ends: Sequence[tuple[float, float]], scale: float, *, dark: bool
) -> None:
    """Write each line's name: beside the axes where it runs to their end, above its middle where it ends before."""
    right = max(x for x, _ in ends)
    full = [k for k, (x, _) in enumerate(ends) if x == right]
    shifts = dict(zip(full, _apart([ends[k][1] for k in full], scale), strict=True))
    for k, line in enumerate(drawn):
        font = {"color": theme.ROLES[line.role].line(dark=dark), "size": 13}
        if k in shifts:
            figure.add_annotation(
                x=right, y=ends[k][1], yshift=shifts[k], xshift=6, text=line.name, showarrow=False, xanchor="left", font=font
            )  # fmt: skip
        else:
            x, y = np.asarray(line.x, dtype=float), np.asarray(line.y, dtype=float)
            figure.add_annotation(
                x=float(x.mean()), y=float(np.nanmax(y)), yshift=12, text=line.name, showarrow=False, font=font
            )


def _apart(heights: Sequence[float], scale: float) -> list[float]:
    """How many pixels each label moves so that none covers another and all together stay about where their lines end."""
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    groups: list[tuple[list[int], float]] = []  # labels that touch, and the middle of the stack
    for k in order:
        members, middle = [k], heights[k] * scale
        while groups and middle - _LABEL * len(members) / 2 < groups[-1][1] + _LABEL * len(groups[-1][0]) / 2:
            before, _ = groups.pop()
            members = [*before, *members]
            middle = float(np.mean([heights[m] for m in members])) * scale
        groups.append((members, middle))
    shifts = [0.0] * len(heights)
    for members, middle in groups:
        for place, k in enumerate(members):
            shifts[k] = middle + _LABEL * (place - (len(members) - 1) / 2) - heights[k] * scale
    return shifts
