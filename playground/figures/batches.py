"""Batch: sequences of unlike length as rows of cells, pads among them, with what each column counts."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from playground import theme
from playground.figures.frame import Say, english, frame

_WIDE = 16  # up to so many columns a cell holds its text


def batch(
    rows: Sequence[Sequence[str]],
    names: Sequence[str],
    counts: Sequence[int],
    title: str,
    *,
    dark: bool = False,
    say: Say = english,
) -> go.Figure:
    """Draw a padded batch: a full cell for each real step, an empty one for each pad.

    Args:
        rows: what stands in the real cells of each row, the first step first.
        names: of the rows.
        counts: of each column, how many real cells it has; written below it.
        title: what there is to see.
        dark: colours for the dark theme.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no row, not a name for each, or not a count for each column.
    """
    if not rows or len(names) != len(rows) or len(counts) != max(len(row) for row in rows):
        raise ValueError(
            f"batch got {len(rows)} rows, {len(names)} names and {len(counts)} counts, expected a name for each row "
            "and a count for each column"
        )
    base, steps = (theme.DARK if dark else theme.LIGHT), len(counts)
    real = np.array([[t < len(row) for t in range(steps)] for row in rows], dtype=float)
    texts = [[row[t] if t < len(row) else say("pad") for t in range(steps)] for row in rows]
    colour = theme.scale("state", dark=dark)[theme.STOPS // 2 + 9]
    figure = go.Figure(
        go.Heatmap(
            z=real, x=list(range(steps)), y=list(range(len(rows))), zmin=0, zmax=1, showscale=False, xgap=2, ygap=2,
            colorscale=[[0, base.secondary], [1, colour]], text=texts,
            texttemplate="%{text}" if steps <= _WIDE else None, textfont={"size": 12, "color": base.text},
            hovertemplate=say("%{y}, step %{x}: %{text}") + "<extra></extra>",
        )
    )  # fmt: skip
    frame(figure, title, say("step; below it, batch_sizes"), "", 150 + 30 * len(rows))
    every = 1 if steps <= _WIDE else 4
    figure.update_xaxes(
        tickvals=list(range(0, steps, every)), ticktext=[f"{t + 1}<br><b>{counts[t]}</b>" for t in range(0, steps, every)],
        showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(
        autorange="reversed", tickvals=list(range(len(rows))), ticktext=list(names), showgrid=False, zeroline=False
    )
    return figure
