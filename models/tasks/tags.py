"""Named entities, word by word: the language of `models/tasks/entities.py` as something to watch being learned.

    the mayor of <unk>   met anna     jordan   from the jordan    bank      .
    O   O     O  B-place O   B-person I-person O    O   B-company I-company O

A network tags every word of a text of one or more sentences, in BIO. It reads whole words in small letters, and half of
the names are made up: of those it only reads `<unk>`, and nothing but the words around them can tell it what they are.

**Three words in four are in no name**, so a tagger that always says O is right in three words of four and has found
nothing. Therefore O where O is right scores nothing here. What counts are the words that are in a name *or* are said to be
in one, and the score is the share of those with exactly the right tag. A name that is missed counts against a tagger, and
so does a name that it makes up. Who always says O scores 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.entity_f1 import score
from models.labeller import PAD_ID, Labeller
from models.network import UNKNOWN
from models.tasks import entities
from models.tasks.entities import TAGS, EntityWriter, Sentence
from models.tasks.task import NOT_ASKED, Example, Labelling, Marks, Measure

if TYPE_CHECKING:
    from models.run import Run

PAD = "<pad>"
"""Fills a row of a batch behind its text."""

VOCABULARY: tuple[str, ...] = (PAD, UNKNOWN, *entities.VOCABULARY)
"""What is read, by number."""

_IDS = {word: k for k, word in enumerate(VOCABULARY)}
_TAG_IDS = {tag: k for k, tag in enumerate(TAGS)}

OUTSIDE = _TAG_IDS["O"]
"""The number of the tag of a word in no name."""

LONGEST = 2
"""Sentences of the longest training text."""

_TEXTS = 200  # held-out texts of each length
_HELD_OUT = 6_200_000  # plus the sentences: the seed of the held-out texts, far from the seed of any run
_COUNTED = 4_000  # training sentences that the baseline counts


def text(sentences: int, writer: EntityWriter) -> Sentence:
    """So many sentences in a row, as one.

    Raises:
        ValueError: There is none.
    """
    if sentences < 1:
        raise ValueError(f"sentences is {sentences}, expected 1 or more")
    parts = [writer.sentence() for _ in range(sentences)]
    return Sentence(
        tuple(word for part in parts for word in part.words),
        tuple(tag for part in parts for tag in part.tags),
        tuple(name for part in parts for name in part.parts),
    )


@cache
def held_out(sentences: int, count: int = _TEXTS) -> tuple[Sentence, ...]:
    """The texts on which accuracy is measured: always the same, their made-up words from syllables of their own."""
    writer = EntityWriter(torch.Generator().manual_seed(_HELD_OUT + sentences), entities.UNSEEN_SYLLABLES)
    return tuple(text(sentences, writer) for _ in range(count))


def encode(words: Sequence[str]) -> Tensor:
    """The ids (T,) of words in small letters; a word outside the vocabulary becomes `<unk>`."""
    return torch.tensor([_IDS.get(word.lower(), _IDS[UNKNOWN]) for word in words], dtype=torch.long)


def rows(texts: Sequence[Sentence]) -> tuple[Tensor, Tensor]:
    """Texts as word ids (B, T) and tag numbers (B, T), padded behind."""
    ids = nn.utils.rnn.pad_sequence([encode(t.words) for t in texts], batch_first=True, padding_value=PAD_ID)
    tags = nn.utils.rnn.pad_sequence(
        [torch.tensor([_TAG_IDS[tag] for tag in t.tags]) for t in texts], batch_first=True, padding_value=NOT_ASKED
    )
    return ids, tags


def right(said: Tensor, tags: Tensor) -> Tensor:
    """Whether tags said (...) are the right ones (...), at the words that are in a name or are said to be, (N,)."""
    asked = (tags != NOT_ASKED) & ((tags != OUTSIDE) | (said != OUTSIDE))
    return (said == tags)[asked]


@dataclass(frozen=True)
class Frequencies:
    """What a tagger can do that knows how often each word had which tag, and nothing else.

    Attributes:
        tags: The most frequent tag of each word of the vocabulary, a number; O for a word that no training text had.
        marks: What that scores on the held-out texts of the trained lengths.
        every: Share of all words with the right tag.
    """

    tags: Tensor
    marks: Marks
    every: float


@cache
def most_frequent() -> Frequencies:
    """The baseline, counted on training sentences."""
    writer, counts = EntityWriter(torch.Generator().manual_seed(_HELD_OUT - 1)), Counter[tuple[int, str]]()
    for _ in range(_COUNTED):
        found = writer.sentence()
        counts.update(zip(encode(found.words).tolist(), found.tags, strict=True))
    table = torch.tensor([[counts[word, tag] for tag in TAGS] for word in range(len(VOCABULARY))]).double()  # (V, K)
    best = table.argmax(1)  # O is the first tag, so a word that was never seen gets it
    shares = (table + 1e-3) / (table + 1e-3).sum(1, keepdim=True)
    ids, tags = _together()
    loss = -shares[ids, tags].log().mean().item()
    said = best[ids]
    marks = Marks(right(said, tags).double().mean().item(), loss)
    return Frequencies(best, marks, (said == tags).double().mean().item())


def _together() -> tuple[Tensor, Tensor]:
    """All words of the held-out texts of the trained lengths, as ids (N,) and tag numbers (N,)."""
    ids, tags = rows([found for sentences in range(1, LONGEST + 1) for found in held_out(sentences)])
    return ids[tags != NOT_ASKED], tags[tags != NOT_ASKED]


class Entities(Labelling):
    """The language as something to learn: read a text, tag every word.

    Args:
        both_ways: Its networks read both ways.
    """

    why = (
        "Half of the names were never seen before: only the words around tell what they are, now and then words that come "
        "after them. Always saying “O” is right in three words of four and finds no name, so here it scores 0."
    )
    unit = "sentences in a text"
    lengths = (1, LONGEST)
    longest = 12
    tested = (1, 2, 4, 8, 12)
    inputs = 16
    classes = TAGS
    score = "share right of words in names, true or claimed"

    def __init__(self, *, both_ways: bool) -> None:
        self.both_ways = both_ways
        self.title = "Named entities, read both ways" if both_ways else "Named entities, read forward"
        self.rule = (
            "The network says at every word whether a name of a person, a place or a company begins there (B), goes on "
            "there (I), or neither (O). A word that is made up is read as `<unk>`. It reads both ways."
            if both_ways
            else "The network says at every word whether a name of a person, a place or a company begins there (B), goes on "
            "there (I), or neither (O). A word that is made up is read as `<unk>`. It reads from left to right."
        )

    def network(self, run: Run, generator: torch.Generator) -> Labeller:
        """An untrained tagger."""
        model = Labeller(
            run.cell, len(VOCABULARY), run.hidden, run.inputs, len(TAGS),
            both_ways=self.both_ways, layers=run.layers, nonlinearity=run.nonlinearity,
        )  # fmt: skip
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """Always the one tag that scores most, which is not O; at the surprise of the tags' shares."""
        _, tags = _together()
        shares = torch.bincount(tags, minlength=len(TAGS)).double() / len(tags)
        best = max(
            right(torch.full_like(tags, k), tags).double().mean().item() for k in range(len(TAGS)) if k != OUTSIDE
        )
        return Marks(best, -(shares * shares.log()).sum().item())

    def baselines(self) -> Mapping[str, Marks]:
        """Always O, at the surprise of the tags' shares; and each word its most frequent tag, whatever stands around it."""
        return {"always O": Marks(0.0, self.chance().loss), "a word's most frequent tag": most_frequent().marks}

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Word ids (B, T) and tag numbers (B, T) of texts with so many sentences; nothing is asked at pads."""
        writer, span = EntityWriter(generator), range(lengths[0], lengths[1] + 1)
        return rows([text(writer.pick(span), writer) for _ in range(size)])

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likeliest tag is the right one, at the words that are in a name or are said to be, (N,)."""
        return right(outputs.argmax(-1), targets)

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """The texts of so many sentences that are kept for measuring."""
        return _rows_held_out(length)

    def further(self, model: Any, lengths: tuple[int, int]) -> tuple[Measure, ...]:  # noqa: ANN401 - as in Task
        """Whole names found, as F1: their first word, their last and their kind right; and the share of all words."""
        ids, tags = self.held_out(lengths[1])
        with torch.no_grad():
            said = model(ids).argmax(-1)
        gold = [self._written(row, row) for row in tags]
        found = [self._written(row, asked) for row, asked in zip(said, tags, strict=True)]
        return (
            Measure("F1 of whole names", score(gold, found).f1),
            Measure("right among all words", (said == tags)[tags != NOT_ASKED].double().mean().item()),
        )

    @staticmethod
    def _written(said: Tensor, asked: Tensor) -> list[str]:
        return [TAGS[k] for k in said[asked != NOT_ASKED].tolist()]

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One text with its tags; words that are read as `<unk>` stand as they were written."""
        found = text(length, EntityWriter(generator))
        return Example(found.words, encode(found.words), found.tags)


@cache
def _rows_held_out(sentences: int) -> tuple[Tensor, Tensor]:
    return rows(held_out(sentences))
