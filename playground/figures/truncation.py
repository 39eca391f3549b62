"""Truncation: what is left of a gradient for every length of the way back."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame


def truncation(
    lost: ArrayLike,
    cosine: ArrayLike,
    here: int,
    title: str,
    *,
    window: ArrayLike | None = None,
    dark: bool = False,
    height: int = 380,
    say: Say = english,
) -> go.Figure:
    """Draw the share that is cut off and the cosine of the angle that is left, for k = 1 ... T, with one k marked.

    Args:
        lost: ||g_full - g_k|| / ||g_full||, (T,).
        cosine: of the angle between g_full and g_k, (T,); NaN leaves a gap.
        here: the k to mark.
        title: what there is to see.
        window: what a sliding window cuts off, (T,), for comparison.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: lost and cosine differ in length, or there is no such k.
    """
    off, along = np.asarray(lost, dtype=float), np.asarray(cosine, dtype=float)
    slid = np.full_like(off, np.nan) if window is None else np.asarray(window, dtype=float)
    if off.ndim != 1 or along.shape != off.shape or slid.shape != off.shape or not 1 <= here <= off.size:
        raise ValueError(
            f"lost has shape {off.shape}, cosine {along.shape}, window {slid.shape} and k is {here}, "
            "expected (T,) and 1 to T"
        )
    k = np.arange(1, off.size + 1)
    base = theme.DARK if dark else theme.LIGHT
    figure = go.Figure()
    if window is not None:
        sliding = say("cut off by a sliding window")
        figure.add_scatter(
            x=k,
            y=np.where(np.isfinite(slid), slid, np.nan),
            name=sliding,
            mode="lines",
            line={"color": theme.ROLES["share"].line(dark=dark), "width": 2, "dash": "dash"},
            hovertemplate=f"{sliding}: %{{y:.3g}}<extra></extra>",
        )
    for name, values, role, symbol, dash in (
        (say("share cut off, in chunks"), off, "memory", "circle", "solid"),
        (say("cosine to the full gradient"), along, "state", "diamond-open", "dot"),
    ):
        finite = np.where(np.isfinite(values), values, np.nan)
        colour = theme.ROLES[role].line(dark=dark)
        figure.add_scatter(
            x=k,
            y=finite,
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 7, "symbol": symbol},
            hovertemplate=f"{name}: %{{y:.3g}}<extra></extra>",
        )
        figure.add_scatter(
            x=[here],
            y=[finite[here - 1]],
            mode="markers",
            marker={"size": 15, "symbol": "circle-open", "color": colour, "line": {"width": 3}},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_vline(x=here, line={"color": base.text, "width": 1.5, "dash": "dot"})
    frame(figure, title, say("k, steps from one detach to the next"), say("ratio, and cosine"), height)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 14}},
        hovermode="x unified",
        margin={"t": 104},
        title={"y": 0.97, "yanchor": "top"},
    )
    figure.update_xaxes(range=[0.4, off.size + 0.6], zeroline=False, dtick=1 if off.size <= 20 else None)
    finite = np.concatenate([off, along, slid])
    finite = finite[np.isfinite(finite)]
    figure.update_yaxes(range=[min(-0.05, finite.min() * 1.05), max(1.05, finite.max() * 1.05)])
    return figure
