"""The page "shapes of networks" in words: menus, questions, and sentences from what was computed."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models import kinds
from models.packing import LONGEST, MOST, Drift, Packed
from models.person_tagger import READERS, Tagged
from models.shapes import Layer, Match, Returned, Shaped, Weight, counted
from models.tasks.persons import NAMES, PERSON, TAGS, Frequencies
from playground.figures import Frame, Line
from playground.language import number, say
from playground.player import Token, Track, Words

ASKED = (
    "**One cell makes many networks. Where do inputs go in, where are outputs read, what shape does each tensor have, and "
    "who can know what when?** Every network here is real and runs as you look at it."
)

TABS = ("Kinds", "Shapes and parameters", "output and h_n", "Padding and packing", "Both directions")

Attempts = Mapping[str, tuple[Mapping[str, object], str]]

KINDS = {name: kind.title for name, kind in kinds.KINDS.items()}
"""The kinds by name, as the menu calls them."""

# ---- kinds -----------------------------------------------------------------------------------------------------------

LARGER = (8, 16, 4)
"""D, H and K of the larger network whose weights are counted beside the small one's."""


def about(kind: str) -> str:
    """What a kind is and is used for, as Markdown."""
    found = kinds.KINDS[kind]
    return say("**{title}**: {used}. {reads}", title=say(found.title), used=say(found.used), reads=say(found.reads))


def code(kind: str) -> str:
    """The lines that build a kind and run it."""
    found = kinds.KINDS[kind]
    return f"{found.build}\n\n{found.run}"


def agreement(found: kinds.Unrolled) -> str:
    """How far the drawing is from torch, as Markdown."""
    return say(
        ":small[Drawn step by step and run by `torch.nn` at once, with the same weights: the largest "
        "difference of an output is {deviation:.0e}.]",
        deviation=found.deviation,
    ).replace("0e+00", "0")


def weights_of(question: kinds.Question, found: kinds.Unrolled) -> dict[str, list[str]]:
    """Each weight with its rows and columns, here and in a larger network: a table by column."""
    letters = kinds.KINDS[question.kind].letters
    larger = kinds.shapes(question.kind, *LARGER)
    return {
        "weight": [*letters, say("all")],
        "rows × columns": [*(" × ".join(part for part in pair if part) for pair in letters.values()), ""],
        "here": [*(str(math.prod(found.shapes[name])) for name in letters), str(found.parameters)],
        "D = {}, H = {}, K = {}".format(*LARGER): [
            *(number(math.prod(larger[name]), ",") for name in letters),
            number(sum(math.prod(shape) for shape in larger.values()), ","),
        ],
    }


def formula_of(kind: str) -> str:
    """How many weights a kind has, as LaTeX: rows times columns of each weight, and the biases."""
    letters = list(kinds.KINDS[kind].letters.values())
    matrices = [f"{rows} \\cdot {columns}" for rows, columns in letters if columns]
    biases = [rows for rows, columns in letters if not columns]
    counts = {rows: biases.count(rows) for rows in dict.fromkeys(biases)}
    return " + ".join([*matrices, *(f"{n if n > 1 else ''}{rows}" for rows, n in counts.items())])


LENGTHS = {"same": "the same number", "half more": "half as many more", "depends": "one set more for each step"}


def longer_question(question: kinds.Question, found: kinds.Unrolled) -> str:
    """What to guess about a longer sequence, as Markdown."""
    return say(
        "This network has {parameters} weights and reads {steps} steps. **How many weights does it need "
        "for {longer} steps?**",
        parameters=found.parameters,
        steps=question.steps,
        longer=_longer(question),
    )


def longer_answer(guess: str, question: kinds.Question, found: kinds.Unrolled, other: kinds.Unrolled) -> str:
    """What the networks say to the guess, as Markdown."""
    verdict = say("Right") if (guess == "same") == (found.parameters == other.parameters) else say("Not this time")
    return say(
        "**{verdict}: {more} weights for {longer} steps, {here} for {steps}.** A step more is one more "
        "use of the same weights, not a new set. The number of steps T changes how wide the picture is; "
        "the number of hidden units H changes how many weights there are.",
        verdict=verdict,
        more=other.parameters,
        longer=_longer(question),
        here=found.parameters,
        steps=question.steps,
    )


def longer(question: kinds.Question) -> kinds.Question:
    """The same network with more steps, or with fewer if there is no room for more."""
    return kinds.Question(question.kind, _longer(question), question.outputs, question.seed)


def _longer(question: kinds.Question) -> int:
    return kinds.LONGEST if question.steps < kinds.LONGEST else 3


NOTICE_KINDS = (
    "All kinds are made of one step, h = tanh(Wx x + Wh h + b), used again and again: lines of the same name bear the same "
    "number. A second layer, a backward reader and a decoder have weights of their own: Wx′ and Wh′. What tells the kinds "
    "apart is only where an input goes in and where an output is read. In the encoder–decoder nothing but the last state of "
    "the encoder reaches the decoder."
)

TRY_KINDS: Attempts = {
    "Follow one output back": (
        {"shapes_kind": "many-to-one", "shapes_steps": 4},
        (
            "Choose the output, then the state that it came from, and so on to the first input. How many times does Wh "
            "stand on "
            "the way from x at step 1?"
        ),
    ),
    "Squeeze a sentence through one state": (
        {"shapes_kind": "encoder-decoder", "shapes_steps": 6, "shapes_writes": 4},
        (
            "Six inputs pass through one number. Change the seed: can two inputs give nearly the same outputs? With more "
            "hidden units it is a vector, and still the only way."
        ),
    ),
}

# ---- shapes and parameters -------------------------------------------------------------------------------------------

CELLS = {name: name for name in ("RNN", "LSTM", "GRU")}
WAYS = {"one": "one way", "both": "both ways"}
ORDERS = {"batch": "batch first", "time": "time first"}

ROLES = {"x": "share", "output": "state", "h_n": "state", "c_n": "memory", "y": "read"}
"""The colour of each tensor's box."""

ASKED_SHAPE = Layer("LSTM", batch=5, steps=7, inputs=3, hidden=4, layers=2, both_ways=True)
"""The layer of the question on shapes."""

SHAPES = {
    "layers": "(2, 5, 4)",
    "right": "(4, 5, 4)",
    "first": "(5, 4, 4)",
    "output": "(5, 7, 8)",
}
"""Guesses of the shape of its h_n."""

QUESTION_SHAPE = (
    "An `nn.LSTM` has two layers and reads both ways; B = 5 sequences, T = 7 steps, H = 4, batch first. **What is "
    "the shape "
    "of h_n?**"
)


def shape_answer(guess: str, found: Shaped) -> str:
    """What the tensor says to the guess, as Markdown."""
    shape = found.tensors["h_n"].shape
    verdict = say("Right") if SHAPES[guess] == str(shape) else say("Not this time")
    return say(
        "**{verdict}: h_n has the shape {shape}.** One row for each layer and direction, 2 · 2 = 4, "
        "then the batch, then H. T is gone: it is the state after the last step. And `batch_first` does "
        "not turn it round: only x and output, here {output}, are turned.",
        verdict=verdict,
        shape=shape,
        output=found.tensors["output"].shape,
    )


def tensor_words(name: str) -> str:
    """What a tensor is."""
    texts = {
        "x": "what goes in",
        "output": "h of the last layer at every step",
        "h_n": "h of every layer after its last step",
        "c_n": "c of every layer after its last step",
        "y": "output through the dense layer",
    }
    return say(texts[name])


def weight_table(weights: Sequence[Weight]) -> dict[str, list[str]]:
    """Each weight with its rows and columns, a table by column."""
    return {
        "weight": [*(weight.name for weight in weights), say("all")],
        "in letters": [*(" × ".join(weight.letters) for weight in weights), ""],
        "rows × columns": [*(" × ".join(number(n, ",") for n in weight.shape) for weight in weights), ""],
        "numbers": [
            *(number(weight.size, ",") for weight in weights),
            number(sum(weight.size for weight in weights), ","),
        ],
    }


def count_formula(layer: Layer) -> str:
    """How many weights the recurrent layer has, with its numbers filled in, as lines of LaTeX."""
    G = {"RNN": 1, "GRU": 3, "LSTM": 4}[layer.cell]  # noqa: N806 - the letter of the formula
    H, wide = layer.hidden, layer.hidden * layer.directions  # noqa: N806
    times = (r"2 \cdot " if layer.both_ways else "") + (f"{G}" if G > 1 else "")
    letters = [rf"{times}(HD + H^2 + 2H)"]
    numbers = [rf"{times}({H} \cdot {layer.inputs} + {H}^2 + 2 \cdot {H})"]
    if layer.layers > 1:
        times = (f"{layer.layers - 1} \\cdot " if layer.layers > 2 else "") + times
        above = r"H \cdot 2H" if layer.both_ways else "H^2"
        letters.append(rf"{times}({above} + H^2 + 2H)")
        numbers.append(rf"{times}({H} \cdot {wide} + {H}^2 + 2 \cdot {H})")
    if layer.outputs:
        letters.append(f"K \\cdot {'2H' if layer.both_ways else 'H'} + K")
        numbers.append(rf"{layer.outputs} \cdot {wide} + {layer.outputs}")
    plus = r" \\ &+ "
    return rf"\begin{{aligned}} & {plus.join(letters)} \\ =\; & {plus.join(numbers)} \end{{aligned}}"


def count_words(found: Shaped) -> str:
    """How many weights there are, by who counts, as Markdown."""
    numbers, real = counted(found.layer), sum(weight.size for weight in found.weights)
    cell = found.layer.cell
    keras = (
        say(
            "Keras' `GRU` has two biases as well since TensorFlow 2 (`reset_after=True`); before, it had "
            "one: **{weights:,}**.",
            weights=numbers["one bias"],
        )
        if cell == "GRU"
        else say(
            "Keras' `{name}` and the lectures have one bias: **{weights:,}**.",
            name="SimpleRNN" if cell == "RNN" else cell,
            weights=numbers["one bias"],
        )
    )
    return say(
        "The layer of torch above has **{real:,}** weights, counted in the tensors; the formula gives "
        "{formula:,}. PyTorch has two biases, b_ih and b_hh, of which one would do. {keras} T and B are "
        "in no formula.",
        real=real,
        formula=numbers["PyTorch"],
        keras=keras,
    )


NOTICE_SHAPES = (
    "The sequence length T and the batch size B stand in x and output, and in no weight. h_n has no T, and its batch "
    "axis is "
    "always the second one. The gates stand below each other in one matrix: 4H rows of an LSTM are i, f, g, o."
)

TRY_SHAPES: Attempts = {
    "The net with 111 or 126 weights": (
        {
            "shapes_cell": "GRU", "shapes_inputs": 1, "shapes_hidden": 5, "shapes_layers": 1, "shapes_ways": "one",
            "shapes_dense": 1,
        },
        ("A GRU with 5 units on one feature and a dense layer of one. Textbooks say 111, your notebook says 126. Which bias "
        "makes the difference of 15?"),
    ),
    "An LSTM of 25 features and 100 units": (
        {
            "shapes_cell": "LSTM", "shapes_inputs": 25, "shapes_hidden": 100, "shapes_layers": 1, "shapes_ways": "one",
            "shapes_dense": 0,
        },
        "Keras counts 50,400, torch 50,800: 4 · 100 more. Then double T: which number moves?",
    ),
}  # fmt: skip

# ---- output and h_n --------------------------------------------------------------------------------------------------

SLICES = {
    "last": "output[:, -1, H:]",
    "first": "output[:, 0, H:]",
    "forward": "output[:, -1, :H]",
}
"""Guesses of the slice that is h_n[-1] of a network that reads both ways."""

QUESTION_SLICE = (
    "A network of one layer reads both ways, batch first. **Which slice of output is h_n[-1], the last state of the "
    "backward "
    "reader?**"
)

ASKED_SLICE = Layer("RNN", both_ways=True)
"""The layer of that question."""


def slice_answer(guess: str, found: Shaped) -> str:
    """What the tensors say to the guess, as Markdown."""
    match = found.matches[-1]
    step = {0: "0", found.layer.steps - 1: "-1"}.get(match.step if match.step is not None else -2, "?")
    right = f"output[:, {step}, {'H:' if match.half else ':H'}]"
    verdict = say("Right") if SLICES[guess] == right else say("Not this time")
    return say(
        "**{verdict}: it is `{right}`**, found by looking for equal numbers. The backward reader starts "
        "at the last word and ends at the first, so its last state stands at step 0.",
        verdict=verdict,
        right=right,
    )


ROWS = {
    "one": ("h_n[0]: layer 1, forward", "h_n[1]: layer 2, forward", "h_n[2]: layer 3, forward"),
    "both": (
        "h_n[0]: layer 1, forward",
        "h_n[1]: layer 1, backward",
        "h_n[2]: layer 2, forward",
        "h_n[3]: layer 2, backward",
        "h_n[4]: layer 3, forward",
        "h_n[5]: layer 3, backward",
    ),
}
"""The rows of h_n by the ways that a network of up to three layers reads."""


def row_names(found: Shaped) -> dict[str, str]:
    """The rows of h_n by number, as a menu calls them."""
    names = ROWS["both" if found.layer.both_ways else "one"]
    return {str(match.row): names[match.row] for match in found.matches}


def output_frame(match: Match, found: Shaped) -> list[Frame]:
    """The slice of the output that equals a row of h_n; none where no slice does."""
    if match.step is None:
        return []
    H = found.layer.hidden  # noqa: N806 - the axis letter
    return [Frame((match.step, match.step), (match.half * H, match.half * H + H - 1), f"= h_n[{match.row}]")]


def unit_names(found: Shaped) -> list[str]:
    """The rows of the output's picture."""
    one = [str(unit) for unit in range(1, found.layer.hidden + 1)]
    return [f"→ {unit}" for unit in one] + [f"← {unit}" for unit in one] if found.layer.both_ways else one


def where(match: Match, found: Shaped) -> str:
    """Where a row of h_n stands in the output, as Markdown."""
    told = "`h_n[{row}]`, the last state of layer {layer}"
    if found.layer.both_ways and match.backward:
        told = "`h_n[{row}]`, the last state of layer {layer}, backward"
    elif found.layer.both_ways:
        told = "`h_n[{row}]`, the last state of layer {layer}, forward"
    name = say(told, row=match.row, layer=match.layer)
    if match.step is None:
        return say(
            "{name}, stands **nowhere in output**: output has the states of the last layer only. For lower "
            "layers h_n is the only place to look.",
            name=name,
        )
    half = ", H:" if match.half else ", :H" if found.layer.both_ways else ""
    step = "-1" if match.step == found.layer.steps - 1 else str(match.step)
    return say(
        "{name}, is **`output[:, {step}{half}]`** (batch first), to the last bit.", name=name, step=step, half=half
    )


def trap_words(found: Shaped, one: Shaped) -> str:
    """What output[:, -1] knows of a network that reads both ways, as Markdown; "" for one way.

    Args:
        found: the layer on the screen.
        one: the same with one layer.
    """
    if found.trap is None or one.trap is None:
        return ""
    seen = (
        say("it has seen **one word** only") if one.trap.last_backward == 0 else say("it has seen more than one word")
    )
    stacked = (
        ""
        if found.layer.layers == 1
        else " "
        + say(
            "With your {layers} layers it moved by {moved:.3f}: the top reader made one step only, but the "
            "layer below, which it reads, has seen all.",
            layers=found.layer.layers,
            moved=found.trap.last_backward,
        )
    )
    return say(
        "**The trap.** `output[:, -1]` looks like the summary of the sentence. All inputs but the last "
        "were changed here, in the same network with one layer: its forward half moved by up to "
        "{forward:.3f}, its backward half by exactly {backward:g}: {seen}. The backward half of "
        "`output[:, 0]` moved by {first:.3f}.{stacked} So the sentence vector is `torch.cat([h_n[-2], "
        "h_n[-1]], -1)`.",
        forward=one.trap.last_forward,
        backward=one.trap.last_backward,
        seen=seen,
        first=one.trap.first_backward,
        stacked=stacked,
    )


NO_TRAP = "With one direction that is simple. Guess above what changes with two, then let it read *both ways*."
"""What to say where there is no trap."""


def keras_table(rows: Sequence[Returned]) -> dict[str, list[str]]:
    """Keras and PyTorch side by side, a table by column."""
    return {
        "Keras": [row.keras for row in rows],
        "gives": [row.gives for row in rows],
        "PyTorch": [row.torch for row in rows],
        "shape": [str(row.shape) for row in rows],
        "after Dense(K)": [str(row.dense) for row in rows],
        "weights of Dense": [number(row.weights, ",") for row in rows],
    }


def dense_words(layer: Layer, rows: Sequence[Returned]) -> str:
    """How many dense cells there are after the layer, as Markdown."""
    once, each, _, flat = rows
    return say(
        "**How many dense cells after the {cell}?** K, in every case. After `return_sequences=False` "
        "they are used once, after `return_sequences=True` at each of the T = {steps} steps, with the "
        "same weights: {once} of them and {each} of them. Only who flattens first pays for T: {flat}, "
        "and a longer sequence no longer fits.",
        cell=layer.cell,
        steps=layer.steps,
        once=once.weights,
        each=each.weights,
        flat=flat.weights,
    )


ONES = (
    "**With a pencil.** All weights 1, no bias, ReLU, inputs 0, 0, 1, 1. Each reader counts the ones that it has met. Step "
    "through: first the forward reader, then the backward one."
)


def ones_words(found: kinds.Unrolled) -> str:
    """The states of both readers of the pencil net, as Markdown."""
    forward = [number.value for number in found.numbers if number.letter == "h" and number.shares]
    backward = [number.value for number in found.numbers if number.letter == "b" and number.shares][::-1]
    return say(
        "Forward: {forward}. Backward, by step: {backward}. So h_n is {last:g} and {first:g}: the "
        "forward reader's at the last step, the backward reader's at the first. At the last step the "
        "backward reader says {end:g}: it has seen one input.",
        forward=_listed(forward),
        backward=_listed(backward),
        last=forward[-1],
        first=backward[0],
        end=backward[-1],
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


NOTICE_STATES = (
    "h_n is ordered layer by layer, forward before backward: layer 1 →, layer 1 ←, layer 2 →, layer 2 ←. Without packing, "
    "one layer and one direction, h_n tells nothing that output does not: it is its last step. With several layers, two "
    "directions or padded rows it is what you want."
)

TRY_STATES: Attempts = {
    "Find the states of layer 1": (
        {"shapes_state_layers": 2, "shapes_state_ways": "both"},
        "Choose h_n[0] and h_n[1]. Where in output are they? Where are h_n[2] and h_n[3]?",
    ),
    "One input in the middle": (
        {"shapes_ones": "0; 1; 0; 0"},
        "Guess both rows of states before you step: which reader knows of the 1 at step 1?",
    ),
}

# ---- padding and packing ---------------------------------------------------------------------------------------------

BATCH = (4, 6, 8, 5, 4, 3, 7, 8)
"""Lengths of the sequences of the worked example."""


def lengths(text: str) -> tuple[int, ...]:
    """Lengths as a visitor types them: "4 6 8".

    Raises:
        ValueError: with a sentence for the visitor.
    """
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    if not 1 <= len(words) <= MOST:
        raise ValueError(
            say("It has {count:,} lengths, and there is room for 1 to {most}", count=len(words), most=MOST)
        )
    for word in words:
        if not (word.isascii() and word.isdigit() and 1 <= int(word[:9]) <= LONGEST):
            shown = word[:24].replace("`", "ˋ")
            raise ValueError(
                say(
                    "`{entry}` is not a length: a whole number from 1 to {longest} was wanted",
                    entry=shown,
                    longest=LONGEST,
                )
            )
    return tuple(int(word) for word in words)


def padded_rows(found: Packed) -> tuple[list[list[str]], list[str]]:
    """The rows of the batch, longest first as packing has them, with the place of each cell in the packed data."""
    place = {cell: number for number, cell in enumerate(found.data, 1)}
    rows = [[str(place[row, t]) for t in range(found.lengths[row])] for row in found.order]
    return rows, [say("sequence {number}", number=row + 1) for row in found.order]


def packed_words(found: Packed) -> str:
    """What packing saves, as Markdown."""
    saved = found.padded_cells - found.packed_cells
    return say(
        "A cell's number is its place in the packed data; a bold number says how many sequences have "
        "that step. Padded, the layer computes **{padded}** cells; packed, **{packed}**: {saved} pads "
        "less. `batch_sizes` is {sizes}. At step t the layer takes the first so many rows. That is why "
        "they are sorted; `enforce_sorted=False` sorts and puts back.",
        padded=found.padded_cells,
        packed=found.packed_cells,
        saved=saved,
        sizes=_listed(found.batch_sizes),
    )


def small_example(found: Packed, sequences: Sequence[Sequence[int]]) -> str:
    """A packed batch of two, number by number, as Markdown."""
    data = [sequences[row][t] for row, t in found.data]
    rows = say(" and ").join(str(list(sequence)) for sequence in sequences)
    return say(
        "{rows} become `data` = {data} and `batch_sizes` = {sizes}: first the first numbers of both, "
        "then the second ones, then what is left of the longer one.",
        rows=rows,
        data=data,
        sizes=list(found.batch_sizes),
    )


ASKED_LENGTHS = (3, 9, 5, 2)
"""Lengths of the question on cells: another batch than the one that is shown."""

SMALL = ((1, 2, 3), (3, 4))
"""The smallest example that shows it."""


def cells_question(found: Packed) -> str:
    """What to guess, as Markdown."""
    return say(
        "Sequences of {lengths} steps are padded to {longest}: {cells} cells. **How many of them hold something?**",
        lengths=_listed(found.lengths),
        longest=max(found.lengths),
        cells=found.padded_cells,
    )


def cells_answer(guess: float, found: Packed) -> str:
    """What the packed batch says to the guess, as Markdown."""
    verdict = say("Right") if guess == found.packed_cells else say("Not this time")
    share = found.packed_cells / found.padded_cells
    return say(
        "**{verdict}: {cells} cells**, the sum of the lengths: {share:.0%} of them.",
        verdict=verdict,
        cells=found.packed_cells,
        share=share,
    )


def drift_table(found: Packed, moved: Drift) -> dict[str, list[Any]]:
    """How far the state at the last padded step is from the last real one, a table by column."""
    return {
        "sequence": list(range(1, len(found.lengths) + 1)),
        "length": list(found.lengths),
        "pads": [max(found.lengths) - length for length in found.lengths],
        "output[:, -1]": [_off(value) for value in moved.padded],
        "h_n, packed": [_off(value) for value in moved.packed],
    }


def _off(value: float) -> str:
    """A difference as one reads it: 0.169, 3e-8, 0."""
    if not value:
        return "0"
    return number(value, ".3f") if value >= 1e-3 else number(value, ".0e").replace("e-0", "e-")


def padding_lines(found: Mapping[str, Mapping[str, Sequence[float]]]) -> list[Line]:
    """Accuracy by padded length, the middle of the seeds."""
    widths = [int(width) for width in found]
    middle = {place: [_median(shares[place]) for shares in found.values()] for place in ("real", "padded")}
    return [
        Line(say("last real step"), widths, middle["real"], "state"),
        Line(say("last padded step"), widths, middle["padded"], "candidate", dash=1),
        Line(say("a coin"), widths, [0.5] * len(widths), "reset", dash=2),
    ]


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def padding_words(found: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """What the experiment found, as Markdown."""
    widest = max(found, key=int)
    shares = found[widest]
    seeds = len(shares["padded"])
    return say(
        "An RNN with 16 units reads 2 to 6 numbers, padded with zeros, and says which sign the first "
        "one had: 300 updates, {seeds} seeds. Asked at the last real step it is right in {real:.1%} or "
        "more, at every width. Asked at `output[:, -1]` of rows of {widest} steps, it is right in "
        "{low:.0%} to {high:.0%}: a coin, whatever the seed. It has neither too little data nor too few "
        "units: it has to carry one bit over up to {zeros} zeros, and its gradient has to come back "
        "over them. Over short rows it learns all the same.",
        seeds=seeds,
        real=min(shares["real"]),
        widest=widest,
        low=min(shares["padded"]),
        high=max(shares["padded"]),
        zeros=int(widest) - 2,
    )


NOTICE_PACKING = (
    "Padding makes a rectangle; packing remembers which cells of it are real. Reading `output[:, -1]` of a padded "
    "batch reads "
    "a state that went on moving over the pads. h_n of a packed batch is the state after the last real step of each "
    "sequence, "
    "and a backward reader starts there, not at the pads."
)

TRY_PACKING: Attempts = {
    "One long sequence among short ones": (
        {"shapes_lengths": "2 2 2 2 2 2 2 40"},
        "How much of the padded batch is nothing? Batches of like lengths (bucketing) cure it without packing.",
    ),
    "The smallest example": (
        {"shapes_lengths": "3 2"},
        "Number the cells of the packed data yourself before you look.",
    ),
}

# ---- both directions -------------------------------------------------------------------------------------------------

LECTURE = "She said Alan Turing was a great scientist"

ENDINGS = ("scientist", "ship", "poet", "bridge")
"""Last words that are one click away."""

QUESTION_ENDING = (
    "“She said Alan Turing was a great scientist”: the last word changes to “ship”. **Which network changes its mind about "
    "“Alan”, five words earlier?**"
)
GOES_ON = "What each network says when the word comes in. The lines go on once you have guessed."

GUESSES = {
    "forward": "the forward reader",
    "both ways": "the one that reads both ways",
    "both": "both",
    "neither": "neither",
}


def ending_answer(guess: str, before: Tagged, after: Tagged) -> str:
    """What the tensors say to the guess, as Markdown."""
    word = before.tokens.index("alan")
    change = {reader: [said.tags(reader)[word, PERSON] for said in (before, after)] for reader in READERS}
    moved = [reader for reader, (first, second) in change.items() if abs(first - second) > 0.05]
    right = {0: "neither", 2: "both"}.get(len(moved)) or moved[0]
    verdict = say("Right") if guess == right else say("Not this time")
    numbers = "; ".join(
        say("{reader}: {first:.3f} and {second:.3f}", reader=say(reader), first=first, second=second)
        for reader, (first, second) in change.items()
    )
    return say(
        "**{verdict}.** p(person) at “alan” with “scientist” and with “ship”: {numbers}.",
        verdict=verdict,
        numbers=numbers,
    )


def complaint(kept: str) -> str:
    """What to say of a text without words."""
    return say("That text has no word to read. Type some words. What you see still reads “{kept}”.", kept=kept[:60])


def watched(found: Tagged) -> int:
    """The word that a first-time visitor watches: the first one that stands in names."""
    return next((place for place, word in enumerate(found.tokens) if word in NAMES), 0)


def word_names(found: Tagged) -> dict[str, str]:
    """The words to choose from, the one to watch first."""
    names = {str(place): f"{place + 1} {word[:24]}" for place, word in enumerate(found.tokens)}
    first = str(watched(found))
    return {first: names[first], **names}


def revealed_lines(found: Tagged, word: int, until: int | None = None) -> list[Line]:
    """p(person) at a word as the words come in, by reader; until so many have come in."""
    last = len(found.tokens) if until is None else until
    x = list(range(word + 1, last + 1))
    looks = {"forward": ("reset", 1), "both ways": ("state", 0)}
    return [
        Line(say(reader), x, found.revealed[reader][word:last, word, PERSON], role, dash)
        for reader, (role, dash) in looks.items()
    ]


def shown_tokens(found: Tagged) -> list[str]:
    """The words as an axis bears them."""
    return [
        f"{token[:14]}" if known else f"{token[:12]} *" for token, known in zip(found.tokens, found.known, strict=True)
    ]


def revealed_words(found: Tagged, word: int) -> str:
    """What the picture shows, in sentences from its numbers, as Markdown."""
    forward, both = (found.revealed[reader][word:, word, PERSON] for reader in ("forward", "both ways"))
    name = say("“{word}”", word=found.tokens[word][:24])
    told = (
        "The forward reader says p(person) = **{first:.2f}** when {name} comes in and **{last:.2f}** at the end: what "
        "comes later cannot reach it."
        if abs(forward - forward[0]).max() < 1e-5
        else "The forward reader says p(person) = **{first:.2f}** when {name} comes in and **{last:.2f}** at the end: it "
        "moved, which it never should."
    )
    said = say(told, first=forward[0], name=name, last=forward[-1])
    if len(both) == 1:
        return f"{said} " + say("The network that reads both ways begins at {first:.2f}.", first=both[0])
    return f"{said} " + say(
        "The network that reads both ways begins at {first:.2f}, is at {before:.2f} before the last word and ends at "
        "**{last:.2f}**.",
        first=both[0],
        before=both[-2],
        last=both[-1],
    )


def remarks(found: Tagged) -> str:
    """What the taggers could not read, as Markdown; "" where they could read all."""
    unknown = [word for word, known in zip(found.tokens, found.known, strict=True) if not known]
    shown = " ".join(f"`{word[:24].replace('`', 'ˋ')}`" for word in dict.fromkeys(unknown[:6]))
    shown += " …" if len(unknown) > 6 else ""
    said = [say("Not in the vocabulary, so read as `<unk>`: {words}.", words=shown)] if unknown else []
    if found.left_out:
        said.append(
            say(
                "The first {count} words are read; {more:,} more are left out.",
                count=len(found.tokens),
                more=found.left_out,
            )
        )
    return " ".join(said)


def tag_table(found: Tagged, simple: Frequencies) -> dict[str, list[str]]:
    """Each word with its tags, a table by column."""

    def tags(reader: str) -> list[str]:
        return [f"{TAGS[int(row.argmax())]} ({number(row.max(), '.0%')})" for row in found.tags(reader)]

    return {
        "word": [
            word[:30] + ("" if known else " (<unk>)") for word, known in zip(found.tokens, found.known, strict=True)
        ],
        "most frequent tag": [
            TAGS[simple.tags.get(word, 0)] if known else say("unknown")
            for word, known in zip(found.tokens, found.known, strict=True)
        ],
        "forward": tags("forward"),
        "both ways": tags("both ways"),
    }


def tracks(found: Tagged) -> list[Track]:
    """Both readers of the network that reads both ways, for the player, and what they say together."""
    tags = found.tags("both ways")
    order = (-tags).argsort(1)
    ordered = -(-tags).copy()
    ordered.sort(1)
    says = Words(
        "tag, from both readers", [[TAGS[k] for k in row] for row in order.tolist()], ordered[:, ::-1], continues=False
    )
    return [Track("Forward reader →", found.forward, says), Track("Backward reader ←", found.backward, says)]


def player_tokens(found: Tagged) -> list[Token]:
    """The words for the player."""
    return [
        Token(word, "" if known else "read as <unk>") for word, known in zip(found.tokens, found.known, strict=True)
    ]


def score_lines(facts: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """Share of right words of names by distance, both networks and the baseline."""
    distances = [int(distance) for distance in facts["forward"]["accuracy"]]
    looks = {"both ways": ("state", 0), "forward": ("candidate", 1)}
    lines = [
        Line(say(reader), distances, [found["names"] for found in facts[reader]["accuracy"].values()], role, dash)
        for reader, (role, dash) in looks.items()
    ]
    return [
        *lines,
        Line(say("most frequent tag"), distances, [facts["forward"]["baseline"]] * len(distances), "reset", 2),
    ]


def score_words(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """How good both networks are beside the baseline, as Markdown."""
    means = {reader: _trained(found) for reader, found in facts.items()}
    forward, both = means["forward"], means["both ways"]
    return say(
        "Words of names in held-out sentences, at the distances of training: **both ways {both:.1%}**, "
        "**forward {forward:.1%}**, most frequent tag of the word {baseline:.1%}. All words: "
        "{both_every:.1%}, {forward_every:.1%}, {baseline_every:.1%}. It is not a matter of size: the "
        "forward reader has {forward_weights:,} weights, the other network {both_weights:,}. Where a "
        "role or a kind stands *before* the name (“the ship Alan Turing”), the forward reader is right "
        "in {titled:.1%}; where it does not, in {bare:.1%}. Made again with `python -m models.zoo`, "
        "seed {seed}, {updates:,} updates each.",
        both=both["names"],
        forward=forward["names"],
        baseline=facts["forward"]["baseline"],
        both_every=both["every"],
        forward_every=forward["every"],
        baseline_every=facts["forward"]["baseline_every"],
        forward_weights=facts["forward"]["parameters"],
        both_weights=facts["both ways"]["parameters"],
        titled=forward["titled"],
        bare=forward["bare"],
        seed=facts["forward"]["run"]["seed"],
        updates=facts["forward"]["run"]["steps"],
    )


def _trained(found: Mapping[str, Any]) -> dict[str, float]:
    """The marks of a network, the mean over the distances that its training had."""
    last = found["run"]["lengths"][1]
    rows = [row for distance, row in found["accuracy"].items() if int(distance) <= last]
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}


NOTICE_BOTH = (
    "At “Alan” a forward reader has seen “she said Alan” and nothing else. No training can help it: it can only say "
    "how often "
    "such a word is a person. A backward reader has seen the rest. The price: a network that reads both ways cannot speak "
    "before the end. Each new word may change what it said of all earlier ones. That rules it out for live captions, "
    "and for "
    "saying the next word."
)

TRY_BOTH: Attempts = {
    "Tell the forward reader in time": (
        {"shapes_text": "The ship Alan Turing was a great surprise"},
        "“Ship” stands before the name now, and “surprise” is a word that neither network knows. Who knows at “Alan”?",
    ),
    "A false trail at the end": (
        {"shapes_text": "She said Alan Turing was a great ship near the singer"},
        "The backward reader meets “singer” first. Step it from the right: where does it change its mind?",
    ),
}
