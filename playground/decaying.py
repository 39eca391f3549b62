"""The page "gradient decay" in words: its settings, presets, curves, and what their numbers say."""

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from models.cells import CELLS, Nonlinearity
from models.decay import (
    NOT_THE_BOUND,
    Bound,
    Decay,
    Fresh,
    Loss,
    Memory,
    StartKind,
    Trained,
    Units,
    half_life,
    norms_of_powers,
    shrunk_to,
    sizes_of,
)
from models.saliency import Saliency
from playground import language, theme
from playground.figures import Band, Mark
from playground.language import say
from playground.tables import csv_of

FRESH, TRAINED = TABS = ["Fresh networks", "Trained networks"]
VIEWS = {"curves": "The curves", "why": "Why they fall", "units": "Unit by unit"}
SQUASHES = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid", "identity": "identity"}
STARTS = {"default": "default", "orthogonal": "orthogonal", "identity": "identity"}
SCALES = {"gain": "gain", "radius": "spectral radius"}
LOSSES = {"last": "last step", "every": "every step"}
COMPARED = (0.0, 1.0, 3.0)
"""Forget biases that are always drawn beside the chosen one, if asked for."""

MILLIONTH = 1e-6
LONG_TEXT = (
    "The dogs, which followed the cat by the river and slept behind the house, already chased the birds near the trees "
    "and always feared the old fox beyond the bridge, were tired."
)

ASKED = (
    "**How much does an early step still count at the last one?** Push the state $h_t$ a little: "
    "$\\lVert\\partial L/\\partial h_t\\rVert$ says how far the loss moves. Each step back multiplies this gradient by one "
    "more matrix, so it shrinks or grows like a power. Here it is for three cells, exactly."
)


# ---- settings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """What the widgets of fresh networks say; the fields of `models.decay.Fresh`, for three cells and several seeds.

    Attributes:
        forget_bias: added to f of the LSTM.
        update_bias: added to z of the GRU.
        steps: T.
        seeds: how many networks of each kind, from `seed` on.
        hidden: H.
        loss: where the loss sits.
        squash: of the RNN.
        start: of the RNN's W_hh.
        scale: what `factor` is: "gain" or "radius".
        factor: gain of the RNN's W_hh, or its spectral radius.
        compare: draw LSTMs with forget biases 0, 1 and 3 as well.
        seed: the first one.
    """

    forget_bias: float = 3.0
    update_bias: float = 0.0
    steps: int = 100
    seeds: int = 5
    hidden: int = 32
    loss: Loss = "last"
    squash: Nonlinearity = "tanh"
    start: StartKind = "default"
    scale: str = "gain"
    factor: float = 1.0
    compare: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Curve:
    """One kind of network.

    Attributes:
        pattern: its name in words, with `{bias}` where what is added to the bias of the gate that keeps belongs.
        label: short, for the end of its line.
        role: a key of `theme.ROLES`: gives the colour.
        dash: 0 to 3.
        question: with the first seed.
    """

    pattern: str
    label: str
    role: str
    dash: int
    question: Fresh | Trained

    @property
    def name(self) -> str:
        """The name in English, for files."""
        return self.pattern.format(bias=self._bias)

    @property
    def title(self) -> str:
        """The name in the visitor's language."""
        return say(self.pattern, bias=self._bias)

    @property
    def _bias(self) -> float:
        return self.question.keep_bias if isinstance(self.question, Fresh) else 0.0

    def seeded(self, number: int) -> Fresh | Trained:
        """The network with the seed that is `number` after the first; a trained one is itself."""
        if isinstance(self.question, Trained):
            return self.question
        return replace(self.question, seed=self.question.seed + number)


def curves(setting: Setting) -> list[Curve]:
    """The networks that a setting asks for: RNN, GRU, and LSTMs by forget bias, the chosen one solid."""
    common = Fresh(steps=setting.steps, hidden=setting.hidden, seed=setting.seed, loss=setting.loss)
    scaled = {"gain": setting.factor} if setting.scale == "gain" else {"radius": setting.factor}
    rnn = replace(common, squash=setting.squash, start=setting.start, **scaled)
    gru = "GRU, update bias {bias:g}" if setting.update_bias else "GRU"
    short = f" b<sub>z</sub>={language.number(setting.update_bias, 'g')}" if setting.update_bias else ""
    found = [
        Curve("RNN", "RNN", "candidate", 0, rnn),
        Curve(gru, f"GRU{short}", "keep", 1, replace(common, cell="GRU", keep_bias=setting.update_bias)),
    ]
    biases = sorted({setting.forget_bias, *(COMPARED if setting.compare else ())})
    for bias in biases:
        dash = 0 if bias == setting.forget_bias else {0.0: 2, 1.0: 3, 3.0: 1}[bias]
        lstm = replace(common, cell="LSTM", keep_bias=bias)
        short = f"LSTM b<sub>f</sub>={language.number(bias, 'g')}"
        found.append(Curve("LSTM, forget bias {bias:g}", short, "memory", dash, lstm))
    return found


def chosen(setting: Setting) -> dict[str, Curve]:
    """The networks that a look inside may be for, by cell: of the LSTMs the one with the chosen forget bias."""
    return {curve.question.cell: curve for curve in curves(replace(setting, compare=False))}


def trained_curves(text: str, loss: Loss) -> list[Curve]:
    """The three trained networks on one text."""
    looks = {"RNN": ("candidate", 0), "LSTM": ("memory", 2), "GRU": ("keep", 1)}
    return [Curve(cell, cell, *looks[cell], Trained(cell, text, loss)) for cell in CELLS]


# ---- presets ---------------------------------------------------------------------------------------------------------


def widgets(setting: Setting, view: str = "curves") -> dict[str, Any]:
    """The widgets of the page, by their keys, that make a setting. One that is about its RNN shows it unasked."""
    shown = {"decay_shown": True} if _about_rnn(setting) else {}
    return {f"decay_{field.name}": getattr(setting, field.name) for field in fields(setting)} | {
        "decay_view": view,
        **shown,
    }


def _about_rnn(setting: Setting) -> bool:
    """Whether the RNN is another one than `torch.nn` makes."""
    rnn = "squash", "start", "scale", "factor"
    return any(getattr(setting, name) != getattr(Setting(), name) for name in rnn)


PRESETS: dict[str, tuple[Setting, str]] = {
    "at a glance": (Setting(), "curves"),
    "vanishing": (Setting(forget_bias=0.0, compare=False), "curves"),
    "exploding": (Setting(start="orthogonal", factor=1.5), "curves"),
    "lecture: LSTM highway": (Setting(forget_bias=5.0, steps=200, compare=False), "why"),
    "IRNN": (Setting(squash="relu", start="identity"), "curves"),
    "forget bias 1": (Setting(forget_bias=1.0, compare=False), "curves"),
}
"""A button's words: the setting that it makes, and the view that it opens."""

PRESET_SAYS = {
    "at a glance": "The default RNN, GRU and LSTM, and what opening the forget gate does",
    "vanishing": "All three cells exactly as torch.nn makes them",
    "exploding": "An RNN with an orthogonal W_hh, times 1.5",
    "lecture: LSTM highway": "Forget bias 5: the path through the memory, and what else flows beside it",
    "IRNN": "A ReLU network that starts as the identity (Le et al. 2015)",
    "forget bias 1": "The usual advice (Jozefowicz et al. 2015): is it enough?",
}


def drawn_from(setting: Setting) -> str:
    """Which networks are shown, as Markdown."""
    seeds = (
        say("seeds {first} to {last}", first=setting.seed, last=setting.seed + setting.seeds - 1)
        if setting.seeds > 1
        else say("seed {seed}", seed=setting.seed)
    )
    w_hh = {
        "default": "as drawn",
        "orthogonal": "a random orthogonal matrix, biases 0",
        "identity": "the identity, biases 0",
    }
    if setting.scale == "gain":
        scaled = "" if setting.factor == 1 else say(", times {factor:g}", factor=setting.factor)
    else:
        scaled = say(", scaled to spectral radius {factor:g}", factor=setting.factor)
    loss = (
        say("$L = \\sum h_T$, the sum over all units at the last step")
        if setting.loss == "last"
        else say("$L = \\sum h_t$ over all steps")
    )
    return say(
        ":blue-badge[:material/casino: untrained] **Fresh networks, {seeds}**, H = {hidden}. Weights as `torch.nn` draws "
        "them, U(±1/√H); a gate's bias on top. The RNN: {squash}, $W_{{hh}}$ {start}{scaled}. Input: T = {steps:,} steps of "
        "16 numbers, 0.1 · N(0, 1), the same for all cells of a seed. {loss}. What a cell does at its start is a choice of "
        "weights, not a proof of what it can learn: see *Trained networks*.",
        seeds=seeds,
        hidden=setting.hidden,
        squash=say(SQUASHES[setting.squash]),
        start=say(w_hh[setting.start]),
        scaled=scaled,
        steps=setting.steps,
        loss=loss,
    )


# ---- the curves ------------------------------------------------------------------------------------------------------


def lines(found: Mapping[Curve, Sequence[Decay]]) -> list[Band]:
    """The curves as bands; networks that exploded are left out."""
    return [Band(curve.label, values, curve.role, curve.dash) for curve, values in _alive(found).items()]


def _alive(found: Mapping[Curve, Sequence[Decay]]) -> dict[Curve, np.ndarray]:
    """log10 of the norms of each curve, (S, T), of those seeds that did not explode."""
    values = {curve: [decay.log10 for decay in decays if decay.log10 is not None] for curve, decays in found.items()}
    return {curve: np.stack(alive) for curve, alive in values.items() if alive}


def median(decays: Sequence[Decay]) -> np.ndarray | None:
    """The median over seeds of log10 of the norm, (T,); None where all of them exploded."""
    alive = [decay.log10 for decay in decays if decay.log10 is not None]
    with np.errstate(invalid="ignore"):
        return np.median(alive, axis=0) if alive else None


def exploded(found: Mapping[Curve, Sequence[Decay]]) -> str:
    """Which networks have no gradient because their states are no numbers any more; empty if all have."""
    told = []
    for curve, decays in found.items():
        wrong = [decay.wrong for decay in decays if decay.log10 is None]
        if wrong:
            told.append(
                say(
                    "**{name}**: {count} of {all} networks exploded on the way forward ({why})",
                    name=curve.title,
                    count=len(wrong),
                    all=len(decays),
                    why=_why(wrong[0]),
                )
                if len(decays) > 1
                else say(
                    "**{name}**: the network exploded on the way forward ({why})", name=curve.title, why=_why(wrong[0])
                )
            )
    if not told:
        return ""
    return say(
        "{networks}. Beyond 1.8e308 float64 has no numbers, so there is no gradient to show for them. All others are drawn. "
        "Less gain or fewer steps bring them back.",
        networks="; ".join(told),
    )


def _why(wrong: str) -> str:
    """What went wrong on the way forward, from the words of the error."""
    step = re.match(r"h is not finite at step (\d+)", wrong)
    return say("h is not finite at step {step}", step=step[1]) if step else wrong.partition(",")[0]


def middle(steps: int) -> int:
    """The lag at which curves are compared: 50, or half of a shorter sequence."""
    return min(50, steps // 2)


def verdict(found: Mapping[Curve, Sequence[Decay]]) -> str:
    """Who keeps the gradient and who loses it, as Markdown."""
    alive = {curve: median(decays) for curve, decays in found.items()}
    known = {curve: log10 for curve, log10 in alive.items() if log10 is not None}
    if not known:
        return say("There is no gradient to show.")
    lag = middle(len(next(iter(known.values()))))
    if not lag:
        return say("One step has no way back. Type some more words.")
    left = {curve.title: log10[lag] - log10[0] for curve, log10 in known.items()}
    groups = {
        "less than a thousandth is left in {networks}": [name for name, part in left.items() if part < -3],
        "a thousandth or more is left in {networks}": [name for name, part in left.items() if -3 <= part <= 1],
        "it has grown more than tenfold in {networks}": [name for name, part in left.items() if part > 1],
    }
    told = "; ".join(say(what, networks=_listed(names, left)) for what, names in groups.items() if names)
    return say("**{lag} steps back**, of the gradient at the last step {parts}.", lag=lag, parts=told)


def _listed(names: Sequence[str], left: Mapping[str, float]) -> str:
    return ", ".join(f"**{name}** ({number(left[name])})" for name in names)


def halves(decays: Sequence[Decay]) -> str:
    """The half-life of a curve, for a large number on the page."""
    log10 = median(decays)
    return say("exploded") if log10 is None else _steps(half_life(log10), len(log10))


def _steps(life: float, steps: int) -> str:
    if math.isnan(life):  # too short a way, or nothing but exact zeros
        return "–" if steps < 3 else say("exactly 0")
    if abs(life) > steps:
        return say("over {steps:,}", steps=steps)
    return f"{'' if life > 0 else '↑ '}{language.number(abs(life), '.3g')}"


def spread(curve: Curve, decays: Sequence[Decay]) -> str:
    """What a half-life hangs on, as Markdown: each seed's own, and what is left."""
    each = [_steps(half_life(decay.log10), len(decay.log10)) for decay in decays if decay.log10 is not None]
    log10 = median(decays)
    if log10 is None:
        return say("{name}: the states are no numbers any more.", name=curve.title)
    lag = middle(len(log10))
    return say(
        "{name}: {share} of the gradient is left {lag} steps back (median). Half-lives of the single networks, in steps: "
        "{lives}.",
        name=curve.title,
        share=number(log10[lag] - log10[0]),
        lag=lag,
        lives=", ".join(each),
    )


HALF_LIFE = (
    ":small[**Half-life**: steps in which the gradient halves. A straight line is fitted to the logarithm of the curve (the "
    "median over seeds) over all lags from 1 on; lag 0 is where the loss itself sits. “Over 100”: it neither halves "
    "nor doubles within the sequence. “↑ 40”: it grows, and doubles in 40 steps.]"
)


def banded(seeds: int) -> str:
    """What line and band are."""
    if seeds == 1:
        return say("One network of each kind, so there is no band.")
    return say("Line: median over {seeds} networks; band: from the smallest to the largest.", seeds=seeds)


def thinned(steps: int, points: int) -> str:
    """Says that a long curve is drawn at some of its points; empty for a short one."""
    if steps <= points:
        return ""
    return " " + say("{points} of {steps:,} lags are drawn; the download has them all.", points=points, steps=steps)


def every_step(setting: Setting) -> str:
    """Why a loss at every step hides the decay; empty for a loss at the last one."""
    if setting.loss == "last":
        return ""
    return say(
        "**The loss sits at every step**, so every state has a loss close by. The curves look level, whatever is lost on the "
        "long way: the near losses drown the far ones. This is why a network may learn well from step to step and "
        "still learn nothing that needs a long memory."
    )


def number(log10: float) -> str:
    """10^log10 as one reads it: 0.022, 4.8·10⁻¹², 3.1·10⁴."""
    if log10 == -math.inf:
        return "0"
    if -3 <= log10 < 4:
        return language.number(10**log10, ".2g") if log10 < 1 else language.number(10**log10, ",.0f")
    whole = math.floor(log10)
    head = round(10 ** (log10 - whole), 1)
    if head == 10:
        whole, head = whole + 1, 1.0
    return f"{language.number(head, '.1f')}·10{str(whole).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def as_csv(found: Mapping[Curve, Sequence[Decay]]) -> str:
    """One row for each lag: the lag, then log10 ||dL/dh|| of every network; empty where it exploded, -inf for 0."""
    names, columns = ["lag"], []
    for curve, decays in found.items():
        for k, decay in enumerate(decays):
            seed = f", seed {curve.question.seed + k}" if isinstance(curve.question, Fresh) else ", trained"
            names.append(f"log10 |dL/dh| of {curve.name}{seed}")
            columns.append(None if decay.log10 is None else decay.log10.tolist())
    steps = max((len(column) for column in columns if column), default=0)
    return csv_of(names, ([lag, *(column[lag] if column else None for column in columns)] for lag in range(steps)))


# ---- predict first ---------------------------------------------------------------------------------------------------

QUESTION = (
    "**Guess first:** after how many steps back is the RNN's gradient a **millionth** of what it is at the last step? "
    "(0 stands for never.)"
)
JOINS = "The RNN's curve joins these once you have guessed."


def millionth(decays: Sequence[Decay]) -> tuple[int | None, np.ndarray | None]:
    """The first lag at which the median is a millionth of that at lag 0, and the median."""
    log10 = median(decays)
    return (None, None) if log10 is None else (shrunk_to(log10, MILLIONTH), log10)


def graded(guess: float | None, decays: Sequence[Decay]) -> str:
    """What the tensors say to a guess, or to none, as Markdown."""
    lag, log10 = millionth(decays)
    if log10 is None:
        return say(
            "**This RNN has no gradient to speak of:** it exploded on the way forward. Turn its gain down and guess again."
        )
    if guess is None:
        told = (
            say("**It is a millionth never within {steps:,} steps.**", steps=len(log10))
            if lag is None
            else say("**It is a millionth after {steps:,} steps.**", steps=lag)
        )
        return told + _rule(log10, lag)
    close = (guess == 0) if lag is None else (guess > 0 and max(guess / lag, lag / guess) <= 1.25)
    near = lag is not None and guess > 0 and max(guess / lag, lag / guess) <= 2
    verdict = say("Right") if close else say("Not this time")
    told = (
        say("**Close: it is a millionth after {steps:,} steps.**", steps=lag)
        if near and not close
        else say("**{verdict}: it is a millionth never within {steps:,} steps.**", verdict=verdict, steps=len(log10))
        if lag is None
        else say("**{verdict}: it is a millionth after {steps:,} steps.**", verdict=verdict, steps=lag)
    )
    return told + _rule(log10, lag)


def _rule(log10: np.ndarray, lag: int | None) -> str:
    life = half_life(log10)
    if lag is None or not 0 < life < len(log10):
        return ""
    return " " + say(
        "A millionth is 20 halvings, as 2²⁰ is about a million; one takes {life:.3g} steps here, so the rule of thumb says "
        "{rule:.0f}. The ring in the figure marks it.",
        life=life,
        rule=20 * life,
    )


def mark(decays: Sequence[Decay]) -> Mark | None:
    """Where the gradient is a millionth, for the figure."""
    lag, log10 = millionth(decays)
    if lag is None or log10 is None or not math.isfinite(log10[lag]):
        return None
    return Mark(lag, float(log10[lag]), say("a millionth, lag {lag:,}", lag=lag))


# ---- why they fall ---------------------------------------------------------------------------------------------------

RNN_STEP = r"\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(\varphi'(a_t))\,W_{hh}"
LSTM_STEP = r"\frac{\partial c_t}{\partial c_{t-1}} = \mathrm{diag}(f_t) + \text{through } h_{t-1}"


def bound_lines(bound: Bound, log10: np.ndarray) -> list[Band]:
    """The RNN's gradient below what it cannot exceed."""
    return [
        Band(say("bound"), bound.log10[None], "reset", 1),
        Band("RNN", log10[None], "candidate"),
    ]


def bounded(bound: Bound) -> str:
    """What σ_max and the spectral radius are and say, as Markdown."""
    says = (
        say("$\\sigma_{max}$ is below 1 here, and |φ′| is never above 1: this gradient **must** vanish.")
        if bound.sigma < 1
        else say(
            "$\\sigma_{max}$ is not below 1 here, so the bound promises nothing; the gradient may vanish all the same."
        )
    )
    _, radius = sizes_of(NOT_THE_BOUND)
    one, ten, fifty = norms_of_powers(NOT_THE_BOUND, (1, 10, 50))
    (a, b), (_, d) = NOT_THE_BOUND
    found = say(
        "**$\\sigma_{{max}}(W_{{hh}})$ = {sigma:.3g}**, the largest singular value; **ρ($W_{{hh}}$) = {radius:.3g}**, the "
        "largest |eigenvalue|. One step back cannot stretch a vector by more than max "
        "$|\\varphi'(a_t)| \\cdot \\sigma_{{max}}$; the dashed line multiplies these up.",
        sigma=bound.sigma,
        radius=bound.radius,
    )
    example = say(
        "Why not the eigenvalue? Take $W = [[{a:g}, {b:g}], [0, {d:g}]]$: ρ = {radius:g} is below 1, yet ‖W‖ = {one:.3g} and "
        "‖W¹⁰‖ = **{ten:.3g}** (‖W⁵⁰‖ = {fifty:.3g}). Eigenvalues tell how powers end, singular values what one step may do; "
        "and with φ′ between them the steps are no powers of one matrix.",
        a=a,
        b=b,
        d=d,
        radius=radius,
        one=one,
        ten=ten,
        fifty=fifty,
    )
    return f"{found} {says}\n\n{example}"


def memory_lines(memory: Memory) -> list[Band]:
    """The path of the forget gates, the whole derivative, and what flows through h."""
    return [
        Band("∏ f", memory.path[None], "keep", 1),
        Band("∂c<sub>T</sub>/∂c<sub>t</sub>", memory.whole[None], "memory"),
        Band(say("through h"), memory.through_h[None], "state", 2),
    ]


def highway(memory: Memory, bias: float) -> str:
    """What the path of the forget gates explains, as Markdown."""
    lag = middle(len(memory.whole))
    path, whole, rest = (float(part[lag]) for part in (memory.path, memory.whole, memory.through_h))
    opened = f"σ({language.number(bias, 'g')}) = {language.number(1 / (1 + math.exp(-bias)), '.4f')}"
    share = (
        say("The forget gates alone explain nearly all of it.")
        if abs(whole - path) < 0.05
        else say(
            "The difference flows through $h$: the gates read $h_{t-1}$, and this second road is an RNN of its own."
        )
    )
    return say(
        "With forget bias {bias:g} a gate rests near {opened}. {lag} steps back ∏ f of the most open unit is **{path}**, the "
        "whole $\\partial c_T / \\partial c_t$ has norm **{whole}**, and what comes through $h$ alone "
        "has {rest}. {share} “From c to c only an elementwise product with f” is the direct road, not the whole derivative.",
        bias=bias,
        opened=opened,
        lag=lag,
        path=number(path),
        whole=number(whole),
        rest=number(rest),
        share=share,
    )


# ---- unit by unit ----------------------------------------------------------------------------------------------------


def binned(units: Units) -> str:
    """How a heatmap is to be read, as Markdown."""
    spread_ = np.where(np.isfinite(units.log10), units.log10, np.nan)
    last = spread_[-1] if np.isfinite(spread_[-1]).any() else spread_[0]
    zero = int(np.isneginf(units.log10[-1]).sum())
    bins = []
    if units.lags > 1:
        bins = [say("Each column holds {lags} lags and shows the largest value among them.", lags=units.lags)]
    if not np.isfinite(spread_).any():
        return " ".join([say("The gradient is exactly 0 everywhere."), *bins])
    told = [say("The right edge is the first step of the sequence."), *bins]
    told.append(
        say(
            "At the earliest steps the largest |∂L/∂h| of a unit is {most}, the smallest {least}.",
            most=number(float(np.nanmax(last))),
            least=number(float(np.nanmin(last))),
        )
    )
    if zero:
        told.append(say("For {count} units it is exactly 0 there and the cell stays empty.", count=zero))
    return " ".join(told)


def trained_from(facts: Mapping[str, Any]) -> str:
    """Which trained networks are shown, as Markdown."""
    run = facts["run"]
    return say(
        ":green-badge[:material/school: trained] The networks that ship, `agreement-rnn`, `-lstm` and `-gru`: H = {hidden}, "
        "{updates:,} updates on sentences of number agreement, with a forget and update bias of {bias:g} at their start. One "
        "network each, so no band. The loss is L = Σ h_t as for the fresh networks, at the last word or at every one. No "
        "curve of one network proves something about its kind.",
        hidden=run["hidden"],
        updates=run["steps"],
        bias=run["keep_bias"],
    )


# ---- words -----------------------------------------------------------------------------------------------------------

WORDS = (
    "A trained network has read the words before the verb. How much would its **logit** of the verb move if the vector of "
    "one word were pushed a little? The stronger the shade and the longer the bar, the more; the number is the percentage of "
    "the largest in its row."
)
_MOST = 0.45  # of the way to a role's full colour: words stay readable on it


def shaded(found: Saliency, *, dark: bool) -> str:
    """The words of a text as HTML, shaded by how strongly the logit feels each; a visitor's words are escaped."""
    stops = theme.scale("state", dark=dark)[theme.STOPS // 2 :]
    base = theme.DARK if dark else theme.LIGHT
    cells = []
    for place, (token, log10, share) in enumerate(zip(found.tokens, found.log10, found.shares, strict=True)):
        read = place < found.after
        word = html.escape(token if len(token) <= 40 else f"{token[:40]}…")
        hint = (
            say("size {size}, {share:.2g} % of the largest", size=number(float(log10)), share=100 * float(share))
            if read
            else say("not read yet")
        )
        colour = stops[round(_MOST * float(share) * (len(stops) - 1))]
        box = f"background:{colour};" if read else f"border:1px dashed {base.border};opacity:.6;"
        bar = f'<span style="display:block;height:4px;width:{100 * float(share):.1f}%;background:{stops[-1]}"></span>'
        cells.append(
            f'<span title="{html.escape(hint)}" style="display:inline-block;margin:2px;padding:2px 6px;border-radius:4px;'
            f'{box}color:{base.text}">{word}<small style="display:block;font-size:.75em">{percent(float(share), read=read)}'
            f"</small>{bar}</span>"
        )
    return f'<div class="saliency" style="line-height:1.3;overflow-wrap:anywhere">{"".join(cells)}</div>'


def percent(share: float, *, read: bool) -> str:
    """A share in whole percent; a dash for a word that was not read yet."""
    if not read:
        return "–"
    return "&lt;1" if 0 < share < 0.005 else language.number(100 * share, ".0f")


def said(cell: str, found: Saliency, word: str, against: str) -> str:
    """What was asked of a network and what it answers, as Markdown."""
    strongest = found.tokens[int(found.log10.argmax())][:40].replace("`", "ˋ")
    parts = {"cell": cell, "word": word, "logit": found.logit, "share": 100 * found.probability, "strongest": strongest}
    if not against:
        return say(
            "**{cell}**, logit of *{word}*: {logit:.2f}; it gives *{word}* {share:.3g} %. Felt most: `{strongest}`",
            **parts,
        )
    return say(
        "**{cell}**, logit of *{word}* minus logit of *{against}*: {logit:.2f}; it gives *{word}* {share:.3g} %. Felt most: "
        "`{strongest}`",
        against=against,
        **parts,
    )


def saliency_table(found: Mapping[str, Saliency]) -> dict[str, list]:
    """Word by word, the size of each network's gradient."""
    tokens = next(iter(found.values())).tokens
    sizes = {f"{cell} |d logit / d word|": (10.0**answer.log10).tolist() for cell, answer in found.items()}
    return {"word": list(tokens)} | sizes


# ---- endings ---------------------------------------------------------------------------------------------------------

NOTICE_FRESH = (
    "A straight line on this axis is a power: the same factor at every step. At default start the LSTM and the GRU fall "
    "about as steeply as the RNN; **having gates is not enough, the gate that keeps must be open**. An open forget gate at "
    "the start (a bias of 1; for long sequences about log T, Tallec & Ollivier 2018) is a choice that you make. And a curve "
    "that does not fall is not yet learning: it only lets the error of a late step reach an early one."
)
NOTICE_TRAINED = (
    "These networks answer the verb equally well, and their gradients look quite different. The trained **RNN** holds the "
    "number of the subject by brute force, its units near ±1, where tanh is flat: a small push of “cat” changes next to "
    "nothing, so its gradient there is tiny, and yet the network knows. **A vanishing gradient says that a small change goes "
    "unnoticed, not that nothing is remembered.** It hurts while learning, when small changes are all there is."
)

Attempts = Mapping[str, tuple[Mapping[str, object], str]]

TRY_FRESH: Attempts = {
    "Ten thousand steps": (
        widgets(Setting(steps=10_000, seeds=1)),
        (
            "Guess the RNN's gradient at the first step before you look. Which forget bias would the LSTM need to keep a "
            "thousandth over so many steps?"
        ),
    ),
    "An RNN that is just right": (
        widgets(Setting(start="orthogonal", compare=False, forget_bias=0.0)),
        (
            "An orthogonal $W_{hh}$ stretches nothing and shrinks nothing. What still shrinks the gradient? Move the factor "
            "to 1.1, then to 0.9: how narrow is the path between vanishing and exploding?"
        ),
    ),
}
TRY_TRAINED: Attempts = {
    "A longer way": (
        {"decay_text": LONG_TEXT},
        "The subject stands far back now. Whose gradient still reaches “dogs”, and which network says the right verb?",
    ),
    "Ask for the difference": (
        {"decay_word": "was", "decay_against": "were"},
        (
            "Both verbs are likely after a subject; the difference of their logits is what only the number decides. Which "
            "words matter less now?"
        ),
    ),
}
