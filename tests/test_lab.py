"""The training lab in words: settings as runs and back, what cannot be trained, what is said."""

from dataclasses import fields, replace

import numpy as np
import pytest

from models import link, shipped
from models.fairness import parameters
from models.limits import LIMITS
from models.presets import PRESETS, RECIPES
from models.run import Run
from models.tasks import TASKS
from playground import lab, lab_courses
from playground.lab import OWN, Settings, plan, settings_of


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_untouched_is_trained_as_it_is(preset):
    found = plan(Settings(preset))
    assert (found.runs, found.labels) == (PRESETS[preset].runs, PRESETS[preset].labels)
    assert found.ignored == ""


def test_every_preset_is_in_the_menu_and_the_worked_example_comes_first():
    assert set(lab.MENU) == {*PRESETS, OWN}
    assert next(iter(lab.MENU)) == Settings().preset == shipped.SHIPPED[0]
    assert len(set(lab.MENU.values())) == len(lab.MENU)


@pytest.mark.parametrize(("task", "cell"), RECIPES)
def test_settings_run_and_link_are_one_thing(task, cell):
    run = replace(RECIPES[task, cell], hidden=12, batch=5, learning_rate=0.003, clip=None, seed=7, steps=11)
    run = replace(run, rates=((3, 0.1), (7, 1e-5)), inputs=7 if TASKS[task].embeds else run.inputs)
    assert plan(settings_of(run)).runs == (run,)
    assert link.run_of(link.parameters(run)) == run
    assert plan(settings_of(RECIPES[task, cell])).runs == (RECIPES[task, cell],)


def test_every_setting_reaches_the_run():
    settings = Settings(
        OWN, "parity", ("RNN",), seed=3, hidden=5, layers=2, shortest=4, longest=9, batch=6, steps=50,
        learning_rate=0.1, clipping="on", clip=2.5, weight_decay=0.01, gain=1.1, every=5, decay="none",
        optimizer="sgd", start="identity", nonlinearity="relu", rates="10:0.02",
    )  # fmt: skip
    assert plan(settings).runs == (
        Run("parity", "RNN", 5, batch=6, learning_rate=0.1, decay="none", steps=50, clip=2.5, seed=3, every=5, layers=2,
            lengths=(4, 9), optimizer="sgd", weight_decay=0.01, start="identity", gain=1.1, nonlinearity="relu",
            rates=((10, 0.02),)),
    )  # fmt: skip


def test_every_field_of_a_run_can_be_set_so_that_a_link_holds_all_of_it():
    """A field that is added to `Run` fails here until the page has a place for it."""
    asked = {field.name for field in fields(Settings)} | {"cell", "lengths"}  # of `cells`, `shortest` and `longest`
    assert {field.name for field in fields(Run)} <= asked


def test_what_is_typed_holds_for_all_cells_as_far_as_it_fits_them():
    rnn, _, lstm = plan(Settings(OWN, "parity", keep_bias=2.0, start="identity", nonlinearity="relu")).runs
    assert (rnn.keep_bias, rnn.start, rnn.nonlinearity) == (0.0, "identity", "relu")
    assert (lstm.keep_bias, lstm.start, lstm.nonlinearity) == (2.0, "default", "tanh")


def test_what_a_preset_compares_is_left_as_it_is_and_said():
    found = plan(Settings("learning_rate", learning_rate=0.5, hidden=8))
    assert [run.learning_rate for run in found.runs] == [1e-4, 1e-2, 1.0]
    assert {run.hidden for run in found.runs} == {8}
    assert "compares learning rate" in found.ignored


def test_each_network_can_change_its_learning_rate_elsewhere_and_all_of_them_at_once():
    settings = Settings("latch_solved", rates="150:0.01 / 170:0.01, 900:0.1 / ")
    runs = plan(settings).runs
    assert [run.rates for run in runs] == [((150, 0.01),), ((170, 0.01), (900, 0.1)), ()]
    assert plan(replace(settings, rates=lab.rates_text([run.rates for run in runs]))).runs == runs
    # The first run is over by then.
    assert [run.rates for run in plan(replace(settings, rates="900:0.1")).runs] == [(), ((900, 0.1),), ((900, 0.1),)]
    assert lab.rates_text([((900, 0.1),)] * 3) == "900:0.1"


def test_where_a_task_decides_what_is_read_a_size_of_vectors_is_left_alone_and_said():
    found = plan(Settings(inputs=7))
    assert {run.inputs for run in found.runs} == {2}
    assert "This task has no words: it has 2 numbers at a step" in found.ignored
    assert lab.placeholder("inputs", found.runs) == "no words"
    assert {run.inputs for run in plan(Settings("agreement", inputs=7)).runs} == {7}
    assert lab.placeholder("inputs", PRESETS["agreement"].runs) == "16"


def test_clipping_can_be_turned_off_and_set():
    assert plan(Settings(OWN, cells=("LSTM",), clipping="off")).runs[0].clip is None
    assert plan(Settings(OWN, cells=("LSTM",), clip=3.0)).runs[0].clip == 3.0


def test_cells_can_have_equally_many_weights():
    runs = plan(Settings(OWN, "parity", fair="parameters")).runs
    weights = [parameters(run) for run in runs]
    assert max(weights) - min(weights) < 0.05 * max(weights)
    assert len({run.hidden for run in plan(Settings(OWN, "parity")).runs}) == 1
    assert all(f"{weight:,} weights" in lab.sizes(runs, lab.CELLS) for weight in weights)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Settings(OWN, cells=()), "Choose at least one cell"),
        (Settings(batch=10**9), r"1,000,000,000 sequences in a batch are too many for this server: at most 16,384\."),
        (Settings(batch=0), "batch is 0, expected 1 or more"),
        (Settings(longest=0), "A sequence of 0 steps of lag has nothing to learn from"),
        (Settings(shortest=0, longest=0), "A sequence of 0 steps of lag has nothing to learn from"),
        (Settings(longest=10**9), "expected the shortest and the longest of 1 to 300"),
        (Settings(shortest=40, longest=20), "expected the shortest and the longest"),
        (Settings(hidden=10**6), "1,000,000 hidden units are too many"),
        (Settings(steps=10**9), "1,000,000,000 updates are too many"),
        (Settings(learning_rate=-1.0), "learning_rate is -1.0, expected more than 0"),
        (Settings(learning_rate=float("nan")), "learning_rate is nan"),
        (Settings(clip=0.0), "clip is 0.0, expected more than 0"),
        (Settings(OWN, cells=("RNN", "LSTM"), hidden=128, fair="parameters"), "hidden units are too many"),
        (Settings("agreement", inputs=10**9), "numbers in a word's vector are too many"),
        (Settings(rates="soon:0.1"), "“soon:0.1” is no list of changes of the learning rate"),
        (Settings(rates="9:0.1 / 8:0.2"), "2 lists of changes of the learning rate do not fit 3 networks"),
        (Settings(rates="10:0.1, 5:0.2"), "expected 0 or more, in order"),
        (Settings(rates="10:-1"), "expected more than 0"),
        (Settings(rates="10:nan"), "expected more than 0"),
        (Settings(rates="5000:0.1"), "after 5,000 updates never comes: it ends after 600"),
        (Settings(rates="9" * 5000 + ":1"), "is no list of changes"),
    ],
)
def test_what_cannot_be_trained_gets_a_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        plan(settings)
    assert str(caught.value).endswith(".")


def test_no_preset_is_beyond_the_limits():
    for preset in PRESETS:
        for run in plan(Settings(preset)).runs:
            LIMITS.check(run)


def test_an_empty_field_shows_what_the_recipes_have():
    runs = PRESETS["learning_rate"].runs
    assert lab.placeholder("learning_rate", runs) == "0.0001 / 0.01 / 1"
    assert lab.placeholder("longest", runs) == "20"
    assert lab.placeholder("clip", PRESETS["clipping"].runs) == "1 / off"


def test_progress_counts_all_runs_together():
    share, words = lab.progress([("RNN", "done", 100, 100), ("LSTM", "running", 50, 200)])
    assert share == 0.5
    assert words == "RNN: done, 100 of 100 · LSTM: 50 of 200"
    assert lab.pace([30.0, 20.4], [3.2, 7.9]) == "50 updates a second, 8 s left"
    assert lab.pace([2.0], [600.0]) == "2 updates a second, 10 min left"
    assert lab.pace([], []) == ""


def test_a_changed_learning_rate_is_noted_where_it_was_changed():
    run = Run("parity", rates=((40, 0.1),))
    assert lab.rate_changes([run, run], ["a", "b"]) == [(40, "learning rate 0.1")]
    assert lab.rate_changes([run, Run("parity")], ["a", "b"]) == [(40, "learning rate 0.1 (a)")]
    later = replace(run, rates=((60, 0.1),))  # in one pause
    assert lab.rate_changes([run, later], ["a", "b"]) == [(40, "learning rate 0.1"), (60, "learning rate 0.1")]
    assert lab.told_changes([run, later], ["a", "b"]) == (
        "Changed on the way: learning rate 0.1 after 40 (a), 60 (b) updates."
    )
    assert lab.told_changes([run, run], ["a", "b"]) == "Changed on the way: learning rate 0.1 after 40 updates."
    assert lab.told_changes([Run("parity")], ["a"]) == ""


@pytest.mark.parametrize(("share", "right"), [(0.95, "high"), (0.75, "middle"), (0.54, "low")])
def test_a_guess_is_graded_by_the_measured_share(share, right):
    for guess in ("high", "middle", "low"):
        assert lab.graded(guess, share).startswith("**Right" if guess == right else "**Not so")
        assert f"{share:.1%}" in lab.graded(guess, share)


# ---- trainings as they are shown -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def courses():
    return [
        lab_courses.of_kept(label, kept)
        for label, kept in zip(PRESETS["clipping"].labels, shipped.load("clipping"), strict=True)
    ]


def test_the_charts_hold_the_numbers_of_the_training(courses):
    loss, accuracy, norm, clipped = lab_courses.charts(courses)
    series = courses[0].series
    raw = next(curve for curve in loss.curves if curve.pale and curve.line == courses[0].label)
    assert set(np.asarray(raw.y)) <= set(series.losses)
    assert np.max(np.asarray(raw.y)) == series.losses.max()  # no spike is lost
    np.testing.assert_array_equal(accuracy.curves[0].y, courses[0].accuracies)
    assert [level.text for level in norm.levels] == ["clipped at 1"]
    assert set(np.asarray(clipped.curves[0].y)) <= set(series.clipped)
    task = TASKS["sine"]
    assert loss.levels[0].y == task.chance().loss
    (last,) = task.baselines().values()
    assert [level.y for level in accuracy.levels] == [task.chance_at(40).accuracy, last.accuracy, 1.0]
    assert [level.text for level in accuracy.levels] == ["chance 3%", "the last value 13%", "perfect"]


def test_the_mean_is_that_of_the_last_batches(courses):
    values = courses[0].series.losses
    means = lab_courses.trailing_mean(values, 8)
    assert means[100] == pytest.approx(values[93:101].mean())
    assert means[2] == pytest.approx(values[:3].mean())
    assert np.isnan(lab_courses.trailing_mean(np.array([1.0, np.inf]), 1)[1])


def test_a_moment_of_the_training_is_the_last_snapshot_at_or_before_it(courses):
    course = courses[0]
    steps = [snapshot.step for snapshot in course.snapshots]
    assert course.at(None) is course.snapshots[-1]
    assert course.at(0) is course.snapshots[0]
    assert course.at(steps[3] + 1) is course.snapshots[3]
    assert course.at(steps[3]) is course.snapshots[3]


def test_a_broken_training_is_said_to_be_broken(courses):
    assert [course.state for course in courses] == ["done", "broken"]
    assert "no longer a number" in courses[1].sentence


def test_cells_side_by_side_have_their_own_colours_and_equal_cells_other_ones(courses):
    assert len(set(lab_courses.roles(courses))) == 2
    three = [replace(courses[0], label=cell, run=replace(courses[0].run, cell=cell)) for cell in lab.CELLS]
    assert lab_courses.roles(three) == [lab_courses.ROLES[cell] for cell in lab.CELLS]


def test_every_number_can_be_taken_home(courses):
    rows = lab_courses.as_csv(courses).splitlines()
    assert rows[0] == "network,updates,loss,gradient_norm,clipped,accuracy"
    assert len(rows) == 1 + sum(len(course.series.steps) for course in courses)
    name, step, loss, *_ = rows[1].split(",")
    assert (name, step, float(loss)) == (courses[0].label, "0", courses[0].series.losses[0])
