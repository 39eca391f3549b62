"""Parts of the page "glossary and notation": its widgets, its tables, its terms."""

from collections.abc import Mapping

import streamlit as st

from models.reading import VARIANTS, Question, Reading
from playground import compute, controls, glossary, lettering, showing, signpost, typed
from playground.explain import TELLING
from playground.language import say
from playground.notation import NOTATIONS, Notation
from playground.player import Cursor

ASKED = (
    "**What is this letter, and what does another lecture call it?** The same gate has five names. Here is every letter of "
    "every cell, whose it is, and where its weights lie; then the words of the field, each with a place where you can see it."
)
STACKED = (
    "A library stacks the weights of all gates into one matrix. **PyTorch stacks rows**: `weight_ih_l0` (on x), "
    "`weight_hh_l0` (on h) and both biases are all cut alike. **Keras stacks columns**: `kernel` (on x), "
    "`recurrent_kernel` (on h) and `bias` are cut alike, and each matrix is PyTorch's, transposed."
)
TABS = ("Notation", "Glossary")
NOTICE_NOTATION = (
    "Look along a row: one value, seven hands. Look down a column: one author, one habit. Two things change more than "
    "a letter. The GRU's z keeps in PyTorch and Keras and writes in lectures, so Γu stands as 1 − Γu beside it. And "
    "the two libraries stack the gates of a GRU in another order: weights that are copied row by row land in the wrong "
    "gate, without an error."
)
NOTICE_GLOSSARY = (
    "Most quarrels about recurrent nets are quarrels about words: *cell*, *unit*, *state*, *output* and *layer* mean "
    "different things to different authors. When you read a new text, first find its letters for c and h."
)
TRY_NOTATION = {
    "Turn the GRU's z round": (
        {"glossary_cell": "GRU", "glossary_letters": "Yang", "glossary_line_gru": "h"},
        "Yang's Γu stands as 1 − Γu beside PyTorch's z. Now choose the form “z writes”: on which side does the “1 −” stand?",
    ),
    "Write an LSTM as Keras does": (
        {"glossary_cell": "LSTM", "glossary_letters": "Keras", "glossary_line_lstm": "f"},
        "x stands on the left of its matrix, and there is one bias. How many weights fewer is that for H = 16? (4 H)",
    ),
}
TRY_GLOSSARY = {
    "Find every gate": (
        {"glossary_find": "gate"},
        "How many terms speak of gates? Which of them is called a gate and is none?",
    ),
    "Find a name from PyTorch": (
        {"glossary_find": "h_n"},
        "Follow the link: each row of h_n is framed in the output, where it stands there at all.",
    ),
}


def ask_cell() -> tuple[Reading, Notation]:
    """Ask for a cell, its form, and in whose letters the player writes."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="glossary_controls"):
        cell = controls.choice("glossary", "cell", "Cell", {name: name for name in VARIANTS}, "LSTM")
        form = controls.select("glossary", f"form_{cell.lower()}", "Form of the cell", VARIANTS[cell], width=290)
        letters = controls.select("glossary", "letters", "Your letters", {n: n for n in NOTATIONS}, width=130)
    return compute.read(Question(controls.LECTURE, cell, variant=form)), NOTATIONS[letters]


def show_letters(reading: Reading, letters: Notation) -> None:
    """The table of letters, and one line of the cell in every hand."""
    cell, dark = reading.trace.cell, controls.dark()
    st.html(lettering.letter_table(cell, letters.name, dark=dark))
    st.subheader(say("One line in every hand"))
    options = lettering.values(cell)
    name = controls.choice("glossary", f"line_{cell.kind.lower()}", "The line of", options, _first(cell.kind))
    st.html(lettering.line_table(name, cell, letters.name, dark=dark))
    if told := lettering.unsaid(cell):
        with st.expander(say("What to know before you compare")):
            st.markdown(told)


def _first(kind: str) -> str:
    """The line that a first visitor sees: the gate that keeps, where there is one."""
    return {"LSTM": "f", "GRU": "z"}.get(kind, "h")


def show_slices(reading: Reading) -> None:
    """Where the weights of each gate lie in PyTorch and in Keras."""
    st.subheader(say("Which slice of the weights is it?"))
    st.markdown(say(STACKED))
    st.html(lettering.strip(reading.trace.cell, dark=controls.dark()))
    showing.table(
        lettering.slice_table(reading.trace.cell, reading.trace.hidden),
        hide_index=True,
        width="content",
        alt=say("Each gate with its rows in PyTorch and its columns in Keras"),
    )


def show_player(reading: Reading, letters: Notation) -> None:
    """A trained network on a sentence, its formulas in the chosen letters."""
    kind = reading.trace.cell.kind
    st.subheader(say("The letters at work"))
    told = "A trained {kind} reads a sentence. Point at a value: its formula is in **{name}**'s letters."
    st.markdown(say(told, kind=kind, name=letters.name))
    controls.play("glossary", {kind: reading}, letters, Cursor(1, compute.number_unit(kind)), value=TELLING[kind])


def show_terms() -> None:
    """The terms that a search finds, by group, each with where to see it."""
    text = st.text_input(
        say("Find a term"), key="glossary_find", bind="query-params", type="search", live=True, icon=":material/search:",
        placeholder=say("gate, BPTT, perplexity …"), width=420,
    )  # fmt: skip
    found = glossary.find(text or "")
    count = sum(map(len, found.values()))
    st.markdown(told(text or "", count))
    for group, terms in found.items():
        st.subheader(say(group))
        for term in terms:
            with st.container(key=f"glossary_term_{term.name}", gap="xsmall"):
                names = term.also if say(term.name) == term.name else (term.name, *term.also)
                also = f" :small[{say('also:')} {', '.join(f'`{name}`' for name in names)}]" if names else ""
                st.markdown(f"**{say(term.name)}**{also}  \n{say(term.text)}")
                signpost.show(term.seen)


def told(text: str, count: int) -> str:
    """How many terms a search found, as Markdown."""
    if not text.strip():
        return say("{count} terms.", count=count)
    shown = text.strip()[: glossary.LONGEST].replace("`", "ˋ")
    if count:
        return say("{count} of {all} terms have `{shown}` in them.", count=count, all=len(glossary.TERMS), shown=shown)
    nothing = (
        "None of the {all} terms has `{shown}` in it. Try a shorter word, or its beginning: `grad`, `pack`, "
        "`bidir`. An empty search shows all."
    )
    return say(nothing, all=len(glossary.TERMS), shown=shown)


def ending(page: str, notice: str, tries: Mapping[str, tuple[Mapping[str, object], str]]) -> None:
    """What to notice, and things to try: each a click that sets widgets, with what to look at."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"glossary_{page}", tries)
