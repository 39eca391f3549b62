"""Every page in Streamlit's own test runner, from the entry script as a visitor meets it."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from visitor import opened, sentences

from models.reading import VARIANTS, Question, read
from models.zoo import facts
from playground.controls import EXAMPLES, LECTURE
from playground.exhibits import EXHIBITS

HOSTILE = {
    "script": "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "markdown": "# [x](javascript:alert(1)) **b** `c` $x$ :red[x] | a |",
    "right to left": "שלום עולם \u202e cat",
    "emoji": "😀 🐈‍⬛ ❤️",
    "control": "the\x00cat\x07\x1b[31m",
    "long word": "a" * 10_000,
    "only unknown": "dragon wizard castle",
}


def shown(app):
    """The message that the player got: tokens, tracks, step and unit."""
    (component,) = app.main.get("bidi_component")
    message = json.loads(component.proto.json)
    return message | json.loads(message["content"])


def widget(app, key) -> Any:
    """A widget whose type AppTest does not name."""
    return app.get_by_key(key)


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_every_exhibit_opens_with_a_worked_example(exhibit, root):
    app = opened(exhibit.file, root)
    assert not app.warning
    assert app.title[0].value
    assert app.main.get("bidi_component") or app.get("plotly_chart")


@pytest.mark.parametrize("page", ["pages/home.py", "pages/step_a_cell.py", "pages/three_cells.py"])
def test_the_pages_that_read_open_on_the_sentence_of_the_lecture(page, root):
    tokens = [token["text"] for token in shown(opened(page, root))["tokens"]]
    assert " ".join(tokens) == "the cat , which already ate the fish , was full ."


def test_the_home_page_has_a_card_for_every_other_exhibit(root):
    app = opened(EXHIBITS[0].file, root)
    assert len(app.get("page_link")) == len(EXHIBITS) - 1
    assert all(any(exhibit.question in text.value for text in app.markdown) for exhibit in EXHIBITS[1:])


@pytest.mark.parametrize("cell", VARIANTS)
def test_choosing_a_cell_shows_that_cell(cell, root):
    app = opened("pages/step_a_cell.py", root)
    widget(app, "cell_cell").set_value(cell).run()
    assert not app.exception
    assert [track["kind"] for track in shown(app)["tracks"]] == [cell]


def test_the_player_gets_the_numbers_of_the_trace(root):
    (track,) = shown(opened("pages/step_a_cell.py", root))["tracks"]
    trace = read(Question(LECTURE)).trace
    for name in trace.names:
        sent = np.frombuffer(base64.b64decode(track["values"][name]["data"]), "<f4")
        assert np.array_equal(sent.reshape(trace[name].shape), trace[name]), name


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_one_click_away(name, root):
    app = opened("pages/step_a_cell.py", root)
    app.button(key=f"cell_{name}").click().run()
    assert app.text_input(key="cell_text").value == EXAMPLES[name]
    assert len(shown(app)["tokens"]) == len(read(Question(EXAMPLES[name])).tokens)


def test_an_untrained_network_changes_with_its_seed_and_its_size(root):
    app = opened("pages/step_a_cell.py", root)
    widget(app, "cell_network").set_value("untrained").run()
    first = shown(app)
    app.number_input(key="cell_seed").set_value(7).run()
    second = shown(app)
    app.number_input(key="cell_hidden").set_value(24).run()
    assert first["digest"] != second["digest"]
    assert shown(app)["tracks"][0]["hidden"] == 24
    app.number_input(key="cell_hidden").set_value(16).run()
    app.number_input(key="cell_seed").set_value(0).run()
    assert shown(app)["digest"] == first["digest"]


@pytest.mark.parametrize("form", VARIANTS["GRU"])
def test_every_form_of_the_gru_is_shown_with_its_badge(form, root):
    app = opened("pages/step_a_cell.py", root)
    widget(app, "cell_cell").set_value("GRU").run()
    app.selectbox(key="cell_form_gru").set_value(form).run()
    assert not app.exception
    badge = next(text.value for text in app.markdown if "badge" in text.value)
    assert ("agree" in badge) == (form in ("torch", "turned"))


def test_the_letters_change_the_formulas_and_not_the_numbers(root):
    app = opened("pages/step_a_cell.py", root)
    before, formulas = shown(app), [line.value for line in app.latex]
    app.selectbox(key="cell_letters").set_value("Yang").run()
    after = shown(app)
    assert [line.value for line in app.latex] != formulas
    assert any(r"\Gamma_f" in line.value for line in app.latex)
    name = "f"
    assert after["tracks"][0]["values"][name]["data"] == before["tracks"][0]["values"][name]["data"]


@pytest.mark.parametrize("tab", ["Formulas with numbers", "Table", "PyTorch code", "The network"])
def test_every_tab_of_the_cell_opens(tab, root):
    app = opened("pages/step_a_cell.py", root, cell_tab=tab)
    found = {
        "Formulas with numbers": app.latex,
        "Table": app.dataframe,
        "PyTorch code": app.code,
        "The network": app.get("plotly_chart"),
    }
    assert [name for name, elements in found.items() if elements] == [tab]


def test_three_cells_share_one_text(root):
    app = opened("pages/three_cells.py", root)
    app.text_input(key="cells_text").set_value("The dogs were tired.").run()
    sent = shown(app)
    assert [track["kind"] for track in sent["tracks"]] == ["RNN", "LSTM", "GRU"]
    assert len(sent["tokens"]) == 5


def test_the_answer_comes_after_the_guess(root):
    app = opened("pages/three_cells.py", root)
    assert not app.get("plotly_chart")
    widget(app, "cells_guess").set_value("c").run()
    assert not app.exception
    assert app.get("plotly_chart")
    assert any(text.value.startswith(("**Right", "**Not this time")) for text in app.markdown)


@pytest.mark.parametrize("text", ["", "   ", "\x00\u200b"])
@pytest.mark.parametrize(("page", "key"), [("pages/step_a_cell.py", "cell"), ("pages/three_cells.py", "cells")])
def test_a_text_without_words_gets_a_sentence_and_keeps_the_last_view(page, key, text, root):
    app = opened(page, root)
    app.text_input(key=f"{key}_text").set_value("The dogs were tired.").run()
    before = shown(app)["digest"]
    app.text_input(key=f"{key}_text").set_value(text).run()
    assert not app.exception
    assert "no word to read" in sentences(app)
    assert shown(app)["digest"] == before


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_like_any_other(name, root):
    app = opened("pages/step_a_cell.py", root)
    app.text_input(key="cell_text").set_value(HOSTILE[name]).run()
    assert not app.exception
    assert "<unk>" in sentences(app)


def test_only_unknown_words_are_said_to_be_unknown(root):
    app = opened("pages/step_a_cell.py", root)
    app.text_input(key="cell_text").set_value("dragon wizard").run()
    assert "None of these words is known" in sentences(app)
    assert [token["note"] for token in shown(app)["tokens"]] == ["read as <unk>"] * 2


def test_a_hundred_thousand_characters_are_read_up_to_the_limit_and_said_so(root):
    app = opened("pages/step_a_cell.py", root)
    app.text_input(key="cell_text").set_value("cat " * 25_000).run()
    assert not app.exception
    assert "25,000 words" in sentences(app)
    assert len(shown(app)["tokens"]) == 512


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"cell_cell": "CNN"}, "asks for cell `CNN`"),
        ({"cell_network": "<b>"}, "asks for network `<b>`"),
        ({"cell_network": "untrained"}, "asks for network `untrained`"),
        ({"cell_letters": "Newton"}, "`Newton`"),
        ({"cell_tab": "Nowhere"}, "`Nowhere`"),
        ({"cell_network": "Untrained", "cell_hidden": "1000000000"}, "a number from 1 to 64"),
        ({"cell_network": "Untrained", "cell_seed": "NaN"}, "a number from 0 to"),
        ({"value": "q"}, "the value 'q'"),
        ({"step": "99"}, "step"),
        ({"unit": "-3"}, "unit"),
        ({"step": "NaN"}, "step"),
        ({"step": "9" * 5000}, "step"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(params, sentence, root):
    app = opened("pages/step_a_cell.py", root, **params)
    assert sentence in sentences(app)
    assert shown(app)["tracks"][0]["kind"] == "LSTM"


def test_a_link_reproduces_the_view(root):
    app = opened("pages/step_a_cell.py", root, cell_cell="GRU", cell_text="The dogs were tired.", step=3, unit=5)
    sent = shown(app)
    assert (sent["tracks"][0]["kind"], len(sent["tokens"])) == ("GRU", 5)
    assert (sent["step"], sent["unit"]) == (2, 4)


def test_a_first_visitor_of_the_cell_looks_at_the_unit_that_keeps_the_number(root):
    assert shown(opened("pages/step_a_cell.py", root))["unit"] == facts("agreement-lstm")["number_unit"]["unit"]


def test_an_untrained_network_is_not_said_to_have_learned_anything(root):
    app = opened("pages/step_a_cell.py", root)
    assert not any("untrained" in text.value for text in app.markdown)
    assert app.button(key="cell_point")
    widget(app, "cell_network").set_value("untrained").run()
    assert any("no unit means anything yet" in text.value for text in app.markdown)
    assert not [button for button in app.button if button.key == "cell_point"]


def test_untrained_cells_side_by_side_are_said_to_be_untrained(root):
    app = opened("pages/three_cells.py", root)
    assert not any("networks above are untrained" in text.value for text in app.markdown)
    widget(app, "cells_network").set_value("untrained").run()
    assert any("networks above are untrained" in text.value for text in app.markdown)
