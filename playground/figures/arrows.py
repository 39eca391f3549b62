"""Arrows in the plane: a gradient and what clipping makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from playground import theme
from playground.figures.frame import frame


@dataclass(frozen=True)
class Arrow:
    """One arrow from the origin: its name, its tip, and a key of `theme.ROLES`."""

    name: str
    tip: tuple[float, float]
    role: str


def arrows(
    series: Sequence[Arrow], limit: float, title: str, axes: tuple[str, str], *, dark: bool = False, height: int = 400
) -> go.Figure:
    """Draw arrows, and the circle and the square within which clipping keeps them.

    Args:
        series: up to three arrows, the longest first: later ones lie on top.
        limit: radius of the circle, and half the side of the square.
        title: what there is to see.
        axes: what runs along, and what runs up.
        dark: colours for the dark theme.
        height: pixels.

    Raises:
        ValueError: there are not 1 to 3 arrows, or the limit is not above 0.
    """
    if not 1 <= len(series) <= 3 or not limit > 0:
        raise ValueError(f"{len(series)} arrows and limit {limit}, expected 1 to 3 arrows and a limit above 0")
    share = theme.ROLES["share"].line(dark=dark)
    figure = go.Figure()
    for kind in ("circle", "rect"):
        figure.add_shape(type=kind, x0=-limit, y0=-limit, x1=limit, y1=limit, line={"color": share, "dash": "dot"})
    for up, arrow in zip((0, 11, None), series, strict=False):
        colour, (x, y) = theme.ROLES[arrow.role].line(dark=dark), arrow.tip
        figure.add_scatter(
            x=[0, x], y=[0, y], name=arrow.name, mode="lines+markers",
            line={"color": colour, "width": 3}, marker={"size": [0, 11], "symbol": "arrow", "angleref": "previous"},
            hovertemplate=f"{arrow.name}: (%{{x:.4g}}, %{{y:.4g}})<extra></extra>",
        )  # fmt: skip
        side = 1 if x >= 0 else -1
        beside = {"showarrow": False, "xshift": 10 * side, "yshift": up}
        aside = {"ax": 52 * side, "ay": 36, "arrowwidth": 1, "arrowcolor": colour, "arrowhead": 0, "standoff": 6}
        figure.add_annotation(
            x=x, y=y, text=arrow.name, xanchor="left" if x >= 0 else "right", font={"color": colour, "size": 14},
            **(aside if up is None else beside),  # the third tip is often near the second: a thin line leads to its name
        )  # fmt: skip
    frame(figure, title, *axes, height)
    tips = np.array([arrow.tip for arrow in series])
    low, high = np.minimum(tips.min(0), -limit), np.maximum(tips.max(0), limit)
    room = 0.12 * float((high - low).max())
    figure.update_xaxes(range=[low[0] - room, high[0] + 2.5 * room], zeroline=True)
    figure.update_yaxes(range=[low[1] - room, high[1] + room], scaleanchor="x", zeroline=True)
    return figure
