"""Entity F1: how many named entities a tagger finds from their first word to their last, with the right type.

    found = score(gold, predicted)          # tags of sentences, "B-person" "I-person" "O"
    found.precision, found.recall, found.f1

An entity counts only as a whole: a tag right and the next one wrong is an entity missed. The tag of each word of no entity
counts nothing, so who always says O scores 0, however many words that gets right. This is the measure of the CoNLL-2003
shared task (Tjong Kim Sang & De Meulder 2003) and of WNUT 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

OUTSIDE = "O"
"""The tag of a word of no entity."""


class Span(NamedTuple):
    """An entity: words `start` to `stop` - 1 of a sentence, and its type."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class Score:
    """Entities counted.

    Attributes:
        gold: How many there are.
        predicted: How many the tagger said.
        right: How many of these are there, exactly.
    """

    gold: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """Share of what the tagger said that is right, in [0, 1]; 0 where it said nothing."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that the tagger found, in [0, 1]; 0 where nothing is there."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both, 2 P R / (P + R); 0 where both are 0."""
        return 2 * self.right / (self.gold + self.predicted) if self.right else 0.0


def spans(tags: Sequence[str]) -> tuple[Span, ...]:
    """The entities of one sentence.

    An entity begins at a B, and at an I that does not go on with the type before it. So IOB1, which writes B only where
    two entities of one type touch, reads as BIO.

    Raises:
        ValueError: A tag is neither O nor B-type nor I-type.
    """
    found: list[Span] = []
    start, kind = 0, ""
    for place, tag in enumerate((*tags, OUTSIDE)):
        mark, _, name = tag.partition("-")
        if tag != OUTSIDE and (mark not in ("B", "I") or not name):
            raise ValueError(f"tag {place} is {tag!r}, expected O, B-type or I-type")
        if kind and (mark != "I" or name != kind):
            found.append(Span(start, place, kind))
            kind = ""
        if tag != OUTSIDE and not kind:
            start, kind = place, name
    return tuple(found)


def as_bio(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags of one sentence in BIO: every entity begins with B. What is BIO already stays as it is.

    Raises:
        ValueError: What `spans` raises.
    """
    found = [OUTSIDE] * len(tags)
    for start, stop, kind in spans(tags):
        found[start:stop] = [f"B-{kind}", *[f"I-{kind}"] * (stop - start - 1)]
    return tuple(found)


def score(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> Score:
    """Counts the entities of sentences, tags of each sentence in the same order in both.

    Raises:
        ValueError: The sentences or their words are not equally many, or what `spans` raises.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"predicted has {len(predicted)} sentences, expected {len(gold)} as in gold")
    counts = [0, 0, 0]
    for number, (truth, said) in enumerate(zip(gold, predicted, strict=True)):
        if len(truth) != len(said):
            raise ValueError(f"predicted sentence {number} has {len(said)} tags, expected {len(truth)} as in gold")
        there, found = set(spans(truth)), set(spans(said))
        for k, size in enumerate((len(there), len(found), len(there & found))):
            counts[k] += size
    return Score(*counts)
