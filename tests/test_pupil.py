"""Assignments of pages: in another process they give what they give here, to the last bit, and nobody is left behind."""

import math
import pickle
import queue
import re
import time
from dataclasses import dataclass, fields, is_dataclass, replace
from unittest.mock import ANY

import numpy as np
import pytest

from models import forecasting, own_reviews, own_series, own_tags, own_text, tagging, translators
from models.limits import LIMITS
from models.loaders.columns import Corpus, Sentence
from models.messages import Order, Report, Teach
from models.pupil import learn
from models.run import Run
from models.series import generated
from models.tasks import entities
from models.worker import Worker
from models.workers import Workers

PATIENCE = 90.0  # seconds until a test gives up; none of them measures time

FILE = Corpus(tuple(Sentence(one.words, one.tags) for one in entities.held_out()[:40]), entities=True, remarks=())
REVIEWS = own_reviews.example(60)
TEXT = own_text.Corpus.of("the pear and the plum are in the bowl. " * 40, letters=True)

ASSIGNMENTS = {
    "series": own_series.Assignment(
        forecasting.Recipe("LSTM", "direct", 12, 6, hidden=4, batch=8, updates=25), generated("monthly").values
    ),
    "text": own_text.Assignment(own_text.TextRecipe("GRU", 6, 4, batch=2, length=16, updates=25), TEXT),
    "reviews": own_reviews.Assignment(REVIEWS.texts, REVIEWS.labels, own_reviews.Recipe(hidden=4, updates=25)),
    "tags": own_tags.Assignment(tagging.Recipe("characters", batch=4, updates=8, hide=0.1), own_tags.Split.of(FILE)),
    "dates": translators.Assignment(translators.Recipe(attention=True, hidden=8, batch=8, updates=60)),
}


LONG = own_text.Assignment(replace(ASSIGNMENTS["text"].recipe, updates=LIMITS.updates), TEXT)
LARGE = replace(LONG, corpus=own_text.Corpus.of("the pear and the plum are in the bowl. " * 12_000, letters=True))


@dataclass(frozen=True)
class Endless:
    """Something to learn that never ends by itself and takes no time: for a worker in this process."""

    updates: int = LIMITS.updates
    breaks_at: int = -1
    raises_at: int = -1

    def begin(self):
        return EndlessPupil(self)


class EndlessPupil:
    def __init__(self, assignment):
        self.assignment, self.step, self.loss, self.looks = assignment, 0, math.nan, []

    @property
    def done(self):
        return self.step >= self.assignment.updates

    def update(self):
        if self.step == self.assignment.raises_at:
            raise ValueError("the cat sat on the keyboard")
        self.step += 1
        self.loss = math.inf if self.step == self.assignment.breaks_at else 1 / self.step
        time.sleep(0.001)

    def look(self, *, last):
        self.looks.append(self.step)
        return tuple(self.looks), last


def wait_for(condition):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.01)
    return pytest.fail("this did not happen in time")


def plain(value):
    """A picture as values that compare: an array by its bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


@pytest.fixture(scope="module")
def shared():
    with Workers(2, lease=math.inf) as workers:
        yield workers


@pytest.fixture
def workers(shared):
    yield shared
    for owner in ("Ada", "Bob"):
        shared.stop_all(owner)


def held(assignment, *, seconds=math.inf):
    """A worker in this process that holds an assignment, number 0, and a paused one that keeps it from waiting for ever."""
    reports, orders = [], queue.SimpleQueue()
    orders.put(Teach(9, pickle.dumps(Endless()), paused=True, seconds=math.inf))
    orders.put(Teach(0, pickle.dumps(assignment), paused=False, seconds=seconds))
    return Worker(orders, reports.append), orders, reports


def of_first(reports):
    return [report for report in reports if isinstance(report, Report) and report.job == 0]


def to_the_end(worker, reports):
    while not of_first(reports) or of_first(reports)[-1].state == "running":
        worker.turn()
    return of_first(reports)[-1]


# ---- one assignment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_in_another_process_an_assignment_gives_what_it_gives_here_to_the_last_bit(name, workers):
    assignment = ASSIGNMENTS[name]
    homework = workers.teach(assignment, "Ada")
    wait_for(lambda: homework.over)
    assert (homework.state, homework.sentence) == ("done", "")
    assert homework.updates == homework.planned == assignment.updates
    assert plain(homework.picture) == plain(learn(assignment))
    pupil, losses = assignment.begin(), []
    while not pupil.done:
        pupil.update()
        losses.append(pupil.loss)
    assert homework.losses.tolist() == losses


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_looking_changes_nothing_that_follows(name):
    assignment = ASSIGNMENTS[name]
    pupil = assignment.begin()
    pictures = [pupil.look(last=False)]
    before = plain(pictures[0])
    while not pupil.done:
        pupil.update()
        pictures.append(pupil.look(last=False))
    assert plain(pupil.look(last=True)) == plain(learn(assignment))
    assert plain(pictures[0]) == before, "a picture is of its moment"


def test_a_picture_of_a_series_is_the_network_and_its_errors():
    assignment = ASSIGNMENTS["series"]
    picture = learn(assignment)
    model = forecasting.fit(assignment.recipe, assignment.backtest.past)
    windows = assignment.values[None, :12]
    assert np.array_equal(assignment.model(picture).forecast(windows), model.forecast(windows))
    assert plain(picture.errors) == plain(assignment.backtest.errors({"": model.forecast})[""])


def test_a_picture_of_a_text_has_a_look_every_twentieth_and_the_last_one_at_everything():
    picture = learn(ASSIGNMENTS["text"])
    assert list(picture.measured) == list(range(26))
    assert picture.wrote
    fitting = own_text.Fitting(ASSIGNMENTS["text"].recipe, TEXT)
    assert picture.measured[0] == fitting.held_out()
    while not fitting.done:
        fitting.update()
    assert picture.measured[25] == fitting.held_out()


def test_a_text_is_sent_without_what_was_counted_on_it():
    corpus = own_text.Corpus.of("the pear and the plum are in the bowl. " * 40, letters=True)
    before = len(pickle.dumps(corpus))
    counted = corpus.counted(5)
    assert len(pickle.dumps(corpus)) == before
    assert pickle.loads(pickle.dumps(corpus)).counted(5) == counted  # noqa: S301 - our own


def test_a_picture_of_dates_is_measured_every_fifty_updates_and_at_the_end():
    picture = learn(ASSIGNMENTS["dates"])
    assert list(picture.curve) == [0, 50, 60]
    assert picture.loss == picture.loss


def test_marks_of_a_file_are_those_of_the_tagger():
    assignment = ASSIGNMENTS["tags"]
    split = assignment.split
    pupil = assignment.begin()
    assert pupil.look(last=False).marks is None
    while not pupil.done:
        pupil.update()
    said = tagging.says(pupil.model, split.held)[0]
    expected = tagging.marks(split.held, split.held_tags, [tagging.as_said(tags) for tags in said], split.known)
    assert pupil.look(last=True).marks == expected
    assert set(split.baselines()) == {"always O", "most frequent tag"}


# ---- how it goes on --------------------------------------------------------------------------------------------------


def test_it_is_seen_while_it_learns_and_ends_with_a_last_picture(workers):
    homework = workers.teach(LONG, "Ada")
    first = wait_for(lambda: homework.picture)
    wait_for(lambda: homework.picture.step > first.step)
    assert homework.state == "running"
    assert wait_for(lambda: homework.updates_per_second) > 0
    assert list(homework.picture.measured) == [0], "the next is due after 1,000 updates"
    homework.finish()
    wait_for(lambda: homework.over)
    assert (homework.state, homework.sentence) == ("stopped", "Stopped.")
    picture, step = homework.picture, homework.updates
    assert step == picture.step == len(homework.losses) < 1000
    assert list(picture.measured) == [0, step]
    homework.finish()
    assert homework.picture is picture
    pupil = LONG.begin()
    for _ in range(step):
        pupil.update()
    assert plain(pupil.look(last=True)) == plain(picture)


def test_it_pauses_steps_and_goes_on(workers):
    homework = workers.teach(LONG, "Ada", paused=True)
    wait_for(lambda: homework.state == "paused")
    assert homework.picture.step == 0
    homework.step()
    wait_for(lambda: homework.updates == 1)
    assert homework.picture.step == 1
    homework.resume()
    wait_for(lambda: homework.updates > 1)
    homework.stop()
    assert (homework.state, homework.sentence) == ("stopped", "Stopped.")


def test_finishing_before_it_began_ends_it():
    with Workers(1, limits=replace(LIMITS, runs=1), lease=math.inf) as workers:
        workers.teach(LONG, "Ada")
        waiting = workers.teach(LONG, "Ada")
        waiting.finish()
        assert waiting.state == "stopped"
        assert waiting.picture is None


def test_runs_of_the_lab_and_assignments_take_turns():
    worker, orders, reports = held(Endless())
    orders.put(Teach(1, pickle.dumps(Endless()), paused=False, seconds=math.inf))
    for _ in range(5):
        worker.turn()
    assert [report.job for report in reports] == [9, 0, 1, 0, 1, 0, 1, 0]


def test_a_lab_run_beside_it_is_not_changed(workers):
    run = Run("latch", hidden=4, batch=4, steps=40, every=40, lengths=(5, 9))
    alone = workers.start(run, "Ada")
    wait_for(lambda: alone.over)
    workers.teach(LONG, "Ada")
    workers.teach(LONG, "Bob")
    beside = workers.start(run, "Ada")
    wait_for(lambda: beside.over)
    assert np.array_equal(beside.series.losses, alone.series.losses)


def test_pictures_come_a_few_times_a_second_and_losses_with_every_report():
    worker, orders, reports = held(Endless())
    while len(pictures := [report for report in of_first(reports) if report.picture is not None]) < 4:
        worker.turn()
    orders.put(Order(0, "finish"))
    worker.turn()
    *running, last = of_first(reports)
    assert len(pictures) < len(running)
    assert running[0].picture == ((0,), False)
    assert last.picture == (ANY, True)
    losses = np.concatenate([report.losses for report in of_first(reports)])
    assert np.array_equal(losses, 1 / np.arange(1, len(losses) + 1))


def test_a_loss_that_is_no_number_ends_it_with_a_sentence_and_the_last_good_picture():
    worker, _, reports = held(Endless(breaks_at=300))
    last = to_the_end(worker, reports)
    assert last.state == "broken"
    assert last.sentence == "After 300 updates the loss is no longer a number: no update can follow."
    assert last.picture is None
    assert last.updates == 300


def test_an_error_ends_it_with_a_sentence_and_the_others_go_on():
    worker, orders, reports = held(Endless(raises_at=0))
    orders.put(Teach(1, pickle.dumps(Endless()), paused=False, seconds=math.inf))
    orders.put(Teach(2, b"no assignment", paused=False, seconds=math.inf))
    for _ in range(3):
        worker.turn()
    ends = {report.job: report for report in reports if report.state == "failed"}
    assert ends[0].sentence == "The training ended with an error: the cat sat on the keyboard"
    assert set(ends) == {0, 2}
    assert reports[-1].job == 1
    assert reports[-1].updates > 0


def test_what_takes_too_long_is_stopped_with_a_sentence_and_measured():
    worker, _, reports = held(Endless(), seconds=0.2)
    last = to_the_end(worker, reports)
    assert last.state == "stopped"
    assert last.sentence.startswith(f"Stopped after {last.updates:,} updates: it took 0 seconds of computing")
    assert last.picture == (ANY, True)


def test_an_assignment_without_updates_is_done_at_once():
    worker, _, reports = held(Endless(updates=0))
    worker.turn()
    assert [(report.state, report.picture) for report in of_first(reports)] == [("done", ((0,), True))]


# ---- limits, leaving -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"updates": 100}, "20,000 updates are too many for this server: at most 100."),
        ({"assignment_bytes": 10_000}, "bytes to learn from are too many for this server: at most 10,000."),
    ],
)
def test_what_is_too_large_is_refused_before_anything_starts(limits, sentence):
    with Workers(1, limits=replace(LIMITS, **limits)) as workers:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            workers.teach(LONG, "Ada")
        assert workers.processes == ()


def test_the_longest_text_of_a_page_fits_into_the_limits():
    assert len(LARGE.corpus.past) > 400_000
    LIMITS.check_assignment(LARGE.updates, len(pickle.dumps(LARGE)))


def test_nobody_waits_while_megabytes_are_sent_to_a_process_that_still_starts():
    with Workers(1, lease=math.inf) as workers:
        homework = [workers.teach(LARGE, owner) for owner in ("Ada", "Bob")]
        assert {each.state for each in homework} == {"waiting"}, "the process has read nothing yet"
        assert homework[0].sentence == "A training process is starting, which takes a few seconds."
        wait_for(lambda: all(each.updates > 0 for each in homework))


def test_closing_while_megabytes_are_sent_ends_everything():
    with Workers(1, lease=math.inf) as workers:
        homework = workers.teach(LARGE, "Ada")
    assert homework.state == "stopped"


def test_who_has_left_learns_no_more():
    with Workers(1, lease=1.0) as workers:
        homework = workers.teach(LONG, "Ada")
        wait_for(lambda: homework.over)
        assert (homework.state, homework.sentence) == ("stopped", "Stopped: nobody has looked at it for 1 seconds.")
