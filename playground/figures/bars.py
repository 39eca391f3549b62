"""Bars: one signed number for each hidden unit, with one of them marked."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame


def bars(  # noqa: PLR0913 - the options of one figure, most by keyword
    values: ArrayLike,
    marked: int,
    role: str,
    title: str,
    y_title: str,
    *,
    span: tuple[float, float] | None = None,
    dark: bool = False,
    height: int = 320,
    say: Say = english,
) -> go.Figure:
    """Draw a bar for each unit; the marked one is full and bears its number, the others are pale.

    Args:
        values: (H,); what is not finite has no bar.
        marked: a unit in 0..H-1.
        role: a key of `theme.ROLES`: gives the colour.
        title: what there is to see.
        y_title: what the bars measure, with its unit.
        span: range of the y axis, where it has a meaning (-1 to 1 for a correlation).
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: `values` is not (H,), or there is no such unit.
        KeyError: there is no such role.
    """
    heights = np.asarray(values, dtype=float)
    if heights.ndim != 1 or not 0 <= marked < heights.size:
        raise ValueError(f"values has shape {heights.shape} and unit {marked} is marked, expected (H,) and 0 to H - 1")
    if role not in theme.ROLES:
        raise KeyError(f"role is {role!r}, expected one of {', '.join(theme.ROLES)}")
    units = np.arange(1, heights.size + 1)
    colour = theme.ROLES[role].line(dark=dark)
    full = units == marked + 1
    figure = go.Figure(
        go.Bar(
            x=units,
            y=np.where(np.isfinite(heights), heights, np.nan),
            text=[say("{value:.2f}", value=value) if mark else "" for value, mark in zip(heights, full, strict=True)],
            textposition="outside",
            cliponaxis=False,
            marker={"color": colour, "opacity": np.where(full, 1.0, 0.35)},
            hovertemplate=say("unit %{x}: %{y:.4f}") + "<extra></extra>",
        )
    )
    frame(figure, title, say("hidden unit"), y_title, height)
    figure.update_xaxes(tickvals=sorted({1, *range(4, heights.size + 1, 4), marked + 1, heights.size}))
    if span is not None:
        figure.update_yaxes(range=span)
    return figure
