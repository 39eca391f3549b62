"""Change: how much a state moves from step to step ("c changes slowly, h changes faster")."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.trace import Trace


@dataclass(frozen=True, eq=False)
class Change:
    """How a state of T steps and H units moved.

    Attributes:
        name: the state, "c" or "h".
        steps: mean over the units of |v_t - v_{t-1}|, (T,).
        median: median of |v_t - v_{t-1}| over all steps and units, in the state's own units. A memory has no bound,
            so a large c takes large steps: compare `relative` as well.
        relative: the same as a share of the range that the unit covers over the text, in [0, 1]; units that never
            move are left out, and where none moves it is 0.
    """

    name: str
    steps: NDArray[np.floating]
    median: float
    relative: float


def changes(trace: Trace) -> list[Change]:
    """The change of every state that the cell carries along, the memory first."""
    return [_change(trace, name) for name in sorted(trace.start)]


def _change(trace: Trace, name: str) -> Change:
    values, past = trace[name], trace.past(name)  # (T, H)
    moved = np.abs(values - past)
    covered = np.ptp(np.concatenate([past[:1], values]), axis=0)  # (H,)
    moving = covered > 0
    relative = float(np.median(moved[:, moving] / covered[moving])) if moving.any() else 0.0
    return Change(name, moved.mean(axis=1), float(np.median(moved)), relative)
