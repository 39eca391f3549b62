"""Folds: which samples each split trains on and which it tests on, a row a fold, in the order of time."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

TRAIN, TEST = "keep", "candidate"
"""The roles whose colours the two parts have; the words stand in the bars as well."""

_WORDED = 0.09  # share of the axis from which a run of samples is wide enough for its word


def folds(
    splits: Sequence[tuple[ArrayLike, ArrayLike]],
    samples: int,
    title: str,
    x_title: str,
    *,
    dark: bool = False,
    height: int = 300,
    say: Say = english,
) -> go.Figure:
    """Draw splits as bars over the samples; what is in neither part is left empty.

    Args:
        splits: places of the samples to train on and of those to test on, for each fold.
        samples: how many there are.
        title: what there is to see.
        x_title: what runs along.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no fold, or a place is not in 0..samples-1.
    """
    if not splits:
        raise ValueError("splits is empty, expected at least one fold")
    base = theme.DARK if dark else theme.LIGHT
    figure = go.Figure()
    for part, (name, role) in enumerate(((say("train"), TRAIN), (say("test"), TEST))):
        starts, widths, rows, words = [], [], [], []
        for fold, split in enumerate(splits, start=1):
            places = np.sort(np.asarray(split[part]))
            if places.size and (places[0] < 0 or places[-1] >= samples):
                raise ValueError(f"fold {fold} has places {places[0]} to {places[-1]}, expected 0 to {samples - 1}")
            for first, count in _runs(places):
                starts.append(first)
                widths.append(count)
                rows.append(say("fold {fold}", fold=fold))
                words.append(name if count >= _WORDED * samples else "")
        figure.add_bar(
            base=starts, x=widths, y=rows, orientation="h", name=name, text=words, textposition="inside",
            insidetextanchor="middle", textfont={"color": base.text if part == 0 else base.background},
            marker={"color": theme.ROLES[role].line(dark=dark), "line": {"width": 0}, "opacity": 0.55 if part == 0 else 1},
            hovertemplate=f"{name}: " + say("%{x} samples from %{base} on") + "<extra></extra>",
        )  # fmt: skip
    frame(figure, title, x_title, "", height)
    figure.update_layout(barmode="overlay", bargap=0.25)
    figure.update_xaxes(range=[0, samples], zeroline=False)
    figure.update_yaxes(autorange="reversed")
    return figure


def _runs(places: NDArray[np.integer]) -> list[tuple[int, int]]:
    """Stretches of neighbouring places: the first of each and how many."""
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > 1) + 1
    return [(int(run[0]), len(run)) for run in np.split(places, breaks)]
