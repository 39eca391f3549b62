"""The Mackey-Glass series: a standard piece of chaos that looks like a clock and is none.

    dx/dt = 0.2 x(t - τ) / (1 + x(t - τ)^10) - 0.1 x(t),   τ = 17

What happens now depends on what was τ time units ago (Mackey and Glass 1977), so whoever forecasts it has to remember. At
τ = 17 two solutions that start a hair apart grow apart e-fold about every 150 time units: no forecast lasts for ever.
"""

import numpy as np
import torch
from numpy.typing import NDArray

DELAY = 17.0
"""τ, in time units."""

_GAIN, _POWER, _DECAY = 0.2, 10, 0.1
_WARM_UP = 1000  # time units that are thrown away: by then the solution has forgotten how it began


def series(length: int, seed: int = 0, *, substeps: int = 10) -> NDArray[np.float64]:
    """The solution at every whole time unit, (length,), after 1,000 units of warm-up.

    Integrated by the classical Runge-Kutta scheme of fourth order. Its half steps need x half a step off the grid, τ ago;
    there a cubic Hermite polynomial through the two neighbours and their slopes gives it, which is of fourth order too.

    Args:
        length: how many time units.
        seed: of the start: x is constant before time 0, drawn from U(0.5, 1.5).
        substeps: integration steps in a time unit.

    Raises:
        ValueError: length or substeps is below 1.
    """
    for name, value in {"length": length, "substeps": substeps}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}, expected 1 or more")
    start = 0.5 + float(torch.rand((), generator=torch.Generator().manual_seed(seed), dtype=torch.float64))
    return solution(length + _WARM_UP, start, substeps=substeps)[_WARM_UP:]


def solution(length: int, start: float, *, substeps: int = 10) -> NDArray[np.float64]:
    """The solution at times 0, 1, ... length - 1, where x = `start` at all times before and at 0."""
    step, lag = 1 / substeps, round(DELAY * substeps)
    x = [start] * (lag + 1)  # from time -τ to 0
    middles = [start] * lag  # x in the middle of each step
    slope = _slope(start, start)
    for _ in range((length - 1) * substeps):
        now, between, later = x[-1], middles[-lag], x[-lag]
        k1 = slope
        k2 = _slope(now + step / 2 * k1, between)
        k3 = _slope(now + step / 2 * k2, between)
        k4 = _slope(now + step * k3, later)
        x.append(now + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
        slope = _slope(x[-1], later)
        middles.append((now + x[-1]) / 2 + step / 8 * (k1 - slope))
    return np.array(x[lag::substeps])


def _slope(now: float, past: float) -> float:
    return _GAIN * past / (1 + past**_POWER) - _DECAY * now
