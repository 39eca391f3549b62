"""A count over the steps: what a memory holds, beside what it should hold."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame

ROOM_FOR_SIGNS = 40
"""Up to so many steps each bears its sign on the axis."""


def count(
    memory: ArrayLike,
    truth: ArrayLike,
    signs: Sequence[str],
    title: str,
    *,
    dark: bool = False,
    height: int = 360,
    say: Say = english,
) -> go.Figure:
    """Draw a memory as dots on the true count, a broad band that steps: where they part, the memory is wrong.

    Args:
        memory: what the memory holds after each step, (T,); what is not finite leaves a gap.
        truth: what it should hold, (T,).
        signs: T short words, what each step asks for.
        title: what there is to see.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: memory, truth and signs differ in length, or there are none.
    """
    held, true = np.asarray(memory, dtype=float), np.asarray(truth, dtype=float)
    if held.shape != true.shape or held.shape != (len(signs),) or not held.size:
        raise ValueError(
            f"memory has shape {held.shape}, truth {true.shape}, expected ({len(signs)},), one for each sign"
        )
    colour, band = (theme.ROLES[role].line(dark=dark) for role in ("memory", "share"))
    steps = np.arange(1, held.size + 1)
    few = held.size <= ROOM_FOR_SIGNS
    figure = go.Figure()
    figure.add_scatter(
        x=steps,
        y=true,
        customdata=list(signs),
        name=say("true count"),
        mode="lines+markers",
        line={"color": band, "width": 9 if few else 5, "shape": "hv"},
        marker={"size": 17 if few else 9, "symbol": "square", "color": band},
        opacity=0.32,
        hovertemplate=say("%{customdata}: true count %{y:.6g}") + "<extra></extra>",
    )
    figure.add_scatter(
        x=steps,
        y=np.where(np.isfinite(held), held, np.nan),
        name=say("memory c"),
        mode="lines+markers",
        line={"color": colour, "width": 2.5 if few else 1.5, "shape": "hv"},
        marker={"size": 9 if few else 4},
        hovertemplate=say("memory c %{y:.6g}") + "<extra></extra>",
    )
    frame(figure, title, say("step"), say("after the step"), height)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 14}},
        hovermode="x unified",
        margin={"t": 84},
    )
    if few:
        figure.update_xaxes(tickvals=steps, ticktext=list(signs), title=say("what each step asks for"))
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(rangemode="tozero")
    return figure
