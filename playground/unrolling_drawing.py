"""The small network of the page "backpropagation through time", unrolled, as nodes and edges of a drawing.

Time runs from left to right. Forward numbers climb from the input to the loss; backward numbers go the same way back,
below. What a number was computed from is said by `models.unrolled`; what it is called and where it stands is said here.
"""

import math
from collections.abc import Mapping, Sequence

from models.unrolled import Number, Operand, Solution, Unrolled
from playground.graph import Caption, Edge, Node, Piece, Stop
from playground.language import say
from playground.on_paper import exact, short

SIGNS = {"identity": "", "relu": "ReLU", "tanh": "tanh", "sigmoid": "σ"}
"""The squashings as a formula writes them; the identity is not written."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Drawing = tuple[list[Node], list[Edge], list[Stop], list[Caption]]

# Forward numbers climb from the input to the loss, with the state on the right, next to the step that reads it.
# Backward numbers go the same way downwards, below: the gradient of a state stands on the right, too.
_PLACES = {
    "x": (-0.21, 1.98),
    "a": (-0.21, 1.32),
    "h": (0.21, 0.66),
    "y": (0.21, 0.0),
    "E": (-0.21, 0.0),
    "dy": (0.21, 1.98),
    "dh": (0.21, 2.64),
    "da": (-0.21, 3.30),
    "dw": (-0.21, 4.04),
}
_SUM = (0.0, 4.04)
_ROLES = {
    "x": "share", "a": "share", "h": "state", "y": "read", "E": "read",
    "dy": "candidate", "dh": "candidate", "da": "candidate", "dw": "memory", "dE/dw": "memory",
}  # fmt: skip
_SYMBOLS = {
    "x": "x{}", "a": "a{}", "h": "h{}", "y": "ŷ{}", "E": "E{}",
    "dy": "∂E/∂ŷ{}", "dh": "∂E/∂h{}", "da": "∂E/∂a{}", "dw": "∂E/∂w{}", "dE/dw": "∂E/∂w",
}  # fmt: skip

FIRST_LOOK = "dE/dw"
"""The number that a first-time visitor finds lit: the sum, which leads to all others."""


def drawing(solution: Solution) -> Drawing:
    """The unrolled network: time from left to right, the forward numbers above, the backward numbers below."""
    ask = solution.question
    numbers = {number.name: number for number in solution.numbers}
    stops, at = _stops(ask)
    nodes = [
        Node(
            number.name,
            *_place(number),
            symbol(number.letter, number.step),
            shown(number.value),
            _ROLES[number.letter],
            _title(number, ask),
            at.get(number.name, 0),
            _arithmetic(number, numbers, ask),
        )
        for number in solution.numbers
    ]
    edges = [_edge(operand, number, solution) for number in solution.numbers for operand in number.operands]
    edges += [
        Edge(f"da@{t + 1}", f"dh@{t}", say("cut"), bend=-0.07, step=at[f"dh@{t}"], label_at=0.62, look="cut")
        for t in range(1, ask.steps)
        if ask.is_cut(t)
    ]
    captions = [
        Caption(say("loss, prediction"), 0, _PLACES["y"][1]),
        Caption(say("inputs →"), 0, _PLACES["x"][1]),
        Caption(say("← gradients"), 0, _PLACES["dh"][1]),
        Caption(say("the sum"), 0, _SUM[1] - 0.32),
    ]
    return nodes, edges, stops, captions


def _stops(ask: Unrolled) -> tuple[list[Stop], dict[str, int]]:
    """The stops on the way forward and back, and at which of them each number is revealed."""
    stops: list[Stop] = []
    at: dict[str, int] = {}

    def stop(t: int, says: str, *letters: str) -> None:
        """A stop at step t that reveals numbers; the last of them is looked at."""
        names = [f"{letter}@{t}" for letter in letters]
        stops.append(Stop(say("step {t}", t=t), t, says, names[-1]))
        at.update(dict.fromkeys(names, len(stops)))

    for t in range(1, ask.steps + 1):
        stop(t, say("Forward: step {t} of {last}", t=t, last=ask.steps), "x", "a", "h")
        if ask.has_loss(t):
            stop(t, say("Forward: the loss of step {t}", t=t), "y", "E")
    for t in range(ask.steps, 0, -1):
        stop(t, say("Backward: into {h}", h=symbol("h", t)), *(("dy",) if ask.has_loss(t) else ()), "dh")
        squash = SIGNS[ask.nonlinearity] or "φ"
        stop(t, say("Backward: through {squash} into {a}", squash=squash, a=symbol("a", t)), "da")
        stop(t, say("Backward: what step {t} adds to ∂E/∂w", t=t), "dw")
    stops.append(Stop(say("before step 1"), 0, say("The sum over all steps: ∂E/∂w"), "dE/dw"))
    at["dE/dw"] = len(stops)
    return stops, at


def _place(number: Number) -> tuple[float, float]:
    if number.letter == "dE/dw":
        return _SUM
    right, row = _PLACES[number.letter]
    return number.step + right, row


def symbol(letter: str, t: int) -> str:
    """A number's letter with its step: h₂, ∂E/∂h₂."""
    return _SYMBOLS[letter].format(str(t).translate(_SUBSCRIPTS))


def shown(value: float) -> str:
    """A number for its place in the drawing: three digits, as a gradient may be of any size."""
    return "0" if value == 0 else short(float(f"{value:.3g}"))


def _edge(operand: Operand, number: Number, solution: Solution) -> Edge:
    source, target = operand.name, number.name
    pair = (source.split("@")[0], number.letter)
    if math.isnan(operand.factor):
        if pair == ("a", "h"):
            return Edge(source, target, SIGNS[solution.question.nonlinearity], label_at=0.5)
        if pair == ("y", "E"):
            return Edge(source, target)
        bend = {("a", "da"): 0.36, ("y", "dy"): -0.36}.get(pair, 0.0)
        return Edge(source, target, bend=-bend, look="hidden")
    if pair == ("dw", "dE/dw"):
        return Edge(source, target)
    # Lines from one step to the next bow a little, away from the numbers between which they pass.
    bend, label_at = {("h", "a"): (-0.07, 0.5), ("da", "dh"): (-0.07, 0.62)}.get(pair, (0.0, 0.45))
    return Edge(source, target, shown(operand.factor), bend=bend, label_at=label_at)


def _title(number: Number, ask: Unrolled) -> str:
    t = number.step
    if number.letter == "h" and t == 0:
        return say("State before step 1: given")
    if number.letter == "dh":
        return _ways_back(t, ask)
    if number.letter == "da":
        slope = f"{SIGNS[ask.nonlinearity] or 'φ'}′"
        return say("How E changes with {a}: times the slope {slope}", a=symbol("a", t), slope=slope)
    if number.letter == "dy":
        return say("How E changes with the prediction {y}", y=symbol("y", t))
    titles = {
        "x": "Input at step {t}: given",
        "a": "Before squashing, at step {t}: weighted input plus weighted past",
        "h": "State at step {t}",
        "y": "Prediction at step {t}",
        "E": "Loss at step {t}",
        "dw": "What step {t} adds to ∂E/∂w, for the copy of w that it used: gradient times what w was applied to",
        "dE/dw": "The gradient of w: the sum over all steps, as all copies of w are one weight",
    }
    return say(titles[number.letter], t=t)


def _ways_back(t: int, ask: Unrolled) -> str:
    """Where the gradient of the state of step t comes from, in words."""
    own = ask.has_loss(t)
    if t == ask.steps:
        text = "How E changes with the state {h}: from its own loss"
    elif ask.is_cut(t):
        text = (
            "How E changes with the state {h}: from its own loss and from nothing from later: the state is detached here"
            if own
            else "How E changes with the state {h}: from nothing from later: the state is detached here"
        )
    else:
        text = (
            "How E changes with the state {h}: from its own loss and from step {next}"
            if own
            else "How E changes with the state {h}: from step {next}"
        )
    return say(text, h=symbol("h", t), next=t + 1)


def _arithmetic(number: Number, numbers: Mapping[str, Number], ask: Unrolled) -> tuple[Piece, ...]:
    """How a number was computed, with its operands as ways to them; empty for what was given."""
    value = f" = {exact(number.value)}"
    given = [numbers[operand.name] for operand in number.operands]
    links = [Piece(factor(source.value), source.name) for source in given]
    if number.letter in ("a", "y", "dh"):
        return _weighted_sum(number, given, ask)
    if number.letter == "h" and links:
        sign = SIGNS[ask.nonlinearity]
        return (Piece(f"{sign}("), *links, Piece(f"){value}")) if sign else (*links,)
    if number.letter == "da":
        return _through_slope(number, given, ask)
    pieces: dict[str, list[Piece]] = {
        "E": [Piece("½("), *links, Piece(f" − {factor(ask.target)})²{value}")],
        "dy": [*links, Piece(f" − {factor(ask.target)}{value}")],
        "dw": [*_between("·", links), Piece(value)],
        "dE/dw": [*_between(" + ", links[::-1]), Piece(value)],
    }
    return tuple(pieces.get(number.letter, ()))


def _weighted_sum(number: Number, given: Sequence[Number], ask: Unrolled) -> tuple[Piece, ...]:
    """0.5·0.762 + 1·0 = 0.381."""
    products = [
        Piece(f"{factor(operand.factor)}·{factor(source.value)}", source.name)
        for operand, source in zip(number.operands, given, strict=True)
    ]
    if not products:
        return (Piece(say("nothing comes back: 0")),)
    bias = [Piece(f" + {factor(ask.b)}")] if number.letter == "a" and ask.b else []
    return (*_between(" + ", products), *bias, Piece(f" = {exact(number.value)}"))


def _through_slope(number: Number, given: Sequence[Number], ask: Unrolled) -> tuple[Piece, ...]:
    """(−0.82)·tanh′(0.18) = (−0.82)·0.97 = −0.79."""
    arrives, before = (Piece(factor(source.value), source.name) for source in given)
    sign, slope = SIGNS[ask.nonlinearity], factor(number.operands[0].factor)
    value = f" = {exact(number.value)}"
    if not sign:
        return (arrives, Piece(f"·1{value}"))
    return (arrives, Piece(f"·{sign}′("), before, Piece(f") = {arrives.text}·{slope}{value}"))


def _between(sign: str, pieces: Sequence[Piece]) -> list[Piece]:
    return [part for piece in pieces for part in (Piece(sign), piece)][1:]


def factor(value: float) -> str:
    """A number as a factor: a negative one stands in brackets."""
    text = exact(value + 0.0)
    return f"({text})" if value < 0 or "e" in text else text
