"""A short translator from the LaTeX of our formulas to tensors: what the screen shows is what the tests compute.

The language is what our formulas use and no more: letters with scripts, 1, + and -, the elementwise \\odot, the matrix
product as mere juxtaposition or \\cdot, parentheses, [a, b] for two vectors one above the other, and the squashings.
Anything else is an error, and so are sums and products of unlike shapes, which torch would quietly broadcast.
Below stand the random cells, of every kind and with every option, on which the formulas are tried.
"""

import itertools
import re
from collections.abc import Mapping

import torch
from torch import Tensor

from models.cells import CELLS, Cell, Equation

SQUASH = {r"\sigma": torch.sigmoid, r"\tanh": torch.tanh, r"\mathrm{ReLU}": torch.relu}

_TOKEN = re.compile(
    r"\s*(?:(?P<squash>\\sigma|\\tanh|\\mathrm\{ReLU\})"
    r"|(?P<symbol>(?:\\tilde\{[A-Za-z]\}|\\Gamma|[A-Za-z])(?:[_^](?:\{[^{}]*\}|\w))*)"
    r"|(?P<number>\d+)|(?P<sign>\\odot|\\cdot|[-+()\[\],]))\s*"
)


def evaluate(latex: str, values: Mapping[str, Tensor]) -> Tensor:
    """The value of a formula.

    Raises:
        ValueError: the formula is not in our language, or a sum or product has unlike shapes.
        KeyError: a symbol has no value.
    """
    formula = _Formula(_tokens(latex), values)
    value = formula.sum()
    if formula.next:
        raise ValueError(f"{formula.next!r} is left over in {latex!r}")
    return value


def _tokens(latex: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(latex):
        found = _TOKEN.match(latex, at)
        if not found:
            raise ValueError(f"unknown LaTeX {latex[at:]!r} in {latex!r}")
        kind = str(found.lastgroup)
        tokens.append((kind, found[kind]))
        at = found.end()
    return tokens


class _Formula:
    """Recursive descent: sum, elementwise product, matrix product, factor; each binds tighter than the one before."""

    def __init__(self, tokens: list[tuple[str, str]], values: Mapping[str, Tensor]) -> None:
        self.tokens, self.values = tokens, values

    @property
    def next(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def take(self, wanted: str) -> None:
        if self.next != wanted:
            raise ValueError(f"{self.next or 'the end'!r} stands where {wanted!r} was expected")
        self.tokens.pop(0)

    def sum(self) -> Tensor:
        value = self.product()
        while self.next in ("+", "-"):
            sign = self.tokens.pop(0)[1]
            other = self.product()
            self.alike(value, other, sign)
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Tensor:
        value = self.matrix_product()
        while self.next == r"\odot":
            self.take(r"\odot")
            other = self.matrix_product()
            self.alike(value, other, r"\odot")
            value = value * other
        return value

    def matrix_product(self) -> Tensor:
        value = self.factor()
        while self.tokens and (self.tokens[0][0] != "sign" or self.next in ("(", "[", r"\cdot")):
            if self.next == r"\cdot":
                self.take(r"\cdot")
            other = self.factor()
            if {value.ndim, other.ndim} != {1, 2} or value.shape[-1] != other.shape[0]:
                raise ValueError(f"no matrix product of {tuple(value.shape)} and {tuple(other.shape)}")
            value = value @ other
        return value

    def factor(self) -> Tensor:
        if not self.tokens:
            raise ValueError("the formula ends where a factor was expected")
        kind, text = self.tokens.pop(0)
        if kind == "number":
            return torch.tensor(float(text), dtype=torch.float64)
        if kind == "symbol":
            return self.values[text]
        if kind == "squash":
            self.take("(")
            value = SQUASH[text](self.sum())
        elif text == "(":
            value = self.sum()
        elif text == "[":
            above = self.sum()
            self.take(",")
            value = torch.cat([above, self.sum()])
            self.take("]")
            return value
        else:
            raise ValueError(f"{text!r} stands where a factor was expected")
        self.take(")")
        return value

    @staticmethod
    def alike(one: Tensor, other: Tensor, sign: str) -> None:
        if one.ndim and other.ndim and one.shape != other.shape:
            raise ValueError(f"{tuple(one.shape)} {sign} {tuple(other.shape)}: unlike shapes")


H, D = 5, 3  # unlike, so that a matrix on the wrong vector is an error

VARIANTS: dict[str, tuple[type[Cell], dict[str, str]]] = {
    " ".join((name, *chosen)): (kind, dict(zip(kind.options, chosen, strict=True)))
    for name, kind in CELLS.items()
    for chosen in itertools.product(*kind.options.values())
}
"""Every cell with every choice of its options: "LSTM tanh identity" has a candidate with tanh and an output without."""


def random_cell(variant: str) -> Cell:
    """A cell with random float64 weights, not small, so that every squashing bends."""
    kind, options = VARIANTS[variant]
    rows, chance = H * len(kind.blocks), torch.Generator().manual_seed(7)
    shapes = ((rows, D), (rows, H), (rows,), (rows,))
    return kind(*(torch.randn(shape, generator=chance, dtype=torch.float64) for shape in shapes), **options)


def random_past(cell: Cell) -> tuple[Tensor, dict[str, Tensor]]:
    """An input (D,) and past states (H,) that are not zero."""
    chance = torch.Generator().manual_seed(11)
    x = torch.randn(D, generator=chance, dtype=torch.float64)
    return x, {name: torch.randn(H, generator=chance, dtype=torch.float64) for name in cell.states}


class Step:
    """One step of a random cell, and what its formulas may speak of: weights, x, the past, and the lines above."""

    def __init__(self, variant: str) -> None:
        self.cell = random_cell(variant)
        self.x, self.past = random_past(self.cell)
        self.values = self.cell.step(self.x, self.past)
        self.known = self.cell.symbols() | {"x_t": self.x} | {f"{name}_{{t-1}}": self.past[name] for name in self.past}

    def learn(self, equation: Equation) -> None:
        """The formulas of the lines below may use this line's symbol."""
        self.known[equation.lhs] = self.values[equation.name]

    def factor(self, name: str) -> Tensor:
        """A factor by its name; "c@-1" is the c of the step before."""
        return self.past[name.removesuffix("@-1")] if name.endswith("@-1") else self.values[name]
