"""What if: a network reads a text while somebody holds a gate, cuts a unit or turns a weight, and all that follows is real.

    from models.reading import Question
    from models.what_if import Clamp, Cut, Edit, WhatIf, effect, read

    question = Question("The cat, which already ate the fish, was full.", "LSTM")
    as_it_is = read(WhatIf(question))
    held = read(WhatIf(question, clamps=(Clamp("f", value=0.0, step=8),)))  # forget everything at the second comma
    effect(as_it_is, held)                                                # where they part, and what becomes of the verb

The open cell steps through the text, and a value is replaced the moment it is computed, so whatever is computed from it
uses the replaced value. Up to there the run is the same to the last bit. Units, steps, rows and columns count from 0.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from models import reading
from models.cells import Cell, InterveneAt
from models.network import WordModel
from models.reading import GUESSES, Question, Reading, network_of, variant_of
from models.saliency import VERBS, before_verb
from models.trace import Trace, deviation, trace

MATRICES: Mapping[str, str] = {
    "weight_hh_l0": "recurrent.weight_hh_l0",
    "weight_ih_l0": "recurrent.weight_ih_l0",
    "bias_ih_l0": "recurrent.bias_ih_l0",
    "bias_hh_l0": "recurrent.bias_hh_l0",
    "head.weight": "head.weight",
    "head.bias": "head.bias",
}
"""The weights that may be edited: the name that PyTorch gives them in their layer, and in the whole network."""

LARGEST = 1e6
"""The largest |value| that a gate, a state or a weight may be set to."""

MOST = 20
"""Changes that are made at once at most."""


@dataclass(frozen=True)
class Clamp:
    """A gate or state that is held at a value.

    Attributes:
        name: a gate or state of the cell: i f g o c h, r z n h, or h.
        value: what it is held at: 0 shuts a gate, 1 opens it; any other number up to `LARGEST` will do.
        unit: which hidden unit; None for all.
        step: at which token; None for all.

    Raises:
        ValueError: a value is outside what is said here.
    """

    name: str
    value: float
    unit: int | None = None
    step: int | None = None

    def __post_init__(self) -> None:
        _check_number("Clamp.value", self.value)
        for what, place in (("unit", self.unit), ("step", self.step)):
            if place is not None:
                _check_place(f"Clamp.{what}", place, otherwise=" or None for all")


@dataclass(frozen=True)
class Cut:
    """A unit that is cut off: its h, and c, are 0 at every step, so no later step and no output gets anything from it.

    Raises:
        ValueError: the unit is no whole number from 0.
    """

    unit: int

    def __post_init__(self) -> None:
        _check_place("Cut.unit", self.unit)


@dataclass(frozen=True)
class Edit:
    """A weight that gets another value.

    Attributes:
        matrix: a key of `MATRICES`; a bias is a matrix with one column.
        row: in the order of `torch.nn`: gate by gate, or the word of the output layer.
        column: the unit or input that the weight comes from; 0 for a bias.
        value: the new number, up to `LARGEST`.

    Raises:
        ValueError: a value is outside what is said here.
    """

    matrix: str
    row: int
    column: int
    value: float

    def __post_init__(self) -> None:
        if self.matrix not in MATRICES:
            raise ValueError(f"Edit.matrix is {self.matrix!r}, expected one of {', '.join(MATRICES)}")
        _check_place("Edit.row", self.row)
        _check_place("Edit.column", self.column)
        _check_number("Edit.value", self.value)


Change = Clamp | Cut | Edit


@dataclass(frozen=True)
class WhatIf:
    """A network that reads a text, and what is changed while it does.

    Attributes:
        question: which network reads what.
        clamps: held values; where two hold the same value, the later one wins.
        cuts: units that are cut off, whatever holds them.
        edits: weights, changed in this order before the first step.

    Raises:
        ValueError: there are more than `MOST` changes.
    """

    question: Question
    clamps: tuple[Clamp, ...] = ()
    cuts: tuple[Cut, ...] = ()
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        if len(self.changes) > MOST:
            raise ValueError(f"WhatIf has {len(self.changes)} changes, expected at most {MOST}")

    @classmethod
    def of(cls, question: Question, changes: Sequence[Change]) -> WhatIf:
        """The same from changes of all kinds in one row."""
        return cls(
            question,
            tuple(change for change in changes if isinstance(change, Clamp)),
            tuple(change for change in changes if isinstance(change, Cut)),
            tuple(change for change in changes if isinstance(change, Edit)),
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them in one row."""
        return (*self.clamps, *self.cuts, *self.edits)


@dataclass(frozen=True, eq=False)
class Scope:
    """What there is to change while a network reads a text.

    Attributes:
        tokens: the T words that it reads.
        hidden: H.
        roles: of the gates and states by name, in the order in which they are computed.
        titles: the same in words: "forget gate".
        blocks: the gates in whose order the rows of a weight stand.
        vocabulary: the K words, in the order of the rows of the output layer.
        weights: each matrix of `MATRICES`, (R, C), a bias (R, 1); those of PyTorch's form whatever the variant.
    """

    tokens: tuple[str, ...]
    hidden: int
    roles: Mapping[str, str]
    titles: Mapping[str, str]
    blocks: tuple[str, ...]
    vocabulary: tuple[str, ...]
    weights: Mapping[str, NDArray[np.floating]]

    def check(self, change: Change) -> None:
        """Raises a ValueError if the change does not fit: it says what came and what was wanted."""
        if isinstance(change, Edit):
            rows, columns = self.weights[change.matrix].shape
            _check_below(f"Edit.row of {change.matrix}", change.row, rows)
            _check_below(f"Edit.column of {change.matrix}", change.column, columns)
            return
        if isinstance(change, Clamp):
            if change.name not in self.roles:
                raise ValueError(f"Clamp.name is {change.name!r}, expected one of {', '.join(self.roles)}")
            if change.step is not None:
                _check_below("Clamp.step", change.step, len(self.tokens))
        if change.unit is not None:
            _check_below(f"{type(change).__name__}.unit", change.unit, self.hidden)


@dataclass(frozen=True, eq=False)
class Answer:
    """What happened while the network read the text with these changes.

    Attributes:
        reading: the run. Its `deviation` from `torch.nn` is None where torch cannot compute it: where a value was held or a
            unit cut, or a variant of the cell steps. `apart` is the largest |difference| of h from the run without changes.
        chances: how probable each word of the vocabulary is after each step, (T, K).
        vocabulary: the K words.
        held: by name, which values of which steps and units were not computed but set, (T, H); names without any are missing.
    """

    reading: Reading
    chances: NDArray[np.floating]
    vocabulary: tuple[str, ...]
    held: Mapping[str, NDArray[np.bool_]]

    def chance(self, word: str) -> NDArray[np.floating]:
        """How probable a word is after each step, (T,).

        Raises:
            ValueError: the network does not know the word.
        """
        if word not in self.vocabulary:
            raise ValueError(f"word is {word!r}, expected one of the {len(self.vocabulary)} words of the network")
        return self.chances[:, self.vocabulary.index(word)]

    @property
    def lost(self) -> int | None:
        """The first step at which a state has grown beyond what its number format holds; None if none has."""
        states = self.reading.trace.start
        broken = np.any([~np.isfinite(self.reading.trace[name]).all(1) for name in states], axis=0)  # (T,)
        return int(broken.argmax()) if broken.any() else None


@dataclass(frozen=True)
class Effect:
    """What a change changed.

    Attributes:
        first: the first step at which a gate, a state or the output differs, in any bit; None if all is the same.
        asked: the step after which the network is asked for the verb: the last one before it, or of the text.
        before: how probable "was" and "were" are there as it is.
        after: the same with the changes.
        flips: steps after which the most probable next word is another one.
        largest: the largest |difference| of h, over all steps and units.
    """

    first: int | None
    asked: int
    before: tuple[float, float]
    after: tuple[float, float]
    flips: tuple[int, ...]
    largest: float

    @property
    def verbs(self) -> tuple[str, str]:
        """The more probable one of "was" and "were", before and after."""
        before, after = (VERBS[int(were > was)] for was, were in (self.before, self.after))
        return before, after

    @property
    def flipped(self) -> bool:
        """The other verb is now the more probable one."""
        return self.verbs[0] != self.verbs[1]


def scope(question: Question) -> Scope:
    """What there is to change.

    Raises:
        ValueError: the text holds no word at all.
    """
    return _scope(network_of(question), reading.read(question), question)


def _scope(network: WordModel, plain: Reading, question: Question) -> Scope:
    cell = variant_of(network, question)
    weights = {}
    for name in MATRICES:
        weights[name] = _matrix(network, name).detach().numpy().copy()
        weights[name].flags.writeable = False  # all sessions share an answer
    roles = {equation.name: equation.role for equation in cell.equations}
    titles = {equation.name: equation.title for equation in cell.equations}
    return Scope(plain.tokens, cell.hidden, roles, titles, cell.blocks, network.vocabulary, weights)


def read(asked: WhatIf) -> Answer:
    """Let the network read the text with the changes.

    Raises:
        ValueError: the text holds no word at all; a change does not fit the cell, its size or the text.
    """
    network, plain = network_of(asked.question), reading.read(asked.question)
    fits = _scope(network, plain, asked.question)
    for change in asked.changes:
        fits.check(change)
    network = edited(network, asked.edits)
    shown = run(variant_of(network, asked.question), plain.trace.x, asked.clamps, asked.cuts)
    with torch.no_grad():
        chances = torch.softmax(network.head(torch.tensor(shown["h"])), -1)  # (T, K)
        best = chances.topk(min(GUESSES, chances.shape[1]))
    in_torch = not asked.clamps and not asked.cuts and plain.deviation is not None
    found = replace(
        plain,
        trace=shown,
        guesses=[[network.vocabulary[k] for k in row] for row in best.indices.tolist()],
        probabilities=_read_only(best.values),
        deviation=deviation(network.recurrent, plain.trace.x) if in_torch else None,
        apart=_apart(shown, plain.trace),
    )
    held = _held([*asked.clamps, *_clamps(asked.cuts, shown.cell)], shown)
    return Answer(found, _read_only(chances), network.vocabulary, held)


def run(cell: Cell, x: Tensor | ArrayLike, clamps: Sequence[Clamp] = (), cuts: Sequence[Cut] = ()) -> Trace:
    """Step an open cell through inputs (T, D) while values are held and units are cut; every value of every step.

    Args:
        cell: any open cell.
        x: inputs, (T, D).
        clamps: held values. They must fit: see `Scope.check`.
        cuts: units that are cut off.
    """
    return trace(cell, x, intervene=_holding([*clamps, *_clamps(cuts, cell)]))


def cut_each(question: Question) -> NDArray[np.float64]:
    """How probable "was" and "were" are before the verb when one unit is cut, unit by unit, (H, 2).

    It takes H runs: for short texts.
    """
    plain = read(WhatIf(question))
    asked = before_verb(plain.reading.tokens) - 1
    answers = [read(WhatIf(question, cuts=(Cut(unit),))) for unit in range(plain.reading.trace.hidden)]
    found = np.array([[answer.chance(verb)[asked] for verb in VERBS] for answer in answers], dtype=float)
    found.flags.writeable = False
    return found


def edited(network: WordModel, edits: Sequence[Edit]) -> WordModel:
    """A copy of a network in which weights have other values."""
    changed = copy.deepcopy(network)
    with torch.no_grad():
        for edit in edits:
            _matrix(changed, edit.matrix)[edit.row, edit.column] = edit.value
    return changed


def effect(before: Answer, after: Answer) -> Effect:
    """What differs between two runs of one network over one text.

    Raises:
        ValueError: they read different texts.
    """
    tokens = before.reading.tokens
    if after.reading.tokens != tokens:
        raise ValueError(f"after read {len(after.reading.tokens)} tokens, expected the {len(tokens)} that before read")
    one, other = before.reading.trace, after.reading.trace
    pairs = [(one[name], other[name]) for name in one.names] + [(before.chances, after.chances)]
    differs = np.any([~((a == b) | (np.isnan(a) & np.isnan(b))).all(1) for a, b in pairs], axis=0)  # (T,)
    asked = before_verb(tokens) - 1
    (was, were), (was_then, were_then) = (
        [float(answer.chance(verb)[asked]) for verb in VERBS] for answer in (before, after)
    )
    guesses = zip(before.reading.guesses, after.reading.guesses, strict=True)
    return Effect(
        first=int(differs.argmax()) if differs.any() else None,
        asked=asked,
        before=(was, were),
        after=(was_then, were_then),
        flips=tuple(step for step, (a, b) in enumerate(guesses) if a[0] != b[0]),
        largest=_apart(one, other),
    )


def _holding(clamps: Sequence[Clamp]) -> InterveneAt:
    """What replaces the values that are held, the later clamp over the earlier one."""

    def hold(step: int, name: str, value: Tensor) -> Tensor:
        held = [clamp for clamp in clamps if clamp.name == name and clamp.step in (None, step)]
        if not held:
            return value
        value = value.clone()  # (H,)
        for clamp in held:
            value[slice(None) if clamp.unit is None else clamp.unit] = clamp.value
        return value

    return hold


def _clamps(cuts: Sequence[Cut], cell: Cell) -> list[Clamp]:
    """A unit that is cut is one whose states are held at 0."""
    return [Clamp(state, 0.0, cut.unit) for cut in cuts for state in cell.states]


def _held(clamps: Sequence[Clamp], shown: Trace) -> dict[str, NDArray[np.bool_]]:
    found = {clamp.name: np.zeros((shown.steps, shown.hidden), dtype=bool) for clamp in clamps}
    for clamp in clamps:
        steps, units = (slice(None) if place is None else place for place in (clamp.step, clamp.unit))
        found[clamp.name][steps, units] = True
    for values in found.values():
        values.flags.writeable = False
    return found


def _apart(one: Trace, other: Trace) -> float:
    """The largest |difference| of h; NaN where one of them is none."""
    with np.errstate(invalid="ignore"):  # infinity from infinity
        return float(np.abs(one["h"] - other["h"]).max())


def _matrix(network: WordModel, name: str) -> Tensor:
    """A weight as a matrix (R, C) that shares its numbers with the network."""
    weight = network.get_parameter(MATRICES[name])
    return weight.view(len(weight), -1)


def _read_only(values: Tensor) -> NDArray[np.floating]:
    array = values.numpy()
    array.flags.writeable = False
    return array


def _check_number(name: str, value: float) -> None:
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"{name} is {value!r}, expected a number from {-LARGEST:,.0f} to {LARGEST:,.0f}")


def _check_place(name: str, place: int, otherwise: str = "") -> None:
    if not isinstance(place, int) or isinstance(place, bool) or place < 0:
        raise ValueError(f"{name} is {place!r}, expected a whole number from 0{otherwise}")


def _check_below(name: str, place: int, end: int) -> None:
    if place >= end:
        raise ValueError(f"{name} is {place}, expected 0 to {end - 1}")
