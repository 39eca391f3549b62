"""Slices: an array with frames around the parts of it that are spoken of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from playground import theme
from playground.figures.frame import frame

ROOM_FOR_NUMBERS = 12
"""Up to so many columns the cells are wide enough to hold their number."""


@dataclass(frozen=True)
class Frame:
    """A part of an array: columns and rows from 0, the last ones included, and what is written above it."""

    columns: tuple[int, int]
    rows: tuple[int, int]
    text: str = ""


def slices(
    values: NDArray[np.floating],
    title: str,
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    frames: Sequence[Frame] = (),
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw states, columns across and rows down, in the colours of a state.

    Args:
        values: (rows, columns).
        title: what there is to see.
        across: title of the columns, and a name for each.
        down: title of the rows, and a name for each.
        frames: the parts to frame.
        dark: colours for the dark theme.

    Raises:
        ValueError: there is not a name for each row and column, or a frame lies outside.
    """
    values = np.asarray(values)
    if values.ndim != 2 or values.shape != (len(down[1]), len(across[1])) or 0 in values.shape:
        raise ValueError(f"values has shape {values.shape}, expected ({len(down[1])}, {len(across[1])})")
    rows, columns = values.shape
    base, stops = (theme.DARK if dark else theme.LIGHT), theme.scale("state", dark=dark)
    low, high = theme.limits("state", values)
    figure = go.Figure(
        go.Heatmap(
            z=values,
            zmin=low,
            zmax=high,
            colorscale=[[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)],
            showscale=False,
            xgap=1,
            ygap=1,
            texttemplate="%{z:.2f}" if columns <= ROOM_FOR_NUMBERS else None,
            textfont={"size": 12},
            hovertemplate=f"{across[0]} %{{x}}, {down[0]} %{{y}}: %{{z:.6f}}<extra></extra>",
            x=list(range(columns)),
            y=list(range(rows)),
        )
    )
    for part in frames:
        (left, right), (top, bottom) = part.columns, part.rows
        if not (0 <= left <= right < columns and 0 <= top <= bottom < rows):
            raise ValueError(
                f"a frame has columns {part.columns} and rows {part.rows}, expected some of {values.shape}"
            )
        figure.add_shape(
            type="rect", x0=left - 0.5, x1=right + 0.5, y0=top - 0.5, y1=bottom + 0.5,
            line={"color": base.text, "width": 3.5},
        )  # fmt: skip
        if part.text:
            figure.add_annotation(
                x=(left + right) / 2, y=top - 0.5, text=f"<b>{part.text}</b>", yanchor="bottom", showarrow=False,
                bgcolor=base.text, borderpad=3, font={"size": 12, "color": base.background},
            )  # fmt: skip
    frame(figure, title, across[0], down[0], 150 + 30 * min(rows, 16))
    figure.update_layout(margin={"t": 64})
    figure.update_xaxes(tickvals=list(range(columns)), ticktext=list(across[1]), zeroline=False, showgrid=False)
    every = max(1, rows // 16)
    figure.update_yaxes(
        autorange="reversed", tickvals=list(range(0, rows, every)), ticktext=list(down[1])[::every], zeroline=False,
        showgrid=False,
    )  # fmt: skip
    return figure
