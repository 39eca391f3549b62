"""Order: two words compete, and only the order of the sentence says which of them is the answer.

    the dog chased the cat              dog      who did it?
    the cat chased the dog              cat      the same words
    the cat was chased by the dog       dog
    not good , bad                      bad      how is it?
    not bad , good                      good     the same words

Every sentence has two *rivals*, two animals or two opposites, and the answer is one of them. Its *mate* is the same sentence
with the rivals swapped: it has the same bag of words and the other answer. So whoever only counts words is right on exactly
one of the two, at best. A rule of thumb, "the first animal did it", fails at the passive.

Words that say nothing about the answer may stand between: the *length* of a sentence is how many there are. Every pair of
mates belongs to the training sentences or to the held-out ones, by the words in its bag (see `kept_back`).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.network import UNKNOWN, WordModel
from models.tasks.task import NOT_ASKED, Example, Labelling, Marks
from models.tasks.writer import Writer

if TYPE_CHECKING:
    from models.run import Run

PAD = "<pad>"
"""Fills a row of a batch behind its sentence. Nothing is asked there."""

ANIMALS = ("bear", "cat", "cow", "dog", "fox", "goat", "mouse", "wolf")
OPPOSITES = (("good", "bad"), ("warm", "cold"), ("new", "old"), ("loud", "quiet"))
VERBS = ("bit", "chased", "fed", "followed", "heard", "liked", "pushed", "watched")
OPENINGS = ("again", "perhaps", "then", "today", "yesterday")
LOOKS = ("big", "brown", "small", "tired", "white", "young")
MANNERS = ("already", "always", "gladly", "often", "soon")
DEGREES = ("quite", "rather", "really", "so", "very")
TAILS = ("alone", "here", "now", "outside", "there")

VOCABULARY: tuple[str, ...] = (
    PAD, UNKNOWN, "the", "was", "by", "it", "not", "but", ",", ".", *ANIMALS, *(word for pair in OPPOSITES for word in pair),
    *VERBS, *OPENINGS, *LOOKS, *MANNERS, *DEGREES, *TAILS,
)  # fmt: skip
_IDS = {word: k for k, word in enumerate(VOCABULARY)}
_FREE = frozenset((*VERBS, *OPENINGS, *LOOKS, *MANNERS, *DEGREES, *TAILS))

RARE = 0.03
"""Share of the words that say nothing about the answer that training reads as `<unk>`: a visitor has other verbs."""

PAIRS = 250
"""Held-out pairs of each length."""

_HELD_OUT = 7_100_000  # plus the length: the seed of its held-out sentences, far from the seed of any run
_EVERY = 8  # one bag in so many is kept back


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes:
        words: Its T tokens, lower-case.
        rivals: The places of the two words that compete, the right one first.
    """

    words: tuple[str, ...]
    rivals: tuple[int, int]

    @property
    def answer(self) -> str:
        """The rival that is right."""
        return self.words[self.rivals[0]]

    @property
    def mate(self) -> Sentence:
        """The same words with the rivals swapped: the other one is right."""
        right, wrong = self.rivals
        words = list(self.words)
        words[right], words[wrong] = words[wrong], words[right]
        return Sentence(tuple(words), self.rivals)


class _Writer(Writer):
    """Writes sentences; each choice comes from one generator."""

    def sentence(self, length: int, *, back: bool) -> Sentence:
        """A sentence that is kept back for measuring, or one for training."""
        while True:
            found = self._deed(length) if self.often(0.5) else self._quality(length)
            if kept_back(found.words) == back:
                return found

    def _deed(self, length: int) -> Sentence:
        """Somebody does something to somebody: active or passive."""
        doer = self.pick(ANIMALS)
        other = self.pick([animal for animal in ANIMALS if animal != doer])
        verb = self.pick(VERBS)
        opening, first, manner, second, tail = self._spread(length, (OPENINGS, LOOKS, MANNERS, LOOKS, TAILS))
        if self.often(0.5):
            parts = [*opening, "the", *first, doer, *manner, verb, "the", *second, other, *tail]
        else:
            parts = [*opening, "the", *first, other, "was", *manner, verb, "by", "the", *second, doer, *tail]
        return self._ended(parts, doer, other)

    def _quality(self, length: int) -> Sentence:
        """Something is the one and not the other."""
        true, false = self.pick(OPPOSITES) if self.often(0.5) else self.pick(OPPOSITES)[::-1]
        opening, yes, no, tail = self._spread(length, (OPENINGS, DEGREES, DEGREES, TAILS))
        subject = self.pick(([], [], ["it", "was"]))
        said, denied = [*yes, true], ["not", *no, false]
        if self.often(0.5):
            parts = [*opening, *subject, *denied, self.pick((",", "but")), *said, *tail]
        else:
            parts = [*opening, *subject, *said, ",", *denied, *tail]
        return self._ended(parts, true, false)

    def _spread(self, length: int, slots: Sequence[Sequence[str]]) -> list[list[str]]:
        """Words that say nothing, `length` of them, spread over slots; none stands twice in a row."""
        found: list[list[str]] = [[] for _ in slots]
        for _ in range(length):
            place = self.pick(range(len(slots)))
            found[place].append(self.pick([word for word in slots[place] if word not in found[place][-1:]]))
        return found

    def _ended(self, parts: list[str], right: str, wrong: str) -> Sentence:
        words = (*parts, *(["."] if self.often(0.4) else []))
        return Sentence(words, (words.index(right), words.index(wrong)))


def kept_back(words: Sequence[str]) -> bool:
    """Whether sentences with this bag of words are kept back for measuring: one bag in eight, by a checksum."""
    return zlib.crc32(" ".join(sorted(words)).encode()) % _EVERY == 0


def sentence(length: int, generator: torch.Generator) -> Sentence:
    """Writes a training sentence with so many words that say nothing about the answer.

    Raises:
        ValueError: The length is negative.
    """
    if length < 0:
        raise ValueError(f"length is {length}, expected 0 or more words that say nothing about the answer")
    return _Writer(generator).sentence(length, back=False)


@cache
def held_out(length: int, count: int = PAIRS) -> tuple[tuple[Sentence, Sentence], ...]:
    """Pairs of mates on which accuracy is measured: always the same, and none of them is ever a training sentence."""
    writer = _Writer(torch.Generator().manual_seed(_HELD_OUT + length))
    found = (writer.sentence(length, back=True) for _ in range(count))
    return tuple((one, one.mate) for one in found)


def encode(words: Sequence[str]) -> Tensor:
    """The ids (T,) of words; a word outside the vocabulary becomes `<unk>`."""
    return torch.tensor([_IDS.get(word, _IDS[UNKNOWN]) for word in words], dtype=torch.long)


def rows(sentences: Sequence[Sentence]) -> tuple[Tensor, Tensor]:
    """Sentences as word ids (B, T), padded behind, and targets (B, T): the answer at the last word, nothing elsewhere."""
    ids = nn.utils.rnn.pad_sequence([encode(s.words) for s in sentences], batch_first=True, padding_value=_IDS[PAD])
    targets = torch.full(ids.shape, NOT_ASKED)
    last = torch.tensor([len(s.words) - 1 for s in sentences])
    targets[torch.arange(len(sentences)), last] = torch.tensor([_IDS[s.answer] for s in sentences])
    return ids, targets


class Order(Labelling):
    """The language as something to learn: read a sentence, say at its last word which word is the answer."""

    title = "Order: who did it, how is it?"
    rule = (
        "The network reads a sentence. At its last word it says who did it (“the cat was chased by the dog”: dog) or how it "
        "is (“not good, bad”: bad). The answer is a word of the sentence."
    )
    why = "Each sentence has a mate with the same words and the other answer, so counting words is right half of the time."
    unit = "words that say nothing about the answer"
    lengths = (0, 6)
    shortest = 0
    longest = 30
    tested = (0, 2, 4, 6, 9, 12)
    inputs = 16
    classes = VOCABULARY
    score = "share of held-out sentences that are answered rightly"

    def network(self, run: Run, generator: torch.Generator) -> WordModel:
        """An untrained network whose answers are words."""
        model = WordModel(
            run.cell, VOCABULARY, run.hidden, run.inputs, layers=run.layers, nonlinearity=run.nonlinearity
        )  # fmt: skip
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """Always the same word: half of the answers are one of the animals, half one of the opposites, all alike."""
        answers = len(ANIMALS) + 2 * len(OPPOSITES)
        return Marks(1 / answers, math.log(answers))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Word ids (B, T) and targets (B, T), asked at the last word; some words are `<unk>`: see `RARE`."""
        writer, span = _Writer(generator), range(lengths[0], lengths[1] + 1)
        ids, targets = rows([writer.sentence(writer.pick(span), back=False) for _ in range(size)])
        free = torch.tensor([word in _FREE for word in VOCABULARY])[ids]
        hidden = (torch.rand(ids.shape, generator=generator) < RARE) & free
        return ids.masked_fill(hidden, _IDS[UNKNOWN]), targets

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """Both sentences of every held-out pair of one length."""
        return rows([one for pair in held_out(length) for one in pair])

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sentence with its answer at the last word."""
        found = sentence(length, generator)
        return Example(found.words, encode(found.words), ("",) * (len(found.words) - 1) + (found.answer,))
