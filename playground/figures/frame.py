"""What all figures have in common: room, title, axes. Fonts and background are left to Streamlit's theme."""

from collections.abc import Callable

import plotly.graph_objects as go

Say = Callable[..., str]
"""Says a text in the reader's language, with values where it has names in braces."""

_BUTTONS = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"]
"""What Plotly's toolbar offers beside saving the picture."""


def english(text: str, /, **values: object) -> str:
    """Say a text as it stands in the code: what a figure does that is not told otherwise."""
    return text.format(**values) if values else text


def frame(figure: go.Figure, title: str, x_title: str, y_title: str, height: int) -> go.Figure:
    """Give a figure its title and axis titles.

    Args:
        figure: the figure, changed in place and returned.
        title: what there is to see.
        x_title: what runs along, with its unit.
        y_title: what runs up, with its unit.
        height: pixels.
    """
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "font": {"size": 16}},
        height=height,
        margin={"l": 56, "r": 24, "t": 48, "b": 56},
        showlegend=False,
        hoverlabel={"namelength": -1},
        uirevision="keep",  # a change of data keeps zoom and selection
        modebar={"remove": _BUTTONS},  # on a phone they stand over the title; a double tap undoes a zoom
    )
    figure.update_xaxes(title=x_title, automargin=True)
    figure.update_yaxes(title=y_title, automargin=True)
    return figure
