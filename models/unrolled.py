"""Backpropagation through time on the smallest recurrent network, unrolled: every number, forward and backward.

    from models.unrolled import Unrolled, unroll

    solution = unroll(Unrolled(inputs=(1, 0, 0), target=1))      # w = 0.5, u = 1, tanh, loss at the last step
    solution["dw"]                                           # what each step adds to dE/dw: 0, -0.262, -0.288
    solution.gradient["w"]                                   # their sum, -0.551: what autograd says

The network has one unit. Forward, for t = 1 ... T, from h_0:

    a_t = u x_t + w h_{t-1} + b,   h_t = φ(a_t),   y_t = v h_t,   E_t = ½ (y_t - target)²

E is the sum of those E_t that count. Backward, from t = T to 1 (Werbos 1990), with nothing coming back from step T + 1:

    dE/dy_t = y_t - target,   dE/dh_t = v dE/dy_t + w dE/da_{t+1},   dE/da_t = dE/dh_t φ'(a_t)

The weight w is used at every step. What step t adds to its gradient is dE/da_t h_{t-1}; dE/dw is the sum over t.

Everything is float64. What a number was computed from is listed beside it, so that a drawing needs no mathematics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, get_args

import numpy as np
import torch

from models.cells import SQUASH, Nonlinearity

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

LONGEST = 6
"""The most steps: a drawing of more could not be read."""

LARGEST = 10.0
"""The largest |number| in a question: six steps of the linear network stay far below what float64 holds."""

FORWARD = ("x", "a", "h", "y", "E")
"""Letters of the numbers of a forward step, in the order in which they are computed."""

BACKWARD = ("dy", "dh", "da", "dw")
"""Letters of the numbers of a backward step, in the order in which they are computed."""

SHARED = ("w", "u", "b")
"""The weights that every step uses."""

_NUMBERS = ("w", "u", "b", "v", "h_0", "target")


@dataclass(frozen=True)
class Unrolled:
    """A network with one unit, what it reads, and where its loss is.

    Attributes:
        inputs: x_1 ... x_T, 1 to `LONGEST` numbers.
        target: what y_t should be wherever there is a loss.
        w: weight on the state before.
        u: weight on the input.
        b: bias.
        v: weight from the state to the prediction.
        h_0: the state before the first step.
        nonlinearity: φ.
        every_step: the loss is E_1 + ... + E_T; otherwise E_T alone.
        cut: truncated backpropagation: the state is detached after every so many steps; 0 for never.

    Raises:
        ValueError: a number is not finite or larger than `LARGEST`, or something else is not as said here.
    """

    inputs: tuple[float, ...] = (1.0, 0.0, 0.0)
    target: float = 1.0
    w: float = 0.5
    u: float = 1.0
    b: float = 0.0
    v: float = 1.0
    h_0: float = 0.0
    nonlinearity: Nonlinearity = "tanh"
    every_step: bool = False
    cut: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.inputs) <= LONGEST:
            raise ValueError(f"Unrolled.inputs has {len(self.inputs)} steps, expected 1 to {LONGEST}")
        named = {f"inputs[{t}]": value for t, value in enumerate(self.inputs)}
        for name, value in (named | {name: getattr(self, name) for name in _NUMBERS}).items():
            if not abs(value) <= LARGEST:  # true for NaN, too
                raise ValueError(f"Unrolled.{name} is {value}, expected a number from {-LARGEST:g} to {LARGEST:g}")
        if self.nonlinearity not in get_args(Nonlinearity):
            raise ValueError(
                f"Unrolled.nonlinearity is {self.nonlinearity!r}, expected one of {', '.join(get_args(Nonlinearity))}"
            )
        if self.cut < 0:
            raise ValueError(f"Unrolled.cut is {self.cut}, expected 0 for never, or a number of steps")

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.inputs)

    def has_loss(self, t: int) -> bool:
        """Whether step t, counted from 1, has a loss of its own."""
        return self.every_step or t == self.steps

    def is_cut(self, t: int) -> bool:
        """Whether the state that step t hands on, counted from 1, is detached: nothing comes back to it."""
        return bool(self.cut) and t < self.steps and t % self.cut == 0


LECTURE = Unrolled()
"""One push at step 1, then silence, and a loss at the end."""

FOUR_TERMS = Unrolled(inputs=(1.0, 0.5, -0.5, 1.0), w=0.9, u=0.5, h_0=0.5)
"""E_3 of Riveill's lecture, which counts steps from 0: four steps, so a sum of four terms, none of which is 0."""


@dataclass(frozen=True)
class Operand:
    """One number that went into another one.

    Attributes:
        name: of that number.
        factor: what it was multiplied with before it was added; NaN where it entered in another way.
    """

    name: str
    factor: float = math.nan


@dataclass(frozen=True)
class Number:
    """One number of an unrolled network, with what it was computed from.

    Attributes:
        letter: one of `FORWARD` or `BACKWARD`; "dE/dw" for the sum over all steps.
        step: from 1; 0 for what stands before the first step.
        value: the number.
        operands: what it was computed from; empty for what was given.
    """

    letter: str
    step: int
    value: float
    operands: tuple[Operand, ...] = ()

    @property
    def name(self) -> str:
        """The number's own name: `dh@2` is dE/dh_2."""
        return _name(self.letter, self.step)


@dataclass(frozen=True, eq=False)
class Solution:
    """Every number of an unrolled network; those of a letter step by step as `solution["dh"]`, (T,).

    Attributes:
        question: network, inputs and loss.
        values: by letter, (T,) each; y, E and dy are NaN at steps without a loss.
        slopes: φ'(a_t), (T,).
    """

    question: Unrolled
    values: dict[str, NDArray[np.float64]]
    slopes: NDArray[np.float64]

    def __getitem__(self, letter: str) -> NDArray[np.float64]:
        return self.values[letter]

    @property
    def loss(self) -> float:
        """E, the sum of the losses that count."""
        return float(np.nansum(self["E"]))

    @property
    def before(self) -> NDArray[np.float64]:
        """h_0 ... h_{T-1}: the state that each step reads, (T,)."""
        return np.array([self.question.h_0, *self["h"][:-1]])

    @cached_property
    def contributions(self) -> dict[str, NDArray[np.float64]]:
        """What each step adds to the gradient of each weight that all steps share, (T,) by name."""
        return {"w": self["dw"], "u": self["da"] * np.array(self.question.inputs), "b": self["da"]}

    @cached_property
    def gradient(self) -> dict[str, float]:
        """The gradient of each weight that all steps share: the sum of the contributions."""
        return {name: float(parts.sum()) for name, parts in self.contributions.items()}

    @property
    def chains(self) -> NDArray[np.float64]:
        """dh_T/dh_t, (T,): the product of w φ'(a) over all later steps; 1 at the last one."""
        factors = self.question.w * self.slopes[:0:-1]
        return np.cumprod([1.0, *factors], dtype=np.float64)[::-1]

    @cached_property
    def difference(self) -> float:
        """Largest |difference| between any gradient here and that of autograd."""
        found = self.values | {name: np.array(value) for name, value in self.gradient.items()}
        return max(float(np.abs(found[name] - oracle).max()) for name, oracle in autograd(self.question).items())

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Every number in the order in which it is computed: forward, backward, and the sum at the end."""
        ask = self.question
        found = [Number("h", 0, ask.h_0)]
        for t in range(1, ask.steps + 1):
            found += self._forward(t)
        for t in range(ask.steps, 0, -1):
            found += self._backward(t)
        terms = tuple(Operand(_name("dw", t), 1.0) for t in range(ask.steps, 0, -1))
        return (*found, Number("dE/dw", 0, self.gradient["w"], terms))

    def _forward(self, t: int) -> list[Number]:
        ask = self.question
        read = (Operand(_name("x", t), ask.u), Operand(_name("h", t - 1), ask.w))
        found = [self._number("x", t), self._number("a", t, *read), self._number("h", t, Operand(_name("a", t)))]
        if ask.has_loss(t):
            found += [self._number("y", t, Operand(_name("h", t), ask.v)), self._number("E", t, Operand(_name("y", t)))]
        return found

    def _backward(self, t: int) -> list[Number]:
        ask, found, arrives = self.question, [], []
        if ask.has_loss(t):
            found = [self._number("dy", t, Operand(_name("y", t)))]
            arrives = [Operand(_name("dy", t), ask.v)]
        if t < ask.steps and not ask.is_cut(t):
            arrives += [Operand(_name("da", t + 1), ask.w)]
        through = (Operand(_name("dh", t), float(self.slopes[t - 1])), Operand(_name("a", t)))
        used = (Operand(_name("da", t), float(self.before[t - 1])), Operand(_name("h", t - 1)))
        return [
            *found,
            self._number("dh", t, *arrives),
            self._number("da", t, *through),
            self._number("dw", t, *used),
        ]

    def _number(self, letter: str, t: int, *operands: Operand) -> Number:
        return Number(letter, t, float(self[letter][t - 1]), operands)


def unroll(question: Unrolled) -> Solution:
    """Run a network forward and backward through time and keep every number."""
    ask = question
    a, h, y, slopes = [], [ask.h_0], [], []
    for x in ask.inputs:
        a.append(ask.u * x + ask.w * h[-1] + ask.b)
        h.append(_squashed(ask.nonlinearity, a[-1]))
        y.append(ask.v * h[-1])
        slopes.append(_slope(ask.nonlinearity, a[-1], h[-1]))
    dy, dh, da = ([0.0] * ask.steps for _ in range(3))
    for t in range(ask.steps, 0, -1):  # counted from 1, as in the equations: place t - 1 of a list
        dy[t - 1] = (y[t - 1] - ask.target) * ask.has_loss(t)
        from_later = 0.0 if t == ask.steps or ask.is_cut(t) else ask.w * da[t]
        dh[t - 1] = ask.v * dy[t - 1] + from_later
        da[t - 1] = dh[t - 1] * slopes[t - 1]
    dw = [da[t] * h[t] for t in range(ask.steps)]  # h[t] is the state before step t + 1, whose a is a[t]
    has_loss = [ask.has_loss(t) for t in range(1, ask.steps + 1)]
    error = [(value - ask.target) ** 2 / 2 for value in y]
    lists = {"x": ask.inputs, "a": a, "h": h[1:], "dh": dh, "da": da, "dw": dw}
    values = {name: np.array(found, dtype=np.float64) for name, found in lists.items()}
    values |= {name: np.where(has_loss, found, np.nan) for name, found in (("y", y), ("E", error), ("dy", dy))}
    slope = np.array(slopes)
    for array in (*values.values(), slope):
        array.flags.writeable = False  # several sessions may share it
    return Solution(ask, values, slope)


def truncations(question: Unrolled) -> list[float]:
    """dE/dw when the state is detached after every k = 1 ... T steps; the last one is the full gradient."""
    return [unroll(replace(question, cut=k)).gradient["w"] for k in range(1, question.steps + 1)]


def autograd(question: Unrolled) -> dict[str, NDArray[np.float64]]:
    """The same gradients by PyTorch, which knows nothing of the equations above: dh and da, (T,); w, u and b, ().

    Where the question cuts, the state is handed on as `h.detach()`, as one does in practice.
    """
    ask = question
    leaves = {name: torch.tensor(getattr(ask, name), dtype=torch.float64, requires_grad=True) for name in SHARED}
    w, u, b = leaves.values()
    h, loss = torch.tensor(ask.h_0, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    nodes: dict[str, list[Tensor]] = {"da": [], "dh": []}
    for t, x in enumerate(ask.inputs, 1):
        a = u * x + w * h + b
        h = SQUASH[ask.nonlinearity](a)
        nodes["da"].append(a)
        nodes["dh"].append(h)
        if ask.has_loss(t):
            loss = loss + (ask.v * h - ask.target) ** 2 / 2
        if ask.is_cut(t):
            h = h.detach()
    wanted = [*leaves.values(), *nodes["da"], *nodes["dh"]]
    gradients = torch.autograd.grad(loss, wanted, allow_unused=True)
    found = [0.0 if gradient is None else float(gradient) for gradient in gradients]
    steps = ask.steps
    return {name: np.array(value) for name, value in zip(leaves, found, strict=False)} | {
        "da": np.array(found[3 : 3 + steps]),
        "dh": np.array(found[3 + steps :]),
    }


def _squashed(nonlinearity: Nonlinearity, a: float) -> float:
    return float(SQUASH[nonlinearity](torch.tensor(a, dtype=torch.float64)))


def _slope(nonlinearity: Nonlinearity, a: float, h: float) -> float:
    """φ'(a), where h = φ(a)."""
    return {"tanh": 1 - h * h, "sigmoid": h * (1 - h), "relu": float(a > 0), "identity": 1.0}[nonlinearity]


def _name(letter: str, step: int) -> str:
    return letter if letter == "dE/dw" else f"{letter}@{step}"
