"""Training in processes: the same numbers as here, fair turns, and nobody is left behind."""

import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.limits import LIMITS
from models.messages import Beat, Begin, Order, Report
from models.run import Run
from models.tasks import TASKS
from models.training import restore, train
from models.worker import SLICE, Worker
from models.workers import Workers
from playground import compute

SHORT = Run("latch", hidden=4, batch=4, steps=40, every=5, lengths=(5, 9), keep_bias=1.0, clip=0.1)
ENDLESS = replace(SHORT, steps=LIMITS.updates, every=10, decay="none")
BROKEN = replace(
    SHORT, cell="RNN", keep_bias=0.0, nonlinearity="relu", optimizer="sgd", clip=None, learning_rate=1e30, every=100
)
PATIENCE = 90.0  # seconds until a test gives up; none of them measures time


@pytest.fixture(scope="module")
def shared():
    """Two processes for all tests that do not harm them."""
    with Workers(2, lease=math.inf) as workers:
        yield workers


@pytest.fixture
def workers(shared):
    yield shared
    for owner in ("Ada", "Bob", "Cleo"):
        shared.stop_all(owner)


def wait_for(condition):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.01)
    return pytest.fail("this did not happen in time")


def finished(job):
    wait_for(lambda: job.over)
    return job


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("step", "loss", "accuracy", "gradient_norm", "losses", "gradient_norms", "clipped")
    ) and all(np.array_equal(one.weights[name], other.weights[name], equal_nan=True) for name in one.weights)


def alive(process):
    """Whether a process works; one that has ended and waits to be noticed does not."""
    stat = Path(f"/proc/{process}/stat")
    if sys.platform == "linux":
        return stat.exists() and stat.read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    return subprocess.run(["ps", "-p", str(process)], capture_output=True, check=False).returncode == 0


# ---- one job ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_job_gives_the_snapshots_of_the_run_to_the_last_bit(workers, cell):
    run = replace(SHORT, cell=cell)
    job = finished(workers.start(run, "Ada"))
    assert job.state == "done"
    expected = list(train(run))
    assert all(same(a, b) for a, b in zip(job.snapshots, expected, strict=True))
    assert job.updates == 40
    assert np.array_equal(job.series.losses, np.concatenate([s.losses for s in expected]))
    assert np.array_equal(job.series.gradient_norms, np.concatenate([s.gradient_norms for s in expected]))
    assert job.series.clipped[-1] == pytest.approx((job.series.gradient_norms > run.clip).mean())
    assert job.seconds > 0


def test_jobs_beside_each_other_and_racing_threads_give_the_same_snapshots(workers):
    racing = threading.Event()

    def race():
        while not racing.is_set():
            torch.randn(1000)  # moves the global generator of this process
            time.sleep(0.001)

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        runs = [replace(SHORT, seed=seed, cell=cell) for seed in (0, 1) for cell in ("LSTM", "GRU")]
        jobs = [workers.start(run, owner) for run in runs for owner in ("Ada", "Bob")]
        for job in jobs:
            finished(job)
    finally:
        racing.set()
        for thread in threads:
            thread.join()
    for job in jobs:
        assert all(same(a, b) for a, b in zip(job.snapshots, train(job.run), strict=True))


def test_a_job_is_seen_while_it_runs(workers):
    job = workers.start(ENDLESS, "Ada")
    wait_for(lambda: job.updates_per_second)
    before = job.updates
    wait_for(lambda: job.updates > before)
    assert job.state == "running"
    assert 0 < job.seconds_left < math.inf
    assert not job.over
    assert job.sentence == ""
    assert len(job.series.losses) >= before
    job.stop()
    assert (job.state, job.sentence) == ("stopped", "Stopped.")
    assert job.updates_per_second is None
    assert job.seconds_left is None
    kept = job.snapshots
    assert [snapshot.step for snapshot in kept] == list(range(0, kept[-1].step + 1, 10))
    other = finished(workers.start(SHORT, "Ada"))  # a later job is not mixed up with it
    assert other.snapshots[-1].step == 40
    assert job.snapshots == kept


def test_pause_shows_the_weights_of_now_and_resume_goes_on_as_if_nothing_was(workers):
    job = workers.start(replace(SHORT, steps=2000), "Ada")
    wait_for(lambda: job.updates > 0)
    job.pause()
    wait_for(lambda: job.state == "paused")
    assert job.snapshots[-1].step == job.updates < 2000
    assert job.updates_per_second is None
    paused = job.updates
    job.resume()
    finished(job)
    expected = {s.step: s for s in train(replace(SHORT, steps=2000, every=1))}
    assert paused in expected
    assert all(s.loss == expected[s.step].loss for s in job.snapshots)
    assert all(np.array_equal(w, expected[2000].weights[name]) for name, w in job.snapshots[-1].weights.items())
    assert len(job.series.losses) == 2001


def test_stepping_by_hand_shows_every_update(workers):
    job = workers.start(replace(SHORT, steps=3, every=100), "Ada", paused=True)
    wait_for(lambda: job.snapshots)
    for updates in (1, 2, 3):
        assert job.state == "paused"
        job.step()
        wait_for(lambda updates=updates: job.snapshots[-1].step == updates)
        assert job.updates == updates
    job.step()  # after the last update it looks once more, and is done
    assert finished(job).state == "done"
    expected = list(train(replace(SHORT, steps=3, every=1)))
    assert all(a.loss == b.loss for a, b in zip(job.snapshots, expected, strict=True))


def test_a_changed_rate_is_told_and_gives_the_run_with_that_rate(workers):
    job = workers.start(replace(SHORT, steps=200), "Ada", paused=True)
    job.step()
    wait_for(lambda: job.updates == 1)
    job.change_rate(0.05)
    wait_for(lambda: job.run.rates)
    assert job.run.rates == ((job.updates, 0.05),)
    assert job.state == "paused"
    job.resume()
    finished(job)
    expected = {s.step: s for s in train(replace(job.run, every=1))}
    assert all(s.loss == expected[s.step].loss for s in job.snapshots)
    assert job.snapshots[-1].loss != list(train(replace(SHORT, steps=200)))[-1].loss


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_no_rate_is_refused_at_once(workers, rate):
    job = workers.start(SHORT, "Ada", paused=True)
    with pytest.raises(ValueError, match=f"learning_rate is {rate}, expected more than 0"):
        job.change_rate(rate)


def test_a_loss_that_is_no_number_ends_a_job_with_a_sentence(workers):
    job = finished(workers.start(BROKEN, "Ada", tested=True))
    assert job.state == "broken"
    assert job.snapshots[-1].broken
    assert f"After {job.updates} updates the" in job.sentence
    assert "is no longer a number" in job.sentence
    assert "A lower learning rate or clipping helps." in job.sentence


def test_a_tested_job_ends_with_its_accuracy_at_every_length(workers):
    job = finished(workers.start(SHORT, "Ada", tested=True))
    task, network = TASKS["latch"], restore(SHORT, job.snapshots[-1])
    assert job.accuracies == {length: task.accuracy_at(network, length) for length in task.tested}


def test_snapshots_are_thinned_to_what_was_asked(workers):
    job = finished(workers.start(replace(SHORT, steps=300, every=1), "Ada", keep=30))
    steps = [s.step for s in job.snapshots]
    assert 15 <= len(steps) <= 30
    assert steps[0] == 0
    assert steps[-1] == 300
    assert len(set(np.diff(steps[:-1]).tolist())) == 1
    assert len(job.series.losses) == 301, "every loss is kept"


def test_an_error_in_a_run_ends_it_with_a_sentence_and_the_others_go_on():
    reports, orders = [], queue.SimpleQueue()
    worker = Worker(orders, reports.append)
    orders.put(Begin(0, ENDLESS, paused=False, tested=False, seconds=math.inf))
    orders.put(Begin(1, replace(SHORT, inputs=3), paused=False, tested=False, seconds=math.inf))
    worker.turn()
    assert [(r.job, r.state) for r in reports] == [(0, "running"), (1, "failed"), (0, "running")]
    assert reports[1].sentence == (
        "The training ended with an error: inputs is 3, expected 2: what the task has at a step"
    )
    assert reports[2].updates > 0


def test_a_report_that_was_under_way_does_not_wake_a_stopped_job(workers):
    job = workers.start(ENDLESS, "Ada", paused=True)
    wait_for(lambda: job.snapshots)
    job.stop()
    job.hear(Report(job.order.job, "running", updates=7))
    assert job.state == "stopped"
    assert job.updates == 0


def test_commands_to_a_job_that_is_over_do_nothing(workers):
    job = finished(workers.start(SHORT, "Ada"))
    for command in (job.pause, job.resume, job.step, job.stop, job.renew, lambda: job.change_rate(0.1)):
        command()
    assert job.state == "done"
    assert job.run == SHORT


# ---- many jobs -------------------------------------------------------------------------------------------------------


def test_jobs_of_one_process_take_turns(workers):
    jobs = [workers.start(ENDLESS, owner) for owner in ("Ada", "Bob", "Cleo") for _ in range(2)]
    wait_for(lambda: all(job.updates > 0 for job in jobs))
    assert len(workers.processes) == 2
    for _ in range(3):
        before = [job.updates for job in jobs]
        wait_for(lambda before=before: all(job.updates > b for job, b in zip(jobs, before, strict=True)))
    assert all(job.state == "running" for job in jobs)


def test_turns_go_round_and_a_paused_run_has_none():
    reports, orders = [], queue.SimpleQueue()
    worker = Worker(orders, reports.append)
    for job in (0, 1, 2):
        orders.put(Begin(job, ENDLESS, paused=job == 1, tested=False, seconds=math.inf))
    for _ in range(6):
        worker.turn()
    assert [(r.job, r.state) for r in reports[:3]] == [(0, "running"), (1, "paused"), (2, "running")]
    assert [r.job for r in reports[3:]] == [0, 2, 0, 2, 0, 2]
    orders.put(Order(1, "resume"))
    orders.put(Order(0, "stop"))
    for _ in range(4):
        worker.turn()
    assert [r.job for r in reports[-4:]] == [1, 2, 1, 2]


def test_a_process_that_only_holds_paused_runs_gives_signs_of_life():
    reports, orders = [], queue.SimpleQueue()
    worker = Worker(orders, reports.append)
    orders.put(Begin(0, SHORT, paused=True, tested=False, seconds=math.inf))
    worker.turn()
    assert isinstance(reports[-1], Beat)


def test_a_run_that_takes_too_long_is_stopped_with_a_sentence():
    reports, orders = [], queue.SimpleQueue()
    worker = Worker(orders, reports.append)
    orders.put(Begin(0, ENDLESS, paused=False, tested=False, seconds=2 * SLICE))
    while not reports or reports[-1].state == "running":
        worker.turn()
    last = reports[-1]
    assert last.state == "stopped"
    assert last.sentence.startswith(f"Stopped after {last.updates:,} updates: it took 0 seconds of computing")
    assert last.snapshots[-1].step == last.updates


def test_who_is_too_many_waits_and_is_told_so():
    limits = replace(LIMITS, sessions=1, runs=2, waiting=3)
    with Workers(1, limits=limits, lease=math.inf) as workers:
        mine = [workers.start(ENDLESS, "Ada") for _ in range(3)]
        bob, cleo = workers.start(SHORT, "Bob"), workers.start(SHORT, "Cleo")
        with pytest.raises(ValueError, match="You have 3 runs already, the most for one visitor"):
            workers.start(SHORT, "Ada")
        assert mine[0].sentence == "A training process is starting, which takes a few seconds."
        assert mine[2].sentence == "This run waits for another one of yours: 2 go on at once."
        assert [job.place for job in (*mine, bob, cleo)] == [0, 0, 0, 1, 2]
        assert bob.sentence == "All places for training on this server are taken (1): yours is the next run."
        assert cleo.sentence == "All places for training on this server are taken (1): one visitor waits before you."
        bob.pause()  # it has not begun, and will begin so
        bob.change_rate(0.5)
        mine[0].stop()
        wait_for(lambda: mine[2].updates > 0)
        assert bob.state == "waiting"
        workers.stop_all("Ada")
        wait_for(lambda: bob.state == "paused")
        assert bob.updates == 0
        assert bob.run.rates == ((0, 0.5),)
        assert cleo.place == 1
        assert workers.jobs("Ada") == ()
        bob.stop()
        assert finished(cleo).state == "done"


@pytest.mark.parametrize("change", [{"batch": 10**9}, {"hidden": 10**9}, {"steps": 10**9}])
def test_a_run_that_is_too_large_is_refused_before_anything_starts(change):
    with Workers(1) as workers:
        with pytest.raises(ValueError, match="too many for this server"):
            workers.start(replace(SHORT, **change), "Ada")
        assert workers.processes == ()


# ---- leaving and dying -----------------------------------------------------------------------------------------------


def test_the_runs_of_who_has_left_end_and_those_of_others_go_on():
    with Workers(1, lease=1.0) as workers:
        gone = [workers.start(ENDLESS, "Ada"), workers.start(ENDLESS, "Ada", paused=True)]
        here = workers.start(ENDLESS, "Bob")

        def gone_ended():
            here.renew()
            return all(job.over for job in gone)

        wait_for(gone_ended)
        assert {job.state for job in gone} == {"stopped"}
        assert gone[0].sentence == "Stopped: nobody has looked at it for 1 seconds."
        assert not here.over
        # Also where only a paused run is left
        here.pause()
        wait_for(lambda: here.over)
        assert here.state == "stopped"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="ends on a system with SIGKILL")
def test_a_killed_process_is_replaced_and_its_visitors_are_told():
    with Workers(1, lease=math.inf) as workers:
        jobs = [workers.start(ENDLESS, owner) for owner in ("Ada", "Bob")]
        wait_for(lambda: all(job.updates > 0 for job in jobs))
        (process,) = workers.processes
        os.kill(process, signal.SIGKILL)
        wait_for(lambda: all(job.over for job in jobs))
        for job in jobs:
            assert job.state == "failed"
            assert "was ended from outside (signal SIGKILL" in job.sentence
            assert "start the run again, and it will give the same numbers" in job.sentence
            assert job.snapshots, "what was seen remains"
        assert finished(workers.start(SHORT, "Ada")).state == "done"
        assert process not in workers.processes
        assert len(workers.processes) == 1


def test_a_process_dies_with_its_server_in_whatever_way():
    program = (
        "import math, sys, time\n"
        "from models.workers import Workers\n"
        "from tests.test_workers import ENDLESS\n"
        "workers = Workers(1, lease=math.inf)\n"
        "job = workers.start(ENDLESS, 'Ada')\n"
        "while not job.updates: time.sleep(0.01)\n"
        "print(*workers.processes, flush=True)\n"
        "time.sleep(1000)\n"
    )
    root = Path(__file__).parents[1]
    server = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=root,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with server:
        assert server.stdout
        process = int(server.stdout.readline())
        assert alive(process)
        server.kill()
    wait_for(lambda: not alive(process))


def test_a_process_knows_neither_streamlit_nor_plotly():
    program = (
        "import sys, models.worker\n"
        "print({'streamlit', 'plotly', 'pandas', 'playground'} & {name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_nothing_is_left_behind_when_workers_close():
    before = threading.active_count()
    workers = Workers(2)
    jobs = [workers.start(ENDLESS, "Ada") for _ in range(3)]
    processes = workers.processes
    assert len(processes) == 2
    workers.close()  # while they still start
    assert {job.state for job in jobs} == {"stopped"}
    assert not any(alive(process) for process in processes)
    assert threading.active_count() == before
    with pytest.raises(RuntimeError, match="these workers are closed"):
        workers.start(SHORT, "Ada")


def test_starting_and_stopping_leaves_no_job_no_thread_and_no_process(workers):
    finished(workers.start(SHORT, "Ada"))
    threads, processes = threading.active_count(), workers.processes
    for cycle in range(60):
        job = workers.start(replace(ENDLESS, seed=cycle), "Ada")
        if cycle % 10 == 0:
            wait_for(lambda job=job: job.updates > 0)
        job.stop()
    finished(workers.start(SHORT, "Ada"))
    assert workers.jobs("Ada") == ()
    assert threading.active_count() == threads
    assert workers.processes == processes


def test_warm_workers_have_one_process_without_a_job():
    with Workers(2) as workers:
        workers.warm()
        workers.warm()
        assert len(workers.processes) == 1


def test_the_app_has_one_set_of_workers_and_clearing_its_cache_ends_them():
    compute.workers.clear()  # those of other tests in this process
    workers = compute.workers()
    assert compute.workers() is workers
    job = workers.start(ENDLESS, "Ada")
    (process,) = workers.processes
    compute.workers.clear()
    assert job.state == "stopped"
    assert not alive(process)
    assert compute.workers() is not workers
    compute.workers.clear()


def test_orders_are_small():
    # Many fit into the buffer of a pipe: sending one never waits.
    assert len(pickle.dumps(Begin(1, SHORT, paused=False, tested=False, seconds=1.0))) < 1000
