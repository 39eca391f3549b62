"""Labelled texts in a file: a text on each line with its label behind a tab, or a CSV with the columns `text,label`.

    found = read(data)                      # bytes of a file
    found.texts, found.labels               # n texts, n numbers 0 or 1
    found.names                             # what 0 and 1 are called in the file

What is understood by itself: the label before the text or behind it; a header or none; quotes in a CSV; commas or semicolons
between its columns; UTF-8, UTF-16 and Windows-1252; 0/1, -1/1, neg/pos and the like, and any other two labels. What was
passed over or guessed stands in the remarks. Everything else is a ValueError whose sentence names the line, what came and
what was wanted.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from models.loaders.encoding import LARGEST_FILE, decode
from models.told import Told

MOST = 5_000
"""Texts of a file at most."""

FEWEST = 5
"""Texts of each label at least: fewer could not be learned from and tested on."""

LONGEST = 20_000
"""Characters of a text at most; the rest of a longer one is cut off."""

NEGATIVE = ("0", "-1", "neg", "negative", "bad", "no", "false")
POSITIVE = ("1", "+1", "pos", "positive", "good", "yes", "true")
"""Labels that are understood, in small letters."""

TEXT_NAMES = ("text", "sentence", "review", "comment", "content", "phrase")
LABEL_NAMES = ("label", "sentiment", "class", "polarity", "score", "target")
"""Names of columns, in small letters."""

_SHOWN = 24  # characters of a wrong entry that a sentence repeats
_TOLD = 3  # lines that a remark names
_LONGEST_LABEL = 20

Row = tuple[int, list[str]]
"""The line of the file on which a row begins, and its cells."""


@dataclass(frozen=True)
class Labelled:
    """The texts of a file.

    Attributes:
        texts: As they were written, without blanks around them.
        labels: 0 or 1 for each.
        names: What the labels 0 and 1 are called in the file.
        remarks: What was guessed or passed over, in sentences.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, str]
    remarks: tuple[str, ...]


def read(data: bytes) -> Labelled:
    """Reads a file.

    Raises:
        ValueError: It is empty, too large, no text, a row has not two columns, there are not two labels, or too few texts: a
            sentence says which and where.
    """
    decoded = decode(data, Told("a text and its label on each line"))
    remarks = list(decoded.remarks)
    rows = [(line, cells) for line, cells in _rows(decoded.text) if any(cells)]
    where = _columns(rows)
    if where.header:
        rows = rows[1:]
    if len(rows) > MOST:
        raise ValueError(
            Told(
                "The file has {count:,} texts, expected at most {most:,}: bring a part of it",
                count=len(rows),
                most=MOST,
            )
        )
    kept = _complete(rows, where, remarks)
    names = _names(kept)
    numbers = {label: k for k, label in enumerate(names)}
    labels = tuple(numbers[label] for _, _, label in kept)
    sizes = Counter(labels)
    if min(sizes[0], sizes[1]) < FEWEST:
        raise ValueError(
            Told(
                "The file has {texts} with the label {label} and {count} with {other}, expected at least "
                "{least} of each",
                texts=_counted(sizes[0], "text"),
                label=_quoted(names[0]),
                count=sizes[1],
                other=_quoted(names[1]),
                least=FEWEST,
            )
        )
    if names[1].lower() not in POSITIVE:
        remarks.append(Told("The label {label} was taken for the positive one.", label=_quoted(names[1])))
    return Labelled(tuple(content for _, content, _ in kept), labels, names, tuple(remarks))


def _complete(rows: list[Row], where: _Where, remarks: list[str]) -> list[tuple[int, str, str]]:
    """Line, text and label of each row that has both; what was passed over or cut is put among the remarks."""
    kept, missing, cut = [], [], 0
    for line, cells in rows:
        content, label = cells[where.text].strip(), cells[where.label].strip()
        if not content or not label:
            missing.append(line)
            continue
        cut += len(content) > LONGEST
        kept.append((line, content[:LONGEST], label))
    if missing:
        lines = ", ".join(map(str, missing[:_TOLD]))
        told = "Without a text or a label, and passed over: {rows} (line {lines})."
        if len(missing) > _TOLD:
            told = "Without a text or a label, and passed over: {rows} (line {lines} and others)."
        remarks.append(Told(told, rows=_counted(len(missing), "row"), lines=lines))
    if cut:
        remarks.append(Told("Cut off after {most:,} characters: {texts}.", most=LONGEST, texts=_counted(cut, "text")))
    return kept


def _rows(text: str) -> list[Row]:
    """The rows: the line on which each begins, and its cells, two or more; lines without anything are passed over."""
    lines = text.split("\n")
    first = next(line for line in lines if line.strip())
    # A text on each line may hold any commas and quotes, so a tab is looked for first.
    if "\t" in first:
        return [(number, _at_tab(line, number)) for number, line in enumerate(lines, 1) if line.strip()]
    found = list(_csv(text, ";" if first.count(";") > first.count(",") else ","))
    if not found or len(found[0][1]) < 2:
        raise ValueError(
            Told(
                "Line {line} has one column, {cell}, expected a text, a tab and its label, or a CSV with the "
                "columns text,label",
                line=1 + lines.index(first),
                cell=_quoted(first.strip()),
            )
        )
    return found


def _at_tab(line: str, number: int) -> list[str]:
    cells = line.split("\t")
    if len(cells) != 2:
        raise ValueError(
            Told(
                "Line {line} has {columns}, expected 2: a text, a tab and its label",
                line=number,
                columns=_counted(len(cells), "column"),
            )
        )
    return cells


def _csv(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    width, last = 0, 0
    try:
        for cells in reader:
            begins, last = last + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            width = width or len(cells)
            if len(cells) != width:
                raise ValueError(
                    Told(
                        "Line {line} has {columns}, expected {width} as in the first line; a text with a "
                        "“{delimiter}” in it needs quotes around it",
                        line=begins,
                        columns=_counted(len(cells), "column"),
                        width=width,
                        delimiter=delimiter,
                    )
                )
            yield begins, cells
    except csv.Error:
        raise ValueError(
            Told(
                "Line {line} opens a quote that is not closed as a CSV does it, expected text in quotes, then "
                "“{delimiter}”",
                line=last + 1,
                delimiter=delimiter,
            )
        ) from None


@dataclass(frozen=True)
class _Where:
    text: int
    label: int
    header: bool


def _columns(rows: list[Row]) -> _Where:
    """Which column holds the text and which the label: as the header says, or as the cells look."""
    names = [cell.strip().lower() for cell in rows[0][1]]
    text = next((k for k, name in enumerate(names) if name in TEXT_NAMES), None)
    label = next((k for k, name in enumerate(names) if name in LABEL_NAMES), None)
    if text is not None and label is not None:
        return _Where(text, label, header=True)
    if len(names) > 2:
        raise ValueError(
            Told(
                "Line {line} names {count} columns, {names}, expected one called text and one called label among them",
                line=rows[0][0],
                count=len(names),
                names=_quoted(", ".join(names)),
            )
        )
    short = [max(len(cells[k].strip()) for _, cells in rows) for k in (0, 1)]
    kinds = [len({cells[k].strip() for _, cells in rows}) for k in (0, 1)]
    label = 1 if (kinds[1], short[1]) <= (kinds[0], short[0]) else 0
    return _Where(1 - label, label, header=False)


def _names(kept: list[tuple[int, str, str]]) -> tuple[str, str]:
    """The two labels of the file, the negative one first."""
    seen: dict[str, int] = {}
    for line, _, label in kept:
        if label not in seen:
            seen[label] = line
        if len(seen) > 2 or len(label) > _LONGEST_LABEL:
            known = [_quoted(name) for name in list(seen)[:2] if name != label]
            told = {
                0: "Line {line} has the label {label}, expected one of two labels, such as 0 and 1",
                1: "Line {line} has the label {label}, expected one of two labels, {one}, such as 0 and 1",
                2: "Line {line} has the label {label}, expected one of two labels, {one} and {other}, such as 0 and 1",
            }[len(known)]
            raise ValueError(
                Told(told, line=line, label=_quoted(label), **dict(zip(("one", "other"), known, strict=False)))
            )
    if len(seen) < 2:
        if not seen:
            raise ValueError(Told("The file has no labels, expected two labels, such as 0 and 1"))
        only = _quoted(next(iter(seen)))
        raise ValueError(Told("The file has only the label {label}, expected two labels, such as 0 and 1", label=only))
    one, other = sorted(seen, key=lambda name: (name.lower() in POSITIVE, name.lower() not in NEGATIVE, name))
    return one, other


_COUNTED = {
    "column": (Told("1 column"), "{count:,} columns"),
    "row": (Told("1 row"), "{count:,} rows"),
    "text": (Told("1 text"), "{count:,} texts"),
}


def _counted(count: int, thing: str) -> Told:
    one, more = _COUNTED[thing]
    return one if count == 1 else Told(more, count=count)


def _quoted(cell: str) -> str:
    shown = cell[:_SHOWN].replace("`", "ˋ").replace("\n", " ")
    return f"`{shown}{'…' if len(cell) > _SHOWN else ''}`"
