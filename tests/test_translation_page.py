"""Translation, as a visitor meets it: texts, networks, vectors, beams, teachers, guesses, files, links, slips."""

import json
import math
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import learned, sentences

from models import translators
from models.tasks import dates
from models.translators import Question, Recipe, answer
from playground import figures, translating

PAGE = "pages/translation.py"
TRANSLATE, VECTOR, BEAM, FORCING, GOOD = translating.TABS


@pytest.fixture
def open_page(pytestconfig):
    """Opens a tab of the page with a query string."""

    return lambda tab=TRANSLATE, **params: visitor.opened(PAGE, pytestconfig.rootpath, translate_tab=tab, **params)


def texts(app):
    return " ".join(text.value for text in app.markdown)


def charts(app) -> dict[str, Any]:
    """The figures by their titles."""
    found = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return {figure["layout"]["title"]["text"]: figure for figure in found}


def table(app, column) -> dict[str, list]:
    """The table that has this column."""
    (found,) = (frame for frame in app.dataframe if column in frame.value)
    return found.value.to_dict("list")


def player(app) -> dict[str, Any]:
    (component,) = app.main.get("bidi_component")
    return json.loads(json.loads(component.proto.json)["content"])


# ---- translate -------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_a_date_translated(open_page):
    app = open_page()
    assert not sentences(app)
    assert "### 1994-09-27" in texts(app)
    assert "By rules: **1994-09-27**" in texts(app)
    assert len(charts(app)) == 2
    message = player(app)
    assert [token["text"] for token in message["tokens"]][:9] == [*"tuesday,", "␣"]
    assert message["tracks"][0]["says"]["words"][-1] == ["1994-09-27"]


def test_the_visitors_own_date_is_translated_and_its_attention_drawn(open_page):
    app = open_page()
    app.text_input(key="translate_text").set_value("le 3 mai 2021").run()
    assert "### 2021-05-03" in texts(app)
    (drawn,) = (figure for title, figure in charts(app).items() if title == "Where each character comes from")
    found = answer(Question("le 3 mai 2021"))
    assert found.weights is not None
    assert drawn["layout"]["xaxis"]["ticktext"] == [*"le␣3␣mai␣2021"]
    assert drawn["layout"]["yaxis"]["ticktext"] == [*"2021-05-03", "<eos>"]


@pytest.mark.parametrize(("attention", "size"), [(a, s) for a in translating.ATTENTION for s in translating.SIZE_NAMES])
def test_every_network_says_what_it_says(attention, size, open_page):
    app = open_page()
    app.get_by_key("translate_attention").set_value(attention).run()
    app.get_by_key("translate_size").set_value(size).run()
    said = answer(Question(translating.LECTURE, translating.network(attention, size))).result
    assert f"### {said.text}" in texts(app)
    assert len(charts(app)) == (2 if attention == "with" else 1)
    assert ("has no attention" in sentences(app)) == (attention == "without")


def test_the_decoder_can_be_stepped_too(open_page):
    app = open_page(translate_half="decoder")
    message = player(app)
    assert [token["text"] for token in message["tokens"]] == ["<go>", *"1994-09-27"]
    assert [words[0] for words in message["tracks"][0]["says"]["words"]] == [*"1994-09-27", "<eos>"]


@pytest.mark.parametrize("text", ["", "   ", "\u2003"])
def test_nothing_to_read_gets_a_sentence_and_the_last_date_stays(text, open_page):
    app = open_page(translate_text="9/27/94")
    app.text_input(key="translate_text").set_value(text).run()
    assert not app.exception
    assert "There is nothing to read" in sentences(app)
    assert "`9/27/94`" in sentences(app)
    assert "### 1994-09-27" in texts(app)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3 mai 2021 🎉🎉", "read as `<unk>`: `🎉`."),
        ("x" * 10_000, "has 10,000 characters; the network reads the first 40"),
        ("<script>`alert`</script>", "`<` `>` `ˋ`"),
        ("３ ｍａｉ", "`３`"),
    ],
)
def test_what_cannot_be_read_is_told(text, told, open_page):
    app = open_page()
    app.text_input(key="translate_text").set_value(text).run()
    assert not app.exception
    assert told in sentences(app)


def test_a_misspelt_month_is_read_where_no_rule_fits(open_page):
    app = open_page()
    app.button(key="translate_try_A month that is misspelt").click().run()
    assert "### 1994-09-27" in texts(app)
    assert "No rule fits this text" in texts(app)


def test_the_guess_beyond_the_training_years_is_graded_by_the_network(open_page):
    app = open_page()
    said = answer(Question(translating.BEYOND)).result.text
    assert said not in texts(app)
    app.get_by_key("translate_beyond").set_value("1789-07-14").run()
    assert f"it says {said}, with P" in texts(app)
    assert ("**Right" in texts(app)) == (said == "1789-07-14")


def test_a_link_reproduces_the_view_and_nonsense_in_it_is_told(open_page):
    app = open_page(translate_text="27.9.94", translate_attention="without", translate_size="16 units")
    said = answer(Question("27.9.94", "dates-plain-16")).result
    assert f"### {said.text}" in texts(app)
    app = open_page(translate_size="1000 units", translate_attention="maybe")
    assert "asks for hidden units `1000 units`" in sentences(app)
    assert "`maybe`" in sentences(app)
    assert "### 1994-09-27" in texts(app)


def test_an_impossible_day_is_called_so():
    said = translating.Said("1994-02-30", -0.5)
    assert "no day that there is" in translating.verdict("hello", said)
    assert "stopped before" in translating.verdict("hello", translating.Said("19", -0.5, finished=False))


# ---- the vector between ----------------------------------------------------------------------------------------------


def test_two_vectors_are_those_of_the_encoder(open_page):
    app = open_page(VECTOR)
    app.text_input(key="translate_b").set_value("9/27/94").run()
    drawn = charts(app)["Two texts, two vectors"]
    assert drawn["layout"]["yaxis"]["ticktext"] == ["A", "B"]
    a, b = (answer(Question(text, "dates-plain-64")).vector for text in (translating.LECTURE, "9/27/94"))
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert f"cosine {cosine:.2f}" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [("A B", "Right"), ("B B", "Not this time"), ("A A", "Not this time")])
def test_the_swap_is_graded_by_both_networks(guess, verdict, open_page):
    app = open_page(VECTOR)
    assert verdict not in texts(app)
    app.get_by_key("translate_swap").set_value(guess).run()
    told = texts(app)
    assert (
        f"**{verdict}: with attention it writes 1994-09-27 (A's date), without attention 1977-05-03 (B's date)" in told
    )


def test_the_swap_can_be_seen_without_a_guess_and_follows_the_texts(open_page):
    app = open_page(VECTOR)
    app.toggle(key="translate_swap_shown").set_value(True).run()
    app.text_input(key="translate_b").set_value("May 9, 2003").run()
    assert "without attention 2003-05-09 (B's date)" in texts(app)


def test_the_sizes_are_those_of_the_facts(open_page):
    app = open_page(VECTOR)
    for size in translators.SIZES:
        for kind in ("plain", "attention"):
            assert translating.percent(translators.facts(f"dates-{kind}-{size}")["exact"]) in texts(app)


# ---- greedy and beam -------------------------------------------------------------------------------------------------


def test_a_wider_beam_has_more_hypotheses_and_none_less_likely_than_greedy(open_page):
    app = open_page(BEAM)
    app.slider(key="translate_width").set_value(1).run()
    one = table(app, "it says")
    assert one["which is"][0].startswith("greedy")
    app.slider(key="translate_width").set_value(8).run()
    wide = table(app, "it says")
    assert len(one["it says"]) == 1 < len(wide["it says"]) <= 8
    assert wide["log P"] == sorted(wide["log P"], reverse=True)
    assert wide["log P"][0] >= one["log P"][0] - 1e-6
    assert wide["P"] == pytest.approx([math.exp(score) for score in wide["log P"]])


def test_a_sure_network_gains_nothing_from_a_beam(open_page):
    app = open_page(BEAM)
    app.button(key="translate_try_A sure network").click().run()
    assert "finds nothing likelier than the greedy **1956-10-23**" in texts(app)
    assert "greedy, right" in table(app, "it says")["which is"][0]


def test_how_often_a_beam_helps_is_graded_by_the_facts(open_page):
    app = open_page(BEAM)
    share = translators.facts("dates-attention-8")["beams"]["10"]["likelier"]
    right = "few" if 200 * share < 20 else "some" if 200 * share <= 100 else "most"
    app.get_by_key("translate_wider").set_value(right).run()
    assert f"**Right: in {round(200 * share)} of 200.**" in texts(app)
    assert len(table(app, "beam")) == 1 + 2 * len(translators.SIZES)


# ---- teacher forcing -------------------------------------------------------------------------------------------------


def test_one_text_is_run_both_ways(open_page):
    app = open_page(FORCING)
    rows = table(app, "told, says")
    text, name = translating.FORCING_TEXT, "dates-attention-8"
    told, own = answer(Question(text, name, teacher="1986-07-28")), answer(Question(text, name))
    assert "".join(rows["right"]).strip() == "1986-07-28<eos>"
    assert rows["told, says"][:11] == list(told.said)
    assert rows["alone, says"] == list(own.said)
    assert "The first slip is the same in both" in texts(app)
    slips = [sum(a != b for a, b in zip(said, rows["right"], strict=False)) for said in (told.said, own.said)]
    assert slips[0] < slips[1]


def test_a_sure_network_makes_no_slip_and_both_ways_are_one(open_page):
    app = open_page(FORCING, translate_force_attention="with attention", translate_force_size="64 units")
    assert "No slip, so no difference" in texts(app)


def test_a_text_without_a_date_has_no_teacher(open_page):
    app = open_page(FORCING)
    app.text_input(key="translate_force_text").set_value("hello").run()
    assert not app.exception
    assert "there is no teacher" in sentences(app)


def test_the_curves_appear_with_a_guess_that_is_graded(open_page):
    app = open_page(FORCING)
    assert not charts(app)
    point = translating.at(translators.facts("dates-plain-64")["curve"], translating.CURVE_STOP)
    app.get_by_key("translate_curve").set_value("few").run()
    assert (
        f"**{'Right' if point['exact'] < 1 / 3 else 'Not this time'}: {translating.percent(point['exact'])}"
        in texts(app)
    )
    drawn = charts(app)["Whole dates come later"]
    assert [line["name"] for line in drawn["data"]] == ["told", "own", "whole dates"]


def test_a_training_goes_on_in_another_process_and_stops_on_a_click(open_page):
    app = open_page(FORCING, translate_live_size="8 units")
    app.button(key="translate_start").click().run()
    work = learned(app, lambda: app.session_state["translate_live"], updates=1)
    asked = app.session_state["translate_live"].asked
    assert asked.recipe == Recipe(attention=True, hidden=8, updates=1500)
    app.button(key="translate_stop").click().run()
    learned(app, lambda: app.session_state["translate_live"])
    stopped = work.updates
    assert f"{stopped:,} of 1,500 updates; loss {work.losses[-1]:.3f}" in app.progress[0].text
    assert app.button(key="translate_stop").disabled
    alone = asked.begin()
    for _ in range(stopped):
        alone.update()
    assert alone.loss == work.losses[-1]
    assert alone.look(last=True).curve == work.picture.curve
    assert list(work.picture.curve)[-1] == stopped


# ---- how good is it? -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("guess", ["networks", "rules", "equal"])
def test_who_wins_is_graded_by_the_facts(guess, open_page):
    app = open_page(GOOD)
    app.get_by_key("translate_marks").set_value(guess).run()
    best = max(translators.facts(f"dates-{kind}-64")["exact"] for kind in ("plain", "attention"))
    right = "equal" if best == 1 else "rules"  # the rules have every one of these right
    assert f"**{'Right' if guess == right else 'Not this time'}: " in texts(app)
    rows = table(app, "a letter wrong")
    assert rows["who"][-1] == "rules"
    assert rows["clean"][-1] == 100


@pytest.mark.parametrize(("by", "groups"), [("length", len(translators.LENGTHS)), ("spelling", len(dates.SPELLINGS))])
def test_dates_right_are_told_by_length_and_by_spelling(by, groups, open_page):
    app = open_page(GOOD)
    app.get_by_key("translate_by").set_value(by).run()
    (drawn,) = charts(app).values()
    assert len(drawn["layout"]["yaxis"]["ticktext"]) == groups
    assert [bars["name"] for bars in drawn["data"]] == ["with attention", "without", "rules"]


def test_a_file_of_pairs_is_tried(open_page):
    app = open_page(GOOD)
    data = "9/27/94\t1994-09-27\nle 3 mai 2021\t2021-05-03\nhello\t2001-01-01\n"
    app.get_by_key("translate_file").upload("mine.tsv", data.encode(), "text/plain").run()
    assert not app.exception
    assert "3 pairs, 3 tried" in texts(app)
    assert table(app, "right")["right"][:2] == pytest.approx([200 / 3, 200 / 3])
    assert table(app, "text")["text"] == ["hello"]


def test_a_damaged_file_gets_a_sentence(open_page):
    app = open_page(GOOD)
    app.get_by_key("translate_file").upload("mine.tsv", b"a\tb\nc\n", "text/plain").run()
    assert not app.exception
    assert "Line 2 has 1 column" in sentences(app)
    app.get_by_key("translate_file").upload("mine.tsv", b"a\tb\nc\td\n", "text/plain").run()
    assert "Line 1 says “b”, expected a date" in sentences(app)


# ---- every tab -------------------------------------------------------------------------------------------------------


TRIES = {
    TRANSLATE: translating.TRANSLATE_TRIES,
    VECTOR: translating.VECTOR_TRIES,
    BEAM: translating.BEAM_TRIES,
    FORCING: translating.FORCING_TRIES,
    GOOD: translating.MARKS_TRIES,
}


@pytest.mark.parametrize("tab", translating.TABS)
def test_every_tab_ends_with_two_things_to_try_that_set_its_widgets(tab, open_page):
    app = open_page(tab)
    for name, (values, _) in TRIES[tab].items():
        app.button(key=f"translate_try_{name}").click().run()
        assert not app.exception
        for key, value in values.items():
            assert app.session_state[key] == value
            assert app.get_by_key(key) is not None
    assert len(TRIES[tab]) == 2
    assert "What to notice" in [heading.value for heading in app.subheader]


# ---- figures ---------------------------------------------------------------------------------------------------------


def test_a_grid_never_clips_and_refuses_words_that_do_not_fit():
    drawn = figures.grid(np.array([[0.2, 3.0]]), "state", "t", ["a"], ["b", "c"], "x", "y").to_dict()["data"][0]
    assert (drawn["zmin"], drawn["zmax"]) == (-3, 3)
    with pytest.raises(ValueError, match=r"expected \(1, 1\)"):
        figures.grid(np.zeros((1, 2)), "state", "t", ["a"], ["b"], "x", "y")
    with pytest.raises(KeyError, match="role is 'none'"):
        figures.grid(np.zeros((1, 1)), "none", "t", ["a"], ["b"], "x", "y")


def test_shares_are_shares():
    drawn = figures.shares({"one": ("read", [0.5, math.nan])}, ["a", "b"], "t", "x", "y")
    (bars,) = json.loads(str(drawn.to_json()))["data"]
    assert bars["text"] == [" one 50 %", ""]
    with pytest.raises(ValueError, match="each in"):
        figures.shares({"one": ("read", [1.5, 0])}, ["a", "b"], "t", "x", "y")
    with pytest.raises(ValueError, match="0 series"):
        figures.shares({}, ["a"], "t", "x", "y")
