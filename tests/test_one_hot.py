"""One-hot vectors and letter trigrams: the lecture's numbers, what all pairs have in common, and what has no place."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch

from models import one_hot, trigrams
from models.one_hot import LECTURE, Lexicon
from models.text import words

XU = Lexicon(LECTURE)


# ---- one-hot ---------------------------------------------------------------------------------------------------------


def test_cat_is_the_third_of_five():
    assert XU.vector("cat").tolist() == [0, 0, 1, 0, 0]


def test_vectors_are_those_of_torch():
    wanted = torch.nn.functional.one_hot(torch.arange(5))
    assert XU.vectors(LECTURE).tolist() == wanted.tolist()


@pytest.mark.parametrize("pair", [*itertools.combinations(LECTURE, 2)])
def test_any_two_words_have_dot_product_0_and_distance_root_2(pair):
    found = one_hot.compare(*XU.vectors(pair))
    assert found.dot == 0
    assert found.distance == math.sqrt(2)


def test_an_unknown_word_is_dark_or_lights_the_sixth_cell():
    assert XU.vector("gandalf").tolist() == [0] * 5
    assert Lexicon(LECTURE, other=True).vector("gandalf").tolist() == [0, 0, 0, 0, 0, 1]


def test_all_unknown_words_are_one():
    found = one_hot.compare(*Lexicon(LECTURE, other=True).vectors(["gandalf", "frodo"]))
    assert (found.dot, found.distance) == (1, 0)


def test_a_lexicon_is_typed_with_commas_or_blanks():
    assert one_hot.read_lexicon("apple, bag, cat, dog, elephant") == XU == one_hot.read_lexicon(" ".join(LECTURE))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "0 words"), (" , ", "0 words"), ("cat dog Cat", "'cat' twice"), (" ".join(map(str, range(31))), "31 words")],
)
def test_a_wrong_lexicon_gets_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        one_hot.read_lexicon(text)


def test_coverage_counts_words_and_not_kinds_of_words():
    assert one_hot.coverage(["cat", "cat", "gandalf", "dog"], XU) == 0.75
    with pytest.raises(ValueError, match="0 words"):
        one_hot.coverage([], XU)


def test_the_curve_of_coverage_is_that_of_every_vocabulary():
    tokens = words("the cat saw the dog and the dog saw the bird")
    found = one_hot.coverages(tokens)
    wanted = [one_hot.coverage(tokens, one_hot.most_frequent(tokens, size)) for size in range(1, 7)]
    assert found.tolist() == pytest.approx(wanted)
    assert found[0] == Counter(tokens)["the"] / len(tokens)
    assert found[-1] == 1


def test_the_lectures_sentence_has_seven_tokens_and_an_end():
    read, said = one_hot.shifted(words("People eat 3 meals per day. <EOS>"))
    assert said == ["people", "eat", "3", "meals", "per", "day", ".", "<eos>"]
    assert read == ["", *said[:-1]]


def test_an_end_is_added_where_it_is_missing():
    assert one_hot.shifted(["a"]) == (["", "a"], ["a", "<eos>"])


# ---- letter trigrams -------------------------------------------------------------------------------------------------


def test_apple_lights_three_cells_of_17576():
    assert trigrams.trigrams("apple") == ("app", "ppl", "ple")
    assert trigrams.cells() == 17_576


def test_apple_with_marks_lights_five_of_19683():
    assert trigrams.trigrams("apple", marks=True) == ("#ap", "app", "ppl", "ple", "le#")
    assert trigrams.cells(marks=True) == 19_683


@pytest.mark.parametrize("marks", [False, True])
def test_every_trigram_has_a_cell_of_its_own(marks):
    signs = trigrams.LETTERS + trigrams.MARK * marks
    found = [trigrams.cell("".join(three), marks=marks) for three in itertools.product(signs, repeat=3)]
    assert found == list(range(trigrams.cells(marks=marks)))


def test_a_trigram_that_comes_twice_lights_one_cell():
    assert trigrams.trigrams("banana") == ("ban", "ana", "nan")
    assert set(trigrams.trigrams("bananana")) == set(trigrams.trigrams("banana"))  # so two words may be alike


def test_the_overlap_is_the_cosine_of_the_vectors():
    found = trigrams.compare("apple", "apply")
    vectors = np.zeros((2, trigrams.cells()))
    for row, each in zip(vectors, (found.one, found.other), strict=True):
        row[[trigrams.cell(three) for three in each]] = 1
    assert found.shared == ("app", "ppl")
    assert found.cosine == pytest.approx(vectors[0] @ vectors[1] / np.linalg.norm(vectors, axis=1).prod())


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("", "There is no word"),
        ("   ", "There is no word"),
        ("🐈", "none of the 26 letters"),
        ("catch22", "“2” is none"),
        ("naïve", "“ï” is none"),
        ("a b", "“ ” is none"),
        ("\x00", "U\\+0000"),
        ("a", "1 letter, and a trigram needs three"),
        ("ab", "2 letters"),
        ("a" * 41, "41 letters"),
    ],
)
def test_a_hostile_word_gets_a_sentence(word, sentence):
    with pytest.raises(ValueError, match=sentence):
        trigrams.trigrams(word)


def test_with_marks_one_letter_is_enough():
    assert trigrams.trigrams("a", marks=True) == ("#a#",)
