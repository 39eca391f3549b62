"""Grid: a matrix with words along both sides: which input an output looked at, the numbers of a few vectors."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import frame

ROOM_FOR_NUMBERS = 14
"""Up to so many columns the cells are wide enough to hold their number."""

_LOW = 4  # rows: beside fewer of them the colour bar has room for three numbers


def grid(  # noqa: PLR0913 - words for both sides of a matrix
    values: ArrayLike,
    role: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    x_title: str,
    y_title: str,
    *,
    numbers: bool = True,
    dark: bool = False,
) -> go.Figure:
    """Draw a matrix in the colours and the range of a role, the first row on top.

    Args:
        values: (R, C); what is not finite stays empty.
        role: a key of `theme.ROLES`. The scale never clips.
        title: what there is to see.
        rows: R words down the side; they may repeat.
        columns: C words along the bottom; they may repeat.
        x_title: what the columns are.
        y_title: what the rows are.
        numbers: write the numbers into the cells where there is room.
        dark: colours for the dark theme.

    Raises:
        ValueError: the words do not fit the matrix.
        KeyError: there is no such role.
    """
    z = np.asarray(values, dtype=float)
    if z.shape != (len(rows), len(columns)) or not z.size:
        raise ValueError(f"values has shape {z.shape}, expected ({len(rows)}, {len(columns)}): one for each word")
    if role not in theme.ROLES:
        raise KeyError(f"role is {role!r}, expected one of {', '.join(theme.ROLES)}")
    low, high = theme.limits(role, z)
    stops = theme.scale(role, dark=dark)
    names = np.array([[(row, column) for column in columns] for row in rows], dtype=object)
    x, y = list(range(1, len(columns) + 1)), list(range(1, len(rows) + 1))
    figure = go.Figure(
        go.Heatmap(
            z=np.where(np.isfinite(z), z, np.nan),
            x=x,
            y=y,
            customdata=names,
            zmin=low,
            zmax=high,
            xgap=1,
            ygap=1,
            colorscale=[[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)],
            colorbar={"thickness": 12, "outlinewidth": 0, "nticks": 3 if len(rows) < _LOW else 0},
            texttemplate="%{z:.2f}" if numbers and len(columns) <= ROOM_FOR_NUMBERS else None,
            textfont={"size": 11},
            hovertemplate="%{customdata[0]}, %{customdata[1]} (%{x}): %{z:.4f}<extra></extra>",
        )
    )
    frame(figure, title, x_title, y_title, 130 + 26 * len(rows))
    figure.update_xaxes(tickvals=x, ticktext=list(columns), tickangle=0, showgrid=False)
    figure.update_yaxes(autorange="reversed", tickvals=y, ticktext=list(rows), showgrid=False)
    return figure
