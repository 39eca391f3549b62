"""Orbits of one number: where it goes, and where it ends."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

LINEAR_UP_TO = 1000.0
"""Above this an orbit is drawn on a log axis."""


def orbit(
    values: NDArray[np.floating], title: str, *, dark: bool = False, height: int = 340, say: Say = english
) -> go.Figure:
    """Draw h_0 ... h_T over time; on a log axis of |h| where it explodes, with open dots for negative values.

    Args:
        values: (T + 1,), from step 0; what is not finite leaves a gap.
        title: what there is to see.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: `values` is not (T + 1,).
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"values has shape {values.shape}, expected (T + 1,)")
    finite = np.where(np.isfinite(values), values, np.nan)
    explodes = bool(np.nanmax(np.abs(finite), initial=0.0) > LINEAR_UP_TO)
    sizes = np.where(finite == 0, np.nan, np.abs(finite))  # a log axis has no place for 0
    colour = theme.ROLES["state"].line(dark=dark)
    background = (theme.DARK if dark else theme.LIGHT).background
    figure = go.Figure(
        go.Scatter(
            x=np.arange(values.size),
            y=sizes if explodes else finite,
            customdata=finite,
            mode="lines+markers",
            line={"color": colour, "width": 1.5},
            marker={
                "size": 8,
                "color": [background if explodes and value < 0 else colour for value in finite],
                "line": {"color": colour, "width": 2},
            },
            hovertemplate=say("step %{x}: h = %{customdata:.6g}") + "<extra></extra>",
        )
    )
    y_title = say("|h|, log axis; open dots are negative") if explodes else say("state h")
    frame(figure, title, say("step t"), y_title, height)
    if explodes:
        figure.update_yaxes(type="log", exponentformat="power", dtick=_decades(sizes))
    figure.update_xaxes(zeroline=False)
    return figure


def settled(
    w_h: NDArray[np.floating],
    ends: Sequence[NDArray[np.floating]],
    here: tuple[float, Sequence[float]],
    title: str,
    *,
    dark: bool = False,
    height: int = 380,
    say: Say = english,
) -> go.Figure:
    """Draw where orbits end against w_h, with one w_h marked. Where an orbit has no end, the ground is shaded.

    Args:
        w_h: the weights, (N,), evenly spaced and rising.
        ends: settled values, each (N, S) for S orbits; NaN where an orbit does not settle.
        here: the w_h to mark, and the values where its own orbit ends; none if it does not.
        title: what there is to see.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: the ends do not fit w_h.
    """
    for values in ends:
        if values.ndim != 2 or len(values) != len(w_h):
            raise ValueError(f"ends have shape {values.shape}, expected ({len(w_h)}, S)")
    colour = theme.ROLES["state"].line(dark=dark)
    base = theme.DARK if dark else theme.LIGHT
    figure = go.Figure()
    every = np.concatenate(list(ends), axis=1)  # (N, 2 S)
    figure.add_scatter(
        x=np.repeat(w_h, every.shape[1]),
        y=every.ravel(),
        mode="markers",
        marker={"size": 3, "color": colour},
        hovertemplate=say("w<sub>h</sub> = %{x:.2f}: ends at %{y:.4g}") + "<extra></extra>",
    )
    weight, own = here
    figure.add_vline(x=weight, line={"color": base.text, "width": 1.5, "dash": "dot"})
    for low, high in _runs(w_h, np.isnan(every.sum(axis=1))):
        figure.add_vrect(x0=low, x1=high, fillcolor=base.border, opacity=0.45, line_width=0, layer="below")
        figure.add_annotation(
            x=(low + high) / 2,
            y=1,
            yref="paper",
            yanchor="top",
            text=say("runs away:<br>no end"),
            showarrow=False,
            bgcolor=base.secondary,
        )
    figure.add_annotation(
        x=weight, y=0, yref="paper", yanchor="bottom", xanchor="right" if weight > 0 else "left", showarrow=False,
        text=say(" w<sub>h</sub> = {weight:.2f} ", weight=weight), font={"size": 14}, bgcolor=base.background,
    )  # fmt: skip
    figure.add_scatter(
        x=[weight] * len(own),
        y=list(own),
        mode="markers",
        marker={"size": 14, "color": colour, "line": {"color": base.text, "width": 2.5}},
        hovertemplate=say("this orbit ends at %{y:.6g}") + "<extra></extra>",
    )
    frame(figure, title, say("weight w<sub>h</sub>"), say("where h ends"), height)
    figure.update_xaxes(range=[float(w_h[0]), float(w_h[-1])], zeroline=False)
    return figure


def _runs(along: NDArray[np.floating], flags: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Stretches where the flag is up, from half a step before the first to half a step after the last."""
    half = float(along[1] - along[0]) / 2
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(float(along[a]) - half, float(along[b - 1]) + half) for a, b in edges.reshape(-1, 2)]


def _decades(sizes: NDArray[np.floating]) -> int:
    """How many powers of ten lie between two ticks."""
    finite = sizes[np.isfinite(sizes)]
    return max(1, round(float(np.ptp(np.log10(finite))) / 6)) if finite.size else 1
