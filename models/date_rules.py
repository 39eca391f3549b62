"""Dates without a network: rules written by hand, to measure a translator against."""

from __future__ import annotations

import re
from datetime import date

from models.tasks.dates import MOIS, MONTHS, read

_NUMERIC = (
    (re.compile(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)"), (0, 1, 2)),  # year, month, day
    (re.compile(r"(\d\d?)/(\d\d?)/(\d{4}|\d\d)"), (2, 0, 1)),  # the month first, as in the United States
    (re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4}|\d\d)"), (2, 1, 0)),  # the day first, as in France
)
_PIVOT = 50  # of two digits of a year: from here on 19.., below 20..


def by_rules(text: str) -> str:
    """A date in ISO 8601, by rules; empty where no rule fits.

    A month is any word that one of its names in English or French begins with, of three letters or more. Beside it stand
    a day of one or two digits and a year of four. Dates of numbers go by what stands between them.
    """
    read_ = read(text)
    months = {k for word in re.findall(r"[^\W\d_]{3,}", read_) if (k := _month(word))}
    numbers = re.findall(r"\d+", read_)
    if len(months) == 1 and len(numbers) == 2:
        day, year = sorted(numbers, key=len)
        return _iso(year, str(months.pop()), day) if len(year) == 4 else ""
    for pattern, order in _NUMERIC:
        if found := pattern.fullmatch(read_):
            return _iso(*(found.groups()[k] for k in order))
    return ""


def _month(word: str) -> int:
    """The number of a month; 0 where the word begins none, or more than one."""
    fits = {k for names in (MONTHS, MOIS) for k, name in enumerate(names, 1) if name.lower().startswith(word)}
    return fits.pop() if len(fits) == 1 else 0


def _iso(year: str, month: str, day: str) -> str:
    whole = int(year) + (0 if len(year) == 4 else 1900 if int(year) >= _PIVOT else 2000)
    try:
        return date(whole, int(month), int(day)).isoformat()
    except ValueError:
        return ""
