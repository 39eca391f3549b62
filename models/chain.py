"""Chains of numbers: what a product of many factors comes to, exactly and in a computer, and the chain inside an RNN.

    from models import chain

    chain.Power(0.9, 1000).exact                       # Decimal, 1.747...E-46
    chain.multiply(chain.Power(0.25, 100), "float32")  # .fate "zero", .step 75
    chain.unroll(chain.ScalarRNN()).to_last            # dh_3/dh_0 ... dh_3/dh_3 of the RNN with one unit

A gradient that travels back through an RNN with one unit is multiplied by w φ'(a_t) at each step t. So its fate is that of
a product of many factors (Bengio et al. 1994). Everything here is computed twice: powers exactly and by repeated
multiplication in four number formats; derivatives factor by factor and by autograd.

Source: the lectures of Xu (0.9^1000, 1.01^1000, ∂h_3/∂w) and Riveill (the powers of 0.25, dE_3/dW as a sum of terms).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Literal, get_args

import numpy as np
import torch

from models.cells import SQUASH, Nonlinearity
from models.gradients import Array, slope

# ---- one factor, many times ------------------------------------------------------------------------------------------

LEAST, MOST = 0.01, 2.0
"""The factors that may be multiplied: above 0, so that the exact product always has a logarithm."""

LONGEST = 10_000
"""The most factors: "10,000 time steps are 10,000 layers" (Yang)."""

FORMATS = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
"""Number formats by name."""

_DIGITS = Context(prec=40, Emin=-(10**9), Emax=10**9)


@dataclass(frozen=True)
class Power:
    """The question what `factor` to the power of `steps` is.

    Attributes:
        factor: as it is written: 0.9 means nine tenths here, not the binary number next to it.
        steps: how many factors, T.

    Raises:
        ValueError: a factor outside `LEAST` to `MOST`, or more steps than `LONGEST`.
    """

    factor: float = 0.9
    steps: int = 1000

    def __post_init__(self) -> None:
        if not LEAST <= self.factor <= MOST:
            raise ValueError(f"Power.factor is {self.factor}, expected {LEAST} to {MOST}")
        if not 1 <= self.steps <= LONGEST:
            raise ValueError(f"Power.steps is {self.steps}, expected 1 to {LONGEST:,}")

    @property
    def exact(self) -> Decimal:
        """The product of all factors, to 40 digits."""
        return self.after(self.steps)

    def after(self, steps: int) -> Decimal:
        """The product of so many factors, to 40 digits."""
        return _DIGITS.power(Decimal(repr(self.factor)), steps)

    @property
    def log10(self) -> Array:
        """log10 of the exact products after 0 ... T factors, (T + 1,). Never overflows."""
        return np.arange(self.steps + 1, dtype=np.float64) * math.log10(self.factor)

    @property
    def tenfold(self) -> float:
        """How many factors change the product ten times; inf for the factor 1."""
        return abs(1 / math.log10(self.factor)) if self.factor != 1 else math.inf


@dataclass(frozen=True, eq=False)
class Product:
    """What a computer gets that multiplies 1 by a factor again and again.

    Attributes:
        power: the question.
        format: a key of `FORMATS`.
        values: the products after 0 ... T factors, (T + 1,), widened to float64.
        fate: zero: exactly 0 in the end; stuck: not 0, but another factor no longer changes it; infinite: too large for
            the format; alive: none of these.
        step: the number of factors after which that was so first; None while alive.
        subnormal: the number of factors after which it first was too small to be kept with all digits; None if never.
    """

    power: Power
    format: str
    values: Array
    fate: Literal["zero", "stuck", "infinite", "alive"]
    step: int | None
    subnormal: int | None

    @property
    def last(self) -> float:
        """The product of all factors."""
        return float(self.values[-1])

    @property
    def rounded(self) -> float:
        """The exact product, rounded to the format once, at the end."""
        return float(torch.tensor(float(self.power.exact), dtype=FORMATS[self.format]))

    @property
    def drift(self) -> float:
        """The product of all factors as a multiple of the exact one: rounding the factor alone takes it off its way."""
        return float(10 ** (self.log10[-1] - self.power.log10[-1]))

    @property
    def log10(self) -> Array:
        """log10 of the products, (T + 1,): -inf for 0."""
        with np.errstate(divide="ignore"):
            return np.log10(self.values)


def smallest(number_format: str) -> tuple[float, float]:
    """The smallest number above 0 that a format knows, and the smallest that it keeps with all its digits."""
    info = torch.finfo(FORMATS[number_format])
    return info.smallest_normal * info.eps, info.smallest_normal


def multiply(power: Power, number_format: str) -> Product:
    """Multiply 1 by a factor again and again, and round each product to the format.

    Raises:
        KeyError: there is no such format.
    """
    if number_format not in FORMATS:
        raise KeyError(f"format is {number_format!r}, expected one of {', '.join(FORMATS)}")
    values = _running(power, number_format)
    same = np.flatnonzero(values[1:] == values[:-1])  # what one factor no longer changes, no factor changes
    still = int(same[0]) if same.size else None
    fate: Literal["zero", "stuck", "infinite", "alive"] = "alive"
    step = None
    if values[-1] == 0:
        fate, step = "zero", int(np.argmax(values == 0))
    elif math.isinf(values[-1]):
        fate, step = "infinite", int(np.argmax(np.isinf(values)))
    elif still is not None and power.factor != 1:
        fate, step = "stuck", still
    below = values < smallest(number_format)[1]
    return Product(power, number_format, _frozen(values), fate, step, int(np.argmax(below)) if below.any() else None)


def _running(power: Power, number_format: str) -> Array:
    """The products after 0 ... T factors, each one rounded to the format before the next factor, (T + 1,)."""
    dtype = FORMATS[number_format]
    if dtype is not torch.bfloat16:
        factors = np.full(power.steps + 1, power.factor, dtype=number_format)
        factors[0] = 1
        with np.errstate(over="ignore", under="ignore"):
            return np.multiply.accumulate(factors).astype(np.float64)
    factor, product = torch.tensor(power.factor, dtype=dtype), torch.ones((), dtype=dtype)  # NumPy has no bfloat16
    values = np.ones(power.steps + 1)
    for n in range(1, power.steps + 1):
        product = product * factor
        values[n] = float(product)
        if values[n] == values[n - 1]:
            values[n:] = values[n]
            break
    return values


def multiply_all(power: Power) -> dict[str, Product]:
    """The products in every format, by name."""
    return {name: multiply(power, name) for name in FORMATS}


# ---- the RNN with one unit -------------------------------------------------------------------------------------------

LONGEST_INPUTS = 40
"""The most inputs that somebody may type."""

LARGEST = 1000.0
"""The largest |number| among them."""

MAXIMA: dict[Nonlinearity, float] = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0, "identity": 1.0}
"""The largest slope of each squashing."""

UNFOLDED = 3
"""The step of the lecture's derivation: ∂h_3/∂w."""


@dataclass(frozen=True)
class ScalarRNN:
    """The RNN with one unit that reads a sequence: h_t = φ(w h_{t-1} + u x_t + b).

    Attributes:
        inputs: x_1 ... x_T.
        nonlinearity: φ.
        w: weight on the state before.
        u: weight on the input.
        b: bias.
        h_0: the state before the first step.
        target: y in the loss ½ (h_T - y)².

    Raises:
        ValueError: there is no input, a number is not finite, or φ is unknown.
    """

    inputs: tuple[float, ...] = (1.0, 0.0, 0.0)
    nonlinearity: Nonlinearity = "tanh"
    w: float = 0.5
    u: float = 1.0
    b: float = 0.0
    h_0: float = 0.0
    target: float = 1.0

    def __post_init__(self) -> None:
        if not self.inputs:
            raise ValueError("ScalarRNN.inputs is empty, expected at least one number")
        if not all(map(math.isfinite, (*self.inputs, self.w, self.u, self.b, self.h_0, self.target))):
            raise ValueError(f"{self} holds a number that is not finite")
        if self.nonlinearity not in get_args(Nonlinearity):
            raise ValueError(
                f"ScalarRNN.nonlinearity is {self.nonlinearity!r}, expected one of {', '.join(get_args(Nonlinearity))}"
            )

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.inputs)

    def first(self, steps: int) -> ScalarRNN:
        """The same network on the first inputs only."""
        return replace(self, inputs=self.inputs[:steps])


@dataclass(frozen=True, eq=False)
class Chain:
    """Every factor between an early state of a scalar RNN and its last one, and what they multiply to.

    Attributes:
        network: the network.
        h: h_0 ... h_T, (T + 1,).
        a: what was squashed, a_1 ... a_T, (T,).
        slopes: φ'(a_t), (T,).
        to_last: ∂h_T/∂h_t for t = 0 ... T, (T + 1,): products of factors.
        terms: what the use of w at step k = 1 ... T adds to ∂h_T/∂w, (T,): ∂h_T/∂h_k φ'(a_k) h_{k-1}.
        autograd_to_last: `to_last` by autograd.
        autograd_terms: `terms` by autograd, which is given a w of its own at each step.
        autograd_dw: ∂h_T/∂w by autograd, with one w for all steps.
    """

    network: ScalarRNN
    h: Array
    a: Array
    slopes: Array
    to_last: Array
    terms: Array
    autograd_to_last: Array
    autograd_terms: Array
    autograd_dw: float

    @property
    def factors(self) -> Array:
        """∂h_t/∂h_{t-1} = w φ'(a_t), (T,)."""
        return self.network.w * self.slopes

    @property
    def bound(self) -> Array:
        """The most that |∂h_T/∂h_t| could be, if every slope were as large as φ' gets, (T + 1,): (|w| max φ')^(T-t)."""
        most = abs(self.network.w) * MAXIMA[self.network.nonlinearity]
        return most ** np.arange(self.network.steps, -1, -1, dtype=np.float64)

    @property
    def dw(self) -> float:
        """∂h_T/∂w: the sum of its terms."""
        return math.fsum(self.terms)

    @property
    def error(self) -> float:
        """∂E/∂h_T = h_T - y of the loss E = ½ (h_T - y)²."""
        return float(self.h[-1]) - self.network.target

    @property
    def loss(self) -> float:
        """E = ½ (h_T - y)²."""
        return 0.5 * self.error**2

    @property
    def difference(self) -> float:
        """The largest |difference| between a derivative here and the same one by autograd."""
        pairs = (
            (self.to_last, self.autograd_to_last),
            (self.terms, self.autograd_terms),
            (np.array([self.dw]), np.array([self.autograd_dw])),
        )
        return max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)

    @property
    def agrees(self) -> bool:
        """Whether both agree to 12 digits of the largest derivative."""
        largest = max(1.0, float(np.abs(self.autograd_to_last).max()), float(np.abs(self.autograd_terms).max()))
        return self.difference <= 1e-12 * largest


def unroll(network: ScalarRNN) -> Chain:
    """Run a scalar RNN, and take the chain of its derivatives apart."""
    h, a, slopes, to_last = (values[:, 0] for values in _run(network, np.array([network.w])))
    terms = to_last[1:] * slopes * h[:-1]
    by_state, by_use, dw = _by_autograd(network)
    return Chain(
        network,
        h=_frozen(h),
        a=_frozen(a),
        slopes=_frozen(slopes),
        to_last=_frozen(to_last),
        terms=_frozen(terms),
        autograd_to_last=_frozen(by_state),
        autograd_terms=_frozen(by_use),
        autograd_dw=dw,
    )


def _run(network: ScalarRNN, w: Array) -> tuple[Array, ...]:
    """The states h (T + 1, N), sums a (T, N), slopes φ'(a) (T, N) and ∂h_T/∂h_t (T + 1, N) for N weights w, (N,)."""
    squash = SQUASH[network.nonlinearity]
    states, sums = [np.full(w.shape, network.h_0)], []
    for x in network.inputs:
        sums.append(w * states[-1] + network.u * x + network.b)
        states.append(squash(torch.from_numpy(sums[-1])).numpy())
    a = np.stack(sums)
    slopes = slope(network.nonlinearity, a)
    to_last = np.ones((len(a) + 1, len(w)))
    to_last[:-1] = np.cumprod((w * slopes)[::-1], axis=0)[::-1]
    return np.stack(states), a, slopes, to_last


def _by_autograd(network: ScalarRNN) -> tuple[Array, Array, float]:
    """∂h_T/∂h_t (T + 1,), ∂h_T/∂w at each step (T,), and ∂h_T/∂w."""
    w = torch.tensor(network.w, dtype=torch.float64, requires_grad=True)
    uses = [w.clone() for _ in network.inputs]
    states = [torch.tensor(network.h_0, dtype=torch.float64, requires_grad=True)]
    for use, x in zip(uses, network.inputs, strict=True):
        states.append(SQUASH[network.nonlinearity](use * states[-1] + network.u * x + network.b))
    found = [float(d) for d in torch.autograd.grad(states[-1], [*states, *uses, w])]
    count = len(states)
    return np.array(found[:count]), np.array(found[count:-1]), found[-1]


# ---- the same network with other weights -----------------------------------------------------------------------------

WIDEST = 2.0
"""The largest |w| of a sweep."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """∂h_T/∂h_1 of one network for many weights w.

    Attributes:
        w: the weights from -2 to 2, (N,).
        to_last: ∂h_T/∂h_1, (N,).
        bound: the most that |∂h_T/∂h_1| could be, (|w| max φ')^(T-1), (N,).
    """

    w: Array
    to_last: Array
    bound: Array


def sweep(network: ScalarRNN, points: int = 401) -> Sweep:
    """How ∂h_T/∂h_1 changes with w, all else as it is. `points` is odd, so that 0 is among the weights."""
    w = np.linspace(-WIDEST, WIDEST, points)
    to_last = _run(network, w)[-1][1]
    bound = (np.abs(w) * MAXIMA[network.nonlinearity]) ** (network.steps - 1)
    return Sweep(*map(_frozen, (w, to_last, bound)))


def slope_curve(nonlinearity: Nonlinearity, reach: float) -> tuple[Array, Array]:
    """φ' from -reach to reach, dense around 0 where it bends: a and φ'(a), (N,) each; 0 is among the a."""
    a = np.unique(np.concatenate([np.linspace(-reach, reach, 201), np.linspace(-6, 6, 241)]))
    a = a[np.abs(a) <= reach]
    return _frozen(a), _frozen(slope(nonlinearity, a))


def _frozen(values: Array) -> Array:
    """A copy that nobody can change, as several sessions may share it."""
    copy = np.array(values)
    copy.flags.writeable = False
    return copy
