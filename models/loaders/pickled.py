"""What a pickle of `torch.save` would build, found out without building it.

    found = outline(data)                   # the bytes of data.pkl
    found.tensors                           # each as a `Sketch`: type, storage, shape, strides

A pickle is a program for a small stack machine. Two of its instructions reach outside: one names a Python object, one calls
it. Here neither does anything. The names that `torch.save` needs for weights are known, each stands for a record, and any
other name ends the reading with a sentence. So an `os.system` in a file is a word that is read, never a function.

`torch.load(weights_only=True)` refuses such names too. It does take names that weights have no use for, and some of these
fill the memory: `bytearray(10**11)` is a dozen bytes. That is why a file is looked through here first.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.told import Told

LARGEST_TENSOR = 2**40
"""Numbers in a tensor at most, so that a product of sizes stays an ordinary number."""

OPERATIONS = 400_000
"""Instructions of a pickle at most; a thousand tensors have some 40,000."""

_ITEM_BYTES: Mapping[str, int] = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1,
}  # fmt: skip
_DTYPES = frozenset({
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
})  # fmt: skip
_KNOWN = frozenset({
    "PROTO", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE",
    "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET", "TUPLE1", "TUPLE2", "TUPLE3",
    "TUPLE", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "GLOBAL", "REDUCE", "BUILD", "BINPERSID",
})  # fmt: skip
_INSTRUCTIONS = {told.code: told for told in pickletools.opcodes}
_PROTOCOL = 2
_STOP = "."
_DEEPEST = 64  # dimensions of a tensor
_SHOWN = 60  # characters of a name that a sentence repeats


@dataclass(frozen=True)
class Storage:
    """The numbers of one member of the archive: its name, how many numbers it says it has, and bytes of each."""

    key: str
    count: int
    item_bytes: int


@dataclass(frozen=True)
class Sketch:
    """A tensor that a pickle describes: a window on a storage.

    Attributes:
        storage: Where its numbers are.
        offset: The first of them.
        shape: Its sizes.
        strides: How far apart neighbours along each axis are.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it has."""
        found = 1
        for size in self.shape:
            found *= size
        return found

    @property
    def reach(self) -> int:
        """How many numbers its storage must have for it."""
        if not self.count:
            return 0
        return self.offset + 1 + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))


@dataclass
class Outline:
    """What a pickle would build: its tensors, and the storages that they are in."""

    tensors: list[Sketch] = field(default_factory=list)
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass(frozen=True)
class _Named:
    """A Python object that a pickle names; here nothing but its name."""

    name: str


class _Mark:
    """Where a collection begins on the stack."""


_MARK = _Mark()


class RefusedError(ValueError):
    """A file that is not read, with a sentence for who brought it."""


def outline(data: bytes) -> Outline:
    """Follows a pickle without running anything.

    Raises:
        RefusedError: It names something that weights have no use for, or it is damaged: a sentence says what.
    """
    machine, stream = _Machine(), io.BytesIO(data)
    try:
        while (code := stream.read(1).decode("latin-1")) != _STOP:
            machine.do(*_instruction(code, stream))
    except RefusedError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        raise RefusedError(
            Told("The list of contents in the file is damaged: it is no pickle that torch.save has written")
        ) from None
    return machine.found


def _instruction(code: str, stream: io.BytesIO) -> tuple[str, Any]:
    """The name of an instruction and its argument, which is not even read where the instruction is none of ours."""
    told = _INSTRUCTIONS[code]
    if told.name not in _KNOWN:
        raise RefusedError(
            Told(
                "The list of contents in the file has the instruction {instruction}, which torch.save never writes for "
                "weights; nothing of it was run",
                instruction=told.name,
            )
        )
    return told.name, told.arg.reader(stream) if told.arg else None


class _Machine:
    """The stack machine of pickle, with the instructions that `torch.save` writes, and nothing behind them."""

    def __init__(self) -> None:
        self.found = Outline()
        self._done = 0
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._calls: Mapping[str, Callable[[tuple], object]] = {
            "collections.OrderedDict": _empty_dict,
            "collections.Counter": _counter,
            "torch.Size": lambda arguments: tuple(map(_count, _of(_only(arguments), tuple))),
            "torch.device": lambda arguments: _of(_only(arguments), str),
            "_codecs.encode": _bytes,
            "__builtin__.set": _set,
            "torch._utils._rebuild_tensor_v2": self._tensor,
            "torch._utils._rebuild_parameter": lambda arguments: _of(arguments[0], Sketch),
        }

    def do(self, operation: str, argument: Any) -> None:  # noqa: ANN401, C901, PLR0912 - one branch an instruction
        stack = self._stack
        self._done += 1
        if self._done > OPERATIONS:
            raise RefusedError(
                Told(
                    "The list of contents has more than {most:,} instructions, expected fewer",
                    most=OPERATIONS,
                )
            )
        match operation:
            case "PROTO":
                _check_protocol(argument)
            case "MARK":
                stack.append(_MARK)
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(operation == "NEWTRUE")
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT" | "BINUNICODE":
                stack.append(argument)
            case "EMPTY_DICT" | "EMPTY_LIST" | "EMPTY_TUPLE":
                stack.append({"EMPTY_DICT": {}, "EMPTY_LIST": [], "EMPTY_TUPLE": ()}[operation])
            case "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(self._pop(int(operation[-1]))))
            case "TUPLE":
                stack.append(tuple(self._pop_to_mark()))
            case "APPEND" | "APPENDS":
                items = self._pop(1) if operation == "APPEND" else self._pop_to_mark()
                self._top(list).extend(items)
            case "SETITEM" | "SETITEMS":
                items = self._pop(2) if operation == "SETITEM" else self._pop_to_mark()
                for key, value in zip(items[::2], items[1::2], strict=True):
                    self._top(dict)[_plain(key)] = value
            case "GLOBAL":
                stack.append(self._named(argument))
            case "REDUCE":
                called, arguments = self._pop(2)
                stack.append(self._calls[_of(called, _Named).name](_of(arguments, tuple)))
            case "BUILD":
                self._pop(1)  # what torch remembers of versions
                self._top(dict)
            case "BINPERSID":
                stack.append(self._storage(_of(_only(self._pop(1)), tuple)))

    def _named(self, argument: str) -> _Named:
        name = argument.replace(" ", ".", 1)
        module, _, last = name.rpartition(".")
        if name in self._calls or (module == "torch" and (last in _ITEM_BYTES or last in _DTYPES)):
            return _Named(name)
        shown = f"{name[:_SHOWN]}{'…' if len(name) > _SHOWN else ''}"
        raise RefusedError(
            Told(
                "The file asks for the Python object {name}, which weights have no use for; nothing of it "
                "was run. Save the weights alone: torch.save(model.state_dict(), …)",
                name=repr(shown),
            )
        )

    def _storage(self, told: tuple) -> Storage:
        _, kind, key, _, count = told
        name = _of(kind, _Named).name.removeprefix("torch.")
        found = Storage(_of(key, str), _count(count), _ITEM_BYTES[name])
        self.found.storages[found.key] = found
        return found

    def _tensor(self, told: tuple) -> Sketch:
        storage, offset, shape, strides, _, hooks = told
        if hooks != {}:
            raise RefusedError(Told("A tensor in the file brings functions of its own, expected numbers alone"))
        shape, strides = (tuple(map(_count, _of(each, tuple))) for each in (shape, strides))
        sketch = Sketch(_of(storage, Storage), _count(offset), shape, strides)
        if len(shape) != len(strides) or len(shape) > _DEEPEST:
            raise RefusedError(
                Told(
                    "A tensor in the file has {sizes} sizes and {strides} strides, expected as many",
                    sizes=len(shape),
                    strides=len(strides),
                )
            )
        self.found.tensors.append(sketch)
        return sketch

    def _pop(self, count: int) -> list[Any]:
        if len(self._stack) < count:
            raise IndexError
        items = self._stack[-count:]
        if any(item is _MARK for item in items):
            raise IndexError
        del self._stack[-count:]
        return items

    def _pop_to_mark(self) -> list[Any]:
        items = []
        while (item := self._stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def _top(self, kind: type) -> Any:  # noqa: ANN401 - a list or a dict
        return _of(self._stack[-1], kind)


def _of(value: Any, kind: type) -> Any:  # noqa: ANN401 - whatever a file has there
    if not isinstance(value, kind):
        raise TypeError
    return value


def _check_protocol(number: int) -> None:
    if number != _PROTOCOL:
        raise RefusedError(
            Told(
                "The list of contents in the file is a pickle of protocol {number}, expected {protocol}, which "
                "torch.save writes unless told otherwise; nothing of it was run",
                number=number,
                protocol=_PROTOCOL,
            )
        )


def _only(items: Sequence[object]) -> object:
    (item,) = items
    return item


def _plain(key: object) -> str | int | float | None:
    """A key of a dict. A nest of tuples would be one too, and the hash of a small one can take a lifetime."""
    if not isinstance(key, (str, int, float, type(None))):
        raise TypeError
    return key


def _empty_dict(arguments: tuple) -> dict:
    if arguments:
        raise TypeError
    return {}


def _counter(arguments: tuple) -> dict:
    return dict(_of(_only(arguments), dict)) if arguments else {}


def _set(arguments: tuple) -> tuple:
    return tuple(map(_plain, _of(_only(arguments), list)))


def _bytes(arguments: tuple) -> str:
    text, encoding = arguments
    if encoding != "latin1":  # other codecs of Python can be slow, or write much more than they read
        raise TypeError
    return _of(text, str)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_TENSOR:
        raise RefusedError(Told("A tensor in the file has a size, a stride or an offset that no tensor has"))
    return value
