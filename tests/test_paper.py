"""Recurrence on paper: the lecture's numbers first, then torch.nn, autograd and plain Python."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from models import paper
from models.paper import LECTURE, XU, Network, Scalar

NUMBERS = some.floats(-3, 3)
PAIRS = some.tuples(NUMBERS, NUMBERS)
MATRICES = some.tuples(PAIRS, PAIRS)
SEQUENCES = some.lists(PAIRS, min_size=1, max_size=12).map(tuple)
SQUASHES = ("identity", "relu", "tanh", "sigmoid")
IN_PYTHON = {
    "identity": lambda a: a,
    "relu": lambda a: max(a, 0.0),
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
}


def doubles(rows):
    return torch.tensor(rows, dtype=torch.float64)


def numbers_of(solution):
    return {number.name: number for number in solution.numbers}


# ---- the lecture ------------------------------------------------------------------------------------------------------


def test_the_lectures_network_says_4_16_and_44():
    solution = paper.solve(XU, LECTURE)
    assert solution.outputs.tolist() == [[4, 4], [16, 16], [44, 44]]
    assert solution.memory.tolist() == [[2, 2], [8, 8], [22, 22]]


def test_swapping_the_first_and_the_last_input_gives_12_32_and_68():
    solution = paper.solve(XU, paper.swapped(LECTURE, 1, 3))
    assert solution.outputs.tolist() == [[12, 12], [32, 32], [68, 68]]


def test_the_same_input_twice_does_not_give_the_same_output_twice():
    assert paper.solve(XU, ((1, 1), (1, 1), (2, 2))).outputs[:, 0].tolist() == [4, 12, 32]


def test_without_memory_it_says_4_8_and_12_and_a_swap_only_moves_them():
    orders = paper.both_orders(XU, LECTURE, 1, 3)
    assert orders.before_forgetful.outputs[:, 0].tolist() == [4, 8, 12]
    assert orders.after_forgetful.outputs[:, 0].tolist() == [12, 8, 4]


def test_the_bag_of_inputs_does_not_know_the_order():
    orders = paper.both_orders(XU, LECTURE, 1, 3)
    assert orders.before_bag.inputs.tolist() == orders.after_bag.inputs.tolist() == [[6, 6]]
    assert orders.before_bag.outputs.tolist() == orders.after_bag.outputs.tolist() == [[24, 24]]


# ---- against torch.nn, and every number by hand ----------------------------------------------------------------------


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@settings(deadline=None, max_examples=30)
@given(w_x=MATRICES, w_h=MATRICES, w_y=MATRICES, inputs=SEQUENCES)
def test_the_network_is_torchs_rnn_with_a_linear_layer_on_top(nonlinearity, w_x, w_h, w_y, inputs):
    layer = torch.nn.RNN(2, 2, nonlinearity=nonlinearity, bias=False, dtype=torch.float64)
    layer.load_state_dict({"weight_ih_l0": doubles(w_x), "weight_hh_l0": doubles(w_h)})
    h = layer(doubles(inputs))[0].detach()
    y = h @ doubles(w_y).T
    solution = paper.solve(Network(w_x, w_h, w_y, nonlinearity), inputs)
    np.testing.assert_allclose(solution.memory, h.numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(solution.outputs, y.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("nonlinearity", SQUASHES)
@settings(deadline=None, max_examples=30)
@given(w_x=MATRICES, w_h=MATRICES, w_y=MATRICES, inputs=SEQUENCES)
def test_every_number_is_the_squashed_sum_of_what_it_names(nonlinearity, w_x, w_h, w_y, inputs):
    found = numbers_of(paper.solve(Network(w_x, w_h, w_y, nonlinearity), inputs))
    for number in found.values():
        if number.operands:
            total = math.fsum(operand.weight * found[operand.name].value for operand in number.operands)
            squash = IN_PYTHON[nonlinearity] if number.letter == "h" else IN_PYTHON["identity"]
            assert math.isclose(number.total, total, rel_tol=1e-9, abs_tol=1e-9)
            assert math.isclose(number.value, squash(number.total), rel_tol=1e-12, abs_tol=1e-12)


def test_a_memory_cell_names_the_inputs_of_its_step_and_the_memory_of_the_step_before():
    found = numbers_of(paper.solve(XU, LECTURE))
    assert [operand.name for operand in found["h2@2"].operands] == ["x1@2", "x2@2", "h1@1", "h2@1"]
    assert [operand.name for operand in found["y1@3"].operands] == ["h1@3", "h2@3"]
    assert [operand.name for operand in found["h1@1"].operands] == ["x1@1", "x2@1", "h1@0", "h2@0"]
    assert found["x1@2"].operands == found["h1@0"].operands == ()


def test_each_weight_stands_on_its_own_edge():
    network = Network(((1, 2), (3, 4)), ((5, 6), (7, 8)), ((9, 10), (11, 12)))
    found = numbers_of(paper.solve(network, LECTURE))
    assert [operand.weight for operand in found["h1@2"].operands] == [1, 2, 5, 6]
    assert [operand.weight for operand in found["h2@3"].operands] == [3, 4, 7, 8]
    assert [operand.weight for operand in found["y2@1"].operands] == [11, 12]


def test_the_longest_sequence_of_the_largest_numbers_stays_finite():
    largest = ((paper.LARGEST,) * 2,) * 2
    solution = paper.solve(Network(largest, largest, largest), ((paper.LARGEST,) * 2,) * paper.LONGEST)
    assert np.isfinite(solution.outputs).all()
    assert solution.outputs.max() < 1e50


def test_nobody_can_change_a_shared_solution():
    with pytest.raises(ValueError, match="read-only"):
        paper.solve(XU, LECTURE).outputs[0] = 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"w_x": ((1, 1),)}, r"w_x has rows of \[2\] numbers, expected \(2, 2\)"),
        ({"w_h": ((1, 1), (1,))}, r"w_h has rows of \[2, 1\] numbers"),
        ({"w_y": ()}, r"w_y has rows of \[\] numbers, expected \(K, 2\)"),
        ({"w_h": ((1, math.nan), (1, 1))}, "w_h holds a number that is not finite"),
        ({"nonlinearity": "softplus"}, "nonlinearity is 'softplus', expected one of tanh"),
    ],
)
def test_a_network_that_does_not_fit_says_what_is_wrong(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        Network(**options)


@pytest.mark.parametrize("inputs", [(), ((1,),), ((1, 1), (1, 1, 1)), ((1, math.inf),)])
def test_inputs_that_do_not_fit_are_refused(inputs):
    with pytest.raises(ValueError, match="inputs"):
        paper.solve(XU, inputs)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 4), (-1, 2)])
def test_only_steps_that_there_are_can_be_swapped(first, second):
    with pytest.raises(IndexError, match="of 3, expected 1 to 3"):
        paper.swapped(LECTURE, first, second)


# ---- one number ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonlinearity", SQUASHES)
@pytest.mark.parametrize("constant", [False, True])
@settings(deadline=None, max_examples=30)
@given(w_h=some.floats(-2, 2), w_x=NUMBERS, b=NUMBERS, h_0=NUMBERS)
def test_an_orbit_is_the_recurrence_in_plain_python(nonlinearity, constant, w_h, w_x, b, h_0):
    orbit = paper.orbit(Scalar(nonlinearity, w_h, w_x, b, h_0, constant), steps=20)
    h = h_0
    for t, value in enumerate(orbit.values):
        assert math.isclose(value, h, rel_tol=1e-9, abs_tol=1e-9)
        h = IN_PYTHON[nonlinearity](w_h * h + w_x * (constant or t == 0) + b)


def test_an_impulse_fades_below_one_and_explodes_above_it_where_nothing_is_squashed():
    faded, exploded = (paper.orbit(Scalar("identity", w_h)) for w_h in (0.9, 1.1))
    np.testing.assert_allclose(faded.values[1:], 0.9 ** np.arange(50), rtol=1e-12)
    np.testing.assert_allclose(exploded.values[1:], 1.1 ** np.arange(50), rtol=1e-12)
    assert (faded.kind, exploded.kind) == ("rests", "explodes")


def test_tanh_past_one_remembers_the_sign_of_the_impulse():
    up, down = (paper.orbit(Scalar("tanh", 1.5, w_x)) for w_x in (0.1, -0.1))
    assert up.kind == down.kind == "rests"
    assert up.ends[0] == -down.ends[0] > 0.8
    assert math.isclose(math.tanh(1.5 * up.ends[0]), up.ends[0], abs_tol=1e-12)


def test_tanh_below_minus_one_alternates_between_two_values():
    orbit = paper.orbit(Scalar("tanh", -1.5))
    assert orbit.kind == "alternates"
    assert math.isclose(sum(orbit.ends), 0, abs_tol=1e-12)
    assert math.isclose(math.tanh(-1.5 * orbit.ends[0]), orbit.ends[1], abs_tol=1e-12)


def test_tanh_at_one_is_still_on_its_way_to_zero():
    assert paper.orbit(Scalar("tanh", 1.0)).kind == "moves"
    assert not paper.settled("tanh", 0.0).runs_away.any()


def test_a_sum_of_ones_moves_on_and_never_settles():
    orbit = paper.orbit(Scalar("identity", 1.0, constant=True))
    assert orbit.values.tolist() == list(range(51))
    assert orbit.kind == "moves"


@pytest.mark.parametrize("nonlinearity", ["tanh", "sigmoid"])
@pytest.mark.parametrize("w_h", [-1.7, -0.5, 0.5, 1.7])
def test_the_slope_at_the_end_is_a_finite_difference(nonlinearity, w_h):
    scalar = Scalar(nonlinearity, w_h, b=0.2)
    orbit = paper.orbit(scalar)

    def onwards(h):
        for _ in orbit.ends:
            h = IN_PYTHON[nonlinearity](w_h * h + scalar.push)
        return h

    end = orbit.ends[-1]
    assert math.isclose((onwards(end + 1e-5) - onwards(end - 1e-5)) / 2e-5, orbit.slope, abs_tol=1e-8)


@pytest.mark.parametrize("nonlinearity", SQUASHES)
@pytest.mark.parametrize("push", [0.0, 0.7])
def test_what_has_settled_is_where_the_recurrence_stands_still(nonlinearity, push):
    found = paper.settled(nonlinearity, push, points=41)
    for w_h, evens, odds in zip(found.w_h, found.even, found.odd, strict=True):
        for even, odd in zip(evens, odds, strict=True):
            if not math.isnan(even):
                assert math.isclose(IN_PYTHON[nonlinearity](w_h * odd + push), even, abs_tol=1e-12)
                assert math.isclose(IN_PYTHON[nonlinearity](w_h * even + push), odd, abs_tol=2e-4)


def test_the_settled_states_of_tanh_are_a_pitchfork():
    found = paper.settled("tanh", 0.0)
    ends = {round(w_h, 2): even for w_h, even in zip(found.w_h, found.even, strict=True)}
    assert np.ptp(ends[0.9]) < 1e-9
    assert math.isclose(np.ptp(ends[1.2]), 2 * 0.658569660405754, rel_tol=1e-9)
    assert not found.runs_away.any()


def test_what_is_not_bounded_runs_away_past_one():
    identity, relu = (paper.settled(nonlinearity, 0.0) for nonlinearity in ("identity", "relu"))
    assert np.allclose([identity.w_h[~identity.runs_away].min(), identity.w_h[~identity.runs_away].max()], [-1, 1])
    assert np.isclose(relu.w_h[relu.runs_away].min(), 1.01)


def test_one_unit_below_one_has_one_end_under_sigmoid_whatever_its_start():
    found = paper.settled("sigmoid", 0.0)
    assert np.ptp(found.even, axis=1).max() < 1e-9
