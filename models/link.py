"""A run as the parameters of a link, and back: short, readable, and exact to the last bit of every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from models.run import Run
from models.told import Told

NONE = "none"
"""How a link says that nothing is clipped."""

_LONGEST = 2000  # characters of one parameter: hundreds of changes of the learning rate


def parameters(run: Run, *, whole: bool = False) -> dict[str, str]:
    """The parameters of a link to a run: its task and cell, and all that is not as usual.

    Args:
        run: The run.
        whole: Everything, usual or not: for what must still hold when the usual changes.
    """
    usual = Run(task=run.task, cell=run.cell)
    texts = {field.name: written(getattr(run, field.name)) for field in fields(Run)}
    return {
        name: text
        for name, text in texts.items()
        if whole or name in ("task", "cell") or getattr(run, name) != getattr(usual, name)
    }


def run_of(texts: Mapping[str, str]) -> Run:
    """The run of a link's parameters; what they leave out is as usual.

    Raises:
        ValueError: A parameter is unknown, or is nonsense; with a sentence that names it.
    """
    values = {}
    for name, text in texts.items():
        if name not in _READ:
            raise ValueError(
                Told(
                    "There is no setting {name}: the settings of a run are {known}.",
                    name=repr(name[:40]),
                    known=", ".join(_READ),
                )
            )
        read, wanted = _READ[name]
        if len(text) > _LONGEST:
            raise ValueError(
                Told("{name} has {count:,} characters, expected {wanted}", name=name, count=len(text), wanted=wanted)
            )
        try:
            values[name] = read(text)
        except ValueError:
            raise ValueError(
                Told("{name} is {value}, expected {wanted}", name=name, value=repr(text[:40]), wanted=wanted)
            ) from None
    if values.get("lengths") == (0, 0):
        # To a Run it would mean the usual ones.
        raise ValueError(Told("lengths is (0, 0), expected lengths of 1 or more"))
    try:
        return Run(**values)
    except KeyError as error:
        raise ValueError(error.args[0]) from None


def written(value: object) -> str:
    """A setting as a link writes it."""
    if value is None:
        return NONE
    if isinstance(value, tuple):  # lengths: 10-20; rates: 100:0.01,200:0.003
        pairs = [f"{pair[0]}:{pair[1]!r}" for pair in value if isinstance(pair, tuple)]
        return ",".join(pairs) if pairs or not value else f"{value[0]}-{value[1]}"
    return value if isinstance(value, str) else repr(value)


def rates(text: str) -> tuple[tuple[int, float], ...]:
    """Changes of the learning rate, "100:0.01,200:0.003": from which update on, and to what.

    Raises:
        ValueError: It is something else.
    """
    pairs = [pair.split(":") for pair in text.split(",")] if text else []
    return tuple((int(step), float(rate)) for step, rate in pairs)


def _range(text: str) -> tuple[int, int]:
    shortest, dash, longest = text.partition("-")
    return int(shortest), int(longest if dash else shortest)


_WHOLE = (int, Told("a whole number"))
_NUMBER = (float, Told("a number"))
_READ: dict[str, tuple[Callable[[str], object], str]] = {
    "task": (str, Told("a task")),
    "cell": (str, Told("a cell")),
    "hidden": _WHOLE,
    "inputs": _WHOLE,
    "batch": _WHOLE,
    "learning_rate": _NUMBER,
    "decay": (str, Told("a word")),
    "steps": _WHOLE,
    "clip": (lambda text: None if text == NONE else float(text), Told("a number, or {none}", none=NONE)),
    "keep_bias": _NUMBER,
    "seed": _WHOLE,
    "every": _WHOLE,
    "layers": _WHOLE,
    "lengths": (_range, Told("two whole numbers such as 10-20")),
    "optimizer": (str, Told("a word")),
    "weight_decay": _NUMBER,
    "start": (str, Told("a word")),
    "gain": _NUMBER,
    "nonlinearity": (str, Told("a word")),
    "rates": (rates, Told("steps and rates such as 100:0.01,200:0.003")),
}
