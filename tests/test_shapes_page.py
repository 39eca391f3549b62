"""Shapes of networks, as a visitor meets it: kinds, sizes, slices, lengths, sentences, guesses, links, slips."""

import json
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import sentences

from models import kinds, person_tagger
from models.shapes import Layer, formula
from models.tasks.persons import PERSON
from playground import figures, shaping, shaping_drawing

PAGE = "pages/shapes_of_networks.py"
KINDS, SHAPES, STATES, PACKING, BOTH = shaping.TABS


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""

    return lambda tab=KINDS, **params: visitor.opened(PAGE, pytestconfig.rootpath, shapes_tab=tab, **params)


def widget(app, key) -> Any:
    return app.get_by_key(key)


def texts(app):
    return " ".join(text.value for text in app.markdown)


def drawn(app) -> dict[str, Any]:
    """The message that the drawing got."""
    (component,) = app.main.get("bidi_component")
    return json.loads(component.proto.json)


def table(app, column) -> dict[str, list]:
    """The table that has this column."""
    (found,) = (frame for frame in app.dataframe if column in frame.value)
    return found.value.to_dict("list")


# ---- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", shaping.KINDS)
def test_every_kind_is_drawn_with_its_numbers_weights_and_lines(kind, open_page):
    app = open_page(shapes_kind=shaping.KINDS[kind])
    assert not sentences(app)
    question = kinds.Question(kind, 1 if kind == "one-to-one" else 4)
    found = kinds.unroll(question)
    assert [node["name"] for node in drawn(app)["nodes"]] == [number.name for number in found.numbers]
    assert table(app, "weight")["here"][-1] == str(found.parameters)
    assert kinds.KINDS[kind].build in app.code[0].value
    assert "green-badge" in texts(app) or kind == "one-to-one"
    assert "red-badge" not in texts(app)


def test_more_steps_widen_the_drawing_and_not_the_weights(open_page):
    app = open_page()
    nodes, weights = len(drawn(app)["nodes"]), table(app, "weight")
    widget(app, "shapes_steps").set_value(6).run()
    assert len(drawn(app)["nodes"]) == nodes + 4
    assert table(app, "weight") == weights
    assert "at 6 steps" in texts(app)


def test_another_seed_has_other_numbers(open_page):
    app = open_page()
    before = [node["value"] for node in drawn(app)["nodes"]]
    app.number_input(key="shapes_seed").set_value(3).run()
    assert [node["value"] for node in drawn(app)["nodes"]] != before


@pytest.mark.parametrize(("guess", "verdict"), [("same", "Right"), ("depends", "Not this time")])
def test_the_guess_about_a_longer_sequence_is_graded_by_a_network_that_is_built(guess, verdict, open_page):
    app = open_page()
    assert verdict not in texts(app)
    widget(app, "shapes_longer").set_value(guess).run()
    assert f"**{verdict}: 6 weights for 6 steps, 6 for 4.**" in texts(app)


def test_a_badge_tells_weights_that_are_not_the_same():
    same = kinds.Copy("rnn", 1, same=True, total=1.0)
    other = kinds.Copy("rnn", 2, same=False, total=1.0)
    assert "green-badge" in shaping_drawing._badge("rnn", [same, same])
    assert "red-badge" in shaping_drawing._badge("rnn", [same, other])


def test_the_drawing_computes_what_its_arithmetic_says(open_page):
    (output,) = (node for node in drawn(open_page())["nodes"] if node["name"] == "y1@4")
    found = kinds.unroll(kinds.Question("many-to-one"))
    assert shaping_drawing.exact(found.outputs[0]) in output["arithmetic"][-1]["text"]


def test_a_bidirectional_network_is_revealed_forward_and_then_backward(open_page):
    message = drawn(open_page(shapes_kind="Bidirectional"))
    step = {node["name"]: node["step"] for node in message["nodes"]}
    assert [step[f"h1@{t}"] for t in range(1, 5)] == [1, 2, 3, 4]
    assert [step[f"b1@{t}"] for t in range(1, 5)] == [8, 7, 6, 5] == [step[f"y1@{t}"] for t in range(1, 5)]
    assert message["stops"][-1]["says"] == "Backward reader, step 1"


# ---- shapes and parameters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "layer"),
    [
        ("cell", "GRU", {"cell": "GRU"}),
        ("ways", "both", {"both_ways": True}),
        ("order", "time", {"batch_first": False}),
        ("batch", 2, {"batch": 2}),
        ("length", 11, {"steps": 11}),
        ("inputs", 7, {"inputs": 7}),
        ("hidden", 9, {"hidden": 9}),
        ("layers", 3, {"layers": 3}),
        ("dense", 0, {"outputs": 0}),
    ],
)
def test_every_size_changes_shapes_lines_and_counts(name, value, layer, open_page):
    app = open_page(SHAPES)
    widget(app, f"shapes_{name}").set_value(value).run()
    assert not app.exception
    first = {"layers": 1, "both_ways": False, "outputs": 2}
    asked = Layer(**{**first, **layer})
    assert f"**{formula(asked):,}** weights" in texts(app)
    assert len(app.get("plotly_chart")) == 3 + (asked.cell == "LSTM") + (asked.outputs > 0)
    shape = (asked.batch, asked.steps) if asked.batch_first else (asked.steps, asked.batch)
    assert f"x = torch.randn({shape[0]}, {shape[1]}, {asked.inputs})" in app.code[0].value


@pytest.mark.parametrize(("guess", "verdict"), [("right", "Right"), ("layers", "Not this time"), ("output", "Not")])
def test_the_shape_of_h_n_is_graded_by_the_tensor(guess, verdict, open_page):
    app = open_page(SHAPES)
    widget(app, "shapes_shape").set_value(guess).run()
    assert f"**{verdict}" in texts(app)
    assert "h_n has the shape (4, 5, 4)" in texts(app)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("The net with 111 or 126 weights", ("126", "111")),
        ("An LSTM of 25 features and 100 units", ("50,800", "50,400")),
    ],
)
def test_known_nets_are_one_click_away(name, numbers, open_page):
    app = open_page(SHAPES)
    app.button(key=f"shapes_shapes_try_{name}").click().run()
    assert not app.exception
    assert all(f"**{number}**" in texts(app) for number in numbers)


# ---- output and h_n --------------------------------------------------------------------------------------------------


def test_the_rows_of_h_n_are_looked_up_in_output(open_page):
    app = open_page(STATES, shapes_state_ways="both ways")
    assert "**`output[:, 0, H:]`**" in texts(app)
    app.selectbox(key="shapes_row4").set_value("0").run()
    assert "**nowhere in output**" in texts(app)
    app.selectbox(key="shapes_row4").set_value("2").run()
    assert "**`output[:, -1, :H]`**" in texts(app)


def test_the_trap_is_told_for_two_directions_only(open_page):
    app = open_page(STATES, shapes_state_ways="both ways")
    assert "by exactly 0: it has seen **one word** only" in texts(app)
    widget(app, "shapes_state_ways").set_value("one").run()
    assert "The trap" not in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [("first", "Right"), ("last", "Not this time")])
def test_the_slice_is_graded_by_looking_for_equal_numbers(guess, verdict, open_page):
    app = open_page(STATES)
    widget(app, "shapes_slice").set_value(guess).run()
    assert f"**{verdict}: it is `output[:, 0, H:]`**" in texts(app)


def test_keras_and_pytorch_stand_side_by_side_with_real_shapes(open_page):
    app = open_page(STATES)
    app.slider(key="shapes_state_steps").set_value(9).run()
    found = table(app, "Keras")
    assert found["shape"] == ["(2, 3)", "(2, 9, 3)", "(2, 3)", "(2, 27)"]
    assert found["weights of Dense"] == ["4", "4", "4", "28"]


def test_the_pencil_net_counts_ones_and_reads_what_is_typed(open_page):
    app = open_page(STATES)
    assert "Forward: 0, 0, 1, 2. Backward, by step: 2, 2, 2, 1. So h_n is 2 and 2" in texts(app)
    app.text_input(key="shapes_ones").set_value("1; 0; 5").run()
    assert "Forward: 1, 1, 6. Backward, by step: 6, 5, 5." in texts(app)
    app.text_input(key="shapes_ones").set_value("1; x").run()
    assert "which is no number" in sentences(app)
    assert "Forward: 1, 1, 6." in texts(app)


# ---- padding and packing ---------------------------------------------------------------------------------------------


def test_lengths_are_packed_as_they_are_typed(open_page):
    app = open_page(PACKING)
    assert "**64** cells; packed, **45**" in texts(app)
    assert "`data` = [1, 3, 2, 4, 3] and `batch_sizes` = [2, 2, 1]" in texts(app)
    app.text_input(key="shapes_lengths").set_value("2, 5").run()
    assert "**10** cells; packed, **7**" in texts(app)
    assert table(app, "pads")["pads"] == [3, 0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "0 lengths"),
        ("3 -1", "`-1` is not a length"),
        ("1e9", "not a length"),
        ("4 " * 50, "50 lengths"),
        ("９", "not"),
    ],
)
def test_a_slip_in_the_lengths_gets_a_sentence_and_the_last_good_batch_stays(typed, sentence, open_page):
    app = open_page(PACKING, shapes_lengths="2 5")
    app.text_input(key="shapes_lengths").set_value(typed).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert "**10** cells" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [(19, "Right"), (36, "Not this time")])
def test_the_number_of_cells_is_graded(guess, verdict, open_page):
    app = open_page(PACKING)
    app.number_input(key="shapes_cells").set_value(guess).run()
    assert f"**{verdict}: 19 cells**" in texts(app)


# ---- both directions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("guess", "verdict"), [("both ways", "Right"), ("forward", "Not this time"), ("both", "Not")])
def test_who_changes_its_mind_is_graded_by_both_networks(guess, verdict, open_page):
    app = open_page(BOTH)
    widget(app, "shapes_ending").set_value(guess).run()
    assert f"**{verdict}" in texts(app)
    assert "forward: 0.64" in texts(app)


def test_what_comes_after_the_word_waits_for_the_guess(open_page):
    app = open_page(BOTH)
    waiting = "What each network says when the word comes in"
    assert waiting in " ".join(caption.value for caption in app.caption)
    assert "what comes later cannot reach it" not in texts(app)
    widget(app, "shapes_ending").set_value("both").run()
    assert waiting not in " ".join(caption.value for caption in app.caption)
    assert "what comes later cannot reach it" in texts(app)


def test_the_last_word_changes_one_reading_of_alan_and_not_the_other(open_page):
    app = open_page(BOTH)
    before = table(app, "both ways")
    app.button(key="shapes_ending_ship").click().run()
    after = table(app, "both ways")
    assert (before["both ways"][2][:6], after["both ways"][2][:5]) == ("person", "thing")
    assert before["forward"][2] == after["forward"][2]


def test_the_visitors_own_sentence_is_read_and_its_unknown_words_are_told(open_page):
    app = open_page(BOTH)
    app.text_input(key="shapes_text").set_value("Blorb Zork was a famous ship.").run()
    assert "`blorb` `zork`" in sentences(app)
    assert table(app, "both ways")["both ways"][0].startswith("thing")
    assert [token["text"] for token in json.loads(drawn(app)["content"])["tokens"]][:2] == ["blorb", "zork"]


def test_another_word_can_be_watched(open_page):
    app = open_page(BOTH, shapes_ending_shown="true")
    app.selectbox(key="shapes_word8").set_value("3").run()
    found = person_tagger.read(person_tagger.Question(shaping.LECTURE))
    assert f"ends at **{found.tags('both ways')[3, PERSON]:.2f}**" in texts(app)
    assert "“turing”" in texts(app)


@pytest.mark.parametrize(
    "text", ["", " \x00 ", "!" * 3 + "?" * 5_000, "<script>alert(1)</script> `x` $y$", "😀 🐈‍⬛", "שלום"]
)
def test_any_text_is_read_or_gets_a_sentence(text, open_page):
    app = open_page(BOTH)
    app.text_input(key="shapes_text").set_value(text).run()
    assert not app.exception
    assert app.main.get("bidi_component")


def test_the_numbers_stand_beside_the_baseline(open_page):
    shown = texts(open_page(BOTH))
    known = person_tagger.facts("persons-forward")
    assert f"most frequent tag of the word {known['baseline']:.1%}" in shown
    assert f"{known['parameters']:,} weights" in shown


def test_what_a_picture_says_of_the_forward_reader_is_computed():
    found = person_tagger.read(person_tagger.Question(shaping.LECTURE))
    assert "what comes later cannot reach it" in shaping.revealed_words(found, 2)
    moved = {**found.revealed, "forward": found.revealed["both ways"]}
    object.__setattr__(found, "revealed", moved)
    assert "it moved, which it never should" in shaping.revealed_words(found, 2)


@pytest.mark.parametrize(
    ("tab", "answer"), [(SHAPES, "(4, 5, 4)"), (STATES, "output[:, 0, H:]"), (PACKING, "19 cells"), (BOTH, "**Right")]
)
def test_no_tab_opens_with_the_answer_to_its_question(tab, answer, open_page):
    app = open_page(tab)
    charts = " ".join(str(chart.proto) for chart in app.get("plotly_chart"))
    assert answer not in texts(app) + charts


# ---- links, tries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "params", "sentence"),
    [
        (KINDS, {"shapes_kind": "Some to some"}, "Some to some"),
        (KINDS, {"shapes_steps": "99"}, "`99`"),
        (SHAPES, {"shapes_hidden": "1e9"}, "`1e9`"),
        (SHAPES, {"shapes_cell": "CNN"}, "`CNN`"),
        (STATES, {"shapes_state_layers": "x"}, "`x`"),
        (PACKING, {"shapes_lengths": "none"}, "`none` is not a length"),
        (BOTH, {"shapes_word8": "9 nobody"}, "9 nobody"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(tab, params, sentence, open_page):
    app = open_page(tab, **params)
    assert sentence in sentences(app)


def test_a_link_reproduces_the_sentence(open_page):
    app = open_page(BOTH, shapes_text="Alan Turing sank")
    assert table(app, "both ways")["word"] == ["alan", "turing", "sank"]


TRIES = {
    "kinds": (KINDS, shaping.TRY_KINDS),
    "shapes": (SHAPES, shaping.TRY_SHAPES),
    "states": (STATES, shaping.TRY_STATES),
    "packing": (PACKING, shaping.TRY_PACKING),
    "both": (BOTH, shaping.TRY_BOTH),
}


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, (_, tries) in TRIES.items() for name in tries])
def test_what_there_is_to_try_is_one_click_away(page, name, open_page):
    tab, tries = TRIES[page]
    app = open_page(tab)
    app.button(key=f"shapes_{page}_try_{name}").click().run()
    assert not app.exception
    assert not app.warning
    for key, value in tries[name][0].items():
        assert widget(app, key).value == value


# ---- figures ---------------------------------------------------------------------------------------------------------


def test_equal_axes_have_equal_lengths_in_every_box():
    def width(shape):
        face: Any = figures.box(shape, ("B", "T", "H"), "state", "").data[0]
        return max(face.x) - min(face.x)

    assert width((5, 7, 4)) == width((2, 3, 4))
    assert width((5, 7, 8)) > width((5, 7, 4))
    with pytest.raises(ValueError, match="two or three sizes"):
        figures.box((1, 2, 3, 4), "abcd", "state", "")


def test_a_frame_encloses_its_cells_and_may_not_lie_outside():
    values = np.zeros((2, 3))
    names = (("step", ["0", "1", "2"]), ("unit", ["1", "2"]))
    (shape,) = figures.slices(values, "", *names, [figures.Frame((2, 2), (0, 1))]).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (1.5, 2.5, -0.5, 1.5)
    with pytest.raises(ValueError, match="a frame"):
        figures.slices(values, "", *names, [figures.Frame((3, 3), (0, 1))])


def test_a_batch_shows_its_pads_and_its_counts():
    figure: Any = figures.batch([["1", "3"], ["2"]], ["a", "b"], [2, 1], "")
    assert figure.data[0].text[1][1] == "pad"
    assert figure.data[0].z.tolist() == [[1, 1], [1, 0]]
    assert [text.split("<b>")[1] for text in figure.layout.xaxis.ticktext] == ["2</b>", "1</b>"]
    with pytest.raises(ValueError, match="a count for each column"):
        figures.batch([["1", "3"]], ["a"], [1], "")
