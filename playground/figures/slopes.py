"""Slopes of squashings: how much of a small change gets through, and where on the curve a network works."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import Say, english, frame

_NEAR = (0.06, 0.09)  # share of the width, and slope: dots nearer than this share a label


@dataclass(frozen=True, eq=False)
class Slope:
    """The derivative of one squashing.

    Attributes:
        name: written at its peak.
        a: before squashing, (N,), rising.
        slope: φ'(a), (N,).
        role: a key of `theme.ROLES`: gives the colour.
        dash: a Plotly dash.
        peaked: it has one highest point, which is marked.
    """

    name: str
    a: ArrayLike
    slope: ArrayLike
    role: str
    dash: str = "solid"
    peaked: bool = True


def slopes(
    curves: Sequence[Slope],
    dots: tuple[ArrayLike, ArrayLike],
    title: str,
    *,
    dark: bool = False,
    height: int = 380,
    say: Say = english,
) -> go.Figure:
    """Draw φ' for some squashings, with their maxima, and a dot for each step of a network.

    Args:
        curves: the squashings.
        dots: a_t and φ'(a_t) of the steps 1 ... T, (T,) each.
        title: what there is to see.
        dark: colours for the dark theme.
        height: pixels.
        say: says the words that are always the same.

    Raises:
        ValueError: there is no curve, or the parts of a curve or of the dots differ in length.
    """
    if not curves:
        raise ValueError("curves is empty, expected at least one")
    base = theme.DARK if dark else theme.LIGHT
    figure = go.Figure()
    for curve in curves:
        a, slope = np.asarray(curve.a, dtype=float), np.asarray(curve.slope, dtype=float)
        if a.shape != slope.shape or a.ndim != 1 or not a.size:
            raise ValueError(f"{curve.name}: a has shape {a.shape} and slope {slope.shape}, expected (N,) for both")
        colour = theme.ROLES[curve.role].line(dark=dark)
        figure.add_scatter(
            x=a, y=slope, name=curve.name, mode="lines", line={"color": colour, "width": 2.5, "dash": curve.dash},
            hovertemplate=f"{curve.name}(%{{x:.3g}}) = %{{y:.4g}}<extra></extra>",
        )  # fmt: skip
        top = int(slope.argmax()) if curve.peaked else -1
        if curve.peaked:
            figure.add_scatter(
                x=[a[top]], y=[slope[top]], mode="markers", hoverinfo="skip",
                marker={"symbol": "triangle-down", "size": 12, "color": colour},
            )  # fmt: skip
        words = say("{name}, at most {slope:g}", name=curve.name, slope=slope[top]) if curve.peaked else curve.name
        aside = _aside(curve, curves) if curve.peaked else None
        figure.add_annotation(
            x=a[top] if aside is None else aside, y=slope[top], text=words, showarrow=False, yanchor="bottom", yshift=6,
            xanchor="left" if aside is not None else "center" if curve.peaked else "right",
            font={"color": colour, "size": 14},
        )  # fmt: skip
    at, height_of = (np.asarray(part, dtype=float) for part in dots)
    if at.shape != height_of.shape or at.ndim != 1:
        raise ValueError(f"dots have shapes {at.shape} and {height_of.shape}, expected (T,) for both")
    width = max(float(np.ptp(np.asarray(curve.a, dtype=float))) for curve in curves)
    figure.add_scatter(
        x=at,
        y=height_of,
        mode="markers+text",
        text=_labels(at / width, height_of),
        customdata=np.arange(1, at.size + 1),
        textposition=["middle right" if a >= 0 else "middle left" for a in at],
        textfont={"color": base.text, "size": 14},
        cliponaxis=False,
        marker={"size": 13, "color": base.text, "line": {"color": base.background, "width": 2}},
        hovertemplate="t = %{customdata}: φ′(%{x:.4g}) = %{y:.4g}<extra></extra>",
    )
    frame(figure, title, say("a<sub>t</sub>, before squashing"), say("slope φ′(a)"), height)
    figure.update_yaxes(range=[-0.09, 1.16], zeroline=True, zerolinecolor=base.border)
    figure.update_xaxes(zeroline=False)
    return figure


def _aside(curve: Slope, curves: Sequence[Slope]) -> float | None:
    """Where the name of a low peak has room: right of the higher peak around it, which would cross the name."""
    top = float(np.asarray(curve.slope, dtype=float).max())
    for other in curves:
        a, slope = np.asarray(other.a, dtype=float), np.asarray(other.slope, dtype=float)
        if other.peaked and slope.max() > top:
            return float(a[np.flatnonzero(slope > top)[-1]])
    return None


def _labels(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[str]:
    """Which steps lie where: one label for dots that lie nearly in one place, at the first of them."""
    groups: list[list[int]] = []
    for t in range(x.size):
        near = (group for group in groups if abs(x[t] - x[group[0]]) < _NEAR[0] and abs(y[t] - y[group[0]]) < _NEAR[1])
        found = next(near, None)
        if found is None:
            groups.append([t])
        else:
            found.append(t)
    labels = [""] * x.size
    for first, *more in groups:
        rest = "" if not more else f"{', ' if len(more) == 1 else ' … '}{more[-1] + 1}"
        labels[first] = f" t = {first + 1}{rest} "
    return labels
