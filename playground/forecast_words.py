"""The page "forecasting" in words: lines and their looks, sentences from numbers, and what there is to try."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.backtest import SHORTEST, Leak, longest_window
from models.baselines import Errors
from models.forecasters import CUTS, DAY, YEAR, MonthAhead
from models.forecasting import KINDS, SCALINGS, STRATEGIES, Read, Recipe, Shape
from models.loaders.numbers import Column
from models.series import HOURS, Series, generated, season_of
from models.windows import Fold, count, count_one_short
from playground.figures import Line
from playground.language import number, say
from playground.player import Numbers, Token, Track

Array = NDArray[np.float64]
Places = NDArray[np.int64]
Attempts = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: the button's words, the widgets that it sets, and what to look at."""

TABS = ["A day ahead", "Windows and shapes", "Splits", "A month ahead", "Your series"]
DAY_TAB, SHAPES_TAB, SPLITS_TAB, MONTH_TAB, OWN_TAB = TABS

ASKED = (
    "**What comes next, and does a recurrent network say it better than yesterday does?** A network reads a window "
    "of a series "
    "and forecasts what follows. Beside it always stand the forecasts that need no network."
)

# ---- names and looks -------------------------------------------------------------------------------------------------

_LOOKS = {
    "truth": ("share", 0), "last value": ("reset", 2), "season ago": ("read", 1), "linear": ("keep", 3),
    "dense": ("write", 0), "RNN": ("candidate", 0), "GRU": ("memory", 0), "LSTM": ("state", 0),
}  # fmt: skip

NETWORKS = {kind: kind for kind in KINDS}
ROUTES: dict[str, str] = dict(
    zip(STRATEGIES, ("direct: 24 at once", "one hour, fed back", "encoder–decoder"), strict=True)
)
NAMES = {"hour": "yesterday", "month": "a year ago"}
"""What one season ago is called, by what a step is."""

FROM_LAST = {
    "hour": "hours from the last value", "month": "months from the last value", "step": "steps from the last value",
}  # fmt: skip
OF_SERIES = {"hour": "hour of the series", "month": "month of the series", "step": "step of the series"}
AHEAD = {"hour": "hours ahead", "month": "months ahead", "step": "steps ahead"}
ONE_BEFORE = {"hour": "1 hour before", "month": "1 month before", "step": "1 step before"}
SOME_BEFORE = {
    "hour": "{horizon} hours before",
    "month": "{horizon} months before",
    "step": "{horizon} steps before",
}
"""Axes and options, by what a step is."""


def shown(name: str, step: str) -> str:
    """A forecaster's name as a chart shows it."""
    return say(NAMES.get(step, "a season ago")) if name == "season ago" else say(name)


def line(name: str, x: ArrayLike, y: ArrayLike, step: str, title: str = "") -> Line:
    """The line of a forecaster: its own colour and dash on the whole page."""
    role, dash = _LOOKS[name]
    return Line(title or shown(name, step), x, y, role, dash)


# ---- a day ahead -----------------------------------------------------------------------------------------------------

DAY_STORY = (
    "The series is **generated** for this page, three years of hours from seed 0: a year, a day, clouds that "
    "flatten the day, "
    "weather that drifts. Four small networks learned from the first two years: each reads 24 hours and forecasts "
    "the next 24. "
    "The third year is held out; here is one of its windows."
)
LAST_DAY = 363


def window_of(day: int, hour: int) -> int:
    """The held-out window whose last value is that of an hour (0 to 23) of a day (from 1) of the held-out year."""
    return (day - 1) * DAY + hour + 1


def day_lines(kind: str, said: Mapping[str, Array], window: Array, truth: Array) -> tuple[Line, list[Line]]:
    """What came, over window and future, and what was said of the future."""
    past, future = np.arange(-DAY + 1, 1), np.arange(1, DAY + 1)
    names = [name for name in said if name not in KINDS or name == kind]
    came = line("truth", np.concatenate([past, future]), np.concatenate([window, truth]), "hour", say("what came"))
    return came, [line(name, future, said[name], "hour") for name in names]


def day_verdict(said: Mapping[str, Array], truth: Array) -> str:
    """How far each is off on this one window, as Markdown."""
    off = sorted((float(np.abs(forecast - truth).mean()), name) for name, forecast in said.items())
    told = ", ".join(f"{shown(name, 'hour')} {number(error, '.2f')}" for error, name in off)
    return say(
        "Mean error over these 24 hours, in °C, the best first: {told}. One window proves nothing: move the day "
        "and look again.",
        told=told,
    )


def no_decoder(kind: str, strategy: str) -> str:
    """A sentence where a network and a strategy do not fit; "" where they do."""
    if kind == "dense" and strategy == "encoder-decoder":
        return say("A dense network has no state to hand to a decoder. What you see is its direct forecast.")
    return ""


WINDOWS = count(HOURS - CUTS["hourly"] + DAY, DAY, DAY)
GUESS = (
    "**Guess first.** Over all {windows:,} windows of the held-out year: whose forecast **24 hours ahead** is off by "
    "least?"
)
GUESSES = {
    "none": "?", "last value": "last value", "season ago": "yesterday", "linear": "linear", "dense": "dense", "RNN": "RNN",
    "GRU": "GRU", "LSTM": "LSTM",
}  # fmt: skip


def graded(guess: str, errors: Mapping[str, Array]) -> str:
    """What the held-out year says to a guess, as Markdown.

    Args:
        guess: A name in `errors`.
        errors: Mean |error| by hours ahead, by name, (24,) each.
    """
    last = {name: float(error[-1]) for name, error in errors.items()}
    best = min(last, key=last.__getitem__)
    head = "Right" if guess == best else "Not this time"
    told = say("**{head}: {best}, off by {off:.2f} °C.** ", head=say(head), best=shown(best, "hour"), off=last[best])
    if guess != best:
        told += say("Your guess, {guess}, is off by {off:.2f} °C. ", guess=shown(guess, "hour"), off=last[guess])
    others = [last[kind] for kind in KINDS if kind in last]
    return told + say(
        "The networks lie between {low:.3f} and {high:.3f}, linear at {linear:.3f}, yesterday, which costs nothing, "
        "at {yesterday:.3f}.",
        low=min(others), high=max(others), linear=last["linear"], yesterday=last["season ago"],
    )  # fmt: skip


def horizon_lines(errors: Mapping[str, Array], *, networks: bool) -> list[Line]:
    """Mean |error| by hours ahead; what learned something only where it may be seen."""
    hours = np.arange(1, DAY + 1)
    return [
        line(name, hours, error, "hour")
        for name, error in errors.items()
        if networks or name in ("last value", "season ago")
    ]


def horizon_rows(errors: Mapping[str, Array], strategy: str, parameters: Mapping[str, int]) -> dict[str, list]:
    """The errors at a few horizons as a table, the best mean first."""
    order = sorted(errors, key=lambda name: float(errors[name].mean()))
    linear = (DAY + 1) * (1 if strategy == "fed back" else DAY)
    places = {"1 h": 0, "6 h": 5, "24 h": 23}
    return {
        "forecast": [shown(name, "hour") for name in order],
        **{title: [float(errors[name][place]) for name in order] for title, place in places.items()},
        "mean": [float(errors[name].mean()) for name in order],
        "weights": [{**parameters, "linear": linear}.get(name, 0) for name in order],
    }


def horizon_verdict(errors: Mapping[str, Array], strategy: str, seeds: Mapping[str, Collection[float]]) -> str:
    """Whether a recurrent network beats the dense one and the linear one, as Markdown.

    Args:
        errors: Mean |error| by hours ahead, by name, (24,) each.
        strategy: One of `STRATEGIES`.
        seeds: Mean |error| of the direct networks by kind, one for each seed of the training.
    """
    mean = {name: float(error.mean()) for name, error in errors.items()}
    recurrent = [kind for kind in KINDS if kind != "dense"]
    best = min(recurrent, key=mean.__getitem__)
    first = min(errors, key=lambda name: float(errors[name][0]))
    ahead = say(
        "One hour ahead the best is {best}, off by {off:.2f} °C.",
        best=shown(first, "hour"), off=float(errors[first][0]),
    )  # fmt: skip
    if strategy != "direct":
        against = "dense" if "dense" in mean else "linear"
        share = 100 * (mean[best] / mean[against] - 1)
        values = {"best": best, "share": abs(share), "against": say(against)}
        told = (
            say(
                "**The best recurrent one, the {best}, has {share:.1f} % more error than the {against} one** in the "
                "mean of 24 hours. ",
                **values,
            )
            if share > 0
            else say(
                "**The best recurrent one, the {best}, has {share:.1f} % less error than the {against} one** in the "
                "mean of 24 hours. ",
                **values,
            )
        )
        told += ahead
        if strategy == "fed back":
            told += say(" Fed back, every error is read again as if it had been measured, so errors feed errors.")
        return told
    spans = ", ".join(
        say("{name} {low:.3f} to {high:.3f}", name=say(kind), low=min(found), high=max(found))
        for kind, found in seeds.items()
    )
    beaten = [kind for kind in recurrent if max(seeds[kind]) < min(seeds["dense"])]
    told = (
        say("**The {names} beat the dense net from every seed.**", names=say(" and the ").join(beaten))
        if beaten
        else say("**No recurrent network beats the dense one** by more than the luck of a seed.")
    )
    means = say("Mean error from {count} seeds each, in °C: {spans}.", count=len(seeds["dense"]), spans=spans)
    return f"{told} {means} {ahead}"


def day_tracks(kind: str, read: Read, window: Array) -> tuple[list[Track], list[Token]]:
    """A recurrent network on a window as the player shows it; encoder and decoder side by side, step by step."""
    if read.decoder is None:
        says = Numbers("next hour, °C", read.says) if read.says is not None else None
        return [Track(say("{kind} reads the window", kind=kind), read.encoder, says)], [
            Token(number(value, ".1f")) for value in window
        ]
    tracks = [
        Track(say("{kind} encoder reads the window", kind=kind), read.encoder),
        Track(say("{kind} decoder says the forecast", kind=kind), read.decoder, Numbers("forecast, °C", read.forecast)),
    ]
    return tracks, [Token(f"{step}") for step in range(1, len(window) + 1)]


def stepping(kind: str, strategy: str) -> str:
    """What the player shows, as Markdown."""
    if strategy == "encoder-decoder":
        return say(
            "Step *t* shows the encoder at hour *t* of the window, and the decoder at hour *t* of the forecast: "
            "its first state "
            "is the encoder's last one, and it reads its own forecast of the hour before."
        )
    return say(
        "The {kind} reads one value a step, 24 times with the same weights. At every step its head says a forecast "
        "of the next "
        "hour; only the last one counts, as training never asked for the others.",
        kind=kind,
    )


DENSE_STEPS = (
    "A dense network has no steps: it sees all 24 places at once, each through weights of its own. Choose a "
    "recurrent network "
    "to step it through the window."
)

DAY_NOTICE = (
    "**A window of 24 hours is a short, fixed list**, and a dense net reads lists well. The recurrent net's gift, "
    "any length with "
    "the same weights, is not asked for here. **The first baseline is strong:** temperature is much like "
    "yesterday's, and what is "
    "left is weather that nobody can foresee from one day of one number: at 24 hours all who learned lie close "
    "together. "
    "**The last value is good for an hour and bad for twelve**: its error rises and falls with the clock."
)
DAY_TRIES: Attempts = {
    "One hour, fed back": (
        {"forecast_kind": "RNN", "forecast_route": "fed back", "forecast_shown": True},
        (
            "The RNN learned one hour only and reads its own forecasts. Compare its errors at 1 h and at 12 h with the "
            "direct ones."
        ),
    ),
    "Forecast at noon": (
        {"forecast_kind": "LSTM", "forecast_route": "direct", "forecast_hour": 12},
        "The last value is now from the warm hours. At which hours ahead is it best, and why there?",
    ),
}

# ---- windows and shapes ----------------------------------------------------------------------------------------------

HUNDRED = 100
"""Values of the series that is cut into windows."""

SHAPES_STORY = (
    "Here are the first 100 hours. A window of T values is the input, the K values after it are the target; then "
    "everything "
    "moves on by one step."
)


def window_lines(start: int, length: int, horizon: int) -> tuple[Line, list[Line]]:
    """The hundred hours, and one window with its target."""
    values = generated("hourly").values[:HUNDRED]
    places = np.arange(HUNDRED)
    inputs, targets = slice(start, start + length), slice(start + length, start + length + horizon)
    series = Line(say("series"), places, values, "share", 2)
    return series, [
        Line(say("window"), places[inputs], values[inputs], "state"),
        Line(say("target"), places[targets], values[targets], "candidate", 1),
    ]


def counting(length: int, horizon: int) -> str:
    """How many windows there are, as Markdown."""
    found = count(HUNDRED, length, horizon)
    formula = rf"$n - T - K + 1 = {HUNDRED} - {length} - {horizon} + 1 =$"
    told = say("{formula} **{count} windows**.", formula=formula, count=found)
    if horizon == 1:
        told += say(
            " A well-known tutorial's loop, `range(len(data) - T - 1)`, makes {count}: it stops one short and never "
            "uses the newest window.",
            count=count_one_short(HUNDRED, length),
        )
    return told


def shape_rows(found: Sequence[Shape]) -> dict[str, list[str]]:
    """Tensors and their shapes as a table."""
    return {
        "tensor": [shape.name for shape in found],
        "shape": [str(shape.shape) for shape in found],
        "axes": [say(shape.meaning) for shape in found],
    }


def shape_verdict(kind: str, off: float, *, sequences: bool, horizon: int) -> str:
    """What the shapes say, as Markdown."""
    if kind == "dense":
        return say(
            "A dense net has no time axis inside: the T places are T columns of one matrix. There is nothing to "
            "return a sequence of."
        )
    same = "0" if off == 0 else number(off, ".0e")
    told = say(
        "`output[:, -1]` and `h_n` are the same numbers (max |difference| {same}): the state after the last value. ",
        same=same,
    )
    if sequences:
        return told + say(
            "With the whole sequence the head speaks after **every** value: T × {horizon} numbers a window. A next "
            "recurrent layer needs this.",
            horizon=horizon,
        )
    return told + say(
        "Without it the head reads the last state alone: one forecast a window, all that this task asks for."
    )


def torch_lines(kind: str, length: int, horizon: int, hidden: int, *, sequences: bool) -> str:
    """The network in PyTorch and in Keras."""
    if kind == "dense":
        return (
            "# x (N, T), y (N, K)\n"
            f"hidden = nn.Linear({length}, {hidden})\n"
            f"head = nn.Linear({hidden}, {horizon})\n"
            "y = head(torch.relu(hidden(x)))\n"
        )
    read = "output" if sequences else "output[:, -1]"
    keras = {"RNN": "SimpleRNN"}.get(kind, kind)
    return (
        f"# x (N, T, 1), y ({'N, T, K' if sequences else 'N, K'})\n"
        f"layer = nn.{kind}(1, {hidden}, batch_first=True)\n"
        f"head = nn.Linear({hidden}, {horizon})\n"
        f"output, state = layer(x)\n"
        f"y = head({read})\n\n"
        f"# the same in Keras\n"
        f"{keras}({hidden}, return_sequences={sequences})\n"
        f"Dense({horizon})\n"
    )


SHAPES_NOTICE = (
    "**T does not appear in the recurrent net's weights**: move it and only the data change. The dense net has T "
    "columns, and "
    "must be trained anew. **`return_sequences` is a choice of what to read**, not another network: the layer has "
    "computed every "
    "state anyway."
)
SHAPES_TRIES: Attempts = {
    "The lecture's numbers": (
        {"forecast_length": 24, "forecast_horizon": 24, "forecast_start": 0},
        "100 hours, T = 24, K = 24: 53 windows. How many with K = 1?",
    ),
    "Return the whole sequence": (
        {"forecast_cell": "GRU", "forecast_sequences": True},
        "Which axis appears in `read` and `y`, and which tensors stay as they were?",
    ),
}

# ---- splits ----------------------------------------------------------------------------------------------------------

SPLITS_STORY = (
    "How good is a forecaster? Train on one part, test on another. A series has an order, so **the test must lie "
    "after the "
    "training**. `TimeSeriesSplit` does that several times over, on a growing past."
)
ORDERS = {"time": "in the order of time", "shuffled": "shuffled"}


@dataclass(frozen=True, eq=False)
class Split:
    """Folds with their words."""

    folds: list[Fold]
    title: str
    told: str


def split(found: list[Fold], gap: int, order: str) -> Split:
    """The folds that were asked for, in words."""
    if order == "shuffled":
        return Split(
            found,
            say("Shuffled: training all around"),
            say(
                "Each test sample has neighbours that were trained on. Windows that start one step apart share all "
                "values but two."
            ),
        )
    sizes = ", ".join(str(fold.train.size) for fold in found)
    values = {"sizes": sizes, "test": found[0].test.size, "gap": gap}
    told = (
        say("Train on {sizes} samples, test on the {test} that follow after a gap of {gap}.", **values)
        if gap
        else say("Train on {sizes} samples, test on the {test} that follow.", **values)
    )
    return Split(found, say("In time: the test comes last"), told)


LEAK_STORY = (
    "**What does shuffling do to a mark?** 60 days of the generated hours, windows of 24 with 24 to follow, five "
    "folds each way. "
    "“Nearest window” has no rule at all: it looks up the most similar window that it was trained on and repeats "
    "what followed."
)


def leak_rows(found: Mapping[str, Leak]) -> dict[str, list]:
    """Marks under both splits as a table."""
    return {
        "forecast": [say(name) for name in found],
        "in time": [leak.in_time for leak in found.values()],
        "shuffled": [leak.shuffled for leak in found.values()],
    }


def leak_verdict(found: Mapping[str, Leak]) -> str:
    """What shuffling does, as Markdown."""
    near, linear = found["nearest window"], found["linear"]
    in_time = "better" if near.in_time < linear.in_time else "worse"
    mixed = "better" if near.shuffled < linear.shuffled else "worse"
    return say(
        "Shuffled, the look-up seems off by {shuffled:.2f} °C, {mixed} than linear; in the order of time it is off by "
        "**{ordered:.2f} °C**, {in_time} than linear. The window that it found was the tested one, moved by "
        "an hour. A large "
        "network can do the same look-up, and only an honest split shows it.",
        shuffled=near.shuffled,
        mixed=say(mixed),
        ordered=near.in_time,
        in_time=say(in_time),
    )


SPLITS_NOTICE = (
    "**The leak flatters whoever can remember**, most of all the largest network. **A gap matters, too:** windows "
    "overlap, and the "
    "last windows before the test have targets inside it. With K steps to forecast, K − 1 windows belong to "
    "neither part."
)
SPLITS_TRIES: Attempts = {
    "The textbook's 12 samples": (
        {"forecast_samples": 12, "forecast_folds": 5, "forecast_gap": 0, "forecast_order": "time"},
        "Five folds train on 2, 4, 6, 8 and 10 samples, and each tests on the next 2.",
    ),
    "A hundred, shuffled": (
        {"forecast_samples": 100, "forecast_folds": 5, "forecast_gap": 0, "forecast_order": "shuffled"},
        "Find a test sample without a training sample beside it. How many are there?",
    ),
}

# ---- a month ahead ---------------------------------------------------------------------------------------------------

MONTH_STORY = (
    "A **generated** series that grows like the famous airline passengers: twelve years of months. Networks of 16 "
    "units learned "
    "from the first eight years and forecast one month ahead in the last four. “My LSTM's forecast looks great, it "
    "is just a "
    "little late”: **is it a forecast at all?**"
)
READS = {"1": "1 month", "12": "12 months"}
SCALES: dict[str, str] = dict(
    zip(SCALINGS, ("minus the past's mean", "minus its last value", "0 to 1 over all years"), strict=True)
)


def month_lines(found: MonthAhead) -> tuple[Line, list[Line]]:
    """The held-out months and what was said of each."""
    months = np.arange(CUTS["monthly"] + 1, CUTS["monthly"] + 1 + len(found.truth))
    names = [name for name in found.said if name != "season ago"]
    return line("truth", months, found.truth, "month", say("what came")), [
        line(n, months, found.said[n], "month") for n in names
    ]


def month_rows(found: MonthAhead) -> dict[str, list]:
    """How far each is off, and how far it is from the month before, as a table; the best first."""
    order = sorted(found.said, key=found.off)
    return {
        "forecast": [shown(name, "month") for name in order],
        "off": [found.off(name) for name in order],
        "from the month before": [found.off_shifted(name) for name in order],
    }


def month_verdict(kind: str, found: MonthAhead) -> str:
    """Whether a network only echoes, as Markdown."""
    off, last, echo, linear = found.off(kind), found.off("last value"), found.off_shifted(kind), found.off("linear")
    ratio = off / last - 1
    values = {"kind": say(kind), "off": off, "share": 100 * abs(ratio), "last": last}
    if abs(ratio) < 0.02:
        told = say(
            "**The {kind} is off by {off:.1f} thousand** (root of the mean square), the same as the last value's "
            "{last:.1f}. ",
            **values,
        )
    elif ratio > 0:
        told = say(
            "**The {kind} is off by {off:.1f} thousand** (root of the mean square), {share:.0f} % more than the last "
            "value's {last:.1f}. ",
            **values,
        )
    else:
        told = say(
            "**The {kind} is off by {off:.1f} thousand** (root of the mean square), {share:.0f} % less than the last "
            "value's {last:.1f}. ",
            **values,
        )
    if echo < 0.75 * off:
        told += say(
            "It lies only {echo:.1f} from the month *before*: the forecast is **the series, shifted by one**. "
            "Always draw the "
            "last value beside a forecast; without it this plot would look like a success. ",
            echo=echo,
        )
    elif off > 1.3 * last:
        told += say(
            "It was never shown such large numbers, and a squashed state cannot climb with them: it stays near the "
            "top of what it "
            "learned. "
        )
    else:
        told += say("It lies {echo:.1f} from the month before, so it does more than repeat it. ", echo=echo)
    if linear < off:
        told += say("Linear autoregression on the same window is off by {linear:.1f}, less.", linear=linear)
    return told


MONTH_NOTICE = (
    "**A number's scale matters more than the cell.** The same LSTM fails, echoes or forecasts, as its window is read "
    "minus the past's mean, from 0 to 1, or relative to its last value. One month relative to itself is always 0, so that "
    "network can only add a constant to the last value. **One month cannot hold a season:** with twelve months linear "
    "autoregression sees last year, and beats every network here. And “0 to 1 over all years” looked at the held-out years "
    "to find their largest value: that is a leak."
)
MONTH_TRIES: Attempts = {
    "The famous recipe": (
        {"forecast_month_kind": "LSTM", "forecast_reads": "1", "forecast_scale": "range"},
        (
            "One month in, one out, all years scaled to 0 to 1. Cover the line “last value” with a finger: would you "
            "publish it?"
        ),
    ),
    "Twelve months, anchored": (
        {"forecast_month_kind": "LSTM", "forecast_reads": "12", "forecast_scale": "window"},
        "Now it sees a season and reads relative to the last value. Who is still better?",
    ),
}

# ---- your series -----------------------------------------------------------------------------------------------------

OWN_STORY = (
    "**Bring a file:** one number a line, or a CSV with a column of numbers and, if you like, one of dates (at "
    "most 5 MB, 100,000 "
    "rows). It stays in this session. Until then you see the generated months. The last fifth is held out; "
    "everybody, the "
    "network too, learns from the rest alone."
)
LIVE_UPDATES = 600
LIVE_HIDDEN = 16
LIVE_BATCH = 64


def series_of(name: str, column: Column) -> Series:
    """A visitor's column as a series; its season is found, not asked."""
    return Series(name, "", "step", season_of(column.values), column.values.copy(), column.moments)


def fitting_sizes(series: Series) -> tuple[int, int]:
    """T and K at first, and the most that either may be: a season, or an eighth of a short series.

    Raises:
        ValueError: The series is too short.
    """
    most = longest_window(len(series.values))
    return min(most, series.season if series.season > 3 else 24), most


def live_recipe(kind: str, length: int, horizon: int, scaling: str, seed: int) -> Recipe:
    """A training in the page: at most about ten seconds."""
    return Recipe(kind, "direct", length, horizon, LIVE_HIDDEN, scaling, LIVE_BATCH, 1e-2, LIVE_UPDATES, seed)


def told_of(series: Series, remarks: Sequence[str]) -> str:
    """What was read, as Markdown; names of a visitor as plain code."""
    title = series.title.replace("`", "ˋ")
    values = {"title": title, "count": len(series.values), "season": series.season}
    listed = "".join(f"\n- {remark.replace('`', 'ˋ')}" for remark in remarks)
    told = (
        say("`{title}`: {count:,} values, with a season of {season} steps.", **values)
        if series.season > 1
        else say("`{title}`: {count:,} values, without a season that shows.", **values)
    )
    return told + listed


def own_lines(said: Mapping[str, Array], values: Array, step: str, length: int) -> tuple[Line, list[Line]]:
    """The end of a series and what is said of what follows."""
    horizon = len(next(iter(said.values())))
    seen = min(len(values), max(2 * length, 3 * horizon))
    return (
        line("truth", np.arange(-seen + 1, 1), values[-seen:], step, say("series")),
        [line(name, np.arange(1, horizon + 1), forecast, step) for name, forecast in said.items()],
    )


def backtest_lines(places: Places, said: Mapping[str, Array], series: Series) -> tuple[Line, list[Line]]:
    """Held-out steps and what was said of each, some steps before; counted from 0 where the steps have dates."""
    x = np.arange(len(places)) if series.moments else places + 1
    came = line("truth", x, series.values[places], series.step, say("what came"))
    return came, [line(name, x, forecast, series.step) for name, forecast in said.items()]


def dates(places: Places, series: Series) -> list[str]:
    """What the steps of a backtest are called; [] where they are just counted."""
    return [series.moments[int(place)] for place in places] if series.moments else []


def own_horizon_lines(errors: Mapping[str, Errors], step: str) -> list[Line]:
    """Mean |error| by steps ahead."""
    return [line(name, np.arange(1, len(e.absolute) + 1), e.absolute, step) for name, e in errors.items()]


def own_verdict(errors: Mapping[str, Errors], step: str) -> str:
    """Who is best on the held-out fifth, as Markdown; a network is compared with the best that needs none."""
    mean = {name: float(error.absolute.mean()) for name, error in errors.items()}
    simple = min((name for name in mean if name not in KINDS), key=mean.__getitem__)
    nets = [name for name in mean if name in KINDS]
    told = say(
        "Without a network the best is **{name}**: off by {off:.4g} in the mean over all steps ahead.",
        name=shown(simple, step), off=mean[simple],
    )  # fmt: skip
    if not nets:
        return told + say(" Train a network, and see whether it earns its keep.")
    net = min(nets, key=mean.__getitem__)
    share = 100 * (1 - mean[net] / mean[simple])
    values = {"net": say(net), "off": mean[net], "share": abs(share)}
    if share > 1:
        return say("**The {net} wins**: off by {off:.4g}, {share:.0f} % less. ", **values) + told
    if share < -1:
        return say("**The {net} does not earn its keep**: off by {off:.4g}, {share:.0f} % more. ", **values) + told
    return say("**A draw**: the {net} is off by {off:.4g}. ", **values) + told


def live(recipe: Recipe, step: int, losses: Array) -> str:
    """How far a training is, by the losses of its updates so far, (N,)."""
    told = say(
        "{kind}, seed {seed}: update {step:,} of {updates:,}",
        kind=say(recipe.kind), seed=recipe.seed, step=step, updates=recipe.updates,
    )  # fmt: skip
    return told + (say(", error {error:.4f}", error=float(losses[-50:].mean())) if len(losses) else "")


def too_short(steps: int) -> str:
    """A sentence for a series that is too short."""
    return say(
        "This series has {steps:,} values, and {least} or more are wanted, as a fifth of it is held out.",
        steps=steps, least=SHORTEST,
    )  # fmt: skip


def complaint(wrong: Exception, kept: str) -> str:
    """What is wrong with a file and what stays in view, as Markdown; the file's own letters are no Markup."""
    told = "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+!|$~:" else letter for letter in say(wrong).strip("'\""))
    return say(
        "**That file cannot be used:** {told}. What you see still shows `{kept}`.",
        told=told, kept=kept.replace("`", "ˋ"),
    )  # fmt: skip


OWN_NOTICE = (
    "**Look at the backtest before you believe the forecast.** If the network's line is the truth's, one step "
    "late, it echoes. **On "
    "a few hundred numbers linear autoregression is hard to beat**: it has T + 1 weights a step ahead, and its "
    "best ones are known "
    "without any training. A network needs data; it pays where there are many, and where the past decides in more "
    "than straight lines."
)
OWN_TRIES: Attempts = {
    "Read it as it is": (
        {"forecast_own_scale": "past"},
        (
            "The generated months grow. Train the same network again, reading minus the past's mean: where does its "
            "backtest stay behind?"
        ),
    ),
    "One season is not enough": (
        {"forecast_own_length": YEAR // 3},
        "With a window of four months nobody sees last year. Which forecasts lose by it?",
    ),
}
