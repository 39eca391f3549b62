"""Box: a tensor as a box, each axis as long as it is large, with its name and its length written at it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from playground import theme

_SHORT, _DOUBLED = 0.2, 0.17  # length of an axis of size 1, and what each doubling adds
_DEPTH = (0.42, 0.34)  # where the first axis points to, for each unit of length
_GRID = 12  # up to so many cells along an axis are drawn


def box(shape: Sequence[int], axes: Sequence[str], role: str, title: str, *, dark: bool = False) -> go.Figure:
    """Draw a tensor of two or three axes. The last axis runs to the right, the one before down, the first into the page.

    Lengths grow with the logarithm of the sizes, by one rule for all boxes: equal axes look equal from box to box.

    Args:
        shape: sizes of the axes.
        axes: their names.
        role: a key of `theme.ROLES`: gives the colour.
        title: the tensor's name and what it is.
        dark: colours for the dark theme.

    Raises:
        ValueError: there are not two or three axes, a size is below 1, or there is not a name for each.
        KeyError: there is no such role.
    """
    if len(shape) not in (2, 3) or len(axes) != len(shape) or min(shape) < 1:
        raise ValueError(f"shape is {tuple(shape)} with axes {tuple(axes)}, expected two or three sizes of at least 1")
    if role not in theme.ROLES:
        raise KeyError(f"role is {role!r}, expected one of {', '.join(theme.ROLES)}")
    base, colour = (theme.DARK if dark else theme.LIGHT), theme.ROLES[role].line(dark=dark)
    lengths = [_SHORT + _DOUBLED * float(np.log2(size)) for size in shape]
    width, height = lengths[-1], lengths[-2]
    deep = lengths[0] if len(shape) == 3 else 0.0
    dx, dy = _DEPTH[0] * deep, _DEPTH[1] * deep
    figure = go.Figure()
    faces: list[tuple[float, ...]] = [(0, 0, width, 0, width, height, 0, height)]
    if deep:
        faces.append((0, height, width, height, width + dx, height + dy, dx, height + dy))
        faces.append((width, 0, width + dx, dy, width + dx, height + dy, width, height))
    for number, corners in enumerate(faces):
        figure.add_scatter(
            x=[*corners[::2], corners[0]], y=[*corners[1::2], corners[1]], mode="lines", fill="toself",
            fillcolor=_pale(colour, (0.22, 0.1, 0.34)[number]), line={"color": colour, "width": 2}, hoverinfo="skip",
        )  # fmt: skip
    for k, (size, along) in enumerate(((shape[-1], width), (shape[-2], height))):
        for part in range(1, size) if size <= _GRID else ():
            at = along * part / size
            line = {"x": [at, at], "y": [0, height]} if k == 0 else {"x": [0, width], "y": [at, at]}
            figure.add_scatter(**line, mode="lines", line={"color": colour, "width": 0.6}, hoverinfo="skip")
    marks = [(width / 2, -0.13, shape[-1], axes[-1], "center"), (-0.06, height / 2, shape[-2], axes[-2], "right")]
    if deep:
        marks.append((dx / 2 - 0.06, height + dy / 2 + 0.05, shape[0], axes[0], "right"))
    for x, y, size, name, anchor in marks:
        figure.add_annotation(
            x=x, y=y, text=f"{name} = {size}", showarrow=False, xanchor=anchor, font={"size": 14, "color": base.text}
        )
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        height=260, margin={"l": 4, "r": 4, "t": 44, "b": 4}, showlegend=False, uirevision="keep", dragmode=False,
    )  # fmt: skip
    centre = (width + dx) / 2
    reach = max(1.15, (width + dx) / 2 + 0.55)
    figure.update_xaxes(visible=False, range=[centre - reach, centre + reach * 0.8], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.25, max(1.2, height + dy + 0.15)], fixedrange=True)
    return figure


def _pale(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
