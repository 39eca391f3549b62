"""The page "recurrence on paper" in words: a solved network as nodes and edges of a drawing, and what its numbers say."""

import math
from collections.abc import Mapping, Sequence

from models.paper import PATIENCE, Network, Number, Operand, Orbit, Orders, Scalar, Settled, Solution
from playground.graph import Caption, Edge, Node, Piece, Stop
from playground.language import in_figures, say

SQUASHES = {"identity": "identity", "relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
"""The squashings by what a visitor calls them."""

ASKED = (
    "**What does a recurrent network compute, and why does the order of its inputs matter?** These networks are so small "
    "that you can check every number with a pencil."
)

EQUATIONS = r"$h_t = \varphi(W_x x_t + W_h h_{t-1})$ and $y_t = W_y h_t$, from $h_0 = 0$, without bias"
"""The network in a line, as Markdown."""

MATRICES = {
    "w_x": "$W_x$ input → memory",
    "w_h": "$W_h$ memory → memory",
    "w_y": "$W_y$ memory → output",
}
"""The weights of the network by name, with their labels."""

FEEDS = {"impulse": "1 at step 1, then 0", "constant": "1 at every step"}
"""The inputs of the scalar RNN."""

SLIDERS = {
    "w_h": ("weight on its own past, $w_h$", 1.2),
    "w_x": ("weight on the input, $w_x$", 1.0),
    "b": ("bias, $b$", 0.0),
    "h_0": ("start, $h_0$", 0.0),
}
"""The numbers of the scalar RNN by name, with their labels and where they begin."""

ALT = {
    "orbit": "The state h over 50 steps",
    "settled": "The values at which the state settles, against the weight w_h from -2 to 2, with the chosen w_h marked",
}
"""The pictures of the scalar RNN in words."""

TITLES = {"orbit": "Where the state goes: 50 steps", "settled": "Where it ends, for every w<sub>h</sub>"}
"""The titles of these pictures."""

FIRST_LOOK = "h1@2"
"""The number that a first-time visitor finds lit: the first one that was computed from inputs and memory."""

NOTICE_NETWORK = (
    "Each memory cell adds up two kinds of numbers: the inputs of its own step (grey) and the memory of the step before "
    "(teal). The weights are the same at every step, so a network for 3 steps is a network for 12. The input [2, 2] gives "
    "[16, 16] here, and would give [8, 8] had it come first: the output depends on what was read before."
)

NOTICE_NUMBER = (
    "Everything turns on one number: how much of the state comes back at the next step. Below 1 the past fades, and nothing "
    "that happened early can be read from the state later. Above 1 a linear state explodes. tanh cannot explode: it bends "
    "the line back, and where one end was there are two. Below −1 the state changes sign at each step."
)

_ALL = [f"{row}{column}" for row in (1, 2) for column in (1, 2)]

TRY_NETWORK = {
    "A single push": (
        {"paper_inputs": "1 1; 0 0; 0 0; 0 0; 0 0"} | {f"paper_w_h_{place}": 1.0 for place in _ALL},
        (
            "Nothing comes in after step 1, and the outputs double at every step. Now make all four numbers of $W_h$ 0.5. "
            "Which value would let the push fade?"
        ),
    ),
    "Take its memory away": (
        {"paper_inputs": "1 1; 2 2; 3 3"} | {f"paper_w_h_{place}": 0.0 for place in _ALL},
        (
            "All of $W_h$ is 0. Choose a memory cell: which part of its arithmetic is gone? Does the order of the inputs "
            "still matter?"
        ),
    ),
}
"""What to try with the network: the button's words, the widgets that it sets, and what to look at."""

_ONE_START = {"paper_one_input": "impulse", "paper_one_w_x": 1.0, "paper_one_b": 0.0, "paper_one_h_0": 0.0}

TRY_NUMBER = {
    "A memory of one bit": (
        _ONE_START | {"paper_one_squash": "tanh", "paper_one_w_h": 1.5},
        (
            "The impulse is over after step 1, and the state still knows its sign. Turn $w_x$ to −1. How small may $w_x$ get "
            "before the sign is lost?"
        ),
    ),
    "An explosion": (
        _ONE_START | {"paper_one_squash": "identity", "paper_one_w_h": 1.6},
        "Guess how large the state is at step 50. Then make $w_h$ 0.9, and find the value at which neither happens.",
    ),
}
"""What to try with one number."""

_IN_WORDS = {"identity": "the identity", "relu": "ReLU", "tanh": "tanh", "sigmoid": "σ"}
_SIGNS = {"identity": "", "relu": "ReLU", "tanh": "tanh", "sigmoid": "σ"}
_ROLES = {"x": "share", "h": "state", "y": "read"}
_TITLES = {
    "x": "Input {unit} at step {step}: given",
    "h": "Memory cell {unit} at step {step}",
    "y": "Output {unit} at step {step}",
}
_ROWS = {"y": 0.0, "h": 1.15, "x": 2.3}
_START = 0.16  # column of the memory before the first step; step 1 has column 1
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_COMMA = ",\u00a0"  # no line may end inside a vector

Drawing = tuple[list[Node], list[Edge], list[Stop], list[Caption]]


def drawing(solution: Solution) -> Drawing:
    """The unrolled network: time from left to right, inputs below, memory in the middle, outputs above."""
    numbers = {number.name: number for number in solution.numbers}
    nodes = [_node(number, numbers, solution.network) for number in solution.numbers]
    edges = [
        Edge(operand.name, number.name, short(operand.weight))
        for number in solution.numbers
        for operand in number.operands
    ]
    stops = [
        Stop(say("step {t}", t=t), t, say("Step {t} of {steps}", t=t, steps=solution.steps))
        for t in range(1, solution.steps + 1)
    ]
    captions = [
        Caption(say("outputs"), _START, _ROWS["y"]),
        Caption(say("memory"), _START, _ROWS["h"] - 0.86),
        Caption(say("before step 1"), _START, _ROWS["h"] - 0.72),
        Caption(say("inputs"), _START, _ROWS["x"]),
    ]
    return nodes, edges, stops, captions


def _node(number: Number, numbers: Mapping[str, Number], network: Network) -> Node:
    # The two units of a layer stand side by side, and those of the memory also one above the other, so that no edge
    # from one step to the next runs through a number.
    side = number.unit - (2 + 1) / 2
    start = number.step == 0
    return Node(
        number.name,
        _START + 0.26 * side if start else number.step + 0.4 * side,
        _ROWS[number.letter] + (0.6 * side if number.letter == "h" else 0.0),
        _symbol(number),
        short(number.value),
        _ROLES[number.letter],
        _title(number),
        number.step,
        _arithmetic(number, numbers, network),
    )


def _symbol(number: Number) -> str:
    return f"{number.letter}{number.unit}".translate(_SUBSCRIPTS)


def _title(number: Number) -> str:
    if number.step == 0:
        return say("Memory cell {unit} before step 1: it starts at 0", unit=number.unit)
    return say(_TITLES[number.letter], unit=number.unit, step=number.step)


def _arithmetic(number: Number, numbers: Mapping[str, Number], network: Network) -> tuple[Piece, ...]:
    if not number.operands:
        return ()
    products: list[Piece] = []
    for operand in number.operands:
        products += [Piece(" + "), _product(operand, numbers)] if products else [_product(operand, numbers)]
    sign = _SIGNS[network.nonlinearity] if number.letter == "h" else ""
    if not sign:
        return (*products, Piece(f" = {exact(number.value)}"))
    return (Piece(f"{sign}("), *products, Piece(f") = {sign}({exact(number.total)}) = {exact(number.value)}"))


def _product(operand: Operand, numbers: Mapping[str, Number]) -> Piece:
    return Piece(f"{_bracketed(operand.weight)}·{_bracketed(numbers[operand.name].value)}", operand.name)


def _bracketed(value: float) -> str:
    text = exact(value)
    return f"({text})" if value < 0 or "e" in text else text


def short(value: float) -> str:
    """A number for a place in the drawing: up to seven characters or so."""
    return _written(value, 3 if abs(value) < 1 else 4)


def exact(value: float) -> str:
    """A number of an arithmetic: six digits, which is what a pocket calculator shows."""
    return _written(value, 6)


def _written(value: float, digits: int) -> str:
    """A number that shows whether it was rounded: 1 is 1, and 0.9999996 is 1.000."""
    if value == round(value) and abs(value) < 1_000_000:
        return f"{value + 0.0:.0f}".replace("-", "−")
    mantissa, *exponent = f"{value:.{digits}g}".split("e")
    if not exponent and "." not in mantissa:
        mantissa = f"{value:.3f}"
    return in_figures(mantissa + (f"e{int(exponent[0])}" if exponent else "")).replace("-", "−")


def vector(values: Sequence[float]) -> str:
    """A vector as the lecture writes it: [4, 4]."""
    return "[" + _COMMA.join(short(float(value)) for value in values) + "]"


# ---- does the order matter? ------------------------------------------------------------------------------------------


def question(orders: Orders, swap: tuple[int, int]) -> str:
    """What to guess, as Markdown."""
    reads = " ".join(vector(step) for step in orders.after.inputs)
    return say(
        "Swap inputs {first} and {second}: the same network now reads {reads}. "
        "**What does the first of its two outputs say at step {step}?**",
        first=swap[0],
        second=swap[1],
        reads=reads,
        step=orders.after.steps,
    )


def graded(guess: float | None, after: Solution) -> str:
    """What the tensors say to a guess of the last output, as Markdown; "" where nobody guessed."""
    answer = float(after.outputs[-1, 0])
    if guess is None:
        return say("It is **{answer}**.", answer=exact(answer))
    if math.isclose(guess, answer, rel_tol=1e-3, abs_tol=1e-3):
        return say("**Right: {answer}.**", answer=exact(answer))
    return say("**Not this time: it is {answer}**, and you said {guess}.", answer=exact(answer), guess=exact(guess))


def comparison(orders: Orders) -> dict[str, list[str]]:
    """The outputs of both orders, with memory, without it, and of the bag of inputs: a table by column."""
    read = (
        ("inputs as typed", orders.before.inputs, orders.before_bag.inputs),
        ("outputs", orders.before.outputs, orders.before_bag.outputs),
        ("outputs without memory", orders.before_forgetful.outputs, orders.before_bag.outputs),
        ("inputs swapped", orders.after.inputs, orders.after_bag.inputs),
        ("outputs after the swap", orders.after.outputs, orders.after_bag.outputs),
        ("… without memory", orders.after_forgetful.outputs, orders.after_bag.outputs),
    )
    steps = {say("step {t}", t=t + 1): [vector(values[t]) for _, values, _ in read] for t in range(orders.before.steps)}
    bag = {say("bag: all inputs added up"): [vector(total[0]) for _, _, total in read]}
    return {say("what"): [say(name) for name, _, _ in read]} | steps | bag


def order_matters(orders: Orders) -> str:
    """What the comparison shows, in sentences from its numbers."""
    first, second = orders.before.outputs[-1], orders.after.outputs[-1]
    changed = bool(abs(first - second).max() > 1e-9)
    memory = (
        say(
            "With its memory the network ends at {second} instead of {first}: **the order matters**.",
            second=vector(second),
            first=vector(first),
        )
        if changed
        else say(
            "With these weights the network ends at {first} in both orders: it cannot tell them apart.",
            first=vector(first),
        )
    )
    plain = " ".join(vector(step) for step in orders.before_forgetful.outputs)
    others = say(
        "Without memory ($W_h = 0$) an output depends on its own input alone: {plain} before the swap, and the "
        "same vectors at swapped places after it. The bag adds all inputs up and is read in one step: a sum does not know "
        "what came first, so it cannot change.",
        plain=plain,
    )
    return f"{memory} {others}"


# ---- one number ------------------------------------------------------------------------------------------------------


def formula(scalar: Scalar) -> str:
    """The equation of the scalar RNN with its numbers filled in, as LaTeX."""
    sign = {"identity": "", "relu": r"\mathrm{ReLU}", "tanh": r"\tanh", "sigmoid": r"\sigma"}[scalar.nonlinearity]
    inside = f"{scalar.w_h:.2f}\\,h_{{t-1}} {scalar.w_x:+.2f}\\,x_t {scalar.b:+.2f}"
    return f"h_t = {sign}({inside})" if sign else f"h_t = {inside}"


def ended(scalar: Scalar, orbit: Orbit) -> str:
    """How the orbit ends and why, as Markdown."""
    w_h = short(scalar.w_h)
    if orbit.kind == "explodes":
        return say(
            "At $w_h$ = {w_h} the state **explodes**: {squash} has no upper bound, so nothing brings it back.",
            w_h=w_h,
            squash=say(_IN_WORDS[scalar.nonlinearity]),
        )
    if orbit.kind == "moves":
        return say(
            "At $w_h$ = {w_h} the state **has not settled** after {steps:,} steps. This weight is the border between two "
            "fates.",
            w_h=w_h,
            steps=PATIENCE,
        )
    fate = (
        say("A small change dies out, and so does a gradient on its way back.")
        if abs(orbit.slope) < 0.9995
        else say("A small change does not die out.")
    )
    if orbit.kind == "alternates":
        low, high = (short(value) for value in sorted(orbit.ends))
        told = say(
            "At $w_h$ = {w_h} the state **alternates** between {low} and {high}. Two steps multiply a small change by "
            "{slope:.3f}.",
            w_h=w_h,
            low=low,
            high=high,
            slope=orbit.slope,
        )
        return f"{told} {fate}"
    (end,) = orbit.ends
    told = (
        say("At $w_h$ = {w_h} the state **fades to 0**: what happened at the start is forgotten.", w_h=w_h)
        if abs(end) < 1e-6
        else say("At $w_h$ = {w_h} the state **settles at {end}**.", w_h=w_h, end=short(end))
    )
    why = say("There, a step multiplies a small change by $w_h \\varphi'$ = {slope:.3f}.", slope=orbit.slope)
    return f"{told} {why} {fate}"


def passing_one(found: Settled, nonlinearity: str) -> str:
    """What the map of settled states shows, in a sentence from its numbers."""
    apart = (found.even.max(axis=1) - found.even.min(axis=1) > 0.1) & (found.w_h > 0)
    if found.runs_away.any():
        settled = found.w_h[~found.runs_away]
        low, high = short(float(settled.min())), short(float(settled.max()))
        return say(
            "Orbits settle for $w_h$ from {low} to {high}, looked at in steps of 0.01. Elsewhere they run away, as "
            "{squash} has no upper bound: they have no settled value, so the shaded part is empty.",
            low=low,
            high=high,
            squash=say(_IN_WORDS[nonlinearity]),
        )
    if apart.any():
        alternates = abs(found.even - found.odd).max(axis=1) > 0.1
        low, high = short(float(found.w_h[~alternates].min())), short(float(found.w_h[~apart].max()))
        return say(
            "For $w_h$ from {low} to {high} every start ends at the same value: the past is forgotten. Above {high} there "
            "are **two** ends, and which of them is reached depends on how it began: one unit is now a memory of one bit. "
            "Below {low} the state alternates between two values for ever.",
            low=low,
            high=high,
        )
    return say(
        "Whatever it started from, the state ends at the same value: with these settings one unit remembers nothing."
    )
