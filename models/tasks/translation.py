"""Dates to ISO in one network: it reads a date in any spelling, then an arrow, and from there on it writes.

    reads   2 7 ␣ s e p t ␣ 1 9 9 4 →  1  9  9  4  -  0  9  -  2
    says    . . . . . . . . . . . . 1  9  9  4  -  0  9  -  2  7

The spellings are those of `models/tasks/dates.py`. While it reads, nothing is asked. From the arrow on it says the next
character of the ISO date, and then reads the *right* one, whatever it said: teacher forcing. So the whole date has to fit
into one state, that of the arrow, as in an encoder and a decoder without attention; here both are one and the same network.

The score counts characters. It flatters: two of the ten are hyphens in fixed places, and the right characters so far tell
much about the next one. Whole dates are counted by `whole`, and shown beside the score.

The days that `models/tasks/dates.py` holds out are held out here, too: no training text names them in any spelling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models import date_rules
from models.labeller import PAD_ID, Labeller
from models.tasks import dates
from models.tasks.dates import CHARACTERS, DAYS, FIRST_DAY, ISO, SPELLINGS, Pair
from models.tasks.task import NOT_ASKED, Example, Labelling, Marks, Measure

if TYPE_CHECKING:
    from models.run import Run

ARROW = "→"
"""Is read behind a text: from here on the network writes."""

READ: tuple[str, ...] = (*CHARACTERS, ARROW)
"""What is read, by number: the pad, anything unknown, the characters, the arrow."""

SAID: tuple[str, ...] = tuple("0123456789-")
"""What is said, by number."""

SHORTEST, LONGEST = 6, 29
"""Characters of the shortest and the longest text: "1.1.50" and "Wednesday, September 27, 1994"."""

_TEXTS = 200  # held-out texts of each length
_HELD_OUT = 5_100_000  # plus the lengths: the seed of the held-out texts, far from the seed of any run
_READ_IDS = {character: k for k, character in enumerate(READ)}
_SAID_IDS = {character: k for k, character in enumerate(SAID)}
_READ_OF_SAID = torch.tensor([_READ_IDS[character] for character in SAID])


# ---- texts of a length -----------------------------------------------------------------------------------------------


def pairs(count: int, lengths: tuple[int, int], generator: torch.Generator, *, held_out: bool = False) -> list[Pair]:
    """Draws pairs whose text has `lengths[0]` to `lengths[1]` characters: every spelling of every day equally often.

    Args:
        count: How many.
        lengths: From 6 to 29.
        generator: Where every choice comes from.
        held_out: Of the days that are held out; else of all others.

    Raises:
        ValueError: No text is as long as that.
    """
    if not SHORTEST <= lengths[0] <= lengths[1] <= LONGEST:
        raise ValueError(
            f"lengths is {lengths}, expected the shortest and the longest of {SHORTEST} to {LONGEST} characters"
        )
    places = _of_lengths(lengths, held_out=held_out)
    drawn = places[torch.randint(len(places), (count,), generator=generator)].tolist()
    return [_pair(*divmod(place, DAYS)) for place in drawn]


def _pair(spelling: int, number: int) -> Pair:
    name, day = list(SPELLINGS)[spelling], FIRST_DAY + timedelta(days=number)
    return Pair(SPELLINGS[name](day), day.isoformat(), name)


@lru_cache(maxsize=16)
def _of_lengths(lengths: tuple[int, int], *, held_out: bool) -> Tensor:
    """Which texts are as long as that: spelling · DAYS + day, (N,)."""
    numbers = dates.days(held_out=held_out)
    sizes = _sizes()[:, numbers]
    spelling, place = ((sizes >= lengths[0]) & (sizes <= lengths[1])).nonzero(as_tuple=True)
    return (spelling * DAYS + numbers[place]).to(torch.int32)


@cache
def _sizes() -> Tensor:
    """Characters of every spelling of every day, (spellings, DAYS).

    Two days of one month, day of the month and weekday are spelt in equally many characters, so a few days tell all.
    """
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    kinds = [(day.month, day.day, day.weekday()) for day in days]
    first: dict[tuple[int, int, int], date] = {}
    for kind, day in zip(kinds, days, strict=True):
        first.setdefault(kind, day)
    columns = {kind: place for place, kind in enumerate(first)}
    table = torch.tensor([[len(dates.read(spell(day))) for day in first.values()] for spell in SPELLINGS.values()])
    return table[:, torch.tensor([columns[kind] for kind in kinds])].to(torch.int8)


@cache
def held_out(lengths: tuple[int, int], count: int = _TEXTS) -> tuple[Pair, ...]:
    """The pairs on which accuracy is measured, of texts as long as that: always the same, of days that no training sees."""
    generator = torch.Generator().manual_seed(_HELD_OUT + 100 * lengths[0] + lengths[1])
    return tuple(pairs(count, lengths, generator, held_out=True))


# ---- pairs as numbers ------------------------------------------------------------------------------------------------


def rows(found: Sequence[Pair]) -> tuple[Tensor, Tensor]:
    """What is read, ids (B, T): text, arrow, nine characters of the date; and what is to be said, (B, T).

    A text that is shorter than the longest one has pads behind it all. Nothing is asked before the arrow and at pads.
    """
    read, said = [], []
    for pair in found:
        source = dates.encode([pair.source])[0]
        target = torch.tensor([_SAID_IDS[character] for character in pair.target])
        read.append(torch.cat([source, torch.tensor([_READ_IDS[ARROW]]), _READ_OF_SAID[target[:-1]]]))
        said.append(torch.cat([torch.full((len(source),), NOT_ASKED), target]))
    pad = nn.utils.rnn.pad_sequence
    return pad(read, batch_first=True, padding_value=PAD_ID), pad(said, batch_first=True, padding_value=NOT_ASKED)


def whole(outputs: Tensor, targets: Tensor) -> Tensor:
    """Whether all ten characters of each date are right, (B,), of logits (B, T, K).

    Nobody needs to feed a network its own characters for that: as long as it is right, what it is told is what it said.
    """
    return ((outputs.argmax(-1) == targets) | (targets == NOT_ASKED)).all(1)


# ---- without a network -----------------------------------------------------------------------------------------------


@cache
def _iso() -> Tensor:
    """Every ISO date of the hundred years, as numbers of what is said, (DAYS, 10)."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    return torch.tensor([[_SAID_IDS[character] for character in day.isoformat()] for day in days])


@cache
def by_place() -> Marks:
    """Who knows how often each character stands in each of the ten places, and nothing else."""
    shares = torch.stack([torch.bincount(place, minlength=len(SAID)) for place in _iso().T]).double() / DAYS  # (10, 11)
    entropy = -(shares * shares.clamp(min=1e-12).log()).sum(1)
    return Marks(shares.max(1).values.mean().item(), entropy.mean().item())


@cache
def by_prefix() -> Marks:
    """Who also knows the right characters so far, but has not read the text: a language model of ISO dates."""
    right, loss, so_far = [], [], torch.zeros(DAYS, dtype=torch.long)  # the characters so far as one number
    for said in _iso().T:
        prefixes, row = torch.unique_consecutive(so_far, return_inverse=True)  # days are in order
        counts = torch.bincount(row * len(SAID) + said, minlength=len(prefixes) * len(SAID)).reshape(-1, len(SAID))
        shares = counts / counts.sum(1, keepdim=True).double()
        right.append(counts.max(1).values.sum().item() / DAYS)
        loss.append(-(counts * shares.clamp(min=1e-12).log()).sum().item() / DAYS)
        so_far = so_far * len(SAID) + said
    return Marks(sum(right) / ISO, sum(loss) / ISO)


@cache
def by_rules() -> Marks:
    """The rules of `models/date_rules.py` on the held-out texts; a wrong character is infinitely surprising to them."""
    found = [(date_rules.by_rules(pair.source).ljust(ISO), pair.target) for pair in held_out((SHORTEST, LONGEST), 1000)]
    right = [a == b for said, target in found for a, b in zip(said, target, strict=True)]
    share = sum(right) / len(right)
    return Marks(share, 0.0 if share == 1 else float("inf"))


class Dates(Labelling):
    """See the head of this file."""

    title = "Dates to ISO, one network"
    rule = (
        "The network reads a date in one of fourteen English and French spellings, character by character, and then an "
        "arrow. From there on it says the ISO date, one character a step, and is told the right characters so far."
    )
    why = (
        "Translation without an encoder and a decoder: all that was read has to fit into one state, that of the arrow. The "
        "year comes first; month and day, which mean work, come late or never."
    )
    unit = "characters in the text"
    lengths = (SHORTEST, LONGEST)
    shortest = SHORTEST
    longest = LONGEST
    tested = (6, 8, 10, 12, 14, 18, 22, 26, 29)
    inputs = 16
    classes = SAID
    score = "share of characters right, told those before"
    loss_name = "cross-entropy in nats a character"

    def network(self, run: Run, generator: torch.Generator) -> Labeller:
        """An untrained network for this task."""
        model = Labeller(
            run.cell, len(READ), run.hidden, run.inputs, len(SAID), layers=run.layers, nonlinearity=run.nonlinearity
        )
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """In each of the ten places its most frequent character."""
        return by_place()

    def baselines(self) -> Mapping[str, Marks]:
        """Who goes by the right characters so far and has not read the text; and the rules, which read it."""
        return {"the characters so far": by_prefix(), "rules, no network": by_rules()}

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """What is read, ids (B, T), and what is to be said, (B, T): see `rows`. The texts of a batch differ in length."""
        return rows(pairs(size, lengths, generator))

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """Texts with so many characters, of days that no training sees."""
        return _rows_held_out((length, length))

    def accuracy(self, model: Any, lengths: tuple[int, int]) -> float:  # noqa: ANN401 - as in Task
        """Share of the characters that are right, on held-out texts of all these lengths, as frequent as in training."""
        ids, targets = _rows_held_out(lengths)
        with torch.no_grad():
            return self.right(model(ids), targets).double().mean().item()

    def further(self, model: Any, lengths: tuple[int, int]) -> tuple[Measure, ...]:  # noqa: ANN401 - as in Task
        """Whole dates, all ten characters right."""
        ids, targets = _rows_held_out(lengths)
        with torch.no_grad():
            return (Measure("whole dates", whole(model(ids), targets).double().mean().item()),)

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One text of a day that is held out, the arrow, and the date, which it is told as it goes."""
        (pair,) = pairs(1, (length, length), generator, held_out=True)
        ids, targets = rows([pair])
        tokens = (*dates.read(pair.source).replace(" ", "␣"), ARROW, *pair.target[:-1])
        return Example(tokens, ids[0], self.names(targets[0]))


@lru_cache(maxsize=64)
def _rows_held_out(lengths: tuple[int, int]) -> tuple[Tensor, Tensor]:
    return rows(held_out(lengths))
