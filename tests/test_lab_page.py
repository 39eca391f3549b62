"""The training lab, as a visitor meets it: a worked example, presets, training, scrubbing, slips, links, files."""

import json
import time
from typing import Any

import pytest
import visitor
from streamlit.testing.v1 import AppTest
from visitor import sentences

from models import record, shipped
from models.limits import LIMITS
from models.presets import PRESETS
from models.run import Run
from playground import compute, lab

PAGE = "pages/training_lab.py"
OWN = lab.MENU[lab.OWN]
SMALL = {"lab_preset": OWN, "lab_task": "Parity", "lab_cells": "RNN", "lab_hidden": 4, "lab_batch": 4}


@pytest.fixture
def open_lab(request):
    """Opens the page with a query string; afterwards nothing of it trains any more."""
    apps: list[AppTest] = []

    def opened(**params) -> AppTest:
        apps.append(visitor.opened(PAGE, request.config.rootpath, **params))
        return apps[-1]

    yield opened
    for app in apps:
        for _, job in [*trainings(app), *trainings(app, "lab_sweep_jobs")]:
            job.stop()


def trainings(app, key="lab_jobs"):
    return app.session_state[key] if key in app.session_state else []  # noqa: SIM401 - it has no `get`


def until(app, condition, seconds=90):
    """Waits for a training process, as a page that is open does."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        for _, job in trainings(app):
            job.renew()
        time.sleep(0.05)
    assert condition()


def press(app, name):
    app.button(key=f"lab_{name}").click().run()
    assert not app.exception
    return app


def texts(app):
    return " ".join(str(element.value) for element in [*app.markdown, *app.caption])


def component(app, key) -> dict[str, Any]:
    """What a component was sent."""
    found = app.get_by_key(key).proto
    return json.loads(json.loads(found.json)["content"])


def curves(app) -> dict[str, Any]:
    return component(app, "lab_live")


def shown_step(app):
    """The update that the player's title tells."""
    return int(component(app, "lab_player")["tracks"][0]["title"].split("after ")[1].split(" ")[0].replace(",", ""))


def test_it_opens_with_a_worked_example_that_was_really_trained(open_lab):
    app = open_lab()
    sent = curves(app)
    assert [line["name"] for line in sent["lines"]] == list(PRESETS[shipped.SHIPPED[0]].labels)
    assert [chart["name"] for chart in sent["charts"]] == ["loss", "accuracy", "gradient norm", "clipped"]
    assert all(len(curve["x"]) > 40 for chart in sent["charts"] for curve in chart["curves"])
    assert shown_step(app) == 600
    assert not trainings(app)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_opens_at_once(preset, open_lab):
    app = open_lab()
    app.selectbox(key="lab_preset").set_value(preset).run()
    assert not app.exception
    assert component(app, "lab_player")["tracks"]
    assert [line["name"] for line in curves(app)["lines"]] == list(PRESETS[preset].labels)
    assert "press *Train*" not in sentences(app)
    assert ("no longer a number" in sentences(app)) == (preset == "clipping")


def test_a_preset_with_another_setting_says_that_it_is_not_trained_yet_and_can_be(open_lab):
    app = open_lab(lab_preset=lab.MENU["parity"], lab_hidden=5)
    assert "Nothing is trained with these settings yet" in sentences(app)
    assert not app.button(key="lab_train").disabled


def test_cells_and_a_task_put_together_as_in_a_preset_open_at_once_too(open_lab):
    app = open_lab(lab_preset=OWN, lab_task="Parity")
    assert "press *Train*" not in sentences(app)
    assert component(app, "lab_player")["tracks"][0]["title"] == "LSTM after 600 updates"


def test_a_training_goes_on_until_it_is_stopped_and_what_it_showed_remains(open_lab):
    app = press(open_lab(**SMALL, lab_steps=20_000), "train")
    ((_, job),) = trainings(app)
    assert job.run == Run("parity", "RNN", 4, batch=4, steps=20_000, every=10, seed=0)
    until(app, lambda: job.updates > 50 and len(job.snapshots) > 1)
    app.run()
    assert [line["name"] for line in curves(app)["lines"]] == ["RNN"]
    assert "RNN: " in app.progress[0].text
    press(app, "stop")
    assert job.state == "stopped"
    assert not app.button(key="lab_train").disabled
    assert app.button(key="lab_stop").disabled
    assert shown_step(app) == job.snapshots[-1].step > 0


def test_the_same_settings_give_the_same_numbers_after_a_reset(open_lab):
    app = press(open_lab(**SMALL, lab_steps=30), "train")
    until(app, lambda: trainings(app)[0][1].over)
    first = trainings(app)[0][1].series.losses
    press(app.run(), "reset")
    until(app, lambda: trainings(app)[0][1].state == "paused")
    assert trainings(app)[0][1].updates == 0
    press(app.run(), "resume")
    until(app, lambda: trainings(app)[0][1].over)
    assert trainings(app)[0][1].series.losses.tolist() == first.tolist()


def test_one_step_at_a_time_and_another_learning_rate_on_the_way(open_lab):
    app = press(open_lab(**SMALL, lab_steps=100), "step")
    job = trainings(app)[0][1]
    until(app, lambda: job.state == "paused" and job.updates == 1)
    press(app.run(), "step")
    until(app, lambda: job.updates == 2)
    app.run()
    app.number_input(key="lab_new_rate").set_value(0.5).run()
    press(app, "change")
    until(app, lambda: job.run.rates != ())
    app.run()
    assert job.run.rates == ((2, 0.5),)
    assert curves(app)["marks"] == [{"x": 2, "text": "learning rate 0.5"}]
    assert app.text_input(key="lab_rates").value == "2:0.5"
    assert "Changed on the way: learning rate 0.5 after 2 updates." in texts(app)
    press(app, "resume")
    until(app, lambda: job.over)
    first = job.series.losses
    app.run()
    assert "settings have changed" not in sentences(app)
    again = press(open_lab(**SMALL, lab_steps=100, lab_rates=app.text_input(key="lab_rates").value), "train")
    (repeated,) = [job for _, job in trainings(again)]
    until(again, lambda: repeated.over)
    assert repeated.series.losses.tolist() == first.tolist()
    press(app, "unchanged")
    assert app.text_input(key="lab_rates").value == ""
    assert "settings have changed" in sentences(app)


def test_changes_of_the_learning_rate_do_not_follow_into_another_preset(open_lab):
    app = open_lab(lab_preset=lab.MENU["parity"], lab_rates="100:0.5 / 200:0.1 / 300:1")
    assert "Nothing is trained with these settings yet" in sentences(app)
    assert "after 100 (RNN)" in texts(app)
    app.selectbox(key="lab_preset").set_value("clipping").run()
    assert not app.exception
    assert "lists of changes" not in sentences(app)
    assert "Changed on the way" not in texts(app)


def test_the_scrubber_takes_player_and_cursor_back_and_forth(open_lab):
    app = open_lab()
    newest = component(app, "lab_player")
    app.slider(key="lab_at").set_value(0).run()
    assert curves(app)["cursor"] == 0
    assert shown_step(app) == 0
    assert "after 0 updates" in texts(app)
    untrained = component(app, "lab_player")
    assert untrained["tracks"][0]["values"] != newest["tracks"][0]["values"]
    press(app, "newest")
    assert curves(app)["cursor"] is None
    assert component(app, "lab_player") == newest


def test_who_looks_at_the_newest_goes_on_doing_so_when_the_axis_grows(open_lab):
    app = press(open_lab(**SMALL, lab_steps=20_000), "train")  # the worked example ended at 600
    (job,) = [job for _, job in trainings(app)]
    until(app, lambda: len(job.snapshots) > 1)
    app.run()
    app.run()
    assert app.slider(key="lab_at").value == app.slider(key="lab_at").max == 20_000
    assert curves(app)["cursor"] is None


def test_a_link_to_an_update_opens_there(open_lab):
    app = open_lab(lab_at=120)
    assert curves(app)["cursor"] == 120
    kept = compute.kept_trainings(shipped.SHIPPED[0])[-1].record
    assert shown_step(app) == max(snapshot.step for snapshot in kept.snapshots if snapshot.step <= 120)


def test_the_accuracy_by_length_follows_the_scrubber(open_lab):
    app = open_lab(lab_tab=lab.TABS[1])

    def row():
        return app.dataframe[0].value.iloc[2].tolist()

    trained = row()
    app.slider(key="lab_at").set_value(0).run()
    assert row() != trained
    kept = compute.kept_trainings("forget_bias")[2].record
    share = compute.accuracy_by_length(kept.run, kept.snapshots[0])[30]
    assert row()[4] == f"{share:.1%}"


def test_a_guess_is_graded(open_lab):
    app = open_lab(lab_tab=lab.TABS[1], lab_guess=lab.GUESSES["high"])
    kept = compute.kept_trainings("forget_bias")[1].record
    share = compute.accuracy_by_length(kept.run, kept.snapshots[-1])[lab.GUESSED]
    assert lab.graded("high", share) in texts(app)


def test_a_sweep_fills_a_figure_seed_by_seed_and_stops(open_lab):
    app = open_lab(**SMALL, lab_steps=5, lab_tab=lab.TABS[2], lab_seeds=2)
    press(app, "sweep_start")
    members = app.session_state["lab_sweep_jobs"]
    assert [member.run.seed for member, _ in members] == [0, 1]
    end = time.monotonic() + 90
    while not all(job.over for _, job in members) and time.monotonic() < end:
        members[0][1].renew()
        time.sleep(0.05)
    app.run()
    assert "2 of 2 trainings are done" in app.progress[0].text
    figure = json.loads(app.get_by_key("lab_sweep_figure").proto.spec)
    assert any(trace.get("name") == "RNN (2)" for trace in figure["data"])


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"lab_batch": 10**9}, "sequences in a batch are too many for this server"),
        ({"lab_longest": 0}, "has nothing to learn from"),
        ({"lab_hidden": "nan"}, "where a number from"),
        ({"lab_preset": "nonsense"}, "which there is not"),
        ({"lab_preset": OWN, "lab_cells": "Transformer"}, "`Transformer`"),
        ({"lab_at": 10**8}, "where a number from 0 to 600"),
        ({"lab_tab": "nonsense"}, "which there is not"),
        ({"lab_learning_rate": "inf"}, "where a number from"),
        ({"lab_rates": "soon"}, "“soon” is no list of changes of the learning rate"),
        ({"lab_rates": "1:1/2:2"}, "do not fit 3 networks"),
    ],
)
def test_nonsense_in_a_link_gets_a_sentence_and_the_worked_example_stays(params, sentence, open_lab):
    app = open_lab(**params)
    assert sentence in sentences(app)
    assert len(curves(app)["lines"]) == 3


def test_a_training_beyond_the_limits_is_not_started(open_lab):
    app = open_lab(lab_steps=LIMITS.updates + 1)
    assert "updates are too many" in sentences(app)
    assert app.button(key="lab_train").disabled


def test_a_broken_training_gets_a_sentence_and_the_page_goes_on(open_lab):
    app = open_lab(lab_preset=lab.MENU["clipping"])
    press(app, "train")
    jobs = dict(trainings(app))
    until(app, lambda: jobs["not clipped"].over)
    app.run()
    assert jobs["not clipped"].state == "broken"
    assert "no longer a number" in sentences(app)
    press(app, "stop")


def test_a_saved_training_comes_back_as_it_was_and_a_bad_file_gets_a_sentence(open_lab):
    app = open_lab(lab_tab=lab.TABS[3])
    kept = compute.kept_trainings("learning_rate")[1].record
    data = record.save(kept.run, kept.snapshots, kept.series)
    app.file_uploader(key="lab_upload").upload("run.safetensors", data).run()
    assert not app.exception
    assert [line["name"] for line in curves(app)["lines"]] == ["LSTM"]
    assert app.selectbox(key="lab_task").value == "parity"
    app.file_uploader(key="lab_upload").upload("bad.safetensors", b"nothing of ours").run()
    assert "This is not a training that was saved here" in sentences(app)
    assert [line["name"] for line in curves(app)["lines"]] == ["LSTM"]


@pytest.mark.parametrize("name", lab.TRIES)
def test_things_to_try_open_their_preset(name, open_lab):
    app = press(open_lab(lab_hidden=5, lab_at=100), f"try_{name}")
    preset = lab.TRIES[name][0]["lab_preset"]
    assert app.selectbox(key="lab_preset").value == preset
    assert [line["name"] for line in curves(app)["lines"]] == list(PRESETS[str(preset)].labels)
    assert "press *Train*" not in sentences(app)
