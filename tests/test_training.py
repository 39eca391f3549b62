"""Training: the same question has the same answer, and each number belongs to the weights beside it."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from models.network import RECURRENT, fresh
from models.tasks import TASKS, agreement
from models.training import Run, Training, restore, train

CELLS = list(RECURRENT)
SHORT = Run(hidden=4, inputs=4, batch=2, steps=5, every=2, learning_rate=0.05)


def same(one, other):
    return (
        (one.step, one.loss, one.accuracy, one.gradient_norm)
        == (other.step, other.loss, other.accuracy, other.gradient_norm)
        and one.weights.keys() == other.weights.keys()
        and all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    )


def same_twice(one, other):
    return same(one, other) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("losses", "gradient_norms", "clipped")
    )


def reference(run, optimizer):
    """A plain loop over the run's own network and batches: the weights after each update, losses, gradient norms."""
    task, generator = TASKS[run.task], torch.Generator().manual_seed(run.seed)
    network = task.network(run, generator)
    optimizer = optimizer(network.parameters())
    weights, losses, norms = [], [], []
    for step in range(run.steps + 1):
        weights.append({name: weight.detach().numpy().copy() for name, weight in network.state_dict().items()})
        optimizer.zero_grad()
        inputs, targets = task.batch(run.batch, run.lengths, generator)
        loss = task.loss(network(inputs), targets)
        loss.backward()
        gradient = torch.cat(
            [weight.grad.flatten() for weight in network.parameters() if weight.grad is not None]
        ).double()
        losses.append(loss.item())
        norms.append(gradient.norm().item())
        if run.clip is not None:
            torch.nn.utils.clip_grad_norm_(network.parameters(), run.clip)
        for group in optimizer.param_groups:
            group["lr"] = run.rate(step)
        optimizer.step()
    return weights, losses, norms


def start(run):
    """The untrained network of a run, its first batch, and the gradient of its loss, by autograd alone."""
    generator = torch.Generator().manual_seed(run.seed)
    network = fresh(run.cell, agreement.VOCABULARY, run.hidden, run.inputs, generator, run.keep_bias)
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
        ({"decay": "linear"}, "decay is 'linear', expected one of 'cosine', 'none'"),
        ({"optimizer": "lion"}, "optimizer is 'lion', expected one of 'adam', 'sgd'"),
        ({"start": "identity"}, "start is 'identity', expected another for LSTM"),
        ({"hidden": 2.5}, "hidden is 2.5, expected a whole number"),
        ({"hidden": math.nan}, "hidden is nan, expected 1 or more"),
        ({"layers": 0}, "layers is 0, expected 1 or more"),
        ({"seed": 2**63}, "seed is 9223372036854775808, expected less than 2 to the 63rd"),
        ({"gain": math.inf}, "gain is inf, expected more than 0"),
        ({"keep_bias": math.nan}, "keep_bias is nan, expected a finite number"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1, expected 0 or more"),
        ({"rates": ((3, 0.0),)}, "rates has 0.0 from step 3 on, expected more than 0"),
        ({"rates": ((3, 0.1), (2, 0.1))}, r"rates begin at steps \[3, 2\], expected 0 or more, in order"),
        ({"lengths": (3, 2)}, r"lengths is \(3, 2\), expected the shortest and the longest of 0 to 50 words"),
        ({"lengths": (0, 10**9)}, "expected the shortest and the longest of"),
    ],
)
def test_a_run_with_a_wrong_value_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(SHORT, **wrong)


def test_an_unknown_task_or_cell_is_refused():
    with pytest.raises(KeyError, match="task is 'poetry', expected one of latch, agreement"):
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
    assert TASKS[run.task].accuracy(network, run.lengths) == last.accuracy


LATCH = Run("latch", hidden=4, batch=4, steps=6, every=1, lengths=(5, 9), learning_rate=0.05)


@pytest.mark.parametrize(
    ("run", "optimizer"),
    [
        ({"optimizer": "sgd"}, torch.optim.SGD),
        ({"optimizer": "sgd", "weight_decay": 0.5}, lambda w: torch.optim.SGD(w, weight_decay=0.5)),
        ({}, torch.optim.Adam),
        ({"weight_decay": 0.5}, lambda w: torch.optim.AdamW(w, weight_decay=0.5)),
        ({"clip": None, "decay": "none"}, torch.optim.Adam),
        ({"clip": 1e-3, "layers": 2, "cell": "GRU"}, torch.optim.Adam),
        ({"cell": "RNN", "nonlinearity": "relu", "start": "identity"}, torch.optim.Adam),
    ],
)
def test_every_update_is_that_of_a_plain_loop_with_the_optimizer_of_torch(run, optimizer):
    run = dataclasses.replace(LATCH, **run)
    weights, losses, norms = reference(run, optimizer)
    snapshots = list(train(run))
    for snapshot, expected in zip(snapshots, weights, strict=True):
        for name, weight in expected.items():
            np.testing.assert_allclose(snapshot.weights[name], weight, rtol=0, atol=1e-7)
    assert [s.loss for s in snapshots] == pytest.approx(losses, rel=1e-6)
    assert [s.gradient_norm for s in snapshots] == pytest.approx(norms, rel=1e-5)


def test_plain_weight_decay_takes_its_share_of_each_weight_apart_from_the_gradient():
    kept, decayed = (list(train(dataclasses.replace(LATCH, steps=1, decay="none", weight_decay=w))) for w in (0.0, 0.5))
    for name, weight in kept[0].weights.items():
        expected = kept[1].weights[name] - 0.05 * 0.5 * weight
        np.testing.assert_allclose(decayed[1].weights[name], expected, rtol=0, atol=1e-6)


def test_a_snapshot_tells_of_every_step_since_the_one_before():
    every = list(train(dataclasses.replace(LATCH, steps=7)))
    some = list(train(dataclasses.replace(LATCH, steps=7, every=3)))
    assert [s.step for s in some] == [0, 3, 6, 7]
    assert [len(s.losses) for s in some] == [1, 3, 3, 1]
    assert np.concatenate([s.losses for s in some]).tolist() == [s.loss for s in every]
    assert np.concatenate([s.gradient_norms for s in some]).tolist() == [s.gradient_norm for s in every]


def test_clipped_is_the_share_of_longer_gradients():
    *_, free = train(dataclasses.replace(LATCH, clip=None, every=100, learning_rate=1e-9))
    limit = float(np.sort(free.gradient_norms)[2])  # the weights hardly move, so the norms hardly depend on the limit
    *_, last = train(dataclasses.replace(LATCH, clip=limit * 1.001, every=100, learning_rate=1e-9))
    assert free.clipped == 0
    assert len(last.losses) == 6
    assert last.clipped == pytest.approx(3 / 6)


@pytest.mark.parametrize("decay", ["cosine", "none"])
def test_a_changed_rate_is_a_run_with_these_rates(decay):
    training = Training(dataclasses.replace(LATCH, decay=decay))
    snapshots = []
    while not training.done:
        if training.step in (2, 4):
            training.change_rate(0.1 * training.step)
        snapshots.append(training.update())
    assert training.run.rates == ((2, 0.2), (4, 0.4))
    again = list(train(dataclasses.replace(LATCH, decay=decay, rates=((2, 0.2), (4, 0.4)))))
    assert all(same_twice(a, b) for a, b in zip(snapshots, again, strict=True))
    assert not same(again[-1], list(train(dataclasses.replace(LATCH, decay=decay)))[-1])


def test_a_rate_changed_twice_in_one_place_holds_as_said_last_and_plans_are_off():
    training = Training(dataclasses.replace(LATCH, rates=((0, 0.3), (5, 0.7))))
    training.update()
    training.change_rate(0.1)
    training.change_rate(0.2)
    assert training.run.rates == ((0, 0.3), (1, 0.2))
    with pytest.raises(ValueError, match="rates has nan from step 1 on"):
        training.change_rate(math.nan)
    assert training.run.rates == ((0, 0.3), (1, 0.2))


def test_a_look_changes_nothing_that_follows():
    run = dataclasses.replace(LATCH, every=2)
    training, seen, looks = Training(run), [], []
    while not training.done:
        looks += [training.look(), training.look()]
        if snapshot := training.update():
            seen.append(snapshot)
    assert all(same_twice(a, b) for a, b in zip(seen, train(run), strict=True))
    finest = list(train(dataclasses.replace(run, every=1)))
    assert all(same(look, finest[k // 2]) for k, look in enumerate(looks))
    assert same_twice(training.look(), seen[-1])


def test_who_is_done_makes_no_update():
    training = Training(dataclasses.replace(LATCH, steps=0))
    training.update()
    assert training.done
    with pytest.raises(RuntimeError, match="the training is done after 0 updates"):
        training.update()


def test_a_loss_that_is_no_number_ends_the_training_with_a_broken_snapshot():
    # SGD with a huge rate on a relu network: the second batch finds states that overflow.
    run = dataclasses.replace(
        LATCH, cell="RNN", nonlinearity="relu", optimizer="sgd", clip=None, learning_rate=1e30, steps=50, every=50
    )
    *before, last = train(run)
    assert last.broken
    assert 0 < last.step < 50
    assert not math.isfinite(last.losses[-1] + last.gradient_norms[-1])
    assert np.isfinite(last.losses[:-1]).all()
    assert not any(snapshot.broken for snapshot in before)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_trains_and_gives_equal_snapshots_again(task):
    run = Run(task, cell="GRU", hidden=3, batch=2, steps=2, every=1)
    first, again = list(train(run)), list(train(run))
    assert all(same_twice(a, b) for a, b in zip(first, again, strict=True))
    assert not any(snapshot.broken for snapshot in first)
    assert all(0 <= snapshot.accuracy <= 1 for snapshot in first)
