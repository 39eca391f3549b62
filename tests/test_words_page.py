"""Words into numbers, as a visitor meets it: lexicons, texts, trigrams, planes, sentences, guesses, links, slips."""

import json
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import sentences

from models import embeddings, order
from playground import figures, wording

PAGE = "pages/words_into_numbers.py"
ONE_HOT, TRIGRAMS, EMBEDDINGS, ORDER = wording.TABS


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""

    return lambda tab=ONE_HOT, **params: visitor.opened(PAGE, pytestconfig.rootpath, words_tab=tab, **params)


def widget(app, key) -> Any:
    return app.get_by_key(key)


def texts(app):
    return " ".join(text.value for text in [*app.markdown, *app.caption])


def table(app, column) -> dict[str, list]:
    """The table that has this column."""
    (found,) = (frame for frame in app.dataframe if column in frame.value)
    return found.value.to_dict("list")


def charts(app) -> str:
    return " ".join(str(chart.proto) for chart in app.get("plotly_chart"))


def played(app) -> list[str]:
    """The tokens that the player got."""
    (component,) = app.main.get("bidi_component")
    return [token["text"] for token in json.loads(json.loads(component.proto.json)["content"])["tokens"]]


# ---- one-hot ---------------------------------------------------------------------------------------------------------


def test_the_lectures_words_light_their_cells_and_gandalf_none(open_page):
    app = open_page()
    assert not sentences(app)
    assert "Each vector has **5** numbers" in texts(app)
    assert "covers **75%** of these 4 words" in texts(app)
    app.toggle(key="words_other").set_value(True).run()
    assert "Each vector has **6** numbers" in texts(app)
    assert "cell 6, “other”, lights for each: `gandalf`" in texts(app)


def test_two_words_are_compared(open_page):
    app = open_page()
    assert "“cat” · “dog” = **0**, distance **1.414**" in texts(app)
    assert "all 10 pairs" in texts(app)
    app.text_input(key="words_b").set_value("cat").run()
    assert "“cat” · “cat” = **1**, distance **0.000**" in texts(app)


@pytest.mark.parametrize(("typed", "sentence"), [("", "0 words"), ("cat cat", "twice"), ("a " * 40, "40 words")])
def test_a_slip_in_the_lexicon_gets_a_sentence_and_the_last_good_one_stays(typed, sentence, open_page):
    app = open_page(words_lexicon="sun moon")
    app.text_input(key="words_lexicon").set_value(typed).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert "`sun` `moon`" in sentences(app)
    assert "Each vector has **2** numbers" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [("0", "Right"), ("√2", "Not this time")])
def test_the_distance_of_two_strangers_is_graded_by_their_vectors(guess, verdict, open_page):
    app = open_page()
    assert "sixth cell" not in texts(app)
    widget(app, "words_apart").set_value(guess).run()
    assert f"**{verdict}: distance 0, dot product 1.**" in texts(app)


def test_a_smaller_vocabulary_leaves_more_words_unknown(open_page):
    app = open_page()
    before = app.code[0].value.count("<unk>")
    app.slider(key="words_size").set_value(5).run()
    assert app.code[0].value.count("<unk>") > before
    assert "The 5 most frequent of 36" in texts(app)


def test_a_shorter_text_keeps_the_slider_within_its_words(open_page):
    app = open_page()
    app.text_area(key="words_text").set_value("one two one").run()
    assert not app.exception
    assert app.slider(key="words_size").value == 2
    assert "cover **100.0%**" in texts(app)


def test_a_huge_text_is_counted_to_a_limit_and_says_so(open_page):
    app = open_page()
    app.text_area(key="words_text").set_value("word " * 25_000).run()
    assert "has 25,000 words; the first 20,000 are counted" in sentences(app)


def test_the_lectures_sentence_is_read_a_step_behind(open_page):
    found = table(open_page(), "reads xₜ")
    assert found["should say yₜ"] == ["people", "eat", "3", "meals", "per", "day", ".", "<eos>"]
    assert found["reads xₜ"][1:] == found["should say yₜ"][:-1]


# ---- letter trigrams -------------------------------------------------------------------------------------------------


def test_two_words_share_trigrams_and_marks_add_some(open_page):
    app = open_page(TRIGRAMS)
    assert "**3 cells** of 26³ = **17,576**" in texts(app)
    assert "They share **2**: `app` `ppl`" in texts(app)
    widget(app, "words_marks").set_value("yes").run()
    assert "**5 cells** of 27³ = **19,683**" in texts(app)
    assert "They share **3**" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [(3, "Right"), (4, "Not this time")])
def test_the_ones_of_banana_are_graded(guess, verdict, open_page):
    app = open_page(TRIGRAMS)
    assert "nan" not in texts(app).split()
    app.number_input(key="words_ones").set_value(guess).run()
    assert f"**{verdict}: 3 ones.**" in texts(app)


@pytest.mark.parametrize("word", ["", "x", "🐈‍⬛", "r2d2", "<b>", "`", "a" * 100_000])
def test_a_hostile_word_gets_a_sentence_and_the_last_good_pair_stays(word, open_page):
    app = open_page(TRIGRAMS, words_first="moon")
    app.text_input(key="words_second").set_value(word).run()
    assert not app.exception
    assert "still shows `moon` `apply`" in sentences(app)
    assert "“moon” lights" in texts(app)


# ---- embeddings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", wording.CELLS)
def test_a_row_stands_beside_the_product(cell, open_page):
    app = open_page(EMBEDDINGS, words_net=cell)
    found, columns = embeddings.embedded(cell), table(app, "one-hot × matrix")
    row = found.words.index("cat")
    assert columns["one-hot × matrix"] == columns[f"row {row + 1}"] == found.after[row][:6].tolist()
    assert columns["before training"] == found.before[row][:6].tolist()
    assert "numbers **0**" in texts(app)
    assert "111 · 16 = **1,776** weights" in texts(app)


def test_another_word_has_other_neighbours(open_page):
    app = open_page(EMBEDDINGS)
    before = table(app, "its group")
    app.selectbox(key="words_near").set_value("ate").run()
    assert table(app, "its group") != before
    found = embeddings.embedded("LSTM")
    wanted = embeddings.neighbours(found.after, found.words.index("ate"), 5)
    assert table(app, "its group")["after"] == [found.words[k] for k, _ in wanted]


@pytest.mark.parametrize(("guess", "verdict"), [("places", "Right"), ("neither", "Not this time")])
def test_what_tells_one_from_many_is_graded_by_distances(guess, verdict, open_page):
    app = open_page(EMBEDDINGS)
    widget(app, "words_mixed").set_value(guess).run()
    assert f"**{verdict}: animals are told apart, places are not.**" in texts(app)
    assert "**1.67** after" in texts(app)


def test_another_view_shows_other_groups(open_page):
    app = open_page(EMBEDDINGS)
    assert table(app, "group")["group"] == list(wording.VIEWS["verbs"])
    widget(app, "words_view").set_value("animals and places").run()
    assert table(app, "group")["group"] == list(wording.VIEWS["animals and places"])
    assert "It mixed up: one place, many places" in texts(app)


# ---- order -----------------------------------------------------------------------------------------------------------


def test_two_sentences_with_one_bag_get_one_answer_from_the_bag_and_two_from_the_rnn(open_page):
    app = open_page(ORDER)
    found = table(app, "reader")
    rows = dict(zip(found["reader"], zip(found["first"], found["second"], strict=True), strict=True))
    assert rows["bag of words"][0] == rows["bag of words"][1]
    assert [answer.split()[0] for answer in rows["RNN"]] == ["bad", "good"]
    assert found["largest difference"][0] == 0
    assert "its distance is **0**" in texts(app)


def test_the_visitors_own_sentences_are_read_and_stepped(open_page):
    app = open_page(ORDER)
    app.text_input(key="words_one").set_value("the fox admired the cow").run()
    app.text_input(key="words_two").set_value("the cow admired the fox").run()
    assert "`admired`" in sentences(app)
    assert played(app) == ["the", "fox", "admired", "the", "cow"]
    widget(app, "words_step").set_value("second").run()
    assert played(app) == ["the", "cow", "admired", "the", "fox"]
    assert [answer.split()[0] for answer in (table(app, "reader")[k][2] for k in ("first", "second"))] == ["fox", "cow"]


def test_shuffling_is_seeded_and_keeps_the_bag(open_page):
    app = open_page(ORDER)
    app.button(key="words_mix").click().run()
    first, seed = app.text_input(key="words_two").value, app.number_input(key="words_shuffle").value
    assert first == order.shuffled(wording.SENTENCES[0], seed)
    app.button(key="words_mix").click().run()
    assert app.number_input(key="words_shuffle").value == seed + 1
    assert "its distance is **0**" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [("50", "Right"), ("100", "Not this time")])
def test_what_the_bag_gets_right_is_graded_by_held_out_pairs(guess, verdict, open_page):
    app = open_page(ORDER)
    before = len(app.get("plotly_chart"))
    widget(app, "words_half").set_value(guess).run()
    assert f"**{verdict}: 50.0%.**" in texts(app)
    assert len(app.get("plotly_chart")) == before + 1
    rnn = order.facts("order-rnn")["accuracy"]["6"]["pairs"]
    assert f"RNN **{rnn:.1%}** of the pairs" in texts(app)


def test_room_for_more_words_costs_the_plain_net_only(open_page):
    app = open_page(ORDER)
    app.slider(key="words_length").set_value(50).run()
    found = order.sizes([50])
    assert f"padded **{found['padded'][0]:,}** weights, RNN **{found['RNN'][0]:,}**" in texts(app)
    assert "One more word: +1,920 and +0" in texts(app)


@pytest.mark.parametrize("text", ["", "\x00 ", "🐈 🐕", "<script>alert(1)</script> `x` $y$", "good " * 20_000])
def test_any_sentence_is_read_or_gets_a_sentence(text, open_page):
    app = open_page(ORDER)
    app.text_input(key="words_one").set_value(text).run()
    assert not app.exception
    assert app.main.get("bidi_component")
    assert sentences(app)


# ---- links, tries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "params", "sentence"),
    [
        (ONE_HOT, {"words_size": "1e9"}, "`1e9`"),
        (ONE_HOT, {"words_apart": "7"}, "`7`"),
        (TRIGRAMS, {"words_marks": "?"}, "`?`"),
        (EMBEDDINGS, {"words_net": "CNN"}, "`CNN`"),
        (EMBEDDINGS, {"words_near": "dragon"}, "`dragon`"),
        (ORDER, {"words_length": "nan"}, "`nan`"),
        (ORDER, {"words_one": " "}, "no word"),
        (ORDER, {"step": "99"}, "99"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(tab, params, sentence, open_page):
    assert sentence in sentences(open_page(tab, **params))


def test_a_link_reproduces_the_view(open_page):
    app = open_page(words_size=7, words_lexicon="sun moon", words_other="true")
    assert app.slider(key="words_size").value == 7
    assert "Each vector has **3** numbers" in texts(app)


TRIES = {
    "one_hot": (ONE_HOT, wording.ONE_HOT_TRY),
    "trigrams": (TRIGRAMS, wording.TRIGRAM_TRY),
    "embeddings": (EMBEDDINGS, wording.EMBEDDING_TRY),
    "order": (ORDER, wording.ORDER_TRY),
}


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, (_, tries) in TRIES.items() for name in tries])
def test_what_there_is_to_try_is_one_click_away(page, name, open_page):
    tab, tries = TRIES[page]
    app = open_page(tab)
    before = texts(app) + charts(app)
    app.button(key=f"words_{page}_try_{name}").click().run()
    assert not app.exception
    assert not app.warning
    assert texts(app) + charts(app) != before
    for key, value in tries[name][0].items():
        assert widget(app, key).value == value


@pytest.mark.parametrize("name", wording.EXAMPLES)
def test_every_example_has_one_bag_and_known_words(name, open_page):
    app = open_page(ORDER)
    app.button(key=f"words_pair_{name}").click().run()
    assert not sentences(app)
    assert "its distance is **0**" in texts(app)


# ---- figures ---------------------------------------------------------------------------------------------------------


def test_a_switchboard_lights_what_is_not_0_and_writes_every_number():
    figure: Any = figures.switchboard([[0, 1], [2, 0]], ["a", "b"], ["x", "y"], "", "")
    lit, written = figure.data
    assert np.isnan(np.array(lit.z)).tolist() == [[True, False], [False, True]]
    assert list(written.text) == ["0", "<b>1</b>", "<b>2</b>", "0"]
    assert lit.zmax >= 2
    with pytest.raises(ValueError, match="no whole number"):
        figures.switchboard([[0.5]], ["a"], ["x"], "", "")
    with pytest.raises(ValueError, match="expected"):
        figures.switchboard([[1]], ["a"], ["x", "y"], "", "")


def test_groups_differ_in_shape_and_names_never_cover_each_other():
    apart = figures.Group("one", [[0, 0], [5, 5]], ["cat", "dog"])
    heap = figures.Group("many", [[9, 9], [9, 9.01]], ["cats", "dogs"])
    figure: Any = figures.scatter([apart, heap], "", "", "", marked="dogs")
    one, many, ring = figure.data
    assert one.marker.symbol != many.marker.symbol
    assert list(one.text) == ["cat", "dog"]
    assert "dogs" in many.text  # the marked word comes first
    assert list(many.customdata) == ["cats", "dogs"]
    assert (ring.x[0], ring.y[0]) == (9, 9.01)
    with pytest.raises(ValueError, match="0 groups"):
        figures.scatter([], "", "", "")
    with pytest.raises(ValueError, match="expected \\(1, 2\\)"):
        figures.scatter([figures.Group("one", [[1, 2, 3]], ["a"])], "", "", "")
