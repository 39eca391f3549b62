"""The address bar is the state: every widget of every page is in it, and nothing in it breaks a page."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from visitor import opened

from playground.exhibits import EXHIBITS

ROOT = Path(__file__).resolve().parents[1]

UNBOUND = {
    r"save_.*": "the panel that saves figures is a tool beside the page, not a state of what it shows",
    r"counter_table_editor_\d+": "a data editor cannot be bound; what is typed into it is written to counter_table, which is",
    r"lm_paste|lm_own_text|senti_own_text": "a pasted text of 100,000 characters is longer than an address can be",
    r"(questions|slips)_(group|list)": "follows from the topic that is open, which is in the address",
    r"forecast_column": "a column of a visitor's file, which no link can carry",
    r"whatif_(name|unit|token|value|cut|matrix|row|column|weight)(_.*)?": (
        "parts of a change that is being put together; what is in force is in the address as one line"
    ),
}
"""Widgets that are not in the address, by their keys, with the reason."""

NO_STATE = {"button", "download_button", "file_uploader", "form_submit_button", "link_button", "page_link"}
"""Kinds that have no state, or one that no link can carry: a file."""


GUESS = {"?", "no guess yet"}
"""How a choice that nobody has made yet is called: what it reveals are answers, not widgets."""


def bindable(app: AppTest) -> Iterator[tuple[str, str, str, Any]]:
    """Everything with a state that the visitor sets: its kind, key, parameter in the address, and itself."""
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if node.type == "tab_container":
            proto = proto.tab_container if proto else None
        if proto is None or node.type in NO_STATE or "query_param_key" not in proto.DESCRIPTOR.fields_by_name:
            continue
        if proto.id:  # a fold or tabs without one are opened by the browser alone, and the page does not know
            yield node.type, node.key or "", proto.query_param_key, node


@cache
def tabs(file: str) -> tuple[str, tuple[str, ...]]:
    """The parameter of a page's tabs, and their names; nothing where it has none."""
    for node in opened(file, ROOT)._tree:
        if node.type == "tab_container":
            return node.key or "", tuple(getattr(tab, "label", "") for tab in node.children.values())
    return "", ("",)


@cache
def walked(file: str) -> dict[tuple[str, str], str]:
    """Kind and key of every widget of a page, in all of its tabs and after each choice, with its parameter."""
    key, names = tabs(file)
    found: dict[tuple[str, str], str] = {}
    for name in names:
        app = opened(file, ROOT, **({key: name} if name else {}))
        found |= {(kind, key): parameter for kind, key, parameter, _ in bindable(app)}
        for choice in [node for kind, _, _, node in bindable(app) if kind == "button_group"]:
            options = [option.content for option in choice.proto.options]
            if not GUESS & {*options}:
                for option in [option for k, option in enumerate(options[:4]) if k not in choice.proto.default]:
                    app = opened(file, ROOT, **({key: name} if name else {}), **{choice.key: option})
                    found |= {(kind, key): parameter for kind, key, parameter, _ in bindable(app)}
    return found


def reason(key: str) -> str:
    return next((why for pattern, why in UNBOUND.items() if re.fullmatch(pattern, key)), "")


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_every_widget_of_a_page_is_in_the_address(exhibit):
    found = walked(exhibit.file)
    unbound = {key: kind for (kind, key), parameter in found.items() if parameter != key and not reason(key)}
    assert unbound == {}


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_no_parameter_of_a_page_is_one_that_players_and_lessons_write(exhibit):
    taken = {"step", "unit", "value", "number", "lesson", "lesson_step", "say", "hide"}
    assert not taken & {key for _, key in walked(exhibit.file)}


def test_no_two_pages_share_a_parameter():
    pages: dict[str, set[str]] = {}
    for exhibit in EXHIBITS:
        for _, key in walked(exhibit.file):
            pages.setdefault(key, set()).add(exhibit.file)
    everywhere = len(EXHIBITS)  # what stands around all pages is one widget
    shared = {key: files for key, files in pages.items() if 1 < len(files) < everywhere and not reason(key)}
    assert shared == {}


def test_a_widget_that_is_not_in_the_address_is_seen():
    def script() -> None:
        import streamlit  # noqa: PLC0415 - the script of a page runs by itself

        streamlit.slider("bound", 0, 9, key="a", bind="query-params")
        streamlit.slider("free", 0, 9, key="b")
        streamlit.tabs(["one", "two"], key="c", on_change="rerun")
        streamlit.expander("fold")

    found = {key: parameter for _, key, parameter, _ in bindable(AppTest.from_function(script).run())}
    assert found == {"a": "a", "b": "", "c": ""}


# ---- nothing in an address breaks a page -----------------------------------------------------------------------------

FUZZED = ["pages/step_a_cell.py", "pages/memory_counter.py", "pages/chains_of_numbers.py", "pages/lessons.py"]

WORDS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1",
        "1e9",
        "NaN",
        "inf",
        "-inf",
        "9" * 400,
        "true",
        "None",
        "<script>",
        "a,b;c",
        "\x00",
        "😀",
        "\u202e",
    ]
) | st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def addresses(draw: st.DrawFn, file: str) -> dict[str, str]:
    """Parameters that this page knows, and those of players and lessons, each with a value that may be anything."""
    own = sorted(key for _, key in walked(file))
    names = st.sampled_from([*own, "step", "unit", "value", "number", "lesson", "lesson_step", "say", "hide", "other"])
    asked = draw(st.dictionaries(names, WORDS, min_size=1, max_size=6))
    if draw(st.booleans()):
        asked["lesson"] = draw(st.sampled_from(["gates_by_hand", "rnn_to_lstm", "own", "nothing"]))
    key, tab = tabs(file)
    if key and draw(st.booleans()):
        asked[key] = draw(st.sampled_from(tab))
    return asked


@pytest.mark.parametrize("file", FUZZED)
def test_no_address_breaks_a_page(file):
    @given(addresses(file))
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    def never_an_exception(asked: dict[str, str]) -> None:
        assert not opened(file, ROOT, **asked).exception

    never_an_exception()


@pytest.mark.parametrize(
    "asked",
    [
        {"say": "Guess!", "hide": "cell_letters"},
        {"say": "x" * 100_000},
        {"hide": "a{}b,*,</style>"},
        {"lesson": "gates_by_hand", "lesson_step": "9" * 5000},
        {"lesson": "own"},
        {"lesson": "../../etc/passwd", "lesson_step": "1"},
    ],
)
def test_what_a_link_says_around_a_page_leaves_the_page_alone(asked):
    app = opened("pages/step_a_cell.py", ROOT, **asked)
    assert app.title[0].value == "Step a cell"
    assert app.main.get("bidi_component")
