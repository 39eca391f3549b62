"""Widgets that several pages share. They return frozen values, never widgets, and turn bad input into a sentence.

A widget's key starts with the page's name and is its name in the URL, so the address bar reproduces the view.
"""

import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from models.cells import CELLS
from models.reading import LONGEST, VARIANTS, Question, Reading
from models.text import words
from playground import guesses
from playground.language import said_all, say, wordings
from playground.notation import NOTATIONS, Notation
from playground.player import Cursor, Go, Held, Token, Track, Words, asked, player

LECTURE = "The cat, which already ate the fish, was full."
EXAMPLES = {
    "cat … was": LECTURE,
    "cats … were": "The cats, which already ate the fish, were full.",
    "other nouns between": "The cat, which chased the dogs near the trees, was full.",
    "a long way": "The dogs, which followed the cat by the river and slept behind the house, were tired.",
    "the wrong verb": "The cats, which already ate the fish, was full.",
}
"""Texts that are one click away, by the words on their buttons."""

ATTEMPTS = (
    (
        "Put dogs in the way of the cat",
        "The cat, which chased the dogs near the trees, was full.",
        "Guess first: will “dogs” and “trees” change the verb? Step to the second comma and read the network's guess.",
    ),
    (
        "Give it the wrong verb",
        "The cats, which already ate the fish, was full.",
        "How probable did the network think “was” one step before? What does the unit that keeps the number do now?",
    ),
)
"""Things to try: the button's words, the text that it sets, and what to look at."""

_SHOWN = 6  # unknown words that a sentence names; more are counted


def question(page: str) -> tuple[Question, Notation]:
    """Ask which cell of which network reads which text, and in whose letters its formulas are written."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{page}_controls"):
        cell = choice(page, "cell", "Cell", {name: name for name in CELLS}, "LSTM")
        trained = _network(page)
        hidden, seed = (16, 0) if trained else _untrained(page)
        variant = select(page, f"form_{cell.lower()}", "Form of the cell", VARIANTS[cell], width=290)
        letters = select(page, "letters", "Letters as in", {name: name for name in NOTATIONS}, width=130)
    return Question(text(page), cell, trained, hidden, seed, variant), NOTATIONS[letters]


def questions(page: str) -> list[Question]:
    """Ask which networks read which text, one question for each cell."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{page}_controls"):
        trained = _network(page)
        hidden, seed = (16, 0) if trained else _untrained(page)
    typed = text(page)
    return [Question(typed, cell, trained, hidden, seed) for cell in CELLS]


def text(page: str) -> str:
    """Ask for a text, with examples one click away.

    A text without words gets a sentence, and the last text that had some stays in view.
    """
    key, good = f"{page}_text", f"{page}_good_text"
    typed = st.text_input(say("Text (Enter reads it)"), LECTURE, key=key, bind="query-params") or ""
    with st.container(horizontal=True, gap="small", key=f"{page}_examples"):
        for name, example in EXAMPLES.items():
            st.button(
                say(name), key=f"{page}_{name}", type="tertiary", help=example, on_click=_put, args=(key, example)
            )
    if words(typed):
        st.session_state[good] = typed
        return typed
    kept = st.session_state.get(good, LECTURE)
    st.warning(
        say(
            "That text has no word to read. Type some words, or choose an example. What you see still reads {text}.",
            text=_code(words(kept)),
        )
    )
    return kept


def choice(page: str, name: str, label: str, options: Mapping[str, str], default: str, *, asks: str = "") -> str:
    """Ask for one of a few options, shown side by side.

    A choice that begins as "none" is a guess: what the visitor answers is kept (`playground.guesses`).

    Args:
        page: the page's name.
        name: what is chosen; with the page's name it is the widget's key.
        label: above the options.
        options: as the visitor reads them, by name.
        default: the one that is chosen at first.
        asks: the question to a guess in one sentence, where the label does not say it.
    """
    key = f"{page}_{name}"
    meant = _understand(key, label, options)
    labels = said_all(options)
    guessing: dict[str, Any] = {}
    if default == "none":
        guessing = {"on_change": guesses.heard, "args": (key, say(asks or label), labels)}
    chosen = st.segmented_control(
        say(label),
        list(options),
        default=None if meant else default,
        required=True,
        format_func=labels.__getitem__,
        key=key,
        bind="query-params",
        **guessing,
    )
    return str(chosen) if chosen in options else default


def answer(key: str, text: str) -> None:
    """What the tensors say to a guess, as Markdown; whether it was right is kept with the guess.

    Args:
        key: of the guess's widget.
        text: begins with a verdict, "**Right: …", where the visitor has guessed.
    """
    guesses.judged(key, text)
    st.markdown(text)


def select(
    page: str,
    name: str,
    label: str,
    options: Mapping[str, str],
    width: int,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Ask for one of several options, the first one at first, in a menu."""
    key = f"{page}_{name}"
    _understand(key, label, options)
    chosen = st.selectbox(
        say(label),
        list(options),
        format_func=said_all(options).__getitem__,
        key=key,
        bind="query-params",
        width=width,
        on_change=on_change,
    )
    return chosen if chosen in options else next(iter(options))


def tabs(page: str, names: Sequence[str]) -> Sequence[TabContainer]:
    """Tabs that know whether they are open, so that a page computes only what is seen; the open one is in the URL."""
    key = f"{page}_tab"
    labels = [say(name) for name in names]
    _understand(key, "tab", dict(zip(labels, names, strict=True)))
    if (was := st.session_state.get(key)) not in (None, *labels):  # the open one, in the language before
        st.session_state[key] = next((say(name) for name in names if was in wordings(name)), labels[0])
    return st.tabs(labels, key=key, on_change="rerun", bind="query-params")


def play(
    page: str,
    readings: Mapping[str, Reading],
    letters: Notation,
    start: Cursor,
    *,
    value: str = "",
    report: bool = False,
    held: Mapping[str, Held] | None = None,
    compact: bool = False,
) -> Cursor:
    """Show readings of one text in the player, one track for each, and give back where the visitor looks.

    Args:
        page: the page's name.
        readings: by the titles of their tracks; all of the same text.
        letters: in whose letters the formulas are written.
        start: where a first-time visitor looks; a link goes first.
        value: the value that a first-time visitor studies; the gate that keeps if not given.
        report: give back the cursor each time it has come to rest, not only at the start.
        held: by the titles of tracks, which of their values were not computed but set.
        compact: no heatmaps, no lines.
    """
    first, set_ = next(iter(readings.values())), held or {}
    traces = [reading.trace for reading in readings.values()]
    names = [name for trace in traces for name in (*trace.names, *trace.inner)]
    _, wrong = asked(first.trace.steps, max(trace.hidden for trace in traces), names)
    if wrong:
        st.warning(wrong)
    return player(
        [
            Track(title, reading.trace, Words("next word", reading.guesses, reading.probabilities), set_.get(title, {}))
            for title, reading in readings.items()
        ],
        [
            Token(token, "" if known else "read as <unk>")
            for token, known in zip(first.tokens, first.known, strict=True)
        ],
        key=f"{page}_player",
        notation=letters,
        step=start.step,
        unit=start.unit,
        value=value,
        go=st.session_state.get(f"{page}_go"),
        report=report,
        compact=compact,
    )


def attempts(page: str) -> None:
    """Two things to try, each a click that changes the text, with what to look at."""
    key = f"{page}_text"
    for column, (name, example, look) in zip(st.columns(2), ATTEMPTS, strict=True):
        with column:
            st.button(say(name), key=f"{page}_try_{name}", on_click=_put, args=(key, example))
            st.markdown(say(look))


def pointer(page: str, label: str, cursor: Cursor, value: str) -> None:
    """A button in the text, its label in the visitor's language, to a place in the player of its page."""
    key = f"{page}_go"
    number = st.session_state[key].number + 1 if key in st.session_state else 1
    st.button(
        label, key=f"{page}_point", icon=":material/my_location:", on_click=_put, args=(key, Go(cursor, value, number))
    )


def remarks(reading: Reading) -> None:
    """Say what the network could not read: words it does not know, words beyond the longest text."""
    unknown = list(
        dict.fromkeys(token for token, known in zip(reading.tokens, reading.known, strict=True) if not known)
    )
    if not any(reading.known):
        st.warning(
            say(
                "None of these words is known to the network: it reads `<unk>` at every step. "
                "Its language has cats, dogs, trees and what they did: try an example."
            )
        )
    elif unknown:
        told = "Not in the network's vocabulary, so read as `<unk>`: {words}."
        if (more := len(unknown) - _SHOWN) > 0:
            told = "Not in the network's vocabulary, so read as `<unk>`: {words} and {more} more."
        st.info(say(told, words=_code(unknown[:_SHOWN]), more=more))
    if reading.left_out:
        st.warning(
            say(
                "The text has {count:,} words; the network reads the first {most}. Your text is unchanged.",
                count=len(reading.tokens) + reading.left_out,
                most=LONGEST,
            )
        )


def check_link(key: str, low: float, high: float) -> None:
    """A number in the URL that is none, or is out of its range, is ignored, and said so."""
    asked_for = st.query_params.get(key)
    if asked_for is None:
        return
    try:
        fits = math.isfinite(float(asked_for)) and low <= float(asked_for) <= high
    except ValueError:
        fits = False
    if not fits:
        st.warning(
            say(
                "The link asks for {asked} where a number from {low:g} to {high:g} was wanted: it is ignored.",
                asked=_code([asked_for]),
                low=low,
                high=high,
            )
        )


def trainer(page: str) -> str:
    """Whose trainings those of this visitor on a page are: they end together when nobody looks at the page any more."""
    return st.session_state.setdefault(f"{page}_trainer", f"{page}-{uuid.uuid4().hex}")


def dark() -> bool:
    """Whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def _network(page: str) -> bool:
    return choice(page, "network", "Network", {"trained": "Trained", "untrained": "Untrained"}, "trained") == "trained"


def _untrained(page: str) -> tuple[int, int]:
    """Size and seed of an untrained network."""
    check_link(f"{page}_hidden", 1, 64)
    check_link(f"{page}_seed", 0, 2**31 - 1)
    hidden = st.number_input(say("Hidden units"), 1, 64, 16, key=f"{page}_hidden", bind="query-params", width=130)
    seed = st.number_input(say("Seed"), 0, 2**31 - 1, 0, key=f"{page}_seed", bind="query-params", width=130)
    return int(hidden or 16), int(seed or 0)


def _put(key: str, value: object) -> None:
    st.session_state[key] = value


def _understand(key: str, label: str, options: Mapping[str, str]) -> bool:
    """A link calls an option by its label in any language; what is none of them is ignored, and said so.

    Returns:
        Whether the widget has been set to what the link means, as it knows the labels of one language only.
    """
    asked = st.query_params.get(key)
    if asked is None or asked in said_all(options).values():
        return False
    meant = next((option for option, words in options.items() if asked in wordings(words)), None)
    if meant is None:
        told = say(
            "The link asks for {what} {asked}, which there is not.", what=say(label).lower(), asked=_code([asked])
        )
        st.warning(told)
    elif key not in st.session_state:
        st.session_state[key] = meant
        return True
    return False


def _code(tokens: list[str]) -> str:
    """Words of a visitor as plain code in Markdown, long ones cut."""
    return " ".join(f"`{token[:40].replace('`', 'ˋ')}{'…' if len(token) > 40 else ''}`" for token in tokens[:40])
