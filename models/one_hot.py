"""One-hot vectors: a word as a row of noughts with a single one, at the word's place in a lexicon.

    lexicon = Lexicon(("apple", "bag", "cat", "dog", "elephant"))
    lexicon.vector("cat")           # 0 0 1 0 0
    Lexicon(..., other=True).vector("gandalf")      # 0 0 0 0 0 1: the dimension "other"
    coverage(words(text), lexicon)

Source: Xu, lecture on recurrent networks (one-hot, dimension "other"); `<unk>` and `<eos>` as language models write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.network import END
from models.text import words
from models.told import Told

LECTURE = ("apple", "bag", "cat", "dog", "elephant")
"""Xu's lexicon."""

LARGEST = 30
"""Words of a lexicon that a visitor types: as many dimensions as one can look at."""


@dataclass(frozen=True)
class Lexicon:
    """Words in order; the place of a word is its dimension.

    Attributes:
        words: V distinct words.
        other: One more dimension, the last one, for every word that is not among them.

    Raises:
        ValueError: There is no word, or a word stands twice.
    """

    words: tuple[str, ...]
    other: bool = False

    def __post_init__(self) -> None:
        if not self.words:
            raise ValueError(Told("the lexicon has 0 words, expected 1 or more"))
        if twice := [word for word, count in Counter(self.words).items() if count > 1]:
            raise ValueError(
                Told(
                    "the lexicon has {word} twice, expected every word once: a word has one place", word=repr(twice[0])
                )
            )

    @property
    def size(self) -> int:
        """Dimensions of a vector."""
        return len(self.words) + self.other

    def place(self, word: str) -> int | None:
        """The dimension of a word, from 0; None where it has none."""
        if word in self.words:
            return self.words.index(word)
        return len(self.words) if self.other else None

    def vector(self, word: str) -> NDArray[np.float64]:
        """The one-hot vector of a word, (`size`,); all 0 where it has no dimension."""
        found = np.zeros(self.size)
        place = self.place(word)
        if place is not None:
            found[place] = 1
        return found

    def vectors(self, tokens: Sequence[str]) -> NDArray[np.float64]:
        """One row for each word, (T, `size`)."""
        return np.stack([self.vector(word) for word in tokens]) if tokens else np.zeros((0, self.size))


@dataclass(frozen=True)
class Pair:
    """Two vectors compared.

    Attributes:
        dot: Sum of the products of their numbers.
        distance: Length of the difference.
    """

    dot: float
    distance: float


def compare(one: NDArray, other: NDArray) -> Pair:
    """Compares two vectors of one size."""
    return Pair(float(one @ other), float(np.linalg.norm(one - other)))


def read_lexicon(text: str, *, other: bool = False) -> Lexicon:
    """A lexicon that somebody typed: words parted by blanks or commas, lower-cased.

    Raises:
        ValueError: No word, more than `LARGEST`, or a word twice: with a sentence for who typed.
    """
    found = [word for word in words(text) if word not in (",", ";")]
    if len(found) > LARGEST:
        raise ValueError(
            Told("the lexicon has {count:,} words, expected at most {most}", count=len(found), most=LARGEST)
        )
    return Lexicon(tuple(found), other)


def most_frequent(tokens: Sequence[str], size: int) -> Lexicon:
    """The `size` most frequent words of a text, ties in the order in which they come; all others share one place.

    Raises:
        ValueError: The text has no word, or the size is below 1.
    """
    if size < 1:
        raise ValueError(Told("size is {size}, expected 1 or more", size=size))
    return Lexicon(tuple(word for word, _ in Counter(tokens).most_common(size)), other=True)


def coverage(tokens: Sequence[str], lexicon: Lexicon) -> float:
    """Share of the words of a text that have a dimension of their own, in [0, 1].

    Raises:
        ValueError: There is no word.
    """
    if not tokens:
        raise ValueError(Told("the text has 0 words, expected 1 or more"))
    known = set(lexicon.words)
    return sum(token in known for token in tokens) / len(tokens)


def coverages(tokens: Sequence[str]) -> NDArray[np.float64]:
    """The share of a text that its 1, 2, ... most frequent words cover, (V,): the last one is 1.

    Raises:
        ValueError: There is no word.
    """
    if not tokens:
        raise ValueError(Told("the text has 0 words, expected 1 or more"))
    counts = np.array([count for _, count in Counter(tokens).most_common()])
    return counts.cumsum() / len(tokens)


def shifted(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a language model reads and what it should say, T each: x_t = y_{t-1}, and the first thing that it reads is "".

    The text ends with `<eos>`, which is added where it is missing. The "" stands for the vector of noughts.
    """
    said = [*tokens] if tokens and tokens[-1] == END else [*tokens, END]
    return ["", *said[:-1]], said
