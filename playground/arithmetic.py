"""Arithmetic: one equation of a cell with the numbers of one unit at one step filled in, as LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.cells import Equation, Term
    from models.trace import Trace


def filled(trace: Trace, equation: Equation, step: int, unit: int) -> str:
    r"""The right-hand side in numbers: shares and their sum, then the squashed value; or factors and their products.

    Args:
        trace: the values.
        equation: one of `trace.equations`.
        step: 0 to T - 1.
        unit: 0 to H - 1.

    Returns:
        LaTeX such as `\sigma(0.31 - 0.12 + 1.00) = \sigma(1.19) = 0.767`.

    Raises:
        IndexError: the step or the unit is outside the trace.
    """
    value = number(float(trace[equation.name][step, unit]))
    if equation.total:
        shares = _sum([number(float(trace[term.name][step, unit])) for term in equation.terms])
        total = number(float(trace[equation.total][step, unit]))
        if not equation.squash_latex:
            return f"{shares} = {value}"
        return f"{equation.squash_latex}({shares}) = {equation.squash_latex}({total}) = {value}"
    products = _sum([_product(trace, term, step, unit) for term in equation.terms])
    if len(equation.terms) == 1:
        return f"{products} = {value}"
    parts = _sum([number(float(trace[term.name][step, unit])) for term in equation.terms])
    return f"{products} = {parts} = {value}"


def number(value: float) -> str:
    """A number as LaTeX: three decimals, or a power of ten where these would say nothing."""
    if value and not 0.001 <= abs(value) < 1000:
        mantissa, exponent = f"{value:.2e}".split("e") if abs(value) < float("inf") else (str(value), "0")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if int(exponent) else mantissa
    return f"{value:.3f}"


def _product(trace: Trace, term: Term, step: int, unit: int) -> str:
    return r" \cdot ".join(_bracketed(number(float(_factor(trace, name)[step, unit]))) for name in term.factors)


def _factor(trace: Trace, name: str):  # noqa: ANN202
    state, before, _ = name.partition("@-1")
    return trace.past(state) if before else trace[name]


def _bracketed(value: str) -> str:
    return f"({value})" if value.startswith("-") else value


def _sum(values: list[str]) -> str:
    """Values joined by plus signs; a minus sign takes the place of its plus."""
    first, *rest = values
    return first + "".join(f" - {value[1:]}" if value.startswith("-") else f" + {value}" for value in rest)
