"""Errors against a scale, both on log axes, beside the law that they follow."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame

EXACT = 1e-17
"""What is below has no place on the axis: it is drawn at its foot, and hovering tells how small it is."""

_SYMBOLS = ("circle", "diamond-open", "square-open", "x")


def errors(  # noqa: PLR0913 - the options of one figure, most by keyword
    scales: ArrayLike,
    series: Mapping[str, ArrayLike],
    law: tuple[str, float, float],
    here: float,
    title: str,
    x_title: str,
    *,
    dark: bool = False,
    height: int = 420,
    say: Say = english,
) -> go.Figure:
    """Draw |error| against a scale for several runs, and the line factor · scale ** power that they should follow.

    Args:
        scales: (N,), above 0.
        series: errors (N,) by the name of their run, at most four.
        law: its name, its factor and its power; a factor of 0 draws none.
        here: the scale to mark.
        title: what there is to see.
        x_title: what the scale is.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: errors do not fit the scales, or there are more than four runs.
    """
    s = np.asarray(scales, dtype=float)
    if len(series) > len(_SYMBOLS):
        raise ValueError(f"series has {len(series)} runs, expected at most {len(_SYMBOLS)}")
    figure = go.Figure()
    name, factor, power = law
    base = theme.DARK if dark else theme.LIGHT
    if factor > 0:
        figure.add_scatter(
            x=s,
            y=np.where(factor * s**power >= EXACT, factor * s**power, np.nan),
            name=name,
            mode="lines",
            line={"color": theme.ROLES["share"].line(dark=dark), "width": 2.5, "dash": "dash"},
            hovertemplate=f"{name}: %{{y:.2e}}<extra></extra>",
        )
    for symbol, role, (run, values) in zip(
        _SYMBOLS, ("state", "memory", "keep", "write"), series.items(), strict=False
    ):
        y = np.abs(np.asarray(values, dtype=float))
        if y.shape != s.shape:
            raise ValueError(f"{run}: errors have shape {y.shape}, expected {s.shape} as the scales")
        figure.add_scatter(
            x=s,
            y=np.where(np.isfinite(y), np.maximum(y, EXACT), np.nan),
            customdata=y,
            name=run,
            mode="markers",
            marker={"size": 9, "symbol": symbol, "color": theme.ROLES[role].line(dark=dark), "line": {"width": 2}},
            cliponaxis=False,
            hovertemplate=f"{run}: " + say("s = %{x:.2g}, off by %{customdata:.2e}") + "<extra></extra>",
        )
    figure.add_vline(x=here, line={"color": base.text, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=np.log10(here), y=1, yref="paper", yanchor="top", xanchor="right", text=f"s = {here:g} ", showarrow=False,
        font={"size": 14},
    )  # fmt: skip
    frame(figure, title, x_title, say("largest |error| of the output, log axis"), height)
    figure.update_layout(
        showlegend=True,
        legend={"x": 1, "xanchor": "right", "y": 0.04, "yanchor": "bottom", "font": {"size": 14}},
    )
    figure.update_xaxes(
        type="log", exponentformat="power", dtick=1, range=[np.log10(s.min()) - 0.2, np.log10(s.max()) + 0.2]
    )
    powers = np.arange(-15, 1, 3)
    figure.update_yaxes(
        type="log",
        range=[np.log10(EXACT), 2],
        tickvals=[EXACT, *(10.0**powers)],
        ticktext=[
            f"< 10<sup>{np.log10(EXACT):.0f}</sup>",
            *(f"10<sup>{power}</sup>" if power else "1" for power in powers),
        ],
    )
    return figure
