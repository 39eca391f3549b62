"""Reviews, the networks that judge them, the bags beside them, and what a language model is worth in labels."""

import json
import math
from statistics import median

import numpy as np
import pytest
import torch
from torch import nn

from models import own_reviews, sentiment, transfer
from models.bag_classifiers import counts, logistic, naive_bayes
from models.gradients import Gradients
from models.loaders import labelled
from models.sentiment import SHIPPED, Question
from models.tasks import TASKS, reviews
from models.tasks.task import NOT_ASKED

LAST = [name for name, recipe in SHIPPED.items() if recipe.pooling == "last" and not recipe.both_ways]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


# ---- the language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "points", "sum_"),
    [
        ("good , but slow", [2, 0, 0, -2], -2),
        ("slow but not bad", [-2, 0, 0, 2], 2),
        ("good and very good", [2, 0, 0, 3], 5),
        ("good , nothing but trouble", [2, 0, 0, 0, -2], 0),
        ("bad . but good , but a little dull", [-2, 0, 0, 2, 0, 0, 0, 0, -1], -1),
    ],
)
def test_what_stands_before_the_last_but_counts_no_more(words, points, sum_):
    assert reviews.judged(words.split(), points) == sum_


def points_of(words):
    """An oracle of our own for opinions of one adjective: sign, strength and negation read from the words."""
    worth = 2 if words[-1] in reviews.PRAISE else -2
    before = words[:-1]
    if any(list(part) == before[-len(part) :] for part in reviews.MORE):
        worth += 1 if worth > 0 else -1
    if any(list(part) == before[-len(part) :] for part in reviews.LESS):
        worth -= 1 if worth > 0 else -1
    return -worth if any(word in before for (word,) in reviews.NOT) else worth


def test_the_points_of_a_quality_are_those_of_the_rule():
    writer = reviews._Writer(seeded(1))
    seen = set()
    for number in range(600):
        words, worth = writer._quality(1 if number % 2 else -1)
        assert worth == points_of(words), words
        seen.add(worth)
    assert seen == {-3, -2, -1, 1, 2, 3}


def test_labels_are_the_sign_of_the_sum_and_points_stand_on_opinions():
    for found in reviews.written(300, (1, 4), seeded(0)):
        total = reviews.judged(found.words, found.points)
        assert total != 0
        assert found.label == (reviews.POSITIVE if total > 0 else reviews.NEGATIVE)
        assert len(found.words) == len(found.points)
        assert set(found.words) <= set(reviews.VOCABULARY)
    assert all(sum(p != 0 for p in reviews.review(n, seeded(n)).points) == n for n in range(1, 9))


def test_no_held_out_review_is_ever_a_training_text():
    assert all(reviews.kept_back(found.words) for found in reviews.everything_held_out())
    assert not any(reviews.kept_back(found.words) for found in reviews.written(500, (1, 4), seeded(3)))


def test_a_review_without_opinions_is_refused():
    with pytest.raises(ValueError, match="opinions is 0, expected 1 or more"):
        reviews.review(0, seeded(0))


def test_only_the_last_word_of_a_row_is_asked():
    ids, targets = TASKS["reviews"].batch(8, (1, 4), seeded(2))
    for row, target in zip(ids, targets, strict=True):
        length = int((row != 0).sum())
        assert (target != NOT_ASKED).nonzero().flatten().tolist() == [length - 1]


def test_chance_is_the_share_of_the_more_frequent_label():
    labels = [found.label for found in reviews.everything_held_out()]
    share = max(labels.count(0), labels.count(1)) / len(labels)
    assert TASKS["reviews"].chance().accuracy == pytest.approx(share)
    assert sentiment.facts(sentiment.BAG)["always"] == pytest.approx(share)


# ---- networks --------------------------------------------------------------------------------------------------------


def model(pooling="last", *, both_ways=False, cell="LSTM"):
    found = reviews.SentimentModel(cell, 5, 4, pooling=pooling, both_ways=both_ways)
    found.initialise(seeded(5), keep_bias=1.0)
    return found.double()


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("pooling", reviews.POOLINGS)
def test_pooling_is_what_torch_says_of_each_row_alone_and_pads_change_nothing(pooling, both_ways):
    network, rows = model(pooling, both_ways=both_ways), [[5, 9, 30, 7], [8, 8], [11, 4, 6]]
    ids = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    said = network(ids)
    for k, row in enumerate(rows):
        states, (h_n, _) = network.recurrent(network.embedding(torch.tensor([row])))
        pooled = {"last": torch.cat(list(h_n), -1), "mean": states.mean(1), "max": states.amax(1)}[pooling]
        torch.testing.assert_close(said[k, len(row) - 1], network.head(pooled)[0], rtol=1e-12, atol=1e-12)


def test_an_unknown_pooling_is_named():
    with pytest.raises(KeyError, match="pooling is 'sum'"):
        reviews.SentimentModel("LSTM", 5, 4, pooling="sum")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_gives_the_documented_numbers_and_beats_both_bags(name):
    network, known = sentiment.load(name), sentiment.facts(name)
    task = TASKS["reviews"]
    assert task.accuracy(network, task.lengths) == pytest.approx(known["accuracy"], abs=0.002)
    assert sum(w.numel() for w in network.parameters()) == known["parameters"]
    bags = sentiment.facts(sentiment.BAG)
    assert known["accuracy"] > max(bags[bag]["accuracy"] for bag in sentiment.judges())


def test_the_shipped_bags_give_the_documented_numbers():
    held = reviews.everything_held_out()
    bags = counts([found.words for found in held], reviews.VOCABULARY)
    labels = np.array([found.label for found in held])
    for name, judge in sentiment.judges().items():
        assert judge.accuracy(bags, labels) == pytest.approx(sentiment.facts(sentiment.BAG)[name]["accuracy"])


def test_equal_recipes_give_equal_networks():
    recipe = sentiment.Recipe("short", "GRU", hidden=4, updates=4)
    one, again = (sentiment.train(recipe).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], again[name]) for name in one)


def test_names_that_do_not_ship_are_refused():
    for ask in (sentiment.load, sentiment.facts, sentiment.make, lambda name: Question("good", name)):
        with pytest.raises(KeyError, match="sentiment-cnn"):
            ask("sentiment-cnn")


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_not_bad_good_and_not_good_bad_are_one_bag_and_two_states():
    found = sentiment.compare("not bad, good", "not good, bad")
    assert found.bag_distance == 0
    assert found.state_distance > 0.5
    assert all(found.positive[bag][0] == found.positive[bag][1] for bag in sentiment.judges())
    first, second = found.positive["sentiment-lstm"]
    assert first > 0.9
    assert second < 0.1


@pytest.mark.parametrize("name", SHIPPED)
def test_the_score_after_a_word_is_that_of_the_text_up_to_it(name):
    text = ["the", "food", "was", "good", ",", "but", "the", "service", "was", "slow"]
    found = sentiment.read(Question(" ".join(text), name))
    alone = [sentiment.read(Question(" ".join(text[: t + 1]), name)).positive[-1] for t in range(len(text))]
    np.testing.assert_allclose(found.positive, alone, atol=1e-5)


@pytest.mark.parametrize("name", SHIPPED)
def test_removal_is_the_score_of_the_text_without_the_word(name):
    text = ["not", "bad", "at", "all"]
    found = sentiment.read(Question(" ".join(text), name))
    for t, lost in enumerate(found.removed):
        rest = sentiment.read(Question(" ".join(text[:t] + text[t + 1 :]), name)).positive[-1]
        assert lost == pytest.approx(found.positive[-1] - rest, abs=1e-5)


@pytest.mark.parametrize("name", LAST)
def test_gradients_of_the_last_state_are_those_of_the_closed_form(name):
    network, text = sentiment.load(name), ["not", "very", "good", "but", "quick"]
    ids = reviews.encode(text)
    sizes, logit = sentiment.gradient(network, ids)
    row = network.head.weight[1] - network.head.weight[0]
    dh = torch.zeros(len(text), len(row))
    dh[-1] = row
    closed = Gradients(network.recurrent, network.vectors(ids), dh).inputs().log10_norm
    np.testing.assert_allclose(np.log10(sizes), closed, atol=1e-4)
    with torch.no_grad():
        logits = network(ids[None])[0, -1]
    assert logit == pytest.approx(float(logits[1] - logits[0]), abs=1e-5)


def test_retention_is_the_gate_of_writing_times_all_later_gates_of_keeping():
    found = sentiment.read(Question("the film was not bad"))
    i, f = found.forward["i"], found.forward["f"]
    expected = [(i[t] * np.prod(f[t + 1 :], axis=0, dtype=float)).mean() for t in range(len(found.tokens))]
    assert found.kept is not None
    np.testing.assert_allclose(10**found.kept.log10, expected, rtol=1e-5)


def test_retention_has_no_meaning_without_gates_or_with_a_pool():
    for name in ("sentiment-rnn", "sentiment-mean", "sentiment-max", "sentiment-both-ways"):
        assert sentiment.read(Question("good", name)).kept is None


def test_rank_correlation_is_the_textbook_formula_and_says_nan_of_a_constant():
    a, b = np.array([3.0, 1.0, 2.0, 5.0, 4.0]), np.array([2.0, 1.0, 4.0, 5.0, 3.0])
    d = np.array([3, 1, 2, 5, 4]) - np.array([2, 1, 4, 5, 3])
    assert sentiment.rank_correlation(a, b) == pytest.approx(1 - 6 * (d**2).sum() / (5 * 24))
    assert sentiment.rank_correlation(a, -a) == pytest.approx(-1)
    assert math.isnan(sentiment.rank_correlation(a, np.ones(5)))
    tied = sentiment.rank_correlation(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]))
    assert tied == pytest.approx(np.corrcoef([1.5, 1.5, 3], [1, 2, 3])[0, 1])


def test_a_word_that_no_largest_state_hangs_on_is_felt_by_exactly_nothing_and_still_has_a_rank():
    text = (
        "complicated ? yes , and a little slow , too . but the animation is as colorful as the story and emotions do "
        "eventually reach the desired level"
    )
    found = sentiment.read(Question(text, "sentiment-max"))
    assert (found.measures()["felt by gradient"] == 0).any()
    assert all(math.isfinite(value) for value in found.agreements().values())


def test_hard_texts_are_read_or_refused_with_a_sentence():
    huge = sentiment.read(Question("good " * 20_000))
    assert len(huge.tokens) == sentiment.LONGEST
    assert huge.left_out > 0
    strange = sentiment.read(Question("zebra <pad> 🙂"))
    assert not any(strange.known)
    assert np.isfinite(strange.positive).all()
    one = sentiment.read(Question("good"))
    assert np.isnan(one.removed).all()
    with pytest.raises(ValueError, match="the text has no words"):
        Question(" \t ")


def test_shuffling_keeps_the_bag_and_is_the_same_for_equal_seeds():
    text = "the film was not bad , but the music was slow"
    one = sentiment.shuffled(text, 3)
    assert one == sentiment.shuffled(text, 3) != text
    assert sorted(one.split()) == sorted(text.split())


# ---- bags ------------------------------------------------------------------------------------------------------------


def test_naive_bayes_is_the_textbook_sum_of_logs():
    texts, labels = [["good", "good"], ["bad"], ["good", "bad"]], np.array([1, 0, 0])
    judge = naive_bayes(counts(texts, ["good", "bad"]), labels)
    said = judge.log_odds(counts([["good"]], ["good", "bad"]))[0]
    assert said == pytest.approx(math.log(1 / 2) + math.log((3 / 4) / (2 / 5)))
    with pytest.raises(ValueError, match="the classes have 3 and 0 texts"):
        naive_bayes(counts(texts, ["good"]), np.zeros(3))


def test_logistic_regression_ends_where_the_gradient_is_zero():
    bags = np.array([[2.0, 0], [0, 1], [1, 1], [0, 2]])
    labels = np.array([1, 0, 1, 0])
    judge = logistic(bags, labels, penalty=0.5)
    p = 1 / (1 + np.exp(-judge.log_odds(bags)))
    np.testing.assert_allclose(bags.T @ (p - labels) + 0.5 * judge.weights, 0, atol=1e-8)
    assert (p - labels).sum() == pytest.approx(0, abs=1e-6)


# ---- from a language model -------------------------------------------------------------------------------------------


def test_a_designed_review_has_six_adjectives_of_its_kind_but_for_the_noise():
    ids, friendly = transfer.reviews(2000, seeded(0))
    assert ids.shape == (2000, 12)
    adjectives = ids[:, 1::2]
    of_friendly_set = adjectives < 1 + len(transfer.THINGS) + transfer.SET
    right = (of_friendly_set == (friendly == 1)[:, None]).double().mean().item()
    assert right == pytest.approx(1 - transfer.NOISE, abs=0.01)
    assert len(set(transfer.ADJECTIVES)) == 2 * transfer.SET


def test_the_kept_experiment_has_five_seeds_for_each_way_and_says_what_the_lecture_says():
    known = transfer.known()
    assert set(known["accuracy"]) == set(transfer.WAYS)
    for shares in known["accuracy"].values():
        assert [int(n) for n in shares] == list(transfer.LABELS)
        assert all(len(row) == len(transfer.SEEDS) for row in shares.values())
    assert median(known["accuracy"]["fine-tuned"]["10"]) > 0.95
    assert median(known["accuracy"]["from scratch"]["10"]) < 0.65


def test_a_classification_is_the_same_for_equal_seeds_and_naive_bayes_is_the_kept_one():
    read, losses = transfer.language_model(0, updates=3)
    assert len(losses) == 3
    one, again = (transfer.classify("fine-tuned", read, 10, 0, updates=3) for _ in range(2))
    assert one == again
    kept = transfer.known()["accuracy"]["naive Bayes"]["100"]
    assert transfer.classify("naive Bayes", read, 100, 2) == kept[2]
    with pytest.raises(ValueError, match="way is 'guess'"):
        transfer.classify("guess", read, 10, 0)


def test_the_kept_experiment_is_plain_json():
    text = (transfer.CHECKPOINTS / "transfer.json").read_text(encoding="utf-8")
    assert json.loads(text)["command"] == "python -m models.transfer"


# ---- a visitor's own texts -------------------------------------------------------------------------------------------


def course(texts=40, **changes):
    found = own_reviews.example(texts)
    return own_reviews.Course(found.texts, found.labels, own_reviews.Recipe(hidden=4, updates=3, **changes))


def test_a_course_keeps_a_fifth_of_each_label_back_and_ends():
    found = course(100)
    assert found.split.tested == 20
    assert found.split.trained_on == 80
    while not found.done:
        found.update()
    assert len(found.losses) == 3
    assert 0 <= found.accuracy() <= 1
    with pytest.raises(RuntimeError, match="done after 3 updates"):
        found.update()


def test_equal_courses_are_equal_and_another_seed_keeps_others_back():
    one, again, other = course(), course(), course(seed=1)
    for each in (one, again, other):
        each.update()
    assert one.losses == again.losses != other.losses


def test_texts_without_words_of_one_label_are_refused():
    with pytest.raises(ValueError, match="of one label have words"):
        own_reviews.Course(["good", "fine", "  ", "\t"], [1, 1, 0, 0], own_reviews.Recipe())


def test_the_example_is_what_the_loader_would_read():
    found = own_reviews.example(60)
    lines = "\n".join(f"{text}\t{label}" for text, label in zip(found.texts, found.labels, strict=True))
    again = labelled.read(lines.encode())
    assert again.texts == found.texts
    assert again.labels == found.labels
