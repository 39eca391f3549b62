"""What is kept of a training: no spike is lost, and snapshots stay at equal distances."""

import numpy as np
import pytest

from models.history import WINDOW, History, series
from models.run import Run
from models.training import Snapshot

NOTHING = np.empty(0)


def snapshot(step):
    return Snapshot(step, 0.5, 0.5, 1.0, {}, NOTHING, NOTHING, 0.0)


def kept(run, steps, most):
    history = History(run, most)
    for step in steps:
        history.add(snapshot(step))
    return [s.step for s in history.snapshots]


def random_series(count, clip=1.0):
    random = np.random.default_rng(count)
    return series(random.normal(size=count), random.exponential(size=count), clip)


def test_all_snapshots_are_kept_while_they_fit():
    assert kept(Run(steps=50, every=5), range(0, 51, 5), most=11) == list(range(0, 51, 5))


@pytest.mark.parametrize(("steps", "every"), [(2000, 1), (2000, 7), (1999, 10), (20_000, 3), (205, 1)])
def test_too_many_snapshots_are_thinned_evenly(steps, every):
    made = [*range(0, steps, every), steps]
    found = kept(Run(steps=steps, every=every), made, most=200)
    assert 100 <= len(found) <= 200
    assert found[0] == 0
    assert found[-1] == steps
    gaps = np.diff(found[:-1])
    assert len(set(gaps.tolist())) == 1, "but for the newest, all are equally far apart"


def test_at_any_time_the_newest_snapshot_is_there():
    history = History(Run(steps=1000, every=1), 10)
    for step in range(1001):
        history.add(snapshot(step))
        steps = [s.step for s in history.snapshots]
        assert (steps[0], steps[-1]) == (0, step)
        assert len(steps) <= 10


def test_snapshots_that_were_looked_at_are_kept_while_they_fit_and_replaced_by_their_own():
    steps = [0, 10, 13, 14, 15, 20, 20, 30]
    assert kept(Run(steps=30, every=10), steps, most=8) == [0, 10, 13, 14, 15, 20, 30]
    assert kept(Run(steps=30, every=10), steps, most=5) == [0, 20, 30]


def test_a_history_keeps_two_snapshots_at_least():
    with pytest.raises(ValueError, match="most is 1, expected 2 or more"):
        History(Run(), 1)
    assert kept(Run(), range(0, 1000, 100), most=2) == [0, 900]


def test_what_was_read_does_not_change_when_more_comes():
    history = History(Run(steps=9))
    history.extend(np.array([3.0, 2.0]), np.array([0.5, 1.5]))
    before, snapshots = history.series, history.snapshots
    history.extend(np.array([1.0]), np.array([0.1]))
    history.add(snapshot(0))
    assert before.losses.tolist() == [3, 2]
    assert before.gradient_norms.tolist() == [0.5, 1.5]
    assert history.series.losses.tolist() == [3, 2, 1]
    assert history.series.steps.tolist() == [0, 1, 2]
    assert snapshots == ()


def test_the_clipped_share_is_that_of_the_last_updates():
    norms = np.random.default_rng(0).exponential(size=350)
    found = series(np.zeros(350), norms, 0.7)
    expected = [(norms[max(0, k + 1 - WINDOW) : k + 1] > 0.7).mean() for k in range(350)]
    np.testing.assert_allclose(found.clipped, expected, rtol=0, atol=1e-12)
    assert not series(np.zeros(350), norms, None).clipped.any()


@pytest.mark.parametrize("count", [1, 6, 99, 100, 101, 1000, 1001, 20_001])
@pytest.mark.parametrize("points", [6, 100])
def test_a_thinned_series_has_few_points_and_loses_no_extreme(count, points):
    whole = random_series(count)
    thin = whole.thinned(points)
    assert len(thin.steps) <= points
    assert len(thin.steps) == min(count, len(thin.steps))
    assert {0, count - 1} <= set(thin.steps.tolist())
    assert (np.diff(thin.steps) > 0).all()
    for name in ("losses", "gradient_norms", "clipped"):
        assert np.array_equal(getattr(thin, name), getattr(whole, name)[thin.steps]), "every point is a true one"
    for name in ("losses", "gradient_norms"):
        assert getattr(thin, name).max() == getattr(whole, name).max()
        assert getattr(thin, name).min() == getattr(whole, name).min()


def test_points_that_have_been_drawn_stay_while_the_series_grows():
    whole = random_series(900)
    shorter = series(whole.losses[:880], whole.gradient_norms[:880], 1.0)
    early = {step for step in shorter.thinned(100).steps.tolist() if step < 832}  # whole stretches of 64
    assert early <= set(whole.thinned(100).steps.tolist())


def test_a_loss_that_is_no_number_stays_in_sight():
    whole = series(np.array([*np.ones(500), np.nan]), np.ones(501), None)
    assert np.isnan(whole.thinned(50).losses[-1])


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="points is 5, expected 6 or more"):
        random_series(10).thinned(5)
