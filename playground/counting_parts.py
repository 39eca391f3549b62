"""Parts of the page "the memory counter": its widgets and its pictures.

The table lives in the URL as one line of text. `st.data_editor` cannot be bound to the URL, so its edits are written to
that text; it starts anew from the text whenever somebody else has changed it.
"""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st
from streamlit.typing import DataEditorState

from models.counter import ROWS, SCALES, TABLE, Counted, Knob, Setting, Table, random_table
from models.job import Job
from playground import compute, controls, counting, figures, showing, typed
from playground.language import say

TEXT = "counter_table"
"""The key of the table's text, its name in the URL."""

_GOOD, _BASE, _SEEN, _ROUND = (f"{TEXT}_{part}" for part in ("good", "base", "seen", "round"))
# the last good table; what the editor began with; what its edits have made of it; how often it began
_SEED, _LENGTH = "counter_seed", "counter_length"
_ROW = 35  # pixels of a row in Streamlit's tables
_LONGEST_VIEW = 12  # rows of a table that are seen without scrolling


def ask_table() -> Table:
    """Ask for the table in one line; a slip gets a sentence, and the last good table stays.

    Beside it a random table, the same for the same seed, and the way back to the lecture's.
    """
    _take_edits()
    controls.check_link(_SEED, 0, 2**31 - 1)
    controls.check_link(_LENGTH, 1, ROWS)
    with st.container(horizontal=True, vertical_alignment="bottom", key="counter_source"):
        text = st.text_input(
            say("The table in one line: x1 x2 x3 of a step; then the next"), counting.written(TABLE), key=TEXT,
            bind="query-params", width=430,
        )  # fmt: skip
        st.button(say("Lecture's table"), key="counter_lecture", on_click=_put, args=(TABLE,))
        st.number_input(say("Steps"), 1, ROWS, 20, key=_LENGTH, bind="query-params", width=120)
        st.number_input(say("Seed"), 0, 2**31 - 1, 0, key=_SEED, bind="query-params", width=120)
        st.button(say("Random table"), key="counter_random", on_click=_put_random)
    try:
        st.session_state[_GOOD] = counting.parsed(text or "")
    except ValueError as wrong:
        st.warning(counting.complaint(wrong, st.session_state.setdefault(_GOOD, TABLE)))
    return st.session_state[_GOOD]


def edit_table(table: Table) -> None:
    """The table to be edited in place. A bad cell gets a sentence, and what the page shows stays the last good table."""
    state = st.session_state
    if _BASE not in state or _editor() not in state or state[_SEEN] != counting.written(table):
        state[_BASE], state[_SEEN] = counting.columns(table), counting.written(table)
        state[_ROUND] = state.get(_ROUND, 0) + 1
    edited = st.data_editor(
        state[_BASE],
        key=_editor(),
        num_rows="dynamic",
        height=(min(table.steps, _LONGEST_VIEW) + 2) * _ROW + 3,
        column_config={
            name: st.column_config.TextColumn(name, help=say(meaning), default="0", alignment="right", width=68)
            for name, meaning in counting.COLUMNS.items()
        },
        placeholder="",
        alt=say("The inputs of each step: x1, x2, x3. Editable"),
    )
    try:
        counting.of_cells(list(edited.values()))
    except ValueError as wrong:
        st.warning(counting.complaint(wrong, table))


def _editor() -> str:
    """The editor's key: another one each time that it begins anew."""
    return f"{TEXT}_editor_{st.session_state.get(_ROUND, 0)}"


def _take_edits() -> None:
    """Write what was edited in place to the text, if it has changed and is a table."""
    state = st.session_state
    if _BASE not in state or _editor() not in state:
        return
    try:
        text = counting.written(counting.of_cells(_applied(state[_BASE], state[_editor()])))
    except ValueError:
        return  # `edit_table` says what is wrong
    if text != state[_SEEN]:
        state[TEXT] = state[_SEEN] = text


def _applied(base: Mapping[str, list[str]], edits: DataEditorState) -> list[list]:
    """The columns of a table after an editor's edits: cells first, then deleted rows, then added ones."""
    rows = [list(row) for row in zip(*base.values(), strict=True)]
    names = list(base)
    for row, cells in edits["edited_rows"].items():
        for name, cell in cells.items():
            rows[row][names.index(name)] = cell
    rows = [row for place, row in enumerate(rows) if place not in edits["deleted_rows"]]
    rows += [[cells.get(name) for name in names] for cells in edits["added_rows"]]
    return [[row[k] for row in rows] for k in range(len(names))]


def _put(table: Table) -> None:
    """Show another table; the editor starts anew, even where it held a bad cell of the same table."""
    st.session_state.pop(_BASE, None)
    typed.put(**{TEXT: counting.written(table)})


def _put_random() -> None:
    """The random table of the seed; if that is already there, the one of the next seed."""
    seed, length = int(st.session_state[_SEED] or 0), int(st.session_state[_LENGTH] or 1)
    if counting.written(random_table(length, seed)) == st.session_state[TEXT]:
        seed += 1
    typed.put(**{_SEED: seed})
    _put(random_table(length, seed))


def show_rows(table: Table, counted: Counted) -> None:
    """The rows of the lecture beside what was computed, one row a step, as high as those of the editor."""
    titles = (
        {"memory": "memory: lecture", "output": "output: lecture"}
        if counting.is_lecture(table)
        else {"memory": "memory: true", "output": "output: true"}
    )
    showing.table(
        counting.comparison(table, counted),
        hide_index=True,
        height=(min(table.steps, _LONGEST_VIEW) + 1) * _ROW + 3,
        column_config={
            "step": st.column_config.NumberColumn(say("step"), width=44),
            "asks": st.column_config.TextColumn(say("asks for"), width=72),
        }
        | {name: _column(say(title), "%.5g", 112) for name, title in titles.items()}
        | {f"{name} computed": _column(say("computed"), "%.5g", 90) for name in titles}
        | {f"{name} difference": _column(say("difference"), "%.2g", 80) for name in titles},
        alt=say("The memory before each step and the output: what is right, what was computed, and the difference"),
    )
    st.markdown(counting.exactness(table, counted))


def _column(label: str, format_: str, width: int) -> Any:  # noqa: ANN401 - Streamlit has no public name for it
    return st.column_config.NumberColumn(label, format=format_, width=width)


def ask_setting(page: str, default: Setting, presets: Mapping[str, tuple[str, Setting]]) -> Setting:
    """Ask for the weights: presets that set the sliders, and a slider for each weight that the lecture sets.

    Above its sliders each gate says its formula, and how far it opens for every input that it may get.

    Args:
        page: what the sliders' keys start with.
        default: where they begin.
        presets: a button's words and the setting that it makes, by name.
    """
    buttons = st.container(horizontal=True, gap="xsmall", key=f"{page}_presets")
    setting = Setting()
    for block, column in zip(counting.GATES, (*st.columns(2), *st.columns(2)), strict=True):
        with column.container(key=f"{page}_gate_{block}", gap="small"):
            head = st.container(gap=None)
            for knob in counting.knobs(block):
                setting = setting.turned(block, knob.name, _ask_weight(page, knob, default))
            head.markdown(f"**{say(counting.GATES[block])}**")
            head.markdown(f":small[${counting.formula(setting, block)}$]")
            head.caption(counting.openness(compute.count(setting, counting.PROBE), block))
    for name, (words, preset) in presets.items():
        buttons.button(
            say(words),
            key=f"{page}_preset_{name}",
            type="primary" if preset == setting else "secondary",
            on_click=typed.put,
            kwargs=counting.weights(page, preset),
        )
    return setting


def _ask_weight(page: str, knob: Knob, default: Setting) -> float:
    key = counting.slider(page, knob)
    low, high, step = (float(number) for number in (knob.least, knob.most, knob.step))
    controls.check_link(key, low, high)
    value = counting.weights(page, default)[key]
    return st.slider(say(knob.title), low, high, value, step, format="%g", key=key, bind="query-params")


def ending(page: str, notice: str, tries: counting.Attempts) -> None:
    """What to notice, and things to try: each a click that sets widgets, with what to look at."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    for column, (name, (widgets, look)) in zip(st.columns(len(tries)), tries.items(), strict=True):
        with column:
            st.button(say(name), key=f"{page}_try_{name}", on_click=_try, args=(widgets,))
            st.markdown(say(look))


def _try(widgets: Mapping[str, object]) -> None:
    st.session_state.pop(_BASE, None)
    typed.put(**widgets)


# ---- a standard LSTM -------------------------------------------------------------------------------------------------


def ask_scale() -> float:
    """Ask for the scale of the standard LSTM."""
    return counting.SCALES[_ask_stop("counter_scale", "Scale s", list(counting.SCALES), "0.01")]


def _ask_stop(key: str, label: str, names: list[str], default: str) -> str:
    """Ask for one of a few stops of a slider. One in the URL that there is not is ignored, and said so."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in names:
        told = say(
            "The link asks for a stop that the slider “{label}” does not have, so it is ignored.", label=say(label)
        )
        st.warning(told)
    return st.select_slider(say(label), names, default, key=key, bind="query-params")


def show_errors(table: Table, scale: float, cost: float) -> None:
    """The error of the standard LSTM against its scale, and what the chosen scale costs."""
    showing.chart(
        figures.errors(
            SCALES,
            compute.scale_errors(table),
            (say("tanh says s² · {cost:,.1f}", cost=cost), cost, 2),
            scale,
            say("A tenth of s, a hundredth of the error"),
            say("scale s, log axis"),
            dark=controls.dark(),
            say=say,
        ),
        key="counter_errors",
        alt=say(
            "Largest error of the output against the scale s, in float32 and float64, and the line that tanh predicts"
        ),
    )
    off = {name: float(errors[0]) for name, errors in compute.scale_errors(table, (scale,)).items()}
    st.markdown(counting.why_scaled(table, cost, scale, off))


# ---- build it yourself -----------------------------------------------------------------------------------------------


@st.fragment
def build(table: Table) -> None:
    """The sliders from zero, their marks on held-out sequences, and what the cell makes of the table.

    A fragment: a move of a slider runs this function alone, so the marks follow at once.
    """
    shown = st.container(key="build_marks")
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        setting = ask_setting("build", Setting(), counting.BUILD_PRESETS)
    marks = compute.scores(setting)
    with shown:
        for column, (length, found) in zip(st.columns(len(marks)), marks.items(), strict=True):
            with column.container(border=True, gap="xsmall"):
                st.metric(say("{count} steps", count=length), counting.mark(found), help=say(counting.MARK))
                st.markdown(counting.parts(found))
        st.markdown(counting.hint(setting, marks))
    counted = compute.count(setting, table)
    with right:
        show_memory("build_memory", table, counted)


def show_memory(key: str, table: Table, counted: Counted) -> None:
    """The memory beside the true count."""
    showing.chart(
        figures.count(
            counted.after,
            counted.truth.after,
            counting.signs(table),
            counting.headline(counted),
            dark=controls.dark(),
            say=say,
        ),
        key=key,
        alt=say("The memory c after each step, beside the true count"),
    )
    st.markdown(counting.verdict(table, counted))


# ---- learned ---------------------------------------------------------------------------------------------------------


def ask_updates(known: Collection[int]) -> int:
    """Ask after how many updates the trained networks are looked at; the last one at first."""
    names = [str(updates) for updates in known]
    return int(_ask_stop("counter_updates", "Updates of the weights so far", names, names[-1]))


def ask_cell() -> str:
    """Ask which of the trained networks to look into."""
    return controls.choice("counter", "learned", "Look into the", {name: name for name in counting.CELLS}, "LSTM")


def show_lengths(found: Mapping[str, counting.Known], updates: int) -> None:
    """How well each network counts on sequences of each length."""
    showing.chart(
        figures.lines(
            counting.learned_lines(found),
            say("Longer sequences show who really counts"),
            say("length of the sequences"),
            say("share of outputs within 0.5"),
            span=(0, 1.05),
            dark=controls.dark(),
            height=400,
        ),
        key="counter_lengths",
        alt=say("Share of right outputs of RNN, GRU and LSTM on held-out sequences of 10, 20, 50 and 100 steps"),
    )
    st.markdown(counting.breaks(found, updates))


def show_units(cell: str, known: counting.Known) -> None:
    """Which unit of a network is the counter."""
    unit = known["counter_unit"]
    showing.chart(
        figures.bars(
            unit["correlations"],
            unit["unit"],
            counting.state_role(cell),
            counting.correlation_title(cell),
            say("correlation with the memory"),
            span=(-1.15, 1.15),
            dark=controls.dark(),
            say=say,
        ),
        key="counter_units",
        alt=say("Correlation of each hidden unit with the true memory"),
    )
    st.markdown(counting.found_unit(cell, unit))


# ---- training on request ---------------------------------------------------------------------------------------------

_LIVE, _LIVE_SEED = "counter_live", "counter_live_seed"
_TICK = 0.3  # seconds between two looks at a training


def train_live(cell: str) -> None:
    """Train a network in another process while somebody watches; it stops by itself, or by a click.

    The buttons stand outside the fragment: a click has to start or end its ticking, which only a run of the whole page
    does.
    """
    job: Job | None = st.session_state.get(_LIVE)
    running = bool(job and not job.over)
    with st.container(horizontal=True, vertical_alignment="bottom", key="counter_live_controls"):
        st.number_input(say("Seed of the training"), 0, 2**31 - 1, 1, key=_LIVE_SEED, bind="query-params", width=170)
        st.button(
            say("Train the {cell}", cell=cell), key="counter_live_start", on_click=_start, args=(cell,), type="primary"
        )
        st.button(say("Stop"), key="counter_live_stop", on_click=_stop, disabled=not running)
    if job:
        with st.container(key="counter_ticking"):
            st.fragment(_watch, run_every=_TICK if running else None)(job, running)


def _watch(job: Job, was_running: bool) -> None:  # noqa: FBT001 - of a fragment
    """Show how far a training is."""
    job.renew()
    over, snapshots, run = job.over, job.snapshots, job.run
    if snapshots:
        last = snapshots[-1]
        st.progress(last.step / run.steps, counting.live(run, last))
        showing.chart(
            figures.lines(
                counting.live_lines(run, snapshots),
                say("The {cell} while it learns", cell=run.cell),
                say("updates of the weights"),
                say("share of outputs within 0.5"),
                span=(0, 1.05),
                dark=controls.dark(),
            ),
            key="counter_live_figure",
            alt=say("Share of right outputs on held-out sequences of 50 steps, against updates made"),
        )
    else:
        st.progress(0.0, say(job.sentence) or say("The first update is being made."))
    if was_running and over:
        st.rerun()


def _start(cell: str) -> None:
    _stop()
    run = counting.live_run(cell, int(st.session_state[_LIVE_SEED] or 0))
    st.session_state[_LIVE] = compute.workers().start(run, controls.trainer("counter"))


def _stop() -> None:
    if job := st.session_state.get(_LIVE):
        job.stop()
