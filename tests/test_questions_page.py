"""The pages "questions learners ask" and "slips in the lectures": every topic opens, and every link leads where it says."""

from itertools import chain
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from visitor import opened, sentences

from models.questions import NUMBERS
from playground import signpost
from playground.answers import GROUPS, QUESTIONS
from playground.answers_parts import TRY, TRY_SLIPS
from playground.glossary import TERMS
from playground.signpost import Signpost
from playground.slips import KINDS, SLIPS

PAGE, CORRECTIONS = "pages/questions.py", "pages/corrections.py"

SIGNPOSTS = {
    (each.page, *sorted(each.state.items())): each
    for each in chain(*(topic.signposts for topic in (*QUESTIONS, *SLIPS)), *(term.seen for term in TERMS))
}
"""All links of the three pages, each once."""

IN_THE_BROWSER = {"step", "unit", "value", "number"}
"""Names in the address bar that players and drawings read for themselves."""


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


def bound(app: AppTest) -> dict[str, Any]:
    """The widgets of a page by their names in the address bar."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [app._tree]
    while waiting:
        element = waiting.pop()
        if key := getattr(getattr(element, "proto", None), "query_param_key", ""):
            found[key] = element
        waiting += getattr(element, "children", {}).values()
    return found


def shows(element: Any, wanted: str) -> bool:
    """Whether a widget stands at what an address bar asks for."""
    match type(element).__name__:
        case "Slider" | "NumberInput":
            return float(element.value) == float(wanted)
        case "Toggle" | "Checkbox":
            return str(element.value).lower() == wanted
        case "TextInput" | "TextArea":
            return element.value == wanted
        case "Selectbox" | "Radio":
            return element.options[element.index] == wanted
        case "ButtonGroup":
            return [element.options[k] for k in element.indices] == [wanted]
        case "SelectSlider":
            return str(element.value) == wanted
    raise AssertionError(f"{type(element).__name__} is no widget that a link may set")


@pytest.mark.parametrize("target", SIGNPOSTS.values(), ids=lambda each: f"{each.page}: {each.words}")
def test_a_link_opens_the_exhibit_in_the_state_that_it_names(target, root):
    app = opened(target.exhibit.file, root, **target.state)
    assert "link asks" not in sentences(app)
    widgets = bound(app)
    for name, value in target.state.items():
        if name in IN_THE_BROWSER:
            assert app.main.get("bidi_component"), name
        elif not name.endswith("_tab"):  # a tab that there is not gets a sentence
            assert shows(widgets[name], value), name


def test_no_link_leads_to_its_own_page():
    assert not {each.page for each in SIGNPOSTS.values()} & {"glossary", "questions", "corrections"}


def test_a_way_to_nowhere_is_an_error():
    with pytest.raises(KeyError, match="page is 'nowhere', expected one of home"):
        Signpost("nowhere")
    assert Signpost("forecasting").words == "Forecasting"


def test_the_link_for_126_weights_shows_126_weights(root):
    target = next(each for each in SIGNPOSTS.values() if each.words == "The GRU with 126")
    app = opened(target.exhibit.file, root, **target.state)
    assert any("126" in str(text.value) for text in [*app.markdown, *app.latex])


# Questions


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.name)
def test_every_question_opens_from_its_link_with_its_answer(asked, root):
    app = opened(PAGE, root, questions_open=asked.short)
    assert not app.warning
    assert app.selectbox(key="questions_open").value == asked.name
    assert asked.question in [title.value for title in app.subheader]
    answer = asked.answer(NUMBERS[asked.name]())
    assert answer.text in [text.value for text in app.markdown]
    assert len(app.get("plotly_chart")) == (answer.figure is not None)
    assert len(app.get("page_link")) == len(asked.signposts)
    assert bool(app.info) == bool(asked.heard)
    if answer.table:
        assert app.dataframe[0].value.shape[0] == len(next(iter(answer.table.values())))


def test_the_page_opens_on_an_answer_with_its_chart(root):
    app = opened(PAGE, root)
    assert QUESTIONS[0].question in [title.value for title in app.subheader]
    assert app.get("plotly_chart")


@pytest.mark.parametrize("group", GROUPS)
def test_another_group_opens_its_first_question(group, root):
    app = opened(PAGE, root, questions_open=GROUPS["Gradients"][2].short)
    widget: Any = app.get_by_key("questions_group")
    widget.set_value(group).run()
    assert not app.exception
    assert not app.warning
    first = GROUPS[group][0] if group != "Gradients" else GROUPS[group][2]
    assert first.question in [title.value for title in app.subheader]
    assert app.radio(key="questions_list").options == [asked.short for asked in GROUPS[group]]


def test_one_question_is_open_at_a_time(root):
    app = opened(PAGE, root)
    for asked in GROUPS["Shapes"]:
        app.radio(key="questions_list").set_value(asked.name).run()
        assert not app.exception
        titles = [title.value for title in app.subheader]
        assert [other.question for other in QUESTIONS if other.question in titles] == [asked.question]


@pytest.mark.parametrize("text", ["<script>", "`x`", "a" * 10_000, "0"])
def test_a_question_that_there_is_not_gets_a_sentence(text, root):
    for page, key in ((PAGE, "questions_open"), (CORRECTIONS, "slips_open")):
        app = opened(page, root, **{key: text})
        assert "which there is not" in sentences(app)
        assert len(sentences(app)) < 2000
        assert app.get("plotly_chart")


def test_things_to_try_open_what_they_speak_of(root):
    for page, tries, key in ((PAGE, TRY, "questions"), (CORRECTIONS, TRY_SLIPS, "slips")):
        for name, (values, _) in tries.items():
            app = opened(page, root)
            app.button(key=f"{key}_try_{name}").click().run()
            assert not app.exception
            assert app.selectbox(key=f"{key}_open").value == values[f"{key}_open"]


def test_what_is_often_heard_is_put_right():
    heard = " ".join(asked.heard for asked in QUESTIONS)
    for said in ("as many cells", "element in the *sequence*", "second derivative", "cannot vanish", "paper is wrong"):
        assert said in heard
    assert "batch_first=True" in heard
    assert "across epochs" in heard


# Slips


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_every_slip_opens_from_its_link_with_both_sides(slip, root):
    app = opened(CORRECTIONS, root, slips_open=f"{slip.lecture}: {slip.short}")
    assert not app.warning
    assert slip.printed in app.error[0].value
    assert slip.right in app.success[0].value
    assert slip.short in [title.value for title in app.subheader]
    assert len(app.get("page_link")) == len(slip.signposts)


def test_the_corrections_open_on_one_with_its_chart(root):
    app = opened(CORRECTIONS, root)
    assert app.get("plotly_chart")
    widget: Any = app.get_by_key("slips_group")
    for kind in KINDS:
        widget.set_value(kind).run()
        assert not app.exception
        assert not app.warning
        assert app.selectbox(key="slips_open").value == next(slip.name for slip in SLIPS if slip.kind == kind)
        widget = app.get_by_key("slips_group")


def test_every_lecture_has_a_slip_and_so_has_every_row_of_notation_md(pytestconfig):
    assert {name for slip in SLIPS for name in slip.lecture.split(" and ")} == {"Luo", "Yang", "Xiao", "Xu", "Riveill"}
    text = (
        (pytestconfig.rootpath / "docs/notation.md").read_text(encoding="utf-8").split("## Slips that are corrected")[1]
    )
    printed = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][1:]
    assert {row.split(",")[0] for row in printed} <= {slip.lecture for slip in SLIPS}


def test_signposts_name_exhibits_that_exist():
    assert all(each.exhibit in signpost.EXHIBITS for each in SIGNPOSTS.values())
