"""The page "lessons", the bar of a lesson above any page, and the guesses of a visitor."""

import csv
import io
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from visitor import opened, sentences

from playground import guesses, lesson
from playground.guesses import COLUMNS, Guess

PAGE = "pages/lessons.py"
STEPS = [(name, number) for name, found in lesson.shipped().items() for number in range(1, len(found.steps) + 1)]
BROWSER = {"step", "unit", "value", "number"}
OWN = {
    "title": "Mine",
    "steps": [{"page": "three_cells", "text": "Look **here**."}, {"page": "home", "text": "The end."}],
}


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


def bar(app) -> dict[str, Any]:
    """What the bar of a lesson sends to the browser; nothing without one."""
    found = [node for node in app.get("bidi_component") if node.key == "lesson_steps"]
    return json.loads(json.loads(found[0].proto.json)["content"]) if found else {}


def widget(app, key) -> Any:
    """A widget whose type AppTest does not name."""
    return app.get_by_key(key)


def texts(app):
    return [text.value for text in app.markdown]


def uploaded(app, data, name="mine.json"):
    widget(app, "lessons_file").set_value((name, data, "application/json")).run()
    assert not app.exception
    return app


# ---- the page --------------------------------------------------------------------------------------------------------


def test_every_lesson_that_ships_has_a_card_with_a_way_into_it(root):
    app = opened(PAGE, root)
    for name, found in lesson.shipped().items():
        assert f"#### {found.title}" in texts(app)
        (start,) = [node for node in app.get("bidi_component") if node.key == f"lessons_start_{name}"]
        (way,) = json.loads(json.loads(start.proto.json)["content"])
        assert way["href"] == lesson.address(found, 1)


def test_the_example_of_a_file_is_a_lesson(root):
    app = opened(PAGE, root)
    found = lesson.read(app.code[0].value.encode())
    step = found.steps[0]
    shown = opened(lesson.PAGES[step.page].file, root, **dict(step.state))
    assert not shown.warning
    keys = {getattr(node, "key", None) for node in shown._tree}
    assert {*step.hide, step.look} <= keys


def test_an_own_lesson_gets_a_card_and_can_be_played_in_this_session(root):
    app = uploaded(opened(PAGE, root), json.dumps(OWN).encode())
    assert "#### Mine" in texts(app)
    app.query_params["lesson"] = "own"
    app.query_params["lesson_step"] = "2"
    app.run()
    assert bar(app)["title"] == "Mine"
    assert "The end." in texts(app)


@pytest.mark.parametrize(
    ("data", "sentence"), [(b"", "Not a lesson yet"), (b"[" * 100_000, "nested"), (b" " * 300_000, "300,000 bytes")]
)
def test_a_file_that_is_no_lesson_gets_a_sentence_and_loses_nothing(data, sentence, root):
    app = uploaded(opened(PAGE, root), json.dumps(OWN).encode())
    uploaded(app, data, "other.json")
    assert sentence in sentences(app)
    assert "#### Mine" in texts(app)


def test_an_own_lesson_whose_words_are_hostile_stays_words(root):
    steps = [{"page": "home", "text": "![x](https://example.org/a.png) [y](javascript:alert(1))"}]
    app = uploaded(opened(PAGE, root), json.dumps({"title": "[x](//example.org)", "steps": steps}).encode())
    app.query_params["lesson"] = "own"
    app.run()
    assert "](" not in " ".join(texts(app)[:8])
    assert bar(app)["title"] == "[x](//example.org)"  # the browser makes it text and nothing else


# ---- the bar ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_every_step_that_ships_opens_with_nothing_to_complain_about(name, number, root):
    found = lesson.shipped()[name]
    step = found.steps[number - 1]
    app = opened(lesson.PAGES[step.page].file, root, **dict(parse_qsl(urlsplit(lesson.address(found, number)).query)))
    assert not app.warning
    assert not app.error
    sent = bar(app)
    assert (sent["title"], sent["at"], sent["leave"], sent["look"]) == (found.title, number, "lessons", step.look)
    assert len(sent["hrefs"]) == len(found.steps)
    assert step.text in texts(app)
    keys = {getattr(node, "key", None) for node in app._tree}
    assert step.look in keys
    forms = {f"cell_form_{cell}" for cell in ("rnn", "lstm", "gru")}  # one of them, by the cell
    assert {*step.hide} - forms <= keys


@pytest.mark.parametrize("found", lesson.shipped().values(), ids=lambda found: found.name)
def test_every_parameter_of_a_step_is_a_widgets_and_has_taken_its_value(found, root):
    for number, step in enumerate(found.steps, 1):
        app = opened(lesson.PAGES[step.page].file, root, **dict(step.state))
        for key, value in step.state:
            if key in BROWSER:
                continue
            assert key in app.session_state, (number, key)
            node = widget(app, key) if not key.endswith("_tab") else None
            shown = app.session_state[key] if node is None else node.value
            if isinstance(shown, bool):
                assert str(shown).lower() == value, (number, key)
            elif isinstance(shown, float | int):
                assert float(shown) == float(value), (number, key)
            else:  # options stand in the address as the visitor reads them, and in the widget by name
                options = (
                    [getattr(option, "content", option) for option in getattr(node.proto, "options", [])]
                    if node
                    else []
                )
                assert shown == value or value in options, (number, key)


def test_a_step_that_sets_what_its_page_does_not_have_is_said(root):
    steps = [{"page": "lessons", "text": "Look.", "state": {"cell_cell": "GRU", "step": 2}}]
    app = uploaded(opened(PAGE, root), json.dumps({"title": "Mine", "steps": steps}).encode())
    app.query_params["lesson"] = "own"
    app.query_params["cell_cell"] = "GRU"
    app.run()
    assert "sets `cell_cell`, which this page does not have" in sentences(app)
    assert "step" not in sentences(app).replace("This step of", "")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"lesson": "nothing"}, "asks for a lesson which there is not"),
        ({"lesson": "<b>"}, "asks for a lesson which there is not"),
        ({"lesson": "own"}, "only in that visitor's browser"),
        ({"lesson": "gates_by_hand", "lesson_step": "13"}, "which has 12: here is the first"),
        ({"lesson": "gates_by_hand", "lesson_step": "NaN"}, "which has 12: here is the first"),
        ({"say": "x" * 3000}, "3,000 characters"),
        ({"hide": "a{}"}, "hides `a{}`"),
    ],
)
def test_a_link_that_asks_for_what_is_not_there_is_told_so(asked, sentence, root):
    assert sentence in sentences(opened("pages/memory_counter.py", root, **asked))


def test_a_link_with_a_text_shows_it_and_hides_what_it_names(root):
    app = opened(
        "pages/step_a_cell.py", root, say="Guess **first**: [x](//example.org)", hide="cell_letters,cell_network"
    )
    assert "Guess **first**: [x] (//example.org)" in texts(app)
    assert bar(app)["hrefs"] == []
    assert any(".st-key-cell_letters,.st-key-cell_network{display:none" in node.proto.body for node in app.get("html"))


def test_a_page_without_a_lesson_has_no_bar(root):
    app = opened("pages/step_a_cell.py", root)
    assert bar(app) == {}
    assert not any("st-key-" in node.proto.body and "display:none" in node.proto.body for node in app.get("html"))
    assert [node.key for node in app.sidebar.get("bidi_component")] == ["share_link"]


def test_who_leaves_a_lesson_finds_the_way_back(root):
    app = opened("pages/memory_counter.py", root, lesson="gates_by_hand", lesson_step=3)
    app.query_params.clear()
    app.run()
    (panel,) = app.sidebar.get("bidi_component")
    back = json.loads(json.loads(panel.proto.json)["content"])["back"]
    assert back == {
        "text": "Back to the lesson, step 3", "href": lesson.address(lesson.shipped()["gates_by_hand"], 3)
    }  # fmt: skip


# ---- guesses ---------------------------------------------------------------------------------------------------------


def kept(app) -> list[Guess]:
    return list(app.session_state["guesses_so_far"]) if "guesses_so_far" in app.session_state else []


def test_a_guess_is_kept_with_page_question_answer_and_verdict(root):
    app = opened("pages/three_cells.py", root)
    widget(app, "cells_guess").set_value("h").run()
    (found,) = kept(app)
    assert (found.page, found.answer, found.attempt) == ("Three cells, one text", "h", 1)
    assert found.question == "Which moves more from word to word: the memory c or the state h?"
    assert found.verdict in ("right", "not this time")
    assert any(text.startswith("**Right") for text in texts(app)) == (found.verdict == "right")


def test_the_first_answer_stays_and_another_one_stands_below_it(root):
    app = opened("pages/three_cells.py", root)
    for value in ("h", "c", "none", "c", "h"):
        widget(app, "cells_guess").set_value(value).run()
    assert [(found.answer, found.attempt) for found in kept(app)] == [("h", 1), ("c", 2), ("h", 3)]
    assert len({found.verdict for found in kept(app)}) == 2


def test_an_answer_that_came_with_a_link_is_nobodys(root):
    app = opened("pages/three_cells.py", root, cells_guess="c")
    assert widget(app, "cells_guess").value == "c"
    assert kept(app) == []


@pytest.mark.parametrize(
    ("page", "params", "key", "value"),
    [
        ("pages/recurrence_on_paper.py", {}, "paper_guess", 12.5),
        ("pages/gradient_decay.py", {}, "decay_guess", 40),
        ("pages/shapes_of_networks.py", {"shapes_tab": "Padding and packing"}, "shapes_cells", 17),
        ("pages/words_into_numbers.py", {"words_tab": "Letter trigrams"}, "words_ones", 6),
        ("pages/language_model.py", {"lm_tab": "Sampling"}, "lm_half", 0.85),
    ],
)
def test_a_number_is_a_guess_too(page, params, key, value, root):
    app = opened(page, root, **params)
    app.number_input(key=key).set_value(value).run()
    (found,) = kept(app)
    assert (found.key, found.answer) == (key, f"{value:g}")
    assert found.verdict
    assert found.question
    assert "*" not in found.question


def test_the_guesses_are_a_table_and_a_file_until_they_are_forgotten(root):
    app = opened("pages/three_cells.py", root)
    widget(app, "cells_guess").set_value("same").run()
    assert [button.key for button in app.sidebar.get("download_button")] == ["guesses_file"]
    app.switch_page(str(root / PAGE)).run()
    assert app.dataframe[0].value["answer"].tolist() == ["about equal"]
    app.button(key="lessons_forget").click().run()
    assert not app.dataframe
    assert not app.sidebar.get("download_button")


def test_a_visitor_without_guesses_is_told_what_they_are(root):
    app = opened(PAGE, root)
    assert any("There are none yet" in text for text in texts(app))


def test_no_cell_of_the_file_is_a_formula():
    def script() -> None:
        import streamlit  # noqa: PLC0415 - the script of a page runs by itself

        from playground import guesses  # noqa: PLC0415

        hostile = ["=1+1", "+1", "-1.5", "@x", "\t=1", " =1", "=HYPERLINK(1)\n", 'a "quote", a comma', "plain", "-x"]
        for number, answer in enumerate(hostile):
            streamlit.session_state[f"k{number}"] = answer
            guesses.heard(f"k{number}", "=cmd()")
        streamlit.text(guesses.as_csv(guesses.so_far()))

    rows = list(csv.reader(io.StringIO(AppTest.from_function(script).run().text[0].value)))
    assert rows[0] == list(COLUMNS)
    assert [row[4] for row in rows[1:]] == [
        "'=1+1", "+1", "-1.5", "'@x", "'\t=1", "' =1", "'=HYPERLINK(1)\n", 'a "quote", a comma', "plain", "'-x"
    ]  # fmt: skip
    assert {row[2] for row in rows[1:]} == {"'=cmd()"}


def test_the_number_of_guesses_has_a_bound():
    def script() -> None:
        import streamlit  # noqa: PLC0415 - the script of a page runs by itself

        from playground import guesses  # noqa: PLC0415

        for number in range(guesses.MOST + 50):
            streamlit.session_state["k"] = number
            guesses.heard("k", "?" * 10_000)

    found = list(AppTest.from_function(script).run().session_state["guesses_so_far"])
    assert len(found) == guesses.MOST
    assert max(len(each.question) for each in found) <= 500
