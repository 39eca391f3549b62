"""The memory counter: the task of Xu's nine-step table, the LSTM cell with weights set by hand, and its marks.

    from models import counter

    counter.run(counter.FIRM, counter.TABLE).before      # 0 0 3 3 7 7 7 0 6, as the lecture prints it
    counter.score(counter.LECTURE, length=50).every      # share of outputs within 0.5 on held-out sequences

At each step the task has three inputs. x2 = 1 adds x1 to the memory, x2 = -1 empties it, x3 = 1 shows it. Memory first,
output last: a step that adds and shows shows the new sum; a step that empties and shows shows 0.

The lecture's cell is an LSTM whose candidate and output are not squashed and whose gates read the three inputs only, not
the past state: g = x1, and each gate opens and shuts by one input and a bias. Nothing is learned here; what a network
learns of this task stands in `models.tasks.memory_counter`.

Source: Xu's lecture on recurrent networks, the table and the cell behind it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.cells import LSTM
from models.told import Told
from models.trace import Trace, trace

ROWS = 200
"""The most steps in a table that somebody types."""

LONGEST = 10_000
"""The most steps in any table."""

LARGEST = 1e6
"""The largest |x1| that somebody may type: `ROWS` of them still add up to within 1e-6 in float64."""

_KNOWN = {"x2": (-1, 0, 1), "x3": (0, 1)}


@dataclass(frozen=True)
class Table:
    """A sequence of steps, one row of numbers for each input; plain values, so a table is a key.

    Attributes:
        x1: The values, T finite numbers.
        x2: What to do with each: 1 adds it, -1 empties the memory, 0 does neither.
        x3: 1 shows the memory, 0 does not.

    Raises:
        ValueError: No steps, more than `LONGEST`, rows of unequal length, or a number that a row does not know.
    """

    x1: tuple[float, ...]
    x2: tuple[float, ...]
    x3: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = {name: len(row) for name, row in self.rows.items()}
        if len(set(lengths.values())) > 1:
            came = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise ValueError(
                Told("the rows of the table differ in length: {came}; expected as many numbers in each", came=came)
            )
        if not 1 <= self.steps <= LONGEST:
            raise ValueError(Told("the table has {steps} steps, expected 1 to {most}", steps=self.steps, most=LONGEST))
        for name, row in self.rows.items():
            for step, value in enumerate(row, start=1):
                known = _KNOWN.get(name)
                if known is None and not math.isfinite(value):
                    raise ValueError(
                        Told(
                            "{name} in step {step} is {value}, expected a finite number",
                            name=name,
                            step=step,
                            value=value,
                        )
                    )
                if known is not None and value not in known:
                    raise ValueError(
                        Told(
                            "{name} in step {step} is {value}, expected {wanted}",
                            name=name,
                            step=step,
                            value=value,
                            wanted=_any_of(known),
                        )
                    )

    @property
    def rows(self) -> dict[str, tuple[float, ...]]:
        """The three rows by name."""
        return {"x1": self.x1, "x2": self.x2, "x3": self.x3}

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.x1)

    @property
    def inputs(self) -> NDArray[np.float64]:
        """What a cell reads, (T, 3)."""
        return np.array([self.x1, self.x2, self.x3], dtype=float).T


TABLE = Table(x1=(1, 3, 2, 4, 2, 1, 3, 6, 1), x2=(0, 1, 0, 1, 0, 0, -1, 1, 0), x3=(0, 0, 0, 0, 0, 1, 0, 0, 1))
"""The nine steps of the lecture."""

BEFORE = (0, 0, 3, 3, 7, 7, 7, 0, 6)
"""The memory row as the lecture prints it: what the memory holds before each step."""

OUTPUT = (0, 0, 0, 0, 0, 7, 0, 0, 6)
"""The output row of the lecture."""


def typed(x1: Iterable[Any], x2: Iterable[Any], x3: Iterable[Any]) -> Table:
    """A table from what somebody typed: numbers, or texts that read as numbers; at most `ROWS` steps.

    Raises:
        ValueError: As for a `Table`; also for a cell that is empty or no number, for an x1 beyond ±`LARGEST` and for
            too many steps. The message names the row and the step, what came and what was wanted.
    """
    rows = {name: tuple(row) for name, row in (("x1", x1), ("x2", x2), ("x3", x3))}
    longest = max(map(len, rows.values()))
    if not 1 <= longest <= ROWS:
        raise ValueError(Told("the table has {steps} steps, expected 1 to {most}", steps=longest, most=ROWS))
    table = Table(
        **{name: tuple(_number(name, t, value) for t, value in enumerate(row, 1)) for name, row in rows.items()}
    )
    for step, value in enumerate(table.x1, start=1):
        if abs(value) > LARGEST:
            raise ValueError(
                Told(
                    "x1 in step {step} is {value:g}, expected a number from {least:g} to {most:g}",
                    step=step,
                    value=value,
                    least=-LARGEST,
                    most=LARGEST,
                )
            )
    return table


def _number(name: str, step: int, value: object) -> float:
    try:
        return float(value)  # pyright: ignore[reportArgumentType]  what float() cannot read is what is caught
    except (TypeError, ValueError, OverflowError):
        came = Told("empty") if value is None or value == "" else repr(value)
        wanted = _any_of(_KNOWN[name]) if name in _KNOWN else Told("a number")
        raise ValueError(
            Told("{name} in step {step} is {came}, expected {wanted}", name=name, step=step, came=came, wanted=wanted)
        ) from None


def _any_of(known: Sequence[int]) -> Told:
    return Told("{others} or {last}", others=", ".join(map(str, known[:-1])), last=known[-1])


# ---- the task --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """The true answer to a table, in plain Python floats, T of each.

    Attributes:
        before: The memory before each step, the row that the lecture prints.
        after: The memory after each step, the cell state c of a cell that counts rightly.
        output: What should be shown.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    output: tuple[float, ...]


def count(table: Table) -> Count:
    """Counts as the task says, in plain Python: what everything else here is tested against.

    Raises:
        ValueError: The sum becomes too large for a float.
    """
    memory, before, after, output = 0.0, [], [], []
    for step, (x1, x2, x3) in enumerate(zip(table.x1, table.x2, table.x3, strict=True), start=1):
        before.append(memory)
        if x2 == -1:
            memory = 0.0
        elif x2 == 1:
            memory += x1
        if not math.isfinite(memory):
            raise ValueError(
                Told(
                    "the memory after step {step} is {memory}, expected sums that a float can hold",
                    step=step,
                    memory=memory,
                )
            )
        after.append(memory)
        output.append(memory if x3 == 1 else 0.0)
    return Count(tuple(before), tuple(after), tuple(output))


# ---- the cell, its weights set by hand -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Push:
    """How hard each input pushes a gate (or the candidate) open, and where it rests when none of them pushes."""

    x1: float = 0.0
    x2: float = 0.0
    x3: float = 0.0
    bias: float = 0.0


@dataclass(frozen=True)
class Setting:
    """All weights of the lecture's cell: `setting.i.x2` is how hard x2 pushes the input gate. All 0 unless given.

    Attributes:
        i: The input gate.
        f: The forget gate; open means that the memory is kept.
        g: The candidate, what may be written.
        o: The output gate.

    Raises:
        ValueError: A weight is not finite.
    """

    i: Push = Push()
    f: Push = Push()
    g: Push = Push()
    o: Push = Push()

    def __post_init__(self) -> None:
        for block in LSTM.blocks:
            for name, weight in vars(getattr(self, block)).items():
                if not math.isfinite(weight):
                    raise ValueError(
                        Told(
                            "{block}.{name} is {weight}, expected a finite weight",
                            block=block,
                            name=name,
                            weight=weight,
                        )
                    )

    def turned(self, block: str, name: str, weight: float) -> "Setting":
        """The same setting with one weight changed: `setting.turned("f", "bias", -10)`."""
        return replace(self, **{block: replace(getattr(self, block), **{name: weight})})

    def weights(self, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
        """The weights in the layout of `torch.nn.LSTM` with one unit: w_ih (4, 3) and b_ih (4,), rows i, f, g, o."""
        rows = [[getattr(getattr(self, block), part.name) for part in fields(Push)] for block in LSTM.blocks]
        w_ih, bias = torch.tensor(rows, dtype=dtype).split([3, 1], dim=1)
        return w_ih, bias[:, 0]


def _pushed(bias: float) -> Setting:
    return Setting(i=Push(x2=100, bias=-bias), f=Push(x2=100, bias=bias), g=Push(x1=1), o=Push(x3=100, bias=-bias))


LECTURE = _pushed(10)
"""The lecture's weights. Its gates at rest stand σ(±10), 4.5e-5 off shut or open, so it leaks: see `leak_bound`."""

FIRM = _pushed(50)
"""Gates that shut and open to within 2e-22: exact, whatever the length."""

PRESETS: Mapping[str, Setting] = {
    "lecture": LECTURE,
    "firm": FIRM,
    "broken forget gate": FIRM.turned("f", "bias", -50),  # shut at rest: it keeps the memory only while it adds
    "no input gate": replace(FIRM, i=Push(bias=50)),  # open at every step: whatever x1 is, it is added
    "all zero": Setting(),
}
"""Settings by name: two that count, two with one fault each, and where a learner starts."""


@dataclass(frozen=True)
class Knob:
    """A weight that one may turn, in the words of the lecture.

    Attributes:
        block: Whose weight it is: i, f, g or o.
        name: x1, x2, x3 or bias.
        title: What it does.
        least: The lowest sensible weight; `most` is the highest, `step` a sensible change.
    """

    block: str
    name: str
    title: str
    least: float
    most: float
    step: float


KNOBS: Sequence[Knob] = (
    Knob("g", "x1", "how much of x1 may be written", -2, 2, 0.1),
    Knob("i", "x2", "how hard x2 pushes the input gate", -150, 150, 5),
    Knob("i", "bias", "where the input gate rests", -60, 60, 5),
    Knob("f", "x2", "how hard x2 pushes the forget gate", -150, 150, 5),
    Knob("f", "bias", "where the forget gate rests", -60, 60, 5),
    Knob("o", "x3", "how hard x3 pushes the output gate", -150, 150, 5),
    Knob("o", "bias", "where the output gate rests", -60, 60, 5),
)
"""The weights that the lecture sets; every other weight of its cell is 0."""


def cell(setting: Setting, dtype: torch.dtype = torch.float64) -> LSTM:
    """The open cell of a setting: D = 3 inputs, H = 1 unit, no squashing but the gates', no weight on the past state."""
    w_ih, bias = setting.weights(dtype)
    return LSTM(w_ih, w_ih.new_zeros(4, 1), bias, torch.zeros_like(bias), candidate="identity", output="identity")


@dataclass(frozen=True, eq=False)
class Counted:
    """What a cell made of a table: every value of every step, and the rows of the lecture, (T,) each.

    Attributes:
        trace: Every value by name, (T, 1) each.
        truth: The right answer.
    """

    trace: Trace
    truth: Count

    @property
    def before(self) -> NDArray[np.floating]:
        """The memory before each step: c of the step before, 0 at the first."""
        return self.trace.past("c")[:, 0]

    @property
    def after(self) -> NDArray[np.floating]:
        """The memory after each step: c."""
        return self.trace["c"][:, 0]

    @property
    def output(self) -> NDArray[np.floating]:
        """What the cell shows: h."""
        return self.trace["h"][:, 0]

    @property
    def errors(self) -> dict[str, NDArray[np.floating]]:
        """The cell's row less the true row: before, after and output."""
        return {name: getattr(self, name) - np.array(getattr(self.truth, name)) for name in vars(self.truth)}


def run(setting: Setting, table: Table, dtype: torch.dtype = torch.float64) -> Counted:
    """Steps the hand-set cell through a table.

    Raises:
        ValueError: A value inside becomes infinite: the table's numbers or the weights are too large for `dtype`.
    """
    truth, traced = count(table), trace(cell(setting, dtype), table.inputs)
    values = dict(zip(table.rows, traced.x.T, strict=True))
    values |= {name: traced[name][:, 0] for name in (*traced.inner, *traced.names)}
    for name, row in values.items():
        finite = np.isfinite(row)
        if not finite.all():
            step = int(finite.argmin())
            raise ValueError(
                Told(
                    "{name} in step {step} is {value} in {dtype}, expected numbers that it can hold",
                    name=name,
                    step=step + 1,
                    value=row[step],
                    dtype=_name(dtype),
                )
            )
    return Counted(traced, truth)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def leak_bound(table: Table) -> NDArray[np.float64]:
    """The most by which the memory of the `LECTURE` setting may be off after each step, (T,), rounding apart.

    At rest (x2 = 0) its gates are δ = σ(-10) = 4.5e-5 off shut and open, so c = (1 - δ) c + δ x1: each such step adds at
    most δ (|memory| + |x1|) to the error. A step that adds lets nothing leak, and one that empties the memory empties
    it of the error too; what gates that are pushed leave open, σ(-90), is 1e-39. An output that should be 0 shows δ c.
    """
    delta, error, bounds = 1 / (1 + math.exp(10)), 0.0, []
    for x1, x2, memory in zip(table.x1, table.x2, count(table).after, strict=True):
        error = 0.0 if x2 == -1 else error + delta * (abs(memory) + abs(x1)) if x2 == 0 else error
        bounds.append(error)
    return np.array(bounds)


# ---- the same with a standard LSTM -----------------------------------------------------------------------------------

SCALES: Sequence[float] = tuple(10 ** (k / 4) for k in range(-40, 1))
"""The scales s of the error curve, from 1e-10 to 1, four a decade."""


def standard(setting: Setting, scales: Sequence[float], dtype: torch.dtype = torch.float64) -> nn.LSTM:
    """A standard `nn.LSTM`, tanh and all, with the weights of a setting: D = 3, and H units, one for each scale s.

    The candidate's weights are multiplied by s, which is to say that x1 comes in times s: tanh is nearly a straight line
    near 0, so c is nearly s times the memory. What comes out, h, is to be divided by s. No weight on the past state, so
    the units do not know of each other.

    Raises:
        ValueError: A scale is not finite and above 0, or `dtype` cannot tell it from 0.
    """
    s = torch.tensor(list(scales), dtype=dtype)
    for wanted, kept in zip(scales, s.tolist(), strict=True):
        if not (math.isfinite(kept) and kept > 0):
            raise ValueError(
                Told(
                    "scale is {wanted}, expected a finite number above 0 that {dtype} can hold",
                    wanted=wanted,
                    dtype=_name(dtype),
                )
            )
    w_ih, bias = setting.weights(dtype)
    factor = torch.ones(4, len(s), dtype=dtype)
    factor[LSTM.blocks.index("g")] = s
    weights = {
        "weight_ih_l0": (factor[..., None] * w_ih[:, None]).flatten(0, 1),  # (4·H, 3)
        "weight_hh_l0": torch.zeros(4 * len(s), len(s), dtype=dtype),
        "bias_ih_l0": (factor * bias[:, None]).flatten(),
        "bias_hh_l0": torch.zeros(4 * len(s), dtype=dtype),
    }
    module = nn.LSTM(3, len(s), device="meta", dtype=dtype)  # on "meta" the constructor draws no random numbers
    module.load_state_dict(weights, assign=True)
    return module.requires_grad_(requires_grad=False)


def scale_errors(
    setting: Setting, table: Table, scales: Sequence[float] = SCALES, dtype: torch.dtype = torch.float64
) -> NDArray[np.float64]:
    """How far the standard LSTM is off for each scale s: the largest |h / s - true output|, one number a scale.

    With `FIRM` the curve has two parts. From the right it falls as s², because tanh bends: see `tanh_cost`. Below s of
    about 6e-5 in float32 (3e-9 in float64) it lies flat at the rounding of one number: floating point keeps as many
    digits of s x1 as of x1, so a small s costs nothing. Only below 1e-38 (float32), where the digits themselves run
    out, does it rise again.
    """
    h = trace(standard(setting, scales, dtype), table.inputs)["h"]  # (T, H)
    shown = h / torch.tensor(scales, dtype=dtype).numpy()
    return np.abs(shown - np.array(count(table).output)[:, None]).max(0).astype(float)


def tanh_cost(table: Table) -> float:
    """What the bend of tanh costs: for small s the standard LSTM of `FIRM` is off by this times s².

    tanh(a) = a - a³/3 + …: each x1 that is added loses (s x1)³ / 3, the memory m that is shown another (s m)³ / 3, so
    h / s is off by s² (sum of x1³ + m³) / 3. The lecture's 7 = 3 + 4 costs (27 + 64 + 343) / 3 = 144.7.
    """
    added, most = 0.0, 0.0
    for x1, x2, x3, shown in zip(table.x1, table.x2, table.x3, count(table).output, strict=True):
        added = 0.0 if x2 == -1 else added + x1**3 if x2 == 1 else added
        most = max(most, x3 * abs(added + shown**3) / 3)
    return most


# ---- random sequences and marks --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Sequences:
    """B random sequences of T steps, as float32 tensors: whole numbers, so exact.

    Attributes:
        x: The inputs x1, x2, x3, (B, T, 3).
        memory: The true memory after each step, (B, T).
        output: The true output, (B, T).
    """

    x: Tensor
    memory: Tensor
    output: Tensor

    def first(self, count: int) -> "Sequences":
        """The first `count` of them."""
        return Sequences(self.x[:count], self.memory[:count], self.output[:count])

    def table(self, row: int) -> Table:
        """One of the sequences as a table."""
        x1, x2, x3 = self.x[row].T.tolist()
        return Table(tuple(x1), tuple(x2), tuple(x3))


def draw(count: int, length: int, generator: torch.Generator) -> Sequences:
    """Draws random sequences: x1 from 0 to 9; x2 as often 1 and -1 as in the lecture's table; x3 by a coin.

    Of nine steps three add, one empties and five do neither, so a memory lives for nine steps in the mean. Half of the
    outputs are asked for, so that being silent when not asked and being right when asked weigh the same.

    Args:
        count: B, how many.
        length: T, steps in each.
        generator: Where every number comes from.
    """
    shape = (count, length)
    x1 = torch.randint(10, shape, generator=generator).float()
    ninth = torch.randint(9, shape, generator=generator)
    x2 = (ninth < 3).float() - (ninth == 8).float()
    x3 = torch.randint(2, shape, generator=generator).float()
    memory = torch.zeros(shape)
    now = torch.zeros(count)
    for t in range(length):
        now = (now + x1[:, t] * (x2[:, t] == 1)) * (x2[:, t] != -1)
        memory[:, t] = now
    return Sequences(torch.stack([x1, x2, x3], -1), memory, memory * x3)


def random_table(length: int, seed: int) -> Table:
    """A random table as `draw` draws them: equal seeds, equal tables.

    Raises:
        ValueError: The length is not from 1 to `LONGEST`.
    """
    if not 1 <= length <= LONGEST:
        raise ValueError(Told("length is {length}, expected 1 to {most} steps", length=length, most=LONGEST))
    return draw(1, length, torch.Generator().manual_seed(seed)).table(0)


HELD_OUT = 1000
"""How many held-out sequences of each length there are."""

LENGTHS = (10, 50, 200)
"""The lengths at which a setting gets its marks."""

_HELD_OUT = 8_000_000  # plus the length: the seed of its held-out sequences, far from the seed of any run


@lru_cache(maxsize=8)  # 200 steps take 4 MB
def held_out(length: int) -> Sequences:
    """The sequences of a length on which marks are given: always the same, never drawn in training."""
    return draw(HELD_OUT, length, torch.Generator().manual_seed(_HELD_OUT + length))


@dataclass(frozen=True)
class Score:
    """Shares of outputs within 0.5 of the true one, in [0, 1].

    Attributes:
        every: Of all steps: the mark. Half of the steps ask for the memory, so it is nearly the mean of the other two.
        asked: Of the steps with x3 = 1 only. An output gate that is always open loses nothing here.
        quiet: Of the steps with x3 = 0 only. A cell that never says anything loses nothing here.
    """

    every: float
    asked: float
    quiet: float


def marks(output: Tensor, sequences: Sequences) -> Score:
    """The score of outputs (B, T) on sequences; what is not a number is wrong."""
    right, asked = (output - sequences.output).abs() < 0.5, sequences.x[..., 2] == 1  # (B, T)
    shares = (right, right[asked], right[~asked])
    return Score(*(share.double().mean().item() for share in shares))


def outputs(setting: Setting, x: Tensor) -> Tensor:
    """What the cell of a setting shows for many sequences at once, in the type of x: (B, T) for steps (B, T, 3).

    The gates do not read the past state, so the open cell computes those of all steps of all sequences in one go; only
    the memory goes step by step, through all sequences side by side.
    """
    values = cell(setting, x.dtype).gates(x, x.new_zeros(1))
    i, f, g, o = (values[block][..., 0].T for block in LSTM.blocks)  # (T, B) each
    written, memory = i * g, torch.empty_like(f)
    now = f.new_zeros(len(x))
    for t in range(len(f)):
        now = f[t] * now + written[t]
        memory[t] = now
    return (o * memory).T


def score(setting: Setting, length: int) -> Score:
    """How good a setting is on the held-out sequences of a length."""
    sequences = held_out(length)
    return marks(outputs(setting, sequences.x), sequences)


def scores(setting: Setting) -> dict[int, Score]:
    """The marks of a setting at all `LENGTHS`."""
    return {length: score(setting, length) for length in LENGTHS}
