"""Lessons as data: what a file may say, what it is told where it is wrong, and words of strangers made harmless."""

import json
import re
from dataclasses import FrozenInstanceError
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.zoo import facts
from playground import lesson
from playground.exhibits import EXHIBITS
from playground.lesson import Step, harmless, read

STEP = {"page": "step_a_cell", "text": "Look."}


def written(*steps, **fields):
    return json.dumps({"title": "A title", "steps": list(steps or [STEP])} | fields).encode()


def told(data):
    with pytest.raises(ValueError, match=r".") as error:
        read(data)
    return str(error.value)


# ---- what a file may say ---------------------------------------------------------------------------------------------


def test_a_whole_lesson_is_read_as_it_was_written():
    state = {"cell_cell": "GRU", "step": 3, "cell_w": 0.5, "cell_on": True, "cell_many": ["a", "b"]}
    steps = [{**STEP, "state": state, "hide": ["cell_letters"], "look": "cell_player"}, STEP]
    found = read(written(*steps, about="Why.", minutes=7), "mine")
    assert (found.name, found.title, found.about, found.minutes) == ("mine", "A title", "Why.", 7)
    pairs = (
        ("cell_cell", "GRU"),
        ("step", "3"),
        ("cell_w", "0.5"),
        ("cell_on", "true"),
        ("cell_many", "a"),
        ("cell_many", "b"),
    )
    assert found.steps[0] == Step("step_a_cell", pairs, "Look.", ("cell_letters",), "cell_player")
    assert found.steps[1] == Step("step_a_cell", (), "Look.")


def test_a_lesson_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read(written()).title = "Another"  # pyright: ignore[reportAttributeAccessIssue]


def test_numbers_are_written_as_the_address_bar_writes_them():
    (step,) = read(written({**STEP, "state": {"a": 2.0, "b": 0.1, "c": -3, "d": 1e-9, "e": False}})).steps
    assert dict(step.state) == {"a": "2", "b": "0.1", "c": "-3", "d": "1e-09", "e": "false"}


def test_a_byte_order_mark_is_no_fault():
    assert read(b"\xef\xbb\xbf" + written()).title == "A title"


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_a_step_may_open_any_page(exhibit):
    page = exhibit.file.removeprefix("pages/").removesuffix(".py")
    assert read(written({**STEP, "page": page})).steps[0].page == page


# ---- what a file is told ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no JSON: line 1"),
        (b"not json", "no JSON: line 1, column 1"),
        (b'{"title": "x",\n "steps": [}', "line 2"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[]", "The lesson is a list of 0"),
        (b"3", "The lesson is `3`"),
        (b"null", "The lesson is `null`"),
        (b"{}", "has no steps"),
        (b'{"title": "x"}', "has no steps"),
        (b'{"title": "x", "steps": {}}', "steps are an object"),
        (b'{"title": "x", "steps": []}', "expected a list of 1 to 60"),
        (b'{"title": "x", "title": "y", "steps": []}', "`title` stands twice"),
        (written(*[STEP] * 61), "a list of 61"),
        (written(tittle="x"), "has `tittle`, which means nothing here"),
        (written(title=3), "title is `3`, expected a text"),
        (written(title="   "), "title is empty"),
        (written(title="x" * 121), "121 characters"),
        (written(minutes="ten"), "minutes are `ten`"),
        (written(minutes=True), "minutes are `true`"),
        (written(minutes=-1), "minutes are `-1`"),
        (written("step"), "Step 1 is `step`"),
        (written(STEP, {"page": "step_a_cell"}), "Step 2 has no text"),
        (written({**STEP, "page": "nowhere"}), "Step 1 has the page `nowhere`, expected one of home, "),
        (written({**STEP, "page": ["home"]}), "the page a list of 1"),
        (written({**STEP, "page": "../../etc/passwd"}), "the page `../../etc/passwd`"),
        (written({**STEP, "state": []}), "has the state a list of 0"),
        (written({**STEP, "state": {"a": None}}), "a is `null`"),
        (written({**STEP, "state": {"a": {"b": 1}}}), "a is an object"),
        (written({**STEP, "state": {"a": [[1]]}}), "a is a list of 1"),
        (written({**STEP, "state": {"a b": 1}}), "sets `a b`"),
        (written({**STEP, "state": {"": 1}}), "sets ``"),
        (written({**STEP, "state": {"lesson": "x"}}), "belongs to the lesson itself"),
        (written({**STEP, "state": {"say": "x"}}), "belongs to the lesson itself"),
        (written({**STEP, "state": {"embed": "true"}}), "belongs to the lesson itself"),
        (written({**STEP, "state": {"a": "x" * 4001}}), "4,001 characters"),
        (written({**STEP, "state": {f"a{k}": k for k in range(61)}}), "up to 60 parameters"),
        (written({**STEP, "hide": "cell_cell"}), "hides `cell_cell`, expected a list"),
        (written({**STEP, "hide": ["x{}body{display:none"]}), "hides `x{}body{display:none`"),
        (written({**STEP, "hide": [3]}), "hides `3`"),
        (written({**STEP, "look": "a b"}), "looks at `a b`"),
        (written({**STEP, "look": ["a"]}), "looks at a list of 1"),
        (written({**STEP, "text": ""}), "text is empty"),
        (written({**STEP, "text": "x" * 2001}), "2,001 characters"),
        (written({**STEP, "text": "Look <script>alert(1)</script>"}), "has HTML, `<script>`"),
        (written({**STEP, "text": "<img src=x onerror=alert(1)>"}), "has HTML, `<img src=x"),
        (written({**STEP, "text": "<IFRAME/>"}), "has HTML"),
        (written({**STEP, "text": "\ud800"}), "half of a character"),
        (b'{"title": "x", "steps": [], "minutes": NaN}', "NaN, which is no number of JSON"),
        (b'{"title": "x", "steps": [], "minutes": ' + b"9" * 5000 + b"}", "5,000 digits"),
        (written({**STEP, "state": {"a": "@"}}).replace(b'"@"', b"1e999"), "expected a finite number"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"steps":' * 20_000, "nested too deeply"),
        (b" " * 10_000_000, "10,000,000 bytes, and a lesson may have 200,000"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(data, sentence):
    assert sentence in told(data)


@pytest.mark.parametrize("text", ["If $a<b$ then $c>d$.", "x < y and y > z", "i <3 RNNs", "`<eos>` ends it", "a<b>c"])
def test_a_smaller_sign_is_not_yet_html(text):
    if text == "a<b>c":  # this is what bold looks like
        assert "has HTML" in told(written({**STEP, "text": text}))
    else:
        assert read(written({**STEP, "text": text})).steps[0].text == text


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_do_worse_than_a_sentence(data):
    with pytest.raises(ValueError, match=r"^[A-Z].*[^.]$"):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["page", "state", "text", "hide", "look", "other"]), JSON), JSON)
@settings(max_examples=200, deadline=None)
def test_no_json_does_worse_than_a_sentence(step, title):
    try:
        found = read(json.dumps({"title": title, "steps": [{**STEP, **step}]}).encode())
    except ValueError as wrong:
        said = str(wrong)
    else:
        said = lesson.address(found, 1).split("?")[0]
    assert 0 < len(said) < 1200  # the pages that there are may be listed; a stranger's text is cut


# ---- addresses -------------------------------------------------------------------------------------------------------


def test_a_step_is_a_link():
    found = read(written({**STEP, "state": {"cell_text": "A & b = ü?", "step": 3}}), "mine")
    parts = urlsplit(lesson.address(found, 1))
    assert parts.path == "step_a_cell"
    asked = [("lesson", "mine"), ("lesson_step", "1"), ("cell_text", "A & b = ü?"), ("step", "3")]
    assert parse_qsl(parts.query) == asked


def test_the_home_page_has_no_name_in_a_link():
    assert lesson.address(read(written({**STEP, "page": "home"})), 1).startswith("./?lesson=own")


@pytest.mark.parametrize("number", [0, 2, -1])
def test_there_is_no_link_to_a_step_that_is_not_there(number):
    with pytest.raises(ValueError, match="expected 1 to 1"):
        lesson.address(read(written()), number)


@pytest.mark.parametrize(
    ("asked", "number"),
    [(None, 1), ("1", 1), ("2", 2), ("3", 1), ("0", 1), ("-1", 1), ("NaN", 1), ("٢", 1), ("9" * 5000, 1)],
)
def test_a_wrong_step_in_a_link_shows_the_first_and_says_so(asked, number):
    found, wrong = lesson.number(asked, read(written(STEP, STEP)))
    assert found == number
    assert bool(wrong) == (asked not in (None, "1", "2"))
    assert len(wrong) < 200


def test_a_note_hides_what_it_names_once():
    note, wrong = lesson.note("Guess!", "cell_cell, cell_text,cell_cell")
    assert note == lesson.Note("Guess!", ("cell_cell", "cell_text"))
    assert not wrong


@pytest.mark.parametrize("hide", ["a{}", "</style>", "*", "a:hover", "a\\62", "x" * 65, "é"])
def test_what_is_no_key_is_not_hidden_and_said_so(hide):
    note, wrong = lesson.note("", f"good,{hide}")
    assert note.hide == ("good",)
    assert "no name of a control" in wrong


def test_a_long_text_in_a_link_is_cut_and_said_so():
    note, wrong = lesson.note("x" * 100_000, "")
    assert len(note.say) == lesson.LONGEST_TEXT
    assert "100,000 characters" in wrong


# ---- words of strangers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://example.org/a.png)",
        "![x][1]\n\n[1]: https://example.org/a.png",
        "[x](https://example.org)",
        "[x](//example.org)",
        "[x](javascript:alert(1))",
        "[x]( <https://example.org> )",
        "[x]\n\n[x]: https://example.org",
        "<https://example.org>",
        "<mailto:a@example.org>",
        "<a@example.org>",
        "see https://example.org or www.example.org or WWW.example.org",
        "a@example.org",
        "!![x](https://example.org/a.png)",
        "[![x](https://example.org/a.png)](https://example.org)",
    ],
)
def test_a_strangers_words_hold_no_link_and_no_picture(text):
    # The syntax of every link of Markdown, and what its GitHub flavour takes for one without any.
    links = r"\]\(|\]\[|\]:|!\[|(?<!\\)<[a-zA-Z][\w+.-]*:|(?<!\\)<\S+@|://|(?i:www\.)|\w@\w"
    assert re.search(links, text)
    assert not re.search(links, harmless(text))


@pytest.mark.parametrize(
    "text",
    [
        "**Guess first:** what is $h_t = \\tanh(W h_{t-1})$ at *cat*?",
        "- one\n- two\n\n`c[t]` and $c_t = f_t \\cdot c_{t-1}$",
        "If $a < b$ and f(x)[0] = 1, then stop!",
        "1. Read. 2. Guess.",
    ],
)
def test_plain_markdown_stays_as_it_is(text):
    assert harmless(text) == text


def test_a_style_sheet_takes_keys_only():
    css = lesson.style(["cell_cell", "cell_text"], "cell_player")
    assert ".st-key-cell_cell,.st-key-cell_text{display:none !important}" in css
    assert ".st-key-cell_player{outline" in css
    assert lesson.style([]) == ""
    with pytest.raises(ValueError, match="no key of a widget"):
        lesson.style(["a}body{display:none"])
    with pytest.raises(ValueError, match="no key of a widget"):
        lesson.style([], "a}body{display:none")


# ---- the lessons that ship -------------------------------------------------------------------------------------------


def test_three_lessons_ship():
    titles = [found.title for found in lesson.shipped().values()]
    assert titles == ["From RNN to LSTM in 20 minutes", "Why gradients vanish", "Gates by hand"]


@pytest.mark.parametrize("found", lesson.shipped().values(), ids=lambda found: found.name)
def test_every_step_says_what_to_look_at_and_asks(found):
    assert 8 <= len(found.steps) <= 12
    assert found.about
    assert found.minutes >= 10
    for number, step in enumerate(found.steps, 1):
        assert step.look, number
        assert "?" in step.text or "pencil" in step.text, number
        assert "**" in step.text, number
        assert len(step.text) > 120, number
        assert harmless(step.text) == step.text, number


@pytest.mark.parametrize("name", lesson.shipped())
def test_a_lesson_that_ships_is_also_an_example_of_a_file(name):
    assert read(lesson.source(name), name) == lesson.shipped()[name]


def test_there_is_no_file_of_a_lesson_that_does_not_ship():
    with pytest.raises(KeyError, match="there is no lesson"):
        lesson.source("../pyproject")


def test_the_lessons_point_at_the_units_that_keep_the_number():
    kept = {cell: facts(f"agreement-{cell.lower()}")["number_unit"]["unit"] + 1 for cell in ("RNN", "LSTM")}
    for found in lesson.shipped().values():
        for step in found.steps:
            state = dict(step.state)
            if "unit" in state:
                assert int(state["unit"]) == kept[state.get("cell_cell", "LSTM")]
                if said := re.search(r"[Uu]nit (\d+)", step.text):
                    assert said[1] == state["unit"]
