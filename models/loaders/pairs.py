"""Pairs of texts in a file: one pair a line, what is to be read, then what is to be said.

    found = read(data)                      # bytes of a file
    found.sources[0], found.targets[0]      # "september 27, 1994", "1994-09-27"
    iso_dates(found)                        # the same, every target an ISO date: a sentence where one is none

Two layouts are told apart by themselves: a tab between the two, as in collections of translated sentences; or fixed width,
blanks up to one column, there a `_`, and the target behind it, as in files of dates. UTF-8, UTF-16 and Windows-1252 are read;
what was guessed stands in the remarks. Everything else is a ValueError whose sentence names the line, what came and what
was wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from models.loaders.encoding import decode
from models.told import Told

MOST = 100_000
"""Pairs of a file at most."""

LONGEST = 1000
"""Characters of a line at most."""

Layout = Literal["tab", "fixed width"]

_MARK = "_"
_SHOWN = 24  # characters of a wrong line that a sentence repeats


@dataclass(frozen=True)
class Pairs:
    """A file of pairs.

    Attributes:
        sources: What is to be read, without blanks at the ends.
        targets: What is to be said, without blanks at the ends, as many.
        lines: The line of the file of each, from 1.
        layout: "tab" or "fixed width".
        remarks: What was guessed or passed over, in sentences.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    lines: tuple[int, ...]
    layout: Layout
    remarks: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sources)


def read(data: bytes) -> Pairs:
    """Reads a file.

    Raises:
        ValueError: It is empty, too large, no text, of another layout, or a line differs: a sentence says which and where.
    """
    decoded = decode(data, Told("a pair on each line: what is read, a tab, what is said"))
    # Lines as an editor counts them: `str.splitlines` would also break at form feeds and other rarities.
    rows = [(k, line) for k, line in enumerate(decoded.text.split("\n"), 1) if line.strip()]
    _check(rows)
    layout, found, told = _parted(rows)
    for (k, _), (source, target) in zip(rows, found, strict=True):
        if not source or not target:
            raise ValueError(
                Told(
                    "Line {line} has nothing to read, expected text on both sides"
                    if not source
                    else "Line {line} has nothing to say, expected text on both sides",
                    line=k,
                )
            )
    sources, targets = zip(*found, strict=True)
    return Pairs(sources, targets, tuple(k for k, _ in rows), layout, (*decoded.remarks, *told))


def iso_dates(pairs: Pairs) -> Pairs:
    """The same pairs, each target a date as 1994-09-27; a header above them is passed over.

    Raises:
        ValueError: A target is no such date.
    """
    if len(pairs) > 1 and not _is_iso(pairs.targets[0]) and _is_iso(pairs.targets[1]):
        told = Told("Line {line} was taken for a header.", line=pairs.lines[0])
        pairs = replace(
            pairs,
            sources=pairs.sources[1:],
            targets=pairs.targets[1:],
            lines=pairs.lines[1:],
            remarks=(*pairs.remarks, told),
        )
    for line, target in zip(pairs.lines, pairs.targets, strict=True):
        if not _is_iso(target):
            raise ValueError(
                Told(
                    "Line {line} says {target}, expected a date that there is, as 1994-09-27",
                    line=line,
                    target=_quoted(target),
                )
            )
    return pairs


def _check(rows: Sequence[tuple[int, str]]) -> None:
    if len(rows) > MOST:
        raise ValueError(
            Told(
                "The file has {count:,} pairs, expected at most {most:,}: bring a part of it",
                count=len(rows),
                most=MOST,
            )
        )
    for number, line in rows:
        if len(line) > LONGEST:
            raise ValueError(
                Told(
                    "Line {line} has {count:,} characters, expected at most {most:,}",
                    line=number,
                    count=len(line),
                    most=LONGEST,
                )
            )


def _parted(rows: Sequence[tuple[int, str]]) -> tuple[Layout, list[tuple[str, str]], list[Told]]:
    """The layout, the two sides of each line, and what was passed over."""
    number, first = rows[0]
    if "\t" in first:
        tabs = first.count("\t")
        told = [
            Told("Each line has 1 more column behind the pair, not read.")
            if tabs == 2
            else Told("Each line has {count} more columns behind the pair, not read.", count=tabs - 1)
        ]
        return "tab", [_tabbed(k, line, number, tabs) for k, line in rows], told[: tabs - 1]
    if _MARK in first:
        place = first.rindex(_MARK)
        return "fixed width", [_fixed(k, line, place, number) for k, line in rows], []
    raise ValueError(
        Told(
            "Line {line} is {text}, with neither a tab nor a “_” in it, expected one of them between "
            "what is read and what is said",
            line=number,
            text=_quoted(first),
        )
    )


def _tabbed(number: int, line: str, first: int, tabs: int) -> tuple[str, str]:
    if line.count("\t") != tabs:
        came = line.count("\t") + 1
        raise ValueError(
            Told(
                "Line {line} has 1 column, expected {wide} parted by tabs as in line {first}"
                if came == 1
                else "Line {line} has {count} columns, expected {wide} parted by tabs as in line {first}",
                line=number,
                count=came,
                wide=tabs + 1,
                first=first,
            )
        )
    source, target, *_ = line.split("\t")
    return source.strip(), target.strip()


def _fixed(number: int, line: str, place: int, first: int) -> tuple[str, str]:
    if line[place : place + 1] != _MARK:
        raise ValueError(
            Told(
                "Line {line} is {text}, expected a “_” as character {place}, where line {first} has it",
                line=number,
                text=_quoted(line),
                place=place + 1,
                first=first,
            )
        )
    return line[:place].strip(), line[place + 1 :].strip()


def _is_iso(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _quoted(text: str) -> str:
    text = text.strip()
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
