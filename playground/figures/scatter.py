"""Scatter: named points on a plane, in groups that shape, colour and legend tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from playground import theme
from playground.figures.frame import frame

SHAPES = ("circle", "square-open", "triangle-up", "diamond-open", "cross", "x-thin-open")
"""Shapes of groups, in order."""

_COLOURS = ("keep", "candidate", "write", "memory", "reset", "state")
_PLACES = {
    "top center": (0.0, 1.0), "bottom center": (0.0, -1.0), "middle right": (1.0, 0.0), "middle left": (-1.0, 0.0),
}  # fmt: skip
"""Where a name may stand beside its point: how far to the right and up, in half sizes of the name and its point."""

_LETTER, _LINE, _MARKER = 7.0, 15.0, 12.0  # pixels: width of a letter, height of a name, size of a point
_NARROW = 300  # pixels that the plane is wide on a phone: names that fit there fit everywhere


@dataclass(frozen=True, eq=False)
class Group:
    """Points of one kind.

    Attributes:
        name: as the legend says it.
        points: (N, 2).
        words: the name of each point.
    """

    name: str
    points: ArrayLike
    words: Sequence[str]


def scatter(
    groups: Sequence[Group],
    title: str,
    x_title: str,
    y_title: str,
    *,
    marked: str = "",
    dark: bool = False,
    height: int = 520,
) -> go.Figure:
    """Draw named points; both axes have one scale, so that distances can be compared by eye.

    A name that would cover another name or a point is left out; hovering tells every name.

    Args:
        groups: at most as many as there are shapes.
        title: what there is to see.
        x_title: what runs along.
        y_title: what runs up.
        marked: the word of a point to ring.
        dark: colours for the dark theme.
        height: pixels.

    Raises:
        ValueError: there is no group, more than shapes, or not a word for each point.
    """
    if not 1 <= len(groups) <= len(SHAPES):
        raise ValueError(f"scatter got {len(groups)} groups, expected 1 to {len(SHAPES)}")
    base = theme.DARK if dark else theme.LIGHT
    for group in groups:
        if np.shape(group.points) != (len(group.words), 2):
            raise ValueError(
                f"{group.name}: points has shape {np.shape(group.points)}, expected ({len(group.words)}, 2)"
            )
    every = np.concatenate([np.asarray(group.points, dtype=float) for group in groups])
    places = iter(_places(every, [word for group in groups for word in group.words], marked))
    figure = go.Figure()
    for group, shape, role in zip(groups, SHAPES, _COLOURS, strict=False):
        points, where = np.asarray(group.points, dtype=float), [next(places) for _ in group.words]
        colour = theme.ROLES[role].line(dark=dark)
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers+text",
            name=group.name,
            text=[word if place else "" for word, place in zip(group.words, where, strict=True)],
            textposition=[place or "top center" for place in where],
            customdata=list(group.words),
            textfont={"size": 12, "color": colour},
            marker={"symbol": shape, "size": 9, "color": colour, "line": {"width": 2, "color": colour}},
            cliponaxis=False,
            hovertemplate="%{customdata}: %{x:.2f}, %{y:.2f}<extra>" + group.name + "</extra>",
        )
        for word, (x, y) in zip(group.words, points, strict=True):
            if word == marked:
                figure.add_scatter(
                    x=[x], y=[y], mode="markers", showlegend=False, hoverinfo="skip",
                    marker={"symbol": "circle-open", "size": 22, "color": base.text, "line": {"width": 2.5}},
                )  # fmt: skip
    frame(figure, title, x_title, y_title, height)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": -0.16, "yanchor": "top", "x": 0, "font": {"size": 13}}
    )
    figure.update_yaxes(scaleanchor="x", scaleratio=1, zeroline=False)
    figure.update_xaxes(zeroline=False)
    return figure


def _places(points: NDArray[np.floating], words: Sequence[str], marked: str) -> list[str]:
    """Where the name of each point may stand; "" where there is no room. The marked point comes first."""
    spans = np.ptp(points, axis=0)
    pixels = points * (_NARROW / (max(spans.max(), 1e-9)))  # (N, 2)
    taken = [(x, y, _MARKER / 2, _MARKER / 2) for x, y in pixels]  # middle and half sizes
    found = [""] * len(words)
    for k in sorted(range(len(words)), key=lambda k: words[k] != marked):
        wide, high = _LETTER * len(words[k]) / 2, _LINE / 2
        for name, (right, up) in _PLACES.items():
            x = pixels[k, 0] + right * (wide + _MARKER / 2)
            y = pixels[k, 1] + up * (high + _MARKER / 2)
            if not any(
                abs(x - other_x) < wide + other_wide and abs(y - other_y) < high + other_high
                for place, (other_x, other_y, other_wide, other_high) in enumerate(taken)
                if place != k
            ):
                taken.append((x, y, wide, high))
                found[k] = name
                break
    return found
