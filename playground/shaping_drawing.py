"""The page "shapes of networks": an unrolled network as nodes and edges of a drawing, and its weights as badges."""

from collections.abc import Mapping

from models.kinds import Copy, Number, Share, Unrolled
from playground.graph import Caption, Edge, Node, Piece, Stop
from playground.language import say
from playground.on_paper import exact, short

Drawing = tuple[list[Node], list[Edge], list[Stop], list[Caption]]

_ROLES = {"x": "share", "h": "state", "b": "state", "d": "state", "y": "read"}
_WEIGHTS = {"x": "Wx", "h": "Wh", "y": "Wy"}
_STEP = 0.82  # from one step to the next, in columns of the drawing: a step's panel is narrower than a column
_START = 0.62  # how far before its first step the state of a reader starts, in columns
_SIDE = 0.17  # how far each of the two readers of a step stands from its middle, in columns


def drawing(found: Unrolled) -> Drawing:
    """The unrolled network: time from left to right, inputs below, states in the middle, outputs above."""
    numbers = {number.name: number for number in found.numbers}
    rows = _rows(found)
    nodes = [_node(number, numbers, found, rows) for number in found.numbers]
    edges = [
        Edge(
            share.source,
            number.name,
            f"{_weight(number, share)} {short(share.factor)}",
            label_at=_label_at(number),
        )
        for number in found.numbers
        for share in number.shares
    ]
    return nodes, edges, _stops(found), _captions(found, rows)


def first_look(found: Unrolled) -> str:
    """The number that a first-time visitor finds lit: the last output."""
    return next(number.name for number in reversed(found.numbers) if number.letter == "y")


def _both_ways(found: Unrolled) -> bool:
    return found.question.kind == "bidirectional"


def _rows(found: Unrolled) -> Mapping[tuple[str, int], float]:
    """Row of each letter and layer."""
    if _both_ways(found):
        return {("y", 1): 0, ("h", 1): 1.05, ("b", 1): 2.0, ("x", 1): 3.0}
    if found.question.kind == "stacked":
        return {("y", 1): 0, ("h", 2): 1.05, ("h", 1): 2.1, ("x", 1): 3.1}
    return {("y", 1): 0, ("h", 1): 1.15, ("d", 1): 1.15, ("x", 1): 2.3}


def _weight(number: Number, share: Share) -> str:
    """The name of a weight; those of a second layer, of a backward reader and of a decoder are primed."""
    second = number.letter in "bd" or number.layer > 1 or (number.letter == "y" and share.source.startswith("b"))
    return _WEIGHTS[share.weight] + ("′" if second else "")


def _label_at(number: Number) -> float:
    # Where the lines of two readers cross each other's rows, labels stand near the output, and near the input.
    if number.letter == "y" and len(number.shares) > 1:
        return 0.7
    return 0.42 if number.letter == "b" else 0.4


def _node(
    number: Number, numbers: Mapping[str, Number], found: Unrolled, rows: Mapping[tuple[str, int], float]
) -> Node:
    return Node(
        number.name,
        _column(number, found),
        rows[number.letter, number.layer],
        _symbol(number, found),
        short(number.value),
        _ROLES[number.letter],
        _title(number, found),
        _revealed(number, found),
        _arithmetic(number, numbers, found),
    )


def _column(number: Number, found: Unrolled) -> float:
    if not number.shares and number.letter != "x":  # what a reader starts from
        apart = _START + (_SIDE if _both_ways(found) else 0.0)
        return _STEP * found.question.steps + apart if number.letter == "b" else _STEP - apart
    side = {"h": -_SIDE, "b": _SIDE}.get(number.letter, 0.0) if _both_ways(found) else 0.0
    return _STEP * number.step + side


def _revealed(number: Number, found: Unrolled) -> int:
    """The stop at which a number is computed: of a bidirectional network first all forward, then all backward."""
    last = found.question.steps
    if not _both_ways(found):
        return number.step
    if not number.shares and number.letter != "x":
        return 0
    return number.step if number.letter in "xh" else 2 * last + 1 - number.step


def _symbol(number: Number, found: Unrolled) -> str:
    if _both_ways(found) and number.letter in "hb":
        return "h→" if number.letter == "h" else "h←"
    if found.question.kind == "stacked" and number.letter == "h":
        return "h¹" if number.layer == 1 else "h²"
    return number.letter


def _title(number: Number, found: Unrolled) -> str:
    what = {
        "x": "Input",
        "y": "Output",
        "d": "State of the decoder",
        "b": "State of the backward reader",
        "h": {
            "bidirectional": "State of the forward reader",
            "stacked": "State of layer {layer}",
            "encoder-decoder": "State of the encoder",
        }.get(found.question.kind, "State"),
    }[number.letter]
    what = say(what, layer=number.layer)
    if number.shares:
        return say("{what} at {when}", what=what, when=_when(number.step, found))
    if number.letter != "x":
        return say("{what} before its first step: 0", what=what)
    if found.question.kind == "encoder-decoder" and number.step > found.question.steps:
        return say("What the decoder reads first: 0, for “go”")
    return say("{what} at {when}: given", what=what, when=_when(number.step, found))


def _when(step: int, found: Unrolled) -> str:
    steps = found.question.steps
    if found.question.kind == "encoder-decoder" and step > steps:
        return say("write {number}", number=step - steps)
    return say("step {t}", t=step)


def _stops(found: Unrolled) -> list[Stop]:
    question = found.question
    if _both_ways(found):
        every = range(1, question.steps + 1)
        forward = [
            Stop(say("step {t}", t=t), _STEP * t, say("Forward reader, step {t}", t=t), f"h1@{t}") for t in every
        ]
        backward = [
            Stop(say("step {t}", t=t), _STEP * t, say("Backward reader, step {t}", t=t), f"b1@{t}")
            for t in reversed(every)
        ]
        return forward + backward
    last = max(number.step for number in found.numbers)
    return [Stop(_when(t, found), _STEP * t, _says(t, found)) for t in range(1, last + 1)]


def _says(step: int, found: Unrolled) -> str:
    question = found.question
    if question.kind != "encoder-decoder":
        return say("Step {step} of {steps}", step=step, steps=question.steps)
    wrote = step - question.steps
    if wrote > 0:
        return say("Write {wrote} of {outputs}", wrote=wrote, outputs=question.outputs)
    return say("Read step {step} of {steps}", step=step, steps=question.steps)


def _captions(found: Unrolled, rows: Mapping[tuple[str, int], float]) -> list[Caption]:
    words = {("y", 1): "outputs", ("x", 1): "inputs"}
    if _both_ways(found):
        words |= {("h", 1): "reads →", ("b", 1): "reads ←"}
    elif found.question.kind == "stacked":
        words |= {("h", 1): "layer 1", ("h", 2): "layer 2"}
    elif found.question.kind == "encoder-decoder":
        words |= {("h", 1): "encoder"}
    start = {number.letter + str(number.layer) for number in found.numbers if number.step == 0}
    return [
        Caption(
            say(text),
            _STEP - _START - (_SIDE if _both_ways(found) else 0.0),
            rows[place] - (0.32 if place[0] + str(place[1]) in start else 0.0),
        )
        for place, text in words.items()
    ]


def _arithmetic(number: Number, numbers: Mapping[str, Number], found: Unrolled) -> tuple[Piece, ...]:
    if not number.shares:
        return ()
    pieces: list[Piece] = []
    for share in number.shares:
        product = f"{_bracketed(share.factor)}·{_bracketed(numbers[share.source].value)}"
        pieces += [*([Piece(" + ")] if pieces else []), Piece(product, share.source)]
    if number.bias:
        pieces.append(Piece(f" + {_bracketed(number.bias)}"))
    if number.letter == "y":
        return (*pieces, Piece(f" = {exact(number.value)}"))
    squash = "ReLU" if found.question.ones else "tanh"
    return (
        Piece(f"{squash}("), *pieces, Piece(f") = {squash}({exact(number.total)}) = {exact(number.value)}")
    )  # fmt: skip


def _bracketed(value: float) -> str:
    text = exact(value)
    return f"({text})" if value < 0 else text


def badges(found: Unrolled) -> str:
    """How often each set of weights was used, and whether it was the very same each time, as Markdown."""
    return " ".join(_badge(owner, uses) for owner, uses in _owners(found).items())


def _owners(found: Unrolled) -> dict[str, list[Copy]]:
    owners: dict[str, list[Copy]] = {}
    for copy in found.copies:
        owners.setdefault(copy.owner, []).append(copy)
    return owners


def _badge(owner: str, uses: list[Copy]) -> str:
    total = short(round(uses[0].total, 6))
    if len(uses) == 1:
        told = ":gray-badge[{owner}: used once, sum {total}]"
    elif all(use.same and use.total == uses[0].total for use in uses):
        told = ":green-badge[:material/link: {owner}: the same weights at {count} steps, sum {total} each time]"
    else:
        told = ":red-badge[:material/link_off: {owner}: not the same weights at {count} steps]"
    return say(told, owner=_owner(owner), total=total, count=len(uses))


def _owner(name: str) -> str:
    """Whose weights they are: "rnn", "rnn, layer 2", "rnn, backward"."""
    module, *layer = name.split(", layer ")
    return say("{module}, layer {layer}", module=module, layer=layer[0]) if layer else say(name)


def copies(found: Unrolled) -> dict[str, list[str]]:
    """Each use of each set of weights, a table by column."""
    return {
        "weights of": [_owner(copy.owner) for copy in found.copies],
        "used at": [_when(copy.step, found) for copy in found.copies],
        "same object as at first": [say("yes") if copy.same else say("no") for copy in found.copies],
        "sum of its numbers": [short(round(copy.total, 6)) for copy in found.copies],
    }
