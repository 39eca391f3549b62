"""How fast a gradient decays on its way back: fresh and trained networks, on one input and one loss.

A question is a few plain values, `Fresh` or `Trained`; `passage` makes its network, its input and its loss. All answers
run by lag: entry k is about the state k steps before the last one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from models.cells import CELLS, Cell, Nonlinearity, open_cell
from models.gradients import Gradients, Progress, memory_path, products, slopes
from models.network import Start, layer, start_recurrent
from models.reading import LONGEST
from models.text import words
from models.zoo import load

Array = NDArray[np.float64]
Loss = Literal["last", "every"]
StartKind = Literal["default", "orthogonal", "identity"]

INPUTS = 16
"""D: numbers that a fresh network reads at each step."""

INPUT_SIZE = 0.1
"""Standard deviation of the input of a fresh network: small, so that squashing bends little."""

STEPS = (10, 10_000)
"""The shortest and the longest sequence."""

HIDDEN = (1, 128)
"""The smallest and the largest hidden size."""

KEEP_BIAS = (-2.0, 5.0)
"""What may be added to the bias of the gate that keeps the past."""

FACTOR = (0.0, 3.0)
"""The range of the gain of W_hh, and of its spectral radius."""

BINS = 200
"""Columns of `Units` at most."""

NOT_THE_BOUND = ((0.9, 5.0), (0.0, 0.9))
"""A matrix whose powers grow twentyfold before they shrink, though its eigenvalues are 0.9."""


@dataclass(frozen=True)
class Fresh:
    """A fresh network that reads noise: which one, how long, and what its loss looks at.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        steps: T, 10 to 10,000.
        hidden: H, 1 to 128.
        seed: of weights and input; the input is the same for all cells of one seed.
        loss: "last" is L = Σ h_T, "every" is L = Σ_t Σ h_t, sums over all units.
        keep_bias: added to the bias of f of an LSTM, or z of a GRU. An RNN has no such gate.
        squash: of an RNN.
        start: of an RNN's W_hh: "default" is U(-1/√H, 1/√H) as in `torch.nn`, as are all other weights; "orthogonal" a
            random orthogonal matrix, with biases 0 as in Keras; "identity" the identity, with biases 0 (Le et al. 2015).
        gain: factor on an RNN's W_hh.
        radius: spectral radius, the largest |eigenvalue|, that an RNN's W_hh is scaled to; then `gain` is of no
            consequence. None leaves W_hh.

    Raises:
        ValueError: a value is outside what is said here.
    """

    cell: str = "RNN"
    steps: int = 100
    hidden: int = 32
    seed: int = 0
    loss: Loss = "last"
    keep_bias: float = 0.0
    squash: Nonlinearity = "tanh"
    start: StartKind = "default"
    gain: float = 1.0
    radius: float | None = None

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell is {self.cell!r}, expected one of {', '.join(CELLS)}")
        ranges = {"steps": STEPS, "hidden": HIDDEN, "seed": (0, 2**31 - 1), "keep_bias": KEEP_BIAS, "gain": FACTOR}
        for name, (low, high) in (ranges if self.radius is None else {**ranges, "radius": FACTOR}).items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {low:g} to {high:g}")
        for name, known in {
            "loss": get_args(Loss),
            "squash": get_args(Nonlinearity),
            "start": get_args(StartKind),
        }.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected one of {', '.join(known)}")


@dataclass(frozen=True)
class Trained:
    """A trained network that ships, number agreement, and a text that it reads.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        text: any text with a word in it; its first `models.reading.LONGEST` words are read.
        loss: see `Fresh`.

    Raises:
        ValueError: there is no such cell or loss.
    """

    cell: str
    text: str
    loss: Loss = "last"

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell is {self.cell!r}, expected one of {', '.join(CELLS)}")
        if self.loss not in get_args(Loss):
            raise ValueError(f"loss is {self.loss!r}, expected one of {', '.join(get_args(Loss))}")


@dataclass(frozen=True, eq=False)
class Passage:
    """A cell, what it reads, and what the loss says about its states.

    Attributes:
        cell: open, in float64.
        x: (T, D).
        dh: dL/dh_t as seen from outside, (T, H).
    """

    cell: Cell
    x: Tensor
    dh: Tensor


@dataclass(frozen=True, eq=False)
class Decay:
    """log10 ||dL/dh|| by lag, (T,), -inf where it is exactly 0; or None, and what went wrong."""

    log10: Array | None
    wrong: str = ""


@dataclass(frozen=True, eq=False)
class Units:
    """The gradient of each unit, log10 |dL/dh|.

    Attributes:
        log10: (N, H), -inf where it is exactly 0. Long sequences have several lags a row: then the largest of them.
        lags: lags in a row.
    """

    log10: Array
    lags: int


@dataclass(frozen=True, eq=False)
class Bound:
    """What an RNN's gradient cannot exceed.

    Attributes:
        log10: (T,) by lag: log10 of ||dL/dh_T|| · Π max φ'(a) · σ_max.
        sigma: σ_max, the spectral norm of W_hh: its largest singular value.
        radius: the spectral radius of W_hh: its largest |eigenvalue|.
    """

    log10: Array
    sigma: float
    radius: float


@dataclass(frozen=True, eq=False)
class Memory:
    """The memory's way back in an LSTM, log10 of spectral norms, (T,) by lag.

    Attributes:
        path: Π f, the elementwise path alone; see `models.gradients.memory_path`.
        whole: dc_T/dc_t.
        through_h: dc_T/dc_t without the path: what the gates add by reading h. -inf at lag 0.
    """

    path: Array
    whole: Array
    through_h: Array


def passage(question: Fresh | Trained) -> Passage:
    """The network of a question, its input and its loss.

    Raises:
        ValueError: a text without words.
    """
    if isinstance(question, Trained):
        cell, x = _reading(question)
    else:
        cell, x = _fresh_cell(question), _noise(question)
    dh = torch.zeros(len(x), cell.hidden, dtype=torch.float64)
    dh[-1 if question.loss == "last" else slice(None)] = 1
    return Passage(cell, x, dh)


def decay(question: Fresh | Trained, progress: Progress | None = None) -> Decay:
    """How the gradient of a question's network decays. What explodes is no error: it says so."""
    found = passage(question)
    try:
        gradients = Gradients(found.cell, found.x, found.dh, progress)
    except ValueError as error:
        return Decay(None, str(error))
    return Decay(_read_only(gradients.h.log10_norm[::-1].copy()))


def units(question: Fresh | Trained, progress: Progress | None = None) -> Units:
    """The gradient unit by unit, in at most `BINS` rows.

    Raises:
        ValueError: the network has exploded.
    """
    found = passage(question)
    sizes = Gradients(found.cell, found.x, found.dh, progress).h.log10_size[::-1]  # (T, H)
    lags = math.ceil(len(sizes) / BINS)
    return Units(_read_only(np.stack([sizes[k : k + lags].max(0) for k in range(0, len(sizes), lags)])), lags)


def bound(question: Fresh | Trained) -> Bound:
    """What the gradient of an RNN cannot exceed: each step back multiplies it by at most max φ'(a_t) · σ_max.

    dL/dh_{t-1} is what the loss says about h_{t-1} plus W_hhᵀ diag(φ'(a_t)) dL/dh_t, and the norm of the matrix is at most
    the product of the norms (Pascanu et al. 2013, equation 6, with singular values in place of eigenvalues).

    Raises:
        ValueError: the cell is no RNN; it has exploded.
    """
    found = passage(question)
    sigma, radius = sizes_of(found.cell.w_hh)
    with np.errstate(divide="ignore"):
        step = np.log10(slopes(found.cell, found.x).max(1)) + np.log10(sigma)  # (T,)
        outside = np.log10(found.dh.norm(dim=1).numpy())
    log10 = np.empty(len(step))
    after = -np.inf
    for lag, t in enumerate(range(len(step) - 1, -1, -1)):
        after = np.logaddexp(outside[t] * math.log(10), after * math.log(10)) / math.log(10)
        log10[lag] = after
        after += step[t]
    return Bound(_read_only(log10), sigma, radius)


def memory(question: Fresh | Trained, progress: Progress | None = None) -> Memory:
    """The forget gates' product beside the derivative of which it is a part.

    Raises:
        ValueError: the cell is no LSTM.
    """
    found = passage(question)
    whole, through_h = [], []
    path = memory_path(found.cell, found.x).max(1)[::-1]
    for part in products(found.cell, found.x, "c"):
        whole.append(part.spectral[::-1])
        through_h.append(np.full(len(part.steps), -np.inf) if part.through_h is None else part.through_h[::-1])
        if progress:
            progress(1 - part.steps.start / len(path))
    return Memory(*map(_read_only, (path, np.concatenate(whole), np.concatenate(through_h))))


def sizes_of(matrix: Tensor | ArrayLike) -> tuple[float, float]:
    """The spectral norm σ_max of a square matrix, and its spectral radius."""
    square = np.asarray(matrix, dtype=np.float64)
    return float(np.linalg.norm(square, 2)), float(np.abs(np.linalg.eigvals(square)).max())


def norms_of_powers(matrix: ArrayLike, powers: Sequence[int]) -> list[float]:
    """||W^k||_2 for each k."""
    square = np.asarray(matrix, dtype=np.float64)
    return [float(np.linalg.norm(np.linalg.matrix_power(square, k), 2)) for k in powers]


# ---- what a curve says -----------------------------------------------------------------------------------------------


def half_life(log10: ArrayLike) -> float:
    """Steps in which a gradient halves, on the average of the whole way.

    A straight line is fitted to the logarithms from lag 1 on, by least squares; lag 0 is where the loss itself sits. The
    half-life is log10(2) over how much the line falls in a step. Exact zeros have no logarithm and are passed over.

    Args:
        log10: log10 of norms by lag, (T,).

    Returns:
        Steps; negative where it grows: then it doubles in so many. inf for a level line; NaN for fewer than two points.
    """
    y = np.asarray(log10, dtype=np.float64)
    lags = np.arange(len(y))
    kept = np.isfinite(y) & (lags > 0)
    if kept.sum() < 2:
        return math.nan
    x, y = lags[kept] - lags[kept].mean(), y[kept] - y[kept].mean()
    fall = -float(x @ y) / float(x @ x)
    return math.log10(2) / fall if fall else math.inf


def shrunk_to(log10: ArrayLike, share: float) -> int | None:
    """The first lag at which a gradient is at most a share of what it is at lag 0; None if there is none."""
    y = np.asarray(log10, dtype=np.float64)
    below = np.flatnonzero(y <= y[0] + math.log10(share))
    return int(below[0]) if below.size else None


# ---- networks --------------------------------------------------------------------------------------------------------


def _fresh_cell(question: Fresh) -> Cell:
    generator = torch.Generator().manual_seed(question.seed)
    recurrent = layer(question.cell, INPUTS, question.hidden)
    weights = dict(recurrent.named_parameters())
    size = 1 / math.sqrt(question.hidden)
    drawn = {
        name: torch.empty(weight.shape, dtype=torch.float64).uniform_(-size, size, generator=generator)
        for name, weight in weights.items()
    }
    recurrent.load_state_dict(drawn, assign=True)
    if question.cell != "RNN":
        start_recurrent(recurrent, generator, keep_bias=question.keep_bias)
        return open_cell(recurrent)
    start_recurrent(recurrent, generator, start=Start(question.start, question.gain))
    cell = open_cell(recurrent)
    if question.start == "orthogonal":
        cell = replace(cell, b_ih=torch.zeros_like(cell.b_ih), b_hh=torch.zeros_like(cell.b_hh))
    if question.radius is not None:
        cell = replace(cell, w_hh=cell.w_hh * (question.radius / sizes_of(cell.w_hh)[1]))
    return replace(cell, nonlinearity=question.squash)


def _noise(question: Fresh) -> Tensor:
    """The input, (T, D): a stream of its own, so that cells with more weights do not read something else."""
    generator = torch.Generator().manual_seed(question.seed + 2**32)
    return torch.empty(question.steps, INPUTS, dtype=torch.float64).normal_(0, INPUT_SIZE, generator=generator)


def _reading(question: Trained) -> tuple[Cell, Tensor]:
    tokens = words(question.text)[:LONGEST]
    if not tokens:
        raise ValueError("the text has no words: letters, digits or punctuation are needed")
    model = load(f"agreement-{question.cell.lower()}")
    with torch.no_grad():
        x = model.embed(model.encode(tokens)).double()
    cell = open_cell(model.recurrent)
    weights = {name: getattr(cell, name).double() for name in ("w_ih", "w_hh", "b_ih", "b_hh")}
    return replace(cell, **weights), x


def _read_only(values: Array) -> Array:
    """All sessions share an answer."""
    values.flags.writeable = False
    return values
