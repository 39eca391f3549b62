"""Switchboard: vectors of small whole numbers as rows of cells, those above 0 lit and all of them written out."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from playground import theme
from playground.figures.frame import frame

_WIDE = 30  # up to so many columns a cell holds its number
_UPRIGHT = 9  # up to so many columns the names of the columns stand level


def switchboard(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    x_title: str,
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw vectors, one a row.

    Args:
        values: (rows, columns), whole numbers from 0 up.
        rows: a name for each vector.
        columns: a name for each cell of a vector.
        title: what there is to see.
        x_title: what the cells are.
        dark: colours for the dark theme.

    Raises:
        ValueError: there is not a name for each row and column, or a number is negative or broken.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.shape != (len(rows), len(columns)) or 0 in numbers.shape:
        raise ValueError(
            f"values has shape {numbers.shape}, expected ({len(rows)}, {len(columns)}), at least one of each"
        )
    if (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        raise ValueError("values has a number that is negative or no whole number, expected 0, 1, 2, ...")
    base, stops = (theme.DARK if dark else theme.LIGHT), theme.scale("keep", dark=dark)
    top = max(2.0, float(numbers.max()))
    lit = stops[theme.STOPS // 4 :]  # a single 1 has to be seen from the last row
    figure = go.Figure(
        go.Heatmap(
            z=np.where(numbers > 0, numbers, np.nan),
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            zmin=1 - top / 2,
            zmax=top + top / 2,
            colorscale=[[k / (len(lit) - 1), colour] for k, colour in enumerate(lit)],
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
        )
    )
    figure.add_scatter(
        x=[column for _ in rows for column in range(len(columns))],
        y=[row for row in range(len(rows)) for _ in columns],
        mode="text" if len(columns) <= _WIDE else "markers",
        marker={"opacity": 0},
        text=[f"<b>{number:.0f}</b>" if number else "0" for number in numbers.ravel()],
        textfont={"size": 14, "color": base.text},
        customdata=[[row, column] for row in rows for column in columns],
        hovertemplate="%{customdata[0]}, %{customdata[1]}: %{text}<extra></extra>",
    )
    frame(figure, title, x_title, "", 140 + 34 * len(rows))
    figure.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=list(columns), showgrid=False, zeroline=False, type="linear",
        range=(-0.5, len(columns) - 0.5), tickangle=0 if len(columns) <= _UPRIGHT else -45,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=list(rows), showgrid=False, zeroline=False, type="linear",
        range=(len(rows) - 0.5, -0.5),
    )  # fmt: skip
    return figure
