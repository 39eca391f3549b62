"""Limits: whoever asks for too much gets a sentence, at once, before anything large is made."""

from dataclasses import replace

import pytest

from models.fairness import parameters
from models.limits import LIMITS, Limits
from models.run import Run
from models.tasks import TASKS

LATCH = Run("latch")


@pytest.mark.parametrize("task", TASKS)
def test_the_usual_run_of_every_task_is_welcome(task):
    LIMITS.check(Run(task, hidden=64))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"batch": 10**9}, "1,000,000,000 sequences in a batch are too many for this server: at most 16,384."),
        ({"hidden": 10**9}, "1,000,000,000 hidden units are too many for this server: at most 128."),
        (
            {"task": "agreement", "lengths": (0, 0), "inputs": 10**9},
            "1,000,000,000 numbers in a word's vector are too many",
        ),
        ({"layers": 10**9}, "1,000,000,000 layers are too many for this server: at most 4."),
        ({"steps": 10**12}, "1,000,000,000,000 updates are too many for this server: at most 20,000."),
        ({"hidden": 128, "layers": 4}, "weights are too many for this server: at most 300,000."),
        (
            {"batch": 1000, "lengths": (5, 50)},
            "50,000 steps in a batch .* are too many for this server: at most 16,384.",
        ),
        ({"batch": 256, "lengths": (5, 50), "hidden": 128}, "1,638,400 states in a batch .* at most 1,048,576."),
        ({"cell": "MLP"}, "There is no cell 'MLP': choose one of RNN, LSTM, GRU."),
    ],
)
def test_too_much_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        LIMITS.check(replace(LATCH, **change))


def test_words_count_all_steps_of_their_rows():
    with pytest.raises(ValueError, match="steps in a batch"):
        LIMITS.check(Run("agreement", batch=300, lengths=(0, 5)))  # rows of 64 words, whatever the distance


def test_at_a_limit_one_is_still_welcome():
    run = Run("latch", cell="RNN", hidden=8, batch=10, lengths=(20, 20), steps=50)
    limits = Limits(updates=50, hidden=8, layers=1, parameters=parameters(run), steps=200, states=1600)
    limits.check(run)
    for name in ("updates", "hidden", "parameters", "steps", "states"):
        with pytest.raises(ValueError, match="too many for this server"):
            replace(limits, **{name: getattr(limits, name) - 1}).check(run)


def test_of_a_large_network_fewer_snapshots_are_kept_so_that_memory_has_a_bound():
    small, large = Run("latch", hidden=16), Run("latch", hidden=128)
    assert LIMITS.keep(small) == 200
    assert 4 * parameters(large) * LIMITS.keep(large) <= LIMITS.kept_bytes
    assert replace(LIMITS, kept_bytes=1).keep(large) == LIMITS.kept_least
