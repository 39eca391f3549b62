"""The page "language model", as a visitor meets it: chances, sampling, letters and words, one unit, a text of one's own."""

import csv
import io
import math
import re
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import learned, sentences

from models import zoo
from models.characters import characters
from models.language_model import (
    RUNS,
    Sampling,
    counted,
    facts,
    load,
    name_of,
    read,
    sample,
    score,
    score_counted,
    softened,
)
from models.own_text import Corpus
from models.tasks import kitchen
from models.text import words
from playground import figures, lm_words

PAGE = "pages/language_model.py"
SENTENCES, SAMPLING, LEVELS, UNIT, OWN = lm_words.TABS
PEAR, PAIR = words("the apple and pear salad"), words("the apple and pair salad")


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""
    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def texts(app):
    return " ".join(str(text.value) for text in [*app.markdown, *app.caption])


def table(app, column) -> dict[str, list]:
    """The table that has a column."""
    (found,) = (each for each in app.dataframe if column in each.value)
    return found.value.to_dict("list")


def code(app) -> list[str]:
    return [str(each.value) for each in app.code]


def widget(app, key) -> Any:
    return app.get_by_key(key)


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


# ---- two sentences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", lm_words.CELLS)
def test_the_page_opens_with_pear_against_pair_from_the_tensors(cell, open_page):
    app = open_page(lm_cell=cell)
    assert not sentences(app)
    model = load(name_of("words", cell))
    pear, pair = score(model, PEAR), score(model, PAIR)
    assert f"**The {cell} says: the first one, {lm_words.times(pair.nats - pear.nats)}" in texts(app)
    rows = table(app, "must say")
    assert rows["must say"] == PEAR
    assert rows["reads"] == ["x₁ = 0", *PEAR[:-1]]
    assert rows["P"] == pytest.approx(pear.factors)
    assert rows["sum"][-1] == pytest.approx(-pear.nats)


def test_the_unigram_prefers_the_pair_and_the_others_the_pear(open_page):
    rows = table(open_page(), "prefers")
    said = dict(zip(rows["who"], rows["prefers"], strict=True))
    assert said == dict.fromkeys(["RNN", "GRU", "LSTM", "bigram", "trigram", "5-gram"], "first") | {"unigram": "second"}


@pytest.mark.parametrize("name", lm_words.PAIRS)
def test_a_pair_sets_both_sentences_and_the_meant_one_wins(name, open_page):
    app = press(open_page(), f"lm_pair_{name}")
    pair = lm_words.PAIRS[name]
    assert widget(app, "lm_first").value == pair.first
    assert "says: the first one" in texts(app)


def test_was_against_were_is_said_by_the_agreement_networks(open_page):
    app = press(open_page(), "lm_pair_was or were")
    model = zoo.load("agreement-lstm")
    pair = lm_words.PAIRS["was or were"]
    was, were = (score(model, words(text)) for text in (pair.first, pair.second))
    assert lm_words.times(were.nats - was.nats) in texts(app)
    assert "of the first word nothing is said" in texts(app)
    assert table(app, "must say")["reads"][0] == "–"
    assert "unigram" not in table(app, "prefers")["who"]


@pytest.mark.parametrize(("guess", "right"), [("there", False), ("later", True)])
def test_the_guess_is_graded_from_the_tensors(guess, right, open_page):
    app = open_page()
    assert "at the word itself" not in texts(app)
    widget(app, "lm_guess").set_value(guess).run()
    model = load("lm-words-lstm")
    costs = score(model, PAIR).surprise - score(model, PEAR).surprise
    assert (costs[4] / costs.sum() > lm_words.A_GOOD_PART) == right or guess == "there"
    assert ("**Right" in texts(app)) == ((guess == "later") == (costs[4] / costs.sum() > lm_words.A_GOOD_PART))
    assert f"{100 * costs[3] / costs.sum():.0f} % at the word itself" in texts(app)


def test_the_second_sentence_can_be_stepped(open_page):
    app = open_page()
    widget(app, "lm_which").set_value("second").run()
    assert table(app, "must say")["must say"] == PAIR


def test_unknown_words_are_told_and_cannot_be_told_apart(open_page):
    app = press(open_page(), "lm_sentences_try_Two unknown words")
    assert "`mango` `papaya`" in sentences(app)
    assert "finds both equally probable" in texts(app)


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_a_sentence_without_words_gets_a_sentence_and_the_last_good_one_stays(text, open_page):
    app = open_page(lm_first="the pear cake")
    widget(app, "lm_first").set_value(text).run()
    assert not app.exception
    assert "still “the pear cake”" in sentences(app)
    assert table(app, "must say")["must say"] == ["the", "pear", "cake"]


def test_a_hundred_thousand_characters_are_cut_and_said_so(open_page):
    app = open_page()
    widget(app, "lm_first").set_value("pear " * 20_000).run()
    assert not app.exception
    assert "20,000 words; the first 60 are read" in sentences(app)


# ---- sampling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", lm_words.LEVELS)
@pytest.mark.parametrize("cell", lm_words.CELLS)
def test_the_text_shown_is_the_one_that_the_network_draws(level, cell, open_page):
    app = open_page(lm_tab=SAMPLING, lm_level=level, lm_writer=cell, lm_seed=4)
    found = sample(load(name_of(level, cell)), Sampling(seed=4))
    assert code(app) == [lm_words.text_of(found.tokens, letters=level == "letters")]
    assert "<unk>" not in code(app)[0]


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("lm_temperature", 0.0, {"temperature": 0.0}),
        ("lm_temperature", 2.5, {"temperature": 2.5}),
        ("lm_top", 1, {"top_k": 1}),
        ("lm_longest", 3, {"longest": 3}),
        ("lm_seed", 11, {"seed": 11}),
        ("lm_prompt", "a pair", {"prompt": ("a", "pair"), "longest": 62}),
    ],
)
def test_every_knob_of_sampling_reaches_the_network(key, value, changed, open_page):
    app = open_page(lm_tab=SAMPLING, lm_seed=1)
    widget(app, key).set_value(value).run()
    assert not app.exception
    wanted = sample(load("lm-words-lstm"), Sampling(**{"seed": 1, **changed}))
    assert code(app) == [lm_words.text_of(wanted.tokens, letters=False)]


def test_the_next_draw_and_the_next_seed_are_one_click_away(open_page):
    app = open_page(lm_tab=SAMPLING, lm_seed=1)
    press(app, "lm_next_draw")
    assert widget(app, "lm_draw").value == 2
    assert "Draw 2, after" in texts(app)
    before = code(app)
    press(app, "lm_next_seed")
    assert widget(app, "lm_seed").value == 2
    assert code(app) != before


def test_a_draw_beyond_a_shorter_text_becomes_its_last(open_page):
    app = open_page(lm_tab=SAMPLING, lm_seed=1, lm_draw=9)
    widget(app, "lm_longest").set_value(2).run()
    assert not app.exception
    assert widget(app, "lm_draw").value == 2


def test_the_temperature_guess_is_graded_by_softmax(open_page):
    app = open_page(lm_tab=SAMPLING)
    assert not [each for each in app.dataframe if "T" in each.value]
    widget(app, "lm_half").set_value(0.85).run()
    assert f"**Right: {softened([2, 1, 0], 0.5)[0]:.4f}.**" in texts(app)
    assert table(app, "T")["logit 2"] == pytest.approx([0.98169, 0.86681, 0.66524, 0.50648, 0.36717], abs=1e-5)
    widget(app, "lm_half").set_value(0.5).run()
    assert "**Not this time" in texts(app)


def test_the_first_text_is_a_recipe_and_not_a_note(open_page):
    assert code(open_page(lm_tab=SAMPLING))[0].count(".") >= 4


def test_an_unknown_beginning_is_told(open_page):
    app = open_page(lm_tab=SAMPLING, lm_prompt="the mango")
    assert "`mango`" in sentences(app)
    assert code(app)[0].startswith("the mango")


# ---- letters or words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", lm_words.CELLS)
def test_bits_per_character_are_those_of_the_networks(cell, open_page):
    app = open_page(lm_tab=LEVELS, lm_reader=cell)
    tokens = words(lm_words.PASSAGE)
    signs = characters(lm_words.PASSAGE)
    rows = table(app, "unknown %")
    assert rows["steps"] == [len(tokens), len(signs)] * 2
    wanted = [
        score(load(name_of("words", cell)), tokens).nats,
        score(load(name_of("letters", cell)), signs).nats,
        score_counted(counted(5, letters=False), kitchen.VOCABULARY, tokens).nats,
        score_counted(counted(5, letters=True), kitchen.LETTERS, signs).nats,
    ]
    assert rows["bits/char"] == pytest.approx([nats / math.log(2) / len(signs) for nats in wanted])


def test_unknown_words_are_counted_and_their_bits_are_not_trusted(open_page):
    app = press(open_page(lm_tab=LEVELS), "lm_levels_try_A word that nobody knows")
    rows = table(app, "unknown %")
    assert rows["unknown %"][0] == pytest.approx(100 * 2 / 12, rel=0.1)
    assert "words are unknown" in texts(app)


@pytest.mark.parametrize("cell", lm_words.CELLS)
def test_the_held_out_guess_is_graded_from_the_facts_and_a_better_n_gram_is_told(cell, open_page):
    app = open_page(lm_tab=LEVELS, lm_reader=cell)
    assert "of these four" not in texts(app)
    known = {level: facts(name_of(level, cell)) for level in lm_words.LEVELS}
    bits = lm_words.held_out_bits(known)
    best = min(("words", "letters", "words 5", "letters 5"), key=bits.__getitem__)
    for guess in lm_words.level_options(cell):
        if guess != "none":
            assert ("**Right" in lm_words.level_graded(guess, bits, cell)) == (guess == best)
    widget(app, "lm_fewest").set_value(best).run()
    assert "**Right" in texts(app)
    for level in lm_words.LEVELS:
        wins = min(known[level]["counted"].values()) < known[level]["surprise"]
        assert (f"**Over {level} a longer n-gram wins" in texts(app)) == wins


def test_a_text_without_words_leaves_the_first_one(open_page):
    app = open_page(lm_tab=LEVELS)
    before = table(app, "unknown %")
    widget(app, "lm_passage").set_value(" ").run()
    assert "It has no word to read" in sentences(app)
    assert table(app, "unknown %") == before


def test_a_long_passage_is_cut():
    found, signs = lm_words.both_ways("pear " * 5000)
    assert len(signs) <= lm_words.LONGEST_LETTERS
    assert "".join(signs).split() == found


# ---- one unit ----------------------------------------------------------------------------------------------------------


def shown_values(app) -> list[float]:
    (found,) = (str(each.proto.body) for each in app.get("html") if "lm-coloured" in str(each.proto.body))
    return [float(value) for value in re.findall(r'title="[^"]*: ([+-][0-9.]+)"', found)]


def test_the_values_of_a_unit_read_back_from_their_file_and_no_sign_is_a_formula():
    values = np.array([-0.25, 0.1, np.float32(1 / 3)])
    rows = list(csv.DictReader(io.StringIO(lm_words.unit_csv(['"', "=", "-"], values), newline="")))
    assert [row["character"] for row in rows] == ['"', "'=", "'-"]
    assert [np.float32(row["value"]) for row in rows] == values.astype(np.float32).tolist()
    assert [row["step"] for row in rows] == ["1", "2", "3"]


@pytest.mark.parametrize("cell", lm_words.CELLS)
def test_every_character_is_coloured_by_the_units_own_value(cell, open_page):
    app = open_page(lm_tab=UNIT, lm_unit_cell=cell, lm_unit=7)
    state = lm_words.clearest(facts(name_of("letters", cell))["meanings"])["state"]
    wanted = read(load(name_of("letters", cell)), characters(lm_words.UNIT_PASSAGE)).trace[state][1:, 6]
    assert shown_values(app) == pytest.approx(wanted, abs=6e-5)


@pytest.mark.parametrize("name", ["word", "sentence", "text", "baked"])
def test_a_meaning_leads_to_its_unit(name, open_page):
    app = press(open_page(lm_tab=UNIT), f"lm_meaning_{name}")
    found = facts("lm-letters-lstm")["meanings"][name]
    assert widget(app, "lm_unit").value == found["unit"] + 1
    trace = read(load("lm-letters-lstm"), characters(lm_words.UNIT_PASSAGE)).trace
    assert shown_values(app) == pytest.approx(trace[found["state"]][1:, found["unit"]], abs=6e-5)


def test_a_visitors_text_is_escaped():
    found = lm_words.coloured(["<", "&", " "], np.array([0.1, 0.5, -0.5]), "state", dark=False)
    assert "&lt;</span>" in found
    assert "<&" not in found


def test_the_largest_memory_has_the_end_of_the_scale():
    key = lm_words.colour_key(np.array([-3.0, 1.0]), "memory", "c", 0, dark=True)
    assert "−3.00" in key
    assert "+3.00" in key


# ---- your own text -----------------------------------------------------------------------------------------------------

RHYME = "the pear and the plum are in the bowl and the bowl is on the table. " * 30


def test_the_tab_opens_with_n_grams_counted_and_a_fair_choice(open_page):
    app = open_page(lm_tab=OWN)
    assert not sentences(app)
    assert "The 5-gram has" in texts(app)
    assert "Kitchen notes" in texts(app)


@pytest.mark.parametrize("level", lm_words.LEVELS)
def test_a_pasted_text_is_counted(level, open_page):
    app = open_page(lm_tab=OWN, lm_own_level=level)
    widget(app, "lm_paste").set_value(RHYME).run()
    assert not sentences(app)
    corpus = Corpus.of(RHYME.strip("\n"), letters=level == "letters")
    assert f"The 5-gram has **{corpus.counted(5):.3f} nats**" in texts(app)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("short.txt", b"pear", "has 4 characters, expected at least 500"),
        ("empty.txt", b"", "empty"),
        ("rubbish.txt", bytes(range(256)) * 9, "zero byte"),
        ("book.txt", b"%PDF-1.7", "a PDF"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence_and_the_last_good_text_stays(name, data, sentence, open_page):
    app = open_page(lm_tab=OWN)
    app.file_uploader[0].upload(name, data, "text/plain").run()
    assert not app.exception
    assert sentence in sentences(app)
    assert "What you see is still Kitchen notes" in sentences(app)
    app.file_uploader[0].upload("good.txt", RHYME.encode(), "text/plain").run()
    assert not sentences(app)
    assert "**good.txt**" in texts(app)


def test_a_text_too_short_in_words_falls_back(open_page):
    app = open_page(lm_tab=OWN)
    widget(app, "lm_paste").set_value("pear" * 200).run()
    assert not sentences(app)
    widget(app, "lm_own_level").set_value("words").run()
    assert not app.exception
    assert "has 1 words" in sentences(app)
    assert "Kitchen notes" in texts(app)


def test_a_network_is_trained_while_one_watches_and_stops_by_a_click(open_page):
    app = open_page(lm_tab=OWN, lm_own_cell="RNN")
    widget(app, "lm_own_updates").set_value("3000").run()
    press(app, "lm_train")
    work = learned(app, lambda: app.session_state["lm_live"]["learning"], updates=1)
    assert work.planned == 3000
    assert "update 0 of" not in app.get("progress")[0].proto.text
    press(app, "lm_stop")
    learned(app, lambda: app.session_state["lm_live"]["learning"])
    step = work.updates
    assert 0 < step == work.picture.step
    assert f"The RNN has **{work.picture.measured[step]:.3f} nats** after {step:,} updates" in texts(app)
    assert code(app) == [lm_words.text_of(work.picture.wrote, letters=True)]
    assert widget(app, "lm_stop").disabled


def test_the_guess_is_graded_when_the_training_is_done(open_page):
    app = open_page(lm_tab=OWN, lm_own_cell="RNN", lm_own_guess="the 5-gram")
    widget(app, "lm_paste").set_value(RHYME).run()
    press(app, "lm_train")
    work = learned(app, lambda: app.session_state["lm_live"]["learning"])
    assert work.state == "done"
    ahead = work.picture.measured[300] < app.session_state["lm_live"]["counted"][5]
    assert ("**Right.**" in texts(app)) == (not ahead)
    assert ("**Counting wins here.**" in texts(app)) == (not ahead)


# ---- links, things to try ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", lm_words.TABS)
def test_a_link_opens_its_tab_alone(tab, open_page):
    app = open_page(lm_tab=tab)
    assert not sentences(app)
    shown = {
        SENTENCES: "sound the same" in texts(app),
        SAMPLING: "x₁ = 0, h₀ = 0" in texts(app),
        LEVELS: "Bits per character" in texts(app),
        UNIT: "one number" in texts(app),
        OWN: "Bring a plain text" in texts(app),
    }
    assert [name for name, there in shown.items() if there] == [tab]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"lm_tab": "Nothing"}, "`Nothing`"),
        ({"lm_cell": "CNN"}, "`CNN`"),
        ({"lm_tab": SAMPLING, "lm_temperature": "hot"}, "asks for `hot`"),
        ({"lm_tab": SAMPLING, "lm_seed": "-4"}, "asks for `-4`"),
        ({"lm_tab": SAMPLING, "lm_draw": "9999"}, "asks for `9999`"),
        ({"lm_tab": UNIT, "lm_unit": "65"}, "asks for `65`"),
        ({"lm_tab": OWN, "lm_own_updates": "7"}, "`7`"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(params, sentence, open_page):
    assert sentence in sentences(open_page(**params))


TRIES = {
    "lm_sentences": (SENTENCES, lm_words.SENTENCES_TRIES),
    "lm_sampling": (SAMPLING, lm_words.SAMPLING_TRIES),
    "lm_levels": (LEVELS, lm_words.LEVELS_TRIES),
    "lm_units": (UNIT, lm_words.UNIT_TRIES),
    "lm_own": (OWN, lm_words.OWN_TRIES),
}


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, (_, tries) in TRIES.items() for name in tries])
def test_what_there_is_to_try_is_one_click_away(page, name, open_page):
    tab, tries = TRIES[page]
    app = press(open_page(lm_tab=tab), f"{page}_try_{name}")
    for key, value in tries[name][0].items():
        assert widget(app, key).value == value


# ---- figures -----------------------------------------------------------------------------------------------------------


def test_surprises_draws_a_bar_for_each_token_and_names_both_where_they_differ():
    figure: Any = figures.surprises(
        [("a", ["the", "pear"], [1.0, 2.0]), ("b", ["the", "pair"], [1.0, np.nan])], "t", "y"
    )
    assert [list(bar.y[:1]) for bar in figure.data] == [[1.0], [1.0]]
    assert figure.layout.xaxis.ticktext == ("the", "pear<br>pair")
    assert figure.data[1].text == ("1.0", "")
    with pytest.raises(ValueError, match="one or two"):
        figures.surprises([], "t", "y")
    with pytest.raises(ValueError, match="expected"):
        figures.surprises([("a", ["the"], [1.0, 2.0])], "t", "y")


def test_choices_marks_the_drawn_token():
    figure: Any = figures.choices(["the", "a"], [0.7, 0.2], [1.0, 0.0], 0, "t")
    assert figure.layout.yaxis.ticktext == ("<b>the ◂</b>", "a")
    assert list(figure.data[0].x) == [1.0, 0.0]
    with pytest.raises(ValueError, match="expected"):
        figures.choices(["the"], [0.7], [1.0], 1, "t")


def test_ratios_and_powers_in_words():
    assert lm_words.times(math.log(2)) == "2.00 times"
    assert lm_words.times(math.log(1216)) == "1,216 times"
    assert lm_words.power(math.log(3.1e-20)) == "3.1·10⁻²⁰"
    assert lm_words.power(math.log(9.99e5)) == "1.0·10⁶"
    assert lm_words.percent(0.0123) == "0.0123"
    assert lm_words.percent(0) == "0"


def test_every_shipped_network_is_shown_somewhere():
    assert {name_of(level, cell) for level in lm_words.LEVELS for cell in lm_words.CELLS} == set(RUNS)
