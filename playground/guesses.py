"""What a visitor guessed before looking: kept in the visitor's own session, to be taken home as a file.

A guess is a widget like any other. What it was set to is heard when the visitor sets it, so an answer that came with a
link counts for nobody. The first answer stays; later ones stand below it. Nothing is stored on the server.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import streamlit as st

from playground.language import wordings
from playground.tables import csv_of

MOST = 500
"""Answers that are kept of one session."""

COLUMNS = ("when (UTC)", "page", "question", "attempt", "answer", "verdict")

_LOG = "guesses_so_far"
_PAGE = "guesses_page"
_LONGEST = 500
_VERDICTS = {"Right": "right", "Close:": "close", "Not this time": "not this time", "Not so": "not this time"}


@dataclass(frozen=True)
class Guess:
    """One answer.

    Attributes:
        when: the moment, in UTC, to the second.
        page: the title of its page.
        key: of the widget.
        question: what was asked.
        answer: as the visitor saw it.
        attempt: 1 for the first answer to this question.
        verdict: what the page said of it; empty where it said nothing.
    """

    when: str
    page: str
    key: str
    question: str
    answer: str
    attempt: int
    verdict: str = ""


def at(page: str) -> None:
    """Say on which page the visitor is: guesses bear its title."""
    st.session_state[_PAGE] = page


def heard(key: str, question: str, options: dict[str, str] | None = None) -> None:
    """Keep what a widget has been set to: its `on_change`. Taking an answer back, or giving it again, adds nothing.

    Args:
        key: of the widget.
        question: what was asked, as the page shows it: Markdown.
        options: of a choice, as the visitor reads them.
    """
    value = st.session_state.get(key)
    if value is None or value == "none":
        return
    answer = (
        options.get(str(value), str(value)) if options else f"{value:g}" if isinstance(value, float) else str(value)
    )
    asked = _flat(question)
    before = [guess for guess in so_far() if (guess.key, guess.question) == (key, asked)]
    if (before and before[-1].answer == answer) or len(so_far()) >= MOST:
        return
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    page = st.session_state.get(_PAGE, "")
    found = Guess(when, page, key, asked, answer[:_LONGEST], len(before) + 1)
    st.session_state[_LOG] = (*so_far(), found)


def judged(key: str, text: str) -> None:
    """Keep what the page says of the newest answer to a question, where that begins with a verdict."""
    begins = text.lstrip("* ")
    verdict = next((word for start, word in _VERDICTS.items() if begins.startswith(tuple(wordings(start)))), "")
    log = list(so_far())
    newest = next((place for place in reversed(range(len(log))) if log[place].key == key), None)
    if verdict and newest is not None and not log[newest].verdict:
        log[newest] = replace(log[newest], verdict=verdict)
        st.session_state[_LOG] = tuple(log)


def so_far() -> tuple[Guess, ...]:
    """All answers of this session, the oldest first."""
    return st.session_state.get(_LOG, ())


def forget() -> None:
    """Begin anew."""
    st.session_state.pop(_LOG, None)


def rows(guesses: Sequence[Guess]) -> list[dict[str, str | int]]:
    """The answers as a table with `COLUMNS`."""
    return [
        dict(
            zip(
                COLUMNS,
                (each.when, each.page, each.question, each.attempt, each.answer, each.verdict),
                strict=True,
            )
        )
        for each in guesses
    ]


def as_csv(guesses: Sequence[Guess]) -> str:
    """Answers as a file, in which no cell is a formula for a spreadsheet."""
    return csv_of(COLUMNS, (list(row.values()) for row in rows(guesses)), numerals=True)


def _flat(markdown: str) -> str:
    """Markdown as words: without the signs that make it bold, code or a formula."""
    words = " ".join(re.sub(r"[*`$]|<[^<>]*>", "", markdown).removeprefix("Guess first").lstrip(".: ").split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
