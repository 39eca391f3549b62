"""A run as a link: there and back to the last bit, and nonsense gets a sentence."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.link import parameters, run_of
from models.run import Run
from models.tasks import TASKS

ODD = Run(
    "latch", cell="RNN", hidden=7, batch=3, learning_rate=0.1 + 0.2, decay="none", steps=77, clip=None, keep_bias=-1.5,
    seed=4, every=2, layers=2, lengths=(3, 9), optimizer="sgd", weight_decay=1e-5, start="orthogonal", gain=1.1,
    nonlinearity="relu", rates=((3, 1 / 3), (10, 1e-7)),
)  # fmt: skip


def test_a_link_says_only_what_is_not_usual():
    assert parameters(Run("latch", hidden=8, clip=None)) == {
        "task": "latch",
        "cell": "LSTM",
        "hidden": "8",
        "clip": "none",
    }
    assert parameters(Run("latch", lengths=(3, 9), rates=((5, 0.01), (9, 0.001)))) == {
        "task": "latch",
        "cell": "LSTM",
        "lengths": "3-9",
        "rates": "5:0.01,9:0.001",
    }


@pytest.mark.parametrize("run", [ODD, *(Run(task) for task in TASKS)])
@pytest.mark.parametrize("whole", [False, True])
def test_a_run_comes_back_from_its_link(run, whole):
    assert run_of(parameters(run, whole=whole)) == run


def test_the_whole_of_a_run_names_every_setting():
    assert list(parameters(Run(), whole=True)) == [field.name for field in fields(Run)]


@given(
    rate=st.floats(min_value=1e-300, max_value=1e300),
    rates=st.dictionaries(st.integers(0, 10**6), st.floats(min_value=1e-12, max_value=10)),
    clip=st.none() | st.floats(min_value=1e-12, max_value=1e12),
)
def test_every_number_comes_back_to_the_last_bit(rate, rates, clip):
    run = Run("latch", learning_rate=rate, clip=clip, rates=tuple(sorted(rates.items())))
    assert run_of(parameters(run)) == run


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"task": "poetry"}, "task is 'poetry', expected one of latch"),
        ({"cel": "LSTM"}, "There is no setting 'cel': the settings of a run are task, cell"),
        ({"hidden": "many"}, "hidden is 'many', expected a whole number"),
        ({"hidden": "1.5"}, "hidden is '1.5', expected a whole number"),
        ({"hidden": "9" * 5000}, "hidden has 5,000 characters, expected a whole number"),
        ({"hidden": "0"}, "hidden is 0, expected 1 or more"),
        ({"learning_rate": "nan"}, "learning_rate is nan, expected more than 0"),
        ({"learning_rate": "1e999"}, "learning_rate is inf, expected more than 0"),
        ({"learning_rate": ""}, "learning_rate is '', expected a number"),
        ({"clip": "off"}, "clip is 'off', expected a number, or none"),
        ({"lengths": "0-0", "task": "latch"}, r"lengths is \(0, 0\), expected lengths of 1 or more"),
        ({"lengths": "0", "task": "latch"}, r"lengths is \(0, 0\), expected lengths of 1 or more"),
        ({"lengths": "9-3", "task": "latch"}, r"lengths is \(9, 3\), expected the shortest and the longest"),
        ({"lengths": "1-2-3"}, "lengths is '1-2-3', expected two whole numbers such as 10-20"),
        ({"rates": "5"}, "rates is '5', expected steps and rates such as 100:0.01"),
        ({"rates": "5:0.1,5:0.2"}, "rates begin at steps"),
        ({"start": "<script>"}, "start is '<script>', expected one of 'default', 'orthogonal'"),
    ],
)
def test_nonsense_gets_a_sentence(texts, sentence):
    with pytest.raises(ValueError, match=sentence):
        run_of(texts)
