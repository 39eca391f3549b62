"""Every notation says what the cell says: its formulas, with its author's own letters, compute the cell's values.

What the letters mean is written down here a second time and by hand; nothing is looked up in the notation itself.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.cells import GRU, Cell, Equation
from playground.notation import NOTATIONS, Notation, html
from tests.latex import VARIANTS, D, H, Step, evaluate

EXACT = 1e-12
DOC = Path(__file__).parents[1] / "docs" / "notation.md"

NOW, BEFORE = r"^{\langle t \rangle}", r"^{\langle t-1 \rangle}"
TORCH = {
    "RNN": {"h_t": "h", "h_{t-1}": "h@-1", "x_t": "x"},
    "LSTM": {"i_t": "i", "f_t": "f", "g_t": "g", "o_t": "o", "c_t": "c", "h_t": "h"}
    | {"c_{t-1}": "c@-1", "h_{t-1}": "h@-1", "x_t": "x"},
    "GRU": {"r_t": "r", "z_t": "z", "n_t": "n", "h_t": "h", "h_{t-1}": "h@-1", "x_t": "x"},
}
LETTERS = {
    "PyTorch": TORCH,
    "Yang": {
        "RNN": {f"a{NOW}": "h", f"a{BEFORE}": "h@-1", f"x{NOW}": "x"},
        "LSTM": {rf"\Gamma_u{NOW}": "i", rf"\Gamma_f{NOW}": "f", rf"\Gamma_o{NOW}": "o", rf"\tilde{{c}}{NOW}": "g"}
        | {f"c{NOW}": "c", f"c{BEFORE}": "c@-1", f"a{NOW}": "h", f"a{BEFORE}": "h@-1", f"x{NOW}": "x"},
        "GRU": {rf"\Gamma_u{NOW}": "what is written", rf"\Gamma_r{NOW}": "r", rf"\tilde{{c}}{NOW}": "n"}
        | {f"c{NOW}": "h", f"c{BEFORE}": "h@-1", f"x{NOW}": "x"},
    },
    "Xu": {
        "RNN": TORCH["RNN"],
        "LSTM": {"z": "g", "z^i": "i", "z^f": "f", "z^o": "o", "c^t": "c", "h^t": "h"}
        | {"c^{t-1}": "c@-1", "h^{t-1}": "h@-1", "x^t": "x"},
        "GRU": TORCH["GRU"],
    },
    "Riveill": {
        "RNN": TORCH["RNN"],
        "LSTM": {"i_t": "i", "f_t": "f", r"\tilde{C}_t": "g", "o_t": "o", "C_t": "c", "h_t": "h"}
        | {"C_{t-1}": "c@-1", "h_{t-1}": "h@-1", "x_t": "x"},
        "GRU": {"z_t": "what is written", "r_t": "r", r"\tilde{h}_t": "n"}
        | {"h_t": "h", "h_{t-1}": "h@-1", "x_t": "x"},
    },
    "Keras": {
        "RNN": TORCH["RNN"],
        "LSTM": {"i_t": "i", "f_t": "f", r"\tilde{c}_t": "g", "o_t": "o", "c_t": "c", "h_t": "h"}
        | {"c_{t-1}": "c@-1", "h_{t-1}": "h@-1", "x_t": "x"},
        "GRU": {"z_t": "what is kept", "r_t": "r", r"\tilde{h}_t": "n"} | {"h_t": "h", "h_{t-1}": "h@-1", "x_t": "x"},
    },
}
"""What each author's letters stand for, by symbol."""

GATES = {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}
MARKS = {
    "Yang": {"RNN": "a", "LSTM": "ufco", "GRU": "ruc"},
    "Xu": {"RNN": "h", "LSTM": ["i", "f", "", "o"]},
    "Riveill": {"RNN": [""], "LSTM": "ifCo", "GRU": "rzh"},
    "Keras": {"RNN": [""], "LSTM": "ifco", "GRU": "rzh"},
}
"""What the weights of each gate are marked with, in the order of torch's gates."""


def weights(author: str, cell: Cell) -> dict[str, Tensor]:
    """The weights by an author's symbols."""
    torch_weights = cell.symbols()
    if author not in MARKS or cell.kind not in MARKS[author]:
        return torch_weights
    found: list[tuple[str, Tensor]] = []
    for gate, mark in zip(GATES[cell.kind], MARKS[author][cell.kind], strict=True):
        w_x, w_h, b_x, b_h = (torch_weights[f"{letter}{gate}}}"] for letter in ("W_{i", "W_{h", "b_{i", "b_{h"))
        sub, past = (f"_{{{mark}}}" if mark else ""), ("c" if cell.kind == "GRU" else "a")
        match author:
            case "Yang":
                found += [(f"W{sub}", torch.cat([w_h, w_x], 1)), (f"b{sub}", b_x + b_h)]
                found += [(f"W_{{{mark}x}}", w_x), (f"W_{{{mark}{past}}}", w_h)]
                found += [(f"b_{{{mark}x}}", b_x), (f"b_{{{mark}{past}}}", b_h)]
            case "Xu" if cell.kind == "RNN":
                found += [("W_{hx}", w_x), ("W_{hh}", w_h), ("b_{h}", b_x + b_h)]
            case "Xu":
                sup = f"^{{{mark}}}" if mark else ""
                found += [(f"W{sup}", torch.cat([w_x, w_h], 1)), (f"b{sup}", b_x + b_h)]
                found += [(f"W{sup}_{{x}}", w_x), (f"W{sup}_{{h}}", w_h)]
            case "Riveill":
                found += [(f"W{sub}", torch.cat([w_h, w_x], 1)), (f"b{sub}", b_x + b_h)]
                found += [(f"W_{{{mark}x}}", w_x), (f"W_{{{mark}h}}", w_h)]
                found += [(f"b_{{{mark}x}}", b_x), (f"b_{{{mark}h}}", b_h)]
            case "Keras":
                found += [(f"W{sub}", w_x.T), (f"U{sub}", w_h.T), (f"b{sub}", b_x + b_h)]
                found += [(f"b_{{W{mark}}}", b_x), (f"b_{{U{mark}}}", b_h)]
    legend = dict(found)
    assert len(legend) == len(found), "two weights share a symbol"
    return legend


def values(step: Step, done: dict[str, Tensor]) -> dict[str, Tensor]:
    """What a letter may stand for, by name: x, the past, and those values that are done."""
    known = {"x": step.x} | {f"{name}@-1": state for name, state in step.past.items()} | done
    if "z" in done:
        keeps = getattr(step.cell, "update_gate", "") == "keep"
        known["what is kept"] = done["z"] if keeps else 1 - done["z"]
        known["what is written"] = 1 - known["what is kept"]
    return known


def legend(author: str, step: Step, done: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights and values by an author's symbols."""
    known = values(step, done)
    letters = {symbol: known[name] for symbol, name in LETTERS[author][step.cell.kind].items() if name in known}
    return weights(author, step.cell) | letters


def off(latex: str, symbols: dict[str, Tensor], wanted: Tensor) -> float:
    """Largest |difference| of a formula's value and the cell's."""
    value = evaluate(latex, symbols)
    assert value.shape == wanted.shape
    return float((value - wanted).abs().max())


def equation_of(cell: Cell, name: str) -> Equation:
    return next(equation for equation in cell.equations if equation.name == name)


@pytest.fixture(params=VARIANTS)
def step(request: pytest.FixtureRequest) -> Step:
    return Step(request.param)


@pytest.fixture(params=NOTATIONS.values(), ids=list(NOTATIONS))
def notation(request: pytest.FixtureRequest) -> Notation:
    return request.param


@pytest.fixture
def lstm() -> Cell:
    return Step("LSTM tanh tanh").cell


@pytest.fixture
def gru() -> Cell:
    return Step("GRU after keep").cell


# The formulas


def test_every_line_computes_what_the_cell_computes(notation: Notation, step: Step):
    done: dict[str, Tensor] = {}
    for equation in step.cell.equations:
        wanted = step.values[equation.name]
        known = legend(notation.name, step, done)
        assert off(notation.latex(equation, step.cell), known, wanted) <= EXACT, equation
        for term in equation.terms:
            assert off(notation.latex(term, step.cell), known, step.values[term.name]) <= EXACT, term
        done[equation.name] = wanted


def test_every_value_of_a_step_has_a_symbol_that_computes_it(notation: Notation, step: Step):
    known = legend(notation.name, step, step.values)
    for name, wanted in values(step, step.values).items():
        if not name.startswith("what"):
            assert off(notation.symbol(name, step.cell), known, wanted) <= EXACT, name


def test_a_gate_or_state_is_one_letter_but_for_a_z_turned_round(notation: Notation, step: Step):
    for equation in step.cell.equations:
        symbol = notation.symbol(equation.name, step.cell)
        turned = equation.name == "z" and notation.turned(step.cell)
        assert symbol.removeprefix("1 - ") in LETTERS[notation.name][step.cell.kind]
        assert symbol.startswith("1 - ") == turned


def test_pytorch_notation_is_the_cell_s_own(step: Step):
    torch_notation = NOTATIONS["PyTorch"]
    for equation in step.cell.equations:
        assert torch_notation.line(equation, step.cell) == f"{equation.lhs} = {equation.latex}"
        for term in equation.terms:
            assert torch_notation.latex(term, step.cell) == term.latex


def test_no_two_values_share_a_letter(notation: Notation, step: Step):
    symbols = [notation.symbol(name, step.cell) for name in ["x", "h@-1", *(e.name for e in step.cell.equations)]]
    assert len(set(symbols)) == len(symbols)


def test_a_z_that_is_not_turned_round_is_caught():
    step = Step("GRU after keep")
    riveill = NOTATIONS["Riveill"]
    wrong = replace(riveill, hands={**riveill.hands, "GRU": replace(riveill.hands["GRU"], z="keep")})
    line = equation_of(step.cell, "h")
    known = legend("Riveill", step, {name: step.values[name] for name in "rzn"})
    assert off(riveill.latex(line, step.cell), known, step.values["h"]) <= EXACT
    assert off(wrong.latex(line, step.cell), known, step.values["h"]) > 1e-3


def test_brackets_in_the_wrong_order_are_caught():
    step = Step("LSTM tanh tanh")
    xu = NOTATIONS["Xu"]
    turned = replace(xu.hands["LSTM"].sum, total="<w> [<entry>, <x>] + <b>")
    wrong = replace(xu, hands={"LSTM": replace(xu.hands["LSTM"], sum=turned)})
    line, known = equation_of(step.cell, "f"), legend("Xu", step, {})
    assert off(xu.latex(line, step.cell), known, step.values["f"]) <= EXACT
    assert off(wrong.latex(line, step.cell), known, step.values["f"]) > 1e-3


def test_a_column_where_keras_has_a_row_is_caught():
    step = Step("LSTM tanh tanh")
    keras = NOTATIONS["Keras"]
    columns = replace(keras.hands["LSTM"].sum, rows=False)
    wrong = replace(keras, hands={"LSTM": replace(keras.hands["LSTM"], sum=columns)})
    with pytest.raises(ValueError, match="no matrix product"):
        evaluate(wrong.latex(equation_of(step.cell, "f"), step.cell), legend("Keras", step, {}))


# The letters of each author, as their readers know them


def test_yang_opens_gates_named_gamma(lstm: Cell, gru: Cell):
    yang = NOTATIONS["Yang"]
    assert yang.symbol("f", lstm) == r"\Gamma_f^{\langle t \rangle}"
    assert yang.title("i", lstm) == "update gate"
    forget = yang.latex(equation_of(lstm, "f"), lstm)
    assert forget == r"\sigma(W_{f} [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_{f})"
    assert yang.symbol("z", gru) == r"1 - \Gamma_u^{\langle t \rangle}"
    assert yang.symbol("1-z", gru) == r"\Gamma_u^{\langle t \rangle}"
    assert yang.title("z", gru) == "update gate, turned round"


def test_a_reset_after_the_product_is_never_joined_into_one_matrix(gru: Cell):
    for name in ("Yang", "Riveill"):
        assert "[" in NOTATIONS[name].latex(equation_of(gru, "r"), gru)
        assert "[" not in NOTATIONS[name].latex(equation_of(gru, "n"), gru)


def test_a_reset_before_the_product_is_joined_as_the_lectures_print_it():
    cell = Step("GRU before write").cell
    candidate = NOTATIONS["Riveill"].line(equation_of(cell, "n"), cell)
    assert candidate == r"\tilde{h}_t = \tanh(W_{h} \cdot [r_t \odot h_{t-1}, x_t] + b_{h})"


def test_keras_keeps_two_biases_only_with_reset_after(gru: Cell):
    keras, before = NOTATIONS["Keras"], Step("GRU before keep").cell
    assert keras.symbol("a_z", gru) == "x_t W_{z} + b_{Wz} + h_{t-1} U_{z} + b_{Uz}"
    assert keras.symbol("a_z", before) == "x_t W_{z} + h_{t-1} U_{z} + b_{z}"


def test_a_row_reset_after_its_product_stands_in_parentheses(gru: Cell):
    assert NOTATIONS["Keras"].symbol("h_n", gru) == r"r_t \odot (h_{t-1} U_{h})"


def test_an_unknown_value_is_an_error_that_says_what_there_is(notation: Notation, gru: Cell):
    with pytest.raises(KeyError, match=r"GRU has no value 'c'; it has .*write\*n"):
        notation.symbol("c", gru)
    with pytest.raises(KeyError, match="GRU has no equation 'f'; it has r z n h"):
        notation.title("f", gru)


def test_a_cell_without_letters_is_an_error(gru: Cell):
    only_lstm = Notation("Nobody", {"LSTM": NOTATIONS["PyTorch"].hands["LSTM"]})
    with pytest.raises(KeyError, match="Nobody has no letters for GRU; it has some for LSTM"):
        only_lstm.symbol("z", gru)


def test_a_value_inside_another_variant_is_unknown(notation: Notation, lstm: Cell):
    assert notation.symbol("tanh(c)", lstm).startswith(r"\tanh(")
    with pytest.raises(KeyError, match="tanh"):
        notation.symbol("tanh(c)", Step("LSTM tanh identity").cell)


def test_shapes_are_those_of_the_weights(notation: Notation, step: Step):
    known = legend(notation.name, step, step.values)
    for equation in step.cell.equations:
        shapes = dict(notation.shapes(equation, step.cell, H, D))
        assert shapes == {symbol: tuple(known[symbol].shape) for symbol in shapes}
        if equation.total:
            assert (D,) in shapes.values()
            assert any(len(shape) == 2 for shape in shapes.values())


def test_shapes_name_each_symbol_once_and_in_order(lstm: Cell):
    assert NOTATIONS["PyTorch"].shapes(equation_of(lstm, "f"), lstm, 16, 8) == (
        ("W_{if}", (16, 8)),
        ("x_t", (8,)),
        ("b_{if}", (16,)),
        ("W_{hf}", (16, 16)),
        ("h_{t-1}", (16,)),
        ("b_{hf}", (16,)),
    )


# Remarks


def test_where_a_letter_is_turned_round_a_remark_says_so(notation: Notation, step: Step):
    if notation.turned(step.cell):
        assert "1 − z" in notation.remark(step.cell)


def test_a_memory_shown_without_tanh_is_remarked_on(notation: Notation):
    assert "without tanh" in notation.remark(Step("LSTM tanh identity").cell)
    assert "without tanh" not in notation.remark(Step("LSTM tanh tanh").cell)


def test_every_remark_hand_and_title_is_of_a_cell_that_exists(notation: Notation):
    cells = [Step(name).cell for name in VARIANTS]
    options = {f"{kind.__name__} {name}={value}" for kind, given in VARIANTS.values() for name, value in given.items()}
    kinds = {cell.kind for cell in cells}
    assert set(notation.remarks) | set(notation.hands) <= kinds | options
    names = {cell.kind: {equation.name for equation in cell.equations} for cell in cells}
    assert all(set(titles) <= names[kind] for kind, titles in notation.titles.items())


def test_a_lecture_s_own_convention_needs_no_correction():
    riveill = NOTATIONS["Riveill"]
    assert riveill.remark(Step("GRU before write").cell) == ""
    assert "product" in riveill.remark(Step("GRU after write").cell)
    assert "as he prints it" in NOTATIONS["Yang"].remark(Step("LSTM tanh identity").cell)
    assert "Xu's lecture has no GRU" in NOTATIONS["Xu"].remark(Step("GRU after keep").cell)


# HTML


def test_html_of_a_gate_reads_like_the_formula(lstm: Cell):
    shown = html(equation_of(lstm, "f").latex)
    assert shown.replace("<var>", "").replace("</var>", "") == (
        "σ(W<sub>if</sub> x<sub>t</sub> + b<sub>if</sub> + W<sub>hf</sub> h<sub>t−1</sub> + b<sub>hf</sub>)"
    )
    assert shown.startswith("σ(<var>W</var><sub>if</sub> <var>x</var>")


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\Gamma_u^{\langle t-1 \rangle}", "Γ<sub>u</sub><sup>⟨t−1⟩</sup>"),
        (r"(1 - z_t) \odot \tilde{C}_t", "(1 − <var>z</var><sub>t</sub>) ∘ <var>C̃</var><sub>t</sub>"),
        (r"W_{f} \cdot [h, x]", "<var>W</var><sub>f</sub> · [<var>h</var>, <var>x</var>]"),
        (r"z^i = \mathrm{ReLU}(z)", "<var>z</var><sup>i</sup> = ReLU(<var>z</var>)"),
    ],
)
def test_html_knows_the_signs_of_every_notation(latex: str, shown: str):
    assert html(latex) == shown


def test_html_of_every_line_has_known_characters_only(notation: Notation, step: Step):
    for equation in step.cell.equations:
        shown = html(notation.line(equation, step.cell))
        text = re.sub("</?(?:var|sub|sup)>", "", shown)
        assert re.fullmatch("[A-Za-z01σΓ⟨⟩()\\[\\],+−=·∘\u0303 ]+", text), text
        for tag in ("var", "sub", "sup"):
            assert shown.count(f"<{tag}>") == shown.count(f"</{tag}>")


def test_html_keeps_unlike_symbols_unlike(notation: Notation, step: Step):
    symbols = {*LETTERS[notation.name][step.cell.kind], *weights(notation.name, step.cell)}
    assert len({html(symbol) for symbol in symbols}) == len(symbols)


@pytest.mark.parametrize("latex", [r"\frac{a}{b}", "<b>", "a & b", "x_{<}", "W_", "é", "x_é", '"', r"\tilde c"])
def test_html_of_anything_else_is_an_error(latex: str):
    with pytest.raises(ValueError, match="no HTML for"):
        html(latex)


# The document


def table(kind: str) -> dict[str, list[str]]:
    """The rows of a cell's table in docs/notation.md by the value's name: role, title, then one cell per notation."""
    section = DOC.read_text(encoding="utf-8").split(f"\n### {kind}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    assert rows[0] == ["value", "role", *NOTATIONS]
    return {name.strip("`"): rest for name, *rest in rows[2:]}


@pytest.mark.parametrize("variant", ["RNN tanh", "LSTM tanh tanh", "GRU after keep"])
def test_the_document_s_letters_are_those_of_the_notations(variant: str):
    cell = Step(variant).cell
    rows = table(cell.kind)
    roles = {equation.name: equation.role for equation in cell.equations}
    assert list(rows) == [*roles, *(f"{state}@-1" for state in cell.states), "x"]
    for name, (role, *symbols) in rows.items():
        assert role == roles.get(name, "")
        assert symbols == [f"${notation.symbol(name, cell)}$" for notation in NOTATIONS.values()]


def test_the_document_s_formulas_are_those_of_the_notations():
    cells = [Step(name).cell for name in VARIANTS]
    shown = re.findall(r"^- (\w+): \$(.*)\$$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name, _ in shown} == set(NOTATIONS)
    for name, formula in shown:
        assert formula in {NOTATIONS[name].line(equation, cell) for cell in cells for equation in cell.equations}


def test_the_document_s_numbers_are_those_of_the_two_conventions():
    text = DOC.read_text(encoding="utf-8")
    half, none = (torch.full((3,), value, dtype=torch.float64) for value in (0.5, 0.0))
    x = torch.tensor([[1.0], [1.0], [0.0]], dtype=torch.float64)
    for convention in ("keep", "write"):
        cell = GRU(half[:, None], half[:, None], none, none, update_gate=convention)
        h = ", ".join(f"{value:.5f}" for value in cell.run(x)["h"].flatten())
        assert re.search(rf"{h}\s+where\s+z {convention}s", text), h
