"""Language models: the kitchen language, the chain rule, sampling, the networks that ship, learning a text of one's own."""

import dataclasses
import json
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from models import characters, language_model, zoo
from models.language_model import (
    LEVELS,
    ORDERS,
    RUNS,
    SOUNDS,
    Sampling,
    chain,
    counted,
    facts,
    features,
    load,
    make,
    measured,
    name_of,
    read,
    sample,
    score,
    score_counted,
    softened,
    surprise_counted,
)
from models.network import END, UNKNOWN
from models.next_token import START, NextToken
from models.own_text import Corpus, Fitting, TextRecipe
from models.tasks import TASKS, kitchen
from models.text import words
from models.training import Run

DATA = Path(os.environ.get("RNN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ORACLES = Path(__file__).resolve().parents[2] / "shared" / "oracles.json"


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small(cell="GRU", vocabulary=(UNKNOWN, END, "a", "b", "c"), seed=0):
    model = NextToken(cell, vocabulary, 6, 4)
    model.initialise(seeded(seed))
    return model.double().eval().requires_grad_(requires_grad=False)


# ---- the language ------------------------------------------------------------------------------------------------------


def test_every_word_and_letter_of_a_text_is_in_the_vocabulary():
    for text in kitchen.texts(500, seeded()):
        assert set(text.words) <= set(kitchen.VOCABULARY)
        assert set(kitchen.tokens(text, letters=True)) <= set(kitchen.LETTERS)
        assert text.words[-1] == END


def test_words_that_sound_alike_stand_in_their_own_places():
    after, before = Counter(), Counter()
    for text in kitchen.texts(3000, seeded()):
        for a, b in zip(text.words, text.words[1:], strict=False):
            after[a, b] += 1
            before[b] += 1
    assert {b for a, b in after if a == "pair"} == {"of"}
    assert "of" not in {b for a, b in after if a == "pear"}
    assert before["pair"] > before["pear"] > 0  # so who only counts words prefers the pair
    assert after["and", "pair"] > 0  # and so does not know by the word before alone
    for recipe, other in kitchen.PAIRS.items():
        assert before[recipe]
        assert before[other]


def test_a_recipe_comes_back_to_its_items_and_its_dish():
    for text in kitchen.held_out():
        sentences = " ".join(text.words[:-1]).split(" . ")
        if sentences[0].split()[-1] in kitchen.BAKED + kitchen.COLD + kitchen.COOKED and text.words[0] == "the":
            assert sentences[0].split()[-1] in sentences[-1].split()
            assert sentences[0].split()[1] in sentences[1].split()


def test_the_probability_of_a_text_is_how_often_it_is_written():
    # Short notes come often enough to be counted: share against exp(-nats).
    found = kitchen.texts(40_000, seeded())
    often = Counter(text.words for text in found).most_common(5)
    nats = {text.words: text.nats for text in found}
    for written, times in often:
        share = math.exp(-nats[written])
        assert abs(times / 40_000 - share) < 5 * math.sqrt(share / 40_000)


def test_one_text_has_one_probability():
    nats: dict[tuple[str, ...], float] = {}
    for text in kitchen.texts(20_000, seeded(1)):
        assert nats.setdefault(text.words, text.nats) == pytest.approx(text.nats)


@pytest.mark.parametrize("name", ["kitchen", "kitchen_letters"])
def test_a_row_begins_with_the_zero_vector_and_inputs_are_targets_moved_on_by_one(name):
    task = TASKS[name]
    inputs, targets = task.batch(3, (20, 30), seeded())
    assert (inputs[:, 0] == START).all()
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    assert 20 <= inputs.shape[1] <= 30
    assert 0 <= targets.min() <= targets.max() < len(task.classes)


@pytest.mark.parametrize("name", ["kitchen", "kitchen_letters"])
def test_the_loss_of_the_grammar_is_below_what_chance_pays(name):
    task = TASKS[name]
    assert 0 < task.perfect.loss < task.chance().loss < math.log(len(task.classes))


# ---- characters --------------------------------------------------------------------------------------------------------


def test_words_are_written_with_blanks_and_read_back():
    for text in kitchen.held_out()[:50]:
        assert words(characters.written(text.words)) == list(text.words[:-1])


def test_special_tokens_stay_whole():
    assert characters.characters(f"a b{END}{UNKNOWN}<") == ["a", " ", "b", END, UNKNOWN, "<"]


# ---- how probable ------------------------------------------------------------------------------------------------------


def test_three_factors_of_the_lecture():
    found = chain([0.2, 0.5, 0.1])
    assert found.product == pytest.approx(0.01)
    assert -found.nats == pytest.approx(-4.605170185988091)
    assert found.perplexity == pytest.approx(4.641588833612778)
    if ORACLES.exists():
        oracle = json.loads(ORACLES.read_text("utf-8"))["info"]
        assert found.perplexity == pytest.approx(oracle["ppl of 3 tokens"])
        assert -found.nats == pytest.approx(oracle["log"])


@pytest.mark.parametrize("factors", [[], [0.0], [1.1], [[0.5]], [math.nan]])
def test_what_is_no_probability_is_refused(factors):
    with pytest.raises(ValueError, match="expected probabilities"):
        chain(factors)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_score_is_the_product_of_softmaxes_found_step_by_step(cell):
    model, state = small(cell), None
    x, product = torch.zeros(1, 1, 4, dtype=torch.float64), 1.0
    for token in ("a", "b", "c"):
        h, state = model.recurrent(x, state)
        chances = torch.softmax(model.head(h[0, 0]), 0)
        product *= chances[model.vocabulary.index(token)].item()
        x = model.embedding.weight[model.vocabulary.index(token)].view(1, 1, 4)
    assert score(model, ["a", "b", "c"]).product == pytest.approx(product, rel=1e-12)


def test_all_texts_of_a_length_have_probabilities_that_sum_to_one():
    model = small()
    total = sum(score(model, [a, b]).product for a in model.vocabulary for b in model.vocabulary)
    assert total == pytest.approx(1, rel=1e-12)


def test_the_sum_of_logarithms_holds_what_the_product_cannot():
    found = score(small(), ["a", "b"] * 400)
    assert found.product == 0.0
    assert 500 < found.nats < 2500


def test_a_network_without_a_zero_vector_says_nothing_of_the_first_word():
    model = zoo.load("agreement-lstm")
    one, other = (score(model, words(f"the cat, which already ate the fish, {verb} full.")) for verb in ("was", "were"))
    assert np.isnan(one.surprise[0])
    assert np.isfinite(one.surprise[1:]).all()
    assert one.nats < other.nats - 2
    assert len(score(model, ["the"]).surprise) == 1
    assert math.isnan(score(model, ["the"]).surprise[0])


def test_an_unknown_word_counts_as_unknown():
    model = small()
    found = score(model, ["a", "mango"])
    assert found.known == (True, False)
    assert found.nats == score(model, ["a", UNKNOWN]).nats
    with pytest.raises(ValueError, match="empty"):
        score(model, [])


@pytest.mark.parametrize("level", LEVELS)
def test_an_ngram_is_scored_like_a_network(level):
    letters = level == "letters"
    vocabulary = kitchen.LETTERS if letters else kitchen.VOCABULARY
    tokens = characters.characters("a pair of") if letters else ["a", "pair", "of"]
    found, model = score_counted(counted(3, letters=letters), vocabulary, tokens), counted(3, letters=letters)
    before = [len(vocabulary), *(vocabulary.index(token) for token in tokens)]
    for place in range(len(tokens)):
        chance = model.distribution(before[: place + 1])[before[place + 1]]
        assert found.factors[place] == pytest.approx(chance)


def test_a_reading_gives_the_distribution_after_every_token():
    model = small()
    found = read(model, ["a", "b"], guesses=5)
    assert found.tokens == (language_model.BEGIN, "a", "b")
    assert found.probabilities.sum(1) == pytest.approx(1)
    said = dict(zip(found.guesses[1], found.probabilities[1], strict=True))
    assert said["b"] == pytest.approx(score(model, ["a", "b"]).factors[1])


# ---- sampling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperature", "wanted"), [(0.5, (0.867, 0.117, 0.016)), (1, (0.665, 0.245, 0.090)), (2, (0.506, 0.307, 0.186))]
)
def test_softmax_of_three_logits_at_the_lectures_temperatures(temperature, wanted):
    assert softened([2, 1, 0], temperature) == pytest.approx(wanted, abs=5e-4)
    if ORACLES.exists():
        oracle = json.loads(ORACLES.read_text("utf-8"))["softmax(2,1,0)/T"]
        assert softened([2, 1, 0], temperature) == pytest.approx(oracle[f"{temperature:g}"], rel=1e-12)


def test_top_k_and_greedy_leave_the_best_and_a_banned_token_is_never_left():
    logits = [3.0, 1.0, 2.0, 0.0]
    assert softened(logits, 1, 2) == pytest.approx([1 / (1 + math.exp(-1)), 0, 1 / (1 + math.e), 0])
    assert softened(logits, 0).tolist() == [1, 0, 0, 0]
    assert softened(logits, 0, banned=[0]).tolist() == [0, 0, 1, 0]
    assert softened([1.0, 1.0], 0).tolist() == [1, 0]
    rejected = softened(logits)[1:] / softened(logits)[1:].sum()  # drawing again is taking out
    assert softened(logits, banned=[0])[1:] == pytest.approx(rejected)
    assert softened([1000.0, 0.0], 0.01).tolist() == [1, 0]


@pytest.mark.parametrize(
    "options", [{"temperature": -1.0}, {"temperature": math.nan}, {"top_k": -1}, {"banned": [0, 1]}]
)
def test_nothing_can_be_drawn_from_nothing(options):
    with pytest.raises(ValueError, match="expected"):
        softened([1.0, 2.0], **options)


def test_equal_seeds_give_equal_texts_and_others_do_not_and_nobody_else_is_disturbed():
    model, before = load("lm-words-lstm"), torch.get_rng_state()
    assert sample(model, Sampling(seed=3)).tokens == sample(model, Sampling(seed=3)).tokens
    assert len({sample(model, Sampling(seed=seed)).tokens for seed in range(12)}) > 6
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", RUNS)
def test_a_text_never_holds_an_unknown_token_and_ends_at_its_end(name):
    for seed in range(8):
        found = sample(load(name), Sampling(3.0, seed=seed, longest=80))
        assert UNKNOWN not in found.tokens
        assert END not in found.tokens[:-1]
        assert len(found.tokens) <= 80
        assert found.ended or len(found.tokens) == 80
        assert found.said.sum(1) == pytest.approx(1)
        assert (found.left[:, 0] == 0).all()


def test_a_draw_is_the_token_whose_share_holds_the_random_number():
    model = load("lm-words-gru")
    found = sample(model, Sampling(1.5, seed=5))
    for left, number, token in zip(found.left, found.draws, found.tokens, strict=True):
        place = model.vocabulary.index(token)
        assert left[:place].sum() <= number < left[: place + 1].sum()


def test_what_is_said_before_a_draw_is_what_scoring_says():
    model = load("lm-letters-lstm")
    found = sample(model, Sampling(seed=2, longest=50))
    chances = [row[model.vocabulary.index(token)] for row, token in zip(found.said, found.tokens, strict=True)]
    assert score(model, found.tokens).factors == pytest.approx(chances, rel=1e-4)


def test_draws_come_as_often_as_they_are_probable():
    model = small("RNN")
    first = Counter(sample(model, Sampling(seed=seed, longest=1)).tokens[0] for seed in range(2000))
    wanted = sample(model, Sampling(longest=1)).left[0]
    for token, chance in zip(model.vocabulary, wanted, strict=True):
        assert abs(first[token] / 2000 - chance) < 5 * math.sqrt(chance * (1 - chance) / 2000) + 1e-9


def test_greedy_is_the_same_from_every_seed_and_a_prompt_is_kept():
    model = load("lm-words-lstm")
    assert sample(model, Sampling(0, seed=1)).tokens == sample(model, Sampling(0, seed=9)).tokens
    found = sample(model, Sampling(0, prompt=("take", "a", "pair")))
    assert found.tokens[:4] == ("take", "a", "pair", "of")
    assert found.prompt == 3


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1}, {"temperature": 101}, {"top_k": -1}, {"seed": -1}, {"longest": 0}]
)
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        Sampling(**wrong)


# ---- the networks that ship --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_shipped_weights_give_the_documented_numbers(name):
    known, found = facts(name), measured(load(name))
    assert found["surprise"] == pytest.approx(known["surprise"], abs=2e-4)
    assert found["counted"] == pytest.approx(known["counted"], abs=1e-6)
    assert found["floor"] == known["floor"]
    for word, nats in known["sounds"].items():
        assert found["sounds"][word] == pytest.approx(nats, abs=0.02)
    for meaning, unit in known["meanings"].items():
        assert found["meanings"][meaning]["correlation"] == pytest.approx(unit["correlation"], abs=2e-3)
    assert known["parameters"] == sum(w.numel() for w in load(name).parameters())
    assert zoo.ELSEWHERE[name] == "models.language_model"


@pytest.mark.parametrize("name", RUNS)
def test_every_network_prefers_the_word_that_was_meant_and_beats_the_5_gram(name):
    known = facts(name)
    assert {word for word, *_ in SOUNDS} == set(known["sounds"])
    assert min(known["sounds"].values()) > 1
    assert known["floor"] < known["surprise"] < known["counted"]["5"]


def test_counting_more_before_a_token_helps_and_the_unigram_prefers_the_pair():
    for letters in (False, True):
        found = [surprise_counted(order, letters=letters) for order in ORDERS[:5]]
        assert found == sorted(found, reverse=True)
    pear, pair = (
        score_counted(counted(1, letters=False), kitchen.VOCABULARY, ["the", "apple", "and", word, "salad"])
        for word in ("pear", "pair")
    )
    assert pair.nats < pear.nats


def test_remaking_is_deterministic(tmp_path, monkeypatch):
    quick = Run("kitchen", "GRU", 4, batch=2, steps=3, every=3, lengths=(8, 8))
    monkeypatch.setattr(language_model, "RUNS", {"quick": quick})
    for folder in ("one", "other"):
        make("quick", tmp_path / folder)
    one, other = ((tmp_path / folder / "quick.safetensors").read_bytes() for folder in ("one", "other"))
    assert one == other
    assert facts("quick", tmp_path / "one")["run"]["hidden"] == 4


def test_a_network_that_does_not_ship_is_refused():
    for call in (lambda: load("lm-words-cnn"), lambda: facts("x"), lambda: make("x"), lambda: name_of("words", "CNN")):
        with pytest.raises(KeyError, match="expected one of"):
            call()


def test_features_count_letters_words_and_characters():
    found = features([*"the pear cake. peel the"])
    assert found["word"].tolist()[:8] == [1, 2, 3, 0, 1, 2, 3, 4]
    assert found["sentence"].tolist()[12:16] == [2, 0, 1, 1]
    assert found["text"].tolist() == list(range(1, 24))
    assert np.isnan(found["baked"][:13]).all()
    assert (found["baked"][13:] == 1).all()
    assert np.isnan(features([*"the cooks meet at six."])["baked"]).all()


# ---- a text of one's own -----------------------------------------------------------------------------------------------

TEXT = "the pear and the plum are in the bowl. " * 60
TINY = TextRecipe("GRU", hidden=12, inputs=8, batch=4, length=16, updates=40)


@pytest.mark.parametrize("letters", [True, False])
def test_a_text_is_cut_in_two_and_its_end_is_held_out(letters):
    corpus = Corpus.of(TEXT, letters=letters)
    every = list(TEXT) if letters else words(TEXT)
    said = [corpus.vocabulary[k] for k in (*corpus.past, *corpus.held)]
    assert said == every
    assert len(corpus.held) == pytest.approx(0.1 * len(every), abs=1)
    assert corpus.unknown == 0


def test_a_vocabulary_is_that_of_the_past():
    corpus = Corpus.of("ab" * 500 + "cd" * 20, letters=True)
    assert set(corpus.vocabulary) == {UNKNOWN, "a", "b"}
    assert corpus.unknown == pytest.approx(40 / 104)


def test_what_is_too_long_is_cut_and_what_is_too_short_is_refused():
    assert Corpus.of(TEXT, letters=True, most=1000).left_out == len(TEXT) - 1000
    with pytest.raises(ValueError, match="has 4 characters, expected at least 500"):
        Corpus.of("pear", letters=True)
    with pytest.raises(ValueError, match="has 1 words, expected at least 120"):
        Corpus.of("pear" * 400, letters=False)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_network_learns_a_text_from_the_fair_choice_on(cell):
    fitting = Fitting(dataclasses.replace(TINY, cell=cell, updates=150), Corpus.of(TEXT, letters=True))
    start = fitting.held_out()
    assert start == pytest.approx(math.log(len(fitting.corpus.vocabulary)), abs=0.3)
    while not fitting.done:
        fitting.update()
    assert fitting.held_out() < 0.4 * start
    with pytest.raises(RuntimeError, match="done after 150"):
        fitting.update()


def test_held_out_surprise_is_that_of_scoring_the_stretch():
    fitting = Fitting(TINY, Corpus.of(TEXT, letters=True))
    tokens = [fitting.corpus.vocabulary[k] for k in fitting.corpus.held]
    assert fitting.held_out() == pytest.approx(score(fitting.network, tokens).nats / len(tokens), rel=1e-5)


def test_equal_recipes_learn_equally():
    losses = []
    for _ in range(2):
        fitting = Fitting(TINY, Corpus.of(TEXT, letters=False))
        while not fitting.done:
            fitting.update()
        losses.append(fitting.losses)
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    "wrong", [{"cell": "CNN"}, {"hidden": 0}, {"updates": 0}, {"learning_rate": 0.0}, {"seed": -1}]
)
def test_a_recipe_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        TextRecipe(**wrong)


def test_shakespeare_in_a_few_updates_is_ahead_of_the_unigram():
    path = DATA / "tinyshakespeare" / "input.txt"
    if not path.exists():
        pytest.skip("tinyshakespeare is not there: set RNN_DATA to a folder with tinyshakespeare/input.txt")
    corpus = Corpus.of(path.read_text("utf-8"), letters=True, most=10_000_000)
    assert len(corpus.past) == 1_003_855
    assert corpus.counted(1) == pytest.approx(3.31, abs=0.05)
    fitting = Fitting(TextRecipe("GRU", 48, updates=80), corpus)
    while not fitting.done:
        fitting.update()
    assert fitting.held_out(4000) < 0.9 * corpus.counted(1)


def test_only_the_lstm_has_a_unit_that_counts_every_character_beyond_one():
    found = {cell: facts(name_of("letters", cell))["meanings"]["text"] for cell in ("RNN", "LSTM", "GRU")}
    assert found["LSTM"]["state"] == "c"
    assert found["LSTM"]["correlation"] > 0.9
    assert max(abs(found[cell]["correlation"]) for cell in ("RNN", "GRU")) < 0.5
    trace = read(load("lm-letters-lstm"), characters.characters("the apple and pear cake. peel the apple.")).trace
    assert trace["c"][:, found["LSTM"]["unit"]].max() > 5
