"""Input vectors in a file: a NumPy array (.npy), or a CSV with a row for each step.

    read(data, width=8)                     # (T, 8) float64

A .npy file begins with its type and shape. Both are compared with its size before an array is made, and a type that would
need pickle is refused.
"""

from __future__ import annotations

import ast
import math
import re
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from models.limits import OWN_MODEL, OwnModel
from models.loaders import numbers
from models.told import Told

LARGEST = 1e6
"""The largest |number|."""

_MAGIC = b"\x93NUMPY"
_HEAD = 10_000  # bytes of a .npy header at most; NumPy's own limit
_NUMBERS = re.compile(r"[<>|=]?([biu]1|[iu][248]|f[248])")  # types as NumPy writes them
_SHOWN = 24  # characters of a wrong entry that a sentence repeats


def read(data: bytes, width: int, longest: int, limits: OwnModel = OWN_MODEL) -> NDArray[np.float64]:
    """Reads a file.

    Args:
        data: Its bytes.
        width: D, how many numbers a step must have.
        longest: T at most.
        limits: How large the file may be.

    Raises:
        ValueError: It is empty, too large, damaged, of another shape, or it holds what is no finite number.
    """
    if not data:
        raise ValueError(Told("The file of inputs is empty, expected a row of numbers for each step"))
    if len(data) > limits.file_bytes:
        raise ValueError(
            Told(
                "The file of inputs has {megabytes:,.1f} MB, expected at most {most:g}",
                megabytes=len(data) / 1e6,
                most=limits.file_bytes / 1e6,
            )
        )
    found = _npy(data) if data.startswith(_MAGIC) else _csv(data, width)
    if found.ndim == 3 and len(found) == 1:
        found = found[0]  # a batch of one
    if found.ndim == 1 and width == 1:
        found = found[:, None]
    if found.ndim != 2 or found.shape[1] != width or not len(found):
        raise ValueError(
            Told(
                "The inputs have shape {shape}, expected (T, {width}): a row for each step",
                shape=_shape(found.shape),
                width=width,
            )
        )
    if len(found) > longest:
        raise ValueError(
            Told(
                "The inputs have {count:,} steps, expected at most {most:,} for a layer of this size",
                count=len(found),
                most=longest,
            )
        )
    found = np.array(found, dtype=np.float64)
    wrong = np.argwhere(~(np.abs(found) <= LARGEST))  # NaN is not below anything
    if len(wrong):
        step, place = (int(k) for k in wrong[0])
        raise ValueError(
            Told(
                "Step {step} of the inputs has {value:g} at place {place}, expected a number up to {most:.0e}",
                step=step + 1,
                value=found[step, place],
                place=place + 1,
                most=LARGEST,
            )
        )
    return found


def _npy(data: bytes) -> NDArray:
    """The array of a .npy file: its header is read as a literal, never run, and fits the bytes or is refused."""
    version = data[6] if len(data) > 12 else 0
    start = 10 if version == 1 else 12
    size = int.from_bytes(data[8:start], "little")
    if version not in (1, 2, 3) or not 0 < size <= min(_HEAD, len(data) - start):
        raise ValueError(Told("The .npy file is damaged: its head does not fit its size"))
    try:
        head = ast.literal_eval(data[start : start + size].decode("utf-8" if version == 3 else "latin-1").strip())
        described, shape, columns_first = head["descr"], head["shape"], bool(head["fortran_order"])
        sizes = [n for n in shape if isinstance(n, int) and not isinstance(n, bool) and n >= 0]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError, UnicodeError, OverflowError):
        raise ValueError(Told("The .npy file is damaged: its head is none that NumPy writes")) from None
    if not isinstance(described, str) or not _NUMBERS.fullmatch(described):
        raise ValueError(
            Told(
                "The .npy file holds {what}, expected numbers; objects are never read",
                what=_quoted(str(described)),
            )
        )
    dtype = np.dtype(described)
    rest = len(data) - start - size
    if not isinstance(shape, tuple) or len(sizes) != len(shape) or math.prod(sizes) * dtype.itemsize != rest:
        raise ValueError(
            Told(
                "The .npy file says it has shape {shape} and type {dtype}, which does not fit its {count:,} bytes",
                shape=_shape(shape),
                dtype=dtype,
                count=rest,
            )
        )
    flat = np.frombuffer(data, dtype, offset=start + size)
    return flat.reshape(shape, order="F" if columns_first else "C")


def _csv(data: bytes, width: int) -> NDArray[np.float64]:
    table = numbers.read(data)
    if len(table.names) != width and table.decimal == ",":  # "1,2" may be two numbers as well
        other = numbers.read(data, ".")
        table = other if len(other.names) > len(table.names) else table
    elif width == 1 and len(table.names) == 2 and table.decimal == ".":  # and "1,5" one
        with suppress(ValueError):
            other = numbers.read(data, ",")
            table = other if len(other.names) == 1 else table
    rows = []
    for line, cells in zip(table.lines, zip(*table.columns, strict=True), strict=True):
        row = []
        for name, cell in zip(table.names, cells, strict=True):
            try:
                row.append(_number(cell, table.decimal))
            except ValueError:
                raise ValueError(
                    Told(
                        "Line {line} has {cell} in {name}, expected a number in every column",
                        line=line,
                        cell=_quoted(cell),
                        name=_quoted(name),
                    )
                ) from None
        rows.append(row)
    return np.array(rows, dtype=np.float64)


def _number(cell: str, decimal: str) -> float:
    if "_" in cell:  # Python reads 1_000 as a number; a file that has it means something else
        raise ValueError(cell)
    return float(cell.replace(",", ".") if decimal == "," else cell)


def _shape(shape: object) -> str:
    text = str(tuple(shape) if isinstance(shape, (tuple, list)) else shape)
    return text if len(text) <= 2 * _SHOWN else f"{text[: 2 * _SHOWN]}…"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
