"""Looking at a training from outside: probes, presets that ship, sweeps. Oracles: torch.nn, and the training itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models import probe, shipped, sweep
from models.presets import PRESETS, RECIPES
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


# ---- presets that ship -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", shipped.SHIPPED)
def test_a_preset_ships_whole_and_small(preset):
    found = shipped.load(preset)
    path = shipped.CHECKPOINTS / f"{shipped.file_name(preset)}.safetensors"
    assert path.stat().st_size <= shipped.BYTES * len(found)
    assert tuple(kept.record.run for kept in found) == PRESETS[preset].runs
    for kept in found:
        record, last = kept.record, kept.record.snapshots[-1]
        assert 2 <= len(record.snapshots) <= shipped.MOST
        assert record.snapshots[0].step == 0
        assert len(record.series.losses) == last.step + 1
        assert (last.step == record.run.steps) or last.broken
        told = dict(zip(kept.steps.tolist(), kept.accuracies.tolist(), strict=True))
        assert all(told[snapshot.step] == snapshot.accuracy for snapshot in record.snapshots)


def test_all_presets_together_have_at_most_two_megabytes():
    paths = [shipped.CHECKPOINTS / f"{shipped.file_name(preset)}.safetensors" for preset in shipped.SHIPPED]
    assert sum(path.stat().st_size for path in paths) <= 2_000_000


@pytest.mark.parametrize("preset", shipped.SHIPPED)
def test_the_shipped_weights_have_the_accuracy_that_is_told(preset):
    for kept in shipped.load(preset):
        run, snapshot = kept.record.run, kept.record.snapshots[-2]
        found = TASKS[run.task].accuracy(restore(run, snapshot), run.lengths)
        assert found == pytest.approx(snapshot.accuracy, abs=0.01)


def test_the_worked_example_is_made_by_the_training_that_it_names():
    kept = shipped.load("learning_rate")[1]
    run, early = kept.record.run, kept.record.series
    fresh = [s for s in train(replace(run, steps=run.every, every=run.every)) if s.step == run.every]
    np.testing.assert_allclose(fresh[0].losses, early.losses[1 : run.every + 1], rtol=1e-3)


def solved_after(kept):
    """Updates until accuracy is above 99 % for the first time; inf if it never is."""
    there = np.flatnonzero(kept.accuracies > 0.99)
    return kept.steps[there[0]] if there.size else np.inf


def test_the_presets_show_what_their_titles_promise():
    none, one, three = map(solved_after, shipped.load("forget_bias"))
    assert max(one, three) <= 200 < none
    rnn, gru, lstm = map(solved_after, shipped.load("latch_cells"))
    assert max(gru, lstm) <= 200 < rnn
    low, fine, high = map(solved_after, shipped.load("learning_rate"))
    assert fine < low == high == np.inf
    clipped, not_clipped = shipped.load("clipping")
    assert not_clipped.record.snapshots[-1].broken
    assert not clipped.record.snapshots[-1].broken


def test_making_a_preset_keeps_the_first_and_the_last_snapshot_and_grows_slowly():
    steps = shipped.shown(PRESETS["learning_rate"].runs[0], 400)
    assert (steps[0], steps[-1]) == (0, 400)
    assert len(steps) <= shipped.MOST
    assert np.all(np.diff(steps) > 0)
    assert steps[1] - steps[0] < steps[-1] - steps[-2]


def test_a_preset_that_does_not_ship_is_named():
    with pytest.raises(KeyError, match="'adding'"):
        shipped.load("adding")
    with pytest.raises(KeyError, match="'nothing'"):
        shipped.make("nothing")


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
