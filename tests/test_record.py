"""A saved training comes back as it was; every other file gets a sentence."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from models import record
from models.history import History
from models.limits import LIMITS
from models.run import Run
from models.training import Training, restore, train

RUN = Run("latch", hidden=3, batch=2, steps=5, every=2, lengths=(3, 4), clip=0.5)
BROKEN = Run(
    "latch",
    cell="RNN",
    hidden=3,
    nonlinearity="relu",
    optimizer="sgd",
    clip=None,
    learning_rate=1e30,
    steps=50,
    every=50,
)


def trained(run=RUN):
    """A run as a page keeps it."""
    history = History(run)
    for snapshot in train(run):
        history.extend(snapshot.losses, snapshot.gradient_norms)
        history.add(snapshot)
    return history


@pytest.fixture(scope="module")
def file():
    history = trained()
    return record.save(RUN, history.snapshots, history.series)


def taken_apart(file):
    """Its arrays, and its facts."""
    size = int.from_bytes(file[:8], "little")
    return load_arrays(file), json.loads(json.loads(file[8 : 8 + size])["__metadata__"]["facts"])


def put_together(arrays, facts):
    return save_arrays(arrays, {"facts": json.dumps(facts)})


@pytest.mark.parametrize("run", [RUN, replace(RUN, steps=0), BROKEN, replace(RUN, rates=((2, 0.5),))])
def test_a_training_comes_back_to_the_last_bit(run):
    history = trained(run)
    found = record.load(record.save(run, history.snapshots, history.series))
    assert found.run == run
    for one, other in zip(history.snapshots, found.snapshots, strict=True):
        for name in ("step", "loss", "accuracy", "gradient_norm", "losses", "gradient_norms"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        assert all(np.array_equal(w, other.weights[name], equal_nan=True) for name, w in one.weights.items())
        assert restore(run, other)
    for name in ("steps", "losses", "gradient_norms", "clipped"):
        assert np.array_equal(getattr(found.series, name), getattr(history.series, name), equal_nan=True)
    assert found.snapshots[-1].broken == history.snapshots[-1].broken == (run == BROKEN)


def test_a_training_that_was_looked_at_in_a_pause_comes_back():
    history, training = History(RUN), Training(RUN)
    training.update()
    history.extend(np.array([training.loss]), np.array([training.gradient_norm]))
    history.add(training.look())
    found = record.load(record.save(RUN, history.snapshots, history.series))
    assert [s.step for s in found.snapshots] == [1]
    assert len(found.series.steps) == 1


def test_the_weights_of_a_snapshot_are_a_plain_safetensors_file():
    last = trained().snapshots[-1]
    found = load_arrays(record.weights(last))
    network = restore(RUN, last)
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in found.items()})
    assert found.keys() == network.state_dict().keys()


def test_nothing_to_save_is_refused():
    with pytest.raises(ValueError, match="snapshots is empty, expected one or more"):
        record.save(RUN, (), trained().series)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff" * 100,
        (2**62).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        b"\x80\x04\x95pickle",
        save_arrays({"a": np.zeros(3)}),
        save_arrays({"a": np.zeros(3)}, {"facts": "no json"}),
        save_arrays({"a": np.zeros(3)}, {"facts": "[" * 10_000}),
        save_arrays({"a": np.zeros(3)}, {"facts": json.dumps({"format": record.FORMAT, "run": [1, 2]})}),
        save_arrays({"a": np.zeros(3)}, {"facts": json.dumps({"format": record.FORMAT, "run": {"hidden": 3}})}),
    ],
)
def test_another_file_is_not_taken_for_a_training(data):
    with pytest.raises(ValueError, match="This is not a training that was saved here"):
        record.load(data)


def test_a_file_that_was_cut_off_is_refused(file):
    for length in (7, 8, 100, len(file) // 2, len(file) - 1):
        with pytest.raises(ValueError, match="This is not a training that was saved here"):
            record.load(file[:length])
    with pytest.raises(ValueError, match="This is not a training that was saved here"):
        record.load(file + b"more")


def test_a_file_that_is_too_large_is_refused(file):
    with pytest.raises(ValueError, match=r"The file has .* bytes, more than the 100 that a training may have"):
        record.load(file, replace(LIMITS, file_bytes=100))


@pytest.mark.parametrize(
    ("setting", "text", "sentence"),
    [
        ("hidden", "1000000000", "1,000,000,000 hidden units are too many"),
        ("hidden", "4", r"expected \(16, 2\)"),
        ("task", "poetry", "task is 'poetry'"),
        ("learning_rate", "nan", "learning_rate is nan"),
        ("steps", "3", "its snapshots are not in order between 0 and 3 updates"),
    ],
)
def test_settings_that_do_not_fit_are_refused(file, setting, text, sentence):
    arrays, facts = taken_apart(file)
    facts["run"][setting] = text
    with pytest.raises(ValueError, match=sentence):
        record.load(put_together(arrays, facts))


def changed(arrays, name, value):
    return {**arrays, name: value}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "1/head.bias",
            np.array([0, np.nan], dtype=np.float32),
            "head.bias after 2 updates holds a weight that is not",
        ),
        ("1/head.bias", np.zeros(3, dtype=np.float32), r"head.bias after 2 updates has shape \(3,\)"),
        ("1/head.bias", np.zeros(2), "head.bias after 2 updates has shape .* float64, expected"),
        ("9/head.bias", np.zeros(2, dtype=np.float32), "'9/head.bias' is missing or too much"),
        ("step", np.array([0.0, 2, 2, 5]), "its snapshots are not in order"),
        ("step", np.array([0.0, 2, 2.5, 5]), "its snapshots are not in order"),
        ("step", np.array([-1.0, 2, 4, 5]), "its snapshots are not in order"),
        ("step", np.array([0.0, 2, 4, np.nan]), "its snapshots are not in order"),
        ("step", np.zeros(0), "it has 0 snapshots"),
        ("step", np.zeros((2, 2)), "step is not a row of numbers"),
        ("loss", np.array([0.1, np.nan, 0.1, 0.1]), "loss holds what no training gives"),
        ("loss", np.zeros(3), "it has 4 snapshots"),
        ("accuracy", np.array([0.1, 0.1, 0.1, 7]), "accuracy holds what no training gives"),
        ("accuracy", np.array([0.1, 0.1, 0.1, np.nan]), "accuracy holds what no training gives"),
        ("losses", np.array([0.1, 0.1]), "it has 2 losses, which does not fit 5 updates"),
        ("losses", np.array([np.inf] * 6), "losses holds what no training gives"),
        ("gradient_norms", np.zeros(5), "it has 6 losses"),
        ("gradient_norms", np.zeros(6, dtype=np.int64), "gradient_norms is not a row of numbers"),
    ],
)
def test_numbers_that_no_training_gives_are_refused(file, name, value, sentence):
    arrays, facts = taken_apart(file)
    with pytest.raises(ValueError, match=sentence):
        record.load(put_together(changed(arrays, name, value), facts))


def test_a_missing_weight_is_refused(file):
    arrays, facts = taken_apart(file)
    del arrays["2/head.bias"]
    with pytest.raises(ValueError, match=r"'2/head.bias' is missing or too much"):
        record.load(put_together(arrays, facts))


def test_the_file_of_a_long_training_fits_what_the_server_takes():
    # The longest run with the most snapshots: weights within kept_bytes, two numbers of each update, and the names.
    largest = LIMITS.kept_bytes + 16 * (LIMITS.updates + 1) + 200 * LIMITS.kept * 12
    assert largest <= LIMITS.file_bytes
