"""Trainings as the training lab shows them: running, shipped or loaded ones alike, as curves, answers and tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from models.history import Series
from models.job import Job
from models.probe import Seen
from models.record import Record
from models.run import Run
from models.shipped import Kept
from models.sweep import Line as Swept
from models.tasks import TASKS, Marks, Measure
from models.training import Snapshot
from playground import lab
from playground.figures import Curve as Figured
from playground.figures import Place
from playground.language import number, say
from playground.live import Chart, Curve, Level, Line, Mark
from playground.player import Numbers, Token, Track, Words
from playground.tables import csv_of

POINTS = 400
"""Points of a curve that are drawn."""

ROLES = {"RNN": "candidate", "LSTM": "memory", "GRU": "keep"}
"""The colours of the cells, where each is another cell; as on the page on remedies."""

_IN_ORDER = ("candidate", "keep", "memory")  # where all are the same cell
_MEANS = 60  # stretches of the axis over which a mean is taken
_LONGEST_PLAYER = 60


@dataclass(frozen=True, eq=False)
class Course:
    """One training.

    Attributes:
        label: its name beside the others.
        run: what is or was trained.
        snapshots: with weights, in order.
        series: every update.
        steps, accuracies: of all snapshots, those included whose weights were not kept.
        state: as of `models.job.Job`.
        sentence: what a visitor should know about the state.
    """

    label: str
    run: Run
    snapshots: tuple[Snapshot, ...]
    series: Series
    steps: NDArray[np.int64]
    accuracies: NDArray[np.float64]
    state: str = "done"
    sentence: str = ""

    @property
    def name(self) -> str:
        """Its label in the visitor's language."""
        return say(self.label)

    def at(self, update: int | None) -> Snapshot | None:
        """The last snapshot at or before an update; the newest one without an update; None before the first."""
        if update is None or not self.snapshots:
            return self.snapshots[-1] if self.snapshots else None
        return next((s for s in reversed(self.snapshots) if s.step <= update), self.snapshots[0])


def of_kept(label: str, kept: Kept) -> Course:
    """One that ships."""
    record = kept.record
    return Course(label, record.run, record.snapshots, record.series, kept.steps, kept.accuracies, *_end(record))


def of_record(label: str, record: Record) -> Course:
    """One that a visitor has loaded."""
    return Course(label, record.run, record.snapshots, record.series, *_measured(record.snapshots), *_end(record))


def of_job(label: str, job: Job) -> Course:
    """One that runs in another process, as of now."""
    snapshots = job.snapshots
    return Course(label, job.run, snapshots, job.series, *_measured(snapshots), job.state, job.sentence)


def _measured(snapshots: Sequence[Snapshot]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return np.array([s.step for s in snapshots], dtype=np.int64), np.array([s.accuracy for s in snapshots])


def _end(record: Record) -> tuple[str, str]:
    last = record.snapshots[-1]
    if last.broken:
        return "broken", say("After {step:,} updates the loss or its gradient is no longer a number.", step=last.step)
    return ("done" if last.step == record.run.steps else "stopped"), ""


def lines(courses: Sequence[Course]) -> list[Line]:
    """Colour and dashes of each."""
    return [Line(course.name, role, k) for k, (course, role) in enumerate(zip(courses, roles(courses), strict=True))]


def roles(courses: Sequence[Course]) -> list[str]:
    """The colour of each: that of its cell, where each has another one."""
    cells = [course.run.cell for course in courses]
    return [ROLES[c] for c in cells] if len(set(cells)) == len(cells) else list(_IN_ORDER[: len(cells)])


def reach(courses: Sequence[Course]) -> int:
    """Where the axis of updates ends."""
    return max(1, *(course.run.steps for course in courses))


def charts(courses: Sequence[Course]) -> list[Chart]:
    """Loss, accuracy, gradient norm and clipped share over updates."""
    run = courses[0].run
    task, window = TASKS[run.task], max(1, reach(courses) // _MEANS)
    known = {"window": window, "unit": say(task.loss_name)}
    loss_title, norm_title = (
        (
            say("Loss, mean of the last {window}: {unit}", **known),
            say("Norm of the gradient before clipping, mean of the last {window}", **known),
        )
        if window > 1
        else (
            say("Loss, of each batch: {unit}", **known),
            say("Norm of the gradient before clipping, of each batch"),
        )
    )
    usual = all(course.run.lengths == task.lengths for course in courses)
    # What others score holds at the usual lengths.
    chance, baselines = _others(run.task) if usual else (Marks(math.nan, math.nan), {})
    guessed = _chance_at(run.task, run.lengths[1]).accuracy
    clips = sorted({course.run.clip for course in courses if course.run.clip is not None})
    losses, norms, clipped, accuracies = [], [], [], []
    for course in courses:
        whole, thin = course.series, course.series.thinned(POINTS)
        losses += _raw_and_mean(course.name, whole.steps, whole.losses, thin.steps, thin.losses, window)
        norms += _raw_and_mean(course.name, whole.steps, whole.gradient_norms, thin.steps, thin.gradient_norms, window)
        clipped.append(Curve(course.name, thin.steps, thin.clipped))
        accuracies.append(Curve(course.name, course.steps, course.accuracies, dots=True))
    return [
        Chart(say("loss"), loss_title, tuple(losses),
              _levels({"chance": chance.loss} | _to_beat(baselines), ".3g"),
              log=True, alt=_alt("Loss", courses)),
        Chart(say("accuracy"), say("Accuracy on held-out sequences: {score}", score=say(task.score)), tuple(accuracies),
              _levels({"chance": guessed} | {name: marks.accuracy for name, marks in baselines.items()}
                      | {"perfect": task.perfect.accuracy}, ".0%"),
              span=(0, 1.04), percent=True, alt=_alt("Accuracy", courses)),
        Chart(say("gradient norm"), norm_title, tuple(norms),
              tuple(Level(say("clipped at {clip:g}", clip=clip), clip) for clip in clips), log=True,
              alt=_alt("Gradient norm", courses)),
        Chart(say("clipped"), say("Share of the last 100 updates whose gradient was clipped"), tuple(clipped), span=(0, 1.04),
              percent=True, alt=_alt("Clipped share", courses)),
    ]  # fmt: skip


@cache
def _others(task: str) -> tuple[Marks, Mapping[str, Marks]]:
    """What chance scores on a task, and its baselines: worked out once, for curves are drawn several times a second."""
    return TASKS[task].chance(), TASKS[task].baselines()


@lru_cache(maxsize=256)
def _chance_at(task: str, length: int) -> Marks:
    return TASKS[task].chance_at(length)


def _to_beat(baselines: Mapping[str, Marks]) -> dict[str, float]:
    """The lowest loss of a baseline that a log axis can show; more lines than that would hide the curves."""
    shown = {name: marks.loss for name, marks in baselines.items() if 0 < marks.loss < math.inf}
    return dict([min(shown.items(), key=lambda item: item[1])]) if shown else {}


def _levels(known: Mapping[str, float], form: str) -> tuple[Level, ...]:
    """What others score, as lines: who scores the same shares one, and who is perfect needs no number."""
    names: dict[float, list[str]] = {}
    for name, value in known.items():
        if math.isfinite(value):
            names.setdefault(value, []).append(name)
    return tuple(
        Level(" · ".join(map(say, who)) + ("" if "perfect" in who else f" {number(value, form)}"), value)
        for value, who in names.items()
    )


def marks(courses: Sequence[Course]) -> list[Mark]:
    """Where the learning rate was changed."""
    runs, labels = [course.run for course in courses], [course.name for course in courses]
    return [Mark(step, text) for step, text in lab.rate_changes(runs, labels)]


def trailing_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean of the last `window` values up to each, of fewer at the beginning, (N,)."""
    ends = np.arange(1, len(values) + 1)
    begins = np.maximum(ends - window, 0)
    finite = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    holes = np.concatenate([[0], np.cumsum(~finite)])
    means = (sums[ends] - sums[begins]) / (ends - begins)
    return np.where(holes[ends] > holes[begins], np.nan, np.maximum(means, 0.0))


def _raw_and_mean(
    label: str, steps: NDArray, values: NDArray, thin_steps: NDArray, thin_values: NDArray, window: int
) -> list[Curve]:
    if window == 1 or not len(values):
        return [Curve(label, thin_steps, thin_values)]
    means = trailing_mean(values, window)
    stride = max(1, window // 3)
    places = np.unique([*range(window - 1, len(values), stride), len(values) - 1])
    return [Curve(label, thin_steps, thin_values, pale=True), Curve(label, steps[places], means[places])]


def _alt(what: str, courses: Sequence[Course]) -> str:
    return say(
        "{what} over updates of {names}; the numbers stand in the table above",
        what=say(what),
        names=", ".join(course.name for course in courses),
    )


# ---- looking inside --------------------------------------------------------------------------------------------------


def track(course: Course, snapshot: Snapshot, seen: Seen) -> Track:
    """A network on the probe sequence, with what it says at each step."""
    title = say("{network} after {updates:,} updates", network=course.name, updates=snapshot.step)
    if seen.answers:
        answers = [[_answer(course.run.task, answer) for answer in row] for row in seen.answers]
        return Track(title, seen.trace, Words("its answer here", answers, seen.values, continues=False))
    return Track(title, seen.trace, Numbers("its answer here", seen.values))


_IN_WORDS = ("parity", "counting", "persons", "persons_both_ways", "reviews")
"""The tasks whose answers are words of ours, and not of a language that the network reads."""


def _answer(task: str, answer: str) -> str:
    return say(answer) if task in _IN_WORDS else answer


def tokens(seen: Seen, task: str) -> list[Token]:
    """The steps of the probe sequence of a task; below each the right answer, where one is asked for."""
    example = seen.example
    return [
        Token(text, f"→ {_answer(task, target)}" if target else "")
        for text, target in zip(example.tokens, example.targets, strict=True)
    ]


def probe_length(run: Run) -> int:
    """The length that a first-time visitor sees: the longest trained one, if the player can hold it well."""
    return max(TASKS[run.task].shortest, min(run.lengths[1], _LONGEST_PLAYER))


def numbers(course: Course, snapshot: Snapshot, measures: Sequence[Measure] = ()) -> str:
    """Loss, accuracy and gradient norm of a snapshot, and what else its task measures, in a line."""
    told = say(
        "**{network}** after {updates:,} updates: loss {loss:.4g}, accuracy {accuracy:.1%}, gradient norm {norm:.3g}",
        network=course.name,
        updates=snapshot.step,
        loss=snapshot.loss,
        accuracy=snapshot.accuracy,
        norm=snapshot.gradient_norm,
    )
    return ", ".join([told, *(str(replace(measure, name=say(measure.name))) for measure in measures)])


# ---- longer sequences ------------------------------------------------------------------------------------------------


def by_length(courses: Sequence[Course], found: Sequence[dict[int, float]]) -> list[Figured]:
    """Accuracy against length, one curve for each network."""
    return [
        Figured(course.name, list(shares), list(shares.values()), role, dash=k, dots=True)
        for k, (course, role, shares) in enumerate(zip(courses, roles(courses), found, strict=True))
    ]


def trained(run: Run) -> list[Place]:
    """What to mark: chance, and the longest sequence of the training."""
    chance = _chance_at(run.task, run.lengths[1]).accuracy
    return [
        Place(say("chance {share:.0%}", share=chance), y=chance),
        Place(say("trained up to {length}", length=run.lengths[1]), x=run.lengths[1]),
    ]


def swept(found: Sequence[Swept]) -> list[Figured]:
    """Accuracy against length over seeds: the median, and a band from the lowest to the highest."""
    cells = list(dict.fromkeys(line.cell for line in found))
    alone = len(cells) == len(found)
    return [
        Figured(
            f"{say(line.label)} ({len(line.shares)})" if len(found) < 4 else say(line.label),
            line.lengths,
            np.median(line.shares, 0),
            ROLES[line.cell] if alone or len(cells) > 1 else _IN_ORDER[k % 3],
            dash=(0 if alone else k // len(cells) if len(cells) > 1 else k) % 4,
            band=(line.shares.min(0), line.shares.max(0)),
            dots=True,
        )
        for k, line in enumerate(found)
    ]


# ---- tables ----------------------------------------------------------------------------------------------------------


def as_csv(courses: Sequence[Course]) -> str:
    """Every update of every network: its name, the update, loss, gradient norm and share clipped; accuracy where measured."""
    return csv_of(("network", "updates", "loss", "gradient_norm", "clipped", "accuracy"), _rows(courses))


def _rows(courses: Sequence[Course]) -> Iterator[tuple[object, ...]]:
    for course in courses:
        accuracy = dict(zip(course.steps.tolist(), course.accuracies.tolist(), strict=True))
        series = course.series
        for step, loss, norm, clipped in zip(
            series.steps.tolist(), series.losses.tolist(), series.gradient_norms.tolist(), series.clipped.tolist(),
            strict=True,
        ):  # fmt: skip
            yield course.label, step, loss, norm, clipped, accuracy.get(step)
