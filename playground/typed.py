"""Numbers that visitors type: sequences in one line, matrices in their shape.

What cannot be read gets a sentence, and the last good numbers stay. All of it is in the URL.
"""

import re
from collections.abc import Mapping, Sequence
from typing import get_args

import streamlit as st

from models.cells import Nonlinearity
from models.told import Told
from playground import controls, guesses
from playground.language import say
from playground.on_paper import SQUASHES

Rows = tuple[tuple[float, ...], ...]

_SHOWN = 24  # characters of a wrong entry that a sentence repeats


def sequence(text: str, width: int, longest: int, largest: float) -> Rows:
    """Read a sequence of vectors: "1 1; 2 2; 3 3", or as a lecture writes it, "[1,1],[2,2],[3,3]".

    Args:
        text: steps parted by semicolons or new lines, numbers by blanks or commas; these part steps of one number, too.
        width: numbers in a step.
        longest: the most steps.
        largest: the largest |number|.

    Raises:
        ValueError: with a sentence for the visitor: what is wrong, and where.
    """
    parting = r"[;\n]|\]\s*,?\s*\[" if width > 1 else r"[;\s,\[\]]+"
    steps = [step for step in re.split(parting, text.replace("−", "-")) if step.strip(" ,[]\t")]
    if not steps:
        raise ValueError(say("There is no number in it"))
    if len(steps) > longest:
        raise ValueError(
            say("It has {steps:,} steps, and the drawing holds {longest}", steps=len(steps), longest=longest)
        )
    return tuple(_step(step, place, width, largest) for place, step in enumerate(steps, 1))


def _step(text: str, place: int, width: int, largest: float) -> tuple[float, ...]:
    words = [word for word in re.split(r"[\s,\[\]]+", text) if word]
    if len(words) != width:
        found = {"step": place, "count": len(words), "wanted": width}
        raise ValueError(
            say("Step {step} has {count:,} number, not {wanted}", **found)
            if len(words) == 1
            else say("Step {step} has {count:,} numbers, not {wanted}", **found)
        )
    return tuple(_number(word, place, largest) for word in words)


def _number(word: str, place: int, largest: float) -> float:
    entry = f"`{word[:_SHOWN].replace('`', 'ˋ')}{'…' if len(word) > _SHOWN else ''}`"
    try:
        value = float(word)
    except ValueError:
        raise ValueError(say("Step {step} has {entry}, which is no number", step=place, entry=entry)) from None
    if not abs(value) <= largest:  # true for NaN, too
        told = say(
            "Step {step} has {entry}, and numbers here go up to {largest:,.0f}",
            step=place,
            entry=entry,
            largest=largest,
        )
        raise ValueError(told)
    return value


def written(rows: Sequence[Sequence[float]]) -> str:
    """A sequence as `sequence` reads it."""
    return "; ".join(" ".join(f"{value:.12g}" for value in row) for row in rows)


def ask_sequence(key: str, label: str, default: Rows, *, longest: int, largest: float) -> Rows:
    """Ask for a sequence in one line; a slip gets a sentence, and the last good sequence stays."""
    words = say("{label} (a semicolon ends a step; Enter reads it)", label=say(label))
    text = st.text_input(words, written(default), key=key, bind="query-params")
    good = f"{key}_good"
    try:
        st.session_state[good] = sequence(text or "", len(default[0]), longest, largest)
    except ValueError as wrong:
        kept = st.session_state.setdefault(good, default)
        told = say(
            "{wrong}. Write it like `{example}`. What you see still reads `{kept}`.",
            wrong=wrong,
            example=written(default),
            kept=written(kept),
        )
        st.warning(told)
    return st.session_state[good]


def ask_matrices(
    page: str, labels: Mapping[str, str], rows: int, columns: int, *, value: float, largest: float
) -> tuple[Rows, ...]:
    """Ask for matrices of one shape, number by number; ↑ and ↓ change a number by a half.

    Args:
        page: the page's name.
        labels: of the matrices, by name.
        rows: in each.
        columns: in each.
        value: every number at first.
        largest: the largest |number|.
    """
    with st.container(horizontal=True, gap="medium", width="content", key=f"{page}_matrices"):
        return tuple(_ask_matrix(page, name, label, (rows, columns), value, largest) for name, label in labels.items())


def _ask_matrix(page: str, name: str, label: str, shape: tuple[int, int], value: float, largest: float) -> Rows:
    rows = []
    with st.container(key=f"{page}_{name}_matrix", width="content", gap="xsmall"):
        st.markdown(say(label))
        for row in range(1, shape[0] + 1):
            with st.container(horizontal=True, gap="xsmall", key=f"{page}_{name}_row{row}"):
                places = [(f"{page}_{name}_{row}{column}", column) for column in range(1, shape[1] + 1)]
                rows.append(
                    tuple(_ask_number(key, _place(name, row, column), value, largest) for key, column in places)
                )
    return tuple(rows)


def _place(name: str, row: int, column: int) -> str:
    """Where a number stands in its matrix, for the ear."""
    return say("{name} row {row}, column {column}", name=name, row=row, column=column)


def _ask_number(key: str, label: str, value: float, largest: float) -> float:
    """A narrow field; its label is for the ear."""
    controls.check_link(key, -largest, largest)
    found = st.number_input(
        label,
        -largest,
        largest,
        value,
        0.5,
        format="%g",
        key=key,
        bind="query-params",
        width=68,
        label_visibility="collapsed",
    )
    return value if found is None else float(found)


def ask_squash(page: str, name: str, label: str, default: Nonlinearity) -> Nonlinearity:
    """Ask for a squashing."""
    chosen = controls.choice(page, name, label, SQUASHES, default)
    return next(squash for squash in get_args(Nonlinearity) if squash == chosen)


def ask_sliders(key: str, labels: Mapping[str, tuple[str, float]]) -> tuple[float, ...]:
    """Ask for numbers from -2 to 2 by sliders, each with its label and where it begins."""
    with st.container(horizontal=True, gap="medium", key=f"{key}_sliders"):
        return tuple(_ask_slider(f"{key}_{name}", label, value) for name, (label, value) in labels.items())


def _ask_slider(key: str, label: str, value: float, low: float = -2.0, high: float = 2.0) -> float:
    controls.check_link(key, low, high)
    return st.slider(say(label), low, high, value, 0.01, key=key, bind="query-params", width=220)


def ask_swap(page: str, steps: int) -> tuple[int, int] | None:
    """Ask which two steps of a sequence to swap, the first and the last one at first; None where there is only one."""
    if steps < 2:
        st.markdown(say("One step has no order. Add another one to the inputs."))
        return None
    names = {f"{a}-{b}": Told("{a} and {b}", a=a, b=b) for a in range(1, steps + 1) for b in range(a + 1, steps + 1)}
    ends = f"1-{steps}"
    chosen = controls.select(page, f"swap{steps}", "Swap inputs", {ends: names[ends], **names}, width=130)
    first, second = chosen.split("-")
    return int(first), int(second)


def ask_guess(
    page: str, question: str, button: str, **sequences: Sequence[Sequence[float]]
) -> tuple[float | None, bool]:
    """Ask for a number before it is shown: the guess, and whether the visitor wants to see the answer.

    Args:
        page: the page's name.
        question: what is asked, as the page shows it.
        button: words on a button beside it that sets sequences.
        sequences: by the keys of their widgets, what the button sets them to.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{page}_answer"):
        guess = st.number_input(
            say("Your guess"),
            value=None,
            format="%g",
            key=f"{page}_guess",
            bind="query-params",
            width=150,
            on_change=guesses.heard,
            args=(f"{page}_guess", question),
        )
        shown = st.toggle(say("Show it without a guess"), key=f"{page}_shown", bind="query-params")
        texts = {key: written(rows) for key, rows in sequences.items()}
        st.button(button, key=f"{page}_put", on_click=put, kwargs=texts)
    return guess, shown or guess is not None


def attempts(page: str, tries: Mapping[str, tuple[Mapping[str, object], str]]) -> None:
    """Things to try, each a click that sets widgets, with what to look at."""
    for column, (name, (values, look)) in zip(st.columns(len(tries)), tries.items(), strict=True):
        with column:
            st.button(say(name), key=f"{page}_try_{name}", on_click=put, kwargs=dict(values))
            st.markdown(say(look))


def put(**values: object) -> None:
    """Set widgets by their keys: for the `on_click` of a button."""
    st.session_state.update(values)
