"""Windows of a series, and splits that do not look into the future.

    windows(values, 24, 24)         # inputs (N, 24), targets (N, 24); N = n - 24 - 24 + 1
    time_series_split(12, 5)        # five folds: train on 2, 4, 6, 8, 10 of 12, test on the next 2

`time_series_split` gives the folds of scikit-learn's `TimeSeriesSplit` (Pedregosa et al. 2011), which is not needed for it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.told import Told


def count(steps: int, length: int, horizon: int) -> int:
    """How many windows a series of `steps` values has: n - T - K + 1, or 0 where it is too short."""
    return max(0, steps - length - horizon + 1)


def count_one_short(steps: int, length: int) -> int:
    """How many a well-known tutorial's loop makes, `range(len(data) - look_back - 1)`: one fewer than there are."""
    return max(0, steps - length - 1)


def windows(values: ArrayLike, length: int, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every stretch of `length` values with the `horizon` values that follow it.

    Returns:
        Inputs (N, T) and targets (N, K), read-only views: no value is copied.

    Raises:
        ValueError: The values are not (n,), a size is below 1, or the series has not one window.
    """
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1:
        raise ValueError(Told("values has shape {shape}, expected (n,)", shape=series.shape))
    if length < 1 or horizon < 1:
        raise ValueError(
            Told("length is {length} and horizon {horizon}, expected 1 or more of each", length=length, horizon=horizon)
        )
    if not count(series.size, length, horizon):
        raise ValueError(
            Told(
                "{count} values have no window of {length} with {horizon} to follow, expected {least} values or more",
                count=series.size,
                length=length,
                horizon=horizon,
                least=length + horizon,
            )
        )
    both = np.lib.stride_tricks.sliding_window_view(series, length + horizon)
    return both[:, :length], both[:, length:]


@dataclass(frozen=True, eq=False)
class Fold:
    """One split into samples to train on and samples to test on.

    Attributes:
        train: Places of the samples, (N,).
        test: Places of the samples, (M,); none is in `train`.
    """

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def time_series_split(samples: int, folds: int, gap: int = 0) -> list[Fold]:
    """Folds that train on the past and test on what follows: no sample to train on lies after one to test on.

    Args:
        samples: How many there are, in the order of time.
        folds: How many splits.
        gap: Samples to leave out between the two. Windows with K targets overlap: the targets of the last K - 1 before the
            test part lie in its future, and a gap of K - 1 leaves them out.

    Raises:
        ValueError: There are too few samples for that.
    """
    _check(samples, folds)
    size = samples // (folds + 1)
    starts = range(samples - folds * size, samples, size)
    if starts[0] - gap < 1 or gap < 0:
        raise ValueError(
            Told(
                "gap is {gap}, expected 0 to {most}: the first fold has {samples} samples to train on",
                gap=gap,
                most=starts[0] - 1,
                samples=starts[0],
            )
        )
    return [Fold(np.arange(start - gap), np.arange(start, start + size)) for start in starts]


def shuffled_split(samples: int, folds: int, seed: int = 0) -> list[Fold]:
    """As many folds with test parts of the same size, but drawn from anywhere: the rest of *all* samples is trained on.

    For windows that is a leak: the neighbours of a tested window share nearly all of its values.

    Raises:
        ValueError: There are too few samples for that.
    """
    _check(samples, folds)
    size = samples // (folds + 1)
    order = np.random.default_rng(seed).permutation(samples)
    tests = [np.sort(order[k * size : (k + 1) * size]) for k in range(folds)]
    return [Fold(np.setdiff1d(np.arange(samples), test), test) for test in tests]


def _check(samples: int, folds: int) -> None:
    if folds < 2:
        raise ValueError(Told("folds is {folds}, expected 2 or more", folds=folds))
    if samples < folds + 1:
        raise ValueError(
            Told(
                "samples is {samples}, expected {least} or more for {folds} folds",
                samples=samples,
                least=folds + 1,
                folds=folds,
            )
        )
