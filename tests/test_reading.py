import numpy as np
import pytest
import torch

from models.change import changes
from models.reading import GUESSES, LONGEST, VARIANTS, Question, network_of, read
from models.zoo import facts

ONE = "The cat, which already ate the fish, was full."
MANY = "The cats, which already ate the fish, were full."
UNIT = {cell: facts(f"agreement-{cell.lower()}")["number_unit"]["unit"] for cell in VARIANTS}
FORMS = [(cell, form) for cell, forms in VARIANTS.items() for form in forms]


@pytest.mark.parametrize("cell", VARIANTS)
@pytest.mark.parametrize(("text", "verb", "wrong"), [(ONE, "was", "were"), (MANY, "were", "was")])
def test_every_trained_cell_says_the_verb_that_agrees_with_the_subject(cell, text, verb, wrong):
    before_the_verb = read(Question(text, cell)).guesses[8]
    assert before_the_verb.index(verb) == 0
    assert wrong not in before_the_verb[:1]


@pytest.mark.parametrize("cell", VARIANTS)
def test_a_reading_is_what_the_whole_network_computes(cell):
    question = Question(ONE, cell)
    reading, network = read(question), network_of(question)
    with torch.no_grad():
        expected = torch.softmax(network(network.encode(reading.tokens)[None])[0], -1)  # (T, K)
    best, ids = expected.topk(GUESSES)
    assert np.allclose(reading.probabilities, best.numpy(), rtol=0, atol=1e-6)
    assert reading.guesses == [[network.vocabulary[k] for k in row] for row in ids.tolist()]


@pytest.mark.parametrize(("cell", "form"), FORMS)
@pytest.mark.parametrize("trained", [True, False])
def test_every_form_of_every_cell_reads_and_says_how_far_it_is_from_torch(cell, form, trained):
    reading = read(Question(ONE, cell, trained, variant=form))
    assert reading.trace.steps == 12
    assert reading.trace["h"].shape == (12, 16)
    if form in ("torch", "turned"):
        assert reading.deviation is not None
        assert reading.deviation < 2e-6
    else:
        assert reading.deviation is None
        assert reading.apart > 1e-3


def test_turning_z_round_mirrors_z_and_leaves_h_alone():
    plain, turned = (read(Question(ONE, "GRU", variant=form)).trace for form in ("torch", "turned"))
    assert np.allclose(plain["z"], 1 - turned["z"], rtol=0, atol=1e-6)
    assert np.allclose(plain["h"], turned["h"], rtol=0, atol=1e-5)


def test_equal_questions_have_equal_answers_and_another_seed_another_one():
    first, again, other = (read(Question(ONE, "GRU", trained=False, hidden=8, seed=seed)) for seed in (3, 3, 4))
    assert np.array_equal(first.trace["h"], again.trace["h"])
    assert not np.array_equal(first.trace["h"], other.trace["h"])


def test_an_unknown_word_is_read_as_unk_and_said_so():
    reading = read(Question("the dragon <unk>"))
    assert reading.known == (True, False, True)
    assert np.array_equal(reading.trace.x[1], reading.trace.x[2])


def test_a_long_text_is_read_up_to_the_limit_and_the_rest_is_counted():
    reading = read(Question("cat " * (LONGEST + 88)))
    assert reading.trace.steps == LONGEST
    assert reading.left_out == 88


def test_a_text_without_words_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="the text has no words"):
        read(Question("\x00 \u200b"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cell": "CNN"}, "cell is 'CNN', expected one of RNN, LSTM, GRU"),
        ({"variant": "before"}, "variant is 'before', expected one of torch, no-tanh"),
        ({"hidden": 0}, "hidden is 0, expected 1 to 64"),
        ({"hidden": 10**9}, "hidden is 1000000000, expected 1 to 64"),
        ({"seed": -1}, "seed is -1, expected 0 to"),
    ],
)
def test_a_question_outside_its_range_names_what_came_and_what_was_wanted(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Question(ONE, **wrong)


def test_a_unit_of_the_gru_opens_at_subject_and_verb_and_is_shut_between():
    reading = read(Question(ONE, "GRU"))
    write = reading.trace["1-z"][:, UNIT["GRU"]]
    assert reading.tokens[1] == "cat"
    assert reading.tokens[9] == "was"
    assert write[1] > 0.9
    assert write[9] > 0.9
    assert write[2:9].max() < 0.1


def test_a_unit_of_the_lstm_writes_at_subject_and_verb_and_keeps_between():
    trace, unit = read(Question(ONE, "LSTM")).trace, UNIT["LSTM"]
    assert min(trace["i"][1, unit], trace["i"][9, unit]) > 0.9
    assert trace["i"][2:9, unit].max() < 0.1
    assert trace["f"][2:9, unit].min() > 0.9


@pytest.mark.parametrize("cell", VARIANTS)
def test_the_number_unit_tells_the_two_sentences_apart_at_every_word_between(cell):
    state, unit = "c" if cell == "LSTM" else "h", UNIT[cell]
    one, many = (read(Question(text, cell)).trace[state][2:9, unit] for text in (ONE, MANY))
    assert np.abs(one - many).min() > 1


def test_changes_are_the_steps_of_each_state_from_its_start():
    trace = read(Question(ONE, "LSTM")).trace
    c, h = changes(trace)
    assert (c.name, h.name) == ("c", "h")
    by_hand = [np.abs(trace["c"][0]).mean(), *(np.abs(trace["c"][t] - trace["c"][t - 1]).mean() for t in range(1, 12))]
    assert np.allclose(c.steps, by_hand)
    assert 0 < c.relative < 1


def test_units_that_never_move_do_not_count_as_slow():
    still = read(Question("cat", "RNN", trained=False, hidden=1))
    (h,) = changes(still.trace)
    assert h.relative == pytest.approx(1)  # one step covers the whole range
