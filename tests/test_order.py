"""Order: mates have one bag and two answers; a bag cannot tell them apart, an RNN can; readers do what they say."""

from collections import Counter
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from torch import nn

from models import order
from models.network import UNKNOWN, WordModel
from models.order import PlainReader, Question, read
from models.run import Run
from models.tasks import TASKS
from models.tasks.order import ANIMALS, OPPOSITES, PAD, VOCABULARY, encode, held_out, kept_back, rows, sentence
from models.tasks.task import NOT_ASKED
from models.training import train

TASK = TASKS["order"]
OPPOSITE = {**dict(OPPOSITES), **{b: a for a, b in OPPOSITES}}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def understood(words):
    """Who did it, or how it is, read off the words without the grammar's help."""
    animals = [t for t, word in enumerate(words) if word in ANIMALS]
    if animals:
        return words[animals["by" in words]]
    (denied,) = (next(w for w in words[t:] if w in OPPOSITE) for t, word in enumerate(words) if word == "not")
    return OPPOSITE[denied]


# ---- the language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 3, 6, 12])
def test_mates_have_the_same_bag_and_the_other_answer(length):
    for one, other in held_out(length):
        assert Counter(one.words) == Counter(other.words)
        assert one.answer != other.answer
        assert (one.answer, other.answer) == (understood(one.words), understood(other.words))
        assert other.mate == one


@pytest.mark.parametrize("length", [0, 5, 30])
def test_a_sentence_has_as_many_words_that_say_nothing_as_asked(length):
    generator = seeded()
    for _ in range(50):
        found = sentence(length, generator)
        assert set(found.words) <= set(VOCABULARY)
        core = {*ANIMALS, *OPPOSITE, "the", "was", "by", "it", "not", "but", ",", "."}
        verbs = 1 if set(found.words) & set(ANIMALS) else 0
        assert sum(word not in core for word in found.words) - verbs == length


def test_held_out_bags_are_never_trained():
    generator = seeded(1)
    assert not any(kept_back(sentence(2, generator).words) for _ in range(200))
    assert all(kept_back(one.words) and kept_back(other.words) for one, other in held_out(2))


def test_a_batch_is_asked_at_the_last_word_only():
    ids, targets = TASK.batch(64, (0, 6), seeded())
    asked = targets != NOT_ASKED
    assert (asked.sum(1) == 1).all()
    last = (ids != VOCABULARY.index(PAD)).sum(1) - 1
    assert torch.equal(asked.int().argmax(1), last)
    hidden = (ids == VOCABULARY.index(UNKNOWN)).double().mean()
    assert 0 < hidden < 0.05
    answers = [VOCABULARY[k] for k in targets[asked].tolist()]
    assert all(answer in [VOCABULARY[k] for k in row] for answer, row in zip(answers, ids.tolist(), strict=True))


def test_a_perfect_answer_scores_1_and_chance_what_it_says():
    inputs, targets = TASK.held_out(3)
    perfect = 50.0 * nn.functional.one_hot(targets.clamp(min=0), len(VOCABULARY))
    assert TASK.right(perfect, targets).all()
    assert TASK.loss(perfect, targets) < 1e-6
    assert len(inputs) == 500
    answers = Counter(VOCABULARY[k] for k in TASK.batch(8000, (0, 0), seeded())[1].max(1).values.tolist())
    assert len(answers) == 16
    assert max(answers.values()) / 8000 == pytest.approx(TASK.chance().accuracy, abs=0.02)


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="length is -1"):
        sentence(-1, seeded())


# ---- readers ---------------------------------------------------------------------------------------------------------


def test_no_weights_let_a_bag_tell_mates_apart():
    for seed in range(3):
        bag = PlainReader()
        bag.initialise(seeded(seed))
        ids, _ = rows([one for pair in held_out(6)[:40] for one in pair])
        with torch.no_grad():
            logits = bag(ids)
        assert torch.equal(bag.inputs(ids)[::2], bag.inputs(ids)[1::2])
        assert torch.allclose(logits[::2], logits[1::2], atol=1e-6)


def test_a_bag_is_counted_and_padded_rows_are_one_hot():
    ids = encode(["the", "dog", "the"])[None]
    bag = PlainReader().inputs(ids)[0]
    assert (bag[VOCABULARY.index("the")], bag[VOCABULARY.index("dog")], bag.sum()) == (2, 1, 3)
    row = PlainReader(5).inputs(ids)[0].view(5, -1)
    assert row.sum(1).tolist() == [1, 1, 1, 0, 0]
    assert row.argmax(1)[:3].tolist() == ids[0].tolist()
    assert PlainReader(2).inputs(ids).shape == (1, 2 * len(VOCABULARY))


def test_pads_change_nothing_for_any_reader():
    tokens = list(held_out(0)[0][0].words)
    for name in order.READERS.values():
        model = order.load(name)
        alone, beside = order.said(model, [tokens])[0], order.said(model, [tokens, held_out(6)[0][0].words])[0]
        assert alone == pytest.approx(beside, abs=1e-6)


@pytest.mark.parametrize("name", order.READERS.values())
def test_a_reader_that_ships_does_what_its_facts_say(name):
    model, known = order.load(name), order.facts(name)
    assert known["parameters"] == order.parameters(model) == sum(p.numel() for p in model.parameters())
    for length in (0, 6, 12):
        for what, share in order.marks(model, length).items():
            assert share == pytest.approx(known["accuracy"][str(length)][what], abs=2 / 250)  # rounding elsewhere


def test_the_bag_is_a_coin_and_the_rnn_is_not():
    bag, rnn = (order.facts(name)["accuracy"] for name in ("order-bag", "order-rnn"))
    for length in map(str, TASK.tested):
        assert bag[length] == {"sentences": 0.5, "pairs": 0.0, "same": 1.0}
        assert rnn[length]["pairs"] > 0.95


def test_the_plain_net_fails_where_it_was_not_trained_and_the_rule_everywhere():
    padded = order.facts("order-padded")
    assert padded["accuracy"]["0"]["sentences"] > 0.99
    assert padded["accuracy"]["12"]["sentences"] < 0.6
    assert all(0.4 < share < 0.6 for share in padded["first_rival"].values())
    assert order.first_rival(0) == padded["first_rival"]["0"]


@pytest.mark.parametrize("name", order.READERS.values())
def test_equal_trainings_give_equal_readers(name):
    run = replace(order.RUN, steps=2, every=2)
    one, again = (order.trained(name, run).state_dict() for _ in range(2))
    assert all(torch.equal(one[weight], again[weight]) for weight in one)
    other = order.trained(name, replace(run, seed=1)).state_dict()
    assert not all(torch.equal(one[weight], other[weight]) for weight in one)


def test_making_writes_a_file_that_loads(tmp_path, monkeypatch):
    monkeypatch.setattr(order, "trained", order.load)
    order.make("order-bag", tmp_path)
    assert order.facts("order-bag", tmp_path)["accuracy"]["0"]["pairs"] == 0
    with pytest.raises(KeyError, match="order-rnn"):
        order.load("order-cnn")


def test_the_rnn_is_trained_like_any_run():
    run = Run("order", "RNN", 8, steps=2, every=1)
    assert [snapshot.step for snapshot in train(run)] == [0, 1, 2]


def test_weights_grow_with_the_length_of_padded_rows_and_not_of_an_rnn():
    found = order.sizes(range(5, 51))
    assert set(np.diff(found["padded"])) == {len(VOCABULARY) * order.HIDDEN}
    assert set(np.diff(found["RNN"])) == {0}
    assert found["padded"][15] == order.facts("order-padded")["parameters"]


# ---- a visitor's sentences -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "answers"),
    [
        ("not good, bad", "not bad, good", ("bad", "good")),
        ("the dog chased the cat", "the cat chased the dog", ("dog", "cat")),
        ("The dog was chased by the cat.", "The cat was chased by the dog.", ("cat", "dog")),
    ],
)
def test_one_bag_and_two_meanings(one, other, answers):
    found = read(Question(one, other))
    assert found.bag_distance == 0
    assert np.array_equal(found.answers["bag"][0], found.answers["bag"][1])
    assert found.state_distance > 1
    assert tuple(word for word, _ in found.best("RNN")) == answers


def test_the_states_are_those_of_torch():
    found, model = read(Question("not good, bad", "the dog chased a dragon")), cast(WordModel, order.load("order-rnn"))
    for tokens, state in zip(found.tokens, found.states, strict=True):
        _, last = model.recurrent(model.embedding(encode(tokens))[None])
        assert state == pytest.approx(last[0, 0].numpy(), abs=1e-5)
    assert found.known[1] == (True, True, True, False, False)


def test_what_is_too_long_is_left_out_and_counted():
    found = read(Question("dog " * 50, "cat"))
    assert (len(found.tokens[0]), found.left_out) == (40, (10, 0))


@pytest.mark.parametrize(("one", "other", "which"), [("", "a", "first"), ("a", " \x00", "second")])
def test_a_sentence_without_words_is_refused(one, other, which):
    with pytest.raises(ValueError, match=f"The {which} sentence"):
        Question(one, other)


def test_shuffling_keeps_the_bag_and_changes_the_order():
    text = "the dog chased the cat"
    found = [order.shuffled(text, seed) for seed in range(20)]
    assert all(Counter(each.split()) == Counter(text.split()) and each != text for each in found)
    assert order.shuffled(text, 3) == found[3]
    assert len(set(found)) > 10
    assert order.shuffled("dog dog", 0) == "dog dog"
    assert order.shuffled("", 0) == ""
