"""Digests tell answers apart by every bit, and outlines say what is in them."""

import datetime as dt
import enum
import fractions
import pathlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.digest import digest, leaves, outline, report, save
from models.reading import Question, read


@dataclass(frozen=True)
class Answer:
    name: str
    values: object
    note: tuple[str, ...] = ()


class Colour(enum.Enum):
    RED = 1


class Loose:
    def __init__(self) -> None:
        self.inside = np.arange(3)
        self.me = self


A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, np.nextafter(4, 5)]])

PAIRS = [
    (A, B), (A, A.astype(np.float32)), (A, A.T), (A, A.ravel()), (1, 1.0), (1, True), ("1", 1), (None, ""),
    ((1, 2), (2, 1)),
    ({"a": 1}, {"b": 1}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (Answer("x", A), Answer("x", B)), ([A], [[A]]),
    (np.array([0.0]), np.array([-0.0])), (2**70, 2**70 + 1), (b"a", "a"), (Colour.RED, "x"), ((), ("",)),
    (["ab"], ["a", "b"]),
    (dt.date(2026, 1, 1), dt.date(2026, 1, 2)), (pathlib.PurePath("a"), pathlib.PurePath("b")),
    (fractions.Fraction(1, 3), fractions.Fraction(1, 4)), (np.array(["a"]), np.array(["b"])), (int, float),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_unlike_answers_have_unlike_digests(one, other):
    assert digest(one) != digest(other)
    assert digest(one) == digest(one)


def test_one_weight_changes_the_digest_of_a_network():
    network = nn.Linear(3, 2)
    before = digest(network)
    with torch.no_grad():
        network.bias[0] += 1e-3
    assert digest(network) != before
    assert [name for name, _ in leaves(network)] == ["['weight']", "['bias']"]


def test_a_thing_that_contains_itself_ends():
    found: dict[str, Any] = dict(leaves(Loose()))
    assert np.array_equal(found["inside"], [0, 1, 2])
    assert found["me"] == "(see above)"


def test_no_leaf_names_a_place_in_memory():
    # It would be another one in every process.
    for value in (Loose(), Colour.RED, len, lambda: None, object(), Answer("x", object()), nn.ReLU()):
        assert "0x" not in str(list(leaves(value)))


def test_every_array_of_a_reading_is_among_its_leaves():
    reading = read(Question("The cat was full."))
    found: dict[str, Any] = dict(leaves(reading))
    assert np.array_equal(found["trace._values['f']"], reading.trace["f"])
    assert np.array_equal(found["probabilities"], reading.probabilities)
    assert found["tokens[1]"] == "cat"


def test_equal_questions_have_answers_of_one_digest_and_others_have_not():
    question = Question("The cat was full.", "GRU")
    assert digest(read(question)) == digest(read(question))
    assert digest(read(question)) != digest(read(replace(question, text="The dog was full.")))


def test_an_outline_says_shape_and_range():
    lines = outline(Answer("x", np.array([[1.0, np.nan], [3.0, 8.0]]), ("a",)))
    assert lines == ["name: 'x'", "values: 2 × 2 of float64, 1 to 8, mean 4", "note[0]: 'a'"]
    assert outline(np.array([0.5, 1.5])) == ["value: [0.5, 1.5]"]
    assert outline(np.full((3, 3), np.nan)) == ["value: 3 × 3 of float64, none finite"]
    assert outline(np.zeros((0, 4))) == ["value: 0 × 4 of float64"]
    assert outline("a" * 1000)[0].endswith("… (1,002 characters)")


def test_a_long_outline_counts_what_it_leaves_out():
    lines = outline(["a"] * 100, most=10)
    assert len(lines) == 10
    assert lines[-1] == "… and 91 more"


def test_a_report_has_every_answer_with_its_digest():
    text = report({"one": A, "two": B})
    assert f"one   [{digest(A)}]" in text
    assert f"two   [{digest(B)}]" in text


def test_what_is_saved_reads_back_to_the_last_bit(tmp_path):
    save({"one": Answer("x", A), "two": (2**70, None, "word", 1.5)}, tmp_path / "numbers.npz")
    with np.load(tmp_path / "numbers.npz") as numbers:
        assert set(numbers) == {"one: name", "one: values", "two: [0]", "two: [2]", "two: [3]"}
        assert np.array_equal(numbers["one: values"], A)
        assert str(numbers["two: [0]"]) == str(2**70)
