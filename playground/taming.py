"""The page "clipping and remedies" in words: what a training, a remedy and a forecast came to, from their numbers."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import echo, remedies
from models.clipping import LAG, UPDATES, Course, Explosion, angle
from models.echo import Forecast, Reservoir
from models.remedies import LAGS, REMEDIES, SEEDS, Outcome
from models.training import Run, Snapshot
from playground.figures import Arrow, Axes, Curve, Place

TABS = ["Exploding", "Remedies", "Echo state network"]

ASKED = (
    "**What can be done against gradients that explode, or vanish?** Cut them where they are too long; begin with better "
    "weights; choose a cell with gates; or do not send any gradient through time at all."
)

Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: a button's words, the widgets that it sets, and what to look at."""


def percent(share: float) -> str:
    """A share as one reads it: whole percents, and digits where there is less than one."""
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{short(100 * share)} %"


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: float) -> str:
    """A size in two digits, with a power of ten where it is far from 1."""
    if not math.isfinite(value) or value == 0 or 1e-2 <= abs(value) < 1e4:
        return f"{value:,.2g}" if abs(value) < 100 else f"{value:,.0f}"
    power = math.floor(math.log10(abs(value)))
    return f"{value / 10**power:.1f} · 10{str(power).translate(_SUPERSCRIPTS)}".replace("-", "−")


# ---- exploding -------------------------------------------------------------------------------------------------------

EXPLODING = (
    f"An RNN of 32 units learns the **long-lag latch**: the first of {LAG} steps is + or −, all later ones bring noise on "
    "a line of their own, and at the end the network says which sign it was. It is trained by plain gradient descent "
    "(SGD), **twice from the same weights on the same batches**: once with every gradient as it is, once with every gradient "
    "that is longer than the threshold shortened to it."
)

ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh"}
RATES = ("0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1")
THRESHOLDS = ("0.01", "0.1", "0.3", "1", "3", "10", "100", "1000")


def outcome(course: Course) -> str:
    """How a training ended, in a few words."""
    if course.broke is not None:
        return f"loss or gradient is no longer a number after {_updates(course.broke)}"
    return f"{percent(course.accuracy)} of held-out sequences are right after {_updates(UPDATES)}"


def _updates(count: int) -> str:
    return "1 update" if count == 1 else f"{count:,} updates"


def told(explosion: Explosion, free: Course, clipped: Course) -> str:
    """Both trainings side by side, as Markdown."""
    share = clipped.clipped(explosion.threshold)
    longest = float(np.nanmax(np.where(np.isfinite(free.norms), free.norms, np.nan)))
    words = (
        f"**Without clipping:** {outcome(free)}. **Clipped at {explosion.threshold:g}:** {outcome(clipped)}; "
        f"{percent(share)} of its gradients were longer than the threshold. "
        f"The longest gradient without clipping that was still a number: {short(longest)}."
    )
    return f"{words} {_lesson(free, clipped)}"


def _lesson(free: Course, clipped: Course) -> str:
    if free.broke is None and free.accuracy < 0.75 <= clipped.accuracy:
        return (
            "The loss stayed a number, and yet a few long steps were enough: they threw the weights to where the later "
            "steps did not lead back from."
        )
    if clipped.broke is not None:
        return "So high a threshold does not save it."
    if free.broke is not None and clipped.accuracy >= 0.75:
        return "The two trainings differ in nothing but the length of these few steps."
    if free.broke is None and min(free.accuracy, clipped.accuracy) >= 0.75:
        return "Here nothing explodes, and clipping does no harm."
    if clipped.accuracy < 0.75:
        return "Clipping keeps the steps short. It does not make a network learn that has other reasons not to."
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
    level = Place(f"threshold {explosion.threshold:g}", y=explosion.threshold)
    return _both(free, clipped, "norms"), [level, *_broken(free)]


def _both(free: Course, clipped: Course, name: str) -> list[Curve]:
    return [
        Curve(title, np.arange(len(getattr(course, name))), getattr(course, name), role, dash)
        for title, course, role, dash in (("without", free, "candidate", 2), ("clipped", clipped, "keep", 0))
    ]


def _broken(free: Course) -> list[Place]:
    return [] if free.broke is None else [Place("NaN or ∞", x=free.broke)]


def loss_title(free: Course) -> str:
    """What the figure of the losses shows."""
    if free.broke is None:
        return "The loss, with and without clipping"
    return f"Without clipping: over at update {free.broke}"


def norm_title(explosion: Explosion, clipped: Course) -> str:
    """What the figure of the norms shows."""
    return f"Clipped: {percent(clipped.clipped(explosion.threshold))} of its gradients are cut"


TANH = Explosion(nonlinearity="tanh", learning_rate=1.0, seed=1)
"""The training that the question is about."""

GUESS_TANH = (
    "**Guess first: tanh instead of ReLU.** A state behind tanh stays between −1 and 1, so it cannot explode as it does "
    f"behind a ReLU. Singular values {TANH.gain:g}, learning rate {TANH.learning_rate:g}, seed {TANH.seed}. Trained "
    "without clipping, does it learn?"
)
TANH_GUESSES = {"none": "?", "learns": "it learns", "stuck": "it stays at chance", "nan": "NaN after all"}


def graded_tanh(guess: str, free: Course, clipped: Course) -> str:
    """What the training says to a guess about tanh, as Markdown."""
    found = "nan" if free.broke is not None else "learns" if free.accuracy >= 0.75 else "stuck"
    return (
        f"**{_verdict(guess == found)}: without clipping {outcome(free)}**; clipped at {TANH.threshold:g}, "
        f"{outcome(clipped)}. Its longest gradient was {short(float(free.norms.max()))}. {_why_tanh(found)}"
    )


def _why_tanh(found: str) -> str:
    if found == "stuck":
        return (
            "tanh bounds the states, not the gradients: long steps pushed nearly all units to where tanh is flat, and "
            "through those hardly any gradient gets back to the first step."
        )
    return "tanh bounds the states, not the gradients: with other seeds a long step does throw it off. Try some."


def _verdict(right: bool) -> str:  # noqa: FBT001 - it is what it says
    return "Right" if right else "Not this time"


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
        "": list(cuts),
        "g₁": [float(vector[0]) for vector in cuts.values()],
        "g₂": [float(vector[1]) for vector in cuts.values()],
        "norm": [float(np.linalg.norm(vector)) for vector in cuts.values()],
        "angle": [None if math.isnan(angle(vector)) else angle(vector) for vector in cuts.values()],
    }


def cut_arrows(cuts: Mapping[str, NDArray[np.float64]]) -> list[Arrow]:
    """The gradient and its cuts as arrows."""
    roles = ("share", "candidate", "keep")
    ordered = sorted(zip(cuts.items(), roles, strict=True), key=lambda pair: -float(np.linalg.norm(pair[0][1])))
    return [Arrow(name, (float(v[0]), float(v[1])), role) for (name, v), role in ordered]


def cut_title(cuts: Mapping[str, NDArray[np.float64]]) -> str:
    """What the figure of the arrows shows."""
    whole, by_value = cuts["g"], cuts["by value"]
    if not whole.any():
        return "A gradient of zero has no direction"
    if np.array_equal(whole, cuts["by norm"]) and np.array_equal(whole, by_value):
        return "Short enough: nothing is cut"
    turned = abs(angle(by_value) - angle(whole))
    return "Neither way turns it" if turned < 0.005 else f"By value, it turns by {turned:.1f}°"


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
        *(Curve(name, *path, *roles[name], dots=True) for name, path in paths.items()),
    ]


def cliff_told(paths: Mapping[str, tuple[NDArray, NDArray]], rate: float) -> str:
    """Where both descents ended, as Markdown."""
    words = []
    for name, (w, loss) in paths.items():
        steps = np.abs(np.diff(w))
        longest = int(steps.argmax())
        words.append(
            f"**{name.capitalize()}:** ends at w = {w[-1]:.3g} with loss {loss[-1]:.2g}; its longest step, number "
            f"{longest + 1}, goes {steps[longest]:.2g} far (gradient {short(float(steps[longest] / rate))} · rate {rate:g})"
        )
    outside = paths["without"][0].max() > CLIFF_SPAN[1] or paths["without"][0].min() < CLIFF_SPAN[0]
    return ". ".join(words) + (". Without clipping it leaves the picture." if outside else ".")


def cliff_title(paths: Mapping[str, tuple[NDArray, NDArray]]) -> str:
    """What the figure of the cliff shows."""
    (free, _), (clipped, _) = paths["without"], paths["clipped"]
    if np.abs(np.diff(free)).max() > 3 * np.abs(np.diff(clipped)).max():
        return "On the wall one step is enough to be thrown far away"
    return "Both descents keep their feet on the ground"


# ---- remedies --------------------------------------------------------------------------------------------------------

REMEDIES_ASKED = (
    "Nine networks of 32 units on the same long-lag latch, trained in the same way (Adam, rate 0.002, batches of 32, "
    "clipped at norm 1). They differ in the cell and in **how its weights begin**, nothing else. *Bias 1* adds 1 to the "
    "bias of the gate that keeps the past, f of an LSTM and z of a GRU. *Orthogonal* makes all singular values of "
    "$W_{hh}$ 1. The *IRNN* begins with the identity and ReLU. *Chrono* draws forget biases for lags from 1 to T."
)

PRECOMPUTED = (
    f"Top row: precomputed, {len(SEEDS)} seeds each, {remedies.UPDATES:,} updates (`python -m models.remedies` makes it "
    "anew); the line is the median, the band goes from the worst to the best seed. Bottom row: computed now."
)

LAG_NAMES = {str(lag): f"{lag} steps" for lag in LAGS}
ROLES = {"RNN": "candidate", "LSTM": "memory", "GRU": "keep"}
"""The cells and the colours of their curves."""


def label(name: str) -> str:
    """What a remedy is called beside others of its cell."""
    remedy = REMEDIES[name]
    return remedy.title.removeprefix(f"{remedy.cell} ")


def title(name: str) -> str:
    """What a remedy is called in a menu or a table."""
    return REMEDIES[name].title


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
    return f"{cell}: {good} of {len(names)} solve it"


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
    return Axes("steps before the last", "‖dL/dh<sub>t</sub>‖ / ‖dL/dh<sub>T</sub>‖, log axis", log=True, span=span)


def profile_title(cell: str, profiles: Mapping[str, NDArray]) -> str:
    """What the figure of a cell's gradients shows."""
    first = [profiles[name][0] for name in of_cell(cell)]
    return f"At the start {_power(min(first))} to {_power(max(first))} arrives"


def _power(log10: float) -> str:
    """A power of ten as Plotly writes it."""
    return f"10<sup>{log10:.0f}</sup>".replace("-", "−") if round(log10) else "1"


def rows(found: Mapping[str, Outcome]) -> dict[str, list[Any]]:
    """The remedies as a table: the share of the gradient at the start, and when they learned."""
    return {
        "remedy": [title(name) for name in found],
        "ratio": [float(10 ** np.median(outcome.log10_ratio)) for outcome in found.values()],
        "solved": [_solved(outcome) for outcome in found.values()],
        "seeds": [
            f"{sum(s is not None for s in outcome.solved)} of {len(outcome.solved)}" for outcome in found.values()
        ],
    }


def _solved(outcome: Outcome) -> str:
    after = outcome.median_solved
    if after is not None:
        return f"{after:,}"
    return f"never ({percent(float(np.median(outcome.accuracy[:, -1])))})"


def read_off(lag: int, found: Mapping[str, Outcome]) -> str:
    """What the table says about ratio and learning, as Markdown."""
    ratios = {name: float(np.median(outcome.log10_ratio)) for name, outcome in found.items()}
    solved = [name for name, outcome in found.items() if outcome.median_solved is not None]
    failed = [name for name in found if name not in solved]
    if not failed:
        return f"**At lag {lag} all nine solve it.** The gradient has a short way, and enough of it arrives everywhere."
    worst = min(solved, key=ratios.__getitem__) if solved else None
    best = max(failed, key=ratios.__getitem__)
    words = (
        f"**At lag {lag}, {len(solved)} of {len(found)} solve it** (above 99 %) from more than half of their seeds. "
    )
    if worst is not None:
        words += f"The smallest ratio with which one of them began is {short(10 ** ratios[worst])} ({title(worst)}). "
    words += f"Of those that did not, the largest is {short(10 ** ratios[best])} ({title(best)})."
    if worst is not None and ratios[best] > ratios[worst]:
        words += " So near the limit the ratio does not decide alone: look at the seeds."
    return words


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
    counts = [f"{sum(s is not None for s in o.solved)} of {len(o.solved)}" for o in (lstm, rnn)]
    ratios = [short(float(10 ** np.median(o.log10_ratio))) for o in (lstm, rnn)]
    return (
        f"**{_verdict(guess == right)}.** The default LSTM learned it from {counts[0]} seeds, the orthogonal RNN from "
        f"{counts[1]}. Before the first update {ratios[0]} of the gradient reached step 1 in the LSTM, {ratios[1]} in the "
        "RNN. A gate helps only if it begins open: PyTorch's forget gates begin near one half."
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
        return "Starting"
    return f"update {snapshot.step} of {run.steps}: {percent(snapshot.accuracy)} right, loss {snapshot.loss:.3f}"


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
        Curve("truth", steps, forecast.truth, "share", wide=True),
        Curve("linear", steps, line.values, "candidate", 2),
        Curve("network", steps, forecast.values, "state"),
    ]


FORECAST_AXES = Axes("steps after the last known value", "Mackey-Glass series x", span=(0.1, 1.6))


def forecast_title(forecast: Forecast) -> str:
    """What the figure of the forecast shows."""
    if forecast.close == len(forecast.truth):
        return f"It follows the truth for all {len(forecast.truth)} steps"
    return f"It follows the truth for {forecast.close} steps"


def forecast_told(forecast: Forecast, order: int, line: Forecast, last: Forecast) -> str:
    """How good the forecast is, beside the baselines, as Markdown."""
    total = len(forecast.truth)
    if forecast.ended is not None:
        first = (
            f"**It diverged**: after {forecast.ended} steps its forecast lay beyond a million. Each forecast is the next "
            "input, so an error that grows feeds itself"
        )
    else:
        first = f"**Mean squared error {short(forecast.error)}**"
    close = "at every step" if forecast.close == total else f"for the first {forecast.close} of {total} steps"
    wins = "The straight line wins here." if line.error < forecast.error else "The network wins here."
    return (
        f"{first}. It is within {echo.CLOSE:g} of the truth {close}. Baselines on the same values: a straight line through "
        f"the last {order} of them {short(line.error)} (within {echo.CLOSE:g} for {line.close} steps), the last value for "
        f"ever {short(last.error)}. {wins} One step ahead, where both are told the truth, the network is off by "
        f"{short(forecast.fitted)} and the line by {short(line.fitted)}."
    )


ERROR_AXES = Axes(
    "spectral radius ρ", "mean squared error of 500 steps, log axis", log=True, span=(1e-6, 50.0), reach=(0, 2.6)
)


def error_curve(units: int, measured: NDArray[np.float64]) -> list[Curve]:
    """Error against spectral radius: the median over seeds, and the quarter and three quarters of them."""
    capped = np.minimum(measured, WORST)  # (radii, seeds)
    quarters = np.quantile(capped, (0.25, 0.75), axis=1, method="nearest")
    band = (quarters[0], quarters[1])
    return [Curve(f"{units} units", np.array(echo.RADII), np.median(capped, axis=1), "state", 0, band, dots=True)]


def error_places(reservoir: Reservoir, forecast: Forecast, line: Forecast) -> list[Place]:
    """The chosen radius and its error, the baseline, and the line of those that diverged."""
    return [
        Place("diverged", y=WORST),
        Place("straight line", y=line.error),
        Place(f"ρ = {reservoir.radius:g}", x=reservoir.radius),
        Place("this network", x=reservoir.radius, y=min(forecast.error, WORST)),
    ]


def error_title(measured: NDArray[np.float64]) -> str:
    """What the figure of the errors shows."""
    return f"The best radius is near {echo.RADII[int(np.median(measured, axis=1).argmin())]:g}"


def error_told(units: int, measured: NDArray[np.float64], line: Forecast) -> str:
    """What was measured over radii and seeds, as Markdown."""
    median = np.median(measured, axis=1)
    best = int(median.argmin())
    lost = [radius for radius, row in zip(echo.RADII, measured, strict=True) if np.isinf(row).mean() > 0.5]
    words = (
        f"Precomputed, {len(echo.SEEDS)} reservoirs of {units} units at each radius (`python -m models.echo`): the line is "
        f"their median, the band their middle half; what is above {WORST:g} is drawn there. Best median: "
        f"{short(median[best])} at ρ = {echo.RADII[best]:g}, where the best seed gets {short(measured[best].min())} and the "
        f"worst {_or_lost(measured[best].max())}. "
    )
    if lost:
        words += f"Most of them diverge at ρ = {', '.join(f'{radius:g}' for radius in lost)}. "
    beaten = sum(value < line.error for value in median)
    if not beaten:
        return words + "**At no radius does the median reservoir beat the straight line**: it is too small."
    return words + f"The median reservoir beats the straight line at {beaten} of {len(median)} radii."


def _or_lost(error: float) -> str:
    return short(error) if math.isfinite(error) else "is lost"


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
        return f"The start is forgotten after {steps} steps"
    shrunk = distances[-1] / distances[0]
    return f"After {len(distances) - 1} steps {percent(shrunk)} of the distance is left"


def echo_told(reservoir: Reservoir, distances: NDArray[np.float64]) -> str:
    """What the distance says about the echo state property, as Markdown."""
    steps = forgotten(distances)
    rule = (
        f"Two runs of this reservoir read the same series, one from zeros, one from random states. With leak "
        f"{reservoir.leak:g} no state is forgotten faster than {1 - reservoir.leak:g} a step. "
    )
    if steps is not None:
        return rule + "They meet: the state says what came in, and nothing else. This is the **echo state property**."
    if distances[-1] < 0.5 * distances[0]:
        return rule + "They draw closer, slowly: it echoes for long."
    return rule + (
        "They **do not meet**: the state depends on how it began, not only on what came in. No echo state property, so a "
        "read-out fitted to one run knows little about another."
    )


ECHO_RADIUS = 1.8
GUESS_ECHO = (
    f"**Guess first: ρ = {ECHO_RADIUS:g}.** Two runs of 300 units read the same series from different starts. How much of "
    "the distance between them is left after 300 steps?"
)
ECHO_GUESSES = {"none": "?", "gone": "less than a millionth", "some": "up to a half", "all": "more than a half"}


def graded_echo(guess: str, distances: NDArray[np.float64]) -> str:
    """What the distances say to a guess, as Markdown."""
    left = float(distances[-1] / distances[0])
    found = "gone" if left < GONE else "some" if left <= 0.5 else "all"
    return (
        f"**{_verdict(guess == found)}: {percent(left)} of it is left.** The eigenvalues of W outside the unit circle push "
        "apart what tanh, which is flat for large inputs, lets through. ρ < 1 is a rule of thumb and no law: with inputs "
        "that push the units, as here, a radius somewhat above 1 still forgets."
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
