"""Slips on lecture slides, beside what is right, in numbers: each function computes the evidence of one correction.

    from models import slips

    slips.larger_weight().small, slips.larger_weight().large     # 0.2100 for w = 0.5, 0.0693 for w = 2: smaller, not larger
    slips.EVIDENCE["weeks"]()                                    # the same by the name of the slip

Some are misprints; some are sentences that are true of one case and not of all. Words are `playground.slips`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models import chain, decay, entity_f1, language_model
from models.cells import LSTM
from models.network import END, UNKNOWN
from models.questions import SENTENCE, conventions
from models.reading import Question, read

Array = NDArray[np.float64]


def powers() -> Mapping[int, float]:
    """log10 of the exact powers of 0.25 that the slide prints, by exponent."""
    return {n: float(chain.Power(0.25, n).exact.log10()) for n in (1, 2, 4, 8, 16, 50)}


@dataclass(frozen=True, eq=False)
class Minus:
    """A softmax over three words that learns that the first one is right, by gradient descent from equal logits.

    Attributes:
        with_minus: P(right word) before each step and after the last, where L = -Σ y log ŷ is made small, (N,).
        without: the same where L = Σ y log ŷ is made small, as printed, (N,).
    """

    with_minus: Array
    without: Array


def minus(steps: int = 20) -> Minus:
    """The same descent, with rate 1, on the loss and on the loss without its sign."""

    def descend(sign: float) -> Array:
        logits, chances = torch.zeros(3, dtype=torch.float64, requires_grad=True), []
        for _ in range(steps + 1):
            chance = torch.softmax(logits, 0)[0]
            chances.append(chance.item())
            (slope,) = torch.autograd.grad(sign * torch.log(chance), logits)
            logits = (logits - slope).detach().requires_grad_()
        return np.array(chances)

    return Minus(descend(-1.0), descend(1.0))


@dataclass(frozen=True)
class FourBlocks:
    """What an LSTM of torch is made of.

    Attributes:
        rows: of its `weight_ih_l0`; `hidden` of them for each block.
        hidden: H.
        blocks: the letters of the blocks.
        deviation: largest |difference| of h between the four equations and `nn.LSTM`, on a sentence.
    """

    rows: int
    hidden: int
    blocks: tuple[str, ...]
    deviation: float


def four_blocks() -> FourBlocks:
    """The trained LSTM reads a sentence: four blocks of weights, none of them for a relevance gate, give torch's h."""
    reading = read(Question(SENTENCE))
    cell = reading.trace.cell
    if reading.deviation is None:
        raise ValueError("nn.LSTM computed nothing to compare with, expected its h")
    return FourBlocks(int(cell.w_ih.shape[0]), cell.hidden, type(cell).blocks, reading.deviation)


@dataclass(frozen=True, eq=False)
class Shown:
    """An LSTM unit with all weights 0.5 and no bias that reads 1 at every step.

    Attributes:
        squashed: h = o tanh(c), (T,).
        bare: h = o c, as printed, (T,). From step 2 on the gates read another h, too.
    """

    squashed: Array
    bare: Array


def tanh_of_c(steps: int = 30) -> Shown:
    """Both forms of the cell on the same inputs."""
    half, none = torch.full((4, 1), 0.5, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)
    x = torch.ones(steps, 1, dtype=torch.float64)
    forms = (LSTM(half, half, none, none, output=form).run(x)["h"][:, 0].numpy() for form in ("tanh", "identity"))
    return Shown(*forms)


def undefined_gates() -> float:
    """The largest |difference| of h between a GRU with both gates defined, z writing, and `nn.GRU`, on a sentence."""
    reading = read(Question(SENTENCE, "GRU", variant="turned"))
    if reading.deviation is None:
        raise ValueError("nn.GRU computed nothing to compare with, expected its h")
    return reading.deviation


@dataclass(frozen=True, eq=False)
class First:
    """The first step of sampling, and the rest.

    Attributes:
        tokens: the likeliest first tokens, the likeliest first.
        said: their probabilities after the zero vector, (k,).
        left: from what was drawn: `<unk>` has no share, (k,).
        total: all probabilities together.
        text: what was drawn, one token a step.
        ended: it ended with `<eos>`.
    """

    tokens: tuple[str, ...]
    said: Array
    left: Array
    total: float
    text: tuple[str, ...]
    ended: bool


def sampling() -> First:
    """The language model over words writes a text; its first input is the zero vector, as is its first state."""
    model = language_model.load("lm-words-lstm")
    drawn = language_model.sample(model, language_model.Sampling(seed=5))
    order = np.argsort(-drawn.said[0], kind="stable")[:6]
    return First(
        tuple(model.vocabulary[k] for k in order), drawn.said[0][order], drawn.left[0][order], float(drawn.said[0].sum()),
        tuple(token for token in drawn.tokens if token not in (END, UNKNOWN)), drawn.ended,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Late:
    """An RNN unit, h = σ(0.5 h + x), that is pushed once, at step 2.

    Attributes:
        inputs: x, (T,).
        right: h where step t reads x(t), (T,).
        printed: h where step t reads x(t - 1), (T,).
    """

    inputs: Array
    right: Array
    printed: Array


def late() -> Late:
    """The same unit on the same input, read at once and read one step late."""
    x = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)

    def states(inputs: tuple[float, ...]) -> Array:
        return chain.unroll(chain.ScalarRNN(inputs, "sigmoid", h_0=0.5)).h[1:]

    return Late(np.array(x), states(x), states((0.0, *x[:-1])))


@dataclass(frozen=True, eq=False)
class Larger:
    """dh_3/dh_1 of an RNN with one unit that reads 1, 0, 0, for many weights w.

    Attributes:
        w: the weights, (N,), from 0 on.
        tanh: |dh_3/dh_1| with tanh, (N,).
        linear: the same without squashing: w², (N,).
        small: with tanh at w = 0.5.
        large: with tanh at w = 2.
    """

    w: Array
    tanh: Array
    linear: Array
    small: float
    large: float


def larger_weight() -> Larger:
    """The derivative for w from 0 to 2, squashed and linear."""
    tanh, linear = (chain.sweep(chain.ScalarRNN(nonlinearity=form)) for form in ("tanh", "identity"))  # type: ignore[arg-type]
    positive = tanh.w >= 0
    at = [abs(float(chain.unroll(chain.ScalarRNN(w=w)).to_last[1])) for w in (0.5, 2.0)]
    return Larger(tanh.w[positive], np.abs(tanh.to_last[positive]), np.abs(linear.to_last[positive]), at[0], at[1])


@dataclass(frozen=True, eq=False)
class SmallUpdate:
    """What a GRU keeps.

    Attributes:
        kept: (1 - 1e-5)^1000.
        curves: log10 ||dL/dh|| of networks by lag, (100,) each, by name.
    """

    kept: float
    curves: Mapping[str, Array]


def small_update() -> SmallUpdate:
    """An update gate of 1e-5 over 1,000 steps, and GRUs as they begin: with z at rest near ½, and pushed open."""
    asked = {
        "RNN as it begins": decay.Fresh("RNN"),
        "GRU as it begins": decay.Fresh("GRU"),
        "GRU, 3 added to z's bias": decay.Fresh("GRU", keep_bias=3.0),
    }
    curves = {}
    for name, question in asked.items():
        found = decay.decay(question).log10
        if found is None:
            raise ValueError(f"the gradient of {question} exploded, expected one that decays")
        curves[name] = found
    return SmallUpdate((1 - 1e-5) ** 1000, curves)


def only_f() -> decay.Memory:
    """The product of forget gates and the whole derivative dc_T/dc_t of a fresh LSTM with a forget bias of 3."""
    return decay.memory(decay.Fresh("LSTM", keep_bias=3.0))


NAMES = (
    ("Alibaba", "GPE", "ORG"),
    ("Tencent", "PERSON", "ORG"),
    ("CAGR", "PERSON", ""),
    ("AI", "GPE", ""),
    ("AI", "PERSON", ""),
)
"""Entities on the slide: what stands there, the type that the program gave it, the right type; "" for no entity."""


def names() -> entity_f1.Score:
    """The entities of `NAMES`, counted whole."""
    gold, said = (
        [f"B-{kind}" if kind else "O" for kind in kinds] for kinds in zip(*[n[:0:-1] for n in NAMES], strict=True)
    )
    return entity_f1.score([gold], [said])


@dataclass(frozen=True)
class Weeks:
    """Labelling by hand: articles over articles a week, in weeks and in years of 365.25 days."""

    weeks: float
    years: float


def weeks(articles: int = 200_000, a_week: int = 400) -> Weeks:
    """How long it takes to label so many articles."""
    needed = articles / a_week
    return Weeks(needed, needed * 7 / 365.25)


EVIDENCE: Mapping[str, Callable[[], Any]] = {
    "powers": powers,
    "minus": minus,
    "four_blocks": four_blocks,
    "tanh_of_c": tanh_of_c,
    "undefined_gates": undefined_gates,
    "sampling": sampling,
    "late": late,
    "larger_weight": larger_weight,
    "blend": conventions,
    "small_update": small_update,
    "only_f": only_f,
    "names": names,
    "weeks": weeks,
}
"""The evidence of each correction, by its name."""
