"""Gates held, units cut, weights edited: against torch.nn, against hand-changed weights, and against the cells' own words.

Everything is float64 where an equation is compared, and to the last bit where nothing may differ at all.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.cells import CELLS, GRU, LSTM, RNN, Cell, open_cell
from models.network import RECURRENT
from models.reading import VARIANTS, Question, network_of
from models.trace import trace
from models.what_if import (
    LARGEST,
    MATRICES,
    MOST,
    Clamp,
    Cut,
    Edit,
    WhatIf,
    cut_each,
    edited,
    effect,
    read,
    run,
    scope,
)
from models.zoo import facts

LECTURE = "The cat, which already ate the fish, was full."
T, D, H = 7, 3, 5

FORMS: dict[str, tuple[type[Cell], dict[str, Any]]] = {
    "RNN": (RNN, {}),
    "RNN relu": (RNN, {"nonlinearity": "relu"}),
    "RNN sigmoid": (RNN, {"nonlinearity": "sigmoid"}),
    "RNN identity": (RNN, {"nonlinearity": "identity"}),
    "LSTM": (LSTM, {}),
    "LSTM without output tanh": (LSTM, {"output": "identity"}),
    "GRU": (GRU, {}),
    "GRU reset before": (GRU, {"reset": "before"}),
    "GRU z writes": (GRU, {"update_gate": "write"}),
    "GRU reset before, z writes": (GRU, {"reset": "before", "update_gate": "write"}),
}
every_form = pytest.mark.parametrize("form", FORMS)
QUESTIONS = [(cell, variant) for cell in VARIANTS for variant in VARIANTS[cell]]


def draw(*shape: int, seed: int) -> Tensor:
    """Uniform numbers in (-1, 1), float64."""
    return torch.empty(shape, dtype=torch.float64).uniform_(-1, 1, generator=torch.Generator().manual_seed(seed))


def cell_of(form: str) -> Cell:
    kind, options = FORMS[form]
    rows = len(kind.blocks) * H
    return kind(draw(rows, D, seed=1), draw(rows, H, seed=2), draw(rows, seed=3), draw(rows, seed=4), **options)


def names_of(form: str) -> list[str]:
    return [equation.name for equation in cell_of(form).equations]


X = draw(T, D, seed=5)


# ---- a clamp ---------------------------------------------------------------------------------------------------------


@every_form
def test_without_a_change_the_run_is_that_of_the_open_cell_to_the_last_bit(form):
    plain, same = trace(cell_of(form), X), run(cell_of(form), X)
    assert all(np.array_equal(plain[name], same[name]) for name in (*plain.names, *plain.inner))


@pytest.mark.parametrize("kind", CELLS)
def test_without_a_change_the_run_is_that_of_torch(kind):
    layer = RECURRENT[kind](D, H, dtype=torch.float64)
    with torch.no_grad():
        for seed, weight in enumerate(layer.parameters()):
            weight.copy_(draw(*weight.shape, seed=seed))
    fused, stepped = trace(layer, X), run(open_cell(layer), X)
    assert all(np.abs(fused[name] - stepped[name]).max() < 1e-12 for name in fused.names)


@pytest.mark.parametrize(("form", "name"), [(form, name) for form in FORMS for name in names_of(form)])
def test_a_clamped_value_has_its_value_and_nothing_before_it_changes(form, name):
    plain, held = trace(cell_of(form), X), run(cell_of(form), X, [Clamp(name, 0.25, unit=2, step=3)])
    assert held[name][3, 2] == 0.25
    for other in (*plain.names, *plain.inner):
        assert np.array_equal(plain[other][:3], held[other][:3]), other
    before_it = plain.names[: plain.names.index(name)]
    assert all(np.array_equal(plain[other][3], held[other][3]) for other in before_it)
    others = [unit for unit in range(H) if unit != 2]
    assert np.array_equal(plain[name][3, others], held[name][3, others])
    assert not np.array_equal(plain["h"][4:], held["h"][4:])


@pytest.mark.parametrize(("form", "name"), [(form, name) for form in FORMS for name in names_of(form)])
def test_whatever_follows_a_clamp_is_computed_from_it_by_the_cells_own_equations(form, name):
    """The run after the clamp is the cell's own run from the states that the clamp has left behind."""
    cell = cell_of(form)
    held = run(cell, X, [Clamp(name, 0.25, unit=2, step=3)])
    past = {state: torch.tensor(held[state][3]) for state in cell.states}
    rest = cell.run(X[4:], past)
    for other in held.names:
        assert np.abs(rest[other].numpy() - held[other][4:]).max() < 1e-12, other


@every_form
def test_all_units_and_all_steps_can_be_held(form):
    for name in names_of(form):
        held = run(cell_of(form), X, [Clamp(name, -0.5)])
        assert (held[name] == -0.5).all()
        one_unit = run(cell_of(form), X, [Clamp(name, 0.5, unit=1)])
        assert (one_unit[name][:, 1] == 0.5).all()
        one_step = run(cell_of(form), X, [Clamp(name, 0.5, step=0)])
        assert (one_step[name][0] == 0.5).all()


@pytest.mark.parametrize("form", ["LSTM", "LSTM without output tanh"])
def test_a_memory_that_forgets_nothing_and_takes_nothing_in_stands_still_exactly(form):
    held = run(cell_of(form), X, [Clamp("c", 0.7, step=0), Clamp("f", 1.0), Clamp("i", 0.0)])
    assert (held["c"] == 0.7).all()


def test_a_shut_output_gate_hides_the_memory_and_leaves_it_alone():
    plain, held = trace(cell_of("LSTM"), X), run(cell_of("LSTM"), X, [Clamp("o", 0.0, step=3)])
    assert (held["h"][3] == 0).all()
    assert np.array_equal(held["c"][:4], plain["c"][:4])
    assert np.array_equal(held["f*c"][4], held["f"][4] * plain["c"][3])


def test_what_follows_from_a_gate_uses_the_clamped_gate():
    held = run(cell_of("GRU"), X, [Clamp("z", 0.0, step=2), Clamp("z", 1.0, step=4), Clamp("r", 0.0, step=5)])
    assert np.array_equal(held["h"][2], held["n"][2])
    assert np.array_equal(held["h"][4], held["h"][3])
    assert (held["1-z"][2] == 1).all()
    assert (held["1-z"][4] == 0).all()
    assert (held["h_n"][5] == 0).all()


def test_z_that_writes_is_the_other_way_round():
    held = run(cell_of("GRU z writes"), X, [Clamp("z", 1.0, step=2), Clamp("z", 0.0, step=4)])
    assert np.array_equal(held["h"][2], held["n"][2])
    assert np.array_equal(held["h"][4], held["h"][3])


def test_the_later_of_two_clamps_wins_and_a_cut_wins_over_both():
    cell = cell_of("LSTM")
    assert (run(cell, X, [Clamp("f", 0.1), Clamp("f", 0.9, unit=1)])["f"][:, 1] == 0.9).all()
    assert (run(cell, X, [Clamp("f", 0.9, unit=1), Clamp("f", 0.1)])["f"] == 0.1).all()
    assert (run(cell, X, [Clamp("h", 0.9, unit=1)], [Cut(1)])["h"][:, 1] == 0).all()


def test_the_order_of_a_clamp_is_that_of_the_computation():
    """A clamp of c is seen by the h of the same step, and a clamp of h is not seen by the c of the same step."""
    plain = trace(cell_of("LSTM"), X)
    memory, state = (run(cell_of("LSTM"), X, [Clamp(name, 0.5, unit=2, step=3)]) for name in ("c", "h"))
    assert memory["h"][3, 2] == pytest.approx(memory["o"][3, 2] * np.tanh(0.5), abs=1e-15)
    assert np.array_equal(state["c"][3], plain["c"][3])


@every_form
def test_a_clamp_leaves_the_cell_and_later_runs_alone(form):
    cell = cell_of(form)
    before = trace(cell, X)["h"].copy()
    run(cell, X, [Clamp("h", 0.0)], [Cut(0)])
    assert np.array_equal(trace(cell, X)["h"], before)


def test_an_intervention_into_a_fused_layer_is_refused():
    with pytest.raises(ValueError, match="intervene is given for LSTM, expected an open cell"):
        trace(nn.LSTM(D, H), np.zeros((T, D)), intervene=lambda step, name, value: value)  # noqa: ARG005


# ---- a cut -----------------------------------------------------------------------------------------------------------


@every_form
@pytest.mark.parametrize("unit", [0, H - 1])
def test_a_cut_is_a_unit_whose_columns_are_zero(form, unit):
    cell = cell_of(form)
    w_hh = cell.w_hh.clone()
    w_hh[:, unit] = 0
    head = draw(4, H, seed=6)
    without = head.clone()
    without[:, unit] = 0
    cut, zeroed = run(cell, X, cuts=[Cut(unit)]), run(replace(cell, w_hh=w_hh), X)
    others = [k for k in range(H) if k != unit]
    for state in cell.states:
        assert (cut[state][:, unit] == 0).all()
        assert np.abs(cut[state][:, others] - zeroed[state][:, others]).max() < 1e-12
    assert np.abs(cut["h"] @ head.numpy().T - zeroed["h"] @ without.numpy().T).max() < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_a_cut_in_a_network_that_ships_is_a_network_whose_columns_are_zero(cell):
    question, unit = Question(LECTURE, cell), 7
    network = network_of(question)
    with torch.no_grad():
        network.get_parameter("recurrent.weight_hh_l0")[:, unit] = 0
        network.head.weight[:, unit] = 0
        oracle = torch.softmax(network(network.encode(read(WhatIf(question)).reading.tokens)[None])[0], -1)
    assert np.abs(read(WhatIf(question, cuts=(Cut(unit),))).chances - oracle.numpy()).max() < 1e-5


# ---- an edit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "matrix"), [(cell, matrix) for cell in CELLS for matrix in MATRICES])
def test_an_edit_is_torch_with_the_edited_weight(cell, matrix):
    question = Question(LECTURE, cell)
    network, plain = network_of(question), read(WhatIf(question))
    with torch.no_grad():
        weight = network.get_parameter(MATRICES[matrix])
        place = (9,) if weight.ndim == 1 else (9, 3)
        weight[place] = -2.5
        logits = network(network.encode(plain.reading.tokens)[None])[0]
    changed = read(WhatIf(question, edits=(Edit(matrix, 9, 0 if weight.ndim == 1 else 3, -2.5),)))
    assert np.abs(changed.chances - torch.softmax(logits, -1).numpy()).max() < 1e-5
    assert not np.array_equal(changed.chances, plain.chances)
    assert changed.reading.deviation is not None
    assert changed.reading.deviation < 1e-5


def test_an_edit_in_float64_is_torch_to_the_last_digits():
    network = network_of(Question(LECTURE, "LSTM", trained=False)).double()
    changed = edited(network, [Edit("weight_hh_l0", 20, 3, 0.9), Edit("bias_ih_l0", 4, 0, -1.0)])
    with torch.no_grad():
        network.get_parameter("recurrent.weight_hh_l0")[20, 3] = 0.9
        network.get_parameter("recurrent.bias_ih_l0")[4] = -1.0
        x = network.embed(torch.arange(9))
        oracle = network.recurrent(x)[0].numpy()
    assert np.abs(run(open_cell(changed.recurrent), x)["h"] - oracle).max() < 1e-12


def test_an_edit_leaves_the_network_alone():
    network = network_of(Question(LECTURE))
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    edited(network, [Edit(matrix, 0, 0, 9.0) for matrix in MATRICES])
    assert all(torch.equal(before[name], weight) for name, weight in network.state_dict().items())


def test_the_last_of_two_edits_of_one_weight_wins():
    network = edited(network_of(Question(LECTURE)), [Edit("head.bias", 1, 0, 3.0), Edit("head.bias", 1, 0, 4.0)])
    assert network.head.bias[1] == 4.0


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "variant"), QUESTIONS)
def test_every_form_that_a_page_offers_reads_with_and_without_changes(cell, variant):
    question = Question(LECTURE, cell, trained=False, hidden=6, seed=3, variant=variant)
    plain, room = read(WhatIf(question)), scope(question)
    assert np.abs(plain.chances.sum(1) - 1).max() < 1e-5
    for name in room.roles:
        changed = read(WhatIf(question, (Clamp(name, 0.5, 1, 4),), (Cut(2),), (Edit("weight_hh_l0", 0, 1, 0.3),)))
        assert changed.lost is None
        assert changed.reading.trace[name][4, 1] == 0.5
        assert (changed.reading.trace["h"][:, 2] == 0).all()
        assert changed.reading.deviation is None
        assert changed.held[name][4, 1]


@pytest.mark.parametrize("cell", CELLS)
def test_without_a_change_the_answer_is_that_of_the_plain_reading(cell):
    from models.reading import read as plainly  # noqa: PLC0415 - the other function of that name

    question = Question(LECTURE, cell)
    plain, same = plainly(question), read(WhatIf(question))
    assert same.reading.guesses == plain.guesses
    assert np.abs(same.reading.probabilities - plain.probabilities).max() < 1e-5
    assert same.reading.apart < 1e-5
    assert effect(same, read(WhatIf(question))).first is None


def test_the_guesses_are_the_most_probable_words():
    answer = read(WhatIf(Question(LECTURE), (Clamp("f", 0.0, step=4),)))
    for step, words in enumerate(answer.reading.guesses):
        chances = [answer.chance(word)[step] for word in words]
        assert np.allclose(chances, answer.reading.probabilities[step])
        assert chances[0] == answer.chances[step].max()


def test_answers_are_read_only():
    answer = read(WhatIf(Question(LECTURE), (Clamp("f", 0.0),)))
    for array in (answer.chances, answer.reading.probabilities, answer.held["f"], answer.reading.trace["f"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        scope(Question(LECTURE)).weights["head.weight"][0, 0] = 1


def test_the_first_difference_is_where_the_change_is():
    question = Question(LECTURE)
    plain = read(WhatIf(question))
    for step in range(len(plain.reading.tokens)):
        assert effect(plain, read(WhatIf(question, (Clamp("f", 0.0, step=step),)))).first == step
    assert effect(plain, read(WhatIf(question, edits=(Edit("head.bias", 0, 0, 3.0),)))).first == 0


def test_a_state_that_overflows_is_found_where_it_does():
    question = Question(LECTURE, "RNN", variant="identity")
    answer = read(WhatIf(question, edits=(Edit("weight_hh_l0", 0, 0, LARGEST),)))
    assert answer.lost is not None
    states = answer.reading.trace["h"]
    assert np.isfinite(states[: answer.lost]).all()
    assert not np.isfinite(states[answer.lost]).all()


# ---- what the page tells of the networks that ship -------------------------------------------------------------------


def number_unit(cell: str) -> int:
    return facts(f"agreement-{cell.lower()}")["number_unit"]["unit"]


@pytest.mark.parametrize(("cell", "name", "value"), [("LSTM", "f", 0.0), ("GRU", "z", 0.0), ("RNN", "h", -1.0)])
def test_one_number_of_one_unit_at_one_word_flips_the_verb(cell, name, value):
    question = Question(LECTURE, cell)
    changed = read(WhatIf(question, (Clamp(name, value, number_unit(cell), 4),)))
    found = effect(read(WhatIf(question)), changed)
    assert found.flipped
    assert found.before[0] > 0.97
    assert (found.first, found.asked) == (4, 8)
    assert found.asked in found.flips


def test_a_hidden_number_is_not_lost():
    question, unit = Question(LECTURE), number_unit("LSTM")
    plain = read(WhatIf(question))
    hidden = effect(plain, read(WhatIf(question, tuple(Clamp("o", 0.0, unit, step) for step in range(2, 8)))))
    late = effect(plain, read(WhatIf(question, (Clamp("o", 0.0, unit, 8),))))
    assert not hidden.flipped
    assert hidden.after[0] > 0.97
    assert late.flipped


def test_the_lstm_lives_by_its_memory_and_not_by_its_state():
    plural = read(WhatIf(Question(LECTURE.replace("cat", "cats").replace("was", "were")))).reading.trace
    question, unit = Question(LECTURE), number_unit("LSTM")
    plain = read(WhatIf(question))
    memory, state = (
        effect(plain, read(WhatIf(question, (Clamp(name, float(plural[name][4, unit]), unit, 4),))))
        for name in ("c", "h")
    )
    assert memory.after[1] > 0.97
    assert state.after[1] < 0.01


def test_the_unit_that_tells_the_number_best_need_not_be_the_one_that_the_verb_hangs_on():
    flips = {}
    for cell in CELLS:
        cuts = cut_each(Question(LECTURE, cell))
        assert cuts.shape == (16, 2)
        flips[cell] = [unit for unit in range(16) if cuts[unit, 1] > cuts[unit, 0]]
    assert flips["LSTM"] == [number_unit("LSTM")]
    assert flips["GRU"] == []
    assert len(flips["RNN"]) == 1
    assert flips["RNN"] != [number_unit("RNN")]


# ---- what does not fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Clamp("f", float("nan")), "Clamp.value is nan, expected a number from"),
        (lambda: Clamp("f", float("inf")), "Clamp.value is inf, expected a number from"),
        (lambda: Clamp("f", 1e7), "Clamp.value is 10000000.0, expected a number from -1,000,000 to 1,000,000"),
        (lambda: Clamp("f", "1"), "Clamp.value is '1', expected a number"),  # type: ignore[arg-type]
        (lambda: Clamp("f", 1.0, unit=-1), "Clamp.unit is -1, expected a whole number from 0 or None for all"),
        (lambda: Clamp("f", 1.0, step=1.5), "Clamp.step is 1.5, expected a whole number"),  # type: ignore[arg-type]
        (lambda: Cut(-3), "Cut.unit is -3, expected a whole number from 0"),
        (lambda: Edit("weights", 0, 0, 1.0), "Edit.matrix is 'weights', expected one of weight_hh_l0"),
        (lambda: Edit("head.bias", -1, 0, 1.0), "Edit.row is -1"),
        (lambda: Edit("head.bias", 0, -1, 1.0), "Edit.column is -1"),
        (lambda: Edit("head.bias", 0, 0, float("nan")), "Edit.value is nan"),
        (
            lambda: WhatIf(Question(LECTURE), cuts=tuple(map(Cut, range(MOST + 1)))),
            "WhatIf has 21 changes, expected at",
        ),
    ],
)
def test_a_change_that_makes_no_sense_says_what_came_and_what_was_wanted(make, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        make()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Clamp("z", 0.0), "Clamp.name is 'z', expected one of i, f, g, o, c, h"),
        (Clamp("f", 0.0, unit=16), "Clamp.unit is 16, expected 0 to 15"),
        (Clamp("f", 0.0, step=12), "Clamp.step is 12, expected 0 to 11"),
        (Cut(16), "Cut.unit is 16, expected 0 to 15"),
        (Edit("weight_hh_l0", 64, 0, 1.0), "Edit.row of weight_hh_l0 is 64, expected 0 to 63"),
        (Edit("bias_hh_l0", 0, 1, 1.0), "Edit.column of bias_hh_l0 is 1, expected 0 to 0"),
    ],
)
def test_a_change_that_does_not_fit_says_what_came_and_what_was_wanted(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(WhatIf.of(Question(LECTURE), [change]))


def test_runs_of_two_texts_are_not_compared():
    with pytest.raises(ValueError, match="after read 5 tokens, expected the 12"):
        effect(read(WhatIf(Question(LECTURE))), read(WhatIf(Question("The dogs were tired."))))


def test_a_word_that_the_network_does_not_know_has_no_probability():
    with pytest.raises(ValueError, match="word is 'dragon', expected one of the"):
        read(WhatIf(Question(LECTURE))).chance("dragon")
