"""Forecasts without a network: the ones that a network has to beat before anybody may call it good.

Each takes windows (N, T) and gives forecasts (N, K) for the K steps that follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.windows import windows

Array = NDArray[np.float64]

FITTED = 20_000
"""Windows to which the linear autoregression is fitted at most: the last ones."""

_AT_ONCE = 512  # windows whose distances to all others are held in memory at a time


def last_value(inputs: Array, horizon: int) -> Array:
    """The last value again and again ("persistence"), (N, K)."""
    return np.repeat(inputs[:, -1:], horizon, axis=1)


def same_last_season(inputs: Array, horizon: int, season: int) -> Array:
    """What was there one season before: at 24 hours a season, the same hour yesterday, (N, K).

    Raises:
        ValueError: The windows are shorter than a season.
    """
    length = inputs.shape[1]
    if not 1 <= season <= length:
        raise ValueError(f"season is {season}, expected 1 to {length}: the window must hold a whole one")
    return inputs[:, length - season + np.arange(horizon) % season]


def feed_back(one_step: Callable[[Array], Array], inputs: Array, horizon: int) -> Array:
    """Repeats a forecast of one step: each is appended to its window, whose oldest value falls out, (N, K).

    Args:
        one_step: Windows (N, T) in, forecasts (N,) out.
        inputs: (N, T).
        horizon: K.
    """
    window, found = np.asarray(inputs), []
    for _ in range(horizon):
        found.append(one_step(window))
        window = np.concatenate([window[:, 1:], found[-1][:, None]], axis=1)
    return np.stack(found, axis=1)


@dataclass(frozen=True, eq=False)
class LinearAutoregression:
    """A weighted sum of the window and a constant, one for each step ahead, by least squares.

        y_k = w_k · window + b_k

    Attributes:
        weights: (T, K).
        constant: (K,).
    """

    weights: Array
    constant: Array

    @classmethod
    def fit(cls, inputs: Array, targets: Array) -> LinearAutoregression:
        """The weights with the smallest squared error; where several have it, the smallest of them.

        Args:
            inputs: (N, T).
            targets: (N, K).
        """
        rows = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
        found = np.linalg.lstsq(rows, targets, rcond=None)[0].astype(np.float64)
        return cls(found[:-1], found[-1])

    def direct(self, inputs: Array) -> Array:
        """All K steps at once, (N, K)."""
        return inputs @ self.weights + self.constant

    def fed_back(self, inputs: Array, horizon: int) -> Array:
        """The weights of the first step alone, repeated, (N, horizon)."""
        return feed_back(lambda window: window @ self.weights[:, 0] + self.constant[0], inputs, horizon)


def nearest(inputs: Array, known: Array, continued: Array) -> Array:
    """Look up the most similar known window and say what followed it: a memory without any rule, (N, K).

    Args:
        inputs: (N, T).
        known: Windows that one has seen, (M, T).
        continued: What followed each, (M, K).
    """
    places = []
    for start in range(0, len(inputs), _AT_ONCE):
        part = inputs[start : start + _AT_ONCE]
        distances = (known**2).sum(1) - 2 * part @ known.T  # up to what is the same for all: |window|²
        places.append(distances.argmin(1))
    return continued[np.concatenate(places)]


def naive(
    past: Array, length: int, horizon: int, season: int, *, fed_back: bool = False
) -> dict[str, Callable[[Array], Array]]:
    """The forecasters without a network by name: windows (N, T) in, forecasts (N, K) out.

    "last value"; "season ago", where there is a season and the window holds one; "linear", fitted to the past.

    Args:
        past: What one may learn from, (n,).
        length: T.
        horizon: K.
        season: Steps after which the series repeats; 1 where it does not.
        fed_back: The linear one repeats its first step, too.
    """
    found: dict[str, Callable[[Array], Array]] = {"last value": lambda inputs: last_value(inputs, horizon)}
    if 1 < season <= length:
        found["season ago"] = lambda inputs: same_last_season(inputs, horizon, season)
    inputs, targets = windows(past, length, horizon)
    linear = LinearAutoregression.fit(inputs[-FITTED:], targets[-FITTED:])
    found["linear"] = (lambda inputs: linear.fed_back(inputs, horizon)) if fed_back else linear.direct
    return found


@dataclass(frozen=True, eq=False)
class Errors:
    """How far forecasts are off, by how far they look ahead.

    Attributes:
        absolute: Mean |forecast - truth| at 1 to K steps ahead, in the unit of the series, (K,).
        squared: Root of the mean squared difference, (K,).
    """

    absolute: Array
    squared: Array

    @classmethod
    def of(cls, forecasts: Array, truth: Array) -> Errors:
        """Those of forecasts (N, K) of `truth` (N, K).

        Raises:
            ValueError: Their shapes differ, or there is none.
        """
        if forecasts.shape != truth.shape or forecasts.ndim != 2 or not forecasts.size:
            raise ValueError(f"forecasts have shape {forecasts.shape} and truth {truth.shape}, expected (N, K) of both")
        off = forecasts - truth
        return cls(np.abs(off).mean(0), np.sqrt((off**2).mean(0)))
