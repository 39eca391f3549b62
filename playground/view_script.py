"""A view as a stand-alone Python script: the questions that its page asked, as calls of the models, in the page's order.

A function of `playground/compute.py` is a cache around a few lines over `models/`. Those lines are read from its source:
a single expression is written with the arguments in their places, anything longer as a function of the script. So a
new wrapper needs nothing of its own here.
"""

import ast
import copy
import enum
import inspect
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, is_dataclass
from types import ModuleType
from typing import Any

import numpy as np

from playground.recording import Call

FILE = "numbers_of_this_view.py"
WIDTH = 110  # columns that a line of the script may fill
_LARGEST = 4096  # numbers of an array that are written out
_DEEP = 6  # steps into an answer, when an argument is looked for in it
_MANY = 20_000  # parts of answers that are looked at

_HEAD = '''"""Numbers of the view "{title}" of the RNN playground, computed anew.

Run it in the folder of the project: python {file}
It prints every answer that the page showed, each with a checksum over every bit of it, and
writes all numbers to {npz}.

Not in it: what is being trained right now, and what comes from a file of yours. The training
lab has a script of its own for a training; models/loaders reads files.
"""
'''

_TAIL = """
if __name__ == "__main__":
    print(report(answers))
    save(answers, "{npz}")
"""

_THROUGH = {"_watched"}
"""Functions of `compute.py` that call their first argument with the others, in the sight of a visitor."""


class InexpressibleError(ValueError):
    """A value that no expression of plain Python gives back: a training that runs, a network, a file."""


@dataclass(frozen=True)
class Script:
    """A script, and what it has of the view.

    Attributes:
        text: the program.
        names: of each call, its key in the script's `answers`; "" for one that is left out.
    """

    text: str
    names: tuple[str, ...]


def script(calls: Sequence[Call], title: str, link: str = "") -> Script:
    """The script of a view.

    Args:
        calls: what the page asked, in order.
        title: of the page.
        link: where the view is: "step_a_cell?cell_cell=GRU".
    """
    writer = _Writer()
    lines, names = [], []
    for call in calls:
        name = writer.name_of(call)
        try:
            expression = writer.call(call)
        except InexpressibleError as why:
            lines.append(f"# {name} is left out: {why}.")
            names.append("")
            continue
        lines.append(f"answers[{name!r}] = {pretty(expression)}")
        writer.answers.append((name, call.answer))
        writer.known[ast.unparse(expression)] = name
        names.append(name)
    npz = FILE.replace(".py", ".npz")
    clean = title.replace("\\", "").replace('"', "'")
    parts = [_HEAD.format(title=clean, file=FILE, npz=npz)]
    parts.append("\n".join(writer.imports()))
    parts.append(f"\n# The view: {_one_line(link)}" if link else "")
    parts.append("torch.set_num_threads(1)  # as the page does: more threads add up in another order")
    parts += [f"\n\n{source}\n" for source in writer.functions.values()]
    parts.append("\nanswers = {}\n" + "\n".join(lines))
    return Script("\n".join(parts) + "\n" + _TAIL.format(npz=npz), tuple(names))


def pretty(node: ast.expr, indent: int = 0) -> str:
    """An expression in lines of at most `WIDTH` columns, as far as its parts allow."""
    flat = ast.unparse(node)
    if len(flat) + indent + 30 <= WIDTH:
        return flat
    inner = indent + 4
    pieces: list[str]
    match node:
        case ast.Call(func=function, args=args, keywords=keywords):
            opening, closing = f"{ast.unparse(function)}(", ")"
            pieces = [pretty(each, inner) for each in args]
            pieces += [(f"{k.arg}=" if k.arg else "**") + pretty(k.value, inner) for k in keywords]
        case ast.Tuple(elts=entries) if len(entries) > 1:
            opening, closing, pieces = "(", ")", [pretty(each, inner) for each in entries]
        case ast.List(elts=entries):
            opening, closing, pieces = "[", "]", [pretty(each, inner) for each in entries]
        case ast.Dict(keys=keys, values=values):
            opening, closing = "{", "}"
            pieces = [f"{ast.unparse(k)}: {pretty(v, inner)}" for k, v in zip(keys, values, strict=True) if k]
        case _:
            return flat
    if not pieces:
        return flat
    return f"{opening}\n" + _filled(pieces, inner) + f"\n{' ' * indent}{closing}"


def _filled(pieces: Sequence[str], indent: int) -> str:
    """Short pieces side by side, long ones on lines of their own."""
    lines, line = [], ""
    for piece in pieces:
        if line and ("\n" in piece or len(line) + len(piece) + indent + 3 > WIDTH):
            lines.append(line)
            line = ""
        line = f"{line} {piece}," if line else f"{piece},"
        if "\n" in piece:
            lines.append(line)
            line = ""
    return "\n".join(" " * indent + each for each in [*lines, *([line] if line else [])])


@dataclass
class _Writer:
    """What the script has so far: imports, functions, answers."""

    answers: list[tuple[str, object]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)  # name in the script -> its import
    _counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for alias, line in (
            ("torch", "import torch"),
            ("report", "from models.digest import report"),
            ("save", "from models.digest import save"),
            ("answers", ""),
        ):
            self._aliases[alias] = line

    def name_of(self, call: Call) -> str:
        """The key of an answer: the function's name, numbered from the second call on."""
        name = call.function.__name__
        self._counts[name] = self._counts.get(name, 0) + 1
        return name if self._counts[name] == 1 else f"{name} {self._counts[name]}"

    def imports(self) -> list[str]:
        """All import lines: the library's, then ours, one for each module."""
        plain = sorted({line for line in self._aliases.values() if line.startswith("import ")})
        ours: dict[str, list[str]] = {}
        for line in self._aliases.values():
            if line.startswith("from "):
                _, module, _, *names = line.split(" ", 3)
                ours.setdefault(module, []).append(names[0])
        return [
            *plain,
            "",
            *(f"from {module} import {', '.join(sorted(set(ours[module])))}" for module in sorted(ours)),
        ]

    def call(self, call: Call) -> ast.expr:
        """A call as an expression over the models.

        Raises:
            InexpressibleError: an argument is no plain value, nor part of an earlier answer.
        """
        parameters = inspect.signature(call.function).parameters
        arguments = {
            name: ast.Constant(None)
            if parameters[name].default is None and callable(value)  # a bar that moves along; not part of the question
            else self.expression(value)
            for name, value in call.arguments.items()
        }
        return self._inlined(call.function, arguments)

    # ---- functions of compute.py -------------------------------------------------------------------------------------

    def _inlined(self, function: Callable[..., Any], arguments: Mapping[str, ast.expr]) -> ast.expr:
        """What a function computes from its arguments, as one expression."""
        definition = _definition(function)
        body = [line for line in definition.body if not _is_words(line)]
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            replaced = _Replace(self, function, arguments).visit(copy.deepcopy(body[0].value))
            if (text := _text(replaced)) in self.known:
                return _parsed(f"answers[{self.known[text]!r}]")
            if text:
                return replaced
        self._define(function, definition)
        keywords = {p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
        return ast.Call(
            ast.Name(function.__name__),
            [value for name, value in arguments.items() if name not in keywords],
            [ast.keyword(name, value) for name, value in arguments.items() if name in keywords],
        )

    def inner_call(self, function: Callable[..., Any], call: ast.Call) -> ast.expr:
        """A function of `compute.py` called by another one."""
        plain = inspect.unwrap(function)
        definition = _definition(plain).args
        places = [argument.arg for argument in [*definition.posonlyargs, *definition.args]]
        given = dict(zip(places, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
        defaults = dict(zip(reversed(places), reversed(definition.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(definition.kwonlyargs, definition.kw_defaults, strict=True) if d}
        names = [*places, *(argument.arg for argument in definition.kwonlyargs)]
        return self._inlined(plain, {name: given[name] if name in given else defaults[name] for name in names})

    def _define(self, function: Callable[..., Any], definition: ast.FunctionDef) -> None:
        """Write a function of several lines into the script, without its cache."""
        if function.__name__ in self.functions:
            return
        if self._aliases.setdefault(function.__name__, "") != "":
            raise InexpressibleError(f"a module is called {function.__name__}, too")
        definition = copy.deepcopy(definition)
        definition.decorator_list = []
        definition.returns = None
        for argument in [*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs]:
            argument.annotation = None
        self.functions[function.__name__] = ""  # known from here on, also to itself
        local = {
            each.id for each in ast.walk(definition) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        local |= {each.arg for each in ast.walk(definition) if isinstance(each, ast.arg)}
        replacing = _Replace(self, function, {}, frozenset(local))
        definition.body = [replacing.visit(line) for line in definition.body]
        self.functions[function.__name__] = ast.unparse(ast.fix_missing_locations(definition))

    def reference(self, value: object, name: str) -> ast.expr:
        """A module, class, function or constant that a line of `compute.py` names."""
        if isinstance(value, ModuleType):
            return ast.Name(self._module(value.__name__))
        if isinstance(value, type) or callable(value):
            return self._named(value)
        raise InexpressibleError(f"{name} is a value of its own module")

    # ---- values ------------------------------------------------------------------------------------------------------

    def expression(self, value: Any) -> ast.expr:  # noqa: ANN401, C901, PLR0911 - one line a kind
        """A value as plain Python.

        Raises:
            InexpressibleError: it is none, nor part of an earlier answer.
        """
        if value is None or type(value) in (str, bytes, bool, int):
            return ast.Constant(value)
        if type(value) is float:
            return ast.Constant(value) if math.isfinite(value) else _parsed(f'float("{value}")')
        if isinstance(value, np.generic) and value.dtype.kind in "biuf":
            number = self.expression(value.item())
            return ast.Call(ast.Attribute(ast.Name(self._module("numpy")), type(value).__name__), [number], [])
        if isinstance(value, enum.Enum):
            return ast.Attribute(self._named(type(value)), value.name)
        if type(value) in (tuple, list, set, frozenset):
            return self._collection(value)  # type: ignore[arg-type]
        if type(value) is dict:
            return ast.Dict([self.expression(k) for k in value], [self.expression(v) for v in value.values()])
        if (found := self._part_of_an_answer(value)) is not None:
            return found
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size <= _LARGEST:
            numbers = self.expression(value.tolist())
            return ast.Call(
                ast.Attribute(ast.Name(self._module("numpy")), "array"),
                [numbers],
                [ast.keyword("dtype", ast.Constant(value.dtype.str))],
            )
        if is_dataclass(value) and not isinstance(value, type) and value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            given = [each for each in fields(value) if each.init]
            return ast.Call(
                self._named(type(value)),
                [],
                [ast.keyword(each.name, self.expression(getattr(value, each.name))) for each in given],
            )
        if isinstance(value, type) or inspect.isfunction(value):
            return self._named(value)
        raise InexpressibleError(f"it needs a {type(value).__name__} that only this page has")

    def _collection(self, value: Sequence[object] | AbstractSet[object]) -> ast.expr:
        if isinstance(value, frozenset):
            return ast.Call(ast.Name("frozenset"), [self._collection(sorted(value, key=repr))], [])
        if isinstance(value, set):
            return ast.Call(ast.Name("set"), [self._collection(sorted(value, key=repr))], [])
        entries = [self.expression(each) for each in value]
        return ast.Tuple(entries) if isinstance(value, tuple) else ast.List(entries)

    def _part_of_an_answer(self, value: object) -> ast.expr | None:
        """The way to a thing inside an earlier answer, if it is there: the thing itself, not an equal one."""
        looked = 0
        waiting: list[tuple[str, object, int]] = [(f"answers[{name!r}]", a, 0) for name, a in reversed(self.answers)]
        while waiting and looked < _MANY:
            way, thing, depth = waiting.pop(0)
            looked += 1
            if thing is value:
                return _parsed(way)
            if depth < _DEEP:
                waiting += [(f"{way}{step}", part, depth + 1) for step, part in _parts(thing)]
        return None

    # ---- names -------------------------------------------------------------------------------------------------------

    def _named(self, thing: object) -> ast.expr:
        """A class or function by its module: `reading.Question`."""
        module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
        if not module.startswith("models") or not name.isidentifier():
            raise InexpressibleError(f"it needs {module}.{name}, which is no part of the models")
        if module in ("models", "models.trace"):  # `models.trace` is the function: the file goes by its names
            self._aliases[name] = f"from {module} import {name}"
            return ast.Name(name)
        return ast.Attribute(ast.Name(self._module(module)), name)

    def _module(self, module: str) -> str:
        """Import a module, and give back its name in the script."""
        if module in ("numpy", "torch"):
            alias = {"numpy": "np"}.get(module, module)
            self._aliases[alias] = f"import {module}" + (f" as {alias}" if alias != module else "")
            return alias
        if not module.startswith("models."):
            raise InexpressibleError(f"it needs {module}, which is no part of the models")
        package, _, last = module.rpartition(".")
        for alias in (last, f"{package.rpartition('.')[2]}_{last}"):
            line = f"from {package} import {last}" + (f" as {alias}" if alias != last else "")
            if self._aliases.setdefault(alias, line) == line:
                return alias
        raise InexpressibleError(f"two modules are called {last}")


class _Replace(ast.NodeTransformer):
    """Puts arguments where a function names its parameters, and names of the script where it names its module's."""

    def __init__(
        self,
        writer: _Writer,
        function: Callable[..., Any],
        arguments: Mapping[str, ast.expr],
        local: frozenset[str] = frozenset(),
    ) -> None:
        self.writer, self.arguments = writer, arguments
        self.namespace, self.module, self.local = function.__globals__, function.__module__, local

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = self._global(node.func)
        ours = getattr(called, "__module__", "") == self.module and callable(called)
        self_ = self.generic_visit(node) if not ours else self._arguments_only(node)
        assert isinstance(self_, ast.Call)  # noqa: S101 - neither changes what it is
        if not ours:
            return self_
        if inspect.unwrap(called).__name__ in _THROUGH:
            return ast.Call(self_.args[0], self_.args[1:], self_.keywords)
        return self.writer.inner_call(called, self_)

    def _arguments_only(self, node: ast.Call) -> ast.Call:
        node.args = [self.visit(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.arguments:
            return copy.deepcopy(self.arguments[node.id])
        if isinstance(node.ctx, ast.Load) and node.id not in self.local and node.id in self.namespace:
            value = self.namespace[node.id]
            if getattr(value, "__module__", "") == self.module:
                raise InexpressibleError(f"{node.id} is a part of the page")
            return self.writer.reference(value, node.id)
        return node

    def _global(self, node: ast.expr) -> Any:  # noqa: ANN401 - whatever the module has by that name
        if isinstance(node, ast.Name) and node.id not in self.arguments and node.id not in self.local:
            return self.namespace.get(node.id)
        return None


def _definition(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)  # noqa: S101 - only functions are heard
    return tree


def _is_words(line: ast.stmt) -> bool:
    """A docstring, or an assertion for the type checker."""
    return isinstance(line, ast.Assert) or (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
    )


def _parts(thing: object) -> list[tuple[str, object]]:
    """The parts of an answer that are not plain values, each with the step to it."""
    if isinstance(thing, Mapping):
        pairs = [(f"[{key!r}]", part) for key, part in thing.items() if isinstance(key, str | int)]
    elif isinstance(thing, list | tuple):
        pairs = [(f"[{place}]", part) for place, part in enumerate(thing)]
    elif is_dataclass(thing) and not isinstance(thing, type):
        pairs = [(f".{each.name}", getattr(thing, each.name)) for each in fields(thing)]
    else:
        return []
    return [(step, part) for step, part in pairs if not isinstance(part, str | bytes | bool | int | float | None)]


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _text(node: ast.expr) -> str:
    """An expression as text; empty where it has none: before Python 3.12 an f-string holds no quotes and no backslash."""
    try:
        return ast.unparse(node)
    except ValueError:
        return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
