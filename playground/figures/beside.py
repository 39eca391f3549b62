"""Beside: curves over the tokens of a text, as it is and changed, and the token from which they part."""

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.figures.curves import Axes, Curve, Place, curves
from playground.figures.frame import Say, english


def beside(
    series: Sequence[Curve],
    title: str,
    y_title: str,
    words: Sequence[str],
    *,
    parting: int | None = None,
    span: tuple[float, float] | None = None,
    dark: bool = False,
    say: Say = english,
) -> go.Figure:
    """Draw curves over tokens, each with its name at its end.

    Args:
        series: the curves; x counts the tokens from 1.
        title: what there is to see.
        y_title: what runs up, with its unit.
        words: the T tokens along the axis.
        parting: the token from which the runs differ, counted from 1; marked by a line.
        span: range of the y axis, where it has a meaning (0 to 1 for a probability).
        dark: colours for the dark theme.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no curve, x and y of a curve differ in length, or `parting` is no token.
    """
    if parting is not None and not 1 <= parting <= len(words):
        raise ValueError(f"parting is {parting}, expected 1 to {len(words)}: one of the tokens")
    places = [] if parting is None else [Place("", x=parting)]
    reach = (0.5, len(words) + 0.5)
    figure = curves(series, title, Axes(say("token"), y_title, span=span, reach=reach), places=places, dark=dark)
    every = max(1, len(words) // 40)  # names that would cover each other are left out
    shown = list(range(1, len(words) + 1, every))
    return figure.update_xaxes(tickvals=shown, ticktext=[words[k - 1][:16] for k in shown], tickangle=-45)
