"""The page "the memory counter" in words: tables as text, signs of steps, comparisons, and what the numbers say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.counter import (
    BEFORE,
    FIRM,
    KNOBS,
    OUTPUT,
    PRESETS,
    TABLE,
    Counted,
    Knob,
    Push,
    Score,
    Setting,
    Table,
    typed,
)
from models.tasks.memory_counter import FARTHEST
from models.trace import Trace
from models.training import Run, Snapshot
from models.zoo import COUNTERS
from playground import language
from playground.figures import Line
from playground.language import say
from playground.player import Numbers, Token, Track

_TITLES = {"lecture": "lecture ±10", "firm": "firm ±50"}
COUNTER_PRESETS = {name: (_TITLES.get(name, name), preset) for name, preset in PRESETS.items()}
"""The presets: a button's words and the setting, by name."""

BUILD_PRESETS = {"zero": ("all zero", Setting()), "solution": ("show the solution", FIRM)}
"""Where a learner starts, and ends."""

GATES = {"g": "Candidate g", "i": "Input gate i", "f": "Forget gate f", "o": "Output gate o"}
"""The four blocks of weights, by letter."""

COLUMNS = {"x1": "the value", "x2": "1 adds it, −1 empties the memory", "x3": "1 shows the memory"}
"""The three inputs, by name, with what they are for."""

TABS = ["By hand", "A standard LSTM", "Build it yourself", "Learn it"]

ASKED = (
    "**How can gates make a network add, hold, show and forget a number, exactly?** First with weights set by hand, as "
    "in Xu's lecture; then in the LSTM of PyTorch; then by you; then by training."
)

RULES = (
    "At each step three numbers come in. **x2 = 1** adds x1 to the memory, **x2 = −1** empties it, **x3 = 1** shows it; "
    "0 does nothing. The page opens with the lecture's nine steps: change any cell, add rows, delete rows."
)

# ---- tables as text --------------------------------------------------------------------------------------------------

_LONGEST_CELL = 24


def parsed(text: str) -> Table:
    """A table in one line, "1 0 0; 3 1 0": x1 x2 x3 of one step, a semicolon, the next.

    Raises:
        ValueError: the sentence says which step is wrong, what came and what was wanted.
    """
    steps = [step.split() for step in re.split(r"[;\n]", text.replace(",", " ").replace("−", "-")) if step.strip()]
    for place, step in enumerate(steps, start=1):
        if len(step) != 3:
            raise ValueError(
                say("step {step} has 1 number, expected 3: x1 x2 x3", step=place)
                if len(step) == 1
                else say("step {step} has {count:,} numbers, expected 3: x1 x2 x3", step=place, count=len(step))
            )
    return of_cells([[step[k] for step in steps] for k in range(3)])


def of_cells(columns: Sequence[Sequence[Any]]) -> Table:
    """A table from the cells of its three columns, as they were typed.

    Raises:
        ValueError: as for `parsed`.
    """
    x1, x2, x3 = ([_short(cell) for cell in column] for column in columns)
    return typed(x1, x2, x3)


def _short(cell: object) -> object:
    """A cell as it stands in a sentence: a text of a hundred thousand letters is no number, and not repeated."""
    if not isinstance(cell, str):
        return cell
    cell = cell.strip().replace("−", "-")
    return cell if len(cell) <= _LONGEST_CELL else f"{cell[:_LONGEST_CELL]}…"


def columns(table: Table) -> dict[str, list[str]]:
    """The three columns of a table, each number as one would type it."""
    return {name: [number(value) for value in row] for name, row in table.rows.items()}


def written(table: Table) -> str:
    """A table in one line, as `parsed` reads it."""
    return "; ".join(" ".join(step) for step in zip(*columns(table).values(), strict=True))


def number(value: float) -> str:
    """A number as one would type it: all its digits, no more."""
    return f"{value:.0f}".replace("-0", "0", value == 0) if value == round(value) else repr(float(value))


def complaint(wrong: ValueError, kept: Table) -> str:
    """What is wrong with a table and what stays in view, as Markdown."""
    told = re.sub(r"([\\`*_{}\[\]()<>#+!|$~:])", r"\\\1", say(wrong))
    if kept.steps == 1:
        return say("**Not yet a table:** {told}. What you see still reads the last good one, of 1 step.", told=told)
    return say(
        "**Not yet a table:** {told}. What you see still reads the last good one, of {steps} steps.",
        told=told,
        steps=kept.steps,
    )


# ---- what a step asks for --------------------------------------------------------------------------------------------


def signs(table: Table) -> list[str]:
    """What each step asks for, in a few letters: +3 adds 3, (2) is passed by, "reset" and "show" are themselves."""
    return [_sign(*step) for step in zip(*table.rows.values(), strict=True)]


def _sign(x1: float, x2: float, x3: float) -> str:
    asked = "reset" if x2 == -1 else _signed(x1) if x2 == 1 else "" if x3 else f"({_minus(x1)})"
    return f"{asked} show".strip() if x3 else asked


def _signed(x1: float) -> str:
    return _minus(x1) if x1 < 0 else f"+{number(x1)}"


def _minus(x1: float) -> str:
    return number(x1).replace("-", "−")


def tokens(table: Table) -> list[Token]:
    """The steps as the player shows them."""
    return [Token(sign) for sign in signs(table)]


def track(counted: Counted, title: str = "The lecture's cell, weights set by hand") -> Track:
    """The hand-set cell as the player shows it."""
    return Track(title, counted.trace, Numbers("output h", counted.output))


# ---- the lecture's rows ----------------------------------------------------------------------------------------------


def is_lecture(table: Table) -> bool:
    """Whether a table is the lecture's, and the rows to compare with are those that it prints."""
    return table == TABLE


def comparison(table: Table, counted: Counted) -> dict[str, Any]:
    """The memory before each step and the output: what is right, what was computed, the difference."""
    right = (BEFORE, OUTPUT) if is_lecture(table) else (counted.truth.before, counted.truth.output)
    computed = (counted.before, counted.output)
    found: dict[str, Any] = {"step": list(range(1, table.steps + 1)), "asks": signs(table)}
    for name, wanted, came in zip(("memory", "output"), right, computed, strict=True):
        found[f"{name}"] = list(map(float, wanted))
        found[f"{name} computed"] = [float(value) for value in came]
        found[f"{name} difference"] = [float(value) for value in came - np.array(wanted, dtype=float)]
    return found


def exactness(table: Table, counted: Counted) -> str:
    """The largest differences in both rows, and how they compare with the lecture's, as Markdown."""
    memory, output = (float(np.abs(counted.errors[name]).max()) for name in ("before", "output"))
    good = max(memory, output) <= 1e-6
    badge = ("green", "verified") if good else ("orange", "warning")
    told = say("max &#124;difference&#124;: memory {memory:.2g}, output {output:.2g}", memory=memory, output=output)
    words = (
        "{badge} from the lecture's rows. *Memory* is what c holds before the step. The page opens with firm weights, "
        "biases ±50, which reproduce the lecture's table; the lecture's own ±10 leak a little: compare the two."
        if is_lecture(table)
        else "{badge} from the true rows. *Memory* is what c holds before the step. The page opens with firm weights, "
        "biases ±50, which reproduce the lecture's table; the lecture's own ±10 leak a little: compare the two."
    )
    return say(words, badge=f":{badge[0]}-badge[:material/{badge[1]}: {told}]")


def headline(counted: Counted) -> str:
    """What the figure of the memory shows, as its title."""
    off = float(np.abs(counted.errors["after"]).max())
    return (
        say("The memory follows the true count")
        if off < 0.5
        else say("The memory parts from the true count, by up to {off}", off=_shown(off))
    )


def verdict(table: Table, counted: Counted) -> str:
    """Whether the cell counts, and where it goes wrong first, as Markdown."""
    memory, output = counted.errors["after"], counted.errors["output"]
    off = np.flatnonzero(np.abs(memory) >= 0.5)
    if off.size:
        step = int(off[0])
        return say(
            "**It miscounts first at step {step}** ({asked}): the memory c holds {held} after it, the true count is {true}.",
            step=step + 1,
            asked=_quoted(table, step),
            held=_shown(counted.after[step]),
            true=_shown(counted.truth.after[step]),
        )
    wrong = np.flatnonzero(np.abs(output) >= 0.5)
    if wrong.size:
        step = int(wrong[0])
        return say(
            "**The memory is right, the output is not**: at step {step} ({asked}) h is {came} and should be {true}.",
            step=step + 1,
            asked=_quoted(table, step),
            came=_shown(counted.output[step]),
            true=_shown(counted.truth.output[step]),
        )
    largest = float(max(np.abs(memory).max(), np.abs(output).max()))
    if largest > 1e-6:
        return say("**It counts, and leaks a little**: nothing is off by more than {largest:.1e}.", largest=largest)
    return say("**It counts**: every number is right to the sixth digit and beyond.")


def _quoted(table: Table, step: int) -> str:
    return say("“{word}”", word=signs(table)[step])


def _shown(value: float) -> str:
    return language.number(value, ".5g").replace("-", "−")


# ---- weights ---------------------------------------------------------------------------------------------------------


def knobs(block: str) -> list[Knob]:
    """The weights of one gate that one may turn."""
    return [knob for knob in KNOBS if knob.block == block]


def formula(setting: Setting, block: str) -> str:
    """A gate with its weights filled in, as LaTeX."""
    push: Push = getattr(setting, block)
    if block == "g":
        return rf"g = {push.x1:g}\,x_1"
    name = "x_3" if block == "o" else "x_2"
    weight = push.x3 if block == "o" else push.x2
    return rf"{block} = \sigma({weight:g}\,{name} {push.bias:+g})"


PROBE = Table(x1=(0, 0, 0), x2=(-1, 0, 1), x3=(0, 0, 1))
"""Three steps that show how far each gate opens for every input that it may get."""


def openness(probed: Counted, block: str) -> str:
    """How far a gate opens for each input that it may get, as Markdown; `probed` has read `PROBE`."""
    if block == "g":
        return say("not squashed, no gate")
    values = probed.trace[block][:, 0]
    inputs = ((0, "0"), (2, "1")) if block == "o" else ((0, "−1"), (1, "0"), (2, "1"))
    name = "x3" if block == "o" else "x2"
    return f"{name} " + " · ".join(f"{given} → **{_gate(values[step])}**" for step, given in inputs)


def _gate(value: float) -> str:
    """A gate's opening: near 0 and near 1 how far it is off."""
    if value < 1e-3:
        return "0" if value == 0 else language.number(value, ".0e").replace("e-0", "e-")
    if value > 1 - 1e-3:
        return "1" if value == 1 else f"1 − {language.number(1 - value, '.0e')}".replace("e-0", "e-")
    return language.number(value, ".2f")


# ---- predict first ---------------------------------------------------------------------------------------------------

BROKEN = PRESETS["broken forget gate"]
ASKED_STEP = 4  # step 5: the second addition has just been made

QUESTION = (
    "**Guess first.** Let the forget gate rest shut: its bias −50 instead of +50, all else as it is. The lecture's "
    "table is read again. What does the memory hold before step 5, where the lecture has 7?"
)
GUESSES = {"none": "?", "0": "0", "3": "3", "4": "4", "7": "7"}


def graded(guess: str, broken: Counted) -> str:
    """What the tensors say to a guess of the memory under a broken forget gate, as Markdown."""
    held = float(broken.before[ASKED_STEP])
    right = abs(float(guess) - held) < 0.5
    return say(
        "**{verdict}: it holds {held}.** At step 3, “(2)”, nothing is added, so x2 = 0 does not push the forget gate, and "
        "shut it forgets the 3. Step 4 then adds 4 to an empty memory. A forget gate forgets when it is **shut**: at rest "
        "it must be open.",
        verdict=say("Right") if right else say("Not this time"),
        held=_shown(held),
    )


# ---- a standard LSTM -------------------------------------------------------------------------------------------------

SCALES = {name: float(name) for name in (f"{10.0**-k:.1g}" for k in np.arange(10, -0.5, -0.5))}
"""The scales that one may choose, by what the slider calls them."""


def standard_track(scale: float, trace: Trace) -> Track:
    """The standard LSTM as the player shows it: h divided by s is its output."""
    return Track(f"nn.LSTM, s = {scale:g}", trace, Numbers("output h / s", trace["h"][:, 0] / scale))


def why_scaled(table: Table, cost: float, scale: float, off: Mapping[str, float]) -> str:
    """What the chosen scale costs, beside what the bend of tanh says, as Markdown."""
    if not cost:
        return say("This table never shows anything but 0, so there is nothing that tanh could bend.")
    found = say(" and ").join(say("{error:.2g} in {dtype}", error=error, dtype=dtype) for dtype, error in off.items())
    rule = f"s² · {language.number(cost, ',.1f')} = {language.number(scale**2 * cost, '.2g')}"
    named = say(" (the lecture's 7 = 3 + 4 costs (27 + 64 + 343) / 3)") if is_lecture(table) else ""
    told = say(
        "At s = {scale:g} the worst output is off by **{found}**; the bend of tanh alone says {rule}{named}.",
        scale=scale,
        found=found,
        rule=rule,
        named=named,
    )
    why = (
        say("Here s times the count is no longer small, so tanh flattens and the rule is too pessimistic.")
        if scale**2 * cost > 0.5
        else say("That the two agree is the reason made visible.")
        if scale**2 * cost > 1e-5
        else say("Where the rule falls below the last digit of the number format, only rounding is left.")
    )
    return f"{told} {why}"


STANDARD = (
    "`nn.LSTM` squashes twice: the candidate is tanh(…) and the output is o · tanh(c), so nothing beyond 1 can be "
    "written or shown. But **near 0, tanh is almost a straight line**. So x1 comes in times a small s, and what comes "
    "out is divided by s. All gates keep the firm weights."
)

NOTICE_STANDARD = (
    r"The Taylor series says it all: $\tanh a = a - \tfrac{a^3}{3} + \dots$ A value $m$ enters as $s\,m$ and loses "
    r"$\tfrac{(s m)^3}{3}$; divided by $s$ that is $s^2 \tfrac{m^3}{3}$. It happens to each x1 on its way in and to the "
    r"sum on "
    "its way out. Ten times smaller s, a hundred times smaller error: a slope of 2 on log axes. And a small s costs no "
    "digits: a floating-point number keeps as many digits of 0.000003 as of 3. The points lie flat where one rounding "
    "is left, near 5e-7 in float32 and 1e-15 in float64."
)

# ---- marks -----------------------------------------------------------------------------------------------------------

BUILD = (
    "All weights are 0: every gate stands half open, whatever comes in. **Make it count.** The marks are the share of "
    "outputs within 0.5 of the true one on 1,000 random sequences of each length that nobody has seen."
)

NOTICE_BUILD = (
    "Half of all steps ask for nothing, so a cell that says nothing gets half of the marks: look at *asked* and *quiet* "
    "apart. Length tells leaks: what keeps 95 % of the memory at each step does well at length 10 and not at 200. And "
    "the order of repair matters little, but all three gates must be right before the long sequences are."
)


MARK = "Share of outputs within 0.5 of the true one, on 1,000 held-out random sequences of this length"


def mark(score: Score) -> str:
    """The mark of one length."""
    return f"{language.number(100 * score.every, '.1f')} %"


def parts(score: Score) -> str:
    """The two halves of a mark, as Markdown."""
    return say("asked {asked:.1f} % · quiet {quiet:.1f} %", asked=100 * score.asked, quiet=100 * score.quiet)


def hint(setting: Setting, marks: Mapping[int, Score]) -> str:
    """What a learner should look at next, from the weights and their marks, as Markdown."""
    short, long_ = marks[min(marks)], marks[max(marks)]
    if min(long_.asked, long_.quiet) > 0.995:
        return say(
            "**It counts, whatever the length.** Compare your weights with the solution: yours need not be the same."
        )
    if long_.every > 0.995:
        return say("**Nearly there**: a few outputs of the longest sequences are still off.")
    if setting.g.x1 == 0:
        return say(
            "**Nothing can get in yet**: the candidate is 0 times x1. What is right so far is right because it is 0."
        )
    if short.quiet < 0.9:
        return say("**It talks when nobody asks.** Let the output gate rest shut (bias below 0) and open for x3.")
    if short.asked - long_.asked > 0.1:
        return say(
            "**Short sequences go better than long ones.** Something leaks: is the forget gate open while x2 = 0?"
        )
    return say("**Silent when it should be; wrong when asked.** What do input and forget gate do at x2 = −1, 0 and 1?")


# ---- learned ---------------------------------------------------------------------------------------------------------

CELLS = {"RNN": "counter-rnn", "GRU": "counter-gru", "LSTM": "counter-lstm"}
"""The networks that learned the task, by cell."""

STATES = {"RNN": "h", "GRU": "h", "LSTM": "c"}
"""What carries the count: the memory c where there is one."""

LIVE_UPDATES = 1000
"""How long a training in the page goes at most."""

LEARN = (
    "Nobody sets a weight here: an RNN, a GRU and an LSTM of 16 units see random sequences of 20 to 50 steps and only "
    "the true outputs, and training does the rest. **Does each of them find a counter, and does it still count on "
    "sequences longer than it ever saw?**"
)


Known = Mapping[str, Any]
"""What is known of a network at one point of its training: see `models.zoo.facts`."""


def learned_lines(found: Mapping[str, Known]) -> list[Line]:
    """Share of outputs within 0.5 by length, a line for each cell: solid, dashed, dotted."""
    return [
        Line(
            cell,
            [say("{count} steps", count=length) for length in known["accuracy"]],
            [shares["every"] for shares in known["accuracy"].values()],
            "state",
            dash,
        )
        for dash, (cell, known) in enumerate(found.items())
    ]


def breaks(found: Mapping[str, Known], updates: int) -> str:
    """Where each network breaks, as Markdown, from its shares."""
    told = "; ".join(_breaks(cell, known["accuracy"]) for cell, known in found.items())
    return say("After {updates:,} updates {told}.", updates=updates, told=told)


def _breaks(cell: str, by_length: Mapping[str, Mapping[str, float]]) -> str:
    worse = [length for length, found in by_length.items() if found["every"] < 0.95]
    first, last = by_length[next(iter(by_length))]["every"], list(by_length.values())[-1]["every"]
    if not worse:
        return say(
            "the **{cell}** counts at every length ({first:.1f} % to {last:.1f} %)",
            cell=cell,
            first=100 * first,
            last=100 * last,
        )
    if worse[0] == next(iter(by_length)):
        return say(
            "the **{cell}** gets {first:.0f} % at length {length} and {last:.0f} % at {longest}",
            cell=cell,
            first=100 * first,
            length=worse[0],
            last=100 * last,
            longest=list(by_length)[-1],
        )
    share = by_length[worse[0]]["every"]
    return say(
        "the **{cell}** breaks at length {length} ({share:.0f} %)", cell=cell, length=worse[0], share=100 * share
    )


def found_unit(cell: str, found: Known) -> str:
    """Which unit is the counter, as Markdown."""
    r, state = found["correlation"], STATES[cell]
    strength = (
        "Unit **{unit}** **is the counter**: its {state} follows the true memory with a correlation of {r:.3f}."
        if abs(r) > 0.95
        else "Unit **{unit}** comes nearest to a counter: its {state} follows the true memory with a correlation of {r:.3f}."
        if abs(r) > 0.5
        else "Unit **{unit}** is no counter: its {state} follows the true memory with a correlation of {r:.3f}."
    )
    told = [say(strength, unit=found["unit"] + 1, state=state, r=r)]
    if r < -0.5:
        told.append(say("It counts downwards: a factor of −1 in the read-out puts that right."))
    return " ".join([*told, say("Below it is stepped beside the cell that was set by hand.")])


def state_role(cell: str) -> str:
    """The role of what carries the count: it gives the colour."""
    return "memory" if STATES[cell] == "c" else "state"


def correlation_title(cell: str) -> str:
    """What the bars of a network show."""
    return say("{cell}: which unit's {state} is the counter?", cell=cell, state=STATES[cell])


NOTICE_LEARNED = (
    "**Right on most outputs is not yet counting.** The longer the sequence, the more the three part. The LSTM has a "
    "place that is added to and otherwise left alone: its counter unit steps up and stands still like the one set by "
    "hand, on a scale of its own. A GRU must fit every count between −1 and 1, and each addition goes through a tanh. "
    "The RNN rewrites all of h at every step, and each rewriting costs a little. Training found the gates by itself: it "
    "was shown outputs only, never a memory."
)


def at(updates: int, progress: Mapping[str, Mapping[int, Known]]) -> dict[str, Known]:
    """What is known of each network after so many updates, by cell."""
    return {cell: known[updates] for cell, known in progress.items()}


def learned_track(cell: str, known: Known, trace: Trace, outputs: NDArray[np.floating]) -> Track:
    """The counter unit of a learned network as the player shows it, and what the network says, from all of its units."""
    unit = known["counter_unit"]["unit"]
    title = say("{cell}, learned: unit {unit} of {units}", cell=cell, unit=unit + 1, units=trace.hidden)
    return Track(title, trace.of_unit(unit), Numbers("output, read from all units", outputs))


def live_run(cell: str, seed: int) -> Run:
    """A short training in the page: the recipe of the networks that ship, with fewer updates."""
    return replace(COUNTERS[CELLS[cell]].run, steps=LIVE_UPDATES, every=10, seed=seed)


def live(run: Run, snapshot: Snapshot) -> str:
    """How far a training is, as Markdown."""
    return say(
        "{cell}, seed {seed}: update {step:,} of {steps:,}, off by {loss:.2f} counts in the mean, **{share:.1f} %** of "
        "outputs within 0.5 at length {length}",
        cell=run.cell,
        seed=run.seed,
        step=snapshot.step,
        steps=run.steps,
        loss=snapshot.loss,
        share=100 * snapshot.accuracy,
        length=FARTHEST,
    )


def live_lines(run: Run, snapshots: Sequence[Snapshot]) -> list[Line]:
    """The marks of a training so far."""
    return [Line(run.cell, [s.step for s in snapshots], [s.accuracy for s in snapshots], "state")]


# ---- things to try ---------------------------------------------------------------------------------------------------

NOTICE = (
    "**One signal, two gates.** The forget gate f keeps, the input gate i writes, and both listen to x2 alone. At x2 = "
    "0 the first is open and the second shut, so c stands still, for nine steps or for nine thousand. **Hidden is not "
    "lost:** the output gate o decides what h shows of c, and c does not care. **A sigmoid is never quite 0 or 1:** "
    "with the lecture's ±10 each quiet step lets 4.5e-5 of the memory out and of x1 in, which the difference column "
    "shows; with ±50 it is 2e-22. The lecture's memory row is what c holds *before* a step, so it stands one row below "
    "the c that the player shows."
)


def weights(prefix: str, setting: Setting) -> dict[str, float]:
    """The sliders of a setting by their keys."""
    return {slider(prefix, knob): float(getattr(getattr(setting, knob.block), knob.name)) for knob in KNOBS}


def slider(prefix: str, knob: Knob) -> str:
    """The key of a weight's slider, its name in the URL."""
    return f"{prefix}_{knob.block}_{knob.name}"


Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: the button's words, the widgets that it sets, and what to look at."""

TRY_TABLE: Attempts = {
    "Push the input gate only half-way": (
        {"counter_table": written(TABLE)} | weights("counter", FIRM.turned("i", "x2", 50)),
        (
            "x2 = 1 now brings the input gate to σ(0) = 0.5. By what factor is every sum too small? There is one other "
            "slider that repairs it: which, and where must it stand?"
        ),
    ),
    "Hide and show": (
        {"counter_table": "5 1 1; 2 0 0; 2 0 1; 4 1 0; 9 -1 1; 9 0 1; -3 1 1"} | weights("counter", FIRM),
        (
            "A step may do two things at once. Write down the seven outputs first. What does “reset show” say, and is "
            "the memory changed by having been shown?"
        ),
    ),
}

TRY_STANDARD: Attempts = {
    "No scale at all": (
        {"counter_scale": "1", "counter_table": written(TABLE)},
        (
            "With s = 1 the memory can hold no more than tanh lets in. What comes out where 7 should? Step the two "
            "cells side by side to see where it is lost: on the way in, or on the way out?"
        ),
    ),
    "Larger numbers": (
        {"counter_scale": "0.01", "counter_table": "50 1 0; 50 1 0; 0 0 1"},
        "The cost grows with the cube of the count. At which s are these 100 as exact as the lecture's 7 was?",
    ),
}

TRY_BUILD: Attempts = {
    "Only the output gate is missing": (
        weights("build", FIRM.turned("o", "x3", 0).turned("o", "bias", 0)),
        (
            "The memory is perfect and half of it is always shown. Which of *asked* and *quiet* is not 0, and why not "
            "all of it? Two sliders finish the job."
        ),
    ),
    "A leak": (
        weights("build", FIRM.turned("f", "bias", 5)),
        (
            "The forget gate rests at σ(5) = 0.993. It looks open. Compare the marks of the three lengths, then find "
            "the lowest bias that is good enough for 200 steps."
        ),
    ),
}

TRY_LEARNED: Attempts = {
    "Untrained": (
        {"counter_updates": "0", "counter_table": written(TABLE)},
        (
            "No unit is a counter yet. Move the slider to the right, point by point: which network finds one first, and "
            "after how many updates does the correlation pass 0.9?"
        ),
    ),
    "The RNN, fully trained": (
        {"counter_updates": "4000", "counter_learned": "RNN", "counter_table": written(TABLE)},
        (
            "It has no gate that could hold a number. Step it beside the hand-set cell: what happens to its unit in the "
            "quiet steps, where the other stands still?"
        ),
    ),
}
