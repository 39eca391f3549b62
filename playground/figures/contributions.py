"""Contributions: what each step adds to a sum, the sum, and what is left of each where something is cut."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

ROOM_FOR_NUMBERS = 12
"""Up to so many steps each bar bears its number, and the sum has a bar of its own: among many it would dwarf the rest."""

_GAP = 1.6  # steps from the last bar to the sum
_SMALL = 0.004  # of the largest bar: a smaller one bears no number
_WORDS, _NUMBERS = 24, 12  # names on the axis at most: slanted words, and numbers that stand beside each other


def contributions(  # noqa: PLR0913 - words for all parts of it
    full: ArrayLike,
    labels: Sequence[str],
    title: str,
    y_title: str,
    *,
    left: ArrayLike | None = None,
    borders: Sequence[float] = (),
    x_title: str = "step",
    dark: bool = False,
    say: Say = english,
) -> go.Figure:
    """Draw a bar for each step, and one for their sum behind a gap, where there are few; else the sum is written.

    Args:
        full: what each step adds, (T,).
        labels: names of the steps on the axis, (T).
        title: what there is to see.
        y_title: what the bars measure, with its unit.
        left: what is left of each, (T,): full bars within hollow ones, which are what there was.
        borders: steps, counted from 1, behind which a line is drawn: what comes back is cut there.
        x_title: what runs along.
        dark: colours for the dark theme.
        say: says the words that are always the same.

    Raises:
        ValueError: the arrays and the labels differ in length, or there are none.
    """
    was = np.asarray(full, dtype=float)
    now = was if left is None else np.asarray(left, dtype=float)
    if was.ndim != 1 or not was.size or now.shape != was.shape or len(labels) != was.size:
        raise ValueError(
            f"full has shape {was.shape}, left {now.shape}, and there are {len(labels)} labels, expected (T,) for all"
        )
    base = theme.DARK if dark else theme.LIGHT
    steps = was.size
    sums = float(was.sum()), float(now.sum())
    places, names = np.arange(1.0, steps + 1), list(labels)
    colours = [theme.ROLES["memory"].line(dark=dark)] * steps
    few = steps <= ROOM_FOR_NUMBERS
    if few:
        places, names = np.array([*places, steps + _GAP]), [*names, say("sum")]
        was, now = (np.array([*values, total]) for values, total in zip((was, now), sums, strict=True))
        colours.append(theme.ROLES["share"].line(dark=dark))
    figure = go.Figure()
    if left is not None:
        figure.add_bar(
            x=places,
            y=was,
            customdata=names,
            width=0.84,
            marker={"color": "rgba(0,0,0,0)", "line": {"color": colours, "width": 1.5}},
            hovertemplate=say("%{customdata}: %{y:.4g} in full") + "<extra></extra>",
        )
    figure.add_bar(
        x=places,
        y=now,
        customdata=names,
        width=0.84 if left is None else 0.62,
        marker={"color": colours},
        text=_numbers(now, say) if few else None,
        textposition="outside",
        cliponaxis=False,
        hovertemplate=("%{customdata}: %{y:.4g}" if left is None else say("%{customdata}: %{y:.4g} is left"))
        + "<extra></extra>",
    )
    for border in borders:
        figure.add_vline(x=border + 0.5, line={"color": base.text, "width": 1.5, "dash": "dash"}, opacity=0.6)
    frame(figure, title, x_title, y_title, 360)
    figure.update_layout(barmode="overlay", margin={"t": 84}, title={"y": 0.97, "yanchor": "top"})
    if not few:
        full_sum, left_sum = (_written(total, say) for total in sums)
        summed = (
            say("sum of all bars: {sum}", sum=left_sum)
            if left is None
            else say("sum of all bars: {sum}, {full} without a cut", sum=left_sum, full=full_sum)
        )
        figure.add_annotation(
            x=1, y=1, xref="paper", yref="paper", xanchor="right", yanchor="bottom", showarrow=False,
            text=summed, font={"size": 14},
        )  # fmt: skip
    long = max(len(label) for label in labels) > 3
    shown = np.unique(np.linspace(1, steps, min(steps, _WORDS)).round().astype(int)) if long else _round(steps)
    figure.update_xaxes(
        tickvals=[*shown, *places[steps:]],
        ticktext=[*(labels[k - 1] for k in shown), *names[steps:]],
        tickangle=-45 if long else 0,
        range=[0.4, places[-1] + 0.6],
        zeroline=False,
    )
    low, high = (float(edge) for edge in (min(0.0, was.min(), now.min()), max(0.0, was.max(), now.max())))
    room = (0.14 if few else 0.04) * ((high - low) or 1.0)  # for the numbers at the bars' ends
    figure.update_yaxes(range=[low - room * (low < 0), high + room * (high > 0 or low == high)])
    return figure


def _round(steps: int) -> NDArray[np.intp]:
    """The first step and then round ones, not too many: 1, 5, 10, 15 ..."""
    step = next(k * 10**power for power in range(9) for k in (1, 2, 5) if steps <= _NUMBERS * k * 10**power)
    return np.unique([1, *range(step, steps + 1, step)])


def _numbers(values: NDArray[np.floating], say: Say) -> list[str]:
    """A number for each bar that can be seen, and for those that are exactly 0."""
    seen = _SMALL * np.abs(values).max()
    return [_written(value, say) if value == 0 or abs(value) >= seen else "" for value in values]


def _written(value: float, say: Say) -> str:
    return say("{value:.3g}", value=value + 0.0).replace("-", "−")
