"""Training: the same question has the same answer, and each number belongs to the weights beside it."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from models.network import RECURRENT
from models.tasks import TASKS, agreement
from models.training import Run, restore, train

CELLS = list(RECURRENT)
SHORT = Run(hidden=4, inputs=4, batch=2, steps=5, every=2, learning_rate=0.05)


def same(one, other):
    return (
        (one.step, one.loss, one.accuracy, one.gradient_norm)
        == (other.step, other.loss, other.accuracy, other.gradient_norm)
        and one.weights.keys() == other.weights.keys()
        and all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    )


def start(run):
    """The untrained network of a run, its first batch, and the gradient of its loss, by autograd alone."""
    generator = torch.Generator().manual_seed(run.seed)
    network = agreement.network(run.cell, run.hidden, run.inputs, generator, run.keep_bias)
    inputs, targets = agreement.batch(run.batch, generator)
    loss = torch.nn.functional.cross_entropy(network(inputs).transpose(1, 2), targets)
    names, weights = zip(*network.named_parameters(), strict=True)
    gradient = dict(zip(names, torch.autograd.grad(loss, weights), strict=True))
    return network, loss, gradient


def test_a_run_is_a_frozen_key():
    assert {SHORT: 1}[dataclasses.replace(SHORT)] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHORT.steps = 7  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch": 0}, "batch is 0, expected 1 or more"),
        ({"steps": -1}, "steps is -1, expected 0 or more"),
        ({"every": 0}, "every is 0, expected 1 or more"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected more than 0"),
        ({"learning_rate": math.nan}, "learning_rate is nan, expected more than 0"),
        ({"clip": -1.0}, "clip is -1.0, expected more than 0"),
        ({"decay": "linear"}, "decay is 'linear', expected 'cosine' or 'none'"),
    ],
)
def test_a_run_with_a_wrong_value_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(SHORT, **wrong)


def test_an_unknown_task_or_cell_is_refused():
    with pytest.raises(KeyError, match="task is 'poetry', expected one of agreement"):
        Run(task="poetry")
    with pytest.raises(KeyError, match="cell is 'MLP', expected one of RNN, LSTM, GRU"):
        next(train(dataclasses.replace(SHORT, cell="MLP")))


@pytest.mark.parametrize(
    ("steps", "every", "expected"), [(5, 2, [0, 2, 4, 5]), (4, 2, [0, 2, 4]), (3, 100, [0, 3]), (0, 1, [0])]
)
def test_the_first_and_the_last_step_always_have_a_snapshot(steps, every, expected):
    run = dataclasses.replace(SHORT, steps=steps, every=every)
    assert [snapshot.step for snapshot in train(run)] == expected


@pytest.mark.parametrize("cell", CELLS)
def test_the_first_snapshot_is_the_untrained_network_with_its_own_loss_and_gradient(cell):
    run = dataclasses.replace(SHORT, cell=cell)
    network, loss, gradient = start(run)
    first = next(train(run))
    for name, weight in network.state_dict().items():
        assert np.array_equal(first.weights[name], weight.numpy())
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradient.values()))
    assert first.loss == pytest.approx(loss.item(), rel=1e-6)
    assert first.gradient_norm == pytest.approx(norm, rel=1e-5)
    assert first.accuracy == agreement.accuracy(network)


@pytest.mark.parametrize("clip", [1e-8, 0.1, 100.0])
def test_the_first_update_is_that_of_adam_with_the_clipped_gradient(clip):
    run = dataclasses.replace(SHORT, steps=1, clip=clip)
    network, _, gradient = start(run)
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradient.values()))
    shorter = min(1.0, clip / norm)
    *_, last = train(run)
    for name, weight in network.state_dict().items():
        g = gradient[name] * shorter
        expected = weight - run.learning_rate * g / (g.abs() + 1e-8)  # Kingma & Ba 2015, first step, eps = 1e-8
        np.testing.assert_allclose(last.weights[name], expected.numpy(), rtol=0, atol=1e-4 * run.learning_rate)


def test_the_learning_rate_falls_along_half_a_cosine_or_stays():
    run = Run(learning_rate=0.4, steps=100)
    assert [run.rate(step) for step in (0, 25, 50, 100)] == pytest.approx([0.4, 0.2 + 0.1 * math.sqrt(2), 0.2, 0])
    assert dataclasses.replace(run, decay="none").rate(99) == 0.4


def test_decay_changes_the_second_update():
    falling, steady = (
        list(train(dataclasses.replace(SHORT, steps=2, every=1, decay=decay))) for decay in ("cosine", "none")
    )
    assert same(falling[1], steady[1])
    assert not same(falling[2], steady[2])


@pytest.mark.parametrize("cell", CELLS)
def test_training_lowers_the_loss(cell):
    first, *_, last = train(Run(cell=cell, batch=8, steps=80, every=80, learning_rate=0.03))
    assert first.loss == pytest.approx(math.log(len(agreement.VOCABULARY)), abs=0.3)  # it knows nothing yet
    assert last.loss < 0.7 * first.loss


def test_equal_runs_give_equal_snapshots_and_another_seed_others():
    first, again, other = (list(train(run)) for run in (SHORT, SHORT, dataclasses.replace(SHORT, seed=1)))
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not any(same(a, b) for a, b in zip(first, other, strict=True))


def test_two_threads_that_race_give_the_snapshots_of_one_alone():
    runs = [dataclasses.replace(SHORT, cell=cell, seed=seed) for cell in CELLS for seed in (0, 1)]
    alone = [list(train(run)) for run in runs]

    def race(run):
        torch.randn(100)  # the global generator moves under the other thread
        return list(train(run))

    with ThreadPoolExecutor(max_workers=2) as threads:
        racing = list(threads.map(race, runs))
    for one, other in zip(alone, racing, strict=True):
        assert all(same(a, b) for a, b in zip(one, other, strict=True))


def test_training_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    list(train(SHORT))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_snapshot_keeps_its_weights_while_training_goes_on():
    snapshots = train(SHORT)
    first = next(snapshots)
    kept = {name: weight.copy() for name, weight in first.weights.items()}
    rest = list(snapshots)
    assert all(np.array_equal(first.weights[name], kept[name]) for name in kept)
    assert not any(np.array_equal(rest[-1].weights[name], kept[name]) for name in kept)


@pytest.mark.parametrize("cell", CELLS)
def test_a_restored_network_is_the_network_of_that_snapshot(cell):
    run = dataclasses.replace(SHORT, cell=cell)
    *_, last = train(run)
    network = restore(run, last)
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())
    assert all(np.array_equal(weight.numpy(), last.weights[name]) for name, weight in network.state_dict().items())
    assert TASKS[run.task].accuracy(network) == last.accuracy
