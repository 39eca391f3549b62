"""A backtest: forecasts made again and again in the last fifth of a series, by whoever has seen the rest alone.

test = Backtest(values, season=12, length=12, horizon=12)
test.errors(test.naive)                     # by name, by steps ahead
test.errors({"LSTM": model.forecast})       # a network that was trained on test.past
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.baselines import Errors, LinearAutoregression, last_value, naive, nearest
from models.told import Told
from models.windows import count, shuffled_split, time_series_split, windows

Array = NDArray[np.float64]
Forecaster = Callable[[Array], Array]

SHORTEST = 50
"""Values of a series at least."""

LONGEST_WINDOW = 96
"""T and K at most, however long the series is."""

SCORED = 1000
"""Windows on which errors are measured at most, evenly spread over the held-out part."""

RECENT = 200
"""Steps that the plot of a backtest shows at most: the last ones."""


def longest_window(steps: int) -> int:
    """T and K at most for a series of so many steps: a fifth of it.

    Raises:
        ValueError: The series is too short.
    """
    if steps < SHORTEST:
        raise ValueError(
            Told(
                "The series has {steps} values, expected at least {least}: a fifth of it is held out",
                steps=steps,
                least=SHORTEST,
            )
        )
    return min(LONGEST_WINDOW, steps // 5)


@dataclass(frozen=True, eq=False)
class Backtest:
    """A series of which the last fifth is held out.

    Attributes:
        values: The series, (n,).
        season: Steps after which it repeats; 1 where it does not.
        length: T.
        horizon: K.

    Raises:
        ValueError: The series is too short, or the window or the horizon too long for it.
    """

    values: Array
    season: int
    length: int
    horizon: int

    def __post_init__(self) -> None:
        most = longest_window(len(self.values))
        for name in ("length", "horizon"):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(
                    Told(
                        "{name} is {value}, expected 1 to {most}, a fifth of the series",
                        name=name,
                        value=getattr(self, name),
                        most=most,
                    )
                )

    @property
    def cut(self) -> int:
        """The first held-out step."""
        return len(self.values) - len(self.values) // 5

    @property
    def past(self) -> Array:
        """What one may learn from."""
        return self.values[: self.cut]

    @property
    def naive(self) -> dict[str, Forecaster]:
        """The forecasters without a network: see `models.baselines.naive`."""
        return naive(self.past, self.length, self.horizon, self.season)

    def errors(self, forecasters: Mapping[str, Forecaster]) -> dict[str, Errors]:
        """How far forecasters are off, by name: on all held-out windows, or on `SCORED` of them evenly spread."""
        inputs, targets = windows(self.values[self.cut - self.length :], self.length, self.horizon)
        some = np.unique(np.linspace(0, len(inputs) - 1, min(SCORED, len(inputs))).round().astype(int))
        return {name: Errors.of(said(inputs[some]), targets[some]) for name, said in forecasters.items()}

    def recent(self, forecasters: Mapping[str, Forecaster], ahead: int) -> tuple[NDArray[np.int64], dict[str, Array]]:
        """The last held-out steps, and what was said of each `ahead` steps before.

        Args:
            forecasters: By name.
            ahead: 1 to K.

        Returns:
            The places of the steps in the series, (M,), and the forecasts by name, (M,) each.

        Raises:
            ValueError: Nobody looks so far ahead.
        """
        if not 1 <= ahead <= self.horizon:
            raise ValueError(Told("ahead is {ahead}, expected 1 to {horizon}", ahead=ahead, horizon=self.horizon))
        last = len(self.values) - 1
        first = max(self.cut + ahead - 1, last - RECENT + 1)  # no forecast was made before the cut
        starts = np.arange(first, last + 1) - ahead - self.length + 1  # of the windows
        inputs = np.lib.stride_tricks.sliding_window_view(self.values, self.length)[starts]
        return np.arange(first, last + 1), {name: said(inputs)[:, ahead - 1] for name, said in forecasters.items()}

    def beyond(self, forecasters: Mapping[str, Forecaster]) -> dict[str, Array]:
        """What forecasters say of the K steps that follow the series, by name, (K,) each."""
        return {name: said(self.values[None, -self.length :])[0] for name, said in forecasters.items()}


@dataclass(frozen=True)
class Leak:
    """How good a forecaster looks under two ways to split windows: mean |error| over folds and steps ahead.

    Attributes:
        in_time: Trained on the past of what it is tested on.
        shuffled: Trained on windows from everywhere but the tested ones.
    """

    in_time: float
    shuffled: float


def leak(values: Array, length: int, horizon: int, folds: int = 5) -> dict[str, Leak]:
    """How much a shuffled split flatters: the last value, which learns nothing; linear; and looking up a similar window."""
    inputs, targets = windows(values, length, horizon)
    samples = count(len(values), length, horizon)
    splits = (time_series_split(samples, folds, horizon - 1), shuffled_split(samples, folds))
    found: dict[str, list[list[float]]] = {name: [[], []] for name in ("last value", "linear", "nearest window")}
    for order, split in enumerate(splits):
        for fold in split:
            x, known, continued = inputs[fold.test], inputs[fold.train], targets[fold.train]
            said = {
                "last value": last_value(x, horizon),
                "linear": LinearAutoregression.fit(known, continued).direct(x),
                "nearest window": nearest(x, known, continued),
            }
            for name, forecast in said.items():
                found[name][order].append(float(np.abs(forecast - targets[fold.test]).mean()))
    return {name: Leak(float(np.mean(in_time)), float(np.mean(mixed))) for name, (in_time, mixed) in found.items()}
