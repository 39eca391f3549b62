"""Reviews, and whether they praise: a small language of our own in which the order of words decides.

    the film was slow , but the music is not bad at all .           praises
    the film was not bad at all , but the music is slow .           the same words; blames

A review is a row of *opinions*, each worth some points, and remarks that are worth nothing. The rule of the language:

1. A word of praise is worth 2 points, a word of blame -2: "good", "slow", "loved", "regret".
2. "very" and its like make it 3 (-3), "a little" and its like 1 (-1).
3. "not" and its like turn the sign: "not very good" is worth -3.
4. What stands before the last "but" counts no more. ("nothing but love" is a phrase, not that "but".)
5. The review praises if the sum is above 0, blames if it is below; reviews with sum 0 are not written.

So a bag of words cannot know everything: it has "not" and "but" and does not know what they stood before. It knows much all
the same, and the page says how much. Real reviews have irony, sense and a world; this language has none.

Every review belongs to the training texts or to the held-out ones by its own words (see `kept_back`), so none is in both.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.network import RECURRENT, UNKNOWN, Start, initialise
from models.tasks.task import NOT_ASKED, Example, Labelling, Marks
from models.tasks.writer import Writer

if TYPE_CHECKING:
    from models.run import Run

PAD = "<pad>"
"""Fills a row of a batch behind its review. Nothing is asked there."""

LABELS = ("negative", "positive")
"""The classes by number."""
NEGATIVE, POSITIVE = 0, 1

PRAISE = (
    "amazing", "balanced", "beautiful", "brilliant", "charming", "clever", "colorful", "delicious", "delightful",
    "excellent", "fine", "fresh", "friendly", "fun", "funny", "good", "great", "lovely", "moving", "perfect", "pleasant",
    "quick", "strong", "warm", "wonderful",
)  # fmt: skip
BLAME = (
    "awful", "bad", "bland", "boring", "broken", "cheap", "clumsy", "cold", "complicated", "confusing", "dirty",
    "disappointing", "dull", "empty", "flat", "horrible", "loud", "messy", "poor", "rude", "slow", "stale", "terrible",
    "ugly", "weak",
)  # fmt: skip
LIKED = ("admired", "adored", "enjoyed", "liked", "loved")
DISLIKED = ("despised", "disliked", "hated", "regretted", "resented")
LIKE = ("admire", "enjoy", "like", "love", "recommend")
DISLIKE = ("despise", "dislike", "hate", "regret", "resent")
THINGS = (
    "acting", "animation", "bed", "book", "bowl", "box", "breakfast", "cereal", "cook", "dessert", "ending", "film",
    "food", "garden", "hotel", "menu", "movie", "music", "novel", "picture", "plot", "room", "service", "song", "soup",
    "sound", "staff", "story", "tea", "view", "waiter",
)  # fmt: skip
MORE: tuple[tuple[str, ...], ...] = (("very",), ("really",), ("so",), ("truly",), ("perfectly",), ("extremely",))
LESS: tuple[tuple[str, ...], ...] = (("a", "little"), ("slightly",), ("somewhat",), ("a", "bit"))
NOT: tuple[tuple[str, ...], ...] = (("not",), ("never",), ("hardly",))
PHRASES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("i", "will", "definitely", "be", "buying", "again"), 2),
    (("i", "will", "certainly", "come", "back"), 2),
    (("i", "will", "not", "be", "buying", "again"), -2),
    (("i", "will", "never", "come", "back"), -2),
    (("emotions", "do", "eventually", "reach", "the", "desired", "level"), 2),
    (("it", "does", "not", "reach", "the", "desired", "level"), -2),
    (("nothing", "but", "love"), 2),
    (("nothing", "but", "praise"), 2),
    (("nothing", "but", "trouble"), -2),
    (("nothing", "but", "noise"), -2),
    (("i", "only", "ate", "half", "of", "it"), -1),
    (("i", "ate", "all", "of", "it"), 1),
)
"""Opinions that are more than the sum of their words, with their points."""

REMARKS: tuple[tuple[str, ...], ...] = (
    ("we", "went", "on", "a", "monday"), ("i", "read", "it", "in", "spring"), ("my", "sister", "was", "there", "too"),
    ("it", "was", "a", "present", "from", "a", "friend"), ("there", "were", "two", "of", "us"),
    ("we", "had", "a", "table", "near", "the", "door"), ("this", "is", "my", "first", "review"),
    ("as", "all", "things", "should", "be"), ("the", "door", "is", "green"), ("i", "had", "time"),
)  # fmt: skip
"""Sentences that are worth nothing."""

FARTHEST = 4
"""Opinions of a training review at most; `review` writes any number."""

RARE = 0.03
"""Share of the words of a training batch that are read as `<unk>`: a visitor's review has words that are not here."""

_OTHER = (
    "the", "a", "an", "i", "it", "was", "is", "did", "do", "of", "gave", "me", "this", "that", "as", "and", "but", "too",
    "yes", "all", "at", ",", ".", "!", "?",
)  # fmt: skip

VOCABULARY: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            PAD, UNKNOWN, *_OTHER, *(word for phrase in (*MORE, *LESS, *NOT) for word in phrase), *PRAISE, *BLAME, *LIKED,
            *DISLIKED, *LIKE, *DISLIKE, *THINGS, *(word for phrase, _ in PHRASES for word in phrase),
            *(word for phrase in REMARKS for word in phrase),
        )
    )
)  # fmt: skip
_IDS = {word: k for k, word in enumerate(VOCABULARY)}

POOLINGS = ("last", "mean", "max")
"""What a network makes of its states: the newest one; the mean, or unit by unit the largest, of all so far."""

_HELD_OUT = 7_000_000  # plus the number of opinions: the seed of its held-out reviews, far from the seed of any run
_EVERY = 8  # one in so many reviews is kept back


@dataclass(frozen=True)
class Review:
    """One review.

    Attributes:
        words: Its T tokens, lower-case.
        points: What each word adds, (T,); the points of an opinion stand at its last word, 0 at all others.
        label: A place in `LABELS`.
    """

    words: tuple[str, ...]
    points: tuple[int, ...]
    label: int


def judged(words: Sequence[str], points: Sequence[int]) -> int:
    """The sum that decides (rules 4 and 5): of the points behind the last "but" that is none of "nothing but"."""
    turns = [t for t, word in enumerate(words) if word == "but" and (t == 0 or words[t - 1] != "nothing")]
    return sum(points[turns[-1] if turns else 0 :])


class _Writer(Writer):
    """Writes reviews; each choice comes from one generator."""

    def review(self, opinions: int, *, back: bool) -> Review:
        """A review that is kept back for measuring, or one for training, with a sum other than 0."""
        while True:
            words, points = self._draft(opinions)
            total = judged(words, points)
            if total and kept_back(words) == back:
                return Review(tuple(words), tuple(points), POSITIVE if total > 0 else NEGATIVE)

    def _draft(self, opinions: int) -> tuple[list[str], list[int]]:
        words: list[str] = []
        points: list[int] = []
        for number in range(opinions):
            joint = self._joint() if number else []
            inside = bool(joint) and joint[0] not in (".", "!", "?")  # the sentence goes on
            if joint[-1:] == ["."] and self.often(0.3):
                joint = [*joint, *self.pick(REMARKS), "."]
            clause, worth = self._opinion(inside=inside)
            words += [*joint, *clause]
            points += [0] * (len(joint) + len(clause) - 1) + [worth]
        end = self.pick((".", ".", "!", ""))
        words += [end] if end else []
        points += [0] if end else []
        return (["but", *words[1:]], points) if words[0] == "but" else (words, points)

    def _joint(self) -> list[str]:
        chance = self._chance()
        if chance < 0.35:
            return self.pick(([",", "but"], ["but"], [".", "but"], ["?", "yes", ",", "but"]))
        if chance < 0.65:
            return self.pick((["and"], [","], [",", "and"], ["?", "yes", ",", "and"]))
        return self.pick((["."], ["."], ["!"]))

    def _opinion(self, *, inside: bool) -> tuple[list[str], int]:
        chance = self._chance()
        if chance < 0.12:
            phrase, worth = self.pick(PHRASES)
            return list(phrase), worth
        sign = 1 if self.often(0.5) else -1
        if chance < 0.3:
            return self._felt(sign)
        return self._stated(sign, chance, inside=inside)

    def _stated(self, sign: int, chance: float, *, inside: bool) -> tuple[list[str], int]:
        """A quality as a sentence, as a noun with it, in a comparison or bare, whatever chance wants."""
        words, worth = self._quality(sign)
        if chance < 0.55:
            thing = self.pick(
                (["the", self.pick(THINGS)], ["this", self.pick(THINGS)], ["this", "box", "of", "cereal"])
            )
            tail = ["at", "all"] if words[0] in ("not", "never") else self.pick((["too"], [",", "too"]))
            return [*thing, self.pick(("is", "was")), *words, *(tail if self.often(0.4) else [])], worth
        if chance < 0.68 and words[0] not in ("a", "not", "never", "hardly"):
            opening = self.pick((["it", "gave", "me", "a"], ["a"], ["it", "was", "a"]))
            return [*opening, *words, self.pick(THINGS)], worth
        if chance < 0.74:
            return ["the", self.pick(THINGS), "is", "as", words[-1], "as", "the", self.pick(THINGS)], 2 * sign
        if chance < 0.84 and not inside:
            return ["it", "was", *words], worth
        return words, worth

    def _quality(self, sign: int) -> tuple[list[str], int]:
        """An adjective with what stands before it, and its points."""
        adjective, worth, before = self.pick(PRAISE if sign > 0 else BLAME), 2, []
        chance = self._chance()
        if chance < 0.22:
            before, worth = [*self.pick(MORE)], 3
        elif chance < 0.38:
            before, worth = [*self.pick(LESS)], 1
        if self.often(0.32):
            before, sign = [*self.pick(NOT), *before], -sign
        return [*before, adjective], sign * worth

    def _felt(self, sign: int) -> tuple[list[str], int]:
        """What somebody felt about a thing, and its points."""
        more = self.often(0.25)
        if self.often(0.4):
            verb = ["did", "not", *(["really"] if more else []), self.pick(LIKE if sign > 0 else DISLIKE)]
            sign = -sign
        else:
            verb = [*(["really"] if more else []), self.pick(LIKED if sign > 0 else DISLIKED)]
        return ["i", *verb, self.pick(("the", "this")), self.pick(THINGS)], sign * (3 if more else 2)


def kept_back(words: Sequence[str]) -> bool:
    """Whether a review is kept back for measuring: one in eight, by a checksum of its words, so equal ones go together."""
    return zlib.crc32(" ".join(words).encode()) % _EVERY == 0


def review(opinions: int, generator: torch.Generator) -> Review:
    """Writes a training review with so many opinions.

    Raises:
        ValueError: There is no opinion.
    """
    if opinions < 1:
        raise ValueError(f"opinions is {opinions}, expected 1 or more")
    return _Writer(generator).review(opinions, back=False)


def written(count: int, lengths: tuple[int, int], generator: torch.Generator) -> list[Review]:
    """Training reviews with `lengths[0]` to `lengths[1]` opinions."""
    writer, span = _Writer(generator), range(lengths[0], lengths[1] + 1)
    return [writer.review(writer.pick(span), back=False) for _ in range(count)]


@cache
def held_out(opinions: int, count: int = 500) -> tuple[Review, ...]:
    """Reviews on which accuracy is measured: always the same, and none of them is ever a training text."""
    writer = _Writer(torch.Generator().manual_seed(_HELD_OUT + opinions))
    return tuple(writer.review(opinions, back=True) for _ in range(count))


def everything_held_out() -> list[Review]:
    """The held-out reviews of all trained numbers of opinions: the one set on which networks and baselines are compared."""
    return [found for opinions in range(1, FARTHEST + 1) for found in held_out(opinions)]


def encode(words: Sequence[str]) -> Tensor:
    """The ids (T,) of words; a word outside the vocabulary becomes `<unk>`."""
    return torch.tensor([_IDS.get(word, _IDS[UNKNOWN]) for word in words], dtype=torch.long)


def rows(reviews: Sequence[Review]) -> tuple[Tensor, Tensor]:
    """Reviews as word ids (B, T), padded behind, and targets (B, T): the label at the last word, nothing elsewhere."""
    ids = nn.utils.rnn.pad_sequence([encode(r.words) for r in reviews], batch_first=True, padding_value=_IDS[PAD])
    targets = torch.full(ids.shape, NOT_ASKED)
    lengths = torch.tensor([len(r.words) for r in reviews])
    targets[torch.arange(len(reviews)), lengths - 1] = torch.tensor([r.label for r in reviews])
    return ids, targets


class SentimentModel(nn.Module):
    """Reads a review and says after each word how it judges what it has read: many-to-one, asked at every step.

        e_t = E[word t],   h_t = cell(e_t, h_{t-1}),   P(label) = softmax(W pool(h_1 ... h_t) + b)

    pool is the newest state, the mean of all, or unit by unit the largest. A network that reads both ways cannot be asked
    on the way: its backward reader begins at the end. It says the same at every step, and pools over all of them; "last"
    then means the forward reader's state after the last word beside the backward reader's after the first.

    It is born with every weight 0; `initialise` or `load_state_dict` gives it others.

    Attributes:
        embedding: `nn.Embedding` (V, D).
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, D -> H in each direction, batch first.
        head: `nn.Linear` H·directions -> 2.

    Args:
        cell: "RNN", "LSTM" or "GRU".
        hidden: H, hidden units of one direction.
        inputs: D, size of a word's vector.
        pooling: One of `POOLINGS`.
        both_ways: One more reader from the last word to the first.
        words: V, size of the vocabulary; id 0 is the pad.
        layers: Recurrent layers, one upon the other.
        nonlinearity: Of an RNN, "tanh" or "relu".

    Raises:
        KeyError: There is no such cell or pooling.
    """

    def __init__(
        self,
        cell: str,
        hidden: int,
        inputs: int,
        *,
        pooling: str = "last",
        both_ways: bool = False,
        words: int = len(VOCABULARY),
        layers: int = 1,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        if cell not in RECURRENT or pooling not in POOLINGS:
            raise KeyError(
                f"cell is {cell!r} and pooling is {pooling!r}, expected {', '.join((*RECURRENT, *POOLINGS))}"
            )
        self.pooling, self.both_ways = pooling, both_ways
        # Torch's constructors draw from the global generator, except on the "meta" device: see models/network.py.
        self.embedding = nn.Embedding.from_pretrained(torch.zeros(words, inputs), freeze=False)
        options = {"nonlinearity": nonlinearity} if cell == "RNN" else {}
        self.recurrent = RECURRENT[cell](
            inputs, hidden, layers, batch_first=True, bidirectional=both_ways, device="meta", **options
        )
        self.head = nn.Linear(hidden * (1 + both_ways), len(LABELS), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Reads word ids (B, T), each row a review and then pads; returns the logits (B, T, 2).

        At the last word of a row no pad has been read; what it says behind it has no meaning.
        """
        return self.judge(self.vectors(ids), ids != _IDS[PAD])

    def judge(self, x: Tensor, real: Tensor) -> Tensor:
        """The logits (B, T, 2) for vectors (B, T, D) of words, where `real` (B, T) tells words from pads."""
        if self.both_ways:
            return self.head(self._pooled_both_ways(x, real))[:, None].expand(-1, x.shape[1], -1)
        states = self.recurrent(x)[0]  # (B, T, H)
        if self.pooling == "mean":
            states = states.cumsum(1) / torch.arange(1, x.shape[1] + 1)[:, None]
        elif self.pooling == "max":
            states = states.cummax(1).values
        return self.head(states)

    def _pooled_both_ways(self, x: Tensor, real: Tensor) -> Tensor:
        lengths = real.sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.recurrent(packed)[0], batch_first=True, total_length=x.shape[1]
        )
        if self.pooling == "mean":
            return states.sum(1) / lengths[:, None]
        if self.pooling == "max":
            return states.masked_fill(~real[..., None], -torch.inf).amax(1)
        ahead, back = states.chunk(2, -1)
        return torch.cat([ahead[torch.arange(len(x)), lengths - 1], back[:, 0]], -1)

    def vectors(self, ids: Tensor) -> Tensor:
        """What the recurrent layer reads for word ids (...): vectors (..., D)."""
        return self.embedding(ids)

    def initialise(self, generator: torch.Generator, keep_bias: float = 0.0, start: Start = Start()) -> None:  # noqa: B008 - frozen
        """Gives it initial weights, N(0, 1) for the embedding: see `models.network.initialise`."""
        with torch.no_grad():
            self.embedding.weight.normal_(generator=generator)
        initialise(self.recurrent, self.head, generator, keep_bias, start)


class Reviews(Labelling):
    """The language as something to learn: read a review, say whether it praises."""

    title = "Reviews: praise or blame"
    rule = (
        "The network reads a review word by word. At the last word it says whether the review praises or blames. “Not” "
        "turns an opinion, and what stands before the last “but” counts no more."
    )
    why = "Words alone are not enough: “not bad, good” and “not good, bad” are one bag of words with two meanings."
    unit = "opinions in a review"
    lengths = (1, FARTHEST)
    longest = 12
    tested = (1, 2, 3, 4, 6, 8)
    inputs = 16
    classes = LABELS
    score = "share of held-out reviews that are judged rightly"

    def network(self, run: Run, generator: torch.Generator) -> SentimentModel:
        """An untrained network that is asked at its last state."""
        model = SentimentModel(
            run.cell, run.hidden, run.inputs, layers=run.layers, nonlinearity=run.nonlinearity
        )  # fmt: skip
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """Always the more frequent label, at the surprise of the labels' shares."""
        share = torch.tensor([found.label for found in everything_held_out()]).double().mean()
        shares = torch.stack([share, 1 - share])
        return Marks(float(shares.max()), float(-(shares * shares.log()).sum()))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Word ids (B, T) and targets (B, T), asked at the last word; some words are `<unk>`: see `RARE`."""
        ids, targets = rows(written(size, lengths, generator))
        hidden = (torch.rand(ids.shape, generator=generator) < RARE) & (ids != _IDS[PAD])
        return ids.masked_fill(hidden, _IDS[UNKNOWN]), targets

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """The reviews with so many opinions that are kept back for measuring."""
        return rows(held_out(length))

    def accuracy(self, model: Any, lengths: tuple[int, int]) -> float:  # noqa: ANN401 - as in Task
        """Share of the held-out reviews of all these numbers of opinions that is judged rightly, in [0, 1]."""
        ids, targets = rows([found for opinions in range(lengths[0], lengths[1] + 1) for found in held_out(opinions)])
        with torch.no_grad():
            return self.right(model(ids), targets).double().mean().item()

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One review with its label at the last word."""
        found = review(length, generator)
        return Example(found.words, encode(found.words), ("",) * (len(found.words) - 1) + (LABELS[found.label],))
