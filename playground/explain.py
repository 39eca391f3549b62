"""Sentences and formulas about a reading: what the numbers say, in words, each taken from the numbers themselves."""

from typing import Any

import plotly.graph_objects as go

from models.cells import Equation
from models.change import Change
from models.reading import VARIANTS, Question, Reading
from models.trace import Trace
from playground.arithmetic import filled
from playground.figures import Line, lines
from playground.language import number, say
from playground.notation import Notation
from playground.player import Cursor


def exactness(question: Question, reading: Reading) -> str:
    """The badge: how far the equations on the page are from `torch.nn`, as Markdown."""
    layer = f"`torch.nn.{question.cell}`"
    if reading.deviation is not None:
        agree = say(
            ":green-badge[:material/verified: max &#124;difference&#124; {deviation:.1e}] "
            "The equations, stepped on their own, agree with {layer} to the last digits of float32.",
            deviation=reading.deviation,
            layer=layer,
        )
        if question.variant == "torch":
            return agree
        return f"{agree} {say('Here z is turned round, which changes its sign, not the network.')}"
    return say(
        ":orange-badge[:material/warning: differs by up to {apart:.2g}] "
        "{layer} has no form “{form}”. The open cell computes it with the same weights, which were not made for it: "
        "its h differs from PyTorch's by up to {apart:.2g} on this text.",
        layer=layer,
        form=say(VARIANTS[question.cell][question.variant]),
        apart=reading.apart,
    )


Written = tuple[str, str, str]
"""An equation for a page: its title, its LaTeX (a line in letters, below it one in numbers), and the shapes in it."""


def pairs(trace: Trace, letters: Notation, cursor: Cursor) -> list[list[Written]]:
    """Each equation of the cell with the numbers of the chosen unit, two by two, as they stand side by side."""
    found = [_written(trace, equation, letters, cursor) for equation in trace.equations]
    return [found[k : k + 2] for k in range(0, len(found), 2)]


def _written(trace: Trace, equation: Equation, letters: Notation, cursor: Cursor) -> Written:
    cell = trace.cell
    line = letters.line(equation, cell).replace(" = ", " &= ", 1)
    numbers = filled(trace, equation, cursor.step, cursor.unit).replace(" = ", r" \\ &= ")  # a line each: phones
    shapes = letters.shapes(equation, cell, trace.hidden, trace.x.shape[1])
    return (
        say(letters.title(equation.name, cell)).capitalize(),
        rf"\begin{{aligned}} {line} \\ &= {numbers} \end{{aligned}}",
        say(
            "Shapes: {shapes}",
            shapes=", ".join(f"${symbol}$ ({' × '.join(map(str, shape))})" for symbol, shape in shapes),
        ),
    )


def where(reading: Reading, cursor: Cursor) -> str:
    """Which token and unit the numbers belong to, as Markdown."""
    token = reading.tokens[cursor.step][:40].replace("`", "ˋ")
    return say(
        "Token {step} of {steps}, `{token}`, unit {unit} of {units}. Choose another in the player above; the lines follow "
        "when you rest.",
        step=cursor.step + 1,
        steps=len(reading.tokens),
        token=token,
        unit=cursor.unit + 1,
        units=reading.trace.hidden,
    )


def unit_table(reading: Reading, cursor: Cursor) -> dict[str, list[Any]]:
    """The values of the chosen unit at every token: a column for each gate and state."""
    trace = reading.trace
    return {say("token"): list(reading.tokens)} | {name: trace[name][:, cursor.unit].tolist() for name in trace.names}


def slowness(cell: str, found: list[Change]) -> str:
    """Whether the memory moves more slowly than what is shown of it, as Markdown."""
    if len(found) == 1:
        (h,) = found
        return say(
            "**{cell}**: h moves by {median:.3f} a step (median), {relative:.0%} of its range. It has no c.",
            cell=cell,
            median=h.median,
            relative=h.relative,
        )
    c, h = found
    return say(
        "**{cell}**: a step moves c by {c:.3f} and h by {h:.3f} (medians over units and steps), "
        "which is {c_share:.0%} of the range of c and {h_share:.0%} of the range of h: {verdict}.",
        cell=cell,
        c=c.median,
        h=h.median,
        c_share=c.relative,
        h_share=h.relative,
        verdict=(
            say("c is the slower one") if c.relative < h.relative else say("c is **not** the slower one on this text")
        ),
    )


def training(facts: dict[str, Any]) -> str:
    """How a trained network was made and how good it is, as Markdown."""
    run, perplexity = facts["run"], facts["perplexity"]
    return say(
        "A word-level language model with H = {hidden} hidden units and {parameters:,} weights, trained on sentences of "
        "number agreement: {steps:,} updates of {batch} texts from seed {seed}. Its loss at the end was {loss:.2f} nats a "
        "word. On texts it never saw, its perplexity is {network:.2f}; counting pairs of words gives {bigram:.2f}, counting "
        "words {unigram:.1f}. {note} Make it again with `{command}`.",
        **{name: run[name] for name in ("hidden", "steps", "batch", "seed")},
        **{name: perplexity[name] for name in ("network", "bigram", "unigram")},
        parameters=facts["parameters"],
        loss=facts["loss"],
        note=say(facts["note"]),
        command=facts["command"],
    )


def accuracy(facts: dict[str, Any], *, dark: bool) -> go.Figure:
    """The lines of `accuracy_lines` as a figure."""
    return lines(
        accuracy_lines(facts),
        say("Right even where the nearest noun misleads"),
        say("words between subject and verb"),
        say("share of right verbs"),
        span=(0, 1.05),
        dark=dark,
    )


def accuracy_lines(facts: dict[str, Any]) -> list[Line]:
    """Share of right verbs by distance, of sentences with nouns of the other number between, beside the simple guess."""
    by_distance = {int(distance): found for distance, found in facts["accuracy"].items()}
    misleading = {d: found for d, found in by_distance.items() if found["sentences_with_attractors"]}
    return [
        Line(say("network"), list(misleading), [found["with_attractors"] for found in misleading.values()], "state"),
        Line(
            say("nearest noun"),
            list(misleading),
            [found["nearest_noun_with_attractors"] for found in misleading.values()],
            "reset",
            dash=1,
        ),
    ]


def change_lines(found: dict[str, list[Change]]) -> list[Line]:
    """Mean change of each state at each token: solid for the RNN, dashed for the LSTM, dotted for the GRU."""
    return [
        Line(
            f"{cell} {change.name}",
            list(range(1, len(change.steps) + 1)),
            change.steps,
            "memory" if change.name == "c" else "state",
            dash=number,
        )
        for number, (cell, changes) in enumerate(found.items())
        for change in changes
    ]


def graded(guess: str, found: list[Change]) -> str:
    """What the tensors say to a guess on which of an LSTM's states moves more, as Markdown."""
    c, h = found
    answer = "c" if c.relative > h.relative else "h"
    return say(
        "**{verdict}: in this LSTM, {answer} moves more, measured by the range that each unit covers on this text.** "
        "{slower} is the slower one. In plain numbers c takes steps of {c:.2f} and h of {h:.2f}: a memory has no bound, so "
        "its steps may look large and still be a small part of its way.",
        verdict=say("Right") if guess == answer else say("Not this time"),
        answer=answer,
        slower="h" if answer == "c" else "c",
        c=c.median,
        h=h.median,
    )


def memory_table(reading: Reading, unit: int) -> str:
    """One unit word by word, as in the lecture's table, in Markdown: is the gate open, what is in the memory?

    For our own texts only: their words go into the Markdown as they are.
    """
    trace = reading.trace
    names = {"RNN": ("h",), "LSTM": ("i", "f", "c"), "GRU": ("1-z", "h")}[trace.cell.kind]
    meaning = {"1-z": "write (1 - z)", "i": "write (i)", "f": "keep (f)", "c": "memory (c)", "h": "state (h)"}
    head = f"| {say('word')} | " + " | ".join(say(meaning[name]) for name in names) + " |"
    rule = "|---|" + "---:|" * len(names)
    columns = [trace[name][:, unit] for name in names]
    body = [
        f"| {token} | " + " | ".join(number(value, ".2f").replace("-", "−") for value in values) + " |"
        for token, *values in zip(reading.tokens, *columns, strict=True)
    ]
    return "\n".join([head, rule, *body])


TELLING = {"RNN": "h", "LSTM": "i", "GRU": "z"}
"""The value of each cell in which a unit that keeps the number is easiest to see."""


def notice(question: Question, unit: int) -> str:
    """What to notice in a trained cell, as Markdown; of an untrained one it says first that nothing is learned yet.

    Args:
        question: what is on the screen.
        unit: the unit of the trained network that keeps the number, from 0.
    """
    learned = say(_NOTICE[question.cell], unit=unit + 1)
    table = say("The table is the trained {cell} in PyTorch's form, on the lecture's sentence.", cell=question.cell)
    if question.trained:
        return f"{learned} {table}"
    untrained = say(
        "The network above is untrained: its weights are random numbers from seed {seed}, and no unit means anything yet. "
        "Compare the trained one.",
        seed=question.seed,
    )
    return f"{untrained} {learned} {table}"


def notice_three(*, trained: bool) -> str:
    """What to notice in the three cells, as Markdown."""
    return say(NOTICE_THREE) if trained else f"{say(_UNTRAINED_THREE)} {say(NOTICE_THREE)}"


_NOTICE = {
    "RNN": (
        "Unit **{unit}** keeps the number of the subject: compare “cat” with “cats”. It has no gate that could shut, so "
        "every word pushes on it; training made it so steep that no single push turns it over."
    ),
    "LSTM": (
        "Unit **{unit}** keeps the number of the subject. Its input gate i opens at the subject and at the verb; between "
        "them i is shut and its forget gate f stays open, so its memory c stands still while the words go by. "
        "The state h is what the output gate o shows of c: it may flicker while c rests."
    ),
    "GRU": (
        "Unit **{unit}** is the lecture's table come true: its gate opens (z near 0, so 1 - z near 1) at the subject and at "
        "the verb, and stays shut between. What it wrote at the subject is what decides the verb."
    ),
}

NOTICE_THREE = (
    "On the lecture's sentence all three trained networks say the right verb, but they remember in different ways. "
    "The RNN holds its state by brute force, near ±1. "
    "The LSTM keeps a separate memory c that only its gates may touch. The GRU has one state and one gate that chooses "
    "between the old and the new. On this language a plain RNN *can* learn the rule, but of four seeds only one did; "
    "every LSTM and GRU that was tried did (`models/zoo.py` tells which)."
)

_UNTRAINED_THREE = (
    "The networks above are untrained: their weights are random numbers, and to them no next word is much more probable "
    "than another. Choose *Trained* for what follows."
)
