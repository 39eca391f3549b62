"""Parts of the page "training lab": its widgets, what ticks while something trains, and its pictures.

A training runs in a process of its own (`models.workers`). Two fragments look at it: one a few times a second, for the
curves; one about once a second, for what is inside. Each look also says that the visitor is still there: when the page is
left, the training ends by itself.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.job import Job
from models.run import Run
from models.tasks import TASKS
from playground import compute, controls, lab, lab_courses, typed
from playground.lab import OWN, Plan, Settings
from playground.lab_courses import Course
from playground.language import say
from playground.live import live

AT = "lab_at"
"""The key of the scrubber; its right end is the newest snapshot."""

JOBS, LOADED, WRONG = "lab_jobs", "lab_loaded", "lab_wrong"
"""Where the session keeps the visitor's trainings with their names, a loaded one, a sentence on what could not be done."""

_SHOWN = "lab_shown"  # the preset that ships and is seen
_NOTED = "lab_noted"  # changes of the learning rate that the field for them has taken note of
_REACH = "lab_reach"  # where the scrubber ended when it was last drawn
_QUICK = "lab_quick"  # until when a click may still have to show
_TICKS = {1: (0.17, 1.0), 3: (0.35, 1.0), 6: (0.7, 2.0)}  # seconds between two looks at the curves, and two inside,
_CROWDED = (1.2, 4.0)  # by how many visitors train at most; and for more of them
_AFTER_A_CLICK, _LEASE_TICK = 0.4, 3.0  # after a click; while nothing moves
_NARROW, _WIDE, _LONG = 150, 225, 9  # pixels of a number's field, and from how many characters in grey on it is wide
_SOON = 4.0  # seconds in which a click shows even on a busy machine
_PHASES = {"paused": "paused", "waiting": "running", "running": "running"}


# ---- what is to be trained -------------------------------------------------------------------------------------------


def ask_plan() -> Plan | None:
    """Ask what to train; a slip gets a sentence, and what is seen stays. None where there never was a good plan."""
    _note_changes()
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_what"):
        preset = controls.select("lab", "preset", "What to train", lab.MENU, 430, _leave)
        seed = ask_number("seed", say("Seed"), "0", least=0, width=110)
    task, cells, fair = _ask_own() if preset == OWN else ("latch", lab.CELLS, "hidden")
    base = Settings(preset, task, cells, fair, int(seed or 0))
    more, told = st.container(), st.container()
    try:
        runs, _ = lab.recipes(base)
        with more:
            found = lab.plan(_ask_more(base, runs))
    except ValueError as wrong:
        told.warning(say("{wrong} What you see below stays as it was.", wrong=wrong))
        return None
    with told:
        _tell(found)
    return found


def _tell(found: Plan) -> None:
    """What will be trained, and what to look for."""
    if found.note:
        task = TASKS[found.runs[0].task]
        title = say(task.title)
        rule = say("*The task, {title}: {rule}*", title=title[0].lower() + title[1:], rule=say(task.rule))
        st.markdown(f"{say(found.note)} {rule}")
    if found.ignored:
        st.info(found.ignored)
    st.caption(lab.sizes(found.runs, found.labels))
    _tell_changes(found)


def _note_changes() -> None:
    """What was changed while a training paused becomes a setting like any other: so a link has it, and *Train* repeats it."""
    rates = [job.run.rates for _, job in jobs()]
    if rates and rates != st.session_state.get(_NOTED):
        st.session_state[_NOTED] = rates
        typed.put(lab_rates=lab.rates_text(rates))


def _tell_changes(plan: Plan) -> None:
    if told := lab.told_changes(plan.runs, plan.labels):
        with st.container(horizontal=True, vertical_alignment="center", key="lab_changes"):
            st.caption(told, width="content")
            st.button(
                say("Without the changes"), key="lab_unchanged", type="tertiary", on_click=typed.put,
                kwargs={"lab_rates": ""},
            )  # fmt: skip


def _ask_own() -> tuple[str, tuple[str, ...], Any]:
    if odd := [cell for cell in st.query_params.get_all("lab_cells") if cell not in lab.CELLS]:
        st.warning(
            say("The link asks for the cell {cell}, which there is not.", cell=f"`{odd[0][:20].replace('`', '')}`")
        )
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_own"):
        task = controls.select("lab", "task", "Task", lab.TITLES, width=260)
        cells = st.pills(
            say("Cells, side by side"), lab.CELLS, selection_mode="multi", default=list(lab.CELLS), key="lab_cells",
            bind="query-params",
        )  # fmt: skip
        fair = controls.choice("lab", "fair", "Fair means", lab.FAIR, "hidden")
    st.markdown(f"{say(TASKS[task].rule)} *{say(TASKS[task].why)}*")
    return task, tuple(cell for cell in cells or () if cell in lab.CELLS), fair


def _ask_more(base: Settings, runs: Sequence[Run]) -> Settings:
    """All other settings; an empty field leaves what the recipe says, which stands in it in grey."""
    asked = [name for name in (*lab.NUMBERS, *lab.WORDED, "clipping", "rates") if f"lab_{name}" in st.query_params]
    for name in lab.NUMBERS:
        controls.check_link(f"lab_{name}", -lab.LARGEST, lab.LARGEST)
    # A link that brings settings shows them; afterwards it opens and closes by hand alone.
    with st.expander(
        say("More settings"), key="lab_more", expanded=st.session_state.setdefault("lab_more_open", bool(asked))
    ):
        st.caption(
            say("An empty field is as in the recipe, whose values stand in grey. What you type holds for all networks.")
        )
        with st.container(horizontal=True, vertical_alignment="bottom", key="lab_numbers"):
            numbers = {
                name: ask_number(name, say(label), grey, least=None, width=_WIDE if len(grey) > _LONG else _NARROW)
                for name, label in lab.NUMBERS.items()
                for grey in [lab.placeholder(name, runs)]
            }
        with st.container(horizontal=True, vertical_alignment="bottom", key="lab_words"):
            worded = {
                name: controls.select("lab", name, title, lab.WORDED[name], width=190)
                for name, title in {
                    "decay": "Learning rate over time", "optimizer": "Optimizer", "start": "Start of W_hh",
                    "nonlinearity": "RNN squashes with",
                }.items()
            }  # fmt: skip
            worded["clipping"] = controls.select("lab", "clipping", "Clipping", lab.CLIPS, width=190)
            worded["rates"] = st.text_input(
                say("Learning rate changes (update:rate)"), key="lab_rates", bind="query-params", width=290,
                placeholder=say("none; for example {example}", example="100:0.01, 200:0.003"),
            ) or ""  # fmt: skip
    whole = {name: None if numbers[name] is None else int(numbers[name] or 0) for name in lab.WHOLE}
    values: dict[str, Any] = {**numbers, **whole, **worded}
    names = ("preset", "task", "cells", "fair", "seed")
    return Settings(**{name: getattr(base, name) for name in names}, **values)


def ask_number(name: str, label: str, grey: str, *, least: int | None, width: int) -> float | None:
    """Ask for a number, or nothing: then what stands there in grey holds."""
    key = f"lab_{name}"
    low = -lab.LARGEST if least is None else least
    if name not in lab.NUMBERS:
        controls.check_link(key, low, lab.LARGEST)
    whole = name in (*lab.WHOLE, "seed")
    low, high = (low, lab.LARGEST) if whole else (float(low), float(lab.LARGEST))
    return st.number_input(
        label, low, high, None, placeholder=grey, format="%d" if whole else "%g", key=key, bind="query-params",
        width=width,
    )  # fmt: skip


def widgets(settings: Settings) -> dict[str, object]:
    """The values of the page's widgets, by key, that ask for these settings."""
    names = (*lab.NUMBERS, *lab.WORDED, "clipping", "rates", "preset", "task", "fair", "seed")
    values: dict[str, object] = {f"lab_{name}": getattr(settings, name) for name in names}
    return values | {"lab_cells": list(settings.cells)}


# ---- the trainings ---------------------------------------------------------------------------------------------------


def jobs() -> list[tuple[str, Job]]:
    """The visitor's trainings with their names."""
    return st.session_state.get(JOBS, [])


def courses() -> list[Course]:
    """What is seen: the visitor's trainings once they have shown something, a loaded one, or a preset that ships."""
    mine = [lab_courses.of_job(label, job) for label, job in jobs()]
    if mine and all(len(course.snapshots) for course in mine):
        return mine
    if loaded := st.session_state.get(LOADED):
        return loaded
    preset = st.session_state.get(_SHOWN, lab.SHIPPED[0])
    labels = lab.PRESETS[preset].labels
    return [
        lab_courses.of_kept(label, kept) for label, kept in zip(labels, compute.kept_trainings(preset), strict=True)
    ]


def phase() -> str:
    """How the trainings stand together: "idle", "running" or "paused"."""
    states = [_PHASES.get(job.state, "idle") for _, job in jobs()]
    return next((one for one in ("running", "paused") if one in states), "idle")


def remember_shown(plan: Plan | None) -> None:
    """A preset is seen from the moment on that it is chosen, or that its very runs are put together by hand."""
    chosen = st.session_state.get("lab_preset")
    same = [name for name, preset in lab.PRESETS.items() if plan and preset.runs == plan.runs]
    if chosen in lab.SHIPPED:
        st.session_state[_SHOWN] = chosen
    elif same:
        st.session_state[_SHOWN] = same[0]


def buttons(plan: Plan | None) -> None:
    """Train, pause, resume, step once, stop, reset; while paused another learning rate."""
    now = phase()
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_buttons"):
        st.button(
            say("Train"), key="lab_train", icon=":material/play_arrow:", type="primary", on_click=_train, args=(plan,),
            disabled=plan is None,
        )  # fmt: skip
        if now == "paused":
            st.button(say("Resume"), key="lab_resume", icon=":material/resume:", on_click=each, args=("resume",))
        else:
            st.button(
                say("Pause"), key="lab_pause", icon=":material/pause:", on_click=each, args=("pause",),
                disabled=now != "running",
            )  # fmt: skip
        st.button(
            say("Step once"), key="lab_step", icon=":material/skip_next:", on_click=_step, args=(plan,),
            disabled=plan is None and now == "idle", help=say("One update of the weights, then a pause"),
        )  # fmt: skip
        st.button(
            say("Stop"), key="lab_stop", icon=":material/stop:", on_click=each, args=("stop",), disabled=now == "idle"
        )
        st.button(
            say("Reset"), key="lab_reset", icon=":material/restart_alt:", on_click=_begin, args=(plan, True),
            disabled=plan is None or not jobs(), help=say("Back to update 0, with the same seed"),
        )  # fmt: skip
        if now == "paused":
            rate = st.number_input(
                say("Learning rate from here on"), 0.0, None, None, format="%g", key="lab_new_rate", width=200,
                placeholder=lab.placeholder("learning_rate", [job.run for _, job in jobs()]),
            )  # fmt: skip
            st.button(say("Change it"), key="lab_change", on_click=_change_rate, disabled=not rate)
    with st.container():
        if wrong := st.session_state.pop(WRONG, ""):
            st.warning(wrong)
        _say_what_is_seen(plan)


def _say_what_is_seen(plan: Plan | None) -> None:
    """Where what is seen is not what the settings ask for, say so."""
    if plan is None or st.session_state.get(LOADED):
        return
    if mine := jobs():
        if plan.runs != tuple(job.run for _, job in mine):
            st.info(
                say("The settings have changed: *Train* starts anew with them. Below is still what was trained before.")
            )
        return
    shown = st.session_state.get(_SHOWN, lab.SHIPPED[0])
    if plan.runs != lab.PRESETS[shown].runs:
        told = say(
            "Nothing is trained with these settings yet: press *Train*. Below is “{preset}”, as it was trained beforehand.",
            preset=say(lab.MENU[shown]),
        )
        st.info(told)


def _train(plan: Plan | None) -> None:
    _begin(plan, paused=False)


def _begin(plan: Plan | None, paused: bool) -> None:  # noqa: FBT001 - of a callback
    """Starts the runs of a plan; those before end."""
    if plan is None:
        return
    for _, job in jobs():
        job.stop()
    started: list[tuple[str, Job]] = []
    try:
        for label, run in zip(plan.labels, plan.runs, strict=True):
            started.append((label, compute.workers().start(run, controls.trainer("lab"), paused=paused)))
    except ValueError as wrong:
        st.session_state[WRONG] = say(wrong)
        for _, job in started:
            job.stop()
        return
    st.session_state.pop(LOADED, None)
    st.session_state[JOBS] = started
    st.session_state[_NOTED] = [run.rates for run in plan.runs]
    typed.put(**{AT: max(run.steps for run in plan.runs)})


def _step(plan: Plan | None) -> None:
    if phase() == "idle":
        _begin(plan, paused=True)
    each("step")


def each(command: str) -> None:
    """Gives a command to every training that is not over."""
    st.session_state[_QUICK] = time.monotonic() + _SOON
    for _, job in jobs():
        if not job.over:
            getattr(job, command)()


def _change_rate() -> None:
    rate = st.session_state.get("lab_new_rate")
    try:
        for _, job in jobs():
            if not job.over:
                job.change_rate(float(rate or 0))
        st.session_state[_QUICK] = time.monotonic() + _SOON
    except ValueError as wrong:
        st.session_state[WRONG] = f"{say(wrong)}."


def _leave() -> None:
    """Another preset: the trainings end, and what ships is seen."""
    each("stop")
    for key in (JOBS, LOADED):
        st.session_state.pop(key, None)
    st.session_state.pop(AT, None)
    typed.put(lab_rates="")  # they were those of other networks


# ---- what ticks ------------------------------------------------------------------------------------------------------


# What comes and goes has a place of its own, here and in `ask_plan`: where it does not, all that stands below it moves up
# or down by one, the browser takes it for something new, and curves and player are built again before the visitor's eyes.


def watch() -> None:
    """Progress and curves, looked at a few times a second while something trains."""
    with st.container(key="lab_curves_ticking"):
        st.fragment(_watch, run_every=_tick())(_drawn())


def _tick() -> float | None:
    """Seconds until the next look: soon where something moves, seldom where only the lease has to be renewed.

    Drawing the curves of a class would take more time than its training, so each looks less often the more there are; the
    browser lets the points of a look appear one after another, so that the curves go on growing.
    """
    now = phase()
    if now == "running":
        return _ticks()[0]
    if now == "paused" and time.monotonic() < st.session_state.get(_QUICK, 0.0):
        return _AFTER_A_CLICK
    return _LEASE_TICK if compute.workers().jobs(controls.trainer("lab")) else None


def look_tick() -> float | None:
    """Seconds until the next look inside a network that trains; None where nothing moves. See `_tick`."""
    return _ticks()[1] if phase() == "running" else None


def _ticks() -> tuple[float, float]:
    visitors = compute.workers().visitors
    return next((ticks for most, ticks in _TICKS.items() if visitors <= most), _CROWDED)


def _drawn() -> tuple:
    """What the whole page hangs on beside its widgets: when it changes, the whole page is drawn anew."""
    now = phase()
    newest = tuple(job.snapshots[-1].step if job.snapshots else -1 for _, job in jobs()) if now != "running" else ()
    begun = bool(jobs()) and all(job.snapshots for _, job in jobs())
    rates = tuple(job.run.rates for _, job in jobs())
    return _tick(), now, newest, begun, rates, st.session_state.get(AT)


def _watch(drawn: tuple) -> None:
    before = _drawn()
    compute.workers().renew(controls.trainer("lab"))
    seen = courses()
    with st.container():
        if mine := jobs():
            _show_progress(mine)
        _say_ends(seen)
    live(
        lab_courses.lines(seen),
        lab_courses.charts(seen),
        key="lab_live",
        reach=lab_courses.reach(seen),
        marks=lab_courses.marks(seen),
        cursor=_cursor(seen),
        pace=_tick() or 0.0 if phase() == "running" else 0.0,
        on_pick=_pick,
    )
    if before != drawn:
        st.rerun()


def _show_progress(mine: Sequence[tuple[str, Job]]) -> None:
    share, words = lab.progress([(label, job.state, job.updates, job.run.steps) for label, job in mine])
    speeds = [job.updates_per_second or 0.0 for _, job in mine if job.state == "running"]
    left = [seconds for _, job in mine if (seconds := job.seconds_left) is not None]
    pace = lab.pace(speeds, left)
    st.progress(min(max(share, 0.0), 1.0), f"{words}{f' · {pace}' if pace else ''}")
    for sentence in dict.fromkeys(job.sentence for _, job in mine if job.state == "waiting" and job.sentence):
        st.info(say(sentence))


def _say_ends(seen: Sequence[Course]) -> None:
    """What a visitor should know of those that did not come to their end."""
    for course in seen:
        if course.state in ("broken", "failed") or (
            course.state == "stopped" and course.sentence not in ("", "Stopped.")
        ):
            st.warning(f"**{course.name}**: {say(course.sentence)}")


def _cursor(seen: Sequence[Course]) -> int | None:
    """The update that is looked at; None for the newest."""
    at = st.session_state.get(AT)
    return None if at is None or at >= lab_courses.reach(seen) else int(at)


def _pick(x: float) -> None:
    typed.put(**{AT: int(x)})


def scrub(seen: Sequence[Course]) -> int | None:
    """Ask which update to look at; the right end follows the newest."""
    reach = lab_courses.reach(seen)
    controls.check_link(AT, 0, reach)
    before = st.session_state.get(_REACH, reach)
    if (reach != before and st.session_state.get(AT, before) >= before) or st.session_state.get(AT, reach) > reach:
        st.session_state[AT] = reach  # who follows the newest goes on doing so when the axis ends elsewhere
    st.session_state[_REACH] = reach
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_scrub"):
        at = st.slider(
            say("Training scrubber: look at update"), 0, reach, reach, key=AT, bind="query-params", width="stretch",
            help=say("Every view on this page follows it. At the right end it follows the newest snapshot."),
        )  # fmt: skip
        st.button(say("Newest"), key="lab_newest", on_click=typed.put, kwargs={AT: reach}, disabled=at >= reach)
    return None if at >= reach else at


# ---- words at both ends ----------------------------------------------------------------------------------------------


def guess_first() -> None:
    """A guess, graded by the networks that ship."""
    with st.container(key="lab_guessing"):
        st.markdown(say(lab.GUESS))
        guess = controls.choice("lab", "guess", "It is right", lab.GUESSES, "none", asks=lab.GUESS)
        if guess != "none":
            kept = compute.kept_trainings("forget_bias")[1].record
            share = compute.accuracy_by_length(kept.run, kept.snapshots[-1])[lab.GUESSED]
            controls.answer("lab_guess", lab.graded(guess, share))


def ending() -> None:
    """What to notice, and things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(lab.NOTICE))
    st.subheader(say("Two things to try"))
    for column, (name, (values, look)) in zip(st.columns(len(lab.TRIES)), lab.TRIES.items(), strict=True):
        with column:
            st.button(say(name), key=f"lab_try_{name}", on_click=_try, args=(values,))
            st.markdown(say(look))


def _try(values: Mapping[str, object]) -> None:
    _leave()
    cleared = {key: value for key, value in widgets(Settings()).items() if key in st.session_state}
    typed.put(**cleared | dict(values))
