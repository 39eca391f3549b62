"""The page "your own model" in words: what is asked, what was found in a file, sentences from its numbers."""

import math
import re
from collections.abc import Mapping, Sequence

from models.decay import half_life
from models.limits import OWN_MODEL
from models.own_model import (
    CLOSE,
    Asked,
    Found,
    Profiles,
    Reading,
    Recurrent,
    Seen,
    Source,
    View,
    likeliest,
)
from models.shapes import GATES
from playground.figures import Band
from playground.language import number, say
from playground.player import Numbers, Token, Track, Words

Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: the button's words, the widgets that it sets, and what to look at."""

ASKED = (
    "**What does your own trained network compute, step by step?** Bring the weights of an `nn.RNN`, `nn.LSTM` or `nn.GRU`, "
    "alone or inside a larger model. They are read, never run, and forgotten when you leave."
)

TABS = ["Player", "Gradients", "Shapes and code"]

UPLOAD = "Your weights: .safetensors, or .pt from torch.save(model.state_dict(), …)"

SQUASHES = {"tanh": "tanh", "relu": "ReLU"}

LOSSES = {"last": "its last step", "every": "every step"}

SOURCES: Mapping[Source, str] = {
    "vectors": "your vectors",
    "text": "text",
    "ids": "token ids",
    "normal": "random numbers",
}
"""What a model reads, by the key of the choice."""

OUTPUTS = {"softmax": "probabilities: softmax over its outputs", "number": "a number: its first output"}

_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SHOWN = 40  # characters of a name in a sentence


def plain(text: str) -> str:
    """A visitor's words as they are, in Markdown: nothing in them is a sign of it."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$~:&])", r"\\\1", text)


def code(text: str, most: int = _SHOWN) -> str:
    """A name from a file as code in Markdown, a long one cut."""
    text = " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("`", "ˋ").split())
    return f"`{text[:most]}{'…' if len(text) > most else ''}`"


def complaint(wrong: str, kept: str) -> str:
    """What is wrong with a file, and what stays in view, as Markdown."""
    return say("{wrong}. What you see is still {kept}.", wrong=plain(wrong), kept=code(kept))


def found(name: str, model: Found) -> str:
    """What was found in a file, as Markdown."""
    count = len(model.layers)
    what = say("one recurrent layer") if count == 1 else say("{count} recurrent layers", count=count)
    titles = "; ".join(code(layer.title, 120) for layer in model.layers[:4])
    if count > 4:
        return say("Found in {file}: {what}, {titles} and more.", file=code(name), what=what, titles=titles)
    return say("Found in {file}: {what}, {titles}.", file=code(name), what=what, titles=titles)


def sketch(layer: Recurrent) -> str:
    """How the cell was told from the shapes, as Markdown."""
    gates, hidden = GATES[layer.cell], layer.hidden
    blocks = say("one block of rows") if gates == 1 else say("{gates} blocks of rows", gates=gates)
    cell = say("a **GRU**") if layer.cell == "GRU" else say("an **{cell}**", cell=layer.cell)
    return say(
        "`weight_hh_l0` has {rows} rows and {hidden} columns, so H = {hidden} and "
        "{rows} / {hidden} = {gates}: {blocks}, which is {cell}.",
        rows=gates * hidden,
        hidden=hidden,
        gates=gates,
        blocks=blocks,
        cell=cell,
    )


def titled(layer: Recurrent) -> str:
    """A layer in a menu."""
    return layer.title.encode("utf-8", "replace").decode("utf-8")


def matrix(name: str) -> str:
    """A matrix in a menu."""
    return name.encode("utf-8", "replace").decode("utf-8")[:_SHOWN] or "none"


def strand(layer: Recurrent, view: View) -> str:
    """Which layer and direction is looked at, in a few words."""
    parts = [layer.name[:_SHOWN] or layer.cell]
    parts += [say("layer {layer} of {layers}", layer=view.layer + 1, layers=layer.layers)] if layer.layers > 1 else []
    parts += [say("backward") if view.reverse else say("forward")] if layer.both_ways else []
    return ", ".join(parts).encode("utf-8", "replace").decode("utf-8")


# ---- what it reads ---------------------------------------------------------------------------------------------------


def tokens(reading: Reading, vocabulary: Sequence[str]) -> tuple[Token, ...]:
    """Names of the steps: tokens, with a remark where the network reads others than were written; ids; or plain numbers."""
    if reading.tokens:
        return tuple(
            Token(_seen(piece), "" if vocabulary[k] == piece else say("read as {token}", token=vocabulary[k]))
            for piece, k in zip(reading.tokens, reading.ids, strict=True)
        )
    if reading.ids:
        return tuple(Token(_seen(vocabulary[k]) if k < len(vocabulary) else str(k)) for k in reading.ids)
    return tuple(Token(f"x{str(step).translate(_SMALL)}") for step in range(1, reading.seen.trace.steps + 1))


def _seen(piece: str) -> str:
    return {" ": "␣", "\n": "⏎", "\t": "⇥", "": "∅"}.get(piece, piece)


def first(source: Source, vocabulary: Sequence[str], rows: int, text: str) -> tuple[str, str]:
    """What a field for a text or for ids begins with, and its label."""
    if source == "ids":
        return " ".join(map(str, range(min(rows, 12)))), say("Ids from 0 to {last:,} (Enter reads them)", last=rows - 1)
    plain_ones = [token for token in vocabulary if token.strip() and token[:1] not in "<["]
    some = plain_ones[:8] or list(vocabulary[:8])
    joint = "" if all(len(token) == 1 for token in some) else " "
    return text or joint.join(some), say("Text (Enter reads it)")


def normal_told(seed: int, inputs: int) -> str:
    """Where random inputs come from, as Markdown."""
    return say(
        "The file has no inputs, so each $x_t$ is {inputs} random numbers from N(0, 1), drawn with seed {seed}: the same "
        "seed, the same numbers.",
        inputs=inputs,
        seed=seed,
    )


def file_told(name: str) -> str:
    """Where input vectors come from, as Markdown."""
    return say("The inputs are those of {file}.", file=code(name))


def too_many(tokens: int, rows: int) -> str:
    """Why a vocabulary does not fit."""
    return say(
        "The vocabulary has {tokens:,} tokens and the embedding {rows:,} rows, expected at least as many rows",
        tokens=tokens,
        rows=rows,
    )


# ---- the player ------------------------------------------------------------------------------------------------------


def track(layer: Recurrent, asked: Asked, seen: Seen, vocabulary: Sequence[str], shown: str) -> Track:
    """What the player shows: the trace, and what the head says if there is one."""
    says, head = None, asked.head
    if seen.outputs is not None:
        classes = seen.outputs.shape[1]
        if shown == "number" or classes == 1:
            says = Numbers(say("output of {name}", name=_cut(head)), seen.outputs[:, 0])
        else:
            known = len(vocabulary) == classes
            names = (
                [_seen(token) for token in vocabulary]
                if known
                else [say("class {number}", number=k) for k in range(classes)]
            )
            words, probabilities = likeliest(seen.outputs, names)
            says = Words(say("softmax of {name}", name=_cut(head)), words, probabilities, continues=False)
    return Track(strand(layer, asked.view), seen.trace, says)


def _cut(name: str) -> str:
    return name.removesuffix(".weight").encode("utf-8", "replace").decode("utf-8")[:_SHOWN]


def exactness(layer: Recurrent, seen: Seen) -> str:
    """The badge: how far the equations are from `torch.nn`, as Markdown."""
    if layer.both_ways:
        through = say("all layers in both directions") if layer.layers > 1 else say("the layer in both directions")
    else:
        through = say("all layers") if layer.layers > 1 else say("the layer")
    what = say(
        "The equations, stepped on their own through {through}, against {named} with your weights.",
        through=through,
        named=f"`torch.nn.{layer.cell}`",
    )
    size = say("max &#124;difference&#124; {deviation:.1e}", deviation=seen.deviation)
    if seen.deviation <= CLOSE or seen.exact is None:
        return f":green-badge[:material/verified: {size}] {what}"
    why = say(
        "In float64 the difference is {exact:.1e}: the equations are the same, but these weights magnify what "
        "float32 rounds off, so two ways to compute h in float32 drift apart.",
        exact=seen.exact,
    )
    return f":orange-badge[:material/warning: {size}] {what} {why}"


# ---- gradients -------------------------------------------------------------------------------------------------------

GRADIENTS = (
    "How much would a small push of $h_t$ change the end? The loss is a sum over the units of this layer and direction, so "
    "no head is needed. Lag 0 is the step that this direction reads last."
)


def bands(profiles: Profiles) -> list[Band]:
    """The profiles as lines over the lag."""
    lines = [
        Band("‖∂L/∂h‖", profiles.loss[None], "state"),
        Band("‖∂h<sub>T</sub>/∂h<sub>t</sub>‖₂", profiles.state[None], "read", dash=1),
    ]
    if profiles.memory is not None:
        lines.append(Band("‖∂c<sub>T</sub>/∂c<sub>t</sub>‖₂", profiles.memory[None], "memory", dash=2))
    return lines


def fading(profiles: Profiles) -> str:
    """What the curves say, as Markdown."""
    steps = len(profiles.loss)
    if steps < 3:
        return say("Two lags make no curve: let it read a longer sequence.")
    half = half_life(profiles.loss)
    lag = steps - 1
    if not math.isfinite(profiles.loss[-1]):
        far = say("At lag {lag} it is exactly 0.", lag=lag)
    else:
        factor = _power(profiles.loss[-1] - profiles.loss[0])
        far = say("At lag {lag} it is {factor} what it is at lag 0.", lag=lag, factor=factor)
    if not math.isfinite(half):
        return say("**The gradient is level, or exactly 0.** {far}", far=far)
    if half < 0:
        return say(
            "**The gradient grows on its way back: it doubles every {steps:.1f} steps** on average. {far}",
            steps=-half,
            far=far,
        )
    return say("**The gradient halves every {steps:.1f} steps** on average. {far}", steps=half, far=far)


def _power(log10: float) -> str:
    """A factor in words, small and large ones as a power of ten."""
    return say(
        "{factor} times", factor=number(10**log10, ".2g") if -3 <= log10 <= 4 else f"$10^{{{number(log10, '.1f')}}}$"
    )


def memory_told(profiles: Profiles) -> str:
    """What the memory of an LSTM adds, as Markdown; "" for other cells."""
    if profiles.memory is None or len(profiles.loss) < 3:
        return ""
    lag = len(profiles.memory) - 1
    h, c = profiles.state[-1], profiles.memory[-1]
    if not (math.isfinite(h) and math.isfinite(c)):
        return ""
    if c > h:
        return say(
            "The memory c carries further than h: at lag {lag} its derivative is {factor} as large.",
            lag=lag,
            factor=_power(c - h),
        )
    return say(
        "The memory c carries no further than h here: at lag {lag} its derivative is {factor} as large.",
        lag=lag,
        factor=_power(c - h),
    )


def backwards_told(view: View) -> str:
    """Which way the lag runs, as Markdown."""
    return say("This direction reads from the right, so its last step is the first token.") if view.reverse else ""


# ---- shapes ----------------------------------------------------------------------------------------------------------


def shape_rows(layer: Recurrent, seen: Seen) -> dict[str, list[str]]:
    """Each tensor on the way through the layer, its shape, and what its axes count."""
    wide = "2H" if layer.both_ways else "H"
    rows = "2L" if layer.both_ways else "L"
    axes = {"x": "(B, T, D)", "output": f"(B, T, {wide})", "h_n": f"({rows}, B, H)", "c_n": f"({rows}, B, H)"}
    return {
        say("tensor"): list(seen.shapes),
        say("shape"): [str(shape) for shape in seen.shapes.values()],
        say("axes"): [axes[name] for name in seen.shapes],
    }


def weight_rows(layer: Recurrent) -> dict[str, list]:
    """Every weight, its shape, and how many numbers it has."""
    return {
        say("weight"): list(layer.weights),
        say("shape"): [str(tuple(weight.shape)) for weight in layer.weights.values()],
        say("numbers"): [weight.numel() for weight in layer.weights.values()],
    }


def counted(layer: Recurrent) -> str:
    """How many weights there are and why, as Markdown."""
    gates, hidden = GATES[layer.cell], layer.hidden
    lines = []
    for k in range(layer.layers):
        columns = layer.wide if k else layer.inputs
        biases = f" + 2·{hidden}" if layer.bias else ""
        ways = "2 · " if layer.both_ways else ""
        each = layer.directions * gates * (hidden * columns + hidden * hidden + 2 * hidden * layer.bias)
        named = say("layer {layer}", layer=k + 1)
        told = f"{ways}{gates} · ({hidden}·{columns} + {hidden}·{hidden}{biases}) = {number(each, ',')}"
        lines.append(f"- {say('{layer}: {sum}', layer=named, sum=told)}")
    formula = say("G (H·columns + H·H + 2H)") if layer.bias else say("G (H·columns + H·H)")
    blocks = say("1 block of rows") if gates == 1 else say("{gates} blocks of rows", gates=gates)
    each_way = "**{weights:,} weights.** Each layer has {formula} of them in each direction, with G = {blocks}:"
    one_way = "**{weights:,} weights.** Each layer has {formula} of them, with G = {blocks}:"
    told = each_way if layer.both_ways else one_way
    head = say(told, weights=layer.parameters, formula=formula, blocks=blocks)
    return f"{head}\n" + "\n".join(lines)


# ---- endings ---------------------------------------------------------------------------------------------------------

NOTICE = (
    "- A `state_dict` is names and numbers. The name of a weight says layer and direction; its shape says the rest: rows "
    "divided by columns of `weight_hh` is 1 for an RNN, 3 for a GRU, 4 for an LSTM.\n"
    "- It does not say everything. Whether an RNN squashes by tanh or by ReLU, what a token's id means and which matrix "
    "reads the states are in the program, not in the weights: so you are asked.\n"
    "- The badge compares two programs with the same weights. In float32 they differ in the seventh digit; where the "
    "difference is larger, the network itself magnifies rounding."
)

TRIES: Attempts = {
    "Two layers, both ways": (
        {"own_example": "names", "own_tab": "Player"},
        "Choose layer 2 and the direction backward. Which token does this layer read first, and what is its input x?",
    ),
    "An encoder and a decoder": (
        {"own_example": "dates", "own_tab": "Gradients"},
        "Two GRUs in one file, told apart by their names. Compare their gradients: which one has to remember longer?",
    ),
}

NO_EMBEDDING = (
    "The vocabulary is read, but no embedding is chosen, so a token has no vector: choose a matrix of the file as the "
    "embedding."
)

TRAINED_HERE = (
    "The training lab saves weights in this form: train something there, open *Save and load*, and bring the file here."
)

FORMATS = (
    "A file may have at most {megabytes:g} MB (a larger one turns red and is not sent), and "
    "{layers} layers of {hidden} hidden units in each direction. A dict around the weights, such as "
    '`{{"model": …, "epoch": 3}}`, is looked through. A pickle that asks for anything but tensors is refused before any of '
    "it runs."
)


def formats() -> str:
    """What a file may be, as Markdown."""
    limits = OWN_MODEL
    return say(FORMATS, megabytes=limits.file_bytes / 1e6, layers=limits.layers, hidden=limits.hidden)


EXTRAS = (
    "A vocabulary lets you type a text: JSON (a list, or token: id), or one token a line. Input vectors are a row of numbers "
    "for each step: `.npy`, or a CSV."
)
