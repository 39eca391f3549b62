"""Number agreement: the language of Yang's lecture, in which a verb answers a noun that stood many words before.

    the cat  , which already ate the fish , was  full .
    the cats , which already ate the fish , were full .

To choose between *was* and *were* a network has to carry one bit, the number of the subject, over everything between.
The sentences come from a grammar of our own::

    sentence = "the" [adjective] animal  middle  ("was" | "were") predicate "."
    middle   = nothing | adverb | place middle | "that" action | "," "which" action ","
    action   = [adverb] (rested | chased the [adjective] animal | ate the food) tail
    tail     = nothing | manner | place tail | "and" action
    place    = preposition "the" [adjective] (animal | place)

The subject is an animal; places only say where. Past-tense verbs say nothing about number, and every later noun is
singular or plural by a coin that knows nothing of the subject, so whoever trusts the nearest noun is right half of the
time once there is one. The *distance* of a sentence is the number of tokens between subject and verb, commas included:
7 in the lecture's sentences. Any distance can be written exactly.

"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.network import END, UNKNOWN, WordModel
from models.tasks.task import Example, Marks, Task
from models.tasks.writer import Writer

if TYPE_CHECKING:
    from models.run import Run

ANIMALS = {
    "bear": "bears", "bird": "birds", "cat": "cats", "cow": "cows", "dog": "dogs", "fox": "foxes", "goat": "goats",
    "horse": "horses", "mouse": "mice", "pig": "pigs", "rabbit": "rabbits", "wolf": "wolves",
}  # fmt: skip
PLACES = {
    "barn": "barns", "bridge": "bridges", "garden": "gardens", "hill": "hills", "house": "houses", "river": "rivers",
    "road": "roads", "tree": "trees", "wall": "walls",
}  # fmt: skip
FOOD = ("bread", "corn", "fish", "food", "grass", "milk")  # one form for one and for many: tells nothing about number
ADJECTIVES = ("big", "black", "brown", "little", "old", "white", "young")
PREPOSITIONS = ("behind", "beside", "beyond", "by", "near", "under")
RESTED = ("hid", "played", "ran", "rested", "sat", "slept", "waited")
CHASED = ("chased", "feared", "followed", "heard", "liked", "saw", "watched")
ATE = ("ate", "found", "smelled", "stole", "wanted")
ADVERBS = ("already", "always", "never", "often", "soon", "still")
MANNERS = ("again", "alone", "outside", "quietly")
PREDICATES = ("asleep", "awake", "full", "happy", "hungry", "late", "quiet", "ready", "safe", "thirsty", "tired")
SINGULAR, PLURAL = "was", "were"

_ANIMAL_FORMS = (*ANIMALS, *ANIMALS.values())
_NOUN_FORMS = (*_ANIMAL_FORMS, *PLACES, *PLACES.values())
_NUMBER = {**dict.fromkeys((*ANIMALS, *PLACES), False), **dict.fromkeys((*ANIMALS.values(), *PLACES.values()), True)}

VOCABULARY: tuple[str, ...] = (
    UNKNOWN, END, ".", ",", "the", "which", "that", "and", SINGULAR, PLURAL, *_NOUN_FORMS, *FOOD, *ADJECTIVES,
    *PREPOSITIONS, *RESTED, *CHASED, *ATE, *ADVERBS, *MANNERS, *PREDICATES,
)  # fmt: skip
_IDS = {word: k for k, word in enumerate(VOCABULARY)}

FARTHEST = 15
"""The largest distance in training; `sentence` writes any."""

LENGTH = 64
"""Tokens in a row of training text."""

RARE = 0.01
"""Share of the tokens of a training text that are `<unk>`, so that a network has met words it does not know."""

_HELD_OUT = 7_000_000  # plus the distance: the seed of its held-out sentences, far from the seed of any run


@dataclass(frozen=True)
class Sentence:
    """One sentence and the answer to its question, was or were?

    Attributes:
        words: Its tokens, lower-case, from the first *the* to the full stop.
        subject: Index of the subject noun in `words`.
        verb: Index of *was* or *were* in `words`.
        plural: Whether the subject is plural.
        attractors: How many nouns between subject and verb have the other number.
    """

    words: tuple[str, ...]
    subject: int
    verb: int
    plural: bool
    attractors: int

    @property
    def distance(self) -> int:
        """Tokens between subject and verb, commas included."""
        return self.verb - self.subject - 1


class _Writer(Writer):
    """Writes phrases of an exact number of words (`size`), each choice from one generator."""

    def the(self, nouns: Sequence[str], size: int) -> list[str]:
        """Two words, or three with an adjective."""
        return ["the", *([self.pick(ADJECTIVES)] if size == 3 else []), self.pick(nouns)]

    def middle(self, size: int) -> list[str]:
        if size < 2:
            return [self.pick(ADVERBS)] if size else []
        kind = self.pick(("that", "place", "which", "which")[: size - 1 if size < 4 else 4])
        if kind == "place":
            words = self._place(size)
            return words + self.middle(size - len(words))
        if kind == "that":
            return ["that", *self._action(size - 1)]
        return [",", "which", *self._action(size - 3), ","]

    def _action(self, size: int) -> list[str]:
        adverb = [self.pick(ADVERBS)] if size > 1 and self.pick((True, False)) else []
        room = size - len(adverb)
        length = self.pick([n for n in (1, 3, 3, 4) if n <= room])
        if length == 1:
            words = [self.pick(RESTED)]
        elif length == 4 or self.pick((True, False)):
            words = [self.pick(CHASED), *self.the(_ANIMAL_FORMS, length - 1)]
        else:
            words = [self.pick(ATE), *self.the(FOOD, 2)]
        return adverb + words + self._tail(room - length)

    def _tail(self, size: int) -> list[str]:
        if size < 2:
            return [self.pick(MANNERS)] if size else []
        if size == 2 or self.pick((True, False)):
            return ["and", *self._action(size - 1)]
        words = self._place(size)
        return words + self._tail(size - len(words))

    def _place(self, room: int) -> list[str]:
        return [self.pick(PREPOSITIONS), *self.the(_NOUN_FORMS, self.pick((2, 3) if room > 3 else (2,)))]


def sentence(distance: int, generator: torch.Generator) -> Sentence:
    """Writes a sentence with exactly `distance` tokens between subject and verb.

    Raises:
        ValueError: If the distance is negative.
    """
    if distance < 0:
        raise ValueError(f"distance is {distance}, expected 0 or more tokens between subject and verb")
    return _write(distance, _Writer(generator))


def _write(distance: int, writer: _Writer) -> Sentence:
    subject = writer.the(_ANIMAL_FORMS, writer.pick((2, 3)))
    plural = _NUMBER[subject[-1]]
    middle = writer.middle(distance)
    words = (*subject, *middle, PLURAL if plural else SINGULAR, writer.pick(PREDICATES), ".")
    attractors = sum(_NUMBER.get(word, plural) != plural for word in middle)
    return Sentence(words, len(subject) - 1, len(subject) + distance, plural, attractors)


def nearest_noun(sentence: Sentence) -> bool:
    """Says *plural* where the last noun before the verb is plural: the heuristic without a memory."""
    return next(_NUMBER[word] for word in reversed(sentence.words[: sentence.verb]) if word in _NUMBER)


def text(length: int, generator: torch.Generator, distances: range = range(FARTHEST + 1)) -> list[str]:
    """Writes a text of exactly `length` tokens: sentences of every distance of some, the last one cut.

    Short distances are the more frequent, as in real texts: a sentence's distance is uniform up to a limit that is
    itself uniform. (With all distances equally frequent most networks never find out that verbs agree at all.)
    After each full stop a coin decides whether the text goes on at once or `<eos>` comes first. So a network learns to
    start anew after a full stop, with `<eos>` or without, and to say `<eos>` where a text may end. A text never begins
    with `<eos>`: the first token that a network reads is the first that somebody wrote.
    """
    writer, words = _Writer(generator), []
    while len(words) < length:
        words += _write(writer.pick(distances[: writer.pick(distances) + 1]), writer).words
        words += [END] if writer.pick((True, False)) else []
    return words[:length]


@cache
def held_out(distance: int, count: int = 500) -> tuple[Sentence, ...]:
    """The sentences on which accuracy is measured: always the same, half of them plural but for chance.

    Short ones also occur in a training of 4,000 steps, for there are only so many: up to the verb, every one of
    distance 2 or less, about half at distance 5, 4 % at distance 7 and none from 10 on.
    """
    generator = torch.Generator().manual_seed(_HELD_OUT + distance)
    return tuple(sentence(distance, generator) for _ in range(count))


def right(model: WordModel, sentences: Sequence[Sentence]) -> Tensor:
    """Whether the network, having read up to the word before the verb, finds the right verb likelier: a bool (B,).

    Likelier than the other of *was* and *were*; what it thinks of all other words does not count. Sentences of unlike
    length are padded behind, where a network that reads from left to right cannot look.
    """
    rows = [model.encode(s.words[: s.verb]) for s in sentences]
    with torch.no_grad():
        logits = model(nn.utils.rnn.pad_sequence(rows, batch_first=True))  # (B, T, K)
    last = logits[range(len(rows)), [len(row) - 1 for row in rows]]  # (B, K)
    was, were = last[:, model.encode([SINGULAR, PLURAL])].unbind(1)
    return torch.where(torch.tensor([s.plural for s in sentences]), were > was, was > were)


def batch(size: int, generator: torch.Generator, distances: range = range(FARTHEST + 1)) -> tuple[Tensor, Tensor]:
    """Draws `size` rows of text: the ids read, (B, T), and the ids to say, (B, T), one word later.

    All rows have `LENGTH` tokens, so nothing is padded and every cell counts in the loss.
    """
    rows = [[_IDS[word] for word in text(LENGTH + 1, generator, distances)] for _ in range(size)]
    ids = torch.tensor(rows)  # (B, T + 1)
    ids = ids.masked_fill(torch.rand(ids.shape, generator=generator) < RARE, _IDS[UNKNOWN])
    return ids[:, :-1], ids[:, 1:]


def loss(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean surprise -log P(next word), in nats, of logits (B, T, K) at target ids (B, T)."""
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())


class Agreement(Task):
    """The language as something to learn: read a text, say at every word what comes next."""

    title = "Number agreement"
    rule = (
        "The network reads made-up sentences about animals and says at every word which word comes next. What counts: "
        "does it find “was” or “were” likelier where the verb must come?"
    )
    why = (
        "The easy case: one bit over a few words. All three cells can learn it, so it proves nothing about forgetting."
    )
    unit = "words between subject and verb"
    lengths = (0, FARTHEST)
    shortest = 0
    longest = 50
    tested = (0, 5, 10, 15, 20, 30, 50)
    inputs = 16
    classes = VOCABULARY
    score = "share of verbs that are right, was or were"
    perfect = Marks(1.0, math.nan)  # the language has a surprise of its own, which nobody has worked out

    def chance(self) -> Marks:
        """A coin between the two verbs; all words equally likely."""
        return Marks(0.5, math.log(len(VOCABULARY)))

    def network(self, run: Run, generator: torch.Generator) -> WordModel:
        """An untrained network for this task: see `models.network.fresh`."""
        model = WordModel(
            run.cell, VOCABULARY, run.hidden, run.inputs, layers=run.layers, nonlinearity=run.nonlinearity
        )
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Rows of text: see the function `batch`."""
        return batch(size, generator, range(lengths[0], lengths[1] + 1))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean surprise: see the function `loss`."""
        return loss(outputs, targets)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likelier of was and were is the right one, at the steps where the text has one of them, (N,)."""
        was, were = (_IDS[word] for word in (SINGULAR, PLURAL))
        asked = (targets == was) | (targets == were)
        return (outputs[asked][:, were] > outputs[asked][:, was]) == (targets[asked] == were)

    def accuracy(self, model: WordModel, lengths: tuple[int, int] = (0, FARTHEST)) -> float:
        """Share of held-out sentences, equally many of every trained distance, whose verb the network gets right."""
        return accuracy(model, range(lengths[0], lengths[1] + 1))

    def accuracy_at(self, model: WordModel, length: int) -> float:
        """Share of the held-out sentences of one distance whose verb the network gets right."""
        return right(model, held_out(length)).double().mean().item()

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sentence; at each word the next one is the answer."""
        words = sentence(length, generator).words
        return Example(words, torch.tensor([_IDS[word] for word in words]), (*words[1:], ""))


def accuracy(model: WordModel, distances: range = range(FARTHEST + 1)) -> float:
    """Share of held-out sentences, equally many of each distance, whose verb the network gets right."""
    sentences = [s for distance in distances for s in held_out(distance)[:20]]
    return right(model, sentences).double().mean().item()


def accuracy_at(model: WordModel, distance: int) -> dict[str, float | int | None]:
    """How the held-out sentences of one distance fare, with attractors, without, and by the nearest noun instead.

    Shares lie in [0, 1]; one of no sentences at all is None.
    """
    sentences = held_out(distance)
    correct = right(model, sentences).tolist()
    nearest = [nearest_noun(s) == s.plural for s in sentences]
    attracted = [s.attractors > 0 for s in sentences]
    return {
        "all": _share(correct),
        "with_attractors": _share([c for c, a in zip(correct, attracted, strict=True) if a]),
        "without_attractors": _share([c for c, a in zip(correct, attracted, strict=True) if not a]),
        "nearest_noun": _share(nearest),
        "nearest_noun_with_attractors": _share([n for n, a in zip(nearest, attracted, strict=True) if a]),
        "sentences": len(sentences),
        "sentences_with_attractors": sum(attracted),
    }


def _share(answers: Sequence[bool]) -> float | None:
    return sum(answers) / len(answers) if answers else None


def number_unit(model: WordModel) -> dict[str, float | int]:
    """The hidden unit that best tells the subject's number right before the verb, at distances of 5 and more.

    Returns:
        `unit`, its index, and `share`, how many sentences of both numbers it sorts rightly, cut half-way between its
        mean over the singular ones and its mean over the plural ones: 1 if it holds the number alone, about 0.5 if it
        knows nothing.
    """
    sentences = [s for distance in range(5, FARTHEST + 1) for s in held_out(distance)]
    rows = [model.encode(s.words[: s.verb]) for s in sentences]
    with torch.no_grad():
        states, _ = model.recurrent(model.embed(nn.utils.rnn.pad_sequence(rows, batch_first=True)))  # (B, T, H)
    last = states[range(len(rows)), [len(row) - 1 for row in rows]]  # (B, H)
    plural = torch.tensor([s.plural for s in sentences])
    low, high = last[~plural].mean(0), last[plural].mean(0)  # (H,) each
    says_plural = (last > (low + high) / 2) == (high > low)
    share, unit = (says_plural == plural[:, None]).double().mean(0).max(0)
    return {"unit": int(unit), "share": share.item()}


def perplexity(model: WordModel) -> dict[str, float]:
    """Perplexity on a held-out text, exp of the mean surprise per token: of the network, of words, of pairs of words.

    The unigram and bigram models are counted on 4,000 rows of training text; a pair's counts lean on the unigram with
    the weight of one observation (Dirichlet smoothing).
    """
    before, after = batch(4000, torch.Generator().manual_seed(_HELD_OUT - 1))
    inputs, targets = batch(500, torch.Generator().manual_seed(_HELD_OUT - 2))
    words = len(VOCABULARY)
    single = torch.bincount(after.flatten(), minlength=words) + 1.0  # (K,)
    single /= single.sum()
    pairs = torch.bincount((before * words + after).flatten(), minlength=words**2).view(words, words) + single
    pairs /= pairs.sum(1, keepdim=True)  # (K, K)
    with torch.no_grad():
        surprise = loss(model(inputs), targets)
    return {
        "network": surprise.exp().item(),
        "unigram": (-single[targets].log().mean()).exp().item(),
        "bigram": (-pairs[inputs, targets].log().mean()).exp().item(),
    }
