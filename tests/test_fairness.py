"""Equal sizes: what is said of a network is counted on a real one."""

from dataclasses import replace

import pytest
import torch

from models.fairness import hidden_for, parameters
from models.run import Run
from models.tasks import TASKS


def counted(run):
    network = TASKS[run.task].network(run, torch.Generator().manual_seed(0))
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(("hidden", "layers"), [(1, 1), (7, 1), (32, 1), (9, 3)])
def test_the_number_of_weights_is_that_of_the_real_network(task, cell, hidden, layers):
    run = Run(task, cell=cell, hidden=hidden, layers=layers)
    assert parameters(run) == counted(run)


def test_a_huge_network_is_counted_without_being_built():
    run = Run("latch", cell="RNN", hidden=10**9)
    h = run.hidden
    assert (
        parameters(run) == h * h + 2 * h + 2 * h + 2 * h + 2
    )  # W_hh, W_ih (H, 2), two biases, head (2, H) and its bias


@pytest.mark.parametrize("task", ["latch", "agreement", "memory_counter"])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("wanted", [1, 50, 353, 1361, 5000, 20_000])
def test_no_other_hidden_size_comes_nearer(task, cell, wanted):
    found = hidden_for(Run(task, cell=cell), wanted)
    run = Run(task, cell=cell, hidden=found)
    off = abs(counted(run) - wanted)
    assert off < abs(counted(replace(run, hidden=found + 1)) - wanted)
    assert found == 1 or off <= abs(counted(replace(run, hidden=found - 1)) - wanted)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_size_comes_back_from_its_own_number_of_weights(cell):
    for run in (Run("latch", cell), Run("latch", cell, layers=2), Run("agreement", cell, inputs=64)):
        for hidden in (1, 2, 3, 16, 100):
            assert hidden_for(run, parameters(replace(run, hidden=hidden))) == hidden


def test_no_weights_are_refused():
    with pytest.raises(ValueError, match="parameters is 0, expected 1 or more"):
        hidden_for(Run("latch", "GRU"), 0)
