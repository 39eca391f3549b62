"""Surprises: how much each token of one or two texts costs, side by side."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame

_ROLES = ("state", "candidate")
_ROOM = 24  # tokens up to which each bar bears its number


def surprises(
    texts: Sequence[tuple[str, Sequence[str], ArrayLike]],
    title: str,
    y_title: str,
    *,
    dark: bool = False,
    height: int = 360,
    say: Say = english,
) -> go.Figure:
    """Draw a bar for each token: full for the first text, hatched for the second.

    Args:
        texts: one or two: a name, T tokens, and what each costs, (T,); what is not finite has no bar.
        title: what there is to see.
        y_title: what the bars measure, with its unit.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same, and writes the numbers.

    Raises:
        ValueError: there are not one or two texts, or tokens and costs differ in number.
    """
    if not 1 <= len(texts) <= len(_ROLES):
        raise ValueError(f"there are {len(texts)} texts, expected one or two")
    figure = go.Figure()
    longest = max(len(tokens) for _, tokens, _ in texts)
    for (name, tokens, costs), role, pattern in zip(texts, _ROLES, ("", "/"), strict=False):
        values = np.asarray(costs, dtype=float)
        if values.shape != (len(tokens),) or not len(tokens):
            raise ValueError(f"{name}: {len(tokens)} tokens and costs of shape {values.shape}, expected (T,) for both")
        there = np.isfinite(values)
        figure.add_bar(
            x=list(range(1, len(tokens) + 1)),
            y=np.where(there, values, np.nan),
            name=name,
            customdata=[token[:40] for token in tokens],
            text=[
                say("{value:.1f}", value=value) if ok and longest <= _ROOM else ""
                for value, ok in zip(values, there, strict=True)
            ],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            marker={"color": theme.ROLES[role].line(dark=dark), "pattern": {"shape": pattern}},
            hovertemplate=f"{name}, {say('token')} %{{x}}, %{{customdata}}: %{{y:.4g}}<extra></extra>",
        )
    frame(figure, title, say("token"), y_title, height)
    ticks = [_tick([tokens[k] for _, tokens, _ in texts if k < len(tokens)]) for k in range(longest)]
    figure.update_xaxes(tickvals=list(range(1, longest + 1)), ticktext=ticks, range=[0.4, longest + 0.6])
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(bargap=0.25)
    if len(texts) > 1:
        figure.update_layout(
            showlegend=True, margin={"t": 76}, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}
        )
    return figure


def _tick(tokens: Sequence[str]) -> str:
    """What stands under a place: the token, or both where they differ."""
    return "<br>".join(dict.fromkeys(token if len(token) <= 14 else f"{token[:13]}…" for token in tokens))
