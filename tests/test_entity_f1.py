"""Entity F1: spans, whole entities, a published result as an oracle."""

import os
from pathlib import Path

import pytest

from models.entity_f1 import Score, Span, as_bio, score, spans
from models.loaders import columns

DATA = Path(os.environ.get("RNN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "wnut17"


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O O O", ()),
        ("B-x I-x O", (Span(0, 2, "x"),)),
        ("B-x B-x", (Span(0, 1, "x"), Span(1, 2, "x"))),
        ("I-x I-x O I-y", (Span(0, 2, "x"), Span(3, 4, "y"))),
        ("B-x I-y I-y", (Span(0, 1, "x"), Span(1, 3, "y"))),
        ("O B-creative-work I-creative-work", (Span(1, 3, "creative-work"),)),
        ("", ()),
    ],
)
def test_entities_begin_at_b_and_at_an_i_that_does_not_go_on(tags, found):
    assert spans(tags.split()) == found


def test_iob1_reads_as_bio():
    assert as_bio(["I-x", "I-x", "B-x", "O", "I-y"]) == ("B-x", "I-x", "B-x", "O", "B-y")
    assert as_bio(["B-x", "I-x", "O"]) == ("B-x", "I-x", "O")


def test_an_entity_counts_only_as_a_whole_and_with_its_type():
    gold = [["B-x", "I-x", "O", "B-y"], ["B-x"]]
    found = score(gold, [["B-x", "O", "O", "B-y"], ["B-y"]])
    assert found == Score(gold=3, predicted=3, right=1)
    assert found.precision == found.recall == found.f1 == pytest.approx(1 / 3)


def test_precision_recall_and_f1_by_hand():
    found = Score(gold=4, predicted=2, right=1)
    assert (found.precision, found.recall) == (0.5, 0.25)
    assert found.f1 == pytest.approx(2 * 0.5 * 0.25 / 0.75)


def test_who_always_says_o_scores_0_and_the_truth_scores_1():
    gold = [["B-x", "I-x", "O"]]
    assert score(gold, [["O"] * 3]).f1 == 0
    assert score(gold, gold).f1 == 1
    assert score([["O"]], [["O"]]).f1 == 0


def test_what_does_not_fit_together_is_named():
    with pytest.raises(ValueError, match="has 0 sentences, expected 1"):
        score([["O"]], [])
    with pytest.raises(ValueError, match="sentence 0 has 2 tags, expected 1"):
        score([["O"]], [["O", "O"]])
    for tag in ("B", "X-y", "B-", ""):
        with pytest.raises(ValueError, match="expected O, B-type or I-type"):
            spans(["O", tag])


@pytest.mark.skipif(not DATA.exists(), reason="needs WNUT 2017 in the folder that RNN_DATA names, or in ../shared/data")
def test_the_winning_entry_of_wnut_2017_scores_what_was_published():
    read = [
        columns.read((DATA / name).read_bytes()) for name in ("emerging.test.annotated", "submission_uh_ritual.txt")
    ]
    gold, said = ([sentence.tags for sentence in corpus.sentences] for corpus in read)
    found = score(gold, said)
    assert [round(100 * value, 2) for value in (found.f1, found.precision, found.recall)] == [41.86, 57.54, 32.90]
