"""Sentences and formulas about a reading: what the numbers say, in words, each taken from the numbers themselves."""

from typing import Any

from models.cells import Equation
from models.change import Change
from models.reading import VARIANTS, Question, Reading
from models.trace import Trace
from playground.arithmetic import filled
from playground.figures import Line
from playground.notation import Notation
from playground.player import Cursor


def exactness(question: Question, reading: Reading) -> str:
    """The badge: how far the equations on the page are from `torch.nn`, as Markdown."""
    layer = f"`torch.nn.{question.cell}`"
    if reading.deviation is not None:
        turned = (
            "" if question.variant == "torch" else " Here z is turned round, which changes its sign, not the network."
        )
        return (
            f":green-badge[:material/verified: max &#124;difference&#124; {reading.deviation:.1e}] "
            f"The equations, stepped on their own, agree with {layer} to the last digits of float32.{turned}"
        )
    return (
        f":orange-badge[:material/warning: differs by up to {reading.apart:.2g}] "
        f"{layer} has no form “{VARIANTS[question.cell][question.variant]}”. The open cell computes it with the same "
        f"weights, which were not made for it: its h differs from PyTorch's by up to {reading.apart:.2g} on this text."
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
        letters.title(equation.name, cell).capitalize(),
        rf"\begin{{aligned}} {line} \\ &= {numbers} \end{{aligned}}",
        "Shapes: " + ", ".join(f"${symbol}$ ({' × '.join(map(str, shape))})" for symbol, shape in shapes),
    )


def where(reading: Reading, cursor: Cursor) -> str:
    """Which token and unit the numbers belong to, as Markdown."""
    token = reading.tokens[cursor.step][:40].replace("`", "ˋ")
    return (
        f"Token {cursor.step + 1} of {len(reading.tokens)}, `{token}`, unit {cursor.unit + 1} of "
        f"{reading.trace.hidden}. Choose another in the player above; the lines follow when you rest."
    )


def unit_table(reading: Reading, cursor: Cursor) -> dict[str, list[Any]]:
    """The values of the chosen unit at every token: a column for each gate and state."""
    trace = reading.trace
    return {"token": list(reading.tokens)} | {name: trace[name][:, cursor.unit].tolist() for name in trace.names}


def slowness(cell: str, found: list[Change]) -> str:
    """Whether the memory moves more slowly than what is shown of it, as Markdown."""
    if len(found) == 1:
        (h,) = found
        return f"**{cell}**: h moves by {h.median:.3f} a step (median), {h.relative:.0%} of its range. It has no c."
    c, h = found
    verdict = "c is the slower one" if c.relative < h.relative else "c is **not** the slower one on this text"
    return (
        f"**{cell}**: a step moves c by {c.median:.3f} and h by {h.median:.3f} (medians over units and steps), "
        f"which is {c.relative:.0%} of the range of c and {h.relative:.0%} of the range of h: {verdict}."
    )


def training(facts: dict[str, Any]) -> str:
    """How a trained network was made and how good it is, as Markdown."""
    run, perplexity = facts["run"], facts["perplexity"]
    return (
        f"A word-level language model with H = {run['hidden']} hidden units and {facts['parameters']:,} weights, trained "
        f"on sentences of number agreement: {run['steps']:,} updates of {run['batch']} texts from seed {run['seed']}. "
        f"Its loss at the end was {facts['loss']:.2f} nats a word. On texts it never saw, its perplexity is "
        f"{perplexity['network']:.2f}; counting pairs of words gives {perplexity['bigram']:.2f}, counting words "
        f"{perplexity['unigram']:.1f}. {facts['note']} Make it again with `{facts['command']}`."
    )


def accuracy_lines(facts: dict[str, Any]) -> list[Line]:
    """Share of right verbs by distance, of sentences with nouns of the other number between, beside the simple guess."""
    by_distance = {int(distance): found for distance, found in facts["accuracy"].items()}
    misleading = {d: found for d, found in by_distance.items() if found["sentences_with_attractors"]}
    return [
        Line("network", list(misleading), [found["with_attractors"] for found in misleading.values()], "state"),
        Line(
            "nearest noun",
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
    verdict = "Right" if guess == answer else "Not this time"
    slower = "h" if answer == "c" else "c"
    return (
        f"**{verdict}: in this LSTM, {answer} moves more, measured by the range that each unit covers on this text.** "
        f"{slower} is the slower one. In plain numbers c takes steps of {c.median:.2f} and h of {h.median:.2f}: a memory "
        "has no bound, so its steps may look large and still be a small part of its way."
    )


def memory_table(reading: Reading, unit: int) -> str:
    """One unit word by word, as in the lecture's table, in Markdown: is the gate open, what is in the memory?

    For our own texts only: their words go into the Markdown as they are.
    """
    trace = reading.trace
    names = {"RNN": ("h",), "LSTM": ("i", "f", "c"), "GRU": ("1-z", "h")}[trace.cell.kind]
    meaning = {"1-z": "write (1 - z)", "i": "write (i)", "f": "keep (f)", "c": "memory (c)", "h": "state (h)"}
    head = "| word | " + " | ".join(meaning[name] for name in names) + " |"
    rule = "|---|" + "---:|" * len(names)
    columns = [trace[name][:, unit] for name in names]
    body = [
        f"| {token} | " + " | ".join(f"{value:.2f}" for value in values) + " |"
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
    learned = _NOTICE[question.cell].format(unit=unit + 1)
    table = f"The table is the trained {question.cell} in PyTorch's form, on the lecture's sentence."
    if question.trained:
        return f"{learned} {table}"
    return (
        f"The network above is untrained: its weights are random numbers from seed {question.seed}, and no unit means "
        f"anything yet. Compare the trained one. {learned} {table}"
    )


def notice_three(*, trained: bool) -> str:
    """What to notice in the three cells, as Markdown."""
    return NOTICE_THREE if trained else f"{_UNTRAINED_THREE} {NOTICE_THREE}"


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
