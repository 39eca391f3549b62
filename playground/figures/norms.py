"""Norms: a size for each step on a log axis, several of them beside each other."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.bands import power
from playground.figures.frame import Say, english, frame

_SYMBOLS = ("circle", "diamond-open", "square-open", "x")
_ROLES = ("memory", "state", "keep", "write")


def norms(
    series: Mapping[str, ArrayLike],
    labels: Sequence[str],
    title: str,
    y_title: str,
    *,
    x_title: str = "step",
    dark: bool = False,
    height: int = 360,
    say: Say = english,
) -> go.Figure:
    """Draw sizes that may differ by many powers of ten.

    Args:
        series: log10 of the sizes, (T,) by name, at most four. A size of 0, -inf, has no point: a log axis has no place
            for it.
        labels: names of the steps on the axis, (T).
        title: what there is to see.
        y_title: what is drawn, with its unit.
        x_title: what runs along.
        dark: colours for the dark theme.
        height: pixels.
        say: writes the numbers.

    Raises:
        ValueError: the arrays and the labels differ in length, there are none, or more than four series.
    """
    if not 1 <= len(series) <= len(_SYMBOLS):
        raise ValueError(f"series has {len(series)} runs, expected 1 to {len(_SYMBOLS)}")
    steps = np.arange(1, len(labels) + 1)
    figure = go.Figure()
    lowest, highest = np.inf, -np.inf
    for symbol, role, (name, values) in zip(_SYMBOLS, _ROLES, series.items(), strict=False):
        y = np.asarray(values, dtype=float)
        if y.shape != steps.shape or not y.size:
            raise ValueError(f"{name} has shape {y.shape}, expected ({len(labels)},), one for each label")
        finite = np.isfinite(y)
        if finite.any():
            lowest, highest = min(lowest, y[finite].min()), max(highest, y[finite].max())
        figure.add_scatter(
            x=steps,
            y=np.where(finite, y, np.nan),
            customdata=[say("10<sup>{power:.1f}</sup>", power=value) if np.isfinite(value) else "0" for value in y],
            name=name,
            mode="lines+markers",
            line={"color": theme.ROLES[role].line(dark=dark), "width": 1.5},
            marker={"size": 9, "symbol": symbol},
            hovertemplate=f"{name}: %{{customdata}}<extra></extra>",
        )
    frame(figure, title, x_title, y_title, height)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 14}},
        hovermode="x unified",
        margin={"t": 84},
        title={"y": 0.97, "yanchor": "top"},
    )
    shown = np.unique(np.linspace(1, len(labels), min(len(labels), 24)).round().astype(int))
    figure.update_xaxes(
        tickvals=shown,
        ticktext=[labels[k - 1] for k in shown],
        tickangle=-45 if max(len(label) for label in labels) > 3 else 0,
        range=[0.4, len(labels) + 0.6],
        zeroline=False,
    )
    if lowest > highest:
        lowest, highest = -1.0, 0.0
    low, high = np.floor(lowest - 0.2), np.ceil(highest + 0.2)
    ticks = np.arange(low, high + 1, max(1, np.ceil((high - low) / 8)))
    figure.update_yaxes(range=[low, high], tickvals=ticks, ticktext=[power(tick) for tick in ticks], zeroline=False)
    return figure
