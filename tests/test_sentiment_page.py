"""Sentiment, as a visitor meets it: scores, guesses, pairs, words that count, labels saved, one's own file, links, slips."""

import json
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import visitor
from visitor import learned, sentences

from models import own_reviews, sentiment, transfer
from models.sentiment import SHIPPED, Question
from playground import compute
from playground import senti_words as words

PAGE = "pages/sentiment.py"
WORD, ORDER, COUNT, TRANSFER, OWN = words.TABS


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""

    return lambda tab=WORD, **params: visitor.opened(PAGE, pytestconfig.rootpath, senti_tab=tab, **params)


def widget(app, key) -> Any:
    return app.get_by_key(key)


def texts(app):
    return " ".join(text.value for text in app.markdown)


def chart(app, number=0) -> dict[str, Any]:
    return json.loads(app.get("plotly_chart")[number].proto.spec)


def titles(app):
    return [json.loads(found.proto.spec)["layout"]["title"]["text"] for found in app.get("plotly_chart")]


def table(app, column) -> dict[str, list]:
    """The table that has this column."""
    (found,) = (frame for frame in app.dataframe if column in frame.value)
    return found.value.to_dict("list")


# ---- word by word ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_every_network_scores_every_word_and_can_be_stepped(name, open_page):
    app = open_page(senti_network=words.NETWORKS[name])
    assert not sentences(app)
    found = sentiment.read(Question(words.CEREAL, name))
    assert words.number(found.positive[-1]) in texts(app)
    (component,) = app.main.get("bidi_component")
    sent = json.loads(json.loads(component.proto.json)["content"])
    assert [token["text"] for token in sent["tokens"]] == list(found.tokens)
    assert len(sent["tracks"]) == (2 if SHIPPED[name].both_ways else 1)


def test_a_review_of_ones_own_moves_the_score_and_unknown_words_are_said(open_page):
    app = open_page()
    before = texts(app)
    widget(app, "senti_text").set_value("The zeppelin was not very good").run()
    assert "`zeppelin`" in sentences(app)
    assert "At the end the network says **negative**" in texts(app)
    assert texts(app) != before


def test_bad_texts_get_a_sentence_and_the_last_good_view_stays(open_page):
    app = open_page()
    widget(app, "senti_text").set_value("A good film").run()
    kept = texts(app)
    widget(app, "senti_text").set_value("   ").run()
    assert "That text has no word to read" in sentences(app)
    assert "A good film" in sentences(app)
    assert texts(app) == kept
    widget(app, "senti_text").set_value("bad " * 25_000).run()
    assert "longer than 60 words" in sentences(app)
    widget(app, "senti_text").set_value("<b>quux</b> $x$ [a](b) 🙂").run()
    assert not app.exception
    assert "`<unk>`" in sentences(app)


def test_words_that_nobody_knows_are_called_worthless(open_page):
    app = open_page(senti_text="zebra quux")
    assert "says nothing about your review" in sentences(app)


@pytest.mark.parametrize("guess", words.WORD_GUESSES)
def test_the_guess_on_the_turn_is_graded_from_the_tensors(guess, open_page):
    app = open_page(senti_turn=words.WORD_GUESSES[guess])
    positive = sentiment.read(Question(words.LECTURE))
    turn = positive.tokens[max(np.flatnonzero(positive.positive <= 0.5)) + 1]
    assert ("**Right.**" in texts(app)) == (guess == turn)


def test_the_examples_and_the_attempts_set_the_text(open_page):
    app = open_page()
    for name, text in words.EXAMPLES.items():
        widget(app, f"senti_text_{name}").click().run()
        assert widget(app, "senti_text").value == text
    for name, (values, _) in words.WORD_TRIES.items():
        widget(app, f"senti_word_try_{name}").click().run()
        assert widget(app, "senti_text").value == values["senti_text"]
        assert not app.exception


# ---- order and pooling -----------------------------------------------------------------------------------------------


def test_equal_bags_are_called_equal_and_every_bag_says_the_same_of_both(open_page):
    app = open_page(ORDER)
    assert "The bags are **equal**" in texts(app)
    found = table(app, "who")
    rows = dict(zip(found["who"], zip(found["first"], found["second"], strict=True), strict=True))
    for bag in ("bag: naive Bayes", "bag: logistic"):
        assert rows[bag][0] == rows[bag][1]
    assert rows["LSTM, last state"][0] > 0.9
    assert rows["LSTM, last state"][1] < 0.1


def test_shuffling_keeps_the_bag_and_another_click_shuffles_anew(open_page):
    app = open_page(ORDER, senti_one="the film was good but the music was slow")
    widget(app, "senti_shuffle").click().run()
    first = widget(app, "senti_other").value
    assert first == sentiment.shuffled("the film was good but the music was slow", 0)
    assert "The bags are **equal**" in texts(app)
    widget(app, "senti_shuffle").click().run()
    assert widget(app, "senti_other").value != first
    assert widget(app, "senti_seed").value == 2


def test_other_words_are_another_bag(open_page):
    app = open_page(ORDER)
    widget(app, "senti_other").set_value("A dull film").run()
    assert "The bags are **equal**" not in texts(app)


def test_the_accuracies_appear_with_the_guess_and_are_those_of_the_files(open_page):
    app = open_page(ORDER)
    assert "Longer reviews are harder for pools and bags" not in titles(app)
    app = open_page(ORDER, senti_bag="75 %")
    assert "Longer reviews are harder for pools and bags" in titles(app)
    shown = table(app, "right, %")
    rows = dict(zip(shown["who"], shown["right, %"], strict=True))
    for name in SHIPPED:
        assert rows[words.NETWORKS[name]] == pytest.approx(100 * sentiment.facts(name)["accuracy"])
    bag = sentiment.facts(sentiment.BAG)["naive Bayes"]["accuracy"]
    assert rows["bag: naive Bayes"] == pytest.approx(100 * bag)
    assert ("**Right.**" in texts(app)) == (abs(bag - 0.75) < 0.05)


def test_a_bag_that_wins_would_be_called_the_winner():
    networks, bags = compute.sentiment_facts()
    better = {**bags, "logistic": {**bags["logistic"], "accuracy": 0.999}}
    assert "No better than the bag: LSTM, last state" in words.accuracy_words(networks, better)
    assert "Every network beats the bag here" in words.accuracy_words(networks, bags)


@pytest.mark.parametrize("pair", words.PAIRS)
def test_pairs_set_both_texts(pair, open_page):
    app = open_page(ORDER, senti_one="x")
    widget(app, f"senti_pair_{pair}").click().run()
    assert (widget(app, "senti_one").value, widget(app, "senti_other").value) == words.PAIRS[pair]
    assert "The bags are **equal**" in texts(app)


# ---- words that count ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_rows_of_shaded_words_and_their_rank_correlations_are_computed(name, open_page):
    app = open_page(COUNT, senti_count_network=words.NETWORKS[name])
    found = sentiment.read(Question(words.LECTURE, name))
    assert len(app.main.get("html")) == (2 if found.kept is None else 3)
    for (one, other), value in found.agreements().items():
        assert f"{one} and {other}: **{value:.2f}**" in texts(app)
    assert table(app, "P lost without it")["P lost without it"] == pytest.approx(found.removed.tolist())
    if found.kept is None:
        assert words.no_gates(name) in texts(app)


def test_few_words_have_no_rank_correlation(open_page):
    app = open_page(COUNT, senti_count_text="not bad")
    assert "With fewer than five words" in texts(app)


@pytest.mark.parametrize("guess", words.COUNT_GUESSES)
def test_the_guess_on_the_missed_word_is_graded_from_the_tensors(guess, open_page):
    app = open_page(COUNT, senti_missed=words.COUNT_GUESSES[guess])
    found = sentiment.read(Question(words.CEREAL))
    moved = {word: abs(found.removed[found.tokens.index(word)]) for word in words.COUNT_GUESSES}
    assert ("**Right.**" in texts(app)) == (guess == max(moved, key=lambda word: moved[word]))


def test_hostile_words_are_escaped_in_the_shaded_rows(open_page):
    app = open_page(COUNT, senti_count_text="good <script>alert(1)</script>")
    shown = " ".join(str(element.proto.body) for element in app.get("html"))
    assert "<script>" not in shown


# ---- from a language model -------------------------------------------------------------------------------------------


def test_those_who_read_before_join_once_somebody_has_guessed(open_page):
    app = open_page(TRANSFER)
    names = {trace["name"] for trace in chart(app)["data"]}
    assert names >= {"from scratch", "naive Bayes"}
    assert "fine-tuned" not in names
    app = open_page(TRANSFER, senti_ten="99 %")
    assert {trace["name"] for trace in chart(app)["data"]} >= set(transfer.WAYS)
    assert "python -m models.transfer" in texts(app)
    found = table(app, "fine-tuned")
    known = transfer.known()["accuracy"]
    assert found["fine-tuned"] == pytest.approx([100 * np.median(row) for row in known["fine-tuned"].values()])
    assert "**Right.**" in texts(app)


def test_where_naive_bayes_wins_the_page_says_so(open_page):
    app = open_page(TRANSFER, senti_ten_shown="true")
    assert "**Naive Bayes beats the network from scratch**" in texts(app)


def test_a_click_leads_to_another_tab(open_page):
    app = open_page(TRANSFER)
    widget(app, "senti_transfer_try_Few labels of your own").click().run()
    assert not app.exception
    assert widget(app, "senti_train") is not None


# ---- your reviews ----------------------------------------------------------------------------------------------------


def bring(app, data, name="mine.txt"):
    widget(app, "senti_file").set_value((name, data, "text/plain")).run()


def lines(count=40):
    found = own_reviews.example(count)
    return "\n".join(f"{t}\t{label}" for t, label in zip(found.texts, found.labels, strict=True)).encode()


def test_naive_bayes_judges_a_file_at_once(open_page):
    app = open_page(OWN)
    bring(app, lines())
    assert "`mine.txt`: 40 texts" in texts(app)
    found = own_reviews.example(40)
    parted = own_reviews.split(found.texts, found.labels, 0)
    assert table(app, "right, %")["right, %"] == pytest.approx([100 * parted.always, 100 * parted.baseline])


def test_a_damaged_file_gets_its_sentence_and_the_last_good_one_stays(open_page):
    app = open_page(OWN)
    bring(app, lines())
    bring(app, b"good\t1\nbad\t0\tx\n", "bad.txt")
    assert "Line 2 has 3 columns, expected 2" in sentences(app)
    assert "still uses mine.txt" in sentences(app)
    assert "fifth of mine.txt" in texts(app)


def test_a_training_can_be_started_and_stopped_and_is_measured(open_page):
    app = open_page(OWN)
    bring(app, lines())
    widget(app, "senti_train").click().run()
    work = learned(app, lambda: app.session_state["senti_live"]["learning"], updates=1)
    assert "update" in app.get("progress")[0].proto.text
    widget(app, "senti_stop").click().run()
    learned(app, lambda: app.session_state["senti_live"]["learning"])
    found = table(app, "right, %")
    assert found["right, %"][-1] == pytest.approx(100 * work.picture.accuracy)
    assert found["who"] == ["always one label", "naive Bayes", "LSTM, last state"]
    assert any(words_ in texts(app) for words_ in ("A draw", "beats naive Bayes", "Naive Bayes wins"))


def test_another_network_ends_the_training_that_goes_on(open_page):
    app = open_page(OWN)
    widget(app, "senti_train").click().run()
    work = app.session_state["senti_live"]["learning"].work
    widget(app, "senti_own_cell").set_value("GRU").run()
    assert work.state == "stopped"
    assert not app.get("progress")


def test_another_seed_keeps_other_texts_back(open_page):
    app = open_page(OWN)
    before = table(app, "right, %")["right, %"]
    widget(app, "senti_own_try_Other texts kept back").click().run()
    assert widget(app, "senti_own_seed").value == 1
    assert table(app, "right, %")["right, %"] != before


@pytest.mark.parametrize(
    ("share", "said"), [(0.9, "LSTM beats naive Bayes"), (0.5, "Naive Bayes wins"), (0.7, "A draw")]
)
def test_the_verdict_follows_from_the_shares(share, said):
    parted = Mock(baseline=0.7, always=0.5, tested=100, trained_on=400)
    assert said in words.own_verdict(parted, {"LSTM": share})


# ---- links -----------------------------------------------------------------------------------------------------------


def test_bad_values_in_a_link_are_ignored_with_a_sentence(open_page):
    app = open_page(senti_network="CNN", senti_turn="maybe")
    assert "network `CNN`, which there is not" in sentences(app)
    assert "your guess `maybe`, which there is not" in sentences(app)
    app = open_page(ORDER, senti_seed="-3")
    assert "a number from 0 to" in sentences(app)
