"""Looking at a training from outside: probes, sweeps. Oracles: torch.nn, and the training itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models import probe, sweep
from models.presets import RECIPES
from models.probe import Probe
from models.run import Run
from models.tasks import TASKS
from models.training import restore, train


def trained(task: str, cell: str = "LSTM", **changes):
    run = replace(RECIPES[task, cell], hidden=4, batch=4, steps=2, every=1, **changes)
    *_, last = train(run)
    return run, last


@pytest.mark.parametrize("task", dict.fromkeys(task for task, _ in RECIPES))
def test_a_probe_shows_what_the_network_of_torch_says_at_every_step(task):
    run, last = trained(task)
    question = Probe(task, run.lengths[1], seed=3)
    seen = probe.look(run, last, question)
    with torch.no_grad():
        outputs = restore(run, last)(seen.example.inputs[None])[0]
    steps = len(seen.example.tokens)
    assert seen.trace.steps == steps
    if TASKS[task].classes:
        best = [TASKS[task].classes[k] for k in outputs.argmax(-1).tolist()]
        assert [row[0] for row in seen.answers] == best
        np.testing.assert_allclose(seen.values[:, 0], torch.softmax(outputs, -1).max(-1).values, rtol=1e-6)
    else:
        assert seen.answers == ()
        np.testing.assert_array_equal(seen.values, outputs.reshape(steps).numpy())


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_the_layer_that_is_asked_for_is_traced(cell):
    run, last = trained("parity", cell, layers=2)
    model, question = restore(run, last), Probe("parity", 7)
    with torch.no_grad():
        top = model.recurrent(question.example().inputs)[0].numpy()  # type: ignore[operator]
    assert np.abs(probe.look(run, last, question, layer=1).trace["h"] - top).max() < 1e-6
    assert np.abs(probe.look(run, last, question, layer=0).trace["h"] - top).max() > 1e-3


def test_equal_probes_are_equal_sequences_and_another_seed_is_another_one():
    assert Probe("latch", 9, 1).example().tokens == Probe("latch", 9, 1).example().tokens
    assert Probe("latch", 9, 1).example().tokens != Probe("latch", 9, 2).example().tokens


@pytest.mark.parametrize(("task", "length", "seed"), [("latch", 0, 0), ("latch", 301, 0), ("latch", 9, -1)])
def test_a_probe_out_of_range_is_refused(task, length, seed):
    with pytest.raises(ValueError, match="expected"):
        Probe(task, length, seed)


def test_a_probe_of_an_unknown_or_another_task_is_refused():
    run, last = trained("parity")
    with pytest.raises(KeyError, match="task is 'x'"):
        Probe("x", 3)
    with pytest.raises(ValueError, match="of 'latch', expected 'parity'"):
        probe.look(run, last, Probe("latch", 3))


def test_the_recurrent_weights_are_those_of_torch_gate_by_gate():
    run, last = trained("parity")
    found = probe.recurrent_weights(run, last)
    assert list(found) == ["i", "f", "g", "o"]
    np.testing.assert_array_equal(np.concatenate(list(found.values())), last.weights["recurrent.weight_hh_l0"])


def test_accuracy_by_length_is_that_of_the_task():
    run, last = trained("parity")
    assert probe.by_length(run, last) == {
        n: TASKS["parity"].accuracy_at(restore(run, last), n) for n in TASKS["parity"].tested
    }


def test_other_weights_have_another_fingerprint():
    run = replace(RECIPES["parity", "RNN"], hidden=4, steps=1, every=1)
    first, second = train(run)
    assert probe.fingerprint(first) == probe.fingerprint(next(train(run)))
    assert probe.fingerprint(first) != probe.fingerprint(second)


# ---- sweeps ----------------------------------------------------------------------------------------------------------


def test_a_sweep_has_every_seed_length_and_run_once_and_every_line_gets_its_first_point_early():
    runs = [Run("parity", cell, steps=5) for cell in ("RNN", "LSTM")]
    members = sweep.sweep(runs, ["RNN", "LSTM"], [(10, 10), (20, 20)], 3)
    assert len({member.run for member in members}) == len(members) == 12
    assert {member.label for member in members[:4]} == {member.label for member in members}
    assert {member.run.seed for member in members} == {0, 1, 2}


def test_lines_hold_only_what_has_been_measured_in_full():
    runs = [Run("parity", cell, steps=5) for cell in ("RNN", "LSTM")]
    members = sweep.sweep(runs, ["RNN", "LSTM"], [(20, 20)], 2)
    whole = dict.fromkeys(TASKS["parity"].tested, 0.5)
    (line,) = sweep.lines(members, [whole, {10: 1.0}, whole, {}])
    assert (line.label, line.cell, line.trained) == ("RNN", "RNN", (20, 20))
    assert line.shares.shape == (2, len(whole))


def test_an_empty_sweep_is_refused():
    with pytest.raises(ValueError, match="0 seeds"):
        sweep.sweep([Run("parity")], ["LSTM"], [(20, 20)], 0)


def test_the_sweep_that_ships_has_all_its_seeds():
    found = sweep.load()
    assert [line.label for line in found] == ["RNN", "GRU", "LSTM"]
    assert all(line.shares.shape == (sweep.SEEDS, len(line.lengths)) for line in found)
    at_30 = {line.label: line.shares[:, line.lengths.index(30)] for line in found}
    assert at_30["LSTM"].min() > 0.95
