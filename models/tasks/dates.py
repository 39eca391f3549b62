"""Dates in many spellings, English and French, each with the same date in ISO 8601: pairs to learn a translation from.

    Tuesday, September 27, 1994     1994-09-27
    le 27 sept. 1994                1994-09-27
    9/27/94                         1994-09-27

All spellings are written by the functions below. Days run evenly from 1950-01-01 to 2049-12-31, so that two digits are enough
for a year. Slashes put the month first, as in the United States; dots put the day first, as in France.

One day in ten is *held out*: none of its spellings is ever drawn for training. A network that is right on those has not
learned dates by heart.

The pairs are no `Task`: a task asks at the steps of what is read, and here what is said has steps of its own.
`models/tasks/translation.py` makes one of them, by writing both in one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import torch
from torch import Tensor

FIRST_DAY = date(1950, 1, 1)
DAYS = 36_525
"""Days from the first one on: a hundred years."""

HELD_OUT_EVERY, _HELD_OUT_REST = 10, 7
"""Of every ten days one is held out: the one whose number leaves this rest."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip
MOIS_SHORT = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _month(day: date) -> str:
    return MONTHS[day.month - 1]


def _mois(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"


def _ordinal(day: int) -> str:
    return f"{day}{'th' if day in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


SPELLINGS: Mapping[str, Callable[[date], str]] = {
    "September 27, 1994": lambda d: f"{_month(d)} {d.day}, {d.year}",
    "Sep 27, 1994": lambda d: f"{_month(d)[:3]} {d.day}, {d.year}",
    "27 September 1994": lambda d: f"{d.day} {_month(d)} {d.year}",
    "September 27th, 1994": lambda d: f"{_month(d)} {_ordinal(d.day)}, {d.year}",
    "the 27th of September 1994": lambda d: f"the {_ordinal(d.day)} of {_month(d)} {d.year}",
    "Tuesday, September 27, 1994": lambda d: f"{WEEKDAYS[d.weekday()]}, {_month(d)} {d.day}, {d.year}",
    "9/27/94": lambda d: f"{d.month}/{d.day}/{d.year % 100:02}",
    "9/27/1994": lambda d: f"{d.month}/{d.day}/{d.year}",
    "27 septembre 1994": _mois,
    "mardi 27 septembre 1994": lambda d: f"{JOURS[d.weekday()]} {_mois(d)}",
    "le 27 sept. 1994": lambda d: f"le {'1er' if d.day == 1 else d.day} {MOIS_SHORT[d.month - 1]} {d.year}",
    "27.09.1994": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "27.9.94": lambda d: f"{d.day}.{d.month}.{d.year % 100:02}",
    "1994/09/27": lambda d: f"{d.year}/{d.month:02}/{d.day:02}",
}
"""How a date may be written: an example of each spelling, and the function that writes it."""

PAD, UNKNOWN = "<pad>", "<unk>"
START, END = "<go>", "<eos>"

CHARACTERS: tuple[str, ...] = (PAD, UNKNOWN, *" ,./-'0123456789abcdefghijklmnopqrstuvwxyzéèûôàç")
"""What is read, by number: the pad behind a shorter text of a batch, anything unknown, and the characters."""

SAID: tuple[str, ...] = (*"0123456789-", END)
"""What is said, by number. `START` comes after them: it is read by the decoder and never said."""

_CHARACTER_IDS = {character: k for k, character in enumerate(CHARACTERS)}
_SAID_IDS = {character: k for k, character in enumerate(SAID)}

START_ID, END_ID, PAD_ID = len(SAID), _SAID_IDS[END], _CHARACTER_IDS[PAD]

LONGEST = 40
"""Characters that are read of a text at most."""

ISO = 10
"""Characters of an ISO date."""

_HELD_OUT_SEED = 5_000_000


@dataclass(frozen=True)
class Pair:
    """A date as somebody wrote it, and in ISO 8601.

    Attributes:
        source: As it was written.
        target: As it should be said, "1994-09-27".
        spelling: A key of `SPELLINGS`; empty where it came from elsewhere.
    """

    source: str
    target: str
    spelling: str = ""


def draw(count: int, generator: torch.Generator, *, held_out: bool = False) -> list[Pair]:
    """Draws pairs: every day and every spelling equally often.

    Args:
        count: How many.
        generator: Where every choice comes from.
        held_out: Of the days that are held out; else of all others.

    Raises:
        ValueError: The count is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}, expected 0 or more pairs")
    numbers = days(held_out=held_out)
    picked = numbers[torch.randint(len(numbers), (count,), generator=generator)].tolist()
    forms = torch.randint(len(SPELLINGS), (count,), generator=generator).tolist()
    names = list(SPELLINGS)
    drawn = [FIRST_DAY + timedelta(days=number) for number in picked]
    return [
        Pair(SPELLINGS[names[form]](day), day.isoformat(), names[form]) for day, form in zip(drawn, forms, strict=True)
    ]


@cache
def days(*, held_out: bool) -> Tensor:
    """The numbers of the days that are held out, or of all others, (N,), counted from `FIRST_DAY`."""
    numbers = torch.arange(DAYS)
    out = numbers % HELD_OUT_EVERY == _HELD_OUT_REST
    return numbers[out if held_out else ~out]


@cache
def held_out(count: int = 1000) -> tuple[Pair, ...]:
    """The pairs on which every number is measured: always the same, of days that no training sees."""
    return tuple(draw(count, torch.Generator().manual_seed(_HELD_OUT_SEED), held_out=True))


@cache
def misspelt(count: int = 500) -> tuple[Pair, ...]:
    """Held-out pairs with a word in them, one letter of it dropped or swapped with the next one."""
    generator = torch.Generator().manual_seed(_HELD_OUT_SEED + 1)
    found: list[Pair] = []
    for pair in held_out(4 * count):
        places = [k for k in range(len(pair.source) - 1) if _inside_a_word(pair.source, k)]
        if not places:
            continue
        place, kind = (float(u) for u in torch.rand(2, generator=generator))
        k = places[int(place * len(places))]
        before, a, b, after = pair.source[:k], pair.source[k], pair.source[k + 1], pair.source[k + 2 :]
        found.append(Pair(before + (b if kind < 0.5 else b + a) + after, pair.target, pair.spelling))
        if len(found) == count:
            break
    return tuple(found)


def _inside_a_word(text: str, k: int) -> bool:
    """Whether letter k and the next are unlike letters of a month or a weekday, four letters or longer."""
    start = end = k
    while start > 0 and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    word = end - start >= 4 and (start == 0 or not text[start - 1].isdigit())
    return word and k + 1 < end and text[k].lower() != text[k + 1].lower()


def read(text: str) -> str:
    """A text as the network reads it: small letters, blanks like every other blank, at most `LONGEST` characters."""
    return " ".join(text[: 4 * LONGEST].replace("’", "'").lower().split())[:LONGEST]


def unknown(text: str) -> list[str]:
    """The characters of a text that the network reads as `<unk>`, each once."""
    return [c for c in dict.fromkeys(read(text)) if c not in _CHARACTER_IDS]


def encode(texts: Sequence[str]) -> Tensor:
    """Character ids (B, T) of texts, pads behind the shorter ones.

    Raises:
        ValueError: There is no text, or a text has nothing to read.
    """
    read_ = [read(text) for text in texts]
    if not read_ or not all(read_):
        raise ValueError(f"{len(read_)} texts, expected one or more, and at least one character in each")
    rows = torch.full((len(read_), max(map(len, read_))), PAD_ID)
    for row, text in zip(rows, read_, strict=True):
        row[: len(text)] = torch.tensor([_CHARACTER_IDS.get(c, _CHARACTER_IDS[UNKNOWN]) for c in text])
    return rows


def encode_targets(dates: Sequence[str]) -> Tensor:
    """Ids (B, 11) of what should be said: the ten characters of each date, then `END`.

    Raises:
        ValueError: One of them is no ISO date.
    """
    for text in dates:
        if len(text) != ISO or not set(text) <= set(SAID):
            raise ValueError(f"target is {text!r}, expected a date as 1994-09-27")
    return torch.tensor([[*(_SAID_IDS[c] for c in text), END_ID] for text in dates]).reshape(-1, ISO + 1)


def decode(ids: Sequence[int]) -> str:
    """What was said, up to `END`."""
    said = [SAID[k] for k in ids]
    return "".join(said[: said.index(END)] if END in said else said)
