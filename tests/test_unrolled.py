"""Backpropagation through time on one unit, against the lecture, autograd and finite differences."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.cells import Nonlinearity
from models.unrolled import BACKWARD, FORWARD, FOUR_TERMS, LECTURE, LONGEST, SHARED, Unrolled, truncations, unroll

SQUASHES = get_args(Nonlinearity)
PUSHES = {  # w, u and inputs; then h_1 ... h_3, the terms of dE/dw for k = 3, 2, 1, their sum, dh_3/dh_k, and E
    "w = 0.5": (
        Unrolled(w=0.5),
        (0.7615941559557649, 0.3633994843890525, 0.17972620712031911),
        (-0.2884584109496763, -0.2623509363940551, 0.0),
        -0.5508093473437314,
        (1.0, 0.48384924523707207, 0.2099762540625953),
        0.33642454764260876,
    ),
    "w = 2": (
        Unrolled(w=2.0),
        (0.7615941559557649, 0.9092516739969425, 0.9486889866196807),
        (-0.004664958922129674, -0.0013540014071168895, 0.0),
        -0.0060189603292465635,
        (1.0, 0.19997841333304667, 0.06929707706151558),
        0.0013164100470576528,
    ),
    "three inputs": (
        Unrolled(w=0.5, u=0.1, inputs=(1.0, 2.0, 3.0)),
        (0.09966799462495582, 0.24476261106932656, 0.3989346556744208),
        (-0.12370460976771354, -0.023677538289274287, 0.0),
        -0.14738214805698782,
        (1.0, 0.42042557025096566, 0.19761920292435325),
        0.18063977407461349,
    ),
}

numbers = some.floats(-2, 2).map(lambda value: round(value, 3))
questions = some.builds(
    Unrolled,
    inputs=some.lists(numbers, min_size=1, max_size=LONGEST).map(tuple),
    target=numbers,
    w=numbers,
    u=numbers,
    b=numbers,
    v=numbers,
    h_0=numbers,
    nonlinearity=some.sampled_from(SQUASHES),
    every_step=some.booleans(),
    cut=some.integers(0, LONGEST + 1),
)


@pytest.mark.parametrize("case", PUSHES)
def test_the_numbers_are_those_of_the_lectures_example(case):
    question, states, terms, gradient, chains, loss = PUSHES[case]
    found = unroll(question)
    assert np.allclose(found["h"], states, rtol=0, atol=1e-15)
    assert np.allclose(found["dw"][::-1], terms, rtol=0, atol=1e-15)
    assert found.gradient["w"] == pytest.approx(gradient, abs=1e-15)
    assert np.allclose(found.chains[::-1], chains, rtol=0, atol=1e-15)
    assert found.loss == pytest.approx(loss, abs=1e-15)


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("squash", SQUASHES)
def test_every_gradient_is_that_of_autograd(squash, every_step):
    question = replace(FOUR_TERMS, nonlinearity=squash, every_step=every_step, b=0.1, v=1.3)
    assert unroll(question).difference < 1e-14


@given(questions)
def test_every_gradient_is_that_of_autograd_for_any_network_length_loss_and_cut(question):
    found = unroll(question)
    assert found.difference <= 1e-12 * max(1.0, float(np.abs(found["dh"]).max()), abs(found.gradient["w"]))


def test_a_wrong_gradient_is_seen_beside_autograds():
    found = unroll(LECTURE)
    wrong = replace(found, values=dict(found.values) | {"dh": found["dh"] * 1.001})
    assert wrong.difference > 1e-4


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("squash", SQUASHES)
@pytest.mark.parametrize("weight", SHARED)
def test_the_gradient_is_the_slope_of_the_loss(weight, squash, every_step):
    question, small = replace(FOUR_TERMS, nonlinearity=squash, every_step=every_step), 1e-6

    def loss(change):
        return unroll(replace(question, **{weight: getattr(question, weight) + change})).loss

    slope = (loss(small) - loss(-small)) / (2 * small)
    assert unroll(question).gradient[weight] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_the_first_step_adds_nothing_where_nothing_stands_before_it():
    found = unroll(LECTURE)
    assert found["dw"][0] == 0
    assert found["da"][0] != 0
    assert found.contributions["u"][0] != 0


def test_four_steps_are_four_terms_none_of_them_zero():
    found = unroll(FOUR_TERMS)
    terms = found["dy"][-1] * FOUR_TERMS.v * found.chains * found.slopes * found.before  # the lecture's factors
    assert len(terms) == 4
    assert np.allclose(terms, found["dw"], rtol=1e-14)
    assert (found["dw"] != 0).all()
    assert math.fsum(terms) == pytest.approx(found.gradient["w"], rel=1e-14)


# ---- what a drawing needs --------------------------------------------------------------------------------------------


@given(questions)
def test_every_number_comes_after_what_it_was_computed_from_and_follows_from_it(question):
    seen = {}
    for number in unroll(question).numbers:
        assert number.name not in seen
        assert all(operand.name in seen for operand in number.operands)
        if number.letter in ("a", "y", "dh", "dE/dw"):
            wanted = sum(operand.factor * seen[operand.name] for operand in number.operands)
            wanted += question.b if number.letter == "a" else 0
            assert number.value == pytest.approx(wanted, rel=1e-12, abs=1e-12)
        if number.letter in ("da", "dw"):  # a product, and where its factor came from
            through, _ = number.operands
            assert number.value == pytest.approx(through.factor * seen[through.name], rel=1e-12, abs=1e-12)
        seen[number.name] = number.value
    assert {name.split("@")[0] for name in seen} == {*FORWARD, *BACKWARD, "dE/dw"}


def test_a_step_without_a_loss_has_no_prediction_in_the_drawing():
    names = {number.name for number in unroll(LECTURE).numbers}
    assert {"y@3", "E@3", "dy@3"} <= names
    assert not {"y@1", "E@2", "dy@2"} & names


# ---- truncated -------------------------------------------------------------------------------------------------------


def test_a_cut_changes_no_state_and_takes_what_lies_before_it():
    full, cut = unroll(FOUR_TERMS), unroll(replace(FOUR_TERMS, cut=2))
    assert np.array_equal(cut["h"], full["h"])
    assert np.array_equal(cut["dw"][2:], full["dw"][2:])
    assert (cut["dw"][:2] == 0).all()


def test_a_cut_at_the_length_of_the_sequence_or_beyond_cuts_nothing():
    for every in (4, 5):
        assert unroll(replace(FOUR_TERMS, cut=every)).gradient == unroll(FOUR_TERMS).gradient


def test_truncation_is_known_for_every_k():
    found = truncations(LECTURE)
    assert found == pytest.approx([-0.2884584109496763, -0.2884584109496763, -0.5508093473437314], abs=1e-15)


# ---- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inputs": ()}, "Unrolled.inputs has 0 steps, expected 1 to 6"),
        ({"inputs": (1.0,) * 7}, "Unrolled.inputs has 7 steps, expected 1 to 6"),
        ({"inputs": (1.0, math.nan)}, r"Unrolled.inputs\[1\] is nan, expected a number from -10 to 10"),
        ({"w": math.inf}, "Unrolled.w is inf"),
        ({"target": 11.0}, "Unrolled.target is 11.0"),
        ({"nonlinearity": "softplus"}, "Unrolled.nonlinearity is 'softplus', expected one of tanh"),
        ({"cut": -1}, "Unrolled.cut is -1, expected 0 for never"),
    ],
)
def test_what_is_no_question_is_named(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(LECTURE, **changes)


def test_nobody_can_change_an_answer():
    with pytest.raises(ValueError, match="read-only"):
        unroll(LECTURE)["dh"][0] = 1
