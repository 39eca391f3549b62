"""Shares: bars from 0 to 100 %, a few for each of some groups, each with its name beside it."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground import theme
from playground.figures.frame import frame

_BAR = 21  # pixels of a bar, its gap included
_ROOM = 0.5  # a bar as long as this holds its label on a phone, too


def shares(
    series: Mapping[str, tuple[str, Sequence[float]]],
    groups: Sequence[str],
    title: str,
    x_title: str,
    y_title: str,
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw a bar for each member of each group, the first group on top.

    Args:
        series: by name its role, a key of `theme.ROLES`, and its share in each group, in [0, 1]; NaN has no bar.
        groups: names of the groups.
        title: what there is to see.
        x_title: what the shares are of.
        y_title: what the groups are.
        dark: colours for the dark theme.

    Raises:
        ValueError: There is no series, or one has not a share for each group, or one outside [0, 1].
    """
    if not series or not groups:
        raise ValueError(f"{len(series)} series and {len(groups)} groups, expected one or more of each")
    figure = go.Figure()
    for name, (role, values) in series.items():
        found = np.asarray(values, dtype=float)
        if found.shape != (len(groups),) or (found < 0).any() or (found > 1).any():
            raise ValueError(f"{name} has shares of shape {found.shape}, expected ({len(groups)},), each in [0, 1]")
        figure.add_bar(
            y=list(range(len(groups))),
            x=100 * found,
            orientation="h",
            name=name,
            customdata=list(groups),
            text=[f" {name} {100 * value:.0f} %" if np.isfinite(value) else "" for value in found],
            textposition=["inside" if value > _ROOM else "outside" for value in found],
            insidetextanchor="end",
            textangle=0,
            cliponaxis=False,
            marker={"color": theme.ROLES[role].line(dark=dark)},
            hovertemplate=f"%{{customdata}}, {name}: %{{x:.1f}} %<extra></extra>",
        )
    frame(figure, title, x_title, y_title, 110 + len(groups) * (_BAR * len(series) + 12))
    figure.update_layout(barmode="group", bargap=0.18)
    figure.update_xaxes(range=(0, 102), ticksuffix=" %")
    figure.update_yaxes(autorange="reversed", tickvals=list(range(len(groups))), ticktext=list(groups), showgrid=False)
    return figure
