"""Backpropagation through time, as a visitor meets it: numbers in the drawing, bars, cuts, guesses, slips, links."""

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import visitor
from hypothesis import given
from hypothesis import strategies as some
from visitor import sentences

from models.truncated import Noise, Words, backward, contributions, truncate
from models.unrolled import FOUR_TERMS, LECTURE, LONGEST, Unrolled, unroll
from playground import figures, unrolling, unrolling_drawing
from playground.graph import payload

PAGE = "pages/backpropagation.py"
_, WHO, TRUNCATED = unrolling.TABS
TEXT = "The cat, which already ate the fish, was full."


@pytest.fixture
def visit(pytestconfig):
    """Opens the page with a query string."""

    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def drawn(app):
    """The message that the drawing got."""
    (component,) = app.main.get("bidi_component")
    return json.loads(component.proto.json)


def shown(app):
    """The numbers in the drawing, as written, by name."""
    return {node["name"]: node["value"] for node in drawn(app)["nodes"]}


def arithmetic(app, name):
    (node,) = (node for node in drawn(app)["nodes"] if node["name"] == name)
    return "".join(piece["text"] for piece in node["arithmetic"])


def charts(app) -> list[Any]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def bars(chart) -> list[float]:
    """The heights of the last bars of a chart: of those that are full."""
    found = chart["data"][-1]["y"]
    if isinstance(found, dict):  # Plotly sends numbers as base64
        return list(np.frombuffer(base64.b64decode(found["bdata"]), found["dtype"]))
    return found


def title(chart):
    return chart["layout"]["title"]["text"]


def texts(app):
    return " ".join(text.value for text in app.markdown)


def widget(app, key) -> Any:
    return app.get_by_key(key)


def turned(app, key, value):
    widget(app, key).set_value(value).run()
    assert not app.exception
    return app


# ---- forward and back ------------------------------------------------------------------------------------------------


def test_the_page_opens_on_the_lectures_numbers_equal_to_autograd(visit):
    app = visit()
    assert not sentences(app)
    found = shown(app)
    assert [found[f"h@{t}"] for t in range(4)] == ["0", "0.762", "0.363", "0.18"]
    assert [found[f"dw@{t}"] for t in (1, 2, 3)] == ["0", "−0.262", "−0.288"]
    assert found["dE/dw"] == "−0.551"
    assert "= **−0.550809**, the sum over 3 steps. Step 1 adds exactly 0." in texts(app)
    assert ":green-badge[:material/verified: max &#124;difference&#124; to autograd" in texts(app)


def test_every_number_tells_its_arithmetic(visit):
    app = visit(bptt_b="0.1")
    found = unroll(replace(LECTURE, b=0.1))
    assert arithmetic(app, "x@1") == ""
    assert arithmetic(app, "a@1") == "1·1 + 0.5·0 + 0.1 = 1.1"
    assert arithmetic(app, "h@1") == "tanh(1.1) = 0.800499"
    assert arithmetic(app, "y@3").startswith("1·")
    assert arithmetic(app, "E@3") == f"½({found['y'][2]:.6g} − 1)² = {found.loss:.6g}"
    assert arithmetic(app, "dh@2") == f"0.5·(−{-found['da'][2]:.6g}) = −{-found['dh'][1]:.6g}"
    assert "·tanh′(1.1) = " in arithmetic(app, "da@1")
    assert arithmetic(app, "dw@2").endswith(f"·0.800499 = −{-found['dw'][1]:.6g}")
    assert arithmetic(app, "dE/dw").startswith("0 + (−")


def test_the_drawing_is_stepped_forward_and_then_backward(visit):
    stops = [stop["says"] for stop in drawn(visit())["stops"]]
    assert stops[:3] == [f"Forward: step {t} of 3" for t in (1, 2, 3)]
    assert stops[3] == "Forward: the loss of step 3"
    assert stops[4:8] == [
        "Backward: into h₃", "Backward: through tanh into a₃", "Backward: what step 3 adds to ∂E/∂w", "Backward: into h₂"
    ]  # fmt: skip
    assert stops[-1] == "The sum over all steps: ∂E/∂w"


def test_edges_carry_the_weights_forward_and_the_factors_backward(visit):
    labels = {(edge["source"], edge["target"]): edge["label"] for edge in drawn(visit())["edges"]}
    assert labels["h@1", "a@2"] == labels["da@2", "dh@1"] == "0.5"
    assert labels["x@2", "a@2"] == labels["dy@3", "dh@3"] == "1"
    assert labels["dh@3", "da@3"] == "0.968"  # tanh′(0.18)
    assert labels["da@3", "dw@3"] == "0.363"  # h₂


@pytest.mark.parametrize(
    ("key", "value", "question"),
    [
        ("bptt_w", 1.5, replace(LECTURE, w=1.5)),
        ("bptt_u", -0.5, replace(LECTURE, u=-0.5)),
        ("bptt_b", 0.25, replace(LECTURE, b=0.25)),
        ("bptt_h_0", 0.5, replace(LECTURE, h_0=0.5)),
        ("bptt_v", 2.0, replace(LECTURE, v=2.0)),
        ("bptt_target", -1.0, replace(LECTURE, target=-1.0)),
        ("bptt_squash", "relu", replace(LECTURE, nonlinearity="relu")),
        ("bptt_squash", "identity", replace(LECTURE, nonlinearity="identity")),
        ("bptt_squash", "sigmoid", replace(LECTURE, nonlinearity="sigmoid")),
        ("bptt_loss", "every", replace(LECTURE, every_step=True)),
        ("bptt_inputs", "1; 2; -1; 0.5", replace(LECTURE, inputs=(1.0, 2.0, -1.0, 0.5))),
    ],
)
def test_every_widget_changes_the_numbers(visit, key, value, question):
    app = turned(visit(), key, value)
    assert f"= **{unrolling.exact(unroll(question).gradient['w'])}**" in texts(app)
    assert "green-badge" in texts(app)


def test_the_answer_on_another_w_comes_after_the_guess(visit):
    app = visit()
    assert "it shrinks" not in texts(app)
    turned(app, "bptt_w_guess", "grows")
    assert "**Not this time: it shrinks**, from −0.550809 to −0.00601896." in texts(app)
    turned(app, "bptt_w_guess", "shrinks")
    assert "**Right: it shrinks**" in texts(app)


def test_a_larger_w_makes_the_gradient_grow_without_squashing(visit):
    app = visit(bptt_squash="identity", bptt_w_guess="it grows")
    assert "**Right: it grows**" in texts(app)


def test_the_error_of_torch_is_its_own(visit):
    app = visit()
    assert "backward through the graph a second time" in app.code[0].value
    assert "retain_graph=True" in app.code[0].value


@pytest.mark.parametrize("name", unrolling.TRY_DRAWING)
def test_what_to_try_with_the_drawing_is_one_click_away(visit, name):
    app = visit()
    before = drawn(app)["digest"]
    widget(app, f"bptt_try_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    assert drawn(app)["digest"] != before


def test_the_preset_shows_four_terms_in_the_lectures_factors(visit):
    app = visit(bptt_tab=WHO)
    widget(app, "bptt_preset_four").click().run()
    assert r"\frac{\partial E_{3}}{\partial w} = \sum_{k=0}^{3}" in app.latex[0].value
    assert "a sum of **four terms**" in texts(app)
    (table,) = app.dataframe
    rows = table.value.to_dict("list")
    assert rows["k"] == ["0", "1", "2", "3"]
    found = unroll(FOUR_TERMS)
    assert rows["product"] == [unrolling.exact(float(term)) for term in found["dw"]]
    assert bars(charts(app)[0]) == pytest.approx([*found["dw"], found.gradient["w"]], abs=1e-12)


@given(
    inputs=some.lists(some.floats(-10, 10), min_size=1, max_size=LONGEST).map(tuple),
    w=some.floats(-2, 2),
    squash=some.sampled_from(["tanh", "relu", "sigmoid", "identity"]),
    every_step=some.booleans(),
    cut=some.integers(0, LONGEST),
)
def test_every_network_can_be_drawn(inputs, w, squash, every_step, cut):
    question = Unrolled(inputs, w=w, nonlinearity=squash, every_step=every_step, cut=cut)
    nodes, edges, stops, captions = unrolling_drawing.drawing(unroll(question))
    message = payload(nodes, edges, stops, captions=captions, labels="all")
    assert {node["step"] for node in message["nodes"]} == set(range(len(stops) + 1))
    places = [(node["column"], node["row"]) for node in message["nodes"]]
    assert len(set(places)) == len(places)
    assert all(len(node["value"]) <= 10 for node in message["nodes"])


# ---- who contributes -------------------------------------------------------------------------------------------------


def test_the_bars_of_the_small_network_are_its_signed_contributions(visit):
    app = visit(bptt_tab=WHO)
    found = unroll(LECTURE)
    assert bars(charts(app)[0]) == pytest.approx([*found["dw"], found.gradient["w"]], abs=1e-12)
    assert title(charts(app)[0]) == "Step 3 contributes most to ∂E/∂w"
    turned(app, "bptt_weight", "u")
    assert bars(charts(app)[0])[0] == pytest.approx(found.contributions["u"][0])
    assert title(charts(app)[0]) == "Step 1 contributes most to ∂E/∂u"


def test_the_lectures_terms_give_way_where_every_step_has_a_loss(visit):
    app = visit(bptt_tab=WHO, bptt_loss="at every step")
    assert not app.dataframe
    assert "a sum of sums" in texts(app)


def test_who_contributes_is_shown_after_a_guess(visit):
    app = visit(bptt_tab=WHO)
    assert len(charts(app)) == 1
    turned(app, "bptt_share_guess", "0")
    assert "**Not this time: 99.96 % of the sum** comes from these 3 steps." in texts(app)
    assert len(charts(app)) == 3
    turned(app, "bptt_share_guess", "2")
    assert "**Right: 99.96 % of the sum**" in texts(app)
    turned(app, "bptt_share_guess", "none")
    turned(app, "bptt_share_shown", value=True)
    assert "**99.96 % of the sum**" in texts(app)


@pytest.mark.parametrize("loss", ["verb", "words"])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_shares_and_sizes_are_those_of_the_trained_network_and_add_up_to_autograds_gradient(visit, cell, loss):
    app = visit(bptt_tab=WHO, bptt_share_shown="true")
    turned(app, "bptt_cell", cell)
    turned(app, "bptt_text_loss", loss)
    found = contributions(backward(Words(TEXT, cell, loss == "words")))
    assert bars(charts(app)[1])[:-1] == pytest.approx(found["w_hh"].shares)
    assert bars(charts(app)[1])[-1] == pytest.approx(1)
    assert "relative difference to autograd" in texts(app)
    assert "orange-badge" not in texts(app)


def test_another_weight_and_another_text_change_the_bars(visit):
    app = visit(bptt_tab=WHO, bptt_share_shown="true")
    before = bars(charts(app)[1])
    turned(app, "bptt_matrix", "w_ih")
    on_input = bars(charts(app)[1])
    assert on_input != before
    app.text_input(key="bptt_text").set_value("The dogs were tired").run()
    assert len(bars(charts(app)[1])) == 4 + 1
    assert "“dogs” moves" in title(charts(app)[1]) or "“the” moves" in title(charts(app)[1])


@pytest.mark.parametrize("text", ["cat", "🙂", "", "x" * 100_000])
def test_a_text_without_a_next_word_gets_a_sentence(visit, text):
    app = visit(bptt_tab=WHO, bptt_share_shown="true")
    app.text_input(key="bptt_text").set_value(text).run()
    assert not app.exception
    assert "no next word" in sentences(app) or "no word to read" in sentences(app)


@pytest.mark.parametrize("name", unrolling.TRY_WHO)
def test_what_to_try_with_a_trained_network_is_one_click_away(visit, name):
    app = visit(bptt_tab=WHO, bptt_share_shown="true")
    widget(app, f"bptt_try_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    assert app.text_input(key="bptt_text").value.startswith("The dogs")
    assert len(charts(app)) == 3


# ---- truncated -------------------------------------------------------------------------------------------------------


def test_the_cut_opens_on_a_fresh_network_equal_to_autograd_with_detach(visit):
    app = visit(bptt_tab=TRUNCATED)
    found = truncate(backward(Noise("LSTM", 3.0)))["w_hh"]
    assert f"= **{found.lost[19]:.3g}**: that share is cut off" in texts(app)
    assert f"**{found.angle[19]:.3g}°**" in texts(app)
    assert "relative difference to autograd with .detach()" in texts(app)
    assert "orange-badge" not in texts(app)
    assert title(charts(app)[0]) == "k = 20: 40 of 60 steps get nothing"


def test_the_slider_changes_bars_curve_and_sentences(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_k_shown="true")
    before = bars(charts(app)[0])
    app.slider(key="bptt_k60").set_value(45).run()
    found = contributions(backward(Noise("LSTM", 3.0)), 45)["w_hh"]
    assert bars(charts(app)[0]) == pytest.approx(found.shares) != before
    assert title(charts(app)[0]) == "k = 45: 45 of 60 steps get nothing"
    assert title(charts(app)[1]).startswith("k = 45: ")
    assert "With k = 45 the chunks are 45 steps long, the last one 15, and 45 of 60 steps get no gradient" in texts(app)


def test_k_of_all_steps_cuts_nothing(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_k60="60", bptt_k_shown="true")
    assert "= **0**: that share is cut off" in texts(app)
    assert title(charts(app)[0]) == "Nothing is cut: full backpropagation"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bptt_fresh_cell", "GRU"),
        ("bptt_fresh_cell", "RNN"),
        ("bptt_fresh_loss", "every"),
        ("bptt_bias", "0"),
        ("bptt_seed", 5),
        ("bptt_matrix", "b_ih"),
        ("bptt_subject", "trained"),
        ("bptt_subject", "small"),
    ],
)
def test_every_widget_changes_what_is_cut(visit, key, value):
    app = visit(bptt_tab=TRUNCATED)
    before = bars(charts(app)[0])
    turned(app, key, value)
    assert bars(charts(app)[0]) != before
    assert "orange-badge" not in texts(app)


def test_the_longer_chunk_that_keeps_less_is_graded_from_the_tensors(visit):
    app = visit(bptt_tab=TRUNCATED)
    assert len(charts(app)) == 1
    turned(app, "bptt_k_guess", "more")
    assert "**Not this time. k = 30 cuts off 45 %, k = 40 cuts off 62 %.** The chunks are 30 + 30 and 40 + 20" in texts(
        app
    )
    assert "from step 60 that is a way over 30 and over 20 of them" in texts(app)
    assert len(charts(app)) == 2
    turned(app, "bptt_k_guess", "less")
    assert "**Right. k = 30" in texts(app)


def test_where_the_verb_is_asked_the_way_back_from_it_counts(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_subject="trained, reads a text", bptt_k_guess="the larger k")
    assert "**Not this time. k = 6 cuts off 3.5 %, k = 8 cuts off 70 %.**" in texts(app)
    assert "from step 9 that is a way over 3 and over 1 of them" in texts(app)
    turned(app, "bptt_text_loss", "words")
    assert "it counts where the seams fall, and not k alone" in texts(app)


def test_the_small_network_shows_which_edges_are_cut(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_subject="the small one above", bptt_inputs="1; 0.5; -1; 0.5", bptt_k4="2")
    cut = [(edge["source"], edge["target"]) for edge in drawn(app)["edges"] if edge["look"] == "cut"]
    assert cut == [("da@3", "dh@2")]
    assert arithmetic(app, "dh@2") == "nothing comes back: 0"
    assert "nothing comes back along h₂ → a₃" in texts(app)
    app.slider(key="bptt_k4").set_value(4).run()
    assert not [edge for edge in drawn(app)["edges"] if edge["look"] == "cut"]


def test_the_state_carried_and_reset_are_compared_on_the_trained_network(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_subject="trained, reads a text")
    assert "**0.0161** with the state carried on and **5.2** with zeros at each seam" in texts(app)
    assert "Zeros cost what the network knew" in texts(app)


@pytest.mark.parametrize("name", unrolling.TRY_CUT)
def test_what_to_try_with_a_cut_is_one_click_away(visit, name):
    app = visit(bptt_tab=TRUNCATED, bptt_subject="the small one above")
    widget(app, f"bptt_try_{name}").click().run()
    assert not app.exception
    assert app.slider(key="bptt_k60").value == unrolling.TRY_CUT[name][0]["bptt_k60"]
    assert len(charts(app)) == 2


def test_one_step_can_be_truncated_too(visit):
    app = visit(bptt_tab=TRUNCATED, bptt_subject="the small one above", bptt_inputs="1")
    assert "nothing is cut" in texts(app)


# ---- links and slips -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"bptt_w": "7"}, "asks for `7` where a number from -2 to 2"),
        ({"bptt_target": "nan"}, "asks for `nan`"),
        ({"bptt_squash": "softplus"}, "`softplus`, which there is not"),
        ({"bptt_loss": "nowhere"}, "`nowhere`, which there is not"),
        ({"bptt_tab": "Nothing"}, "`Nothing`, which there is not"),
        ({"bptt_inputs": "1; two"}, "Step 2 has `two`, which is no number"),
        ({"bptt_inputs": "1;" * 7}, "It has 7 steps, and the drawing holds 6"),
        ({"bptt_inputs": "1e308"}, "numbers here go up to 10"),
        ({"step": "99"}, "The link asks for step '99', but the steps here are 1 to 14"),
        ({"number": "h@9"}, "asks for the number 'h@9', which there is not"),
        ({"bptt_tab": TRUNCATED, "bptt_k60": "0"}, "asks for `0` where a number from 1 to 60"),
        ({"bptt_tab": TRUNCATED, "bptt_k60": "much"}, "asks for `much`"),
        ({"bptt_tab": TRUNCATED, "bptt_seed": "-1"}, "asks for `-1`"),
        ({"bptt_tab": TRUNCATED, "bptt_bias": "99"}, "`99`, which there is not"),
        ({"bptt_tab": WHO, "bptt_cell": "CNN"}, "`CNN`, which there is not"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(visit, params, sentence):
    assert sentence in sentences(visit(**params))


def test_a_link_reproduces_the_view(visit):
    app = visit(
        bptt_tab=TRUNCATED, bptt_fresh_cell="GRU", bptt_fresh_loss="at every step", bptt_bias="1", bptt_seed="7",
        bptt_k60="12", bptt_matrix="W_ih (input)", bptt_k_guess="the smaller k",
    )  # fmt: skip
    assert not sentences(app)
    found = contributions(backward(Noise("GRU", 1.0, every_step=True, seed=7)), 12)["w_ih"]
    assert bars(charts(app)[0]) == pytest.approx(found.shares)
    assert len(charts(app)) == 2


# ---- sentences from numbers ------------------------------------------------------------------------------------------


def test_a_badge_warns_where_gradients_differ():
    assert "green-badge" in unrolling.badge(1e-11, "autograd")
    assert "orange-badge" in unrolling.badge(1e-9, "autograd")


def test_chunks_add_up_to_the_sequence():
    assert unrolling.chunk_lengths(60, 40) == [40, 20]
    assert all(sum(unrolling.chunk_lengths(17, k)) == 17 for k in range(1, 18))


def test_a_gradient_that_is_gone_is_said_to_be_gone():
    found = truncate(backward(Words(TEXT, "RNN")))["w_hh"]
    nothing = replace(found, lost=np.array([1.0]), cosine=np.array([np.nan]))
    assert "nothing is left" in unrolling.cut_said(nothing, 1)


# ---- pictures --------------------------------------------------------------------------------------------------------


def test_few_bars_have_their_sum_beside_them_and_many_have_it_in_words():
    few: Any = figures.contributions([1.0, -2.0], ["1", "2"], "x", "y")
    assert list(few.data[0].y) == [1, -2, -1]
    assert list(few.data[0].text) == ["1", "−2", "−1"]
    many: Any = figures.contributions(np.ones(30), [str(t) for t in range(30)], "x", "y", left=np.zeros(30))
    assert len(many.data[1].y) == 30
    assert many.layout.annotations[0].text == "sum of all bars: 0, 30 without a cut"


def test_what_is_lost_stays_as_a_hollow_bar_and_the_cut_is_a_line():
    figure: Any = figures.contributions([1.0, 2.0], ["1", "2"], "x", "y", left=[0.0, 2.0], borders=[1])
    hollow, full = figure.data
    assert list(hollow.y) == [1, 2, 3]
    assert list(full.y) == [0, 2, 2]
    assert figure.layout.shapes[0].x0 == 1.5


def test_a_size_of_zero_has_no_point_on_a_log_axis():
    figure: Any = figures.norms({"a": [-np.inf, -3.0, -1.0]}, ["x", "y", "z"], "x", "y")
    assert np.isnan(figure.data[0].y[0])
    assert figure.data[0].customdata[0] == "0"
    assert figure.layout.yaxis.ticktext[0] == "10<sup>−4</sup>"
    nothing: Any = figures.norms({"a": [-np.inf]}, ["x"], "x", "y")
    assert nothing.layout.yaxis.range == (-2, 1)


def test_the_curve_marks_the_chosen_k_and_shows_more_than_one_where_more_is_lost():
    figure: Any = figures.truncation([1.5, 0.5, 0.0], [np.nan, 0.9, 1.0], 2, "x", window=[0.7, 0.2, 0.0])
    marks = [trace for trace in figure.data if trace.marker.size == 15]
    assert [list(mark.x) + list(mark.y) for mark in marks] == [[2, 0.5], [2, 0.9]]
    assert figure.layout.yaxis.range[1] > 1.5


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: figures.contributions([1.0], ["1", "2"], "x", "y"), "there are 2 labels, expected"),
        (lambda: figures.contributions([], [], "x", "y"), r"full has shape \(0,\)"),
        (lambda: figures.contributions([1.0], ["1"], "x", "y", left=[1.0, 2.0]), r"left \(2,\)"),
        (lambda: figures.norms({}, ["x"], "x", "y"), "series has 0 runs, expected 1 to 4"),
        (lambda: figures.norms({"a": [1.0, 2.0]}, ["x"], "x", "y"), r"a has shape \(2,\), expected \(1,\)"),
        (lambda: figures.truncation([1.0], [1.0, 1.0], 1, "x"), r"cosine \(2,\)"),
        (lambda: figures.truncation([1.0], [1.0], 2, "x"), "k is 2, expected"),
    ],
)
def test_pictures_name_what_does_not_fit(made, sentence):
    with pytest.raises(ValueError, match=sentence):
        made()
