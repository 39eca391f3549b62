"""Forecasts without a network: each on a series where its answer is known."""

import numpy as np
import pytest

from models.baselines import Errors, LinearAutoregression, feed_back, last_value, naive, nearest, same_last_season
from models.windows import windows

LINE = np.arange(60.0)
WAVE = np.sin(2 * np.pi * np.arange(120) / 12)


def test_the_last_value_is_said_again_and_again():
    assert last_value(np.array([[1.0, 2, 3]]), 4).tolist() == [[3, 3, 3, 3]]


def test_the_same_hour_yesterday_goes_round_where_the_horizon_is_longer():
    assert same_last_season(np.array([[9.0, 1, 2, 3]]), 5, 3).tolist() == [[1, 2, 3, 1, 2]]


def test_a_periodic_series_is_said_by_its_season_and_by_linear_autoregression():
    inputs, targets = windows(WAVE, 12, 12)
    for name, said in naive(WAVE[:80], 12, 12, 12).items():
        if name != "last value":
            assert np.allclose(said(inputs), targets, atol=1e-9), name


def test_linear_autoregression_is_the_least_squares_of_the_normal_equations():
    generator = np.random.default_rng(0)
    inputs, targets = generator.standard_normal((50, 4)), generator.standard_normal((50, 3))
    found = LinearAutoregression.fit(inputs, targets)
    rows = np.column_stack([inputs, np.ones(50)])
    assert np.allclose(np.vstack([found.weights, found.constant]), np.linalg.solve(rows.T @ rows, rows.T @ targets))


def test_one_step_fed_back_goes_on_along_a_line():
    inputs, targets = windows(LINE, 3, 8)
    linear = LinearAutoregression.fit(inputs, targets)
    assert np.allclose(linear.fed_back(inputs, 8), targets)


def test_feeding_back_drops_the_oldest_and_appends_the_forecast():
    seen = []

    def total(window):
        seen.append(window.tolist())
        return window.sum(1)

    assert feed_back(total, np.array([[1.0, 2.0]]), 3).tolist() == [[3, 5, 8]]
    assert seen == [[[1, 2]], [[2, 3]], [[3, 5]]]


def test_the_nearest_window_is_the_nearest():
    generator = np.random.default_rng(1)
    known, inputs, continued = (
        generator.standard_normal((300, 5)),
        generator.standard_normal((700, 5)),
        np.arange(300.0)[:, None],
    )
    by_hand = ((inputs[:, None] - known[None]) ** 2).sum(2).argmin(1)
    assert nearest(inputs, known, continued)[:, 0].astype(int).tolist() == by_hand.tolist()


def test_errors_are_means_over_windows_by_steps_ahead():
    found = Errors.of(np.array([[1.0, 0], [3, 0]]), np.array([[0.0, 0], [0, 4]]))
    assert found.absolute.tolist() == [2, 2]
    assert found.squared.tolist() == pytest.approx([np.sqrt(5), np.sqrt(8)])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="season is 5, expected 1 to 3"):
        same_last_season(np.ones((1, 3)), 2, 5)
    with pytest.raises(ValueError, match=r"forecasts have shape \(1, 2\) and truth \(1, 3\)"):
        Errors.of(np.ones((1, 2)), np.ones((1, 3)))


def test_without_a_season_or_with_too_short_a_window_nobody_says_a_season_ago():
    assert "season ago" not in naive(LINE, 4, 2, 1)
    assert "season ago" not in naive(LINE, 4, 2, 12)
    assert "season ago" in naive(LINE, 12, 2, 12)
