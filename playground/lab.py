"""The page "training lab" in words: its settings as runs and back, its presets, its questions, its sentences.

A preset or a recipe says everything about its runs; what a visitor types replaces that in all of them. So a link carries
only what was typed, and an empty field means "as in the recipe".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from models import link
from models.fairness import hidden_for, parameters
from models.limits import LIMITS, Limits
from models.presets import CELLS, PRESETS, RECIPES
from models.run import Run
from models.shipped import SHIPPED
from models.tasks import TASKS
from playground.language import say

OWN = "own"
"""The entry of the menu of presets under which a visitor chooses task and cells."""

MENU: Mapping[str, str] = (
    {SHIPPED[0]: PRESETS[SHIPPED[0]].title}
    | {OWN: "Your own: choose task and cells"}  # here, as nobody scrolls to the end of a long menu
    | {name: PRESETS[name].title for name in SHIPPED[1:]}
)
"""What can be trained: the worked example, what a visitor puts together, and the other presets."""

TITLES: Mapping[str, str] = {name: task.title for name, task in TASKS.items() if (name, CELLS[0]) in RECIPES}
"""The tasks of the lab: those that have a recipe."""

FAIR: Mapping[str, str] = {"hidden": "equal hidden size", "parameters": "equal number of weights"}
CLIPS: Mapping[str, str] = {"recipe": "as in the recipe", "on": "on", "off": "off"}
RECIPE = "recipe"
"""The choice that leaves a setting as the recipe has it."""

WORDED: Mapping[str, Mapping[str, str]] = {
    "decay": {RECIPE: "as in the recipe", "none": "stays", "cosine": "falls to 0 (cosine)"},
    "optimizer": {RECIPE: "as in the recipe", "adam": "Adam", "sgd": "plain gradient descent"},
    "start": {
        RECIPE: "as in the recipe", "default": "as PyTorch", "orthogonal": "orthogonal", "identity": "identity (RNN)",
        "chrono": "chrono (gates)",
    },
    "nonlinearity": {RECIPE: "as in the recipe", "tanh": "tanh", "relu": "ReLU"},
}  # fmt: skip
"""Settings that are one of a few words, and how a menu says them."""

NUMBERS: Mapping[str, str] = {
    "hidden": "Hidden units",
    "inputs": "Size of a word's vector",
    "layers": "Layers",
    "shortest": "Shortest sequence",
    "longest": "Longest sequence",
    "batch": "Sequences in a batch",
    "steps": "Updates",
    "learning_rate": "Learning rate",
    "clip": "Clip at a norm of",
    "keep_bias": "Forget bias (GRU: update)",
    "weight_decay": "Weight decay",
    "gain": "Factor on W_hh",
    "every": "Snapshot every",
}
"""Settings that are numbers, in the order of the page; what is not typed is as in the recipe."""

WHOLE = ("hidden", "inputs", "layers", "shortest", "longest", "batch", "steps", "every")
"""Those that are whole."""

Rates = tuple[tuple[int, float], ...]
"""Changes of the learning rate of one network: see `Run.rates`."""

LARGEST = 10**12
"""The largest number that a field takes; what a run may have says `models.limits`."""

TABS = ("Look inside", "Longer sequences", "Sweep over seeds", "Save and load")


@dataclass(frozen=True)
class Settings:
    """What a visitor has set; None and "recipe" leave a setting as it is.

    Attributes:
        preset: a key of `MENU`.
        task, cells, fair: where the preset is `OWN`: a task, one to three cells, and what is equal between them.
        seed: of the weights and the batches.
        clipping: "recipe", "on" or "off"; a `clip` alone means "on".
        rates: changes of the learning rate on the way, as a link writes them: "100:0.01,200:0.003"; where they differ
            between the networks, one list for each, parted by " / ".
        others: as in `Run`; `shortest` and `longest` are its lengths.
    """

    preset: str = SHIPPED[0]
    task: str = "latch"
    cells: tuple[str, ...] = CELLS
    fair: Literal["hidden", "parameters"] = "hidden"
    seed: int = 0
    hidden: int | None = None
    inputs: int | None = None
    layers: int | None = None
    shortest: int | None = None
    longest: int | None = None
    batch: int | None = None
    steps: int | None = None
    learning_rate: float | None = None
    clipping: str = RECIPE
    clip: float | None = None
    keep_bias: float | None = None
    weight_decay: float | None = None
    gain: float | None = None
    every: int | None = None
    decay: str = RECIPE
    optimizer: str = RECIPE
    start: str = RECIPE
    nonlinearity: str = RECIPE
    rates: str = ""


@dataclass(frozen=True)
class Plan:
    """What a press of the button trains.

    Attributes:
        title: of the preset, or of the visitor's own choice.
        note: what to look for; may be empty.
        runs: one to three of one task.
        labels: what each is called.
        ignored: sentences on settings that were left as they are; may be empty.
    """

    title: str
    note: str
    runs: tuple[Run, ...]
    labels: tuple[str, ...]
    ignored: str = ""


def recipes(settings: Settings) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """The runs before anything was typed, and their names.

    Raises:
        ValueError: No cell is chosen.
    """
    if settings.preset != OWN:
        preset = PRESETS[settings.preset]
        return preset.runs, preset.labels
    if not settings.cells:
        raise ValueError(say("Choose at least one cell."))
    cells = tuple(cell for cell in CELLS if cell in settings.cells)
    return tuple(RECIPES[settings.task, cell] for cell in cells), cells


def plan(settings: Settings, limits: Limits = LIMITS) -> Plan:
    """The runs that the settings ask for.

    Raises:
        ValueError: They cannot be trained here; with a sentence for the visitor.
    """
    runs, labels = recipes(settings)
    compared = differing(runs) if len({run.cell for run in runs}) < len(runs) else set()
    typed = _typed(settings, runs)
    ignored = [name for name in typed if name in compared and settings.preset != OWN]
    told = [_ignored(ignored)] if ignored else []
    task = TASKS[runs[0].task]
    if typed.get("inputs") and not task.embeds:
        ignored.append("inputs")
        told.append(
            say("This task has no words: it has {inputs} at a step, whatever you type.", inputs=_numbers(task.inputs))
        )
    changes = {name: value for name, value in typed.items() if name not in ignored}
    try:
        runs = tuple(_changed(run, changes, settings) for run in runs)
        runs = tuple(replace(run, rates=rates) for run, rates in zip(runs, _rates(settings.rates, runs), strict=True))
        if settings.fair == "parameters" and len({run.cell for run in runs}) > 1:
            runs = alike(runs)
        for run in runs:
            limits.check(run)
    except (ValueError, KeyError) as error:
        told = say("These settings cannot be trained: {why}", why=_sentence(say(error)))
        raise ValueError(told) from None
    own = f"{TITLES[settings.task]}: {', '.join(labels)}"
    title, note = (own, "") if settings.preset == OWN else (MENU[settings.preset], PRESETS[settings.preset].note)
    return Plan(title, note, runs, labels, " ".join(told))


def differing(runs: Sequence[Run]) -> set[str]:
    """In which settings the runs differ: what they compare."""
    names = {field.name for field in fields(Run) if len({getattr(run, field.name) for run in runs}) > 1}
    return names - {"cell", "steps", "every", "batch", "seed"}  # these only fit a run to its cell


def alike(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The same runs with about as many weights each: as many as the largest of them has."""
    most = max(runs, key=parameters)
    weights = parameters(most)
    return tuple(run if run is most else replace(run, hidden=hidden_for(run, weights)) for run in runs)


def settings_of(run: Run) -> Settings:
    """Settings that train a run anew: what differs from the recipe of its task and cell is typed."""
    recipe = RECIPES[run.task, run.cell]
    typed: dict[str, Any] = {
        name: getattr(run, name)
        for name in (*NUMBERS, *WORDED)
        if hasattr(run, name) and name != "clip" and getattr(run, name) != getattr(recipe, name)
    }
    if run.lengths != recipe.lengths:
        typed |= {"shortest": run.lengths[0], "longest": run.lengths[1]}
    if run.clip is None:
        typed["clipping"] = RECIPE if recipe.clip is None else "off"
    elif run.clip != recipe.clip:
        typed |= {"clipping": "on", "clip": run.clip}
    return Settings(OWN, run.task, (run.cell,), seed=run.seed - recipe.seed, rates=rates_text([run.rates]), **typed)


def rates_text(rates: Sequence[Rates]) -> str:
    """Changes of the learning rate of each network as `Settings` has them."""
    texts = [link.written(each) for each in rates]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)


def sizes(runs: Sequence[Run], labels: Sequence[str]) -> str:
    """Hidden units and weights of each network: what is equal between them, and what is not."""
    return " · ".join(_size(run, say(label)) for run, label in zip(runs, labels, strict=True))


def placeholder(name: str, runs: Sequence[Run]) -> str:
    """What the recipes have in a field that is empty."""
    if name == "inputs" and not TASKS[runs[0].task].embeds:
        return say("no words")
    found = [_value(run, name) for run in runs]
    return " / ".join(dict.fromkeys(say("off") if value is None else f"{value:g}" for value in found))


def _value(run: Run, name: str) -> float | None:
    if name in ("shortest", "longest"):
        return run.lengths[name == "longest"]
    return getattr(run, name)


def _typed(settings: Settings, runs: Sequence[Run]) -> dict[str, Any]:
    """The changes that a visitor has asked for, by the name of the setting in `Run`."""
    names = [name for name in NUMBERS if name not in ("shortest", "longest", "clip")]
    typed = {name: getattr(settings, name) for name in names if getattr(settings, name) is not None}
    typed |= {name: getattr(settings, name) for name in WORDED if getattr(settings, name) != RECIPE}
    if settings.shortest is not None or settings.longest is not None:
        typed["lengths"] = _lengths(settings, runs[0])
    if settings.clipping == "off":
        typed["clip"] = None
    elif settings.clip is not None or settings.clipping == "on":
        typed["clip"] = settings.clip if settings.clip is not None else next((r.clip for r in runs if r.clip), 1.0)
    return typed


def _rates(text: str, runs: Sequence[Run]) -> list[Rates]:
    """The changes of the learning rate of each run; of those that all share, what falls within it."""
    parts = text.split("/")
    if len(parts) not in (1, len(runs)):
        raise ValueError(
            say(
                "{count} lists of changes of the learning rate do not fit {networks}.",
                count=len(parts),
                networks=say("1 network") if len(runs) == 1 else say("{count} networks", count=len(runs)),
            )
        )
    try:
        found = [link.rates(part.strip()) for part in parts]
    except ValueError:
        raise ValueError(
            say("“{text}” is no list of changes of the learning rate. One is: 100:0.01, 200:0.003.", text=text[:40])
        ) from None
    longest = max(run.steps for run in runs)
    if late := [since for each in found for since, _ in each if since >= longest]:
        raise ValueError(
            say(
                "A change of the learning rate after {since:,} updates never comes: it ends after {steps:,}.",
                since=late[0],
                steps=longest,
            )
        )
    each = found if len(found) == len(runs) else found * len(runs)
    return [tuple(change for change in rates if change[0] < run.steps) for rates, run in zip(each, runs, strict=True)]


def _lengths(settings: Settings, recipe: Run) -> tuple[int, int]:
    low, high = recipe.lengths
    longest = settings.longest if settings.longest is not None else max(high, settings.shortest or 0)
    usual = longest if low == high else min(low, longest)
    shortest = settings.shortest if settings.shortest is not None else usual
    task = TASKS[recipe.task]
    if longest < task.shortest or (shortest, longest) == (0, 0):  # 0 and 0 would mean the usual ones to a Run
        raise ValueError(
            say(
                "A sequence of {length} {unit} has nothing to learn from: {least} to {most} are possible.",
                length=longest,
                unit=say(task.unit),
                least=task.shortest or 1,
                most=task.longest,
            )
        )
    return shortest, longest


def _changed(run: Run, changes: Mapping[str, Any], settings: Settings) -> Run:
    fitting = dict(changes)
    if run.cell == "RNN":
        fitting.pop("keep_bias", None)  # it has no gate that keeps
    else:
        fitting.pop("nonlinearity", None)
        if fitting.get("start") == "identity":
            fitting.pop("start")
    return replace(run, seed=run.seed + settings.seed, **fitting)


def _numbers(count: int) -> str:
    return say("1 number") if count == 1 else say("{count} numbers", count=count)


def _ignored(names: Sequence[str]) -> str:
    return say(
        "This preset compares {settings}: one value for all would leave nothing to compare, so it is not changed.",
        settings=", ".join(say(_COMPARED.get(name, name.replace("_", " "))) for name in names),
    )


_COMPARED = {
    "learning_rate": "learning rate",
    "keep_bias": "keep bias",
    "start": "start",
    "gain": "gain",
    "clip": "clip",
}


def _size(run: Run, label: str) -> str:
    known = {"label": label, "hidden": run.hidden, "layers": run.layers, "weights": parameters(run)}
    if run.layers > 1:
        return say("**{label}** {hidden} hidden units × {layers} layers, {weights:,} weights", **known)
    return say("**{label}** {hidden} hidden units, {weights:,} weights", **known)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


# ---- words -----------------------------------------------------------------------------------------------------------

ASKED = (
    "**What happens inside a network while it learns?** Below are networks that were trained beforehand. Press *Train* and "
    "the same happens before your eyes. Drag the scrubber, or click into a chart: everything on this page goes back to "
    "that update."
)

GUESSED = 100
"""The length that the guess is about."""

GUESS = (
    "An LSTM with forget bias 1 was trained on sequences of 30 steps, and is right there. **Guess first: how often is it "
    "right on sequences of 100 steps**, which no training sequence had?"
)
GUESSES: Mapping[str, str] = {
    "none": "no guess yet", "high": "nearly always", "middle": "about three times in four", "low": "like a coin",
}  # fmt: skip


def graded(guess: str, share: float) -> str:
    """What became of a guess, from the accuracy that was measured."""
    truth = "high" if share > 0.9 else "middle" if share > 0.65 else "low"
    verdict = say("Right") if guess == truth else say("Not so")
    why = {
        "high": "It has learned to hold one bit, and for how long hardly matters to it.",
        "middle": "What it has learned fades beyond the length of its training.",
        "low": "What it has learned holds at the length of its training and no further.",
    }[truth]
    told = say(
        "**{verdict}: it is right in {share:.1%} of 200 sequences of {steps} steps.**",
        verdict=verdict,
        share=share,
        steps=GUESSED,
    )
    return f"{told} {say(why)}"


NOTICE = """
- **Nothing, then everything.** The loss waits at chance. Once a gradient reaches the step that matters, it falls within some
  fifty updates.
- **The gradient norm tells more than the loss.** It is small while nothing is learned, peaks at the break, and is small again
  afterwards.
- **One number at the start decides.** Compare the networks at update 0: their loss is the same; their gates are not.
- **Trained at one length, asked at another.** The tab *Longer sequences* shows where each network breaks, and which one
  does not.
"""

TRIES: Mapping[str, tuple[Mapping[str, object], str]] = {
    "Make the learning rate too high": (
        {"lab_preset": "learning_rate"},
        "Which of the three curves would make you stop the training first, and after how many updates?",
    ),
    "Take the clipping away": (
        {"lab_preset": "clipping"},
        "Read the gradient norm just before the loss is no longer a number. Then look at the same update of the other one.",
    ),
}


def progress(states: Sequence[tuple[str, str, int, int]]) -> tuple[float, str]:
    """How far the runs are in all: a share, and words. Each is (label, state, updates made, updates in all)."""
    done = sum(updates for _, _, updates, _ in states)
    every = sum(steps for _, _, _, steps in states)
    words = " · ".join(
        say(_STAGES[state], label=say(label), made=made, steps=steps) for label, state, made, steps in states
    )
    return (done / every if every else 1.0), words


_STAGES = {
    "running": "{label}: {made:,} of {steps:,}",
    "waiting": "{label}: waits, {made:,} of {steps:,}",
    "paused": "{label}: paused at {made:,} of {steps:,}",
    "done": "{label}: done, {made:,} of {steps:,}",
    "broken": "{label}: broke down after {made:,} of {steps:,}",
    "stopped": "{label}: stopped after {made:,} of {steps:,}",
    "failed": "{label}: failed after {made:,} of {steps:,}",
}


def pace(speeds: Sequence[float], left: Sequence[float]) -> str:
    """Updates a second of all runs together, and how long it takes until the last of them is done."""
    if not speeds:
        return ""
    if left and max(left) >= _MINUTES:
        return say("{speed:,.0f} updates a second, {minutes:,.0f} min left", speed=sum(speeds), minutes=max(left) / 60)
    if left:
        return say("{speed:,.0f} updates a second, {seconds:,.0f} s left", speed=sum(speeds), seconds=max(left))
    return say("{speed:,.0f} updates a second", speed=sum(speeds))


_MINUTES = 120  # seconds from which on they are told in minutes


def rate_changes(runs: Sequence[Run], labels: Sequence[str]) -> list[tuple[int, str]]:
    """Where the learning rate was changed on the way, and to what; whose it was, unless all of them were given it."""
    found: dict[tuple[int, float], list[str]] = {}
    for run, label in zip(runs, labels, strict=True):
        for step, rate in run.rates:
            found.setdefault((step, rate), []).append(say(label))
    # What a visitor changes in one pause may come to each network after another number of updates.
    shared = len({tuple(rate for _, rate in run.rates) for run in runs}) == 1
    return [
        (step, say("learning rate {rate:g}", rate=rate) + ("" if shared else f" ({', '.join(who)})"))
        for (step, rate), who in sorted(found.items())
    ]


def told_changes(runs: Sequence[Run], labels: Sequence[str]) -> str:
    """The same in a sentence; nothing where nothing was changed."""
    found: dict[float, dict[int, list[str]]] = {}
    for run, label in zip(runs, labels, strict=True):
        for step, rate in run.rates:
            found.setdefault(rate, {}).setdefault(step, []).append(say(label))
    told = []
    for rate, steps in found.items():
        whens = [f"{step:,}" + ("" if len(who) == len(runs) else f" ({', '.join(who)})") for step, who in steps.items()]
        told.append(say("learning rate {rate:g} after {updates} updates", rate=rate, updates=", ".join(whens)))
    return say("Changed on the way: {changes}.", changes="; ".join(told)) if told else ""
