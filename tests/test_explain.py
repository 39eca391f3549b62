import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from models.change import changes
from models.reading import VARIANTS, Question, read
from playground import explain, export
from playground.arithmetic import filled, number
from playground.notation import NOTATIONS
from playground.player import Cursor

TEXT = "The cat, which already ate the dragon, was full."
FORMS = [(cell, form) for cell, forms in VARIANTS.items() for form in forms]


def value_of(latex):
    """A number as `number` writes it."""
    mantissa, *power = latex.split(r" \cdot 10^")
    return float(mantissa) * 10.0 ** int(power[0].strip("{}")) if power else float(mantissa)


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (0.5, "0.500"),
        (0.0, "0.000"),
        (-1.25, "-1.250"),
        (0.00012, r"1.20 \cdot 10^{-4}"),
        (-4e5, r"-4.00 \cdot 10^{5}"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_a_number_has_three_decimals_or_a_power_of_ten(value, latex):
    assert number(value) == latex


@pytest.mark.parametrize(("cell", "form"), FORMS)
def test_the_arithmetic_on_the_page_ends_with_the_value_and_adds_up(cell, form):
    trace = read(Question(TEXT, cell, variant=form)).trace
    for equation in trace.equations:
        for step, unit in ((0, 0), (5, 11), (11, 15)):
            latex = filled(trace, equation, step, unit)
            *before, last = latex.split(" = ")
            assert value_of(last) == pytest.approx(float(trace[equation.name][step, unit]), abs=6e-4, rel=6e-3)
            if not equation.squash_latex or "10^" in latex:
                continue
            inside = re.search(r"\((.*)\)", before[0])
            assert inside is not None
            terms = inside[1].replace(" - ", " + -").split(" + ")
            assert len(terms) == 3
            assert sum(map(float, terms)) == pytest.approx(float(trace[equation.total][step, unit]), abs=2e-3)


def test_the_first_step_multiplies_the_memory_that_was_there_before():
    trace = read(Question(TEXT)).trace
    memory = next(equation for equation in trace.equations if equation.name == "c")
    f, i, g = (number(float(trace[name][0, 2])) for name in "fig")
    i, g = (f"({v})" if v.startswith("-") else v for v in (i, g))
    assert filled(trace, memory, 0, 2).startswith(rf"{f} \cdot 0.000 + {i} \cdot {g}")


@pytest.mark.parametrize("author", NOTATIONS)
@pytest.mark.parametrize("cell", VARIANTS)
def test_every_line_of_every_notation_comes_with_numbers_and_shapes(author, cell):
    trace = read(Question(TEXT, cell)).trace
    found = [line for pair in explain.pairs(trace, NOTATIONS[author], Cursor(3, 4)) for line in pair]
    assert len(found) == len(trace.names)
    for title, latex, shapes in found:
        assert title
        assert latex.count("&=") in (3, 4)  # the letters, then one line or two of arithmetic, then the value
        assert "16" in shapes


def test_the_badge_says_exact_only_where_torch_agrees():
    exact, other = Question(TEXT, "GRU"), Question(TEXT, "GRU", variant="lecture")
    assert "torch.nn.GRU" in explain.exactness(exact, read(exact))
    assert "agree" in explain.exactness(exact, read(exact))
    assert "has no form" in explain.exactness(other, read(other))


def test_the_table_of_the_lecture_has_a_row_for_each_word_with_the_gate_and_the_memory():
    reading = read(Question(TEXT, "GRU"))
    head, _, *rows = explain.memory_table(reading, 11).split("\n")
    assert len(rows) == 12
    assert head.startswith("| word | write")
    write, h = reading.trace["1-z"][1, 11], reading.trace["h"][1, 11]
    assert h < 0
    assert rows[1] == f"| cat | {write:.2f} | −{-h:.2f} |"


@pytest.mark.parametrize("guess", ["c", "h", "same"])
def test_a_guess_is_graded_from_the_tensors(guess):
    found = changes(read(Question(TEXT)).trace)
    c, h = found
    right = explain.graded(guess, found).startswith("**Right")
    assert right == (guess == ("c" if c.relative > h.relative else "h"))


def test_the_csv_reads_back_as_the_same_float32():
    reading = read(Question(TEXT, hidden=5, trained=False))
    rows = list(csv.DictReader(io.StringIO(export.as_csv(reading))))
    assert len(rows) == 12 * 5
    assert (rows[6]["step"], rows[6]["token"], rows[6]["unit"]) == ("2", "cat", "2")
    for name in [*reading.trace.names, *reading.trace.inner]:
        back = np.array([row[name] for row in rows], dtype=np.float32).reshape(12, 5)
        assert np.array_equal(back, reading.trace[name]), name


def test_no_word_of_a_visitor_is_a_formula_in_the_csv():
    reading = replace(read(Question("a b c", hidden=1, trained=False)), tokens=["=1+1", "-3", "@x"])
    rows = list(csv.DictReader(io.StringIO(export.as_csv(reading), newline="")))
    assert [row["token"] for row in rows] == ["'=1+1", "'-3", "'@x"]
    assert not [value for row in rows for name, value in row.items() if name != "token" and value.startswith("'")]


def test_the_json_holds_tokens_guesses_and_the_whole_trace():
    reading = read(Question(TEXT, "GRU"))
    whole = json.loads(export.as_json(reading))
    assert whole["tokens"][:2] == ["the", "cat"]
    assert whole["known"][7] is False
    assert np.allclose(whole["values"]["z"], reading.trace["z"])
