"""The memory counter, as a visitor meets it: the lecture's rows, edits, slips, presets, marks, learned networks, links."""

import base64
import json
import time
from typing import Any

import numpy as np
import pytest
import visitor
from hypothesis import given
from hypothesis import strategies as some
from visitor import sentences

from models import counter, zoo
from models.counter import BEFORE, FIRM, LECTURE, OUTPUT, PRESETS, TABLE, Setting, Table, random_table
from models.tasks.memory_counter import read
from playground import counting, figures
from playground.figures.errors import EXACT

PAGE = "pages/memory_counter.py"
TEXT = "counter_table"
STANDARD, BUILD, LEARN = counting.TABS[1:]

BAD_CELLS = {
    "text": ("x1", "three", "x1 in step 2 is 'three', expected a number"),
    "empty": ("x1", "", "x1 in step 2 is empty, expected a number"),
    "cleared": ("x3", None, "x3 in step 2 is empty, expected 0 or 1"),
    "not a number": ("x1", "nan", "x1 in step 2 is nan, expected a finite number"),
    "too large": ("x1", "1e308", "expected a number from"),
    "unknown signal": ("x2", "5", "x2 in step 2 is 5.0, expected -1, 0 or 1"),
    "a hundred thousand letters": ("x1", "a" * 100_000, "aaa…', expected a number"),
}


@pytest.fixture
def open_counter(pytestconfig):
    """Opens the page with a query string."""

    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def edit(app, cells=None, *, added=(), deleted=()):
    """Leaves these edits in the table's editor, as its visitor would."""
    app.session_state[app.data_editor[0].key] = {
        "edited_rows": cells or {},
        "added_rows": list(added),
        "deleted_rows": list(deleted),
    }
    app.run()
    assert not app.exception


def rows(app) -> dict[str, list]:
    """The rows beside the editor: right, computed, difference."""
    (found,) = (table for table in app.dataframe if "asks" in table.value)
    return found.value.to_dict("list")


def player(app) -> dict[str, Any]:
    """The message that the player got."""
    (component,) = app.main.get("bidi_component")
    message = json.loads(component.proto.json)
    return message | json.loads(message["content"])


def sent(app, name, track=0):
    """The values of a name in a track of the player."""
    return np.frombuffer(base64.b64decode(player(app)["tracks"][track]["values"][name]["data"]), "<f4")


def marks(app):
    return [metric.value for metric in app.metric]


def texts(app):
    return " ".join(text.value for text in app.markdown)


def widget(app, key) -> Any:
    return app.get_by_key(key)


# ---- the lecture's table ---------------------------------------------------------------------------------------------


def test_the_page_opens_with_the_lectures_rows_what_was_computed_and_the_difference(open_counter):
    app = open_counter()
    assert not sentences(app)
    found = rows(app)
    for name, lecture in (("memory", BEFORE), ("output", OUTPUT)):
        assert tuple(found[name]) == lecture
        assert np.allclose(found[f"{name} computed"], lecture, rtol=0, atol=1e-6)
        assert np.array_equal(found[f"{name} difference"], np.array(found[f"{name} computed"]) - np.array(lecture))
    assert "firm weights" in texts(app)


def test_the_player_gets_the_steps_and_the_memory_of_the_cell(open_counter):
    app = open_counter()
    assert [token["text"] for token in player(app)["tokens"]] == [
        "(1)", "+3", "(2)", "+4", "(2)", "show", "reset", "+6", "show"
    ]  # fmt: skip
    assert np.allclose(sent(app, "c"), [0, 3, 3, 7, 7, 7, 0, 6, 6], atol=1e-6)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_the_sliders_and_the_page_shows_its_memory(name, open_counter):
    app = open_counter()
    app.button(key=f"counter_preset_{name}").click().run()
    assert not app.exception
    for knob in counter.KNOBS:
        weight = getattr(getattr(PRESETS[name], knob.block), knob.name)
        assert app.slider(key=f"counter_{knob.block}_{knob.name}").value == weight
    assert rows(app)["memory computed"] == list(counter.run(PRESETS[name], TABLE).before)


def test_a_slider_changes_the_memory(open_counter):
    app = open_counter()
    app.slider(key="counter_f_bias").set_value(-50.0).run()
    assert rows(app)["memory computed"][4] == pytest.approx(4)
    assert "miscounts first at step 3" in texts(app)


# ---- the table is edited ---------------------------------------------------------------------------------------------


def test_an_edited_cell_changes_the_memory_and_the_link(open_counter):
    app = open_counter()
    edit(app, {1: {"x1": "30"}})
    assert rows(app)["memory computed"][4] == pytest.approx(34)
    assert counting.parsed(str(app.query_params[TEXT])).x1[1] == 30


def test_rows_are_added_and_deleted(open_counter):
    app = open_counter()
    edit(app, deleted=[0, 6], added=[{"x1": "2.5", "x2": "1", "x3": "1"}])
    assert rows(app)["asks"] == ["+3", "(2)", "+4", "(2)", "show", "+6", "show", "+2.5 show"]
    assert rows(app)["output computed"][-1] == pytest.approx(15.5)


def test_a_second_edit_keeps_the_first(open_counter):
    app = open_counter()
    edit(app, {1: {"x1": "30"}})
    edit(app, {1: {"x1": "30"}, 3: {"x1": "40"}})
    assert rows(app)["memory computed"][4] == pytest.approx(70)


@pytest.mark.parametrize("slip", BAD_CELLS)
def test_a_bad_cell_gets_its_sentence_and_the_last_good_view_stays(slip, open_counter):
    name, cell, sentence = BAD_CELLS[slip]
    app = open_counter()
    edit(app, {3: {"x1": "40"}})
    before = rows(app)
    edit(app, {3: {"x1": "40"}, 1: {name: cell}})
    assert sentence in sentences(app)
    assert len(sentences(app)) < 300
    assert rows(app) == before
    edit(app, {3: {"x1": "40"}, 1: {name: "1"}})
    assert not sentences(app)


def test_a_table_without_rows_gets_a_sentence_and_the_last_good_view_stays(open_counter):
    app = open_counter()
    edit(app, deleted=range(9))
    assert "the table has 0 steps, expected 1 to 200" in sentences(app)
    assert len(rows(app)["step"]) == 9


def test_the_lectures_table_comes_back_even_after_a_bad_cell(open_counter):
    app = open_counter()
    edit(app, {1: {"x1": "three"}})
    app.button(key="counter_lecture").click().run()
    assert not sentences(app)
    assert list(app.data_editor[0].value["x1"]) == ["1", "3", "2", "4", "2", "1", "3", "6", "1"]


def test_the_random_table_is_that_of_its_seed_and_the_next_click_goes_on(open_counter):
    app = open_counter()
    app.number_input(key="counter_length").set_value(200).run()
    for seed in (0, 1):
        app.button(key="counter_random").click().run()
        assert app.text_input(key=TEXT).value == counting.written(random_table(200, seed))
        assert len(rows(app)["step"]) == 200
    assert app.number_input(key="counter_seed").value == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "0 steps"),
        ("1 0", "step 1 has 2 numbers, expected 3"),
        ("1 0 0; 1 7 0", "x2 in step 2 is 7.0"),
        ("1 0 0;" * 201, "201 steps, expected 1 to 200"),
        ("1 0 0; [x](javascript:alert(1)) 0 0", "expected a number"),
        ("1 " * 50_000, "step 1 has 50,000 numbers"),
    ],
)
def test_a_line_that_is_no_table_gets_a_sentence_and_the_last_good_view_stays(text, sentence, open_counter):
    app = open_counter(**{TEXT: "5 1 1; 2 0 0"})
    before = rows(app)
    app.text_input(key=TEXT).set_value(text).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert rows(app) == before


def test_a_table_typed_in_one_line_stands_in_the_editor(open_counter):
    app = open_counter()
    app.text_input(key=TEXT).set_value("5, 1, 0; −2 1 1").run()
    assert list(app.data_editor[0].value["x1"]) == ["5", "-2"]
    assert rows(app)["output computed"] == pytest.approx([0, 3])


# ---- links -----------------------------------------------------------------------------------------------------------


def test_a_link_reproduces_table_and_weights(open_counter):
    app = open_counter(counter_table="5 1 0; 2 0 1", counter_i_bias=-10, counter_f_bias=10, counter_o_bias=-10)
    assert rows(app)["output computed"] == list(counter.run(LECTURE, Table((5, 2), (1, 0), (0, 1))).output)
    assert app.button(key="counter_preset_lecture").proto.type == "primary"


@pytest.mark.parametrize("tab", counting.TABS)
def test_a_link_opens_its_tab(tab, open_counter):
    app = open_counter(counter_tab=tab, counter_table="5 1 0; 2 0 1")
    assert not sentences(app)
    shown = {
        "By hand": bool(app.data_editor),
        STANDARD: "squashes twice" in texts(app),
        BUILD: bool(app.metric),
        LEARN: "Nobody sets a weight" in texts(app),
    }
    assert [name for name, there in shown.items() if there] == [tab]
    assert app.text_input(key=TEXT).value == "5 1 0; 2 0 1"


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"counter_table": "1 9 0"}, "x2 in step 1"),
        ({"counter_f_bias": "1e9"}, "asks for `1e9`"),
        ({"counter_seed": "x"}, "asks for `x`"),
        ({"counter_tab": STANDARD, "counter_scale": "7"}, "“Scale s”"),
        ({"counter_tab": LEARN, "counter_updates": "7"}, "“Updates"),
        ({"counter_tab": LEARN, "counter_learned": "CNN"}, "`CNN`"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(params, sentence, open_counter):
    app = open_counter(**params)
    assert sentence in sentences(app)
    assert app.main.get("bidi_component")


# ---- predict first ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("guess", "verdict"), [("4", "**Right"), ("7", "**Not this time")])
def test_the_guess_is_graded_from_the_tensors(guess, verdict, open_counter):
    app = open_counter()
    assert verdict not in texts(app)
    widget(app, "counter_guess").set_value(guess).run()
    assert f"{verdict}: it holds 4" in texts(app)


# ---- a standard LSTM -------------------------------------------------------------------------------------------------


def test_the_standard_lstm_is_stepped_beside_the_lectures_cell(open_counter):
    app = open_counter(counter_tab=STANDARD)
    widget(app, "counter_scale").set_value("0.003").run()
    assert "At s = 0.003 the worst output is off by **0.0013 in float32" in texts(app)
    assert sent(app, "h", track=1)[5] / 0.003 == pytest.approx(7 - 144.67 * 0.003**2, abs=1e-5)
    assert sent(app, "h", track=0)[5] == pytest.approx(7)


def test_a_table_that_shows_nothing_costs_nothing(open_counter):
    assert "never shows anything" in texts(open_counter(counter_tab=STANDARD, counter_table="3 1 0"))


# ---- build it yourself -----------------------------------------------------------------------------------------------


def test_the_learner_starts_from_zero_and_is_scored(open_counter):
    app = open_counter(counter_tab=BUILD)
    assert marks(app) == [counting.mark(counter.score(Setting(), length)) for length in counter.LENGTHS]
    assert "Nothing can get in" in texts(app)


def test_a_slider_changes_the_score(open_counter):
    app = open_counter(counter_tab=BUILD)
    before = marks(app)
    app.slider(key="build_o_bias").set_value(60.0).run()
    app.slider(key="build_g_x1").set_value(1.0).run()
    assert marks(app) != before
    assert "talks when nobody asks" in texts(app)


def test_the_solution_is_one_click_away_and_leaves_the_other_weights_alone(open_counter):
    app = open_counter(counter_tab=BUILD, counter_f_bias=-50)
    app.button(key="build_preset_solution").click().run()
    assert marks(app) == ["100.0 %"] * 3
    assert app.query_params["counter_f_bias"] == "-50"


# ---- learn it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", counting.CELLS)
def test_the_counter_unit_of_each_network_is_stepped_beside_the_hand_set_cell(cell, open_counter):
    app = open_counter(counter_tab=LEARN, counter_learned=cell)
    *_, known = zoo.facts(counting.CELLS[cell])["snapshots"]
    unit, state = known["counter_unit"]["unit"], counting.STATES[cell]
    assert f"Unit **{unit + 1}**" in texts(app)
    trace, _ = read(zoo.grown(counting.CELLS[cell])[known["step"]], TABLE)
    assert np.array_equal(sent(app, state), trace[state][:, unit])
    assert np.allclose(sent(app, "c", track=1), counter.run(FIRM, TABLE).after)


def test_the_slider_goes_back_to_the_untrained_networks(open_counter):
    app = open_counter(counter_tab=LEARN)
    trained = sent(app, "c")
    widget(app, "counter_updates").set_value("0").run()
    assert "After 0 updates" in texts(app)
    assert not np.array_equal(sent(app, "c"), trained)


def test_a_network_is_trained_on_request_and_stops_by_a_click(open_counter):
    app = open_counter(counter_tab=LEARN, counter_learned="RNN", counter_live_seed=4)
    assert not app.progress
    app.button(key="counter_live_start").click().run()
    assert not app.exception
    job = app.session_state["counter_live"]
    until = time.monotonic() + 60
    while len(job.snapshots) < 2 and time.monotonic() < until:
        job.renew()
        time.sleep(0.05)
    assert "RNN, seed 4: update" in app.run().progress[0].text
    app.button(key="counter_live_stop").click().run()
    assert job.state == "stopped"
    stopped = app.progress[0].text
    assert app.run().progress[0].text == stopped


def test_a_training_in_the_page_is_bounded():
    for cell in counting.CELLS:
        run = counting.live_run(cell, 0)
        assert (run.task, run.cell, run.steps) == ("memory_counter", cell, counting.LIVE_UPDATES)
    assert counting.LIVE_UPDATES <= 1000


# ---- things to try ---------------------------------------------------------------------------------------------------

TRIES = {
    "counter": (counting.TABS[0], counting.TRY_TABLE),
    "standard": (STANDARD, counting.TRY_STANDARD),
    "build": (BUILD, counting.TRY_BUILD),
    "learn": (LEARN, counting.TRY_LEARNED),
}


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, (_, tries) in TRIES.items() for name in tries])
def test_what_there_is_to_try_is_one_click_away(page, name, open_counter):
    tab, tries = TRIES[page]
    app = open_counter(counter_tab=tab)
    app.button(key=f"{page}_try_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    for key, value in tries[name][0].items():
        assert app.session_state[key] == value


def test_half_a_push_writes_half_and_the_candidate_repairs_it():
    half = FIRM.turned("i", "x2", 50)
    assert np.allclose(counter.run(half, TABLE).after, np.array(counter.count(TABLE).after) / 2)
    assert np.allclose(counter.run(half.turned("g", "x1", 2), TABLE).errors["after"], 0)


# ---- words and pictures ----------------------------------------------------------------------------------------------

STEPS = some.tuples(
    some.floats(-counter.LARGEST, counter.LARGEST), some.sampled_from((-1.0, 0.0, 1.0)), some.sampled_from((0.0, 1.0))
)


@given(some.lists(STEPS, min_size=1, max_size=counter.ROWS))
def test_a_table_in_one_line_reads_back_to_the_last_bit(steps):
    x1, x2, x3 = zip(*steps, strict=True)
    table = Table(x1, x2, x3)
    assert counting.parsed(counting.written(table)) == table


def test_every_step_has_a_sign_of_what_it_asks_for():
    table = Table((3, -3, 2, 2, 9, 9, 4), (1, 1, 0, 0, -1, -1, 1), (0, 0, 0, 1, 0, 1, 1))
    assert counting.signs(table) == ["+3", "−3", "(2)", "show", "reset", "reset show", "+4 show"]


def test_the_verdict_tells_a_leak_from_a_miscount_and_from_a_wrong_output():
    def verdict(setting):
        return counting.verdict(TABLE, counter.run(setting, TABLE))

    assert verdict(FIRM).startswith("**It counts**")
    assert verdict(LECTURE).startswith("**It counts, and leaks a little**")
    assert "miscounts first at step 2" in verdict(Setting())
    assert "The memory is right, the output is not" in verdict(FIRM.turned("o", "bias", 50))


def test_the_hint_follows_what_is_missing():
    def hint(setting):
        return counting.hint(setting, counter.scores(setting))

    assert "Nothing can get in" in hint(Setting())
    assert "talks when nobody asks" in hint(FIRM.turned("o", "bias", 50))
    assert "Something leaks" in hint(FIRM.turned("f", "bias", 5))
    assert "whatever the length" in hint(FIRM)


def test_the_figure_of_the_memory_draws_both_rows_and_names_the_steps():
    figure: Any = figures.count([0, 3.0, np.inf], [0, 3.0, 3.0], ["(1)", "+3", "(2)"], "x")
    assert list(figure.data[0].y) == [0, 3, 3]
    assert np.isnan(figure.data[1].y[2])
    assert list(figure.layout.xaxis.ticktext) == ["(1)", "+3", "(2)"]
    with pytest.raises(ValueError, match="one for each sign"):
        figures.count([0, 3.0], [0, 3.0, 3.0], ["(1)", "+3", "(2)"], "x")


def test_the_bars_mark_one_unit_and_refuse_one_that_there_is_not():
    figure: Any = figures.bars([0.1, -0.9, 0.2], 1, "memory", "x", "y")
    assert list(figure.data[0].text) == ["", "-0.90", ""]
    with pytest.raises(ValueError, match="unit 3 is marked"):
        figures.bars([0.1, -0.9, 0.2], 3, "memory", "x", "y")


def test_an_error_that_is_exactly_zero_has_its_place_on_the_log_axis():
    figure: Any = figures.errors([1e-2, 1.0], {"float64": [0.0, 2.0]}, ("s²", 2.0, 2), 1.0, "x", "s")
    (law, run) = figure.data
    assert list(run.y) == [EXACT, 2.0]
    assert list(run.customdata) == [0.0, 2.0]
    assert list(law.y) == pytest.approx([2e-4, 2.0])


def test_one_unit_of_a_trace_is_the_same_numbers_alone():
    trace, _ = read(zoo.grown("counter-lstm")[4000], TABLE)
    alone = trace.of_unit(13)
    assert (alone.hidden, alone.steps) == (1, 9)
    for name in (*trace.names, *trace.inner):
        assert np.array_equal(alone[name][:, 0], trace[name][:, 13]), name
    assert np.array_equal(alone.past("c")[:, 0], trace.past("c")[:, 13])
    with pytest.raises(ValueError, match="unit is 16, expected 0 to 15"):
        trace.of_unit(16)
