"""Clipping and the remedies: against torch, against autograd, and against the lectures' numbers."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models import clipping, remedies
from models.clipping import Explosion, angle, by_norm, by_value, cliff, course, descent, race
from models.remedies import EVERY, LAGS, REMEDIES, SEEDS, SOLVED, UPDATES, measured, run, start_profile, start_ratio
from models.tasks import TASKS
from models.training import restore, train
from playground import taming

RNG = np.random.default_rng(0)


# ---- a vector --------------------------------------------------------------------------------------------------------


def test_the_lectures_vector_keeps_its_angle_by_norm_and_not_by_value():
    g = np.array([3.0, 4.0])
    assert np.allclose(by_norm(g, 1), [0.6, 0.8])
    assert np.array_equal(by_norm(g, 10), g)
    assert np.array_equal(by_value(g, 1), [1, 1])
    assert angle(g) == pytest.approx(53.13010235415598)
    assert angle(by_norm(g, 1)) == pytest.approx(53.13010235415598)
    assert angle(by_value(g, 1)) == pytest.approx(45)
    assert math.isnan(angle(np.zeros(2)))


@pytest.mark.parametrize("threshold", [0.01, 1.0, 100.0])
def test_both_cuts_are_those_of_torch(threshold):
    for _ in range(20):
        g = RNG.normal(size=5) * 10 ** RNG.uniform(-2, 3)
        for cut, torchs in ((by_norm, nn.utils.clip_grad_norm_), (by_value, nn.utils.clip_grad_value_)):
            weight = nn.Parameter(torch.zeros(5, dtype=torch.float64))
            weight.grad = torch.from_numpy(g.copy())
            torchs([weight], threshold)
            assert np.allclose(cut(g, threshold), weight.grad.numpy(), rtol=2e-4 if cut is by_norm else 0)


# ---- a training that explodes ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opening():
    """The training with which the page opens, without and with clipping."""
    return race(Explosion())


def test_the_opening_training_breaks_down_without_clipping_and_learns_with_it(opening):
    free, clipped = opening
    assert free.broke is not None
    assert 0 < free.broke < clipping.UPDATES
    assert not (math.isfinite(free.losses[-1]) and math.isfinite(free.norms[-1]))
    assert np.isfinite(free.losses[:-1]).all()
    assert len(free.losses) == len(free.norms) == free.broke + 1
    assert clipped.broke is None
    assert clipped.accuracy > 0.95
    assert 0 < clipped.clipped(1.0) < 0.5


def test_both_trainings_are_one_until_the_first_long_gradient(opening):
    free, clipped = opening
    first = int((free.norms > 1).argmax())
    assert first > 10
    assert np.array_equal(free.losses[: first + 1], clipped.losses[: first + 1])
    assert np.array_equal(free.norms[: first + 1], clipped.norms[: first + 1])
    assert not np.array_equal(free.losses[first + 1 : first + 3], clipped.losses[first + 1 : first + 3])


def test_no_step_is_longer_than_the_learning_rate_times_the_threshold():
    explosion = Explosion(threshold=0.3)
    steps = list(train(replace(explosion.run(clip=0.3), every=1, steps=25)))
    for before, after in itertools.pairwise(steps):
        moved = np.concatenate([(after.weights[name] - before.weights[name]).ravel() for name in before.weights])
        longest = explosion.learning_rate * min(0.3, before.gradient_norm)
        assert np.linalg.norm(moved) <= longest * (1 + 1e-3)


def test_a_state_behind_tanh_never_breaks_down():
    free = course(Explosion(nonlinearity="tanh", gain=2.5, learning_rate=0.5).run(clip=None))
    assert free.broke is None
    assert np.isfinite(free.losses).all()


def test_behind_tanh_a_long_step_leaves_flat_units_that_no_gradient_passes():
    run = taming.TANH.run(clip=None)
    *_, last = train(run)
    network: Any = restore(run, last)
    x, targets = TASKS["latch"].batch(32, run.lengths, torch.Generator().manual_seed(5))
    x.requires_grad_()
    h = network.recurrent(x)[0]
    (gradient,) = torch.autograd.grad(TASKS["latch"].loss(network.head(h), targets), x)
    assert (h[:, -1].abs() > 0.99).double().mean() > 0.9
    assert gradient[:, 0].norm() < 1e-6 * gradient[:, -1].norm()
    assert course(run).norms.max() > 50


def test_an_explosion_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"clip is -1\.0, expected more than 0"):
        Explosion(threshold=-1.0)
    with pytest.raises(ValueError, match="learning_rate is 0, expected more than 0"):
        Explosion(learning_rate=0)


# ---- the cliff -------------------------------------------------------------------------------------------------------


def test_the_slope_of_the_cliff_is_autograds():
    w = torch.linspace(3.9, 5.6, 41, dtype=torch.float64, requires_grad=True)
    state = torch.full_like(w, 0.5)
    for _ in range(50):
        state = w * torch.sigmoid(state) - 2.2
    loss = (torch.sigmoid(state) - 0.7) ** 2
    loss.sum().backward()
    found, slope = cliff(w.detach().numpy())
    assert w.grad is not None
    assert np.allclose(found, loss.detach().numpy(), rtol=1e-12)
    assert np.allclose(slope, w.grad.numpy(), rtol=1e-8, atol=1e-14)


def test_the_wall_is_a_hundred_times_steeper_than_the_plain_before_it():
    w = np.linspace(3.9, 5.6, 20_001)
    slope = np.abs(cliff(w)[1])
    assert slope.max() > 20
    assert slope[w < 4.2].max() < 0.2


def test_one_step_from_the_wall_throws_far_and_a_clipped_one_does_not():
    free, clipped = descent(4.2, 0.5, None), descent(4.2, 0.5, 0.1)
    assert np.abs(np.diff(free)).max() > 10
    assert np.abs(np.diff(clipped)).max() <= 0.5 * 0.1 * (1 + 1e-12)
    assert cliff(clipped[-1:])[0][0] < 0.01 < cliff(free[-1:])[0][0]


# ---- the remedies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REMEDIES)
def test_a_profile_and_a_ratio_are_those_of_autograd(name):
    task, question = TASKS["latch"], run(name, 10, 3)
    network = task.network(question, torch.Generator().manual_seed(3)).double()
    x, target = task.batch(16, (10, 10), torch.Generator().manual_seed(10))
    x = x.double().requires_grad_()
    task.loss(network(x), target).backward()
    assert x.grad is not None
    norms = x.grad.norm(dim=2).square().mean(0).sqrt()
    assert start_ratio(name, 10, 3) == pytest.approx(math.log10(norms[0] / norms[-1]), abs=1e-9)
    profile = start_profile(name, 10, 3)
    assert profile.shape == (10,)
    assert profile[-1] == 0


def test_the_shipped_ratios_are_those_that_are_computed():
    for name in REMEDIES:
        assert measured(30)[name].log10_ratio[2] == pytest.approx(start_ratio(name, 30, 2), abs=0.006)


def test_the_shipped_curves_begin_as_a_training_does():
    for name in ("orthogonal", "lstm_3"):
        snapshots = train(run(name, 10, 1))
        shipped = measured(10)[name].accuracy[1]
        assert [next(snapshots).accuracy for _ in range(2)] == pytest.approx(shipped[:2], abs=0.05)


def test_every_remedy_was_measured_at_every_lag_from_every_seed():
    for lag in LAGS:
        assert list(measured(lag)) == list(REMEDIES)
        for outcome in measured(lag).values():
            assert outcome.accuracy.shape == (len(SEEDS), UPDATES // EVERY + 1)
            assert ((outcome.accuracy >= 0) & (outcome.accuracy <= 1)).all()


def test_solved_is_the_first_look_above_99_percent():
    accuracy = np.array([[0.5, 0.99, 0.995, 0.7], [0.5, 0.6, 0.7, 0.8], [0.5, 1.0, 1.0, 1.0]])
    outcome = remedies.Outcome(accuracy, np.zeros(3))
    assert SOLVED == 0.99
    assert outcome.solved == [2 * EVERY, None, EVERY]
    assert outcome.median_solved == 2 * EVERY


def test_more_than_half_of_the_seeds_must_solve_it():
    outcome = remedies.Outcome(np.array([[1.0], [0.5], [0.5]]), np.zeros(3))
    assert outcome.median_solved is None


def test_at_lag_10_all_solve_it_and_at_lag_100_an_open_gate_or_an_orthogonal_matrix_does():
    assert all(outcome.median_solved is not None for outcome in measured(10).values())
    solved = {name for name, outcome in measured(100).items() if outcome.median_solved is not None}
    assert {"orthogonal", "lstm_3", "chrono", "gru_3"} <= solved
    assert not {"rnn", "lstm_0", "lstm_1", "gru_0"} & solved


def test_over_30_steps_one_number_in_a_bias_decides_and_a_default_rnn_hangs_on_its_seed():
    at_30 = {name: outcome.solved for name, outcome in measured(30).items()}
    assert at_30["lstm_0"] == [None] * len(SEEDS)
    assert max(after or UPDATES for after in at_30["lstm_1"]) <= 100
    never = at_30["rnn"].count(None)
    assert 0 < never < len(SEEDS)
    assert min(after for after in at_30["rnn"] if after) > 200


def test_a_default_lstm_vanishes_like_a_default_rnn_and_its_bias_decides():
    ratios = {name: float(np.median(outcome.log10_ratio)) for name, outcome in measured(100).items()}
    assert max(ratios["rnn"], ratios["lstm_0"], ratios["gru_0"]) < -15
    assert ratios["lstm_0"] + 10 < ratios["lstm_1"] < ratios["lstm_3"] - 4
    assert ratios["orthogonal"] > ratios["rnn"] + 10


def test_what_there_is_not_is_refused():
    with pytest.raises(KeyError, match="remedy is 'prayer', expected one of rnn, orthogonal"):
        run("prayer", 10, 0)
    with pytest.raises(KeyError, match="lag is 11, expected one of 10, 30, 100"):
        measured(11)


def test_the_table_has_a_row_for_each_remedy():
    lines = remedies.table().splitlines()
    assert len(lines) == 2 + len(REMEDIES)
    assert all(line.count("|") == lines[0].count("|") for line in lines)
