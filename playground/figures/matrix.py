"""Matrix: the recurrent weights, receiving units up, sending units along."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from playground import theme
from playground.figures.frame import Say, english, frame


def matrix(
    values: NDArray[np.floating],
    title: str,
    x_title: str,
    y_title: str,
    *,
    dark: bool = False,
    height: int = 420,
    say: Say = english,
) -> go.Figure:
    """Draw a matrix of signed numbers without bound, zero in the middle of the scale.

    Args:
        values: (rows, columns); what is not finite stays empty.
        title: what there is to see.
        x_title: what the columns are.
        y_title: what the rows are.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: `values` is not a matrix.
    """
    values = np.asarray(values)
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"values has shape {values.shape}, expected (rows, columns) with at least one of each")
    rows, columns = values.shape
    low, high = theme.limits("share", values)
    stops = theme.scale("share", dark=dark)
    figure = go.Figure(
        go.Heatmap(
            z=np.where(np.isfinite(values), values, np.nan),
            x=list(range(1, columns + 1)),
            y=list(range(1, rows + 1)),
            zmin=low,
            zmax=high,
            colorscale=[[k / (len(stops) - 1), colour] for k, colour in enumerate(stops)],
            colorbar={"thickness": 12, "outlinewidth": 0},
            hovertemplate=say("from unit %{x} to unit %{y}: %{z:.4g}") + "<extra></extra>",
        )
    )
    frame(figure, title, x_title, y_title, height)
    figure.update_yaxes(autorange="reversed")
    return figure
