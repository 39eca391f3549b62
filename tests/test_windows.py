"""Windows and splits: the lecture's counts, scikit-learn's folds, and nothing from the future."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.backtest import leak
from models.series import generated
from models.windows import count, count_one_short, shuffled_split, time_series_split, windows

TWELVE = [
    ([0, 1], [2, 3]),
    (list(range(4)), [4, 5]),
    (list(range(6)), [6, 7]),
    (list(range(8)), [8, 9]),
    (list(range(10)), [10, 11]),
]
"""What scikit-learn's TimeSeriesSplit(5) makes of 12 samples."""


@pytest.mark.parametrize(("horizon", "found"), [(1, 76), (24, 53)])
def test_a_hundred_values_have_the_lectures_number_of_windows(horizon, found):
    inputs, targets = windows(np.arange(100), 24, horizon)
    assert count(100, 24, horizon) == len(inputs) == len(targets) == found


@pytest.mark.parametrize(("steps", "short"), [(96, 94), (48, 46)])
def test_the_tutorials_loop_stops_one_short(steps, short):
    assert count_one_short(steps, 1) == short == count(steps, 1, 1) - 1


def test_a_window_is_followed_by_its_target():
    inputs, targets = windows(np.arange(10), 3, 2)
    assert inputs[0].tolist() == [0, 1, 2]
    assert targets[0].tolist() == [3, 4]
    assert targets[-1].tolist() == [8, 9]


def test_windows_are_views_that_nobody_can_change():
    values = np.arange(10.0)
    inputs, _ = windows(values, 3, 2)
    assert np.shares_memory(inputs, values)
    with pytest.raises(ValueError, match="read-only"):
        inputs[0, 0] = 7


@pytest.mark.parametrize(
    ("values", "length", "horizon", "message"),
    [
        (np.arange(5), 3, 3, "5 values have no window of 3 with 3 to follow, expected 6 values or more"),
        (np.zeros((5, 2)), 2, 1, r"values has shape \(5, 2\), expected \(n,\)"),
        (np.arange(5), 0, 1, "length is 0 and horizon 1, expected 1 or more of each"),
    ],
)
def test_windows_that_there_are_not_are_refused(values, length, horizon, message):
    with pytest.raises(ValueError, match=message):
        windows(values, length, horizon)


def test_twelve_samples_in_five_folds_are_those_of_scikit_learn():
    assert [(fold.train.tolist(), fold.test.tolist()) for fold in time_series_split(12, 5)] == TWELVE


@settings(deadline=None)
@given(some.integers(3, 400), some.integers(2, 12), some.integers(0, 20))
def test_nothing_to_train_on_lies_after_the_test(samples, folds, gap):
    size = samples // (folds + 1)
    if samples < folds + 1 or samples - folds * size - gap < 1:
        with pytest.raises(ValueError, match="expected"):
            time_series_split(samples, folds, gap)
        return
    found = time_series_split(samples, folds, gap)
    for fold in found:
        assert fold.train.max() + gap < fold.test.min()
        assert np.array_equal(fold.train, np.arange(len(fold.train)))
    assert found[-1].test.max() == samples - 1


def test_a_gap_keeps_the_targets_of_training_out_of_the_test():
    inputs, targets = windows(np.arange(200), 24, 24)
    for fold in time_series_split(len(inputs), 3, gap=23):
        assert targets[fold.train].max() <= inputs[fold.test[0]].max()


def test_a_shuffled_split_tests_as_many_and_surrounds_them():
    in_time, shuffled = time_series_split(120, 5), shuffled_split(120, 5)
    for fold, honest in zip(shuffled, in_time, strict=True):
        assert len(fold.test) == len(honest.test)
        assert not set(fold.test) & set(fold.train)
        assert len(fold.test) + len(fold.train) == 120
        assert fold.train.max() > fold.test.min()
    assert len(set(np.concatenate([fold.test for fold in shuffled]))) == 100


@pytest.mark.parametrize(("samples", "folds"), [(5, 5), (12, 1)])
def test_folds_that_there_are_not_are_refused(samples, folds):
    for split in (time_series_split, shuffled_split):
        with pytest.raises(ValueError, match="expected"):
            split(samples, folds)


def test_shuffling_flatters_the_look_up_and_not_the_last_value():
    found = leak(generated("hourly").values[: 60 * 24], 24, 24)
    near, last, linear = found["nearest window"], found["last value"], found["linear"]
    assert near.shuffled < 0.6 * near.in_time
    assert near.shuffled < linear.shuffled
    assert near.in_time > linear.in_time
    assert abs(last.shuffled / last.in_time - 1) < 0.05
