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
    decoded = decode(data, "a text and its label on each line")
    remarks = list(decoded.remarks)
    rows = [(line, cells) for line, cells in _rows(decoded.text) if any(cells)]
    where = _columns(rows)
    if where.header:
        rows = rows[1:]
    if len(rows) > MOST:
        raise ValueError(f"The file has {len(rows):,} texts, expected at most {MOST:,}: bring a part of it")
    kept = _complete(rows, where, remarks)
    names = _names(kept)
    numbers = {label: k for k, label in enumerate(names)}
    labels = tuple(numbers[label] for _, _, label in kept)
    sizes = Counter(labels)
    if min(sizes[0], sizes[1]) < FEWEST:
        raise ValueError(
            f"The file has {_counted(sizes[0], 'text')} with the label {_quoted(names[0])} and {sizes[1]} with "
            f"{_quoted(names[1])}, expected at least {FEWEST} of each"
        )
    if names[1].lower() not in POSITIVE:
        remarks.append(f"The label {_quoted(names[1])} was taken for the positive one.")
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
        told = ", ".join(map(str, missing[:_TOLD])) + (" and others" if len(missing) > _TOLD else "")
        remarks.append(f"Without a text or a label, and passed over: {_counted(len(missing), 'row')} (line {told}).")
    if cut:
        remarks.append(f"Cut off after {LONGEST:,} characters: {_counted(cut, 'text')}.")
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
            f"Line {1 + lines.index(first)} has one column, {_quoted(first.strip())}, expected a text, a tab and its label, "
            "or a CSV with the columns text,label"
        )
    return found


def _at_tab(line: str, number: int) -> list[str]:
    cells = line.split("\t")
    if len(cells) != 2:
        raise ValueError(f"Line {number} has {_counted(len(cells), 'column')}, expected 2: a text, a tab and its label")
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
                    f"Line {begins} has {_counted(len(cells), 'column')}, expected {width} as in the first line; a text with "
                    f"a “{delimiter}” in it needs quotes around it"
                )
            yield begins, cells
    except csv.Error:
        raise ValueError(
            f"Line {last + 1} opens a quote that is not closed as a CSV does it, expected text in quotes, then “{delimiter}”"
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
            f"Line {rows[0][0]} names {len(names)} columns, {_quoted(', '.join(names))}, expected one called text and one "
            "called label among them"
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
            known = " and ".join(_quoted(name) for name in list(seen)[:2] if name != label)
            raise ValueError(
                f"Line {line} has the label {_quoted(label)}, expected one of two labels{f', {known}' if known else ''}, "
                "such as 0 and 1"
            )
    if len(seen) < 2:
        came = f"only the label {_quoted(next(iter(seen)))}" if seen else "no labels"
        raise ValueError(f"The file has {came}, expected two labels, such as 0 and 1")
    one, other = sorted(seen, key=lambda name: (name.lower() in POSITIVE, name.lower() not in NEGATIVE, name))
    return one, other


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _quoted(cell: str) -> str:
    shown = cell[:_SHOWN].replace("`", "ˋ").replace("\n", " ")
    return f"`{shown}{'…' if len(cell) > _SHOWN else ''}`"
