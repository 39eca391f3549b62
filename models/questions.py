"""What learners ask most about recurrent networks, in numbers: each function computes those of one answer.

    from models import questions

    questions.forget_bias().half_lives       # 1, 2.2, 5.5 and 14.3 steps for a forget bias of 0, 1, 2 and 3
    questions.NUMBERS["packing"]()           # the same by the name of the question

Layers of `torch.nn` are built and run, weights are counted in them, trainings that ship are looked up. Words about the
numbers are `playground.answers`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models import (
    clipping,
    counter,
    decay,
    embeddings,
    forecasters,
    kinds,
    language_model,
    packing,
    paper,
    shapes,
    shipped,
    translators,
    truncated,
    zoo,
)
from models.cells import GRU
from models.shapes import Layer

Array = NDArray[np.float64]

SENTENCE = "The cat, which already ate the fish, was full."
"""The sentence that trained networks read here."""

SHOWN = Layer("LSTM", batch=5, steps=7, inputs=3, hidden=4, layers=2, both_ways=True)
"""The layer whose output and h_n are looked at: two layers upon each other, both ways."""

LENGTHS = (4, 6, 8, 5, 4, 3, 7, 8)
"""Lengths of the sequences of a batch."""

# ---- shapes ----------------------------------------------------------------------------------------------------------


def output() -> shapes.Shaped:
    """Output and h_n of `SHOWN`, and which row of h_n stands where in the output."""
    return shapes.run(SHOWN)


@dataclass(frozen=True)
class Sentence:
    """Which slice of a bidirectional layer has read the sentence.

    Attributes:
        alone: the layer of `SHOWN`, but one instead of two: with what out[:, -1] knows.
        stacked: both layers.
        forward, backward: states of the pencil net by step, with all weights 1 and ReLU, on `inputs`.
        inputs: what that net reads.
    """

    alone: shapes.Shaped
    stacked: shapes.Shaped
    forward: tuple[float, ...]
    backward: tuple[float, ...]
    inputs: tuple[float, ...] = (0.0, 0.0, 1.0, 1.0)


def sentence() -> Sentence:
    """One layer of `SHOWN` alone and both upon each other, and the net that one can compute with a pencil."""
    inputs = Sentence.inputs
    net = kinds.unroll(kinds.Question("bidirectional", len(inputs), inputs=inputs, ones=True))

    def states(letter: str) -> tuple[float, ...]:
        found = {n.step: n.value for n in net.numbers if n.letter == letter and 1 <= n.step <= len(inputs)}
        return tuple(found[step] for step in sorted(found))

    return Sentence(shapes.run(replace(SHOWN, layers=1)), shapes.run(SHOWN), states("h"), states("b"))


def order() -> tuple[tuple[str, float], ...]:
    """Whose last state each row of h_n is: the suffix of the weights in torch, and the largest |difference|.

    Each layer and direction is run alone, with its own weights, on what it reads: the input or the output of the layer below,
    turned round for a backward reader. Its last state is compared with the row.
    """
    module = shapes.build(SHOWN, torch.Generator().manual_seed(SHOWN.seed))
    x = torch.randn(SHOWN.batch, SHOWN.steps, SHOWN.inputs, generator=torch.Generator().manual_seed(1))
    weights = dict(module.named_parameters())
    rows = []
    with torch.no_grad():
        _, (h_n, _) = module(x)
        read_by_layer = x
        for layer in range(SHOWN.layers):
            outputs = []
            for suffix in (f"l{layer}", f"l{layer}_reverse"):
                backward = suffix.endswith("reverse")
                alone = nn.LSTM(read_by_layer.shape[2], SHOWN.hidden, batch_first=True, device="meta")
                own = {
                    f"{name}_l0": weights[f"{name}_{suffix}"]
                    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                }
                alone.load_state_dict(own, assign=True)
                states, (last, _) = alone(read_by_layer.flip(1) if backward else read_by_layer)
                rows.append((suffix, float((last[0] - h_n[len(rows)]).abs().max())))
                outputs.append(states.flip(1) if backward else states)
            read_by_layer = torch.cat(outputs, 2)
    return tuple(rows)


@dataclass(frozen=True)
class Units:
    """How many weights an LSTM has, D = 3.

    Attributes:
        sizes: what T or H is set to, (N,).
        by_steps: weights for T = sizes, with H = 4.
        by_hidden: weights for H = sizes, with T = 4.
    """

    sizes: tuple[int, ...]
    by_steps: tuple[int, ...]
    by_hidden: tuple[int, ...]


def units() -> Units:
    """Weights counted in layers that are built, as the sequence gets longer and as the state gets wider."""

    def weights(steps: int, hidden: int) -> int:
        found = shapes.run(Layer("LSTM", batch=1, steps=steps, inputs=3, hidden=hidden))
        return sum(weight.size for weight in found.weights)

    sizes = tuple(range(2, 31, 2))
    return Units(
        sizes,
        tuple(weights(size, 4) for size in sizes),
        tuple(weights(4, size) for size in sizes),
    )


@dataclass(frozen=True)
class BatchFirst:
    """One batch in both orders of its axes.

    Attributes:
        first: the layer that is given (B, T, D).
        second: the same layer that is given (T, B, D).
        apart: the largest |difference| between the two h_n.
    """

    first: shapes.Shaped
    second: shapes.Shaped
    apart: float


def batch_first() -> BatchFirst:
    """The layer of `SHOWN` with and without `batch_first`: same weights, same numbers."""
    first = shapes.run(SHOWN)
    second = shapes.run(replace(SHOWN, batch_first=False))
    return BatchFirst(first, second, float(np.abs(first.h_n - second.h_n).max()))


RETURNED = Layer("LSTM", batch=5, steps=7, inputs=3, hidden=4, outputs=2)
"""The layer with a dense layer of two cells behind it."""


def returned() -> tuple[shapes.Returned, ...]:
    """What each of Keras' options gives back; see `models.shapes.returned`."""
    return shapes.returned(RETURNED)


@dataclass(frozen=True)
class Weights:
    """How many weights some networks have, by who builds them.

    Attributes:
        lstm: of an LSTM with D = 25 and H = 100: "PyTorch" and "Keras".
        gru: of a GRU with D = 1 and H = 5, and a dense layer with one cell: "PyTorch", "Keras" and "old Keras".
        built: weights counted in the layers of torch themselves: the LSTM's and the GRU's.
    """

    lstm: Mapping[str, int]
    gru: Mapping[str, int]
    built: tuple[int, int]


def weights() -> Weights:
    """Weights by formula, and counted in `torch.nn`."""
    lstm, gru = Layer("LSTM", inputs=25, hidden=100), Layer("GRU", inputs=1, hidden=5, outputs=1)
    built = [sum(weight.size for weight in shapes.run(layer).weights) for layer in (lstm, gru)]
    return Weights(shapes.counted(lstm), shapes.counted(gru), (built[0], built[1]))


def packed() -> tuple[packing.Packed, packing.Packed]:
    """[1, 2, 3] and [3, 4] packed, and a batch of eight."""
    return packing.pack((3, 2)), packing.pack(LENGTHS)


# ---- memory and gates ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class TwoStates:
    """The lecture's memory counter.

    Attributes:
        memory: c after each step, (T,).
        shown: h at each step, (T,).
        kept: c after each step when the output gate is always shut, (T,).
        hidden: h at each step then, (T,).
    """

    memory: NDArray[np.floating]
    shown: NDArray[np.floating]
    kept: NDArray[np.floating]
    hidden: NDArray[np.floating]


def two_states() -> TwoStates:
    """The counter with its output gate as it is, and always shut."""
    whole = counter.run(counter.FIRM, counter.TABLE)
    shut = counter.run(counter.Setting(counter.FIRM.i, counter.FIRM.f, counter.FIRM.g, _SHUT), counter.TABLE)
    return TwoStates(whole.after, whole.output, shut.after, shut.output)


_OPEN, _SHUT = counter.Push(bias=50), counter.Push(bias=-50)


@dataclass(frozen=True, eq=False)
class Ablation:
    """The memory counter with one of its parts frozen.

    Attributes:
        memory: c after each step by what is frozen, (T,) each; "none" is the whole cell.
        output: h at each step, (T,) each.
        truth: the right outputs.
    """

    memory: Mapping[str, NDArray[np.floating]]
    output: Mapping[str, NDArray[np.floating]]
    truth: tuple[float, ...]


def gates() -> Ablation:
    """The counter, and the same with f = 1, i = 1, o = 1 or g = 1 at every step."""
    frozen = {"none": counter.FIRM, "f = 1": ("f", _OPEN), "i = 1": ("i", _OPEN), "o = 1": ("o", _OPEN)}
    frozen["g = 1"] = ("g", counter.Push(bias=1))
    found = {}
    for name, change in frozen.items():
        parts = {block: getattr(counter.FIRM, block) for block in "ifgo"}
        setting = counter.FIRM if name == "none" else counter.Setting(**(parts | dict([change])))
        found[name] = counter.run(setting, counter.TABLE)
    return Ablation(
        {name: run.after for name, run in found.items()},
        {name: run.output for name, run in found.items()},
        tuple(map(float, counter.count(counter.TABLE).output)),
    )


@dataclass(frozen=True, eq=False)
class Conventions:
    """One GRU unit with all weights 0.5 and no bias on the inputs 1, 1, 0.

    Attributes:
        keeps: h where z keeps the past state, as in PyTorch, (3,).
        writes: h where z writes the candidate, as in lectures, (3,).
        turned: the largest |difference| between `keeps` and the other form with the sign of z's weights turned.
    """

    keeps: Array
    writes: Array
    turned: float


def conventions() -> Conventions:
    """Both readings of the same weights, and what makes them one."""
    half, none = (torch.full((3,), value, dtype=torch.float64) for value in (0.5, 0.0))
    x = torch.tensor([[1.0], [1.0], [0.0]], dtype=torch.float64)
    keeps, writes = (GRU(half[:, None], half[:, None], none, none, update_gate=form) for form in ("keep", "write"))
    h = [cell.run(x)["h"][:, 0].numpy() for cell in (keeps, writes, keeps.turned())]
    return Conventions(h[0], h[1], float(np.abs(h[0] - h[2]).max()))


@dataclass(frozen=True)
class Learned:
    """One training that ships.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        keep_bias: what was added to the bias of the gate that keeps.
        lag: T, steps over which a bit had to be kept.
        updates: after how many more than 99 % of held-out sequences were right; None for never.
        accuracy: share that was right at the end.
        steps: of all snapshots, (N,).
        accuracies: at them, (N,).
    """

    cell: str
    keep_bias: float
    lag: int
    updates: int | None
    accuracy: float
    steps: tuple[int, ...]
    accuracies: tuple[float, ...]


def learned(preset: str) -> tuple[Learned, ...]:
    """The trainings of a preset of the training lab, in a few numbers."""
    found = []
    for kept in shipped.load(preset):
        run = kept.record.run
        solved = [int(step) for step, share in zip(kept.steps, kept.accuracies, strict=True) if share > 0.99]
        lag = run.lengths[1] if run.lengths else 0
        found.append(
            Learned(
                run.cell, run.keep_bias, lag, min(solved, default=None), float(kept.accuracies[-1]),
                tuple(kept.steps.tolist()), tuple(kept.accuracies.tolist()),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True)
class Race:
    """LSTM against GRU.

    Attributes:
        weights: of an RNN, a GRU and an LSTM with D = 1 and H = 5.
        near: trainings over 30 steps, one for each cell.
        far: the same over 100 steps.
        counting: share of the memory counter's answers that are right on sequences of 100 steps, by cell.
    """

    weights: Mapping[str, int]
    near: tuple[Learned, ...]
    far: tuple[Learned, ...]
    counting: Mapping[str, float]


def race() -> Race:
    """Weights counted in torch, two trainings of each cell, and how well each learned to count."""
    counted = {
        cell: sum(weight.size for weight in shapes.run(Layer(cell, inputs=1, hidden=5)).weights)
        for cell in ("RNN", "GRU", "LSTM")
    }
    marks = {cell: zoo.facts(f"counter-{cell.lower()}")["snapshots"][-1]["accuracy"] for cell in counted}
    return Race(
        counted,
        learned("latch_cells"),
        learned("latch_cells_far"),
        {cell: float(mark["100"]["asked"]) for cell, mark in marks.items()},
    )


@dataclass(frozen=True, eq=False)
class Squashings:
    """Where the state of one unit goes that is pushed once: h_0 ... h_50, (51,) each.

    Attributes:
        tanh: with w = 1.1 and tanh.
        relu: with w = 1.1 and ReLU.
        identity: with w = 1 and ReLU, the start of an IRNN.
    """

    tanh: Array
    relu: Array
    identity: Array


def squashings() -> Squashings:
    """Three units on the same push."""
    forms = (("tanh", 1.1), ("relu", 1.1), ("relu", 1.0))
    orbits = [paper.orbit(paper.Scalar(squash, w_h=w)).values for squash, w in forms]  # type: ignore[arg-type]
    return Squashings(*orbits)


# ---- gradients -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ForgetBias:
    """What a forget bias does, alone and in a layer of torch.

    Attributes:
        biases: b, (N,).
        gates: f = σ(b), (N,).
        half_lives: steps in which a memory halves, log ½ / log f, (N,).
        rows: which rows of `bias_ih_l0` are the forget gate's, for H = 4: the second quarter.
        one_set: the forget gate of a layer of torch at x = 0, h = 0 with 1 in these rows of one of both biases.
        both_set: the same with 1 in both.
        spread: standard deviation of b_ih + b_hh as torch draws them, for H = 4.
    """

    biases: tuple[float, ...]
    gates: Array
    half_lives: Array
    rows: tuple[int, int]
    one_set: float
    both_set: float
    spread: float


def forget_bias() -> ForgetBias:
    """σ(b) and half-lives; and the second quarter of both bias vectors of an `nn.LSTM`, whose c tells f."""
    biases = (0.0, 1.0, 2.0, 3.0)
    gates = 1 / (1 + np.exp(-np.array(biases)))
    H = 4

    def gate(*names: str) -> float:
        layer = nn.LSTM(1, H, device="meta")
        weights = {name: torch.zeros(w.shape) for name, w in layer.named_parameters()}
        for name in names:
            weights[name][H : 2 * H] = 1
        layer.load_state_dict(weights, assign=True)
        with torch.no_grad():  # the candidate is tanh(0): what is left of a memory of 1 is the forget gate
            _, (_, c) = layer(torch.zeros(1, 1), (torch.zeros(1, H), torch.ones(1, H)))
        return float(c[0, 0])

    return ForgetBias(
        biases, gates, np.log(0.5) / np.log(gates), (H, 2 * H),
        gate("bias_ih_l0"), gate("bias_ih_l0", "bias_hh_l0"), math.sqrt(2 / 3 / H),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Vanishing:
    """How an LSTM keeps its gradient, or does not.

    Attributes:
        trained: trainings over 30 steps with a forget bias of 0, 1 and 3.
        curves: log10 ||dL/dh|| of fresh networks by lag, (100,) each, by name.
    """

    trained: tuple[Learned, ...]
    curves: Mapping[str, Array]


def vanishing() -> Vanishing:
    """The trainings that ship, and the gradients of fresh networks, which say why."""
    asked = {"RNN": decay.Fresh("RNN")} | {
        f"LSTM, b = {bias}": decay.Fresh("LSTM", keep_bias=bias) for bias in (0, 1, 3)
    }
    return Vanishing(learned("forget_bias"), {name: _log10(question) for name, question in asked.items()})


def _log10(question: decay.Fresh) -> Array:
    found = decay.decay(question).log10
    if found is None:
        raise ValueError(f"the gradient of {question} exploded, expected one that decays")
    return found


@dataclass(frozen=True, eq=False)
class Graph:
    """Backpropagation that is cut.

    Attributes:
        message: what PyTorch says to a second backward through a chunk that was not detached.
        whole: log10 of the norm of what each step adds to dL/dW_hh, (T,).
        cut: the same where the state is detached after every `every` steps, (T,); -inf where it is exactly 0.
        every: k.
    """

    message: str
    whole: Array
    cut: Array
    every: int


def graph() -> Graph:
    """PyTorch's own message, and an LSTM whose loss stands at the last of 30 steps, in chunks of 10."""
    seen = truncated.backward(truncated.Noise("LSTM", keep_bias=3, steps=30))
    whole, cut = (truncated.contributions(seen, every)["w_hh"].log10_norms for every in (0, 10))
    return Graph(truncated.second_backward(), whole, cut, 10)


@dataclass(frozen=True, eq=False)
class Reach:
    """How far back something counts.

    Attributes:
        lags: by forget bias of a fresh LSTM, after how many steps back a gradient is under 1 %; None beyond 100.
        lost: share of the gradient of W_hh that truncation with k = 1 ... T steps loses, (T,).
        trained: how many steps a trained LSTM was seen to keep one bit, by forget bias: `Learned` over 100 steps.
    """

    lags: Mapping[float, int | None]
    lost: Array
    trained: tuple[Learned, ...]


def reach() -> Reach:
    """Decay of fresh networks, what truncation loses, and trainings over 100 steps."""
    lags = {bias: decay.shrunk_to(_log10(decay.Fresh("LSTM", keep_bias=bias)), 0.01) for bias in (0.0, 1.0, 3.0)}
    seen = truncated.backward(truncated.Noise("LSTM", keep_bias=3, steps=30))
    return Reach(lags, truncated.truncate(seen)["w_hh"].lost, learned("latch_cells_far"))


@dataclass(frozen=True, eq=False)
class Clip:
    """A gradient that is cut, and a descent down a cliff.

    Attributes:
        gradient: the vector, (2,).
        by_norm: cut to norm 1, (2,).
        by_value: each part cut to [-1, 1], (2,).
        angles: of the three, in degrees.
        free: w at each step of gradient descent on the cliff without clipping, (N,).
        clipped: the same with the gradient cut to 0.1.
        longest: the largest step of both, free and clipped.
    """

    gradient: Array
    by_norm: Array
    by_value: Array
    angles: tuple[float, ...]
    free: Array
    clipped: Array
    longest: tuple[float, float]


def clip() -> Clip:
    """(3, 4) cut in two ways, and the descent of the page on clipping."""
    gradient = np.array([3.0, 4.0])
    cut = [gradient, clipping.by_norm(gradient, 1.0), clipping.by_value(gradient, 1.0)]
    free, clipped = (clipping.descent(4.2, 0.5, threshold) for threshold in (None, 0.1))
    longest = (float(np.abs(np.diff(free)).max()), float(np.abs(np.diff(clipped)).max()))
    return Clip(cut[0], cut[1], cut[2], tuple(map(clipping.angle, cut)), free, clipped, longest)


# ---- training --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chance:
    """A classifier that guesses.

    Attributes:
        loss: -ln ½, the loss of a fair coin.
        accuracy: median over seeds by padded length: where the network is asked at the last padded step, and at the last real
            one.
    """

    loss: float
    accuracy: Mapping[int, tuple[float, float]]


def chance() -> Chance:
    """The experiment of `models.packing`: 2 to 6 real steps, padded to W."""
    found = packing.facts()["accuracy"]
    medians = {
        int(width): tuple(float(np.median(runs[where])) for where in packing.READ_AT) for width, runs in found.items()
    }
    return Chance(math.log(2), {width: (pad, real) for width, (pad, real) in sorted(medians.items())})


@dataclass(frozen=True)
class Seam:
    """A text that is read in chunks.

    Attributes:
        tokens: words of the text.
        every: words of a chunk.
        carried: mean surprise, nats per word, with the state carried from chunk to chunk.
        zeroed: the same with a state of zeros at the start of each.
    """

    tokens: tuple[str, ...]
    every: int
    carried: float
    zeroed: float


def seam() -> Seam:
    """The trained LSTM reads `SENTENCE` in chunks of six words."""
    seen = truncated.backward(truncated.Words(SENTENCE, "LSTM", every_step=True))
    return Seam(seen.labels, 6, *truncated.loss_at_seams(seen, 6))


@dataclass(frozen=True)
class Dropout:
    """Where `dropout` of a recurrent layer acts.

    Attributes:
        warning: what PyTorch says to dropout in a layer that has nothing above it.
        below: whether the lower layer's last state differs between two runs in train mode.
        above: the same of the upper layer's.
        quiet: the same of the upper layer's in eval mode.
    """

    warning: str
    below: bool
    above: bool
    quiet: bool


def dropout() -> Dropout:
    """A layer alone, and two layers upon each other that read the same input twice.

    The masks come from torch's own generator, which nobody may seed: so only whether states differ is said.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        nn.LSTM(3, 8, num_layers=1, dropout=0.5, device="meta")
    generator = torch.Generator().manual_seed(0)
    layer = nn.LSTM(3, 8, num_layers=2, dropout=0.5, device="meta")
    drawn = {name: torch.empty(w.shape).uniform_(-1, 1, generator=generator) for name, w in layer.named_parameters()}
    layer.load_state_dict(drawn, assign=True)
    x = torch.randn(7, 3, generator=generator)
    found = []
    with torch.no_grad():
        for mode in (True, False):
            layer.train(mode)
            one, other = (layer(x)[1][0] for _ in range(2))  # (2, 8) each
            found.append([not torch.equal(*pair) for pair in zip(one, other, strict=True)])
    return Dropout(str(heard[0].message), found[0][0], found[0][1], found[1][1])


@dataclass(frozen=True)
class Forcing:
    """Translators of dates, by hidden units: how many characters, and how many whole dates, are right.

    Attributes:
        forced: share of characters that are right where the decoder is fed the right ones before.
        free: the same where it is fed its own.
        exact: share of dates that are right from first to last character where it is fed its own.
    """

    forced: Mapping[int, float]
    free: Mapping[int, float]
    exact: Mapping[int, float]


def forcing() -> Forcing:
    """The translators without attention that ship, on 1,000 held-out dates."""
    marks = {size: translators.facts(translators.name_of(size, attention=False))["marks"] for size in translators.SIZES}
    return Forcing(*({size: mark[name] for size, mark in marks.items()} for name in ("forced", "free", "exact")))


# ---- using them ------------------------------------------------------------------------------------------------------


def shifted() -> forecasters.MonthAhead:
    """One-month forecasts of a monthly series by an LSTM that sees one month, and by the last value."""
    return forecasters.month_ahead("LSTM", 1, "range")


TEMPERATURES = (0.5, 1.0, 2.0)


def temperature() -> Mapping[float, Array]:
    """softmax((2, 1, 0) / T), (3,), by T."""
    return {T: language_model.softened((2.0, 1.0, 0.0), T) for T in TEMPERATURES}


@dataclass(frozen=True, eq=False)
class Embedding:
    """The embedding of the trained LSTM.

    Attributes:
        words: V, how many.
        size: D, numbers of a vector.
        apart: largest |difference| between one-hot times matrix and the row.
        one_hot: distance of any two one-hot vectors, √2.
        near: the nearest words to "cat" after training, with the cosine of each.
        fresh: the same before training.
        weights: numbers that an LSTM with 16 units needs to read one-hot vectors, and with an embedding: matrix and layer.
    """

    words: int
    size: int
    apart: float
    one_hot: float
    near: tuple[tuple[str, float], ...]
    fresh: tuple[tuple[str, float], ...]
    weights: tuple[int, int]


def embedding() -> Embedding:
    """Look a word up both ways; its neighbours before and after training."""
    found = embeddings.embedded("LSTM")
    place = found.words.index("cat")
    product, row = embeddings.look_up(found.after, place)
    V, D = found.after.shape
    one, other = np.eye(V)[:2]

    def near(matrix: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
        return tuple((found.words[k], cosine) for k, cosine in embeddings.neighbours(matrix, place, 3))

    H = 16
    by_one_hot, by_vector = 4 * (V * H + H * H + 2 * H), V * D + 4 * (D * H + H * H + 2 * H)
    return Embedding(
        V, D, float(np.abs(product - row).max()), float(np.linalg.norm(one - other)),
        near(found.after), near(found.before), (by_one_hot, by_vector),
    )  # fmt: skip


NUMBERS: Mapping[str, Callable[[], Any]] = {
    "output": output,
    "sentence": sentence,
    "order": order,
    "units": units,
    "batch_first": batch_first,
    "returned": returned,
    "weights": weights,
    "packing": packed,
    "two_states": two_states,
    "gates": gates,
    "conventions": conventions,
    "race": race,
    "tanh": squashings,
    "vanishing": vanishing,
    "forget_bias": forget_bias,
    "graph": graph,
    "reach": reach,
    "clip": clip,
    "chance": chance,
    "seam": seam,
    "dropout": dropout,
    "forcing": forcing,
    "shifted": shifted,
    "temperature": temperature,
    "embedding": embedding,
}
"""The numbers of each answer, by the name of the question."""
