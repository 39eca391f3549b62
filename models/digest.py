"""Digest: any answer of the models as one flat list of its numbers and words, and as a checksum of 16 hexadecimal digits.

    from models.digest import digest, leaves, outline

    for name, value in leaves(answer):      # "trace.start.h", an array; "tokens[3]", a word
        ...
    digest(answer)                          # "9f1c…": equal answers, equal digests, in every process
    outline(answer)                         # lines to read: name, shape, range
    report({"read": answer}); save({"read": answer}, "numbers.npz")

An answer is what the functions of this folder give back: frozen dataclasses of arrays, tensors, numbers, words, and
tuples, lists and dicts of those. Two answers have equal digests if they are of one build and agree to the last bit.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from os import PathLike
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

Leaf = NDArray[Any] | bool | int | float | complex | str | bytes | None

_SHOWN = 6  # numbers of a short array that an outline writes out
_LINES = 40  # lines of an outline


def leaves(answer: object, name: str = "") -> Iterator[tuple[str, Leaf]]:
    """All arrays, numbers and words in an answer, each with the way to it, in their order.

    A sequence of plain numbers is one array; an `nn.Module` is its `state_dict`.

    Args:
        answer: what to take apart.
        name: what the way starts with.
    """
    yield from _leaves(answer, name, ())


def digest(answer: object) -> str:
    """A hash of 16 hexadecimal digits over all leaves and the ways to them: types, shapes and every bit of the numbers."""
    found = hashlib.blake2b(digest_size=8)
    for name, leaf in leaves(answer):
        if isinstance(leaf, np.ndarray):
            what, content = f"{leaf.dtype.str}{leaf.shape}", np.ascontiguousarray(leaf).tobytes()
        else:
            what, content = type(leaf).__name__, leaf if isinstance(leaf, bytes) else repr(leaf).encode()
        found.update(f"{name}\0{what}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def outline(answer: object, most: int = _LINES) -> list[str]:
    """An answer in lines: each leaf with its name, then its value, or the shape and the range of an array.

    Args:
        answer: what to write about.
        most: lines at most; the last one counts what is left out.
    """
    found = [f"{name or 'value'}: {_said(leaf)}" for name, leaf in leaves(answer)]
    if len(found) <= most:
        return found
    return [*found[: most - 1], f"… and {len(found) - most + 1} more"]


def report(answers: Mapping[str, object]) -> str:
    """Several answers to read: the name and the digest of each, and its outline."""
    return "\n\n".join(
        "\n".join([f"{name}   [{digest(answer)}]", *(f"    {line}" for line in outline(answer))])
        for name, answer in answers.items()
    )


def save(answers: Mapping[str, object], path: str | PathLike[str]) -> None:
    """Write all leaves of several answers into one `.npz` file, each under its answer's name and the way to it.

    `numpy.load(path)["read: trace.start['h']"]` gives it back. What is None is not there.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, answer in answers.items():
        for way, leaf in leaves(answer):
            if leaf is not None:
                array = np.asarray(leaf)
                # Whole numbers beyond 64 bits are written in words: an array of objects would need pickle to be read.
                arrays[f"{name}: {way or 'value'}"] = np.asarray(str(leaf)) if array.dtype.kind == "O" else array
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _leaves(value: object, name: str, above: tuple[int, ...]) -> Iterator[tuple[str, Leaf]]:
    leaf = _leaf(value)
    if leaf is not _NONE:
        yield name, leaf
    elif id(value) in above:
        yield name, "(see above)"
    else:
        for step, part in _parts(value):
            yield from _leaves(part, f"{name}{step}".removeprefix("."), (*above, id(value)))


_NONE: Any = object()


def _leaf(value: object) -> Any:  # noqa: ANN401 - a Leaf, or the mark that it is none
    """A value that is not taken apart any further."""
    match value:
        case None | str() | bytes() | bool() | int() | float() | complex():
            return value
        case Tensor():
            return value.detach().cpu().numpy()
        case np.ndarray() | np.generic() if value.dtype.kind != "O":
            return np.asarray(value)
        case list() | tuple() if value and {type(entry) for entry in value} <= {bool, int, float}:
            array = np.array(value)
            return _NONE if array.dtype.kind == "O" else array  # whole numbers beyond 64 bits stay themselves
        case _:
            return _NONE


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """The parts of a value, each with the step to it: entries, fields, weights or attributes."""
    match value:
        case nn.Module():
            yield from ((f"[{name!r}]", weight) for name, weight in value.state_dict().items())
        case Mapping():
            yield from ((f"[{key!r}]", entry) for key, entry in value.items())
        case AbstractSet():
            yield from ((f"[{place}]", entry) for place, entry in enumerate(sorted(value, key=repr)))
        case Sequence() | np.ndarray():
            yield from ((f"[{place}]", entry) for place, entry in enumerate(value))
        case type() | FunctionType() | PurePath() | Fraction() | date() | Enum():
            yield "", getattr(value, "__qualname__", str(value))
        case _ if is_dataclass(value):
            yield from ((f".{each.name}", getattr(value, each.name)) for each in fields(value))
        case _ if hasattr(value, "__dict__"):
            yield from ((f".{name}", part) for name, part in vars(value).items())
        case _:
            yield "", f"a {type(value).__qualname__}"


def _said(leaf: Leaf) -> str:
    if not isinstance(leaf, np.ndarray):
        text = repr(leaf)
        return text if len(text) <= 100 else f"{text[:100]}… ({len(text):,} characters)"
    if leaf.size <= _SHOWN and leaf.ndim <= 1:
        return str(leaf.tolist())
    shape = " × ".join(map(str, leaf.shape)) or "1"
    if leaf.dtype.kind not in "biuf" or not leaf.size:
        return f"{shape} of {leaf.dtype}"
    finite = leaf[np.isfinite(leaf)].astype(float)
    if not finite.size:
        return f"{shape} of {leaf.dtype}, none finite"
    mean = math.fsum(finite.tolist()) / finite.size
    return f"{shape} of {leaf.dtype}, {finite.min():.6g} to {finite.max():.6g}, mean {mean:.6g}"
