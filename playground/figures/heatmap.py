"""Heatmap: one gate or state, hidden units up, tokens along."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

ROOM_FOR_NUMBERS = 24
"""Up to so many tokens the cells are wide enough to hold their number."""


def heatmap(
    values: NDArray[np.floating],
    role: str,
    title: str,
    tokens: Sequence[str] | None = None,
    *,
    dark: bool = False,
    say: Say = english,
) -> go.Figure:
    """Draw values units × tokens in the colours and the range of their role.

    Args:
        values: (T, H), any finite or not; what is not finite stays empty.
        role: a key of `theme.ROLES`. The scale never clips: an unbounded role is scaled to its largest |value|.
        title: what there is to see.
        tokens: T words along the axis; step numbers if not given.
        dark: colours for the dark theme.
        say: says the words that are always the same.

    Raises:
        ValueError: `values` is not (T, H), or there are not T tokens.
        KeyError: there is no such role.
    """
    values = np.asarray(values)
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"values has shape {values.shape}, expected (T, H) with T and H of at least 1")
    steps, hidden = values.shape
    if tokens is not None and len(tokens) != steps:
        raise ValueError(f"tokens has {len(tokens)} words, expected {steps}: one for each row of values")
    if role not in theme.ROLES:
        raise KeyError(f"role is {role!r}, expected one of {', '.join(theme.ROLES)}")
    low, high = theme.limits(role, values)
    stops = theme.scale(role, dark=dark)
    figure = go.Figure(
        go.Heatmap(
            z=np.where(np.isfinite(values), values, np.nan).T,  # (H, T)
            x=list(range(1, steps + 1)),
            y=list(range(1, hidden + 1)),
            customdata=np.tile(np.array(tokens or [""] * steps, dtype=object), (hidden, 1)),
            zmin=low,
            zmax=high,
            colorscale=[[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)],
            colorbar={"thickness": 12, "outlinewidth": 0},
            texttemplate="%{z:.2f}" if steps <= ROOM_FOR_NUMBERS else None,
            textfont={"size": 10},
            hovertemplate="%{customdata}<br>" + say("token %{x}, unit %{y}: %{z:.6g}") + "<extra></extra>",
        )
    )
    frame(figure, title, say("token"), say("hidden unit"), 140 + 18 * hidden)
    if tokens is not None:
        figure.update_xaxes(tickvals=list(range(1, steps + 1)), ticktext=list(tokens), tickangle=-60)
    figure.update_yaxes(autorange="reversed", tickvals=sorted({1, *range(4, hidden + 1, 4), hidden}))
    return figure
