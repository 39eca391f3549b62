"""Tables: what is drawn as rows of numbers and words, and as plain values, for spreadsheets and other programs.

A `Data` has both forms: `csv_text` writes its rows, `json_text` its plain values. Nothing here shows or computes. Every
CSV of the app is written by `csv_of`.
"""

import base64
import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

Row = Sequence[object]

_FORMULA = tuple("=+-@＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula; some take the wide letters for it as well."""

_BREAKS = tuple("\t\r\n")
"""What may push a formula into the next cell."""

_NUMERAL = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Data:
    """The numbers of something that is shown.

    Attributes:
        columns: names of the columns.
        rows: makes the rows, one value for each column.
        plain: makes the same as nested dicts, lists, numbers and words.
    """

    columns: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]
    plain: Callable[[], Mapping[str, Any]]


def csv_text(data: Data) -> str:
    """A table as CSV: see `csv_of`."""
    return csv_of(data.columns, data.rows())


def csv_of(columns: Sequence[str], rows: Iterable[Row], *, numerals: bool = False) -> str:
    """Rows as CSV (RFC 4180). A word that a spreadsheet would run as a formula gets an apostrophe before it.

    Args:
        columns: names of the columns.
        rows: a value for each column.
        numerals: words that are nothing but a number, such as "-1.5", stay as they are: answers to a question.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(name) for name in columns])
    writer.writerows([value if numerals and _is_numeral(value) else safe(value) for value in row] for row in rows)
    return out.getvalue()


def json_text(data: Data) -> str:
    """The plain values as JSON. JSON knows no NaN and no infinity: they are null."""
    return json.dumps(_plain(data.plain()), ensure_ascii=False, allow_nan=False)


def safe(value: object) -> object:
    """A cell of a table: words never begin as a formula does, numbers stay numbers, what is missing stays empty."""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip().startswith(_FORMULA) or value.startswith(_BREAKS) else value
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    return value


def _is_numeral(value: object) -> bool:
    return isinstance(value, str) and _NUMERAL.fullmatch(value) is not None


def words(text: str | None) -> str:
    """A title of Plotly, which may carry HTML, as plain words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text or "")).strip()


# ---- figures ---------------------------------------------------------------------------------------------------------

_COLUMNS = ("trace", "x", "x label", "y", "y label", "z", "error", "text")


def of_figure(figure: go.Figure) -> Data:
    """The numbers of every trace of a figure: a row for each point, bar or cell.

    Args:
        figure: a figure of scatters, bars and heatmaps. Where an axis writes words at its ticks, they stand beside the
            numbers as labels.
    """
    return Data(_COLUMNS, lambda: _figure_rows(figure), lambda: _figure_plain(figure))


def title_of(figure: Any) -> str:  # noqa: ANN401 - go.Figure, whose attributes no type checker knows
    """The title of a figure in plain words."""
    return words(figure.layout.title.text)


def _figure_rows(figure: go.Figure) -> Iterator[Row]:
    for number, trace in _traces(figure):
        name = _name(trace, number)
        x_words, y_words = (_tick_words(figure, trace, letter) for letter in "xy")
        for x, y, z, error, text in _points(trace):
            yield name, x, x_words.get(_key(x), ""), y, y_words.get(_key(y), ""), z, error, words_or(text)


def _figure_plain(figure: go.Figure) -> dict[str, Any]:
    traces = []
    for number, trace in _traces(figure):
        found: dict[str, Any] = {"name": _name(trace, number), "type": trace.type}
        for letter in "xy":
            found[f"{letter} axis"] = words(_axis(figure, trace, letter).title.text)
            if labels := _tick_words(figure, trace, letter):
                found[f"{letter} labels"] = [[value, label] for value, label in labels.items()]
        for key in ("x", "y", "z", "text"):
            values = getattr(trace, key, None)
            if values is not None:
                found[key] = values if isinstance(values, str) else _list(values)
        for letter in "xy":
            if (error := getattr(trace, f"error_{letter}", None)) is not None and error.array is not None:
                found[f"error {letter}"] = _list(error.array)
        traces.append(found)
    return {"title": title_of(figure), "traces": traces}


def _points(trace: Any) -> Iterator[tuple[object, object, object, object, object]]:  # noqa: ANN401 - any trace
    """x, y, z, error and text of every point of a trace."""
    z = getattr(trace, "z", None)
    if z is not None:
        yield from _cells(trace, _list(z))
        return
    x, y = (getattr(trace, letter, None) for letter in "xy")
    errors = [getattr(getattr(trace, f"error_{letter}", None), "array", None) for letter in "yx"]
    error = next((each for each in errors if each is not None), None)
    text = getattr(trace, "text", None)
    x, y = (None if each is None else _list(each) for each in (x, y))
    longest = max((len(each) for each in (x, y) if each is not None), default=0)
    columns = [
        count() if x is None else x,
        count() if y is None else y,
        repeat(None),
        repeat(None) if error is None else _list(error),
        repeat(text) if text is None or isinstance(text, str) else _list(text),
    ]
    for _, *point in zip(range(longest), *columns, strict=False):
        yield point[0], point[1], point[2], point[3], point[4]


def _cells(trace: Any, z: list[Any]) -> Iterator[tuple[object, object, object, object, object]]:  # noqa: ANN401
    wide = max((len(row) for row in z), default=0)
    x = list(range(wide)) if trace.x is None else _list(trace.x)
    y = list(range(len(z))) if trace.y is None else _list(trace.y)
    text = None if trace.text is None else _list(trace.text)
    for place, row in enumerate(z):
        for column, value in enumerate(row):
            yield x[column], y[place], value, None, None if text is None else text[place][column]


def _traces(figure: go.Figure) -> Iterator[tuple[int, Any]]:
    """The traces, counted from 1."""
    yield from enumerate(figure.data, 1)


def _name(trace: Any, number: int) -> str:  # noqa: ANN401
    return words(trace.name) or f"trace {number}"


def _axis(figure: go.Figure, trace: Any, letter: str) -> Any:  # noqa: ANN401
    which = getattr(trace, f"{letter}axis", None) or letter
    return figure.layout[f"{letter}axis{which.removeprefix(letter)}"]


def _tick_words(figure: go.Figure, trace: Any, letter: str) -> dict[object, str]:  # noqa: ANN401
    """The words that an axis writes at its ticks, by the value there."""
    axis = _axis(figure, trace, letter)
    if axis.tickvals is None or axis.ticktext is None:
        return {}
    return {_key(value): words(label) for value, label in zip(_list(axis.tickvals), _list(axis.ticktext), strict=False)}


def _key(value: object) -> object:
    return float(value) if isinstance(value, int | float | np.number) else value


def words_or(text: object) -> object:
    """Words without HTML; numbers as they are."""
    return words(text) if isinstance(text, str) else text


def shortest(array: NDArray[Any]) -> list[Any]:
    """An array as nested lists. A float32 gets the fewest digits that read back as the same float32."""
    return (array.astype(str).astype(float) if array.dtype == np.float32 else array).tolist()


def _list(values: Any) -> list[Any]:  # noqa: ANN401
    """Arrays, tuples and the arrays that Plotly packs as base64, as a list of plain values."""
    if isinstance(values, Mapping):
        flat = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
        values = flat.reshape([int(size) for size in str(values.get("shape", flat.size)).split(",")])
    return shortest(values) if isinstance(values, np.ndarray) else list(values)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Ready for JSON: lists for arrays, null for what is not finite."""
    match value:
        case Mapping():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case np.ndarray() | np.generic():
            return _plain(shortest(np.asarray(value)))
        case float():
            return value if math.isfinite(value) else None
        case Iterable() if not isinstance(value, str):
            return [_plain(entry) for entry in value]
        case _:
            return value if value is None or isinstance(value, str | bool | int) else str(value)
