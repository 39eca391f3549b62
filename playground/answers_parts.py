"""Parts of the pages "questions learners ask" and "slips in the lectures": one topic is open at a time."""

from collections.abc import Mapping, Sequence

import streamlit as st

from models.told import Told
from playground import answers, compute, controls, showing, signpost, slips
from playground.answers import Answer, Asked
from playground.language import said_all, say
from playground.slips import Slip

_ROW = 35  # pixels of a row in Streamlit's tables

ASKED = (
    "**What do learners ask most, and what do the numbers say?** Twenty-five questions from forums, courses and bug reports. "
    "Every number in an answer was computed for this page; each answer leads to the exhibit that shows it."
)
NOTICE = (
    "Most answers come from looking at a tensor: at its shape, at its size, at which number equals which. You can do "
    "the same. Make the smallest layer that shows the question, set its weights by hand, and print everything."
)
TRY: Mapping[str, tuple[Mapping[str, object], str]] = {
    "Guess before you read": (
        {"questions_open": "gates"},
        "Which of the four parts can be frozen at 1, and the memory still holds the right number? Say it, then read on.",
    ),
    "Catch a popular mistake": (
        {"questions_open": "vanishing"},
        "“An LSTM cannot vanish.” Look at the curve for b = 0, then follow the link and move the bias yourself.",
    ),
}
TRY_SLIPS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "Say first what is wrong": (
        {"slips_open": "larger_weight"},
        "“If w_hh is larger, the gradient explodes.” For which φ is that true? Then look at both curves.",
    ),
    "Correct a program": (
        {"slips_open": "names"},
        "Cover the last column of the table. Which types would you give to the five words?",
    ),
}


_QUESTIONS: Mapping[str, Mapping[str, str]] = {
    group: {asked.name: asked.short for asked in of} for group, of in answers.GROUPS.items()
}
_SLIPS: Mapping[str, Mapping[str, str]] = {
    kind: {
        slip.name: Told("{lecture}: {title}", lecture=Told(slip.lecture), title=Told(slip.short))
        for slip in slips.SLIPS
        if slip.kind == kind
    }
    for kind in slips.KINDS
}
"""What the lists say, by group and name."""


def ask_question() -> Asked:
    """Ask for a question, in a menu of all and by group; the open one is in the URL."""
    name = _ask("questions", "Question", _QUESTIONS, {group: group for group in _QUESTIONS})
    return next(asked for asked in answers.QUESTIONS if asked.name == name)


def ask_slip() -> Slip:
    """Ask for a slip, in a menu of all and by kind; the open one is in the URL."""
    name = _ask("slips", "Slip", _SLIPS, slips.KINDS)
    return next(slip for slip in slips.SLIPS if slip.name == name)


def _ask(page: str, label: str, groups: Mapping[str, Mapping[str, str]], titles: Mapping[str, str]) -> str:
    """Ask for a topic in a menu, which is in the URL, and for its group, which follows from it."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key=f"{page}_controls"):
        topics = {name: title for group in groups.values() for name, title in group.items()}
        name = controls.select(page, "open", label, topics, width=330)
        key = f"{page}_group"
        st.session_state[key] = next(group for group, of in groups.items() if name in of)
        first = {group: next(iter(of)) for group, of in groups.items()}
        st.segmented_control(
            say("Group"), list(groups), required=True, format_func=said_all(titles).__getitem__, key=key, wrap=True,
            on_change=_open_first, args=(page, first),
        )  # fmt: skip
    return name


def _open_first(page: str, first: Mapping[str, str]) -> None:
    """Another group was chosen: its first topic opens."""
    st.session_state[f"{page}_open"] = first[st.session_state[f"{page}_group"]]


def list_questions(asked: Asked) -> None:
    """The questions of the group that is open, one click away."""
    _list("questions", "In this group", asked.name, _QUESTIONS)


def list_slips(slip: Slip) -> None:
    """The slips of the kind that is open, one click away."""
    _list("slips", "Of this kind", slip.name, _SLIPS)


def _list(page: str, label: str, name: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    key = f"{page}_list"
    topics = next(of for of in groups.values() if name in of)
    st.session_state[key] = name
    st.radio(
        say(label),
        list(topics),
        format_func=said_all(topics).__getitem__,
        key=key,
        on_change=_open_listed,
        args=(page,),
    )


def _open_listed(page: str) -> None:
    """Another topic of the list was chosen: the menu follows, and so does the URL."""
    st.session_state[f"{page}_open"] = st.session_state[f"{page}_list"]


def show_question(asked: Asked) -> None:
    """The question, its answer, what one hears about it, and where to see it."""
    st.subheader(say(asked.question))
    _show(f"questions_{asked.name}", asked.answer(compute.numbers_of(asked.name)))
    if asked.heard:
        st.info(say("**Often heard.** {heard}", heard=say(asked.heard)), icon=":material/hearing:")
    st.markdown(say("**See it**"))
    signpost.show(asked.signposts)


def show_slip(slip: Slip) -> None:
    """What the slide says, what is right, the evidence, and where to see it."""
    st.subheader(say(slip.short))
    left, right = st.columns(2)
    lecture = say(slip.lecture)
    left.error(
        say("**{lecture}'s slide**  \n{printed}", lecture=lecture, printed=say(slip.printed)), icon=":material/close:"
    )
    right.success(say("**Right**  \n{right}", right=say(slip.right)), icon=":material/check:")
    _show(f"slips_{slip.name}", slip.evidence(compute.evidence_of(slip.name)))
    st.markdown(say("**See it**"))
    signpost.show(slip.signposts)


def _show(key: str, answer: Answer) -> None:
    st.markdown(answer.text)
    if answer.figure:
        showing.chart(answer.figure(dark=controls.dark()), key=key, alt=answer.alt)
    if answer.table:
        _table(answer.table, answer.table_alt)


def _table(columns: Mapping[str, Sequence[object]], alt: str) -> None:
    """A table that shows all its rows."""
    rows = len(next(iter(columns.values())))
    showing.table(columns, hide_index=True, height=(rows + 1) * _ROW + 3, alt=alt)
