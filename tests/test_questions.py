"""The numbers of answers and corrections are those of the lectures, of torch itself, and of arithmetic."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from models import questions, slips
from models.cells import GRU
from playground.answers import GROUPS, QUESTIONS
from playground.slips import KINDS, SLIPS

EXACT = 1e-12


def test_there_are_twenty_five_questions_each_with_numbers_of_its_own():
    assert len(QUESTIONS) == 25
    assert {asked.name for asked in QUESTIONS} == set(questions.NUMBERS)
    assert len({asked.short for asked in QUESTIONS}) == 25
    assert [asked for group in GROUPS.values() for asked in group] == list(QUESTIONS)


def test_every_slip_has_evidence_and_a_kind():
    assert {slip.name for slip in SLIPS} == set(slips.EVIDENCE)
    assert {slip.kind for slip in SLIPS} == set(KINDS)


@pytest.mark.parametrize("name", questions.NUMBERS)
def test_equal_questions_have_equal_answers_in_few_sentences(name):
    asked = next(asked for asked in QUESTIONS if asked.name == name)
    one, other = (asked.answer(questions.NUMBERS[name]()) for _ in range(2))
    assert one.text == other.text
    assert " nan" not in one.text
    ends = [mark for mark in (". ", "? ", "! ", ".** ") for _ in range(one.text.count(mark))]
    assert 3 <= len(ends) + 1 <= 9, "three to eight sentences, a word like “et al.” aside"
    if one.figure:
        assert one.alt
        for dark in (False, True):
            assert one.figure(dark=dark).data
    if one.table:
        assert one.table_alt
        assert len({len(column) for column in one.table.values()}) == 1
    assert one.figure or one.table


@pytest.mark.parametrize("name", slips.EVIDENCE)
def test_equal_slips_have_equal_evidence(name):
    slip = next(slip for slip in SLIPS if slip.name == name)
    one, other = (slip.evidence(slips.EVIDENCE[name]()) for _ in range(2))
    assert one.text == other.text
    assert " nan" not in one.text
    assert (one.figure is None) == (not one.alt)
    if one.figure:
        assert one.figure(dark=True).data


# ---- shapes ----------------------------------------------------------------------------------------------------------


def test_output_and_h_n_have_the_shapes_of_torch():
    found = questions.output()
    module = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True)
    output, (h_n, c_n) = module(torch.zeros(5, 7, 3))
    shape = {name: tensor.shape for name, tensor in found.tensors.items()}
    assert (shape["output"], shape["h_n"], shape["c_n"]) == (tuple(output.shape), tuple(h_n.shape), tuple(c_n.shape))
    assert shape["output"] == (5, 7, 8)
    assert shape["h_n"] == (4, 5, 4)
    assert [match.step for match in found.matches] == [None, None, 6, 0]


def test_the_pencil_net_has_the_numbers_of_the_lecture():
    found = questions.sentence()
    assert found.forward == (0, 0, 1, 2)
    assert found.backward == (2, 2, 2, 1)
    assert found.alone.trap is not None
    assert found.alone.trap.last_backward == 0
    assert found.alone.trap.first_backward > 0.01
    assert found.stacked.trap is not None
    assert 0 < found.stacked.trap.last_backward < found.stacked.trap.last_forward


def test_rows_of_h_n_are_layer_by_layer_forward_first():
    assert questions.order() == (("l0", 0.0), ("l0_reverse", 0.0), ("l1", 0.0), ("l1_reverse", 0.0))


def test_only_hidden_units_cost_weights():
    found = questions.units()
    assert len(set(found.by_steps)) == 1
    assert found.by_hidden == tuple(4 * (3 * h + h * h + 2 * h) for h in found.sizes)


def test_batch_first_turns_the_input_and_never_h_n():
    found = questions.batch_first()
    one, two = found.first.tensors, found.second.tensors
    for name in ("x", "output"):
        B, T, width = one[name].shape
        assert two[name].shape == (T, B, width)
    assert one["h_n"].shape == two["h_n"].shape == (4, 5, 4)
    assert found.apart == 0


def test_a_dense_layer_does_not_depend_on_the_number_of_steps():
    last, every, _, flat = questions.returned()
    assert last.weights == every.weights == (4 + 1) * 2
    assert flat.weights == (7 * 4 + 1) * 2
    assert every.dense == (5, 7, 2)


def test_weights_are_those_of_the_libraries():
    found = questions.weights()
    assert (found.lstm["Keras"], found.lstm["PyTorch"]) == (50_400, 50_800)
    assert (found.gru["old Keras"], found.gru["Keras"], found.gru["PyTorch"]) == (111, 126, 126)
    assert found.built == (sum(w.numel() for w in nn.LSTM(25, 100).parameters()), 126)


def test_packing_is_that_of_the_lecture():
    small, batch = questions.packed()
    numbers = {(0, 0): 1, (0, 1): 2, (0, 2): 3, (1, 0): 3, (1, 1): 4}
    assert [numbers[cell] for cell in small.data] == [1, 3, 2, 4, 3]
    assert small.batch_sizes == (2, 2, 1)
    assert (batch.padded_cells, batch.packed_cells) == (64, 45)
    assert batch.batch_sizes == (8, 8, 8, 7, 5, 4, 3, 2)


# ---- memory and gates ------------------------------------------------------------------------------------------------


def test_a_shut_output_gate_hides_the_memory_and_keeps_it():
    found = questions.two_states()
    assert found.memory.round(9).tolist() == [0, 3, 3, 7, 7, 7, 0, 6, 6]
    assert found.shown.round(9).tolist() == [0, 0, 0, 0, 0, 7, 0, 0, 6]
    assert found.kept.round(9).tolist() == found.memory.round(9).tolist()
    assert np.abs(found.hidden).max() < 1e-18


def test_each_frozen_gate_breaks_what_it_is_for():
    found = questions.gates()
    assert found.truth == (0, 0, 0, 0, 0, 7, 0, 0, 6)
    memory = {name: row.round(9).tolist() for name, row in found.memory.items()}
    assert memory["none"] == [0, 3, 3, 7, 7, 7, 0, 6, 6]
    assert memory["f = 1"] == [0, 3, 3, 7, 7, 7, 7, 13, 13]  # never reset
    assert memory["i = 1"] == [1, 4, 6, 10, 12, 13, 3, 9, 10]  # adds x1 at every step
    assert memory["o = 1"] == memory["none"]  # shown at the wrong time only
    assert memory["g = 1"] == [0, 1, 1, 2, 2, 2, 0, 1, 1]  # counts how often, not how much


def test_both_conventions_have_the_numbers_of_the_lecture():
    found = questions.conventions()
    assert found.keeps == pytest.approx([0.17446802061504182, 0.2925764557908142, 0.19327189055016378], abs=EXACT)
    assert found.writes == pytest.approx([0.28764913664496794, 0.44849024459521564, 0.268129711173431], abs=EXACT)
    assert found.turned <= EXACT


def test_the_gru_of_the_answer_is_that_of_torch():
    layer = nn.GRU(1, 1).double()
    layer.load_state_dict(
        {name: torch.full_like(w, 0.0 if "bias" in name else 0.5) for name, w in layer.named_parameters()}
    )
    with torch.no_grad():
        h = layer(torch.tensor([[1.0], [1.0], [0.0]], dtype=torch.float64))[0][:, 0]
    assert questions.conventions().keeps == pytest.approx(h.numpy(), abs=EXACT)
    assert GRU.blocks == ("r", "z", "n")


def test_a_gru_has_three_quarters_of_an_lstm_s_weights():
    found = questions.race()
    assert (found.weights["GRU"], found.weights["LSTM"]) == (120, 160)
    assert {run.cell: run.updates is None for run in (*found.near, *found.far)} == {
        "RNN": True,
        "GRU": False,
        "LSTM": False,
    }
    assert found.counting["RNN"] < found.counting["GRU"] < found.counting["LSTM"]


def test_relu_grows_where_tanh_rests():
    found = questions.squashings()
    assert found.relu[-1] == pytest.approx(1.1**49, rel=EXACT)
    assert found.identity[-1] == 1
    assert math.tanh(1.1 * found.tanh[-1]) == pytest.approx(found.tanh[-1], abs=1e-3)


# ---- gradients -------------------------------------------------------------------------------------------------------


def test_forget_biases_have_the_gates_and_half_lives_of_the_lecture():
    found = questions.forget_bias()
    assert found.gates[:3] == pytest.approx([0.5, 0.731, 0.881], abs=5e-4)
    assert found.half_lives[:3] == pytest.approx([1, 2.2, 5.5], abs=0.05)
    assert found.rows == (4, 8)
    assert found.one_set == pytest.approx(found.gates[1], abs=1e-6)
    assert found.both_set == pytest.approx(found.gates[2], abs=1e-6)


def test_a_fresh_lstm_vanishes_and_one_with_an_open_gate_does_not():
    found = questions.vanishing()
    assert found.curves["LSTM, b = 0"][-1] < -15
    assert found.curves["LSTM, b = 3"][-1] > -2
    assert [(run.keep_bias, run.updates) for run in found.trained] == [(0, None), (1, 120), (3, 20)]


def test_before_the_cut_exactly_nothing_comes_back():
    found = questions.graph()
    assert np.isneginf(found.cut[:20]).all()
    assert found.cut[21:] == pytest.approx(found.whole[21:], abs=1e-9)
    assert "backward through the graph a second time" in found.message


def test_a_chunk_as_long_as_the_text_loses_nothing():
    found = questions.reach()
    assert found.lost[-1] == 0
    assert found.lost[0] > 0.5
    lags = [lag or math.inf for _, lag in sorted(found.lags.items())]
    assert lags == sorted(lags)


def test_clipping_has_the_numbers_of_the_lecture():
    found = questions.clip()
    assert found.by_norm == pytest.approx([0.6, 0.8], abs=EXACT)
    assert found.by_value.tolist() == [1, 1]
    assert found.angles == pytest.approx([53.13010235415598, 53.13010235415598, 45.0], abs=1e-9)
    assert found.longest[1] <= 0.5 * 0.1 + EXACT  # learning rate times threshold
    assert found.longest[0] > 1


# ---- training and using ----------------------------------------------------------------------------------------------


def test_chance_costs_ln_2_and_far_pads_lead_there():
    found = questions.chance()
    assert found.loss == pytest.approx(0.693147, abs=1e-6)
    pad, real = found.accuracy[96]
    assert pad == pytest.approx(0.5, abs=0.05)
    assert real > 0.99


def test_a_state_of_zeros_costs_something_at_the_seam():
    found = questions.seam()
    assert found.carried < found.zeroed
    assert found.every < len(found.tokens)


def test_dropout_acts_between_layers_only():
    found = questions.dropout()
    assert "num_layers" in found.warning
    assert (found.below, found.above, found.quiet) == (False, True, False)


def test_whole_dates_are_fewer_than_characters():
    found = questions.forcing()
    assert found.exact[32] < found.free[32] <= found.forced[32]
    assert found.exact[64] == found.forced[64] == 1


def test_the_forecast_is_nearer_to_the_month_before():
    found = questions.shifted()
    assert found.off_shifted("LSTM") < found.off("LSTM")
    assert found.off_shifted("last value") == 0


def test_temperatures_have_the_numbers_of_the_lecture():
    found = questions.temperature()
    assert found[0.5] == pytest.approx([0.8668133321973348, 0.11731042782619837, 0.015876239976466765], abs=EXACT)
    assert found[1.0] == pytest.approx([0.6652409557748219, 0.24472847105479764, 0.09003057317038046], abs=EXACT)
    assert found[2.0] == pytest.approx([0.506480391055654, 0.3071958857184984, 0.18632372322584756], abs=EXACT)


def test_a_one_hot_vector_picks_a_row():
    found = questions.embedding()
    assert found.apart == 0
    assert found.one_hot == pytest.approx(math.sqrt(2), abs=EXACT)
    lstm = nn.LSTM(found.words, 16, device="meta")
    assert found.weights[0] == sum(w.numel() for w in lstm.parameters())
    small = nn.LSTM(found.size, 16, device="meta")
    assert found.weights[1] == found.words * found.size + sum(w.numel() for w in small.parameters())


# ---- slips -----------------------------------------------------------------------------------------------------------


def test_the_powers_are_exact():
    assert slips.powers() == pytest.approx({n: n * math.log10(0.25) for n in (1, 2, 4, 8, 16, 50)}, abs=1e-9)
    assert 10 ** slips.powers()[16] == pytest.approx(2.3283064365386963e-10, rel=1e-9)


def test_the_sign_of_the_loss_decides_what_is_learned():
    found = slips.minus()
    assert found.with_minus[0] == found.without[0] == pytest.approx(1 / 3)
    assert (np.diff(found.with_minus) > 0).all()
    assert (np.diff(found.without) < 0).all()


def test_four_blocks_are_all_there_is():
    found = slips.four_blocks()
    assert found.rows == 4 * found.hidden
    assert found.deviation < 1e-5
    assert slips.undefined_gates() < 1e-5


def test_without_tanh_the_state_leaves_its_bounds():
    found = slips.tanh_of_c()
    assert np.abs(found.squashed).max() < 1
    assert found.bare[-1] > 10
    oracle = [0.17426971865610508, 0.3090589306416473]  # the lecture's first two steps
    assert found.squashed[:2] == pytest.approx(oracle, abs=EXACT)


def test_the_first_draw_follows_the_zero_vector_and_is_never_unknown():
    found = slips.sampling()
    assert found.total == pytest.approx(1, abs=1e-6)
    assert found.left[found.tokens.index("<unk>")] == 0
    assert "<unk>" not in found.text
    assert found.ended


def test_reading_late_is_one_step_late():
    found = slips.late()
    assert found.printed.argmax() == found.right.argmax() + 1


def test_a_larger_weight_makes_a_smaller_derivative_under_tanh():
    found = slips.larger_weight()
    assert found.small == pytest.approx(0.2099762540625953, abs=EXACT)
    assert found.large == pytest.approx(0.06929707706151558, abs=EXACT)
    assert found.linear == pytest.approx(found.w**2, abs=EXACT)


def test_a_small_update_keeps_and_a_fresh_gru_does_not():
    found = slips.small_update()
    assert found.kept == pytest.approx(0.9900497842463927, abs=EXACT)
    assert found.curves["GRU as it begins"][-1] < -15
    assert found.curves["GRU, 3 added to z's bias"][-1] > -2


def test_the_direct_path_is_not_the_whole_derivative():
    found = slips.only_f()
    assert found.whole[-1] > found.path[-1] + 1
    assert found.path[0] == found.whole[0] == 0


def test_no_entity_of_the_slide_is_right():
    found = slips.names()
    assert (found.gold, found.predicted, found.right, found.f1) == (2, 5, 0, 0)


def test_five_hundred_weeks_are_not_ten_years():
    found = slips.weeks()
    assert found.weeks == 500
    assert found.years == pytest.approx(9.6, abs=0.05)
