"""Sizes: something of each unit that shrinks or grows over many powers of ten, as a heatmap with a log colour scale."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.bands import power, ticks
from playground.figures.frame import Say, english, frame


def sizes(
    log10: ArrayLike,
    lags: int,
    role: str,
    title: str,
    x_title: str,
    *,
    dark: bool = False,
    height: int = 420,
    say: Say = english,
) -> go.Figure:
    """Draw log10 of sizes, units × steps back from the last one; the larger, the darker. The scale never clips.

    Args:
        log10: (N, H); -inf, an exact 0, stays empty.
        lags: steps in a column.
        role: a key of `theme.ROLES`: gives the colour.
        title: what there is to see.
        x_title: what runs along, with its unit.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: log10 is not (N, H).
    """
    values = np.asarray(log10, dtype=float)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"log10 has shape {values.shape}, expected (N, H) with at least one of each")
    columns, hidden = values.shape
    stops = theme.scale(role, dark=dark)
    stops = stops[theme.STOPS // 2 :] if theme.ROLES[role].signed else stops  # from the background to the role's colour
    drawn = np.where(np.isfinite(values), values, np.nan).T  # (H, N)
    low, high = (np.nanmin(drawn), np.nanmax(drawn)) if np.isfinite(drawn).any() else (-1.0, 0.0)
    whole = ticks(low, high)
    at = whole if len(whole) > 1 else [low, high]
    figure = go.Figure(
        go.Heatmap(
            z=drawn,
            x=np.arange(columns) * lags,
            y=np.arange(1, hidden + 1),
            zmin=low,
            zmax=high,
            colorscale=[[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)],
            colorbar={
                "thickness": 12,
                "outlinewidth": 0,
                "tickvals": at,
                "ticktext": [_short(tick, say) for tick in at],
            },
            hovertemplate=say("lag %{x}, unit %{y}: 10<sup>%{z:.2f}</sup>") + "<extra></extra>",
        )
    )
    frame(figure, title, x_title, say("hidden unit"), height)
    figure.update_yaxes(autorange="reversed", tickvals=sorted({1, *range(8, hidden + 1, 8), hidden}))
    return figure


def _short(exponent: float, say: Say) -> str:
    return (
        power(exponent)
        if exponent == round(exponent)
        else say("10<sup>{power:.1f}</sup>", power=exponent).replace("-", "−")
    )
