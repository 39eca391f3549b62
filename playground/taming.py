"""The page "clipping and remedies" in words: what a training, a remedy and a forecast came to, from their numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import echo, remedies
from models.clipping import LAG, UPDATES, Course, Explosion, angle
from models.echo import Forecast, Reservoir
from models.remedies import REMEDIES, SEEDS, Outcome
from models.training import Run, Snapshot
from playground.figures import Arrow, Axes, Curve, Place
from playground.language import number, say

TABS = ["Exploding", "Remedies", "Echo state network"]

ASKED = (
    "**What can be done against gradients that explode, or vanish?** Cut them where they are too long; begin with better "
    "weights; choose a cell with gates; or do not send any gradient through time at all."
)

Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: a button's words, the widgets that it sets, and what to look at."""


def percent(share: float) -> str:
    """A share as one reads it: whole percents, and digits where there is less than one."""
    return f"{number(100 * share, '.0f')} %" if share >= 0.01 or share == 0 else f"{short(100 * share)} %"


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: float) -> str:
    """A size in two digits, with a power of ten where it is far from 1."""
    if not math.isfinite(value) or value == 0 or 1e-2 <= abs(value) < 1e4:
        return number(value, ",.2g") if abs(value) < 100 else number(value, ",.0f")
    power = math.floor(math.log10(abs(value)))
    return f"{number(value / 10**power, '.1f')} · 10{str(power).translate(_SUPERSCRIPTS)}".replace("-", "−")


def said(axes: Axes) -> Axes:
    """Axes with their titles in the visitor's language."""
    return replace(axes, x=say(axes.x), y=say(axes.y))


# ---- exploding -------------------------------------------------------------------------------------------------------


def exploding() -> str:
    """What is trained twice, as Markdown."""
    return say(
        "An RNN of 32 units learns the **long-lag latch**: the first of {lag} steps is + or −, all later ones bring noise on "
        "a line of their own, and at the end the network says which sign it was. It is trained by plain gradient descent "
        "(SGD), **twice from the same weights on the same batches**: once with every gradient as it is, once with every "
        "gradient that is longer than the threshold shortened to it.",
        lag=LAG,
    )


ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh"}
RATES = ("0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1")
THRESHOLDS = ("0.01", "0.1", "0.3", "1", "3", "10", "100", "1000")


def outcome(course: Course) -> str:
    """How a training ended, in a few words."""
    if course.broke is not None:
        return say("loss or gradient is no longer a number after {updates}", updates=_updates(course.broke))
    share = percent(course.accuracy)
    return say("{share} of held-out sequences are right after {updates}", share=share, updates=_updates(UPDATES))


def _updates(count: int) -> str:
    return say("1 update") if count == 1 else say("{count:,} updates", count=count)


def told(explosion: Explosion, free: Course, clipped: Course) -> str:
    """Both trainings side by side, as Markdown."""
    share = clipped.clipped(explosion.threshold)
    longest = float(np.nanmax(np.where(np.isfinite(free.norms), free.norms, np.nan)))
    words = say(
        "**Without clipping:** {free}. **Clipped at {threshold:g}:** {clipped}; {share} of its gradients were longer than "
        "the threshold. The longest gradient without clipping that was still a number: {longest}.",
        free=outcome(free),
        threshold=explosion.threshold,
        clipped=outcome(clipped),
        share=percent(share),
        longest=short(longest),
    )
    return f"{words} {_lesson(free, clipped)}"


def _lesson(free: Course, clipped: Course) -> str:
    if free.broke is None and free.accuracy < 0.75 <= clipped.accuracy:
        return say(
            "The loss stayed a number, and yet a few long steps were enough: they threw the weights to where the later "
            "steps did not lead back from."
        )
    if clipped.broke is not None:
        return say("So high a threshold does not save it.")
    if free.broke is not None and clipped.accuracy >= 0.75:
        return say("The two trainings differ in nothing but the length of these few steps.")
    if free.broke is None and min(free.accuracy, clipped.accuracy) >= 0.75:
        return say("Here nothing explodes, and clipping does no harm.")
    if clipped.accuracy < 0.75:
        return say("Clipping keeps the steps short. It does not make a network learn that has other reasons not to.")
    return ""


_UPDATES = "updates of the weights"
_REACH = (-2, UPDATES + 2)
LOSS_AXES = Axes(_UPDATES, "loss of a batch (nats), log axis", log=True, reach=_REACH)
NORM_AXES = Axes(_UPDATES, "norm of the gradient, log axis", log=True, reach=_REACH)


def loss_curves(free: Course, clipped: Course) -> tuple[list[Curve], list[Place]]:
    """The loss of both trainings, and where one broke down."""
    return _both(free, clipped, "losses"), _broken(free)


def norm_curves(explosion: Explosion, free: Course, clipped: Course) -> tuple[list[Curve], list[Place]]:
    """The norms of the gradients of both trainings, the threshold, and where one broke down."""
    level = Place(say("threshold {threshold:g}", threshold=explosion.threshold), y=explosion.threshold)
    return _both(free, clipped, "norms"), [level, *_broken(free)]


def _both(free: Course, clipped: Course, name: str) -> list[Curve]:
    return [
        Curve(say(title), np.arange(len(getattr(course, name))), getattr(course, name), role, dash)
        for title, course, role, dash in (("without", free, "candidate", 2), ("clipped", clipped, "keep", 0))
    ]


def _broken(free: Course) -> list[Place]:
    return [] if free.broke is None else [Place(say("NaN or ∞"), x=free.broke)]


def loss_title(free: Course) -> str:
    """What the figure of the losses shows."""
    if free.broke is None:
        return say("The loss, with and without clipping")
    return say("Without clipping: over at update {update}", update=free.broke)


def norm_title(explosion: Explosion, clipped: Course) -> str:
    """What the figure of the norms shows."""
    return say("Clipped: {share} of its gradients are cut", share=percent(clipped.clipped(explosion.threshold)))


TANH = Explosion(nonlinearity="tanh", learning_rate=1.0, seed=1)
"""The training that the question is about."""


def guess_tanh() -> str:
    """What to guess about tanh, as Markdown."""
    return say(
        "**Guess first: tanh instead of ReLU.** A state behind tanh stays between −1 and 1, so it cannot explode as it does "
        "behind a ReLU. Singular values {gain:g}, learning rate {rate:g}, seed {seed}. Trained without clipping, does it "
        "learn?",
        gain=TANH.gain,
        rate=TANH.learning_rate,
        seed=TANH.seed,
    )


TANH_GUESSES = {"none": "?", "learns": "it learns", "stuck": "it stays at chance", "nan": "NaN after all"}


def graded_tanh(guess: str, free: Course, clipped: Course) -> str:
    """What the training says to a guess about tanh, as Markdown."""
    found = "nan" if free.broke is not None else "learns" if free.accuracy >= 0.75 else "stuck"
    told = say(
        "**{verdict}: without clipping {free}**; clipped at {threshold:g}, {clipped}. Its longest gradient was {longest}.",
        verdict=_verdict(guess == found),
        free=outcome(free),
        threshold=TANH.threshold,
        clipped=outcome(clipped),
        longest=short(float(free.norms.max())),
    )
    return f"{told} {_why_tanh(found)}"


def _why_tanh(found: str) -> str:
    if found == "stuck":
        return say(
            "tanh bounds the states, not the gradients: long steps pushed nearly all units to where tanh is flat, and "
            "through those hardly any gradient gets back to the first step."
        )
    return say("tanh bounds the states, not the gradients: with other seeds a long step does throw it off. Try some.")


def _verdict(right: bool) -> str:  # noqa: FBT001 - it is what it says
    return say("Right") if right else say("Not this time")


NOTICE_EXPLODING = (
    "Look at the two curves before the first long gradient: they are one curve, as clipping changes nothing until then. "
    "Few steps are clipped, and those few decide. Clipping by norm keeps the direction, so a clipped step still goes "
    "downhill; only its length is limited, to learning rate times threshold. It is a remedy against gradients that "
    "**explode**: against gradients that vanish it does nothing."
)

_PRESET = {
    "remedy_activation": "relu", "remedy_gain": 1.5, "remedy_rate": "0.1", "remedy_threshold": "1", "remedy_seed": 2,
}  # fmt: skip

PRESETS: Mapping[str, Mapping[str, object]] = {
    "NaN": _PRESET,
    "stuck": _PRESET | {"remedy_gain": 1.4, "remedy_seed": 1},
    "steep start": _PRESET | {"remedy_gain": 2.0, "remedy_rate": "0.02", "remedy_seed": 1},
    "tame": _PRESET | {"remedy_activation": "tanh", "remedy_rate": "0.02"},
}
"""The presets of the training: a button's words and the widgets that it sets."""

TRY_EXPLODING: Attempts = {
    "Too high a threshold": (
        _PRESET | {"remedy_threshold": "1000"},
        "A threshold of 1,000: does it still save the training? How long were the gradients that did the damage?",
    ),
    "Another seed": (
        _PRESET | {"remedy_seed": 4},
        (
            "The same training from other weights. Had it learned the task already when the long gradients came? Try seeds "
            "0 to 5: not every one explodes, and not every one learns."
        ),
    ),
}

VECTOR = (
    "The same gradient cut in two ways. **By norm**: g · threshold / ‖g‖ where g is longer than the threshold. "
    "**By value**: each part by itself to the range ± threshold. Dotted: where each of them keeps it."
)


def cut_rows(cuts: Mapping[str, NDArray[np.float64]]) -> dict[str, list[Any]]:
    """The gradient and its cuts as a table."""
    return {
        "": [say(name) for name in cuts],
        "g₁": [float(vector[0]) for vector in cuts.values()],
        "g₂": [float(vector[1]) for vector in cuts.values()],
        "norm": [float(np.linalg.norm(vector)) for vector in cuts.values()],
        "angle": [None if math.isnan(angle(vector)) else angle(vector) for vector in cuts.values()],
    }


def cut_arrows(cuts: Mapping[str, NDArray[np.float64]]) -> list[Arrow]:
    """The gradient and its cuts as arrows."""
    roles = ("share", "candidate", "keep")
    ordered = sorted(zip(cuts.items(), roles, strict=True), key=lambda pair: -float(np.linalg.norm(pair[0][1])))
    return [Arrow(say(name), (float(v[0]), float(v[1])), role) for (name, v), role in ordered]


def cut_title(cuts: Mapping[str, NDArray[np.float64]]) -> str:
    """What the figure of the arrows shows."""
    whole, by_value = cuts["g"], cuts["by value"]
    if not whole.any():
        return say("A gradient of zero has no direction")
    if np.array_equal(whole, cuts["by norm"]) and np.array_equal(whole, by_value):
        return say("Short enough: nothing is cut")
    turned = abs(angle(by_value) - angle(whole))
    return say("Neither way turns it") if turned < 0.005 else say("By value, it turns by {angle:.1f}°", angle=turned)


CLIFF = (
    "Why are gradients suddenly long? The loss of an RNN with **one** unit after 50 steps, for every weight w: "
    r"$a_t = w\,\sigma(a_{t-1}) - 2.2$, $a_0 = 0.5$, $L = (\sigma(a_{50}) - 0.7)^2$ (Pascanu et al. 2013, one "
    "cut through their figure 6). It is nearly flat, and then there is a wall. Gradient descent goes 20 steps, with and "
    "without clipping."
)

CLIFF_SPAN = (3.9, 5.6)
CLIFF_AXES = Axes("weight w", "loss after 50 steps", span=(-0.02, 0.3), reach=CLIFF_SPAN)


def cliff_curves(
    w: NDArray[np.float64], loss: NDArray[np.float64], paths: Mapping[str, tuple[NDArray, NDArray]]
) -> list[Curve]:
    """The loss, and the weights that both descents went through."""
    roles = {"without": ("candidate", 2), "clipped": ("keep", 0)}
    return [
        Curve("", w, loss, "share"),
        *(Curve(say(name), *path, *roles[name], dots=True) for name, path in paths.items()),
    ]


def cliff_told(paths: Mapping[str, tuple[NDArray, NDArray]], rate: float) -> str:
    """Where both descents ended, as Markdown."""
    words, names = [], {"without": "Without", "clipped": "Clipped"}
    for name, (w, loss) in paths.items():
        steps = np.abs(np.diff(w))
        longest = int(steps.argmax())
        words.append(
            say(
                "**{name}:** ends at w = {w:.3g} with loss {loss:.2g}; its longest step, number {number}, goes {length:.2g} "
                "far (gradient {gradient} · rate {rate:g}).",
                name=say(names[name]),
                w=w[-1],
                loss=loss[-1],
                number=longest + 1,
                length=steps[longest],
                gradient=short(float(steps[longest] / rate)),
                rate=rate,
            )
        )
    if paths["without"][0].max() > CLIFF_SPAN[1] or paths["without"][0].min() < CLIFF_SPAN[0]:
        words.append(say("Without clipping it leaves the picture."))
    return " ".join(words)


def cliff_title(paths: Mapping[str, tuple[NDArray, NDArray]]) -> str:
    """What the figure of the cliff shows."""
    (free, _), (clipped, _) = paths["without"], paths["clipped"]
    if np.abs(np.diff(free)).max() > 3 * np.abs(np.diff(clipped)).max():
        return say("On the wall one step throws it far away")
    return say("Both descents keep their feet on the ground")


# ---- remedies --------------------------------------------------------------------------------------------------------

REMEDIES_ASKED = (
    "Nine networks of 32 units on the same long-lag latch, trained in the same way (Adam, rate 0.002, batches of 32, "
    "clipped at norm 1). They differ in the cell and in **how its weights begin**, nothing else. *Bias 1* adds 1 to the "
    "bias of the gate that keeps the past, f of an LSTM and z of a GRU. *Orthogonal* makes all singular values of "
    "$W_{hh}$ 1. The *IRNN* begins with the identity and ReLU. *Chrono* draws forget biases for lags from 1 to T."
)


def precomputed() -> str:
    """Where the curves come from, as Markdown."""
    return say(
        "Top row: precomputed, {seeds} seeds each, {updates:,} updates (`python -m models.remedies` makes it anew); the line "
        "is the median, the band goes from the worst to the best seed. Bottom row: computed now.",
        seeds=len(SEEDS),
        updates=remedies.UPDATES,
    )


LAG_NAMES = {"10": "10 steps", "30": "30 steps", "100": "100 steps"}
"""The lags of `models.remedies.LAGS` that one may choose."""

ROLES = {"RNN": "candidate", "LSTM": "memory", "GRU": "keep"}
"""The cells and the colours of their curves."""


def label(name: str) -> str:
    """What a remedy is called beside others of its cell."""
    return title(name).removeprefix(f"{REMEDIES[name].cell} ")


def title(name: str) -> str:
    """What a remedy is called in a menu or a table."""
    return say(REMEDIES[name].title)


def of_cell(cell: str) -> list[str]:
    """The remedies of a cell."""
    return [name for name, remedy in REMEDIES.items() if remedy.cell == cell]


ACCURACY_AXES = Axes(_UPDATES, "share of sequences right", span=(0.35, 1.05))


def accuracy_curves(cell: str, found: Mapping[str, Outcome]) -> list[Curve]:
    """Accuracy over updates of the remedies of a cell: the median, and the range of the seeds."""
    return [
        Curve(label(name), remedies.EVERY * np.arange(rows.shape[1]), np.median(rows, 0), ROLES[cell], dash,
              (rows.min(0), rows.max(0)))
        for dash, name in enumerate(of_cell(cell))
        for rows in (found[name].accuracy,)
    ]  # fmt: skip


def accuracy_title(cell: str, found: Mapping[str, Outcome]) -> str:
    """What the figure of a cell's accuracies shows."""
    names = of_cell(cell)
    good = sum(found[name].median_solved is not None for name in names)
    return say("{cell}: {good} of {all} solve it", cell=cell, good=good, all=len(names))


def profile_curves(cell: str, profiles: Mapping[str, NDArray]) -> list[Curve]:
    """How the gradient fades on its way back, for the remedies of a cell."""
    return [
        Curve(label(name), np.arange(len(profiles[name])), 10.0 ** profiles[name][::-1], ROLES[cell], dash)
        for dash, name in enumerate(of_cell(cell))
    ]


def profile_axes(profiles: Mapping[str, NDArray]) -> Axes:
    """The same axes for all cells, so that they compare by eye."""
    logs = np.concatenate([profile[np.isfinite(profile)] for profile in profiles.values()])
    span = (10.0 ** (math.floor(logs.min()) - 0.5), 10.0 ** (math.ceil(logs.max()) + 0.5))
    ratio = "‖dL/dh<sub>t</sub>‖ / ‖dL/dh<sub>T</sub>‖, log axis"
    return Axes(say("steps before the last"), say(ratio), log=True, span=span)


def profile_title(cell: str, profiles: Mapping[str, NDArray]) -> str:
    """What the figure of a cell's gradients shows."""
    first = [profiles[name][0] for name in of_cell(cell)]
    return say("At the start {least} to {most} arrives", least=_power(min(first)), most=_power(max(first)))


def _power(log10: float) -> str:
    """A power of ten as Plotly writes it."""
    return f"10<sup>{log10:.0f}</sup>".replace("-", "−") if round(log10) else "1"


def rows(found: Mapping[str, Outcome]) -> dict[str, list[Any]]:
    """The remedies as a table: the share of the gradient at the start, and when they learned."""
    return {
        "remedy": [title(name) for name in found],
        "ratio": [float(10 ** np.median(outcome.log10_ratio)) for outcome in found.values()],
        "solved": [_solved(outcome) for outcome in found.values()],
        "seeds": [_of_all(outcome) for outcome in found.values()],
    }


def _of_all(outcome: Outcome) -> str:
    """From how many seeds it was learned."""
    return say("{some} of {all}", some=sum(s is not None for s in outcome.solved), all=len(outcome.solved))


def _solved(outcome: Outcome) -> str:
    after = outcome.median_solved
    if after is not None:
        return number(after, ",")
    return say("never ({share})", share=percent(float(np.median(outcome.accuracy[:, -1]))))


def read_off(lag: int, found: Mapping[str, Outcome]) -> str:
    """What the table says about ratio and learning, as Markdown."""
    ratios = {name: float(np.median(outcome.log10_ratio)) for name, outcome in found.items()}
    solved = [name for name, outcome in found.items() if outcome.median_solved is not None]
    failed = [name for name in found if name not in solved]
    if not failed:
        return say(
            "**At lag {lag} all nine solve it.** The gradient has a short way, and enough of it arrives everywhere.",
            lag=lag,
        )
    worst = min(solved, key=ratios.__getitem__) if solved else None
    best = max(failed, key=ratios.__getitem__)
    words = [
        say(
            "**At lag {lag}, {solved} of {all} solve it** (above 99 %) from more than half of their seeds.",
            lag=lag,
            solved=len(solved),
            all=len(found),
        )
    ]
    if worst is not None:
        least = {"ratio": short(10 ** ratios[worst]), "remedy": title(worst)}
        words.append(say("The smallest ratio with which one of them began is {ratio} ({remedy}).", **least))
    most = {"ratio": short(10 ** ratios[best]), "remedy": title(best)}
    words.append(say("Of those that did not, the largest is {ratio} ({remedy}).", **most))
    if worst is not None and ratios[best] > ratios[worst]:
        words.append(say("So near the limit the ratio does not decide alone: look at the seeds."))
    return " ".join(words)


GUESS_LAG = (
    "**Guess first: lag 100.** A default LSTM, or a plain RNN whose $W_{hh}$ began orthogonal: which of them learns to "
    "carry one bit over 99 steps of noise?"
)
LAG_GUESSES = {"none": "?", "lstm": "the LSTM", "rnn": "the RNN", "both": "both", "neither": "neither"}


def graded_lag(guess: str, found: Mapping[str, Outcome]) -> str:
    """What was measured at lag 100, as an answer to a guess, as Markdown."""
    lstm, rnn = (found[name] for name in ("lstm_0", "orthogonal"))
    learned = (lstm.median_solved is not None, rnn.median_solved is not None)
    right = {(True, True): "both", (True, False): "lstm", (False, True): "rnn", (False, False): "neither"}[learned]
    counts = [_of_all(outcome) for outcome in (lstm, rnn)]
    ratios = [short(float(10 ** np.median(o.log10_ratio))) for o in (lstm, rnn)]
    return say(
        "**{verdict}.** The default LSTM learned it from {lstm} seeds, the orthogonal RNN from {rnn}. Before the first "
        "update {lstm_ratio} of the gradient reached step 1 in the LSTM, {rnn_ratio} in the RNN. A gate helps only if it "
        "begins open: PyTorch's forget gates begin near one half.",
        verdict=_verdict(guess == right),
        lstm=counts[0],
        rnn=counts[1],
        lstm_ratio=ratios[0],
        rnn_ratio=ratios[1],
    )


NOTICE_REMEDIES = (
    "The names of the cells do not decide, their beginnings do: within one cell some learn and some never do. Most of it "
    "can be read off before training, in the bottom row: where a curve falls by six powers of ten and more, the latch is "
    "learned late, from some seeds only, or not at all. The longer the lag, the more open the gate must begin: "
    "σ(1)<sup>100</sup> is 2.5 · 10<sup>−14</sup>, σ(3)<sup>100</sup> is 0.008. And look at the "
    "bands: near the limit it depends on the seed."
)

TRY_REMEDIES: Attempts = {
    "A lag of 100": (
        {"remedy_lag": "100"},
        "Which remedies still learn, and which bands are wide? Compare their bottom curves with those at lag 10.",
    ),
    "A short way": (
        {"remedy_lag": "10"},
        "Everything learns here, the default RNN too: this lag proves nothing about forgetting. Who is fastest?",
    ),
}

LIVE_UPDATES, LIVE_EVERY = 300, 10
_LIVE_REACH = (-5, LIVE_UPDATES + 5)
LIVE_AXES = (
    Axes(_UPDATES, "share of sequences right", span=(0.35, 1.05), reach=_LIVE_REACH),
    Axes(_UPDATES, "cross-entropy (nats)", span=(-0.05, 1.2), reach=_LIVE_REACH),
)


def live_told(run: Run, snapshot: Snapshot | None) -> str:
    """How far a live training is."""
    if snapshot is None:
        return say("Starting")
    return say(
        "update {step} of {steps}: {share} right, loss {loss:.3f}",
        step=snapshot.step,
        steps=run.steps,
        share=percent(snapshot.accuracy),
        loss=snapshot.loss,
    )


def live_curves(snapshots: Sequence[Snapshot]) -> tuple[list[Curve], list[Curve]]:
    """Accuracy and loss of a live training so far; the loss of every single batch."""
    steps = [snapshot.step for snapshot in snapshots]
    losses = np.concatenate([snapshot.losses for snapshot in snapshots])
    return (
        [Curve("", steps, [snapshot.accuracy for snapshot in snapshots], "state", dots=True)],
        [Curve("", np.arange(len(losses)), losses, "memory")],
    )


# ---- echo state network ----------------------------------------------------------------------------------------------

ECHO = (
    "The most radical remedy: **send no gradient through time at all.** The recurrent weights are random and stay so; "
    "only the read-out is trained, by one linear regression (ridge). All that is chosen about them is the **spectral "
    "radius** ρ, the size of the largest eigenvalue of $W$. The network has seen 2,000 values of the Mackey-Glass series, "
    "a chaotic one; then it goes on alone for 500 steps and reads only **its own forecasts**."
)

SIZE_NAMES = {str(size): f"{size}" for size in echo.SIZES}
WORST = 10.0
"""Errors above this, infinite ones among them, are drawn here, at the line that says so."""


def forecast_curves(forecast: Forecast, line: Forecast) -> list[Curve]:
    """The series, the network's forecast, and that of a straight line."""
    steps = np.arange(1, len(forecast.truth) + 1)
    return [
        Curve(say("truth"), steps, forecast.truth, "share", wide=True),
        Curve(say("linear"), steps, line.values, "candidate", 2),
        Curve(say("network"), steps, forecast.values, "state"),
    ]


FORECAST_AXES = Axes("steps after the last known value", "Mackey-Glass series x", span=(0.1, 1.6))


def forecast_title(forecast: Forecast) -> str:
    """What the figure of the forecast shows."""
    if forecast.close == len(forecast.truth):
        return say("It follows the truth for all {steps} steps", steps=len(forecast.truth))
    return say("It follows the truth for {steps} steps", steps=forecast.close)


def forecast_told(forecast: Forecast, order: int, line: Forecast, last: Forecast) -> str:
    """How good the forecast is, beside the baselines, as Markdown."""
    total = len(forecast.truth)
    if forecast.ended is not None:
        first = say(
            "**It diverged**: after {steps} steps its forecast lay beyond a million. Each forecast is the next input, so an "
            "error that grows feeds itself.",
            steps=forecast.ended,
        )
    else:
        first = say("**Mean squared error {error}**.", error=short(forecast.error))
    close = (
        say("It is within {distance:g} of the truth at every step.", distance=echo.CLOSE)
        if forecast.close == total
        else say(
            "It is within {distance:g} of the truth for the first {steps} of {all} steps.",
            distance=echo.CLOSE,
            steps=forecast.close,
            all=total,
        )
    )
    baselines = say(
        "Baselines on the same values: a straight line through the last {order} of them {line} (within {distance:g} for "
        "{steps} steps), the last value for ever {last}.",
        order=order,
        line=short(line.error),
        distance=echo.CLOSE,
        steps=line.close,
        last=short(last.error),
    )
    wins = say("The straight line wins here.") if line.error < forecast.error else say("The network wins here.")
    one_step = say(
        "One step ahead, where both are told the truth, the network is off by {network} and the line by {line}.",
        network=short(forecast.fitted),
        line=short(line.fitted),
    )
    return f"{first} {close} {baselines} {wins} {one_step}"


ERROR_AXES = Axes(
    "spectral radius ρ", "mean squared error of 500 steps, log axis", log=True, span=(1e-6, 50.0), reach=(0, 2.6)
)


def error_curve(units: int, measured: NDArray[np.float64]) -> list[Curve]:
    """Error against spectral radius: the median over seeds, and the quarter and three quarters of them."""
    capped = np.minimum(measured, WORST)  # (radii, seeds)
    quarters = np.quantile(capped, (0.25, 0.75), axis=1, method="nearest")
    band = (quarters[0], quarters[1])
    name = say("{count} units", count=units)
    return [Curve(name, np.array(echo.RADII), np.median(capped, axis=1), "state", 0, band, dots=True)]


def error_places(reservoir: Reservoir, forecast: Forecast, line: Forecast) -> list[Place]:
    """The chosen radius and its error, the baseline, and the line of those that diverged."""
    return [
        Place(say("diverged"), y=WORST),
        Place(say("straight line"), y=line.error),
        Place(f"ρ = {number(reservoir.radius, 'g')}", x=reservoir.radius),
        Place(say("this network"), x=reservoir.radius, y=min(forecast.error, WORST)),
    ]


def error_title(measured: NDArray[np.float64]) -> str:
    """What the figure of the errors shows."""
    best = echo.RADII[int(np.median(measured, axis=1).argmin())]
    return say("The best radius is near {radius:g}", radius=best)


def error_told(units: int, measured: NDArray[np.float64], line: Forecast) -> str:
    """What was measured over radii and seeds, as Markdown."""
    median = np.median(measured, axis=1)
    best = int(median.argmin())
    lost = [radius for radius, row in zip(echo.RADII, measured, strict=True) if np.isinf(row).mean() > 0.5]
    worst = float(measured[best].max())
    found = {
        "median": short(median[best]),
        "radius": echo.RADII[best],
        "least": short(measured[best].min()),
        "most": short(worst),
    }
    words = [
        say(
            "Precomputed, {seeds} reservoirs of {units} units at each radius (`python -m models.echo`): the line is their "
            "median, the band their middle half; what is above {limit:g} is drawn there.",
            seeds=len(echo.SEEDS),
            units=units,
            limit=WORST,
        ),
        say("Best median: {median} at ρ = {radius:g}, where the best seed gets {least} and the worst {most}.", **found)
        if math.isfinite(worst)
        else say(
            "Best median: {median} at ρ = {radius:g}, where the best seed gets {least} and the worst is lost.", **found
        ),
    ]
    if lost:
        words.append(
            say("Most of them diverge at ρ = {radii}.", radii=", ".join(number(radius, "g") for radius in lost))
        )
    beaten = sum(value < line.error for value in median)
    words.append(
        say("The median reservoir beats the straight line at {some} of {all} radii.", some=beaten, all=len(median))
        if beaten
        else say("**At no radius does the median reservoir beat the straight line**: it is too small.")
    )
    return " ".join(words)


ECHO_AXES = Axes("steps", "distance ‖h − h′‖, log axis", log=True, span=(1e-17, 1e3))


def echo_curves(distances: NDArray[np.float64]) -> list[Curve]:
    """How far two runs from different starts are apart."""
    return [Curve("", np.arange(len(distances)), distances, "state")]


GONE = 1e-6
"""Where the distance has shrunk by this factor, the start counts as forgotten."""


def forgotten(distances: NDArray[np.float64]) -> int | None:
    """Steps until two runs are a millionth as far apart as at first; None if that did not happen."""
    below = distances < GONE * distances[0]
    return int(below.argmax()) if below.any() else None


def echo_title(distances: NDArray[np.float64]) -> str:
    """What the figure of the distances shows."""
    steps = forgotten(distances)
    if steps is not None:
        return say("The start is forgotten after {steps} steps", steps=steps)
    shrunk = percent(distances[-1] / distances[0])
    return say("After {steps} steps {share} of the distance is left", steps=len(distances) - 1, share=shrunk)


def echo_told(reservoir: Reservoir, distances: NDArray[np.float64]) -> str:
    """What the distance says about the echo state property, as Markdown."""
    steps = forgotten(distances)
    rule = say(
        "Two runs of this reservoir read the same series, one from zeros, one from random states. With leak {leak:g} no "
        "state is forgotten faster than {rest:g} a step.",
        leak=reservoir.leak,
        rest=1 - reservoir.leak,
    )
    if steps is not None:
        told = say("They meet: the state says what came in, and nothing else. This is the **echo state property**.")
    elif distances[-1] < 0.5 * distances[0]:
        told = say("They draw closer, slowly: it echoes for long.")
    else:
        told = say(
            "They **do not meet**: the state depends on how it began, not only on what came in. No echo state property, so a "
            "read-out fitted to one run knows little about another."
        )
    return f"{rule} {told}"


ECHO_RADIUS = 1.8


def guess_echo() -> str:
    """What to guess about a large radius, as Markdown."""
    return say(
        "**Guess first: ρ = {radius:g}.** Two runs of 300 units read the same series from different starts. How much of the "
        "distance between them is left after 300 steps?",
        radius=ECHO_RADIUS,
    )


ECHO_GUESSES = {"none": "?", "gone": "less than a millionth", "some": "up to a half", "all": "more than a half"}


def graded_echo(guess: str, distances: NDArray[np.float64]) -> str:
    """What the distances say to a guess, as Markdown."""
    left = float(distances[-1] / distances[0])
    found = "gone" if left < GONE else "some" if left <= 0.5 else "all"
    return say(
        "**{verdict}: {share} of it is left.** The eigenvalues of W outside the unit circle push apart what tanh, which is "
        "flat for large inputs, lets through. ρ < 1 is a rule of thumb and no law: with inputs that push the units, as here, "
        "a radius somewhat above 1 still forgets.",
        verdict=_verdict(guess == found),
        share=percent(left),
    )


NOTICE_ECHO = (
    "The regression is exact and takes a moment; all the difficulty has moved into one number. With a small radius the "
    "reservoir soon forgets; with a large one it listens to itself. With 100 units and more the best is in between, and "
    "above 1. One step ahead nearly every model is good, the straight line among them: only the free run shows who has "
    "understood. And look at the band: with the same radius, one reservoir is good and another is not."
)

TRY_ECHO: Attempts = {
    "A reservoir that forgets": (
        {"remedy_radius": 0.5},
        "How many steps does it take to forget its start, and how many to lose the series? Then try 1.25.",
    ),
    "A reservoir that listens to itself": (
        {"remedy_radius": 2.0},
        "Its states no longer depend on the input alone. Where does the forecast end, and where the distance?",
    ),
}
