"""The echo state network: its series, its reservoir, its regression, its forecasts, and the measured curves."""

import itertools
import math

import numpy as np
import pytest
import torch

from models import echo, mackey_glass
from models.echo import RADII, SEEDS, SIZES, Reservoir, distances, forecast, measured, ridge_regression, weights


def euler(length: int, start: float, substeps: int) -> np.ndarray:
    """The Mackey-Glass equation by the simplest scheme of all, which needs no value between two steps."""
    lag = 17 * substeps
    x = [start] * (lag + 1)
    for _ in range((length - 1) * substeps):
        past = x[-lag - 1]
        x.append(x[-1] + (0.2 * past / (1 + past**10) - 0.1 * x[-1]) / substeps)
    return np.array(x[lag::substeps])


# ---- the series ------------------------------------------------------------------------------------------------------


def test_the_series_agrees_with_an_independent_integration():
    # Euler's error falls with the step: twice the finer one less the coarser one leaves only its square.
    coarse, fine = euler(120, 1.2, 100), euler(120, 1.2, 200)
    extrapolated = 2 * fine - coarse
    assert np.abs(mackey_glass.solution(120, 1.2) - extrapolated).max() < 1e-5
    assert np.abs(fine - extrapolated).max() > 1e-4  # neither of the two would have been near enough


def test_the_scheme_is_of_fourth_order():
    exact = mackey_glass.solution(200, 1.2, substeps=80)
    errors = [np.abs(mackey_glass.solution(200, 1.2, substeps=n) - exact).max() for n in (5, 10, 20)]
    for coarse, fine in itertools.pairwise(errors):
        assert 10 < coarse / fine < 22  # 2⁴ = 16


def test_at_first_the_delay_is_not_felt_and_the_solution_is_known():
    # Up to τ the past is the constant start, so dx/dt = a - 0.1 x has an exact solution.
    start = 0.9
    a = 0.2 * start / (1 + start**10)
    t = np.arange(17)
    assert np.allclose(
        mackey_glass.solution(17, start), a / 0.1 + (start - a / 0.1) * np.exp(-0.1 * t), rtol=0, atol=1e-10
    )


def test_two_solutions_that_start_a_hair_apart_grow_apart():
    apart = np.abs(mackey_glass.solution(2700, 1.2) - mackey_glass.solution(2700, 1.2 + 1e-9))
    early, late = apart[:50].max(), apart[2600:].max()
    assert 100 < 2600 / math.log(late / early) < 300  # time units for a factor of e


def test_the_series_is_that_of_its_seed_and_forgets_its_start():
    assert np.array_equal(mackey_glass.series(50, 3), mackey_glass.series(50, 3))
    assert not np.array_equal(mackey_glass.series(50, 3), mackey_glass.series(50, 4))
    values = mackey_glass.series(3000)
    assert 0.2 < values.min() < 0.6
    assert 1.2 < values.max() < 1.5


@pytest.mark.parametrize(("length", "substeps", "name"), [(0, 10, "length"), (10, 0, "substeps")])
def test_a_series_without_steps_is_refused(length, substeps, name):
    with pytest.raises(ValueError, match=f"{name} is 0, expected 1 or more"):
        mackey_glass.series(length, substeps=substeps)


# ---- the reservoir ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.1, 1.25, 2.5])
@pytest.mark.parametrize("units", [1, 50, 200])
def test_the_reservoir_has_the_spectral_radius_that_was_asked_for(units, radius):
    w, _, _ = weights(Reservoir(units, radius))
    assert np.abs(np.linalg.eigvals(w.numpy())).max() == pytest.approx(radius, rel=1e-10)


def test_reservoirs_of_one_seed_differ_by_their_radius_alone():
    (w, w_in, b), (twice, same_in, same_b) = (weights(Reservoir(40, radius)) for radius in (0.6, 1.2))
    assert torch.allclose(2 * w, twice, rtol=1e-12)
    assert torch.equal(w_in, same_in)
    assert torch.equal(b, same_b)
    assert not torch.allclose(w, weights(Reservoir(40, 0.6, seed=1))[0])


def test_the_states_follow_the_equation_step_by_step():
    reservoir = Reservoir(7, 0.8, seed=2, leak=0.4)
    w, w_in, b = (tensor.numpy() for tensor in weights(reservoir))
    inputs = np.sin(np.arange(12.0))
    h, rows = np.zeros(7), []
    for u in inputs:
        h = 0.6 * h + 0.4 * np.tanh(w @ h + w_in * u + b)
        rows.append(h)
    assert np.allclose(echo.states(reservoir, torch.from_numpy(inputs)).numpy(), rows, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"units": 0}, "units is 0, expected 1 to 1,000"),
        ({"radius": math.nan}, "radius is nan, expected 0 to 100"),
        ({"leak": 0.0}, "leak is 0.0, expected more than 0"),
        ({"ridge": -1.0}, "ridge is -1.0, expected a finite number above 0"),
    ],
)
def test_a_reservoir_that_cannot_be_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        Reservoir(**wrong)


# ---- the echo --------------------------------------------------------------------------------------------------------


def test_with_a_small_radius_the_start_is_forgotten_and_with_a_large_one_it_is_not():
    small, large = (distances(Reservoir(300, radius)) for radius in (0.5, 2.0))
    assert small[0] == large[0] > 5
    assert small[-1] < 1e-12
    assert large[-1] > 1


def test_without_recurrent_weights_the_start_fades_by_the_leak_alone():
    apart = distances(Reservoir(20, 0.0), steps=30)
    assert np.allclose(apart[1:] / apart[:-1], 0.7, rtol=1e-9)


# ---- the regression --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [1e-6, 0.1, 10.0])
def test_ridge_regression_solves_the_normal_equations(penalty):
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(60, 8, generator=generator, dtype=torch.float64), torch.arange(60.0, dtype=torch.float64).sin()
    v = ridge_regression(x, y, penalty)
    assert torch.allclose(v, torch.linalg.solve(x.T @ x + penalty * torch.eye(8), x.T @ y), rtol=1e-10)


def test_ridge_regression_without_a_penalty_to_speak_of_is_least_squares():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(50, 6)), rng.normal(size=50)
    v = ridge_regression(torch.from_numpy(x), torch.from_numpy(y), 1e-20)
    assert np.allclose(v.numpy(), np.linalg.lstsq(x, y)[0], rtol=1e-9)


def test_the_read_out_is_the_minimum_of_what_it_is_said_to_minimise():
    rng = np.random.default_rng(2)
    x, y = torch.from_numpy(rng.normal(size=(30, 5))), torch.from_numpy(rng.normal(size=30))
    v = ridge_regression(x, y, 0.5).requires_grad_()
    ((x @ v - y).square().sum() + 0.5 * v.square().sum()).backward()
    assert v.grad is not None
    assert v.grad.abs().max() < 1e-12


# ---- the forecast ----------------------------------------------------------------------------------------------------


def test_the_order_of_the_radii_is_that_of_the_reference():
    # Measured elsewhere with 300 units: 0.5 2.2e-2, 0.9 8.2e-3, 1.25 4.4e-6, 2.0 diverges. The digits depend on the seed.
    medians = dict(zip(RADII, np.median(measured()[300], axis=1), strict=True))
    assert medians[0.5] > medians[0.9] > 10 * medians[1.25]
    assert medians[1.25] < 1e-3
    assert medians[2.0] > 1


def test_the_best_radius_of_all_but_the_smallest_reservoirs_is_above_1():
    for size in (100, 200, 300):
        assert RADII[np.median(measured()[size], axis=1).argmin()] > 1


@pytest.mark.parametrize(("units", "radius", "seed"), [(50, 0.1, 0), (100, 1.25, 2), (300, 0.9, 8)])
def test_the_measured_errors_are_those_of_the_forecasts(units, radius, seed):
    found = forecast(Reservoir(units, radius, seed)).error
    shipped = measured()[units][RADII.index(radius), seed]
    # Chaos makes much of the last digit, in which machines differ.
    assert abs(math.log10(found / shipped)) < 0.5


def test_every_reservoir_was_measured():
    assert set(measured()) == set(SIZES)
    for errors in measured().values():
        assert errors.shape == (len(RADII), len(SEEDS))
        assert (errors > 0).all()


def test_a_forecast_that_diverges_ends_and_says_where():
    lost = next(
        found
        for seed in SEEDS
        if math.isinf(measured()[200][RADII.index(1.8), seed])
        for found in (forecast(Reservoir(200, 1.8, seed)),)
        if found.ended is not None
    )
    assert lost.error == math.inf
    assert lost.ended is not None
    assert np.isfinite(lost.values[: lost.ended]).all()
    assert np.isnan(lost.values[lost.ended :]).all()
    assert lost.close <= lost.ended


def test_the_network_forecasts_the_values_that_follow_those_it_was_told():
    truth = mackey_glass.series(echo.WASH_OUT + echo.TRAIN + echo.FORECAST)[-echo.FORECAST :]
    found = forecast(Reservoir())
    assert np.allclose(found.truth, truth, rtol=0, atol=1e-12)
    assert found.fitted < 1e-6
    assert found.error == np.mean((found.values - truth) ** 2)


def test_the_baselines_are_what_they_are_called():
    last, line = echo.last_value(), echo.autoregression(20, ridge=1e-16)
    told = mackey_glass.series(echo.WASH_OUT + echo.TRAIN + echo.FORECAST)[: echo.WASH_OUT + echo.TRAIN]
    assert np.allclose(last.values, told[-1])
    assert last.fitted == pytest.approx(np.mean(np.diff(told[echo.WASH_OUT - 1 :]) ** 2))
    # The same line by least squares on the same windows.
    mean = told.mean()
    windows = np.lib.stride_tricks.sliding_window_view(told - mean, 20)[:-1][-echo.TRAIN :]
    features = np.column_stack([np.ones(len(windows)), windows])
    v, *_ = np.linalg.lstsq(features, (told - mean)[-len(windows) :])
    assert line.values[0] == pytest.approx(v[0] + v[1:] @ (told - mean)[-20:] + mean, abs=1e-6)
    order, best = echo.best_line()
    assert best.error == min(echo.autoregression(n).error for n in echo.ORDERS)
    assert best.error == echo.autoregression(order).error


def test_an_order_that_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="order is 0, expected 1 to 1000"):
        echo.autoregression(0)
