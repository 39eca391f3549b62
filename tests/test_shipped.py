"""The presets of the lab as they ship: trained with today's settings, small, and as good as their notes say."""

from dataclasses import replace

import numpy as np
import pytest

from models import shipped, zoo
from models.fairness import parameters
from models.presets import PRESETS
from models.tasks import TASKS
from models.training import Run, Training, restore, train

EACH = [(preset, k) for preset in shipped.SHIPPED for k in range(len(PRESETS[preset].runs))]


def size(preset):
    return (shipped.CHECKPOINTS / f"{shipped.file_name(preset)}.safetensors").stat().st_size


def kept(preset, k):
    return shipped.load(preset)[k]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_ships_with_the_settings_that_it_has_today(preset):
    assert tuple(each.record.run for each in shipped.load(preset)) == PRESETS[preset].runs
    assert zoo.ELSEWHERE[shipped.file_name(preset)] == "models.shipped"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_that_ships_is_small_unless_its_last_weights_alone_are_large(preset):
    found = shipped.load(preset)
    least = sum(4 * parameters(each.record.run) for each in found)
    assert size(preset) <= max(shipped.BYTES * len(found), 1.2 * least)
    assert all(2 <= len(each.record.snapshots) <= shipped.MOST for each in found)


def test_all_presets_together_have_at_most_four_megabytes():
    assert sum(map(size, shipped.SHIPPED)) <= 4_000_000  # of the 30 that the repository may have


@pytest.mark.parametrize(("preset", "k"), EACH)
def test_a_training_that_ships_begins_untrained_and_ends_where_it_ended(preset, k):
    found = kept(preset, k)
    run, snapshots = found.record.run, found.record.snapshots
    begun = Training(run).look()
    assert snapshots[0].step == 0
    assert (snapshots[0].loss, snapshots[0].gradient_norm) == pytest.approx((begun.loss, begun.gradient_norm), rel=1e-4)
    assert snapshots[0].accuracy == pytest.approx(begun.accuracy, abs=0.01)
    assert all(np.allclose(weight, begun.weights[name], atol=1e-5) for name, weight in snapshots[0].weights.items())
    last = snapshots[-1]
    assert last.broken or last.step == run.steps
    assert len(found.record.series.steps) == last.step + 1
    assert found.steps.tolist() == [*range(0, last.step, run.every), last.step]
    if not last.broken:
        assert TASKS[run.task].accuracy(restore(run, last), run.lengths) == pytest.approx(last.accuracy, abs=0.01)
    told = dict(zip(found.steps.tolist(), found.accuracies.tolist(), strict=True))
    assert all(told[snapshot.step] == snapshot.accuracy for snapshot in snapshots)
    np.testing.assert_array_equal(np.concatenate([s.losses for s in snapshots]), found.record.series.losses)


def first(preset, k):
    """The first snapshot at the goal of the task; None for never. Where the goal is a loss: the mean since the one before."""
    found, goal = kept(preset, k), PRESETS[preset].goal
    if goal.measure == "accuracy":
        reached = found.steps[found.accuracies > goal.bound]
    else:
        losses = found.record.series.losses
        since = [0, *(found.steps[:-1] + 1)]
        means = [losses[a : b + 1].mean() for a, b in zip(since, found.steps, strict=True)]
        reached = found.steps[np.array(means) < goal.bound]
    return int(reached[0]) if len(reached) else None


@pytest.mark.parametrize(
    ("preset", "within"),
    [
        ("latch_solved", (200, None, None)),
        ("forget_bias", (None, 200, 200)),
        ("forget_bias_far", (None, None, 200)),
        ("adding", (None, 400, 1500)),
        ("memory_counter", (None, None, 4000)),
        ("agreement", (1500, 1500, 1500)),
        ("latch_cells", (None, 200, 200)),
        ("latch_cells_far", (None, 200, 200)),
        ("rnn_start", (None, 200, 200)),
        ("learning_rate", (None, 400, None)),
        ("dates", (None, 2000, 2000)),
    ],
)
def test_a_preset_that_ships_shows_what_its_note_says(preset, within):
    for k, updates in enumerate(within):
        when = first(preset, k)
        assert (when is None) == (updates is None)
        assert when is None or when <= updates


def test_without_clipping_the_shipped_training_breaks_down_and_with_it_it_does_not():
    assert [each.record.snapshots[-1].broken for each in shipped.load("clipping")] == [False, True]


def test_the_first_updates_that_ship_are_those_that_training_makes():
    run, early = kept("learning_rate", 1).record.run, kept("learning_rate", 1).record.series
    fresh = [s for s in train(replace(run, steps=run.every)) if s.step == run.every]
    np.testing.assert_allclose(fresh[0].losses, early.losses[1 : run.every + 1], rtol=1e-3)


def test_of_a_large_network_only_the_first_and_the_last_snapshot_are_kept_and_of_a_small_one_a_dozen():
    assert shipped.shown(Run("dates", hidden=96), 1000) == (0, 1000)
    small = shipped.shown(Run("latch", hidden=4, every=10), 1000)
    assert len(small) == shipped.MOST
    assert (small[0], small[-1]) == (0, 1000)
    assert small[1] - small[0] < small[-1] - small[-2]


def test_making_a_preset_twice_gives_the_same_file_and_it_loads(tmp_path, monkeypatch):
    preset = PRESETS["clipping"]
    runs = tuple(replace(run, hidden=3, batch=2, steps=7, every=3) for run in preset.runs)
    monkeypatch.setattr(shipped, "PRESETS", {"clipping": replace(preset, runs=runs)})
    for folder in ("one", "two"):
        shipped.make("lab-clipping", tmp_path / folder)
    one, two = ((tmp_path / folder / "lab-clipping.safetensors").read_bytes() for folder in ("one", "two"))
    assert one == two
    found = shipped.load("clipping", tmp_path / "one")
    for each, run in zip(found, runs, strict=True):
        assert each.record.run == run
        for one_of_them, snapshot in zip(each.record.snapshots, train(run), strict=True):
            assert one_of_them.step == snapshot.step
            assert (one_of_them.loss, one_of_them.clipped) == (snapshot.loss, snapshot.clipped)
            assert all(np.array_equal(w, snapshot.weights[name]) for name, w in one_of_them.weights.items())


def test_an_unknown_preset_is_refused():
    with pytest.raises(KeyError, match="preset is 'poetry', expected one of forget_bias"):
        shipped.load("poetry")
    with pytest.raises(KeyError, match="name is 'lab-poetry', expected one of lab-forget_bias"):
        shipped.make("lab-poetry")
