"""The translator of dates: its language, its network, attention, greedy and beam search, training, and what ships."""

import itertools
import re
from datetime import date

import numpy as np
import pytest
import torch
from torch import nn

from models import translators
from models.date_rules import by_rules
from models.tasks import dates
from models.tasks.dates import END_ID, LONGEST, PAD_ID, SAID, SPELLINGS, START_ID, Pair
from models.translator import (
    WIDEST,
    Translator,
    beam,
    free_run,
    greedy,
    shifted,
    translate,
)
from models.translators import SHIPPED, Fitting, Question, Recipe

TEXTS = ["September 27, 1994", "le 1er mai 2031", "9/27/94", "hello"]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def fresh(*, attention, hidden=12, dtype=torch.float32):
    """An untrained translator that is far from uniform: its read-out is made louder."""
    model = Translator(hidden, 6, attention=attention)
    model.initialise(seeded(3))
    with torch.no_grad():
        model.head.weight *= 6
    return model.to(dtype).eval().requires_grad_(requires_grad=False)


@pytest.fixture(params=[False, True], ids=["plain", "attention"])
def model(request):
    return fresh(attention=request.param)


def edit_distance(a, b):
    """The textbook recurrence, letter by letter."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, above = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
    return row[-1]


# ---- the language ----------------------------------------------------------------------------------------------------


def test_every_spelling_writes_its_own_example():
    for name, write in SPELLINGS.items():
        assert write(date(1994, 9, 27)) == name


@pytest.mark.parametrize(
    ("day", "spelling", "written"),
    [
        (date(2031, 5, 1), "the 27th of September 1994", "the 1st of May 2031"),
        (date(2031, 5, 12), "the 27th of September 1994", "the 12th of May 2031"),
        (date(2031, 5, 23), "September 27th, 1994", "May 23rd, 2031"),
        (date(2031, 5, 1), "27 septembre 1994", "1er mai 2031"),
        (date(2031, 8, 1), "le 27 sept. 1994", "le 1er août 2031"),
        (date(2005, 2, 3), "27.9.94", "3.2.05"),
        (date(2005, 2, 3), "9/27/94", "2/3/05"),
        (date(2005, 2, 3), "Tuesday, September 27, 1994", "Thursday, February 3, 2005"),
    ],
)
def test_spellings_know_their_grammar(day, spelling, written):
    assert SPELLINGS[spelling](day) == written


def test_training_never_draws_a_held_out_day():
    trained = {pair.target for pair in dates.draw(20_000, seeded())}
    assert trained.isdisjoint(pair.target for pair in dates.held_out())


def test_every_text_can_be_read_whole():
    for pair in (*dates.draw(5000, seeded()), *dates.misspelt()):
        assert dates.unknown(pair.source) == []
        assert len(pair.source) <= LONGEST


def test_equal_generators_draw_equal_pairs():
    assert dates.draw(50, seeded(4)) == dates.draw(50, seeded(4)) != dates.draw(50, seeded(5))


def test_a_misspelt_text_differs_in_one_letter_of_a_word_and_keeps_its_numbers():
    sources = {pair.source for pair in dates.held_out(2000)}
    for pair in dates.misspelt():
        assert pair.source not in sources
        original = SPELLINGS[pair.spelling](date.fromisoformat(pair.target))
        assert re.findall(r"\d", pair.source) == re.findall(r"\d", original)
        assert edit_distance(original, pair.source) in (1, 2)


def test_characters_make_the_round_trip_and_pads_stand_behind():
    ids = dates.encode(["9/27/94", "May"])
    assert ids.shape == (2, 7)
    assert "".join(dates.CHARACTERS[k] for k in ids[0]) == "9/27/94"
    assert (ids[1, 3:] == PAD_ID).all()
    assert dates.decode(dates.encode_targets(["1994-09-27"])[0].tolist()) == "1994-09-27"


def test_unknown_characters_are_told_once_and_long_texts_are_cut():
    assert dates.unknown("mai ☕☕ 日 2001") == ["☕", "日"]
    assert len(dates.read("x" * 10_000)) == LONGEST


def test_what_is_no_text_and_no_date_is_refused():
    with pytest.raises(ValueError, match="at least one character in each"):
        dates.encode(["May", " "])
    with pytest.raises(ValueError, match="target is '27/9/94'"):
        dates.encode_targets(["27/9/94"])
    with pytest.raises(ValueError, match="count is -1"):
        dates.draw(-1, seeded())


# ---- without a network -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tuesday, September 27, 1994", "1994-09-27"),
        ("le 1er août 2031", "2031-08-01"),
        ("14 juil. 1789", "1789-07-14"),
        ("9/27/94", "1994-09-27"),
        ("27.9.49", "2049-09-27"),
        ("1994-09-27", "1994-09-27"),
        ("30 February 2001", ""),
        ("31.31.01", ""),
        ("Setpember 27, 1994", ""),
        ("jui 3, 2001", ""),
        ("hello", ""),
        ("", ""),
    ],
)
def test_the_rules_read_a_date_or_say_nothing(text, found):
    assert by_rules(text) == found


# ---- the network -----------------------------------------------------------------------------------------------------


def test_the_two_halves_have_weights_of_their_own(model):
    assert model.encoder.weight_hh_l0.shape == model.decoder.weight_hh_l0.shape
    assert not torch.equal(model.encoder.weight_hh_l0, model.decoder.weight_hh_l0)


def test_a_padded_batch_gives_what_packed_texts_give(model):
    ids = dates.encode(TEXTS)
    lengths = torch.tensor([len(text) for text in TEXTS])
    packed = nn.utils.rnn.pack_padded_sequence(model.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
    assert torch.allclose(model.encode(ids).last, model.encoder(packed)[1][0], atol=1e-6)


def test_weights_of_attention_sum_to_one_and_are_softmax_of_dot_products():
    model = fresh(attention=True, dtype=torch.float64)
    ids, targets = dates.encode(TEXTS), dates.encode_targets(["1994-09-27"] * len(TEXTS))
    encoded = model.encode(ids)
    logits, weights, _ = model.decode(shifted(targets), encoded.last, encoded)
    assert weights is not None
    assert model.combine is not None
    assert torch.allclose(weights.sum(-1), torch.ones(len(TEXTS), 11, dtype=torch.float64), atol=1e-12)
    d, _ = model.decoder(model.written(shifted(targets)), encoded.last[None])
    for b, text in enumerate(TEXTS):
        h = encoded.states[b, : len(text)]
        a = torch.einsum("sh,th->st", d[b], h).exp()
        a = a / a.sum(1, keepdim=True)
        assert torch.allclose(weights[b, :, : len(text)], a, atol=1e-12)
        assert (weights[b, :, len(text) :] == 0).all()
        c = torch.einsum("st,th->sh", a, h)
        combined = torch.tanh(torch.cat([c, d[b]], 1) @ model.combine.weight.T + model.combine.bias)
        assert torch.allclose(logits[b], combined @ model.head.weight.T + model.head.bias, atol=1e-12)


def test_told_its_own_words_a_decoder_says_them_again(model):
    ids = dates.encode(TEXTS)
    said, scores = free_run(model, model.encode(ids))
    encoded = model.encode(ids)
    logits, _, _ = model.decode(shifted(said), encoded.last, encoded)
    assert torch.equal(logits.argmax(-1), said)
    assert torch.allclose(logits.log_softmax(-1).max(-1).values, scores, atol=1e-5)


def test_teacher_forcing_feeds_the_right_character_before_each():
    targets = dates.encode_targets(["1994-09-27"])
    assert shifted(targets)[0].tolist() == [START_ID, *targets[0, :-1].tolist()]


def test_a_batch_says_what_its_texts_say_alone(model):
    assert [said.text for said in greedy(model, TEXTS)] == [greedy(model, [text])[0].text for text in TEXTS]


# ---- beam ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS)
def test_a_beam_of_width_1_is_greedy_search(text, model):
    (found,), (said,) = beam(model, text, 1), greedy(model, [text])
    assert (found.text, found.finished) == (said.text, said.finished)
    assert found.log_probability == pytest.approx(said.log_probability, abs=1e-4)


@pytest.mark.parametrize(("text", "width"), list(itertools.product(TEXTS, (2, 5, WIDEST))))
def test_a_beam_is_never_worse_than_greedy_search_and_is_in_order(text, width, model):
    found, (said,) = beam(model, text, width), greedy(model, [text])
    scores = [one.log_probability for one in found]
    assert scores[0] >= said.log_probability - 1e-4
    assert scores == sorted(scores, reverse=True)
    assert len({one.text for one in found}) == len(found) <= width


def test_the_score_of_a_hypothesis_is_the_sum_of_its_log_probabilities(model):
    encoded = model.encode(dates.encode(TEXTS[:1]))
    for said in beam(model, TEXTS[0], 5):
        ids = [SAID.index(c) for c in said.text] + [END_ID] * said.finished
        logits, _, _ = model.decode(torch.tensor([[START_ID, *ids[:-1]]]), encoded.last, encoded)
        total = logits[0].double().log_softmax(-1)[range(len(ids)), ids].sum().item()
        assert said.log_probability == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize("width", [0, WIDEST + 1])
def test_a_beam_has_a_width(width, model):
    with pytest.raises(ValueError, match=f"width is {width}, expected 1 to {WIDEST}"):
        beam(model, "May", width)


# ---- one text, everything kept ---------------------------------------------------------------------------------------


def test_everything_that_is_kept_fits_together(model):
    found = translate(model, "9/27/94")
    steps = len(found.said)
    assert "".join(found.tokens) == "9/27/94"
    assert found.fed == ("<go>", *found.said[:-1])
    assert found.encoder["h"].shape == (7, 12)
    assert found.decoder["h"].shape == (steps, 12)
    assert np.array_equal(found.encoder["h"][-1], found.vector)
    assert np.array_equal(found.decoder.start["h"], found.vector)
    assert found.probabilities.sum(1) == pytest.approx(np.ones(steps))
    assert found.result.text == greedy(model, ["9/27/94"])[0].text
    assert found.result.log_probability == pytest.approx(greedy(model, ["9/27/94"])[0].log_probability, abs=1e-4)


def test_what_would_be_said_had_the_text_ended_earlier_is_what_is_said_of_its_beginning(model):
    found = translate(model, "9/27/94")
    assert [said.text for said in found.so_far] == [greedy(model, ["9/27/94"[:k]])[0].text for k in range(1, 8)]


def test_a_swapped_vector_is_that_of_the_other_text(model):
    swapped, other = translate(model, "9/27/94", started_by="le 1er mai 2031"), translate(model, "le 1er mai 2031")
    assert np.array_equal(swapped.vector, other.vector)
    if not model.attention:
        assert swapped.result.text == other.result.text
        assert np.array_equal(swapped.probabilities, other.probabilities)


def test_a_teacher_is_obeyed(model):
    assert translate(model, "9/27/94", teacher="2001-02-03").fed == ("<go>", *"2001-02-03")


# ---- training --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attention", [False, True])
def test_training_is_the_same_each_time_and_lowers_the_loss(attention):
    recipe = Recipe(attention, hidden=8, updates=30, batch=16)
    fitting, again, losses = Fitting(recipe), Fitting(recipe), []
    while not fitting.done:
        fitting.update()
        again.update()
        assert fitting.loss == again.loss
        losses.append(fitting.loss)
    assert losses[-1] < losses[0] - 0.3
    with pytest.raises(RuntimeError, match="done after 30 updates"):
        fitting.update()


def test_a_training_may_begin_where_another_ended_and_draw_from_given_pairs():
    begin = translators.load("dates-attention-64").state_dict()
    pair = Pair("27 of nine in 94", "1994-09-27")
    fitting = Fitting(Recipe(attention=True, hidden=64, updates=15, batch=4, learning_rate=0.003), [pair], begin)
    while not fitting.done:
        fitting.update()
    assert greedy(fitting.model, [pair.source])[0].text == pair.target
    assert greedy(translators.load("dates-attention-64"), [pair.source])[0].text != pair.target


def test_remaking_a_network_gives_the_same_file(tmp_path, monkeypatch):
    monkeypatch.setattr(translators, "SHIPPED", {"dates-plain-8": Recipe(attention=False, hidden=8, updates=5)})
    monkeypatch.setattr(translators, "BEAM_TEXTS", 3)
    for folder in ("a", "b"):
        translators.make("dates-plain-8", tmp_path / folder)
    one, two = ((tmp_path / folder / "dates-plain-8.safetensors").read_bytes() for folder in ("a", "b"))
    assert one == two
    assert translators.facts("dates-plain-8", tmp_path / "a")["recipe"]["updates"] == 5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"hidden": 0}, "hidden is 0"), ({"updates": 9999}, "updates"), ({"seed": -1}, "seed is -1")],
)
def test_a_recipe_out_of_range_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Recipe(**{"attention": True, **wrong})


# ---- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_give_the_documented_numbers(name):
    model, facts = translators.load(name), translators.facts(name)
    assert sum(weight.numel() for weight in model.parameters()) == facts["parameters"]
    found = translators.marks(model, dates.held_out())
    assert found.exact == pytest.approx(facts["exact"], abs=0.003)
    assert found.forced == pytest.approx(facts["marks"]["forced"], abs=0.002)
    assert found.loss == pytest.approx(facts["marks"]["loss"], rel=1e-2, abs=1e-4)
    swapped = translators.swapped(model, dates.held_out())
    assert swapped["own"] == pytest.approx(facts["swapped"]["own"], abs=0.003)
    assert swapped["other"] == pytest.approx(facts["swapped"]["other"], abs=0.003)
    assert (translators.CHECKPOINTS / f"{name}.safetensors").stat().st_size <= 200_000


@pytest.mark.parametrize("name", SHIPPED)
def test_told_or_not_the_same_dates_are_right(name):
    # A date without a slip is fed the same characters either way.
    found = translators.marks(translators.load(name), dates.held_out()[:300])
    assert found.exact == found.exact_forced


def test_the_sizes_teach_what_the_page_says():
    exact = {name: translators.facts(name)["exact"] for name in SHIPPED}
    assert exact["dates-plain-64"] > 0.99 < exact["dates-attention-64"]
    assert exact["dates-plain-16"] < 0.1
    assert exact["dates-attention-16"] > 0.9


def test_without_attention_the_vector_is_the_date_and_with_it_the_text_is():
    plain, looking = (translators.facts(f"dates-{kind}-64")["swapped"] for kind in ("plain", "attention"))
    assert plain["other"] > 0.99
    assert looking["own"] > 0.7
    assert looking["other"] < 0.01


def test_the_rules_win_where_they_were_written_for_and_lose_to_one_wrong_letter():
    rules = translators.rules()
    assert rules["exact"] == 1
    assert rules["misspelt"] < 0.3
    assert translators.facts("dates-attention-64")["misspelt"] > 0.6


def test_shares_by_group_add_up_to_the_whole():
    facts = translators.facts("dates-attention-8")
    counts = {name: sum(pair.spelling == name for pair in dates.held_out()) for name in SPELLINGS}
    total = sum(facts["by_spelling"][name] * count for name, count in counts.items())
    assert total / 1000 == pytest.approx(facts["exact"])
    assert set(facts["by_length"]) == {f"{first}–{last}" for first, last in translators.LENGTHS}


def test_a_question_names_what_is_wrong():
    with pytest.raises(KeyError, match="expected one of dates-plain-8"):
        Question("May", "dates-plain-9")
    with pytest.raises(ValueError, match="nothing to read"):
        Question("  ")
    found = translators.answer(Question("Tuesday, September 27, 1994"))
    assert found.result.text == "1994-09-27"
