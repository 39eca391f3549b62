"""The memory counter: the lecture's table to the last printed digit, any other table against plain counting."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import counter, trace
from models.counter import FIRM, LECTURE, PRESETS, TABLE, Push, Setting, Table

DTYPES = [torch.float32, torch.float64]
LECTURE_MEMORY = [0, 0, 3, 3, 7, 7, 7, 0, 6]
LECTURE_OUTPUT = [0, 0, 0, 0, 0, 7, 0, 0, 6]

values = st.floats(-100, 100)
steps = st.tuples(values, st.sampled_from([-1, 0, 1]), st.sampled_from([0, 1]))
tables = st.lists(steps, min_size=1, max_size=60).map(lambda rows: Table(*zip(*rows, strict=True)))
weights = st.floats(-5, 5)
pushes = st.builds(Push, weights, weights, weights, weights)
any_setting = st.builds(Setting, pushes, pushes, pushes, pushes)


# ---- the task --------------------------------------------------------------------------------------------------------


def test_the_table_is_the_one_of_the_lecture():
    assert TABLE.x1 == (1, 3, 2, 4, 2, 1, 3, 6, 1)
    assert TABLE.x2 == (0, 1, 0, 1, 0, 0, -1, 1, 0)
    assert TABLE.x3 == (0, 0, 0, 0, 0, 1, 0, 0, 1)
    assert list(counter.BEFORE) == LECTURE_MEMORY
    assert list(counter.OUTPUT) == LECTURE_OUTPUT


def test_plain_counting_gives_both_rows_of_the_lecture():
    truth = counter.count(TABLE)
    assert list(truth.before) == LECTURE_MEMORY
    assert list(truth.after) == [0, 3, 3, 7, 7, 7, 0, 6, 6]
    assert list(truth.output) == LECTURE_OUTPUT


def test_a_step_that_adds_and_shows_shows_the_sum_and_one_that_empties_and_shows_shows_nothing():
    truth = counter.count(Table((5, 2, 9), (1, 1, -1), (1, 1, 1)))
    assert truth.output == (5, 7, 0)


@settings(deadline=None)
@given(tables)
def test_the_memory_is_the_sum_of_what_was_added_since_it_was_last_emptied(table):
    truth = counter.count(table)
    for t in range(table.steps):
        emptied = max((k for k in range(t + 1) if table.x2[k] == -1), default=-1)
        since = math.fsum(table.x1[k] for k in range(emptied + 1, t + 1) if table.x2[k] == 1)
        assert truth.after[t] == pytest.approx(since, abs=1e-9)
        assert truth.before[t] == (truth.after[t - 1] if t else 0)
        assert truth.output[t] == truth.after[t] * table.x3[t]


# ---- the hand-set cell -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_firm_gates_give_both_rows_of_the_lecture(dtype):
    counted = counter.run(FIRM, TABLE, dtype)
    assert np.abs(counted.before - LECTURE_MEMORY).max() <= 1e-6
    assert np.abs(counted.output - LECTURE_OUTPUT).max() <= 1e-6
    assert counted.trace.x.dtype == str(dtype).removeprefix("torch.")


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_gates_of_the_lecture_leak_but_less_than_a_thousandth(dtype):
    errors = counter.run(LECTURE, TABLE, dtype).errors
    for row in ("before", "output"):
        assert 4e-4 < np.abs(errors[row]).max() < 6e-4


@pytest.mark.parametrize(
    ("name", "before", "output"),
    [
        ("broken forget gate", [0, 0, 3, 0, 4, 0, 0, 0, 6], [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("no input gate", [0, 1, 4, 6, 10, 12, 13, 3, 9], [0, 0, 0, 0, 0, 13, 0, 0, 10]),
        ("all zero", [0] * 9, [0] * 9),
    ],
)
def test_a_fault_does_what_its_name_says(name, before, output):
    counted = counter.run(PRESETS[name], TABLE)
    np.testing.assert_allclose(counted.before, before, rtol=0, atol=1e-6)
    np.testing.assert_allclose(counted.output, output, rtol=0, atol=1e-6)


def test_the_cell_has_the_weights_of_the_lecture_and_none_on_its_past():
    cell = counter.cell(LECTURE)
    assert (cell.inputs, cell.hidden) == (3, 1)
    assert (cell.candidate, cell.output) == ("identity", "identity")
    assert dict(zip("ifgo", torch.column_stack([cell.w_ih, cell.b_ih + cell.b_hh]).tolist(), strict=True)) == {
        "i": [0, 100, 0, -10],
        "f": [0, 100, 0, 10],
        "g": [1, 0, 0, 0],
        "o": [0, 0, 100, -10],
    }
    assert not cell.w_hh.any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_before_and_after_are_one_step_apart(dtype):
    counted = counter.run(LECTURE, TABLE, dtype)
    assert counted.before[0] == 0
    assert np.array_equal(counted.before[1:], counted.after[:-1])
    assert np.array_equal(counted.after, counted.trace["c"][:, 0])
    assert np.array_equal(counted.output, counted.trace["h"][:, 0])


@settings(deadline=None)
@given(tables)
def test_firm_gates_count_any_table_in_float64(table):
    errors = counter.run(FIRM, table).errors
    assert max(np.abs(row).max() for row in errors.values()) <= 1e-9


@settings(deadline=None)
@given(tables)
def test_the_leak_of_the_lectures_gates_stays_within_its_bound(table):
    errors, bound = counter.run(LECTURE, table).errors, counter.leak_bound(table)
    assert (np.abs(errors["after"]) <= bound + 1e-9).all()
    shut = np.array(table.x3) == 0
    hidden = np.abs(counter.count(table).after) + bound
    assert (np.abs(errors["output"])[shut] <= 4.54e-5 * hidden[shut] + 1e-9).all()
    assert (np.abs(errors["output"])[~shut] <= bound[~shut] + 1e-9).all()


@settings(max_examples=4, deadline=None)
@example(length=10_000, seed=0)
@given(length=st.integers(1, 10_000), seed=st.integers(0, 1000))
def test_the_length_of_a_table_costs_firm_gates_nothing_and_the_lectures_a_leak_within_its_bound(length, seed):
    table = counter.random_table(length, seed)
    assert table.steps == length
    assert max(np.abs(row).max() for row in counter.run(FIRM, table).errors.values()) <= 1e-9
    assert (np.abs(counter.run(LECTURE, table).errors["after"]) <= counter.leak_bound(table) + 1e-9).all()


def test_the_bound_of_the_leak_is_not_an_idle_one():
    table = Table((0, 100, *[0] * 500), (0, 1, *[0] * 500), (0,) * 502)  # nothing to write: only the forget gate leaks
    error = abs(counter.run(LECTURE, table).errors["after"][-1])
    assert 0.97 < error / counter.leak_bound(table)[-1] <= 1


def test_one_weight_turned_leaves_the_others():
    turned = LECTURE.turned("f", "bias", -10)
    assert turned.f == Push(x2=100, bias=-10)
    assert (turned.i, turned.g, turned.o) == (LECTURE.i, LECTURE.g, LECTURE.o)
    assert turned != LECTURE == turned.turned("f", "bias", 10)


def test_the_knobs_are_enough_to_get_from_zero_to_every_setting_that_counts():
    for goal in (LECTURE, FIRM):
        setting = PRESETS["all zero"]
        for knob in counter.KNOBS:
            weight = getattr(getattr(goal, knob.block), knob.name)
            assert knob.least <= weight <= knob.most
            setting = setting.turned(knob.block, knob.name, weight)
        assert setting == goal


def test_tables_and_settings_are_keys():
    assert {(TABLE, FIRM): 1}[dataclasses.replace(TABLE), dataclasses.replace(FIRM)] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        FIRM.i.x2 = 1  # pyright: ignore[reportAttributeAccessIssue]


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([], [], []), "the table has 0 steps, expected 1 to 200"),
        (([1] * 201, [0] * 201, [0] * 201), "the table has 201 steps, expected 1 to 200"),
        (([1, 2], [0], [0, 1]), "differ in length: x1 has 2, x2 has 1, x3 has 2; expected as many numbers in each"),
        (([1, "three"], [0, 0], [0, 0]), "x1 in step 2 is 'three', expected a number"),
        (([1], [None], [0]), "x2 in step 1 is empty, expected -1, 0 or 1"),
        (([""], [0], [0]), "x1 in step 1 is empty, expected a number"),
        (([math.nan], [0], [0]), "x1 in step 1 is nan, expected a finite number"),
        (([-math.inf], [0], [0]), "x1 in step 1 is -inf, expected a finite number"),
        (([10**400], [0], [0]), "x1 in step 1 is 1000.*, expected a number"),
        (([1e308], [0], [0]), r"x1 in step 1 is 1e\+308, expected a number from -1e\+06 to 1e\+06"),
        (([1], [2], [0]), "x2 in step 1 is 2.0, expected -1, 0 or 1"),
        (([1], [0.5], [0]), "x2 in step 1 is 0.5, expected -1, 0 or 1"),
        (([1], [0], [-1]), "x3 in step 1 is -1.0, expected 0 or 1"),
        (([1], [0], [math.nan]), "x3 in step 1 is nan, expected 0 or 1"),
        (([1], [0], [[1]]), r"x3 in step 1 is \[1\], expected 0 or 1"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_with_a_sentence(rows, message):
    with pytest.raises(ValueError, match=message):
        counter.typed(*rows)


def test_texts_that_read_as_numbers_are_numbers():
    assert counter.typed(["1", " 2.5"], ["-1", 1], [True, np.int64(0)]) == Table((1, 2.5), (-1, 1), (1, 0))


def test_the_library_takes_longer_tables_and_larger_numbers_than_a_page():
    assert counter.count(Table((1e300,) * 10_000, (1,) * 10_000, (0,) * 10_000)).after[-1] == pytest.approx(1e304)
    with pytest.raises(ValueError, match="the table has 10001 steps, expected 1 to 10000"):
        Table((1,) * 10_001, (0,) * 10_001, (0,) * 10_001)


def test_two_hundred_of_the_largest_numbers_still_add_up():
    table = counter.typed([counter.LARGEST - 0.1] * 200, [1] * 200, [1] * 200)
    exact = np.cumsum(np.full(200, 999_999.9, dtype=np.longdouble))
    assert np.abs(counter.run(FIRM, table).output - exact).max() <= 1e-6


def test_a_sum_that_no_float_can_hold_is_refused():
    with pytest.raises(ValueError, match="the memory after step 2 is inf, expected sums that a float can hold"):
        counter.run(FIRM, Table((1e308, 1e308), (1, 1), (0, 0)))


@pytest.mark.parametrize(
    ("x1", "message"),
    [
        ((1e300, 1), "x1 in step 1 is inf in float32, expected numbers that it can hold"),
        ((3e38, 3e38), "c in step 2 is inf in float32, expected numbers that it can hold"),
    ],
)
def test_numbers_too_large_for_the_type_of_the_cell_are_refused(x1, message):
    with pytest.raises(ValueError, match=message):
        counter.run(FIRM, Table(x1, (1, 1), (0, 0)), torch.float32)


@pytest.mark.parametrize("weight", [math.nan, math.inf])
def test_a_weight_that_is_no_number_is_refused(weight):
    with pytest.raises(ValueError, match=f"f.bias is {weight}, expected a finite weight"):
        FIRM.turned("f", "bias", weight)


@pytest.mark.parametrize("length", [0, 10_001])
def test_a_random_table_of_no_steps_or_too_many_is_refused(length):
    with pytest.raises(ValueError, match=f"length is {length}, expected 1 to 10000 steps"):
        counter.random_table(length, seed=0)


# ---- the standard LSTM -----------------------------------------------------------------------------------------------


def test_a_standard_lstm_at_scale_one_cannot_count():
    module = counter.standard(FIRM, [1.0])
    assert isinstance(module, torch.nn.LSTM)
    h = trace(module, TABLE.inputs)["h"][:, 0]
    shown = [math.tanh(math.tanh(3) + math.tanh(4)), math.tanh(math.tanh(6))]  # 0.96 and 0.76 instead of 7 and 6
    np.testing.assert_allclose(h[[5, 8]], shown, rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-2, 1e-3, 1e-4])
def test_on_the_lectures_table_it_is_off_by_145_times_the_square_of_the_scale(scale):
    (error,) = counter.scale_errors(FIRM, TABLE, [scale])
    assert error == pytest.approx((3**3 + 4**3 + 7**3) / 3 * scale**2, rel=100 * scale**2 + 1e-6)
    assert counter.tanh_cost(TABLE) == pytest.approx(434 / 3)


@settings(deadline=None)
@given(tables)
def test_on_any_table_the_bend_of_tanh_costs_what_its_cubic_term_says(table):
    (error,) = counter.scale_errors(FIRM, table, [1e-6])
    assert error * 1e12 == pytest.approx(counter.tanh_cost(table), rel=1e-3, abs=1e2)  # rounding: 1e-10 of 1e-12


def test_in_float32_a_small_scale_costs_one_rounding_until_the_digits_run_out():
    tenths = Table((0.1, 0.3, 0.7, 0.9), (1, 1, 1, 0), (0, 0, 0, 1))
    rounding = 4 * np.spacing(np.float32(2.0))
    errors = counter.scale_errors(FIRM, tenths, [1e-2, 1e-6, 1e-20, 1e-37, 1e-42], torch.float32)
    assert errors[0] > 10 * rounding
    assert (errors[1:4] <= rounding).all()
    assert errors[4] > 100 * rounding


def test_the_curve_is_that_of_a_module_for_each_scale():
    together = counter.scale_errors(FIRM, TABLE)
    assert len(together) == len(counter.SCALES)
    alone = [counter.scale_errors(FIRM, TABLE, [scale])[0] for scale in counter.SCALES]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-14)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf, 1e-50])
def test_a_scale_that_is_no_scale_is_refused(scale):
    with pytest.raises(ValueError, match=f"scale is {scale}, expected a finite number above 0 that float32 can hold"):
        counter.standard(FIRM, [scale], torch.float32)


def test_building_it_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    counter.standard(FIRM, counter.SCALES)
    assert torch.equal(torch.get_rng_state(), before)


# ---- marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=25, deadline=None)
@given(setting=any_setting | st.sampled_from(list(PRESETS.values())), seed=st.integers(0, 1000))
def test_the_fast_way_through_many_sequences_is_the_slow_way_through_each(dtype, setting, seed):
    sequences = counter.draw(3, 20, torch.Generator().manual_seed(seed))
    fast = counter.outputs(setting, sequences.x.to(dtype)).numpy()
    for row in range(3):
        slow = counter.run(setting, sequences.table(row), dtype).output
        np.testing.assert_allclose(fast[row], slow, rtol=0, atol=1e-3 if dtype == torch.float32 else 1e-10)


def test_the_truth_of_drawn_sequences_is_that_of_plain_counting():
    sequences = counter.draw(20, 60, torch.Generator().manual_seed(0))
    for row in range(20):
        truth = counter.count(sequences.table(row))
        assert tuple(sequences.memory[row].tolist()) == truth.after
        assert tuple(sequences.output[row].tolist()) == truth.output


def test_drawn_sequences_add_and_empty_as_often_as_the_lecture_and_ask_every_other_time():
    x1, x2, x3 = counter.draw(1000, 90, torch.Generator().manual_seed(0)).x.unbind(-1)
    assert sorted(set(x1.flatten().tolist())) == list(range(10))
    shares = [(x2 == 1), (x2 == -1), (x3 == 1)]
    lecture = [TABLE.x2.count(1) / 9, TABLE.x2.count(-1) / 9, 1 / 2]
    assert [share.double().mean().item() for share in shares] == pytest.approx(lecture, abs=0.01)


def test_an_output_is_right_within_a_half_and_what_is_no_number_is_wrong():
    x = torch.tensor([[[7.0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 0]]])
    sequences = counter.Sequences(x, torch.tensor([[7.0, 7, 8, 8]]), torch.tensor([[7.0, 0, 8, 0]]))
    shown = torch.tensor([[7.49, -0.49, 8.5, math.nan]])
    assert counter.marks(shown, sequences) == counter.Score(every=0.5, asked=0.5, quiet=0.5)


@pytest.mark.parametrize("setting", [LECTURE, FIRM])
def test_a_setting_that_counts_has_full_marks_at_every_length(setting):
    assert counter.scores(setting) == dict.fromkeys((10, 50, 200), counter.Score(1, 1, 1))


@pytest.mark.parametrize("length", counter.LENGTHS)
def test_saying_nothing_is_right_where_nobody_asks_or_the_memory_is_empty(length):
    sequences, marks = counter.held_out(length), counter.score(PRESETS["all zero"], length)
    empty = (sequences.memory == 0)[sequences.x[..., 2] == 1].double().mean().item()
    assert marks.quiet == 1
    assert marks.asked == pytest.approx(empty)
    assert marks.every == pytest.approx((marks.asked + marks.quiet) / 2, abs=0.01)
    assert marks.every < 0.7


@pytest.mark.parametrize("name", ["broken forget gate", "no input gate"])
def test_a_fault_costs_marks_where_the_memory_is_asked_for(name):
    for marks in counter.scores(PRESETS[name]).values():
        assert marks.quiet == 1
        assert marks.asked < 0.6


def test_weights_too_large_for_float32_are_marked_wrong_not_refused():
    assert counter.score(FIRM.turned("g", "x1", 1e300), 10).asked < 0.5


def test_the_held_out_sequences_are_always_the_same():
    sequences = counter.held_out(10)
    assert sequences.x.shape == (1000, 10, 3)
    x1, x2, x3 = sequences.x[0].T.tolist()
    assert x1 == [8, 3, 6, 1, 2, 6, 4, 7, 6, 1]
    assert x2 == [0, 0, 0, 0, 0, 0, 0, 1, 1, 0]
    assert x3 == [1, 0, 1, 0, 1, 1, 0, 1, 0, 1]
    assert not torch.equal(counter.held_out(50).x[:, :10], sequences.x)


def test_equal_seeds_give_equal_tables():
    assert counter.random_table(30, seed=1) == counter.random_table(30, seed=1) != counter.random_table(30, seed=2)
