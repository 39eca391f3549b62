"""Numbers in a file: one a line, or a CSV with columns, one of which may hold dates.

    table = read(data)                      # bytes of a file
    table.numeric                           # the columns that hold numbers
    column(table, "Passengers").values      # (n,), evenly spaced, in the order of time, without gaps

What is understood by itself: commas, semicolons, tabs or blanks between columns; a header or none; decimal points and decimal
commas; quotes; UTF-8, UTF-16 and Windows-1252; the usual words for a missing value. What was guessed stands in the remarks.
Everything else is a ValueError whose sentence names the line, what came and what was wanted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.loaders.encoding import decode
from models.told import Told

LONGEST = 100_000
"""Rows of a file at most."""

WIDEST = 200
"""Columns of a file at most."""

LARGEST = 1e12
"""The largest |number|."""

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "–", "—", "?", "."})
"""What stands for a missing value, in small letters."""

MISSING_AT_MOST = 1 / 3
"""Share of the values that may be missing."""

_POINT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_POINT_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([, '’][0-9]{3})+(\.[0-9]*)?")
_COMMA = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]{1,3})?")
_COMMA_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([. '’][0-9]{3})+(,[0-9]*)?")
_ONE_COMMA = re.compile(r"\s*[+-]?[0-9]{1,15},[0-9]{1,15}\s*")
_DATES = (
    "%Y-%m", "%Y/%m", "%m/%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M", "%d/%m/%Y %H:%M:%S", "%b %Y", "%d %b %Y",
)  # fmt: skip
_WANTED = Told("a number on each line or a table with a column of numbers")
_LONGEST_CELL = 60  # characters of a number or a date
_SHOWN = 24  # characters of a wrong entry that a sentence repeats
_LOOKED_AT = 50  # lines from which the delimiter is guessed
_TRIED = 1000  # cells of a column, evenly spread, that say whether it holds numbers
_TOLD = 3  # places that a remark names


@dataclass(frozen=True, eq=False)
class Table:
    """A file as rows and columns.

    Attributes:
        names: Of the columns: those of the header, or "column 1" and so on.
        columns: The cells of each, as they were written, without blanks around them.
        lines: The line of the file on which each row ends, from 1.
        decimal: "." or ",".
        numeric: The columns in which at least half of what is not missing is a number; never dates.
        dates: The column of dates; "" where there is none.
        remarks: What was guessed or passed over, in sentences.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    decimal: str
    numeric: tuple[str, ...]
    dates: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Column:
    """One column as a series.

    Attributes:
        name: As in the table.
        values: (n,), no gaps, in the order of time.
        moments: The dates as they were written, n of them; empty where there are none.
        filled: How many values were missing and were put on a straight line between their neighbours.
        remarks: What was done to it, in sentences.
    """

    name: str
    values: NDArray[np.float64]
    moments: tuple[str, ...]
    filled: int
    remarks: tuple[str, ...]


# ---- bytes to rows ---------------------------------------------------------------------------------------------------


def read(data: bytes, decimal: str = "") -> Table:
    """Reads a file.

    Args:
        data: Its bytes.
        decimal: "." or ","; guessed if not given.

    Raises:
        ValueError: It is empty, too large, no text, or its rows are of unequal width: a sentence says which and where.
    """
    decoded = decode(data, _WANTED)
    text = decoded.text
    first = [line for line in text[:200_000].splitlines() if line.strip()][:_LOOKED_AT]
    delimiter, decimal, guess = _separators(first, decimal)
    rows, lines = _rows(text, delimiter)
    if not rows:
        raise ValueError(Told("The file has no cell with anything in it, expected a column of numbers"))
    names, rows, lines = _header(rows, lines, decimal)
    columns = tuple(tuple(cells) for cells in zip(*rows, strict=True))
    dates = next((name for name, cells in zip(names, columns, strict=True) if _parsed_dates(cells)), "")
    numeric = tuple(
        name for name, cells in zip(names, columns, strict=True) if name != dates and _is_numeric(cells, decimal)
    )
    if not numeric:
        raise ValueError(
            Told(
                "No column holds numbers: line {line} begins with {cell}, expected {wanted}",
                line=lines[0],
                cell=_quoted(rows[0][0]),
                wanted=_WANTED,
            )
        )
    return Table(names, columns, tuple(lines), decimal, numeric, dates, (*decoded.remarks, *guess))


def _separators(first: Sequence[str], decimal: str) -> tuple[str, str, list[str]]:
    """What stands between columns ("" if there is one column) and in decimals, with a remark where it is a guess."""
    for delimiter in (";", "\t"):
        if sum(delimiter in line for line in first) > len(first) / 2:
            cells = [cell.strip() for line in first for cell in line.split(delimiter)]
            commas = sum(bool(re.fullmatch(r"[+-]?[0-9]*,[0-9]+", cell)) for cell in cells)
            points = sum(bool(re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", cell)) for cell in cells)
            return delimiter, decimal or ("," if commas > points else "."), []
    if sum("," in line for line in first) > len(first) / 2:
        body = first[1:] if "," not in first[0] else first
        if decimal == "," or (not decimal and body and all(_ONE_COMMA.fullmatch(line) for line in body)):
            counts = [int(line.split(",")[0]) for line in body if _ONE_COMMA.fullmatch(line)]
            counted = (len(counts) > 4 or counts[:1] in ([0], [1])) and all(b - a == 1 for a, b in pairwise(counts))
            if decimal == "," or "," not in first[0] or not counted:
                told = Told("Each line has one comma, which was read as a decimal comma.")
                return "", ",", [] if decimal else [told]
        return ",", decimal or ".", []
    widths = {len(line.split()) for line in first}
    blank = " " if len(widths) == 1 and widths.pop() > 1 and not _parsed_dates([line.strip() for line in first]) else ""
    return blank, decimal or ("," if any(_ONE_COMMA.fullmatch(line) for line in first) else "."), []


def _rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The rows of cells, and the line on which each ends; empty lines are passed over."""
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, cells in _split(text, delimiter):
        if not any(cells):
            continue
        if rows and len(cells) != len(rows[0]):
            raise ValueError(
                Told(
                    "Line {line} has {columns}, expected {wide} as in line {first}",
                    line=line,
                    columns=_counted(len(cells), "column"),
                    wide=len(rows[0]),
                    first=lines[0],
                )
            )
        if len(cells) > WIDEST:
            raise ValueError(
                Told(
                    "Line {line} has {count:,} columns, expected at most {most}",
                    line=line,
                    count=len(cells),
                    most=WIDEST,
                )
            )
        if len(rows) > LONGEST:
            raise ValueError(
                Told(
                    "The file has more than {most:,} rows, expected at most so many: bring a part of it",
                    most=LONGEST,
                )
            )
        rows.append(cells)
        lines.append(line)
    return rows, lines


def _split(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    if delimiter in ("", " "):
        for line, row in enumerate(io.StringIO(text), start=1):
            yield line, (row.split() if delimiter else [row.strip().strip('"').strip()])
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise ValueError(
            Told(
                "Line {line} is no row of a table ({error}), expected cells of usual length",
                line=reader.line_num,
                error=error,
            )
        ) from None


def _header(
    rows: list[list[str]], lines: list[int], decimal: str
) -> tuple[tuple[str, ...], list[list[str]], list[int]]:
    """The names of the columns, and the rows without the header: a first row without a number, above one with some."""
    first = rows[0]
    told = not any(_number(cell, decimal) is not None or _parsed_dates([cell]) for cell in first)
    below = any(_number(cell, decimal) is not None for row in rows[1:4] for cell in row)
    if not (told and below):
        return _distinct([f"column {k}" for k in range(1, len(first) + 1)]), rows, lines
    named = [cell[:60] or f"column {k}" for k, cell in enumerate(first, start=1)]
    return _distinct(named), rows[1:], lines[1:]


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names, a second one of the same kind with its place behind it."""
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        found.append(name if name not in found else f"{name} ({place})")
    return tuple(found)


def _is_numeric(cells: Sequence[str], decimal: str) -> bool:
    some = cells[:: max(1, len(cells) // _TRIED)]
    there = [cell for cell in some if cell.lower() not in MISSING]
    numbers = sum(_number(cell, decimal) is not None for cell in there)
    return numbers > 0 and 2 * numbers >= len(there)


def _number(cell: str, decimal: str) -> float | None:
    """A cell as a number, however large; None where it is none."""
    if len(cell) > _LONGEST_CELL:
        return None
    cell = cell.replace("−", "-").replace("\xa0", " ").replace("\u202f", " ")
    plain, grouped = (_POINT, _POINT_GROUPED) if decimal == "." else (_COMMA, _COMMA_GROUPED)
    if grouped.fullmatch(cell):
        cell = re.sub(r"[, '’]" if decimal == "." else r"[. '’]", "", cell)
    if not plain.fullmatch(cell):
        return None
    return float(cell.replace(",", "."))


# ---- one column as a series ------------------------------------------------------------------------------------------


def column(table: Table, name: str) -> Column:
    """One column of a table as a series: in the order of its dates, missing values filled.

    Raises:
        KeyError: There is no such column of numbers.
        ValueError: A cell is no number, too many are missing, or all values are the same: a sentence says where.
    """
    if name not in table.numeric:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(table.numeric)}")
    cells = table.columns[table.names.index(name)]
    values = np.array([_value(cell, table.decimal, line, name) for cell, line in zip(cells, table.lines, strict=True)])
    moments = table.columns[table.names.index(table.dates)] if table.dates else ()
    remarks: list[str] = []
    if moments:
        order, remarks = _in_time(moments)
        values, moments = values[order], tuple(moments[k] for k in order)
    values, kept, filled, told = _without_gaps(values, name)
    if float(np.ptp(values)) == 0:
        raise ValueError(
            Told(
                "Every value of {name} is {value:g}, expected values that differ: there is nothing to foresee",
                name=_quoted(name),
                value=values[0],
            )
        )
    return Column(name, values, moments[kept] if moments else (), filled, (*remarks, *told))


def _value(cell: str, decimal: str, line: int, name: str) -> float:
    if cell.lower() in MISSING:
        return np.nan
    value = _number(cell, decimal)
    if value is None:
        raise ValueError(
            Told(
                "Line {line} has {cell} in {name}, expected a number or an empty cell",
                line=line,
                cell=_quoted(cell),
                name=_quoted(name),
            )
        )
    if not abs(value) <= LARGEST:
        raise ValueError(
            Told(
                "Line {line} has {cell} in {name}, expected a number up to {most:.0e}",
                line=line,
                cell=_quoted(cell),
                name=_quoted(name),
                most=LARGEST,
            )
        )
    return value


def _without_gaps(values: NDArray[np.float64], name: str) -> tuple[NDArray[np.float64], slice, int, list[str]]:
    """The values from the first to the last that is there, gaps on straight lines, with what was kept and done."""
    there = np.flatnonzero(np.isfinite(values))
    if values.size < 2:
        raise ValueError(
            Told(
                "{name} has {values}, expected a series of them",
                name=_quoted(name),
                values=_counted(values.size, "value"),
            )
        )
    if there.size < 2 or values.size - there.size > MISSING_AT_MOST * values.size + 1e-9:
        raise ValueError(
            Told(
                "{count:,} of {all:,} values of {name} are missing, expected at most a third",
                count=values.size - there.size,
                all=values.size,
                name=_quoted(name),
            )
        )
    kept = slice(int(there[0]), int(there[-1]) + 1)
    cut = values[kept]
    gaps = np.isnan(cut)
    filled = int(gaps.sum())
    if filled:
        places = np.arange(cut.size)
        cut = np.where(gaps, np.interp(places, places[~gaps], cut[~gaps]), cut)
    told = []
    if filled:
        longest = int(max(np.diff(np.flatnonzero(np.concatenate([[True], ~gaps, [True]])))) - 1)
        told.append(
            Told(
                "{count:,} missing of {all:,} values were put on straight lines between their neighbours; the longest gap "
                "has {longest:,}.",
                count=filled,
                all=cut.size,
                longest=longest,
            )
        )
    if cut.size < values.size:
        told.append(Told("{count:,} missing values at the ends were left out.", count=values.size - cut.size))
    return cut.astype(np.float64), kept, filled, told


def _in_time(moments: Sequence[str]) -> tuple[list[int], list[str]]:
    """The order of the rows by their dates, and what is odd about them."""
    dates = _parsed_dates(moments)
    order = sorted(range(len(dates)), key=dates.__getitem__)
    remarks = []
    if order != list(range(len(dates))):
        backwards = all(after <= before for before, after in pairwise(dates))
        remarks.append(
            Told("The dates run backwards, so the rows were turned round.")
            if backwards
            else Told("The rows were put in the order of their dates.")
        )
    ordered = [dates[k] for k in order]
    odd, usual = _odd_steps(ordered)
    if odd:
        told = "The dates are not evenly spaced ({usual} is usual): before {dates}. The rows are read as if they were."
        if (more := len(odd) - _TOLD) > 0:
            told = (
                "The dates are not evenly spaced ({usual} is usual): before {dates} and {more:,} more. The rows are read as "
                "if they were."
            )
        dates = ", ".join(moments[order[k]] for k in odd[:_TOLD])
        remarks.append(Told(told, usual=usual, dates=dates, more=more))
    return order, remarks


def _odd_steps(dates: Sequence[datetime]) -> tuple[list[int], Told]:
    """The rows before which a step is not the usual one, and the usual one in words."""
    if len(dates) < 3:
        return [], Told("")
    if len({(date.day, date.time()) for date in dates}) == 1:  # months are of unequal length
        steps = np.diff([12 * date.year + date.month for date in dates]).astype(float)
        usual = float(np.median(steps))
        words = _counted(round(usual), "month")
    else:
        steps = np.array([(after - before).total_seconds() for before, after in pairwise(dates)])
        usual = float(np.median(steps))
        size, unit = next(
            (s, u) for s, u in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (0, "second")) if usual >= s
        )
        words = _counted(usual / (size or 1), unit)
    return [int(k) + 1 for k in np.flatnonzero(np.abs(steps - usual) > 1e-6)], words


def _parsed_dates(cells: Sequence[str]) -> list[datetime]:
    """The cells as dates, all written in one way; [] where they are none."""
    if not cells or len(cells[0]) > _LONGEST_CELL or _POINT.fullmatch(cells[0]):
        return []
    if not (re.search(r"[0-9]", cells[0]) and re.search(r"[-/.: ]", cells[0])):
        return []
    for parse in (datetime.fromisoformat, *(_reader(form) for form in _DATES)):
        try:
            return [parse(cell).replace(tzinfo=None) for cell in cells]
        except ValueError:
            continue
    return []


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda cell: datetime.strptime(cell, form)  # noqa: DTZ007 - a column of dates has no time zone


def _quoted(cell: str) -> str:
    return f"“{cell[:_SHOWN]}{'…' if len(cell) > _SHOWN else ''}”"


_COUNTED = {
    "column": (Told("1 column"), "{count:,} columns"),
    "value": (Told("1 value"), "{count:,} values"),
    "month": (Told("1 month"), "{count:g} months"),
    "day": (Told("1 day"), "{count:g} days"),
    "hour": (Told("1 hour"), "{count:g} hours"),
    "minute": (Told("1 minute"), "{count:g} minutes"),
    "second": (Told("1 second"), "{count:g} seconds"),
}


def _counted(count: float, what: str) -> Told:
    one, more = _COUNTED[what]
    return one if count == 1 else Told(more, count=count)
