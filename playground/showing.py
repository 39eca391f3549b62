"""What a page shows, and what of it can be saved: the one way to put a chart or a table on a page.

    from playground import showing

    showing.chart(figure, key="cell_accuracy", alt="Share of right verbs by distance")

Charts are shown as Streamlit shows them. While somebody has the panel for saving open (`playground/saving.py`), each one
is kept for it as well; so are players, drawings and live curves, which call `keep` themselves. Closed, nothing is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from playground import language, tables
from playground.recording import wanted
from playground.tables import Data

_SHOWN = "save_shown"

Draw = Callable[[bool], go.Figure]


@dataclass(frozen=True, eq=False)
class Shown:
    """Something on the page that can be saved.

    Attributes:
        key: the key of its element.
        title: what there is to see.
        data: makes its numbers.
        figure: the figure, where it is one.
        drawn: whether the browser has it as SVG without its being a figure.
        parts: drawings in it that the browser has, by title, each with its name there.
        draws: figures of it that the panel can draw, by title; each takes whether the page is dark.
        alt: what a reader without the picture should know.
    """

    key: str
    title: str
    data: Callable[[], Data]
    figure: go.Figure | None = None
    drawn: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    draws: Mapping[str, Draw] = field(default_factory=dict)
    alt: str = ""


def chart(figure: go.Figure, *, key: str, alt: str, where: Any = st, config: dict[str, Any] | None = None) -> None:  # noqa: ANN401 - a container, or Streamlit itself
    """Show a figure, its numbers as the visitor's language writes them.

    Args:
        figure: with its title and its axis titles.
        key: the key of the chart, unique in the app.
        alt: what a reader without the picture should know.
        where: the column or container in which it stands; the place where the script is, if not given.
        config: of Plotly.
    """
    figure.update_layout(separators=language.separators())
    where.plotly_chart(figure, key=key, alt=alt, config=config)
    keep(key, tables.title_of(figure) or alt, lambda: tables.of_figure(figure), figure, alt=alt)


def table(
    rows: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    column_config: Mapping[str, Any] | None = None,
    where: Any = st,  # noqa: ANN401 - a container, or Streamlit itself
    **options: Any,  # noqa: ANN401 - what Streamlit takes
) -> None:
    """Show a table as `st.dataframe` does, its numbers as the visitor's language writes them.

    Args:
        rows: a frame, the cells of each column by its name, or rows of cells by the names of their columns.
        column_config: of Streamlit; the format of a column of numbers is one of printf, or "localized".
        where: the column or container in which it stands; the place where the script is, if not given.
        options: of `st.dataframe`.
    """
    if not language.own_numbers():
        where.dataframe(rows, column_config=column_config, **options)
        return
    # A format in the browser would write a point again: what is shown is written here, and the numbers still sort as such.
    frame, config, written = pd.DataFrame(rows), dict(column_config or {}), {}
    for name in frame.select_dtypes("number"):
        known = config.get(str(name))
        form = ""
        if isinstance(known, Mapping) and (kind := known.get("type_config")):
            form = str(kind.get("format") or "")
            config[str(name)] = {**known, "type_config": {**kind, "format": None}}
        written[name] = partial(_in_figures, form)
    where.dataframe(frame.style.format(written, na_rep=""), column_config=config or None, **options)


def _in_figures(form: str, value: float) -> str:
    """A number in the visitor's writing, by a format of printf, "localized" or none: four decimals at most."""
    if "%" in form:
        return language.in_figures((form % value).replace(" %", "%"))
    return language.number(round(value, 4) if value % 1 else int(value), "," if form == "localized" else "")


def keep(
    key: str,
    title: str,
    data: Callable[[], Data],
    figure: go.Figure | None = None,
    *,
    drawn: bool = False,
    parts: Mapping[str, str] | None = None,
    draws: Mapping[str, Draw] | None = None,
    alt: str = "",
) -> None:
    """Keep something for the panel for saving, if that is open. What was kept under the key before is forgotten."""
    if wanted():
        st.session_state.setdefault(_SHOWN, {})[key] = Shown(
            key, title, data, figure, drawn, parts or {}, draws or {}, alt
        )


def begin() -> None:
    """A run of the whole page starts: forget what the last one has shown."""
    st.session_state[_SHOWN] = {}


def shown() -> dict[str, Shown]:
    """What this view shows, by key, in order. Fragments that run later go on filling it."""
    return st.session_state.setdefault(_SHOWN, {})
