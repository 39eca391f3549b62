"""Person or thing: the language of Yang's lecture in which the first word of a name is explained by the last of a clause.

    she said alan turing was a great scientist .        alan turing: a person
    she said alan turing was a great ship .             alan turing: a thing

Ships, bridges and cities bear the names of people, and people the names of cities. A network tags every word: no name,
a person's, a thing's. The sentences come from a grammar of our own::

    sentence = [opening] clause ["and" clause] "."
    clause   = ["the" role | "the" kind] name telling ["near" "the" [adjective] (role | kind)]
    name     = first [last] | last | place
    telling  = filler (acted | happened)  |  ("was" | "is") filler "a" [adjective] (role | kind)

What the name is for stands behind it, by a word that *tells*: a role or something that people do, a kind of thing or
something that happens to things. Now and then a role or a kind stands before the name as well, and only then can a reader
know at the name what it names. The last part of a clause never tells: the noun in it is drawn by a coin. So is that of
the next clause. Who reads from the end has to take the nearest word that tells after a name, and no other.

The *distance* of a sentence is the number of words between a name and the word that tells: 3 in the lecture's sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.labeller import Labeller
from models.network import UNKNOWN
from models.tasks.task import Example, Marks, Task
from models.tasks.writer import Writer

if TYPE_CHECKING:
    from models.run import Run

PAD = "<pad>"
"""Fills a row of a batch behind its sentence; it is the pad of `models.labeller`. What is said at it has no meaning."""

TAGS = ("no name", "person", "thing")
"""What a word may be, by its number."""
NO_NAME, PERSON, THING = range(3)

IGNORED = -100
"""The target of a pad: it counts neither in the loss nor in the marks."""

FIRST = ("ada", "alan", "carl", "emmy", "grace", "isaac", "james", "lise", "marie", "nelson", "rosa", "sofia")
LAST = (
    "banks", "bell", "brook", "curie", "gauss", "hill", "hopper", "lovelace", "mandela", "newton", "noether", "parks",
    "stone", "turing",
)  # fmt: skip
PLACES = (
    "austin", "charlotte", "chelsea", "florence", "georgia", "jordan", "lincoln", "paris", "sydney", "victoria",
    "virginia", "washington",
)  # fmt: skip
ROLES = (
    "actor", "doctor", "engineer", "friend", "king", "painter", "poet", "queen", "scientist", "singer", "soldier",
    "teacher", "winner", "writer",
)  # fmt: skip
KINDS = (
    "boat", "bridge", "city", "hall", "hotel", "island", "mountain", "museum", "prize", "river", "school", "ship",
    "station", "street",
)  # fmt: skip
ACTED = ("agreed", "cried", "laughed", "married", "sang", "slept", "smiled", "spoke", "taught", "wrote")
HAPPENED = ("burned", "closed", "collapsed", "expanded", "flooded", "leaked", "opened", "rusted", "sank", "vanished")
ADJECTIVES = ("beautiful", "famous", "fine", "good", "great", "little", "new", "old", "quiet", "real", "strange")
OPENINGS = (
    ("she", "said"), ("he", "wrote"), ("she", "said", "that"), ("we", "know", "that"), ("everybody", "says"),
    ("last", "year"), ("today",), ("in", "spring"),
)  # fmt: skip
FILLERS = (
    ("still",), ("once",), ("certainly",), ("perhaps",), ("of", "course"), ("in", "fact"), ("at", "last"),
    ("as", "we", "know"), ("in", "those", "days"), ("to", "this", "day"),
)  # fmt: skip
NEAR = ("behind", "beside", "near", "with")
COPULAS = ("was", "is")

NAMES = frozenset((*FIRST, *LAST, *PLACES))
"""The words that stand in names, each of them in names of people and in names of things."""

VOCABULARY: tuple[str, ...] = (
    PAD, UNKNOWN, ".", ",", '"', "a", "an", "the", "and", *COPULAS, *NEAR,
    *dict.fromkeys(word for phrase in (*OPENINGS, *FILLERS) for word in phrase),
    *FIRST, *LAST, *PLACES, *ROLES, *KINDS, *ACTED, *HAPPENED, *ADJECTIVES,
)  # fmt: skip
_IDS = {word: k for k, word in enumerate(VOCABULARY)}

FARTHEST = 6
"""The largest distance in training; `sentence` writes any."""

RARE, RARE_NAME = 0.02, 0.15
"""Shares of all words, and of the words of names, that a training batch replaces by `<unk>`: a tagger must be able to say
from the words around it what an unknown name names."""

CUT = 0.3
"""Share of the rows of a training batch that end early, at any word: a reader of an unfinished sentence must be able to say
that it does not know yet."""

_HELD_OUT = 6_000_000  # plus the distance: the seed of its held-out sentences, far from the seed of any run


@dataclass(frozen=True)
class Sentence:
    """One sentence with the tag of each word.

    Attributes:
        words: Its T tokens, lower-case, from the opening to the full stop.
        tags: Of each word, a place in `TAGS`.
        distance: Words between a name and the word that tells what it names.
    """

    words: tuple[str, ...]
    tags: tuple[int, ...]
    distance: int


class _Writer(Writer):
    """Writes clauses; each choice comes from one generator."""

    def sentence(self, distance: int) -> Sentence:
        opening = self.pick(OPENINGS) if self.often(0.6) else ()
        words, tags = [*opening], [NO_NAME] * len(opening)
        if opening and opening[-1] in ("said", "wrote", "says") and self.often(0.4):
            words, tags = [*words, ","], [*tags, NO_NAME]
        quoted = words[-1:] == [","] and self.often(0.7)
        for number in range(2 if self.often(0.3) else 1):
            more, marks = self.clause(distance)
            words, tags = words + ["and"] * number + more, tags + [NO_NAME] * number + marks
        words, end = [*words, *(['"'] if quoted else []), "."], len(words)
        tags += [NO_NAME] * (len(words) - end)
        if quoted:
            place = words.index(",") + 1
            words.insert(place, '"')
            tags.insert(place, NO_NAME)
        heard = ["an" if word == "a" and after[0] in "aeio" else word for word, after in pairwise([*words, "."])]
        return Sentence(tuple(heard), tuple(tags), distance)

    def beginning(self, whole: Sentence) -> Sentence:
        """Now and then only the first words of a sentence."""
        if not self.often(CUT):
            return whole
        size = self.pick(range(1, len(whole.words) + 1))
        return Sentence(whole.words[:size], whole.tags[:size], whole.distance)

    def clause(self, distance: int) -> tuple[list[str], list[int]]:
        tag = PERSON if self.often(0.55) else THING
        nouns = ROLES if tag == PERSON else KINDS
        title = ["the", self.pick(nouns)] if self.often(0.2) else []
        name = self.name(tag)
        if distance < 2 or self.often(0.4):
            rest = [*self.filler(distance), self.pick(ACTED if tag == PERSON else HAPPENED)]
        else:
            rest = [*self.copula(distance), self.pick(nouns)]
        if self.often(0.4):
            rest += [self.pick(NEAR), "the", *([self.pick(ADJECTIVES)] if self.often(0.4) else [])]
            rest += [self.pick(self.pick((ROLES, KINDS)))]
        return title + name + rest, [NO_NAME] * len(title) + [tag] * len(name) + [NO_NAME] * len(rest)

    def name(self, tag: int) -> list[str]:
        if self.often(0.5 if tag == PERSON else 0.4):
            return [self.pick(FIRST), self.pick(LAST)]
        if self.often(0.25 if tag == PERSON else 0.75):
            return [self.pick(PLACES)]
        return [self.pick(self.pick((FIRST, LAST)))]

    def copula(self, size: int) -> list[str]:
        """A verb and an article, with fillers between and an adjective behind: `size` words, 2 or more."""
        adjective = [self.pick(ADJECTIVES)] if size > 2 and self.often(0.7) else []
        return [self.pick(COPULAS), *self.filler(size - 2 - len(adjective)), "a", *adjective]

    def filler(self, size: int) -> list[str]:
        words: list[str] = []
        while len(words) < size:
            words += self.pick([phrase for phrase in FILLERS if len(phrase) <= size - len(words)])
        return words


def sentence(distance: int, generator: torch.Generator) -> Sentence:
    """Writes a sentence with exactly `distance` words between each name in it and the word that tells.

    Raises:
        ValueError: The distance is negative.
    """
    if distance < 0:
        raise ValueError(f"distance is {distance}, expected 0 or more words between a name and the word that tells")
    return _Writer(generator).sentence(distance)


class PersonTagger(Labeller):
    """Tags every word of a sentence of this language, forward or both ways.

    Args:
        cell: "RNN", "LSTM" or "GRU".
        hidden: H, hidden units of one direction.
        inputs: D, size of a word's vector.
        both_ways: One more reader from the last word to the first.
        layers: Recurrent layers, one upon the other.
        nonlinearity: Of an RNN, "tanh" or "relu".

    Raises:
        KeyError: There is no such cell.
        ValueError: A size is below 1.
    """

    def __init__(
        self,
        cell: str,
        hidden: int,
        inputs: int,
        *,
        both_ways: bool,
        layers: int = 1,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__(
            cell,
            len(VOCABULARY),
            hidden,
            inputs,
            len(TAGS),
            both_ways=both_ways,
            layers=layers,
            nonlinearity=nonlinearity,
        )


class Persons(Task):
    """The language as something to learn: read a sentence, tag every word.

    Args:
        both_ways: Its networks read both ways.
    """

    why = (
        "What tells stands behind the name. A forward reader cannot know it at the name, however long it is trained; a "
        "reader from the end can."
    )
    unit = "words between the name and the word that tells"
    lengths = (0, FARTHEST)
    shortest = 0
    longest = 40
    tested = (0, 2, 4, 6, 10, 15)
    inputs = 16
    classes = TAGS
    score = "share of the words of names that are tagged rightly"

    def __init__(self, *, both_ways: bool) -> None:
        self.both_ways = both_ways
        self.title = "Person or thing, read both ways" if both_ways else "Person or thing, read forward"
        self.rule = (
            "The network says at every word whether it stands in the name of a person, in the name of a thing, or in no "
            "name. It reads both ways."
            if both_ways
            else "The network says at every word whether it stands in the name of a person, in the name of a thing, or in no "
            "name. It reads from left to right."
        )

    def network(self, run: Run, generator: torch.Generator) -> PersonTagger:
        """An untrained tagger."""
        model = PersonTagger(
            run.cell, run.hidden, run.inputs,
            both_ways=self.both_ways, layers=run.layers, nonlinearity=run.nonlinearity,
        )  # fmt: skip
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """Each word its most frequent tag, at the default lengths: the share of names right; the surprise of these shares.

        It does look at the word, as any tagger must, and at nothing around it.
        """
        found = most_frequent()
        return Marks(found.accuracy, found.loss)

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Word ids (B, T) and tags (B, T) of `size` sentences, distances as in `Run.lengths`; pads are `IGNORED`.

        Some end early, and some words are `<unk>`: see `CUT`, `RARE` and `RARE_NAME`.
        """
        writer, span = _Writer(generator), range(lengths[0], lengths[1] + 1)
        ids, tags = rows([writer.beginning(writer.sentence(writer.pick(span))) for _ in range(size)])
        rare = torch.where(tags > NO_NAME, RARE_NAME, RARE)
        hidden = (torch.rand(ids.shape, generator=generator) < rare) & (tags != IGNORED)
        return ids.masked_fill(hidden, _IDS[UNKNOWN]), tags

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean surprise -log P(tag), in nats, of logits (B, T, K); pads do not count."""
        return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likeliest tag is the right one, at the words of names, (N,)."""
        asked = targets > NO_NAME
        return outputs[asked].argmax(-1) == targets[asked]

    def accuracy_at(self, model: PersonTagger, length: int) -> float:
        """Share of the words of names in whole held-out sentences of one distance that are tagged rightly, in [0, 1]."""
        return marks(model, length)["names"]

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sentence with its tags."""
        found = sentence(length, generator)
        return Example(found.words, encode(found.words), tuple(TAGS[tag] for tag in found.tags))


def encode(words: Sequence[str]) -> Tensor:
    """The ids (T,) of words; a word outside the vocabulary becomes `<unk>`."""
    return torch.tensor([_IDS.get(word, _IDS[UNKNOWN]) for word in words], dtype=torch.long)


def rows(sentences: Sequence[Sentence]) -> tuple[Tensor, Tensor]:
    """Sentences as word ids (B, T) and tags (B, T), padded behind."""
    ids = nn.utils.rnn.pad_sequence([encode(s.words) for s in sentences], batch_first=True, padding_value=_IDS[PAD])
    tags = nn.utils.rnn.pad_sequence([torch.tensor(s.tags) for s in sentences], batch_first=True, padding_value=IGNORED)
    return ids, tags


@cache
def held_out(distance: int, count: int = 500) -> tuple[Sentence, ...]:
    """The sentences on which accuracy is measured: always the same, never drawn in training but by chance."""
    writer = _Writer(torch.Generator().manual_seed(_HELD_OUT + distance))
    return tuple(writer.sentence(distance) for _ in range(count))


@dataclass(frozen=True)
class Frequencies:
    """What a tagger can do that knows how often each word had which tag, and nothing else.

    Attributes:
        tags: The most frequent tag of each word that a training text had; the others have `NO_NAME`.
        accuracy: Share of the words of held-out names that get the right tag, in [0, 1].
        every: The same for all words.
        loss: Mean surprise at the tags of all words, in nats.
    """

    tags: dict[str, int]
    accuracy: float
    every: float
    loss: float


@cache
def most_frequent(texts: int = 20_000) -> Frequencies:
    """The simple baseline, counted on training sentences and measured on the held-out ones of all trained distances."""
    writer, counts = _Writer(torch.Generator().manual_seed(_HELD_OUT - 1)), Counter[tuple[str, int]]()
    for number in range(texts):
        found = writer.sentence(number % (FARTHEST + 1))
        counts.update(zip(found.words, found.tags, strict=True))
    table = torch.tensor([[counts[word, tag] for tag in range(len(TAGS))] for word in VOCABULARY]) + 1e-3  # (V, K)
    shares = table / table.sum(1, keepdim=True)
    ids, tags = rows([found for distance in range(FARTHEST + 1) for found in held_out(distance)])
    ids, tags = ids[tags != IGNORED], tags[tags != IGNORED]  # (N,) each
    correct, named = shares[ids].argmax(-1) == tags, tags > NO_NAME
    return Frequencies(
        tags={word: int(shares[k].argmax()) for k, word in enumerate(VOCABULARY)},
        accuracy=correct[named].double().mean().item(),
        every=correct.double().mean().item(),
        loss=-shares[ids, tags].log().mean().item(),
    )


def marks(model: PersonTagger, distance: int) -> dict[str, float]:
    """Shares of the held-out words of one distance that a network tags rightly, in [0, 1].

    Returns:
        `names`, of the words of names; `titled`, of those with a role or a kind before the name, `bare` of the others;
        `every`, of all words.
    """
    sentences = held_out(distance)
    ids, tags = rows(sentences)
    with torch.no_grad():
        correct = model(ids).argmax(-1) == tags  # (B, T)
    named = tags > NO_NAME
    titled = named & torch.stack([_titled(row) for row in ids])
    return {
        "names": correct[named].double().mean().item(),
        "titled": correct[titled].double().mean().item(),
        "bare": correct[named & ~titled].double().mean().item(),
        "every": correct[tags != IGNORED].double().mean().item(),
    }


def _titled(ids: Tensor) -> Tensor:
    """Which words (T,) of a sentence stand in a name with a role or a kind before it: the scientist Alan Turing."""
    words = [VOCABULARY[k] for k in ids.tolist()]
    found = [False] * len(words)
    for t in range(1, len(words)):
        if words[t] in NAMES:
            found[t] = found[t - 1] if words[t - 1] in NAMES else words[t - 1] in (*ROLES, *KINDS)
    return torch.tensor(found)
