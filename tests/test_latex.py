"""The formulas on the screen are the code: every LaTeX of every cell, computed, equals what the cell computes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.cells import CELLS, SQUASH, Equation
from tests.latex import VARIANTS, H, Step, evaluate

EXACT = 1e-12


def off(one: Tensor, other: Tensor) -> float:
    """Largest |difference|, of values of the same shape."""
    assert one.shape == other.shape == (H,)
    return float((one - other).abs().max())


def lines(variant: str) -> Iterator[tuple[Step, Equation]]:
    """Each equation of a variant together with what is known when its turn comes."""
    step = Step(variant)
    for equation in step.cell.equations:
        yield step, equation
        step.learn(equation)


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_options_are_those_that_the_lectures_use():
    assert list(VARIANTS) == [
        *(f"RNN {squash}" for squash in ("tanh", "relu", "sigmoid", "identity")),
        *(f"LSTM {both}" for both in ("tanh tanh", "tanh identity", "identity tanh", "identity identity")),
        *(f"GRU {both}" for both in ("after keep", "after write", "before keep", "before write")),
    ]
    assert {kind for kind, _ in VARIANTS.values()} == set(CELLS.values())


def test_every_equation_computes_what_the_cell_computes(variant: str):
    for step, equation in lines(variant):
        assert off(evaluate(equation.latex, step.known), step.values[equation.name]) <= EXACT, equation


def test_every_term_computes_the_value_of_its_name(variant: str):
    for step, equation in lines(variant):
        for term in equation.terms:
            assert off(evaluate(term.latex, step.known), step.values[term.name]) <= EXACT, term


def test_terms_add_up_to_the_total_or_to_the_value(variant: str):
    for step, equation in lines(variant):
        total = torch.stack([step.values[term.name] for term in equation.terms]).sum(0)
        assert off(total, step.values[equation.total or equation.name]) <= EXACT, equation


def test_the_squashed_total_is_the_value(variant: str):
    for step, equation in lines(variant):
        before = step.values[equation.total or equation.name]
        assert off(SQUASH[equation.squash](before), step.values[equation.name]) <= EXACT, equation
        assert equation.total or equation.squash == "identity", "squashed, but the sum before has no name"


def test_factors_multiply_to_their_term(variant: str):
    for step, equation in lines(variant):
        for term in equation.terms:
            if term.factors:
                first, second = map(step.factor, term.factors)
                assert off(first * second, step.values[term.name]) <= EXACT, term


def test_every_product_names_its_factors(variant: str):
    """Except for a product with a reset gate inside the candidate, which is one share of three."""
    for _, equation in lines(variant):
        for term in equation.terms:
            assert bool(term.factors) == (r"\odot" in term.latex and not equation.total), term


def test_every_value_of_a_step_belongs_to_a_formula(variant: str):
    step = Step(variant)
    named = set()
    for equation in step.cell.equations:
        named |= {equation.name, equation.total}
        for term in equation.terms:
            named |= {term.name, *term.factors}
    # r*h stands inside the candidate's formula; 1-z is computed with z, whichever of both is a factor
    assert set(step.values) <= named | {"r*h"}
    assert {name for name in named if "@" not in name} - {""} <= set(step.values)


WRONG = {
    "a sign": ("h", r"(1 + z_t) \odot n_t + z_t \odot h_{t-1}"),
    "a gate that is turned round": ("h", r"z_t \odot n_t + (1 - z_t) \odot h_{t-1}"),
    "the other gate's weights": ("z", r"\sigma(W_{ir} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz})"),
    "a forgotten bias": ("z", r"\sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1})"),
    "another squashing": ("z", r"\tanh(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz})"),
    "a reset before the product": ("n", r"\tanh(W_{in} x_t + b_{in} + W_{hn} (r_t \odot h_{t-1}) + b_{hn})"),
    "a reset without the bias": ("n", r"\tanh(W_{in} x_t + b_{in} + r_t \odot W_{hn} h_{t-1} + b_{hn})"),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_wrong_formula_is_caught(slip: str):
    name, wrong = WRONG[slip]
    (step, equation) = next((step, line) for step, line in lines("GRU after keep") if line.name == name)
    step.known |= {f"{gate}_t": step.values[gate] for gate in ("r", "z", "n")}
    assert off(evaluate(equation.latex, step.known), step.values[name]) <= EXACT
    assert off(evaluate(replace(equation, latex=wrong).latex, step.known), step.values[name]) > 1e-3


def test_a_formula_may_not_use_a_line_below_it():
    (step, first) = next(lines("LSTM tanh tanh"))
    assert first.name == "i"
    with pytest.raises(KeyError, match="c_t"):
        evaluate(r"i_t \odot c_t", step.known | {"i_t": step.values["i"]})


def test_juxtaposition_binds_tighter_than_the_elementwise_product():
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    r, h = torch.tensor([2.0, 10.0]), torch.tensor([1.0, 1.0])
    assert evaluate(r"r \odot W h", {"W": w, "r": r, "h": h}).tolist() == [6, 70]
    assert evaluate(r"W (r \odot h)", {"W": w, "r": r, "h": h}).tolist() == [22, 46]


def test_a_row_stands_left_of_its_matrix():
    w, x = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 10.0])
    assert evaluate("x W", {"W": w, "x": x}).tolist() == [31, 42]
    assert evaluate(r"W \cdot x", {"W": w, "x": x}).tolist() == [21, 43]


def test_brackets_put_one_vector_above_the_other():
    a, b = torch.tensor([1.0]), torch.tensor([2.0, 3.0])
    assert evaluate("[a, b]", {"a": a, "b": b}).tolist() == [1, 2, 3]
    assert evaluate("[b + b, a]", {"a": a, "b": b}).tolist() == [4, 6, 1]


def test_differences_are_taken_from_the_left():
    one = torch.tensor([1.0])
    assert evaluate("a - a - a", {"a": one}).item() == -1
    assert evaluate("1 - (a - a)", {"a": one}).item() == 1


@pytest.mark.parametrize(
    "latex",
    ["", "a +", "a a", "(a", "a)", "[a b]", r"\sigma a", r"\sin(a)", r"\odot a", "a / a", "a + w", r"a \odot w", "W w"],
)
def test_what_is_not_our_language_is_an_error(latex: str):
    values = {"a": torch.ones(2), "w": torch.ones(3), "W": torch.ones(3, 2), "b": torch.ones(2)}
    with pytest.raises(ValueError, match=r"."):
        evaluate(latex, values)


def test_an_unknown_symbol_is_an_error():
    with pytest.raises(KeyError, match=r"W_\{if\}"):
        evaluate("W_{if} x_t", {"x_t": torch.ones(2)})
