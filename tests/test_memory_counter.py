"""The memory counter as a task: what is drawn, what is asked, what counts as right, and that it can be learned."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from models import counter, trace
from models.network import RECURRENT
from models.tasks import TASKS, memory_counter
from models.tasks.memory_counter import CountingNetwork
from models.training import Run, restore, train

CELLS = list(RECURRENT)
SHORT = Run("memory_counter", hidden=4, inputs=3, batch=8, learning_rate=0.03, clip=20.0, steps=60, every=60)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def set_by_hand(scale=1e-4):
    """A counting network of one LSTM unit with the firm weights: right in all that it says."""
    model = CountingNetwork("LSTM", 1)
    standard = counter.standard(counter.FIRM.turned("g", "x1", memory_counter.X1_UNIT), [scale], torch.float32)
    model.recurrent.load_state_dict(standard.state_dict())
    with torch.no_grad():
        model.head.weight.fill_(1 / scale / memory_counter.OUTPUT_UNIT)
    return model


def silent():
    return CountingNetwork("RNN", 1)


def test_it_is_one_of_the_tasks():
    assert isinstance(TASKS["memory_counter"], memory_counter.MemoryCounter)


def test_a_batch_is_sequences_of_one_trained_length_and_their_true_outputs():
    lengths, generator = set(), seeded()
    for _ in range(400):
        x, targets = memory_counter.batch(2, generator)
        length = x.shape[1]
        assert (x.shape, targets.shape) == ((2, length, 3), (2, length))
        x1, x2, x3 = x[0].T.tolist()
        truth = counter.count(counter.Table(tuple(x1), tuple(x2), tuple(x3)))
        assert tuple(targets[0].tolist()) == truth.output
        lengths.add(length)
    assert lengths == set(range(20, 51))


def test_the_loss_is_the_mean_distance_in_counts():
    outputs, targets = torch.tensor([[1.0, 2, 3], [4, 5, 6]]), torch.tensor([[1.0, 4, 3], [0, 5, 6.5]])
    assert memory_counter.loss(outputs, targets).item() == pytest.approx((2 + 4 + 0.5) / 6)


@pytest.mark.parametrize("cell", CELLS)
def test_a_network_says_one_number_at_each_step_of_each_sequence(cell):
    model = memory_counter.network(cell, 5, 3, seeded())
    assert isinstance(model.recurrent, RECURRENT[cell])
    assert model(torch.ones(2, 7, 3)).shape == (2, 7)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_network_says_is_the_formula_of_its_docstring(cell):
    model = memory_counter.network(cell, 5, 3, seeded())
    states, said = memory_counter.read(model, counter.TABLE)
    x = counter.TABLE.inputs / [9, 1, 1]
    h = trace(model.recurrent, x)["h"]
    np.testing.assert_array_equal(states["h"], h)
    by_hand = 20 * (h @ model.head.weight.detach().numpy()[0] + model.head.bias.item())
    np.testing.assert_allclose(said, by_hand, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_are_those_of_torch_and_the_keep_gate_has_its_head_start(cell):
    plain, ahead = (memory_counter.network(cell, 16, 3, seeded(), keep_bias).state_dict() for keep_bias in (0.0, 3.0))
    everything = torch.cat([weight.flatten() for weight in plain.values()])
    assert 0.24 < everything.abs().max() <= 1 / math.sqrt(16)
    difference = {name: ahead[name] - plain[name] for name in plain}
    moved = difference.pop("recurrent.bias_ih_l0")
    assert not any(other.any() for other in difference.values())
    rows = {"RNN": [], "LSTM": list(range(16, 32)), "GRU": list(range(16, 32))}[cell]
    assert moved.nonzero().flatten().tolist() == rows
    torch.testing.assert_close(moved[rows], torch.full((len(rows),), 3.0))


@pytest.mark.parametrize(
    ("kind", "cell", "hidden", "inputs", "message"),
    [
        (ValueError, "LSTM", 4, 2, "inputs is 2, expected 3: x1, x2, x3"),
        (ValueError, "LSTM", 0, 3, "hidden is 0, expected 1 or more"),
        (KeyError, "MLP", 4, 3, "cell is 'MLP', expected one of RNN, LSTM, GRU"),
    ],
)
def test_a_network_that_does_not_fit_the_task_is_refused(kind, cell, hidden, inputs, message):
    with pytest.raises(kind, match=message):
        memory_counter.network(cell, hidden, inputs, seeded())


def test_the_weights_set_by_hand_are_right_everywhere_and_their_one_unit_is_the_counter():
    model = set_by_hand()
    assert memory_counter.accuracy(model) == 1
    for length in memory_counter.LENGTHS:
        assert memory_counter.accuracy_at(model, length) == {"every": 1, "asked": 1, "quiet": 1, "sequences": 1000}
    assert {share["right"] for share in memory_counter.accuracy_by_size(model).values()} == {1}
    found = memory_counter.counter_unit(model)
    assert found["unit"] == 0
    assert found["correlation"] == found["correlations"][0] == pytest.approx(1, abs=1e-6)


def test_a_silent_network_has_the_marks_of_a_cell_without_weights():
    for length in memory_counter.LENGTHS:
        said = memory_counter.accuracy_at(silent(), length)
        assert said == {**vars(counter.score(counter.Setting(), length)), "sequences": 1000}


def test_every_output_that_was_asked_for_lies_in_one_band_of_sizes():
    bands = memory_counter.accuracy_by_size(silent())
    sequences = counter.held_out(100)
    asked = sequences.memory[sequences.x[..., 2] == 1]
    assert {size: band["outputs"] for size, band in bands.items()} == {
        "0": (asked < 10).sum().item(),
        "10": ((asked >= 10) & (asked < 20)).sum().item(),
        "20": ((asked >= 20) & (asked < 40)).sum().item(),
        "40": ((asked >= 40) & (asked < 80)).sum().item(),
        "80": (asked >= 80).sum().item(),
    }
    assert [band["right"] for band in bands.values()] == [(asked[asked < 10] == 0).double().mean().item(), 0, 0, 0, 0]


def test_the_counter_is_found_among_others_and_with_its_sign():
    one, model = set_by_hand().state_dict(), memory_counter.network("LSTM", 4, 3, seeded())
    with torch.no_grad():
        for name, weight in model.recurrent.named_parameters():
            blocks = weight.view(4, 4, -1)  # gate, unit, input
            alone = one[f"recurrent.{name}"].view(4, 1, -1)
            blocks[:, 2] = 0 if name == "weight_hh_l0" else alone[:, 0]
            if name != "weight_hh_l0":
                blocks[2, 2] *= -1  # the candidate: this unit counts downwards
    found = memory_counter.counter_unit(model)
    assert found["unit"] == 2
    assert found["correlation"] == pytest.approx(-1, abs=1e-6)
    assert len(found["correlations"]) == 4


def test_a_unit_that_never_moves_counts_nothing():
    assert memory_counter.counter_unit(silent()) == {"unit": 0, "correlation": 0, "correlations": [0]}


@pytest.mark.parametrize("cell", CELLS)
def test_the_correlation_is_that_of_each_state_with_the_true_memory(cell):
    model = memory_counter.network(cell, 3, 3, seeded())
    found, sequences = memory_counter.counter_unit(model), counter.held_out(50)
    rows = [memory_counter.read(model, sequences.table(row))[0] for row in range(200)]
    states = np.concatenate([read["c" if cell == "LSTM" else "h"] for read in rows]).astype(float)
    memory = np.concatenate([counter.count(sequences.table(row)).after for row in range(200)])
    for unit in range(3):
        s, m = states[:, unit] - states[:, unit].mean(), memory - memory.mean()
        pearson = (s @ m) / math.sqrt((s @ s) * (m @ m))
        assert found["correlations"][unit] == pytest.approx(pearson, abs=1e-6)
    assert abs(found["correlation"]) == max(map(abs, found["correlations"]))


@pytest.mark.parametrize("cell", CELLS)
def test_training_lowers_the_loss(cell):
    first, *_, last = train(dataclasses.replace(SHORT, cell=cell))
    assert last.loss < 0.8 * first.loss


@pytest.mark.parametrize("cell", CELLS)
def test_equal_runs_give_equal_networks(cell):
    run = dataclasses.replace(SHORT, cell=cell, steps=5)
    one, other = (list(train(run))[-1] for _ in range(2))
    assert (one.loss, one.accuracy, one.gradient_norm) == (other.loss, other.accuracy, other.gradient_norm)
    assert all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert memory_counter.accuracy(restore(run, one)) == one.accuracy  # pyright: ignore[reportArgumentType]


def test_training_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    list(train(dataclasses.replace(SHORT, steps=2)))
    assert torch.equal(torch.get_rng_state(), before)
