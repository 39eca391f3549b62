"""Recurrence on paper, as a visitor meets it: the lecture's numbers on the page, edits, slips, links."""

import json
from typing import Any

import pytest
import visitor
from hypothesis import given
from hypothesis import strategies as some
from visitor import sentences

from models import paper
from playground import figures, on_paper, typed

PAGE = "pages/recurrence_on_paper.py"


@pytest.fixture
def open_paper(pytestconfig):
    """Opens the page with a query string."""

    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def drawn(app):
    """The message that the drawing got."""
    (component,) = app.main.get("bidi_component")
    return json.loads(component.proto.json)


def values(app, letter):
    """The numbers of one letter in the drawing, unit 1, step by step."""
    found = {node["name"]: node["value"] for node in drawn(app)["nodes"]}
    return [found[name] for name in found if name.startswith(f"{letter}1@") and name != "h1@0"]


def arithmetic(app, name):
    (node,) = (node for node in drawn(app)["nodes"] if node["name"] == name)
    return "".join(piece["text"] for piece in node["arithmetic"])


def texts(app):
    return " ".join(text.value for text in app.markdown)


def widget(app, key) -> Any:
    return app.get_by_key(key)


# ---- Xu's network -----------------------------------------------------------------------------------------------------


def test_the_page_opens_on_the_lectures_numbers(open_paper):
    app = open_paper()
    assert not sentences(app)
    assert values(app, "x") == ["1", "2", "3"]
    assert values(app, "h") == ["2", "8", "22"]
    assert values(app, "y") == ["4", "16", "44"]


def test_the_number_that_is_lit_at_first_is_in_the_drawing(open_paper):
    message = drawn(open_paper())
    assert message["number"] in {node["name"] for node in message["nodes"]}


def test_a_number_tells_its_arithmetic(open_paper):
    app = open_paper(paper_inputs="1 1; 2 2")
    assert arithmetic(app, "h1@1") == "1·1 + 1·1 + 1·0 + 1·0 = 2"
    assert arithmetic(app, "h1@2") == "1·2 + 1·2 + 1·2 + 1·2 = 8"
    assert arithmetic(app, "y1@2") == "1·8 + 1·8 = 16"
    assert arithmetic(app, "x1@2") == ""


def test_a_squashed_number_tells_its_sum_and_its_value(open_paper):
    app = open_paper()
    widget(app, "paper_squash").set_value("tanh").run()
    assert arithmetic(app, "h1@1") == "tanh(1·1 + 1·1 + 1·0 + 1·0) = tanh(2) = 0.964028"
    assert arithmetic(app, "y1@1") == "1·0.964028 + 1·0.964028 = 1.92806"


def test_a_negative_number_stands_in_brackets(open_paper):
    app = open_paper(paper_inputs="-1 2")
    app.number_input(key="paper_w_x_12").set_value(-0.5).run()
    assert arithmetic(app, "h1@1") == "1·(−1) + (−0.5)·2 + 1·0 + 1·0 = −2"


@pytest.mark.parametrize(
    ("key", "outputs"),
    [
        ("paper_w_x_11", ["3", "12", "33"]),
        ("paper_w_h_12", ["4", "14", "32"]),
        ("paper_w_y_12", ["2", "8", "22"]),
    ],
)
def test_a_weight_changes_the_outputs_as_it_does_on_paper(open_paper, key, outputs):
    app = open_paper()
    app.number_input(key=key).set_value(0.0).run()
    assert values(app, "y") == outputs


def test_another_sequence_is_read_at_once(open_paper):
    app = open_paper()
    app.text_input(key="paper_inputs").set_value("[3,3],[2,2],[1,1]").run()
    assert values(app, "y") == ["12", "32", "68"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no number in it"),
        (" ; ; ", "There is no number in it"),
        ("1 1; two 2", "Step 2 has `two`, which is no number"),
        ("1 1; 2", "Step 2 has 1 number, not 2"),
        ("1 1 2 2", "Step 1 has 4 numbers, not 2"),
        ("1e308 1", "Step 1 has `1e308`, and numbers here go up to 1,000"),
        ("1 1; nan 1", "Step 2 has `nan`, and numbers here go up to 1,000"),
        ("1 inf", "Step 1 has `inf`"),
        ("1 1;" * 13, "It has 13 steps, and the drawing holds 12"),
        ("1 " * 10_000, "Step 1 has 10,000 numbers, not 2"),
        ("1 1;" * 10_000, "It has 10,000 steps"),
        ("<script>alert(1)</script> 1", "which is no number"),
    ],
)
def test_a_slip_in_the_inputs_gets_a_sentence_and_keeps_the_last_good_view(open_paper, text, sentence):
    app = open_paper(paper_inputs="5 5; 1 1")
    before = drawn(app)["digest"]
    app.text_input(key="paper_inputs").set_value(text).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert "still reads `5 5; 1 1`" in sentences(app)
    assert drawn(app)["digest"] == before


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"paper_w_h_11": "1e308"}, "asks for `1e308` where a number from -1000 to 1000"),
        ({"paper_w_h_11": "nan"}, "asks for `nan`"),
        ({"paper_w_y_22": "much"}, "asks for `much`"),
        ({"paper_squash": "softplus"}, "`softplus`, which there is not"),
        ({"paper_inputs": "1 2 3"}, "Step 1 has 3 numbers, not 2"),
        ({"step": "9"}, "The link asks for step '9', but the steps here are 1 to 3"),
        ({"number": "z9@9"}, "asks for the number 'z9@9', which there is not"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(open_paper, params, sentence):
    app = open_paper(**params)
    assert sentence in sentences(app)
    assert values(app, "y") == ["4", "16", "44"]


def test_a_link_reproduces_the_network(open_paper):
    app = open_paper(paper_inputs="1 0; 0 1", paper_w_h_11="0.5", paper_squash="ReLU", paper_guess="3")
    assert not sentences(app)
    assert values(app, "h") == ["1", "2.5"]
    assert arithmetic(app, "h1@2").startswith("ReLU(")
    assert "Not this time" in texts(app)


# ---- the order --------------------------------------------------------------------------------------------------------


def test_the_answer_comes_after_the_guess(open_paper):
    app = open_paper()
    assert "68" not in texts(app)
    assert not app.dataframe
    app.number_input(key="paper_guess").set_value(44.0).run()
    assert "**Not this time: it is 68**, and you said 44." in texts(app)
    app.number_input(key="paper_guess").set_value(68.0).run()
    assert "**Right: 68.**" in texts(app)


def test_who_does_not_want_to_guess_is_shown(open_paper):
    app = open_paper()
    widget(app, "paper_shown").set_value(True).run()
    assert "It is **68**." in texts(app)


def test_the_comparison_has_both_orders_with_and_without_memory_and_the_bag(open_paper):
    (table,) = open_paper(paper_shown="true").dataframe
    rows = {name: list(row) for name, *row in (list(row) for row in table.value.itertuples(index=False))}
    plain = {name: [cell.replace("\u00a0", " ") for cell in row] for name, row in rows.items()}
    assert plain["outputs"] == ["[4, 4]", "[16, 16]", "[44, 44]", "[24, 24]"]
    assert plain["outputs after the swap"] == ["[12, 12]", "[32, 32]", "[68, 68]", "[24, 24]"]
    assert plain["outputs without memory"][:3] == ["[4, 4]", "[8, 8]", "[12, 12]"]
    assert plain["inputs as typed"][3] == plain["inputs swapped"][3] == "[6, 6]"


def test_a_network_without_memory_is_said_not_to_tell_orders_apart_where_the_last_step_stays(open_paper):
    app = open_paper(paper_shown="true", paper_swap3="1 and 2")
    widget(app, "paper_try_Take its memory away").click().run()
    assert "it cannot tell them apart" in texts(app)


def test_the_swap_goes_into_the_drawing(open_paper):
    app = open_paper()
    app.button(key="paper_put").click().run()
    assert app.text_input(key="paper_inputs").value == "3 3; 2 2; 1 1"
    assert values(app, "y") == ["12", "32", "68"]


def test_other_steps_can_be_swapped(open_paper):
    app = open_paper(paper_shown="true")
    app.selectbox(key="paper_swap3").set_value("1-2").run()
    app.button(key="paper_put").click().run()
    assert app.text_input(key="paper_inputs").value == "2 2; 1 1; 3 3"


def test_one_step_has_no_order(open_paper):
    assert "One step has no order" in texts(open_paper(paper_inputs="1 1"))


@pytest.mark.parametrize(
    ("name", "outputs"),
    [("A single push", ["4", "8", "16", "32", "64"]), ("Take its memory away", ["4", "8", "12"])],
)
def test_what_to_try_is_one_click_away(open_paper, name, outputs):
    app = open_paper()
    widget(app, f"paper_try_{name}").click().run()
    assert not app.exception
    assert values(app, "y") == outputs


# ---- one number -------------------------------------------------------------------------------------------------------


def test_one_number_opens_on_a_unit_that_remembers(open_paper):
    app = open_paper(paper_tab="One number")
    assert "**settles at 0.659**" in texts(app)
    assert len(app.get("plotly_chart")) == 2
    assert r"\tanh(1.20\,h_{t-1} +1.00\,x_t +0.00)" in app.latex[0].value


@pytest.mark.parametrize(
    ("squash", "w_h", "sentence"),
    [
        ("tanh", 0.5, "**fades to 0**"),
        ("tanh", 1.0, "**has not settled** after 4,000 steps"),
        ("tanh", -1.5, "**alternates** between −0.859 and 0.859"),
        ("identity", 1.1, "**explodes**: the identity has no upper bound"),
        ("relu", 1.1, "**explodes**: ReLU has no upper bound"),
        ("identity", 1.0, "**settles at 1**"),
        ("sigmoid", 2.0, "**settles at"),
    ],
)
def test_the_sentence_on_the_end_of_an_orbit_follows_the_numbers(open_paper, squash, w_h, sentence):
    app = open_paper(paper_tab="One number")
    widget(app, "paper_one_squash").set_value(squash).run()
    app.slider(key="paper_one_w_h").set_value(w_h).run()
    assert not app.exception
    assert sentence in texts(app)


def test_a_constant_input_moves_the_map(open_paper):
    app = open_paper(paper_tab="One number")
    assert "For $w_h$ from −1 to 1 every start ends at the same value" in texts(app)
    widget(app, "paper_one_input").set_value("constant").run()
    assert "For $w_h$ from −1 to 1 every" not in texts(app)


@pytest.mark.parametrize("name", on_paper.TRY_NUMBER)
def test_what_to_try_with_one_number_is_one_click_away(open_paper, name):
    app = open_paper(paper_tab="One number")
    widget(app, f"paper_try_{name}").click().run()
    assert not app.exception
    assert app.slider(key="paper_one_w_h").value == on_paper.TRY_NUMBER[name][0]["paper_one_w_h"]


def test_a_slider_in_the_link_that_does_not_fit_is_ignored_with_a_sentence(open_paper):
    app = open_paper(paper_tab="One number", paper_one_w_h="7")
    assert "asks for `7` where a number from -2 to 2" in sentences(app)
    assert app.slider(key="paper_one_w_h").value == 1.2


# ---- numbers as text, and pictures ------------------------------------------------------------------------------------


@given(some.lists(some.tuples(some.integers(-999, 999), some.floats(-999, 999).map(lambda v: round(v, 6))), min_size=1))
def test_a_sequence_that_is_written_is_read_back(rows):
    assert typed.sequence(typed.written(rows), 2, len(rows), 1000) == tuple(rows)


@pytest.mark.parametrize(
    "text", ["1 1; 2 2", "1,1;2,2", "[1,1],[2,2]", "[1 1] [2 2]", "[[1, 1], [2, 2]]", "1 1\n2 2", " 1\t1 ;2 2; "]
)
def test_a_sequence_may_be_written_as_anyone_writes_it(text):
    assert typed.sequence(text, 2, 12, 1000) == ((1, 1), (2, 2))


def test_a_typographic_minus_is_a_minus():
    assert typed.sequence("−1 2", 2, 12, 1000) == ((-1, 2),)


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (4, "4"),
        (-2.0, "−2"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (0.9999996, "1.000"),
        (2 / 3, "0.667"),
        (123456.7, "1.235e5"),
    ],
)
def test_a_number_in_the_drawing_shows_whether_it_was_rounded(value, short):
    assert on_paper.short(value) == short


def test_an_orbit_that_explodes_is_drawn_on_a_log_axis_and_says_so():
    grows: Any = figures.orbit(paper.orbit(paper.Scalar("identity", -2.0)).values, "x")
    assert grows.layout.yaxis.type == "log"
    assert "log axis" in grows.layout.yaxis.title.text
    assert max(size for size in grows.data[0].y if size == size) == 2.0**49  # noqa: PLR0124 - NaN marks h = 0
    calm: Any = figures.orbit(paper.orbit(paper.Scalar("tanh", 1.5)).values, "x")
    assert calm.layout.yaxis.type is None


def test_where_orbits_run_away_the_ground_is_shaded_and_no_end_is_drawn():
    found = paper.settled("identity", 0.0, points=41)
    figure: Any = figures.settled(found.w_h, (found.even, found.odd), (1.5, ()), "x")
    bands = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]
    assert [(round(low, 3), round(high, 3)) for low, high in bands] == [(-2.05, -1.05), (1.05, 2.05)]
    assert not list(figure.data[1].x)


def test_the_chosen_weight_is_marked_where_its_orbit_ends():
    found = paper.settled("tanh", 0.0, points=41)
    figure: Any = figures.settled(found.w_h, (found.even, found.odd), (-1.5, (0.86, -0.86)), "x")
    assert (list(figure.data[1].x), list(figure.data[1].y)) == ([-1.5, -1.5], [0.86, -0.86])


def test_pictures_name_what_does_not_fit():
    found = paper.settled("tanh", 0.0, points=5)
    with pytest.raises(ValueError, match=r"ends have shape \(5,\), expected \(5, S\)"):
        figures.settled(found.w_h, (found.w_h,), (1.0, ()), "x")
    with pytest.raises(ValueError, match=r"values has shape \(0,\)"):
        figures.orbit(found.w_h[:0], "x")
