"""Live curves, the Python side: charts over updates in, one message to the browser out, a picked update back.

    from playground.live import Chart, Curve, Line, live

    live([Line("LSTM", "memory")], [Chart("Loss", "loss", (Curve("LSTM", steps, losses),), log=True)], key="demo_live")

The charts stand on one axis of updates, under one cursor. The browser (live.js) draws on canvas what it is handed, so a
message a few times a second costs little: it decides where to put a pixel and nothing else. A click on a chart gives back
the update there. Arrays travel as base64 of little-endian float32; whoever has many points thins them beforehand, keeping
the highest and lowest of each stretch (`models.history.Series.thinned`).
"""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike
from streamlit.components.v2 import component

from playground import figures, showing, theme
from playground.language import NUMBER, said_all, say
from playground.tables import Data

MOST_POINTS = 4000
"""Points of a curve that one message may hold."""


@dataclass(frozen=True)
class Line:
    """How one network is drawn in every chart.

    Attributes:
        name: its direct label.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3, tells lines apart without colour.
    """

    name: str
    role: str
    dash: int = 0


@dataclass(frozen=True, eq=False)
class Curve:
    """One line in one chart.

    Attributes:
        line: the name of a `Line`.
        x: updates, (N,), rising.
        y: how much, (N,); what is not finite leaves a gap, and on a log axis so does what is not above 0.
        pale: thin and pale, as the ground on which another curve lies; the readout leaves it out.
        dots: each point is a dot, as what is measured now and then.
    """

    line: str
    x: ArrayLike
    y: ArrayLike
    pale: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Level:
    """A horizontal line with words: chance, a threshold."""

    text: str
    y: float


@dataclass(frozen=True)
class Mark:
    """A vertical line with words, through all charts: something was changed at an update."""

    x: float
    text: str


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart of the stack.

    Attributes:
        name: a column of the readout: "Loss".
        title: what there is to see, with its unit.
        curves: the lines.
        levels: horizontal lines.
        log: powers of ten run up.
        span: range of the axis; as wide as curves and levels need if not given.
        percent: numbers are shares and are written in percent.
        alt: what a reader without the picture should know.
    """

    name: str
    title: str
    curves: tuple[Curve, ...]
    levels: tuple[Level, ...] = ()
    log: bool = False
    span: tuple[float, float] | None = None
    percent: bool = False
    alt: str = ""


TEXTS = {
    "charts": "Curves over updates",
    "newest": "newest",
    "at": "at update {update}",
    "none": "no number",
    "number": NUMBER,
}
"""What the browser says by itself, by what it is for."""


def _part(ending: str) -> str:
    return Path(__file__).with_name(f"live.{ending}").read_text(encoding="utf-8")


_COMPONENT = component("live_curves", html=_part("html"), css=_part("css"), js=_part("js"))


def live(  # noqa: PLR0913 - the options of one component, all by keyword
    lines: Sequence[Line],
    charts: Sequence[Chart],
    *,
    key: str,
    reach: float,
    x_title: str = "updates of the weights",
    marks: Sequence[Mark] = (),
    cursor: float | None = None,
    pace: float = 0.0,
    on_pick: Callable[[float], None] | None = None,
) -> None:
    """Show the charts. Equal content is drawn once; other content replaces it in the next frame.

    Args:
        lines: how each network is drawn.
        charts: the charts in order.
        key: the component's key.
        reach: where the axis of updates ends.
        x_title: what runs along.
        marks: vertical lines.
        cursor: the update that is looked at; the newest if not given.
        pace: seconds until other content is due; where that is long, new points appear one after another until then.
        on_pick: takes the update on which a visitor has clicked, before the next run of the script.

    Raises:
        ValueError: charts and lines do not fit together.
        KeyError: a role is not in the theme.
    """

    def picked() -> None:
        found = (st.session_state.get(key) or {}).get("pick")
        if on_pick and isinstance(found, int | float) and math.isfinite(found):
            on_pick(min(max(float(found), 0.0), reach))

    names = ", ".join(chart.name for chart in charts)
    x_title = say(x_title)
    showing.keep(
        key,
        say("Live curves: {names}", names=names),
        lambda: data(charts, x_title),
        draws=_draws(lines, charts, x_title),
    )
    text = json.dumps(payload(lines, charts, reach=reach, x_title=x_title, marks=marks, cursor=cursor))
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    # One string, as Streamlit looks for a dataframe in every list and dict of a message.
    _COMPONENT(key=key, data={"content": text, "digest": digest, "pace": pace}, on_pick_change=picked)


def data(charts: Sequence[Chart], x_title: str) -> Data:
    """The points of every curve, for files."""

    def rows() -> Iterator[tuple[object, ...]]:
        for chart in charts:
            for curve in chart.curves:
                for x, y in zip(np.asarray(curve.x).tolist(), np.asarray(curve.y).tolist(), strict=True):
                    yield chart.name, curve.line, x, y

    def plain() -> dict[str, Any]:
        return {
            "x": x_title,
            "charts": [
                {
                    "name": chart.name,
                    "title": chart.title,
                    "curves": [{"line": each.line, "x": each.x, "y": each.y} for each in chart.curves],
                }
                for chart in charts
            ],
        }

    return Data(("chart", "curve", x_title, "value"), rows, plain)


def _draws(lines: Sequence[Line], charts: Sequence[Chart], x_title: str) -> dict[str, showing.Draw]:
    """A figure of each chart without its pale ground, by its title: made when it is asked for."""
    looks = {line.name: line for line in lines}

    def draw(chart: Chart) -> showing.Draw:
        curves = [
            figures.Curve(c.line, c.x, c.y, looks[c.line].role, looks[c.line].dash) for c in chart.curves if not c.pale
        ]
        axes = figures.Axes(x_title, chart.name, log=chart.log, span=chart.span)
        places = [figures.Place(level.text, None, level.y) for level in chart.levels]
        return lambda dark: figures.curves(curves, chart.title, axes, places=places, dark=dark)

    return {chart.title: draw(chart) for chart in charts if not all(curve.pale for curve in chart.curves)}


def payload(
    lines: Sequence[Line],
    charts: Sequence[Chart],
    *,
    reach: float,
    x_title: str = "updates of the weights",
    marks: Sequence[Mark] = (),
    cursor: float | None = None,
) -> dict[str, Any]:
    """Everything that the browser needs, ready for JSON.

    Raises:
        ValueError: charts and lines do not fit together, or a curve is not two rows of numbers of one length.
        KeyError: a role is not in the theme.
    """
    _check(lines, charts, reach)
    return {
        "lines": [
            {
                "name": line.name,
                "dash": line.dash,
                "light": theme.ROLES[line.role].line(dark=False),
                "dark": theme.ROLES[line.role].line(dark=True),
            }
            for line in lines
        ],
        "charts": [_chart(chart) for chart in charts],
        "marks": [{"x": mark.x, "text": mark.text} for mark in marks],
        "reach": reach,
        "xTitle": x_title,
        "cursor": cursor,
        "texts": said_all(TEXTS),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "name": chart.name,
        "title": chart.title,
        "log": chart.log,
        "span": chart.span,
        "percent": chart.percent,
        "alt": chart.alt or chart.title,
        "levels": [{"text": level.text, "y": level.y} for level in chart.levels if math.isfinite(level.y)],
        "curves": [
            {"line": c.line, "x": _encoded(c.x), "y": _encoded(c.y), "pale": c.pale, "dots": c.dots}
            for c in chart.curves
        ],
    }


def _check(lines: Sequence[Line], charts: Sequence[Chart], reach: float) -> None:
    names = [line.name for line in lines]
    if not charts or not lines or len(set(names)) != len(names):
        raise ValueError(f"live got the lines {names} and {len(charts)} charts, expected lines of different names")
    if not 0 < reach < math.inf:
        raise ValueError(f"reach is {reach}, expected more than 0")
    for line in lines:
        if line.role not in theme.ROLES:
            raise KeyError(f"line {line.name!r} has the role {line.role!r}, expected one of {', '.join(theme.ROLES)}")
    for chart in charts:
        for curve in chart.curves:
            if curve.line not in names:
                raise ValueError(f"a curve of {chart.name!r} belongs to {curve.line!r}, expected one of {names}")
            x, y = np.shape(curve.x), np.shape(curve.y)
            if len(x) != 1 or x != y or x[0] > MOST_POINTS:
                raise ValueError(
                    f"a curve of {chart.name!r} has x {x} and y {y}, expected two rows of one length up to {MOST_POINTS}"
                )


def _encoded(values: ArrayLike) -> str:
    """Base64 of little-endian float32; what is too large for it becomes inf, a gap."""
    with np.errstate(over="ignore"):
        return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")
