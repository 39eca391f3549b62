"""Word hashing: a word as its letter trigrams, so that no word is unknown and like spellings share ones.

    trigrams("apple")                   # app ppl ple: 3 ones among 26³ = 17,576 cells
    trigrams("apple", marks=True)       # #ap app ppl ple le#: 5 ones among 27³ = 19,683
    cell("app")                         # 395, its place among the cells
    compare("apple", "apply").shared

Source: Xu, lecture on recurrent networks; Huang et al. 2013, "Learning deep structured semantic models", section 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARK = "#"
"""Stands before and behind a word."""

LONGEST = 40
"""Letters of a word at most."""


@dataclass(frozen=True)
class Shared:
    """Two words as sets of trigrams.

    Attributes:
        one, other: The trigrams of each, in order, each once.
        shared: Those that both have, in the order of the first.
        cosine: Of the angle between both vectors of noughts and ones: |shared| / √(|one| |other|).
    """

    one: tuple[str, ...]
    other: tuple[str, ...]
    shared: tuple[str, ...]
    cosine: float


def cells(*, marks: bool = False) -> int:
    """How many trigrams there are: the size of the vector."""
    return (len(LETTERS) + marks) ** 3


def cell(trigram: str, *, marks: bool = False) -> int:
    """The place of a trigram, from 0, in the order of the alphabet; the mark comes last.

    Raises:
        ValueError: It is no trigram over these signs.
    """
    signs = LETTERS + MARK * marks
    if len(trigram) != 3 or set(trigram) - set(signs):
        raise ValueError(f"trigram is {trigram!r}, expected three of {signs}")
    place = 0
    for sign in trigram:
        place = place * len(signs) + signs.index(sign)
    return place


def trigrams(word: str, *, marks: bool = False) -> tuple[str, ...]:
    """The different trigrams of a word, in order: the cells that are 1.

    Args:
        word: Letters a to z; capitals are lower-cased.
        marks: Put `MARK` before and behind the word first.

    Raises:
        ValueError: It is empty, too long, has other signs, or is too short for a trigram; with a sentence that says so.
    """
    typed = word.strip().lower()
    if not typed:
        raise ValueError("There is no word")
    if len(typed) > LONGEST:
        raise ValueError(f"The word has {len(typed):,} letters, and at most {LONGEST} are read here")
    if strange := [sign for sign in typed if sign not in LETTERS]:
        raise ValueError(f"“{_shown(strange[0])}” is none of the 26 letters a to z, so it has no cell")
    marked = f"{MARK}{typed}{MARK}" if marks else typed
    if len(marked) < 3:
        letters = "1 letter" if len(typed) == 1 else f"{len(typed)} letters"
        raise ValueError(f"The word has {letters}, and a trigram needs three signs: put the marks on")
    return tuple(dict.fromkeys(marked[k : k + 3] for k in range(len(marked) - 2)))


def compare(one: str, other: str, *, marks: bool = False) -> Shared:
    """What the trigrams of two words have in common.

    Raises:
        ValueError: A word has none; see `trigrams`.
    """
    first, second = trigrams(one, marks=marks), trigrams(other, marks=marks)
    shared = tuple(found for found in first if found in second)
    return Shared(first, second, shared, len(shared) / (len(first) * len(second)) ** 0.5)


def _shown(sign: str) -> str:
    """A sign in a sentence: what would not print, or would be markup, by its number."""
    return sign if sign.isprintable() and sign not in "`$*_[]<>\\|~" else f"U+{ord(sign):04X}"
