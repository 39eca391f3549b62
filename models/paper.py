"""Recurrence on paper: a network so small that every number can be checked by hand.

    from models import paper

    paper.solve(paper.XU, ((1, 1), (2, 2), (3, 3))).outputs      # 4 4, 16 16, 44 44, as the lecture computes them
    paper.orbit(paper.Scalar("tanh", w_h=1.2)).values           # h_0 ... h_50 of the RNN with one unit

The network is an open RNN cell without bias and a linear read-out: h_t = φ(W_x x_t + W_h h_{t-1}), y_t = W_y h_t. It
computes in float64. What a number was computed from is listed beside it, so that a drawing needs no mathematics.

Source: Xu's lecture on recurrent networks, the network with all weights 1; its third output is not printed there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from models.cells import RNN, SQUASH, Nonlinearity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Matrix = tuple[tuple[float, ...], ...]
"""Rows of numbers; plain values, so that a network is a cache key."""

LONGEST = 12
"""The most steps that somebody may type: a drawing of more could not be read."""

LARGEST = 1000.0
"""The largest |number| that somebody may type: `LONGEST` steps of the linear network stay below 1e50."""

FAR = 1e6
"""A state beyond this has exploded."""

_ONES: Matrix = ((1.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True)
class Network:
    """Xu's network: the weights of one recurrent layer and of its read-out.

    Attributes:
        w_x: from the inputs to the memory, (H, D).
        w_h: from the memory of the step before, (H, H).
        w_y: from the memory to the outputs, (K, H).
        nonlinearity: the squashing of the memory; the outputs are not squashed.

    Raises:
        ValueError: a matrix does not fit the others, a number is not finite, or the squashing is unknown.
    """

    w_x: Matrix = _ONES
    w_h: Matrix = _ONES
    w_y: Matrix = _ONES
    nonlinearity: Nonlinearity = "identity"

    def __post_init__(self) -> None:
        hidden = len(self.w_h)
        for name, rows, columns in (("w_x", hidden, self.inputs), ("w_h", hidden, hidden), ("w_y", None, hidden)):
            matrix: Matrix = getattr(self, name)
            wanted = f"({'K' if rows is None else rows}, {columns})"
            if not matrix or (rows is not None and len(matrix) != rows) or {len(row) for row in matrix} != {columns}:
                raise ValueError(
                    f"Network.{name} has rows of {[len(row) for row in matrix]} numbers, expected {wanted}"
                )
            if not all(math.isfinite(weight) for row in matrix for weight in row):
                raise ValueError(f"Network.{name} holds a number that is not finite")
        if self.nonlinearity not in get_args(Nonlinearity):
            raise ValueError(
                f"Network.nonlinearity is {self.nonlinearity!r}, expected one of {', '.join(get_args(Nonlinearity))}"
            )

    @property
    def inputs(self) -> int:
        """Size of the input vector, D."""
        return len(self.w_x[0]) if self.w_x else 0

    @property
    def cell(self) -> RNN:
        """The recurrent layer as an open cell in float64."""
        w_x, w_h = _tensor(self.w_x), _tensor(self.w_h)
        no_bias = w_h.new_zeros(len(w_h))
        return RNN(w_x, w_h, no_bias, no_bias, self.nonlinearity)

    def forgetful(self) -> Network:
        """The same network without its memory: what was before no longer counts."""
        return replace(self, w_h=tuple((0.0,) * len(row) for row in self.w_h))


XU = Network()
"""The network of the lecture: 2 inputs, 2 memory cells, 2 outputs, all weights 1, nothing squashed."""

LECTURE: Matrix = ((1.0, 1.0), (2.0, 2.0), (3.0, 3.0))
"""What the lecture lets it read."""


@dataclass(frozen=True)
class Operand:
    """One number that went into another one, and the weight on its way."""

    name: str
    weight: float


@dataclass(frozen=True)
class Number:
    """One number of an unrolled network, with what it was computed from.

    Attributes:
        letter: x, h or y.
        unit: from 1.
        step: from 1; 0 is the memory before the first step.
        value: the number.
        operands: what it is the weighted sum of; empty for what was given.
        total: the sum before squashing.
    """

    letter: str
    unit: int
    step: int
    value: float
    operands: tuple[Operand, ...] = ()
    total: float = math.nan

    @property
    def name(self) -> str:
        """The number's own name: `h1@2` is memory cell 1 at step 2."""
        return _name(self.letter, self.unit, self.step)


@dataclass(frozen=True, eq=False)
class Solution:
    """Every number of a network that has read a sequence.

    Attributes:
        network: the network.
        inputs: what it read, (T, D).
        memory: h_1 ... h_T, (T, H).
        sums: what was squashed to give them, (T, H).
        outputs: y_1 ... y_T, (T, K).
    """

    network: Network
    inputs: NDArray[np.float64]
    memory: NDArray[np.float64]
    sums: NDArray[np.float64]
    outputs: NDArray[np.float64]

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.inputs)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Every number in the order in which a student writes them down: the start, then inputs, memory, outputs."""
        found = [Number("h", unit + 1, 0, 0.0) for unit in range(self.memory.shape[1])]
        for t in range(self.steps):
            found += [Number("x", unit + 1, t + 1, float(value)) for unit, value in enumerate(self.inputs[t])]
            found += [
                Number("h", unit + 1, t + 1, float(value), self._memory_operands(unit, t + 1), float(total))
                for unit, (value, total) in enumerate(zip(self.memory[t], self.sums[t], strict=True))
            ]
            found += [
                Number("y", unit + 1, t + 1, float(value), _operands(self.network.w_y[unit], "h", t + 1), float(value))
                for unit, value in enumerate(self.outputs[t])
            ]
        return tuple(found)

    def _memory_operands(self, unit: int, step: int) -> tuple[Operand, ...]:
        return _operands(self.network.w_x[unit], "x", step) + _operands(self.network.w_h[unit], "h", step - 1)


def solve(network: Network, inputs: Sequence[Sequence[float]]) -> Solution:
    """Let a network read a sequence and keep every number.

    Args:
        network: the network.
        inputs: T steps of D numbers.

    Raises:
        ValueError: there is no step, a step has not D numbers, or a number is not finite.
    """
    if not inputs or {len(step) for step in inputs} != {network.inputs}:
        raise ValueError(
            f"inputs has steps of {[len(step) for step in inputs]} numbers, expected (T, {network.inputs})"
        )
    x = _tensor(inputs)  # (T, D)
    if not x.isfinite().all():
        raise ValueError("inputs holds a number that is not finite")
    values = network.cell.run(x)
    outputs = values["h"] @ _tensor(network.w_y).T  # (T, K)
    return Solution(network, *(_read_only(array) for array in (x, values["h"], values["a_h"], outputs)))


def bag(network: Network, inputs: Sequence[Sequence[float]]) -> Solution:
    """What the network says of the bag of inputs: their sum, read in one step. No order can change it."""
    return solve(network, [[math.fsum(column) for column in zip(*inputs, strict=True)]])


def swapped(inputs: Matrix, first: int, second: int) -> Matrix:
    """The sequence with two steps exchanged, counted from 1.

    Raises:
        IndexError: there is no such step.
    """
    if not (1 <= first <= len(inputs) and 1 <= second <= len(inputs)):
        raise IndexError(f"steps {first} and {second} of {len(inputs)}, expected 1 to {len(inputs)}")
    order = list(range(len(inputs)))
    order[first - 1], order[second - 1] = order[second - 1], order[first - 1]
    return tuple(inputs[k] for k in order)


@dataclass(frozen=True)
class Orders:
    """A sequence in two orders: each read with memory, without it, and as a bag.

    Attributes:
        before: as it was typed.
        after: with two steps swapped.
        before_forgetful: as it was typed, by the network without its memory.
        after_forgetful: with two steps swapped, by the network without its memory.
        before_bag: the sum of its inputs, read in one step.
        after_bag: the sum of the swapped inputs.
    """

    before: Solution
    after: Solution
    before_forgetful: Solution
    after_forgetful: Solution
    before_bag: Solution
    after_bag: Solution


def both_orders(network: Network, inputs: Matrix, first: int, second: int) -> Orders:
    """What a network makes of a sequence and of the same one with two steps swapped; see `Orders`."""
    orders = (inputs, swapped(inputs, first, second))
    readers = (partial(solve, network), partial(solve, network.forgetful()), partial(bag, network))
    return Orders(*(read(order) for read in readers for order in orders))


# ---- one number --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scalar:
    """The RNN with one unit: h_t = φ(w_h h_{t-1} + w_x x_t + b).

    Attributes:
        nonlinearity: φ.
        w_h: weight on the state before.
        w_x: weight on the input.
        b: bias.
        h_0: the state before the first step.
        constant: the input is 1 at every step; otherwise 1 at the first step and 0 from then on.
    """

    nonlinearity: Nonlinearity = "tanh"
    w_h: float = 1.2
    w_x: float = 1.0
    b: float = 0.0
    h_0: float = 0.0
    constant: bool = False

    @property
    def push(self) -> float:
        """What reaches the unit at every later step beside its own past: the bias, and the input where it stays on."""
        return self.b + self.w_x * self.constant


@dataclass(frozen=True, eq=False)
class Orbit:
    """Where the state of a scalar RNN goes.

    Attributes:
        values: h_0 ... h_T, (T + 1,).
        kind: how it ends if it gets `PATIENCE` steps: it rests at one value, alternates between two, explodes, or moves
            still.
        ends: where: one value, or two; none where it does not settle.
        slope: w_h φ'(a) there, what one step does to a small change; where it alternates, what two steps do. NaN where it
            does not settle.
    """

    values: NDArray[np.float64]
    kind: Literal["rests", "alternates", "explodes", "moves"]
    ends: tuple[float, ...] = ()
    slope: float = math.nan


def orbit(scalar: Scalar, steps: int = 50) -> Orbit:
    """Step the RNN with one unit, an open cell, and say where it goes and how it ends."""
    weights = [torch.tensor([[weight]], dtype=torch.float64) for weight in (scalar.w_x, scalar.w_h)]
    biases = [torch.tensor([bias], dtype=torch.float64) for bias in (scalar.b, 0.0)]
    cell = RNN(*weights, *biases, nonlinearity=scalar.nonlinearity)
    x = torch.full((steps, 1), float(scalar.constant), dtype=torch.float64)
    x[0] = 1.0
    start = torch.tensor([scalar.h_0], dtype=torch.float64)
    values = _read_only(torch.cat([start, cell.run(x, {"h": start})["h"][:, 0]]))
    return Orbit(values, *_ending(scalar, float(values[-1])))


def _ending(
    scalar: Scalar, h: float
) -> tuple[Literal["rests", "alternates", "explodes", "moves"], tuple[float, ...], float]:
    """How an orbit ends that has come to h: kind, ends and slope of an `Orbit`."""
    earlier, before, last = (float(state) for state in _patiently(scalar.nonlinearity, scalar.w_h, scalar.push, h))
    if not abs(last) <= FAR:  # NaN explodes, too
        return "explodes", (), math.nan
    if abs(last - earlier) > RESTS:
        return "moves", (), math.nan
    if abs(last - before) <= RESTS:
        return "rests", (last,), _slope(scalar, last)
    return "alternates", (before, last), _slope(scalar, before) * _slope(scalar, last)


WIDEST = 2.0
"""The largest |w_h| of the map of settled states."""

STARTS = (-1.5, -0.5, 0.5, 1.5)
"""States from which the map of settled states begins: two of each sign, as an orbit cannot leave an exact 0."""

PATIENCE = 4000
"""Steps that an orbit gets to settle. At w_h = 1 exactly, tanh needs for ever: 0.02 are left after 4,000."""

RESTS = 1e-6
"""An orbit that moves less than this in two steps, after so many, has settled. At tanh's w_h = 1 it has not."""

DRAWN = 1e-4
"""The same for the map of settled states: there the border itself, w_h = ±1, is drawn as far as it came."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Where orbits end, for many values of w_h.

    Attributes:
        w_h: the weights, (N,).
        even: h after `PATIENCE` steps, from each of `STARTS`, (N, S); NaN where the orbit has not settled.
        odd: h one step earlier; equal to `even` unless the orbit alternates between two values.
    """

    w_h: NDArray[np.float64]
    even: NDArray[np.float64]
    odd: NDArray[np.float64]

    @property
    def runs_away(self) -> NDArray[np.bool_]:
        """Whether the orbit from at least one start does not settle, (N,)."""
        return np.isnan(self.even.sum(axis=1))


def settled(nonlinearity: Nonlinearity, push: float, points: int = 401) -> Settled:
    """Where h_t = φ(w_h h_{t-1} + push) ends, for w_h from -2 to 2.

    Every map here rises everywhere or falls everywhere, so an orbit settles, alternates between two values, or runs
    away: no other end is possible.

    Args:
        nonlinearity: φ.
        push: `Scalar.push`.
        points: how many values of w_h; odd, so that 0 is among them.
    """
    w_h = torch.linspace(-WIDEST, WIDEST, points, dtype=torch.float64)[:, None]  # (N, 1)
    starts = torch.tensor([STARTS], dtype=torch.float64).expand(points, -1)  # (N, S)
    earlier, before, last = _patiently(nonlinearity, w_h, push, starts)
    rests = (last - earlier).abs() <= DRAWN  # false for what is not finite, too
    lost = torch.tensor(math.nan, dtype=torch.float64)
    even, odd = (_read_only(torch.where(rests, h, lost)) for h in (last, before))
    return Settled(_read_only(w_h[:, 0]), even, odd)


def _patiently(nonlinearity: Nonlinearity, w_h: Tensor | float, push: float, h: Tensor | float) -> list[Tensor]:
    """The last three states after `PATIENCE` steps of h ← φ(w_h h + push), for any shape."""
    states = [torch.as_tensor(h, dtype=torch.float64)] * 3
    for _ in range(PATIENCE):
        states = [*states[1:], SQUASH[nonlinearity](w_h * states[-1] + push)]
    return states


def _slope(scalar: Scalar, h: float) -> float:
    """How a small change of h_{t-1} = h arrives in h_t, w_h φ'(a), by autograd."""
    state = torch.tensor(h, dtype=torch.float64, requires_grad=True)
    after = SQUASH[scalar.nonlinearity](scalar.w_h * state + scalar.push)
    (slope,) = torch.autograd.grad(after, state)
    return float(slope)


def _name(letter: str, unit: int, step: int) -> str:
    return f"{letter}{unit}@{step}"


def _operands(weights: Sequence[float], letter: str, step: int) -> tuple[Operand, ...]:
    return tuple(Operand(_name(letter, unit + 1, step), weight) for unit, weight in enumerate(weights))


def _tensor(rows: Sequence[Sequence[float]]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _read_only(values: Tensor) -> NDArray[np.float64]:
    """A NumPy view that nobody can change, as several sessions may share it."""
    array = values.detach().numpy()
    array.flags.writeable = False
    return array
