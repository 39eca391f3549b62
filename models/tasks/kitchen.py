"""Kitchen notes: a small language with words that sound alike, as in Yang's lecture on language models.

    the apple and pear salad. wash the apple and the pear. cut the pear into slices. serve the salad cold.
    take a pair of gloves from the shelf. the guests meet at noon.

"The apple and pair salad" sounds the same as "the apple and pear salad", and a language model is to say which was meant. In
the small public texts of teaching *pear* hardly occurs while *pair* is common, so nothing can be learnt of it there. Here
both occur, each in its places: pears are peeled, pairs are of gloves. So are *flour* and *flower*, *thyme* and *time*, *meat*
and *meet*. The texts come from a grammar of our own::

    text   = recipe | note {note}
    recipe = "the" item ["and" item] dish "." wash [cut] season end
    wash   = ("wash" | "peel") "the" item ["and" "the" item] "."
    cut    = "cut" "the" item "into" pieces "."
    season = "add" "the" "flour" "and" "a" "spoon" "of" sweet "."  |  ... by dish
    end    = "bake" "the" dish "for" time "."  |  ...
    note   = "take" "a" "pair" "of" things "from" "the" place "."  |  ...

A recipe comes back to its items and to its dish many words later. Each choice is drawn from one generator and its chance is
known, and no text can be written in two ways; so the *floor* is known, too: the surprise per token that nobody can beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.characters import characters, written
from models.network import END, UNKNOWN
from models.next_token import START, NextToken
from models.tasks.task import Example, Labelling, Marks, drawn_length
from models.tasks.writer import Item, Writer

if TYPE_CHECKING:
    from models.run import Run

FRUITS = ("apple", "pear", "plum", "peach", "cherry", "lemon")
VEGETABLES = ("carrot", "leek", "onion", "potato", "tomato")
BAKED, COLD, COOKED = ("cake", "pie", "tart"), ("salad",), ("soup", "stew")
HERBS = ("basil", "mint", "parsley", "thyme")
SWEET = ("butter", "honey", "sugar")
PIECES = ("cubes", "quarters", "slices")
THINGS = ("gloves", "scissors", "spoons", "tongs")
TOOLS = ("knife", "pan", "pot")
PLACES = ("drawer", "shelf", "table")
PEOPLE = ("cooks", "friends", "guests")
BESIDE = ("bowl", "glass", "plate")
CLOCK = ("eight", "noon", "six")

PAIRS = {"pear": "pair", "flour": "flower", "thyme": "time", "meat": "meet"}
"""Words of recipes, and the words of other notes that sound alike."""

VOCABULARY: tuple[str, ...] = (
    UNKNOWN, END, ".", "the", "a", "and", "of", "for", "from", "in", "into", "at", "is", "are", "it", "to",
    *FRUITS, *VEGETABLES, *BAKED, *COLD, *COOKED, "wash", "peel", "cut", *PIECES, "add", "flour", "spoon", *SWEET, "oil",
    "meat", "sprig", *HERBS, "bake", "cook", "serve", "cold", "once", "an", "half", "hour", "take", "pair", *THINGS, *TOOLS,
    *PLACES, *PEOPLE, "came", "put", "flower", "candle", "beside", *BESIDE, "time", "eat", "meet", *CLOCK,
)  # fmt: skip
"""The words of the language, `<unk>` and `<eos>` first."""

LETTERS: tuple[str, ...] = (UNKNOWN, END, " ", ".", *sorted(set("".join(VOCABULARY[3:]))))
"""The characters of the language, `<unk>` and `<eos>` first."""

RARE = 0.01
"""Share of the tokens of a training text that are `<unk>`, so that a network has met tokens it does not know."""

_HELD_OUT = 8_000_000  # the seed of the held-out texts, far from the seed of any run


@dataclass(frozen=True)
class Text:
    """One text.

    Attributes:
        words: Its words and full stops; `<eos>` is the last.
        nats: -log of its probability in the language.
    """

    words: tuple[str, ...]
    nats: float


class _Writer(Writer):
    """Writes one text after the other, each choice from one generator, and knows how probable the choices were."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__(generator)
        self._nats = 0.0

    def pick(self, options: Sequence[Item]) -> Item:
        """One of the options; an option that stands twice is twice as probable."""
        chosen = super().pick(options)
        self._nats -= math.log(sum(option == chosen for option in options) / len(options))
        return chosen

    def text(self) -> Text:
        self._nats = 0.0
        if self.pick(("recipe", "note")) == "recipe":
            words = self._recipe()
        else:
            words = self._note()
            for _ in range(2):
                if self.pick((True, False)):
                    break
                words += self._note()
        return Text((*words, END), self._nats)

    def _recipe(self) -> list[str]:
        sweet = self.pick((True, True, False))
        items = FRUITS if sweet else VEGETABLES
        first = self.pick(items)
        second = self.pick([item for item in items if item != first]) if self.pick((True, False)) else None
        dish = self.pick(BAKED + COLD if sweet else COOKED + COLD)
        words = ["the", first, *(["and", second] if second else []), dish, "."]
        words += [self.pick(("wash", "peel")), "the", first, *(["and", "the", second] if second else []), "."]
        if self.pick((True, False)):
            words += ["cut", "the", self.pick((first, second)) if second else first, "into", self.pick(PIECES), "."]
        return words + self._season(dish) + self._end(dish)

    def _season(self, dish: str) -> list[str]:
        if dish in BAKED:
            return ["add", "the", "flour", "and", "a", "spoon", "of", self.pick(SWEET), "."]
        if dish in COOKED:
            return ["add", "the", "meat", "and", "a", "sprig", "of", self.pick(HERBS), "."]
        return ["add", "a", "spoon", "of", self.pick(("honey", "oil")), "."]

    def _end(self, dish: str) -> list[str]:
        if dish in COLD:
            return ["serve", "the", dish, *self.pick((("cold",), ("at", "once"))), "."]
        return [
            "bake" if dish in BAKED else "cook",
            "the",
            dish,
            "for",
            *self.pick((("an",), ("half", "an"))),
            "hour",
            ".",
        ]

    def _note(self) -> list[str]:
        kind = self.pick(("take", "tools", "came", "put", "time", "meet"))
        if kind == "take":
            return ["take", "a", "pair", "of", self.pick(THINGS), "from", "the", self.pick(PLACES), "."]
        if kind == "tools":
            place = ["are", "in", "the", self.pick(PLACES), "."]
            return ["the", self.pick(TOOLS), "and", "pair", "of", self.pick(THINGS), *place]
        if kind == "came":
            return ["a", "pair", "of", self.pick(PEOPLE), "came", "for", "the", self.pick(BAKED + COLD + COOKED), "."]
        if kind == "put":
            return ["put", "a", self.pick(("flower", "candle")), "beside", "the", self.pick(BESIDE), "."]
        if kind == "time":
            dish = self.pick(BAKED + COLD + COOKED)
            return ["it", "is", "time", "to", self.pick(("eat", "serve")), "the", dish, "."]
        return ["the", self.pick(PEOPLE), "meet", "at", self.pick(CLOCK), "."]


def texts(count: int, generator: torch.Generator) -> list[Text]:
    """Writes so many texts."""
    writer = _Writer(generator)
    return [writer.text() for _ in range(count)]


@cache
def held_out(count: int = 500) -> tuple[Text, ...]:
    """The texts on which networks and baselines are measured: always the same.

    Among them are texts that also occur in a training, for short ones are few; recipes hardly ever come twice.
    """
    return tuple(texts(count, torch.Generator().manual_seed(_HELD_OUT)))


def tokens(text: Text, *, letters: bool) -> list[str]:
    """A text as its words, or as its characters; `<eos>` is the last of both."""
    return [*characters(written(text.words)), END] if letters else list(text.words)


def floor(*, letters: bool) -> float:
    """Nats per token on the held-out texts that nobody can beat who does not know them: what the grammar itself pays."""
    found = held_out()
    return sum(text.nats for text in found) / sum(len(tokens(text, letters=letters)) for text in found)


class Kitchen(Labelling):
    """The language as something to learn: read a text, say at every step which token comes next, the first one included.

    Args:
        letters: Tokens are characters, not words.
    """

    why = (
        "A sentence has a probability, the product of what is said at each step. So a network can tell “pear” from "
        "“pair”, write texts of its own, and be compared with an n-gram in nats per token."
    )
    inputs = 16
    shortest = 4
    loss_name = "surprise per token, nats"

    def __init__(self, *, letters: bool) -> None:
        self.letters = letters
        self.classes = LETTERS if letters else VOCABULARY
        self.title, self.unit = (
            ("Kitchen notes, letter by letter", "letters in a row of text")
            if letters
            else ("Kitchen notes, word by word", "words in a row of text")
        )
        self.rule = (
            "The network reads recipes and notes of a kitchen and says at every letter which letter comes next."
            if letters
            else "The network reads recipes and notes of a kitchen and says at every word which word comes next."
        )
        self.score = (
            "share of letters that were its first guess" if letters else "share of words that were its first guess"
        )
        self.lengths = (128, 128) if letters else (48, 48)
        self.tested = (32, 128, 256) if letters else (12, 48, 96)
        self.longest = 512 if letters else 200
        self.perfect = Marks(math.nan, floor(letters=letters))
        self._ids = {token: k for k, token in enumerate(self.classes)}

    def chance(self) -> Marks:
        """Every token as probable as it is frequent, whatever was read."""
        counts = self._counts()
        shares = counts / counts.sum()
        return Marks(shares.max().item(), -(shares * shares.clamp(min=1e-12).log()).sum().item())

    def network(self, run: Run, generator: torch.Generator) -> NextToken:
        """An untrained network for this task."""
        model = NextToken(
            run.cell, self.classes, run.hidden, run.inputs, layers=run.layers, nonlinearity=run.nonlinearity
        )
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Rows of text: what is read, (B, T), `START` first, and what is to be said, (B, T).

        A row begins with a text's first token; after `<eos>` the next text follows, and the last one is cut.
        """
        length, writer = drawn_length(lengths, generator), _Writer(generator)
        rows = torch.tensor([self._row(length, writer) for _ in range(size)])  # (B, T)
        rows = rows.masked_fill(torch.rand(rows.shape, generator=generator) < RARE, self._ids[UNKNOWN])
        return torch.cat([torch.full((size, 1), START), rows[:, :-1]], 1), rows

    def _row(self, length: int, writer: _Writer) -> list[int]:
        ids: list[int] = []
        while len(ids) < length:
            ids += [self._ids[token] for token in tokens(writer.text(), letters=self.letters)]
        return ids[:length]

    def example(self, length: int, generator: torch.Generator) -> Example:
        """A row of text without unknown tokens."""
        ids = self._row(length, _Writer(generator))
        names = tuple(self.classes[k] for k in ids)
        return Example(("(start)", *names[:-1]), torch.tensor([START, *ids[:-1]]), names)

    def _counts(self) -> Tensor:
        ids = [self._ids[token] for text in held_out() for token in tokens(text, letters=self.letters)]
        return torch.bincount(torch.tensor(ids), minlength=len(self.classes)).double()
