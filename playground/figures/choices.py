"""Choices: what a network said of the next token, and from what was drawn."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import Say, english, frame


def choices(
    tokens: Sequence[str],
    said: ArrayLike,
    left: ArrayLike,
    chosen: int,
    title: str,
    *,
    dark: bool = False,
    say: Say = english,
) -> go.Figure:
    """Draw two bars for each of a few tokens: pale what the network said, full what it was drawn from.

    Args:
        tokens: k of them, from top to bottom.
        said: probabilities of the network, (k,).
        left: probabilities after temperature, top-k and without `<unk>`, (k,).
        chosen: the place of the one that was drawn; it is marked.
        title: what there is to see.
        dark: colours for the dark theme.
        say: says the words that are always the same, and writes the numbers.

    Raises:
        ValueError: tokens and probabilities differ in number, or there is no such place.
    """
    before, after = np.asarray(said, dtype=float), np.asarray(left, dtype=float)
    if before.shape != (len(tokens),) or after.shape != (len(tokens),) or not 0 <= chosen < len(tokens):
        raise ValueError(
            f"{len(tokens)} tokens, probabilities {before.shape} and {after.shape}, place {chosen}: expected (k,) and a place"
        )
    names = [f"<b>{token} ◂</b>" if k == chosen else token for k, token in enumerate(tokens)]
    places = list(range(len(tokens)))
    figure = go.Figure()
    colour = theme.ROLES["state"].line(dark=dark)
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    pale = f"rgba({red}, {green}, {blue}, 0.35)"  # a marker's opacity would not reach the legend
    for name, values, fill in ((say("drawn from"), after, colour), (say("said by the network"), before, pale)):
        figure.add_bar(
            y=places,
            x=values,
            orientation="h",
            name=name,
            customdata=list(tokens),
            text=[say("{value:.3f}", value=value) for value in values],
            textposition="outside",
            cliponaxis=False,
            marker={"color": fill},
            hovertemplate=f"%{{customdata}}, {name}: %{{x:.6f}}<extra></extra>",
        )
    frame(figure, title, say("probability"), "", 120 + 40 * len(tokens))
    figure.update_yaxes(tickvals=places, ticktext=names, autorange="reversed")
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_layout(
        showlegend=True,
        bargap=0.25,
        margin={"t": 76},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return figure
