"""Views of the page "training lab": the player inside a training, longer sequences, a sweep over seeds, files.

Each follows the scrubber, or the newest snapshot while something trains.
"""

from collections.abc import Iterable, Sequence

import streamlit as st

from models import probe, record, script
from models.job import Job
from models.limits import LIMITS
from models.run import Run
from models.sweep import Member, lines, sweep
from models.tasks import TASKS
from models.training import Snapshot
from playground import compute, controls, figures, lab, lab_courses, showing, typed
from playground import lab_parts as parts
from playground.lab import Plan
from playground.lab_courses import Course
from playground.language import number, say
from playground.player import player

_SWEEP = "lab_sweep_jobs"
_SWEEP_TICK = 1.0  # seconds between two looks
_MOST_COST = 20_000_000  # of `probe.cost`
_MOST_SWEEP = 60
_LAYERS = ("layer 1", "layer 2", "layer 3", "layer 4")  # as many as `models.limits` lets a network have


def ask_course(page: str, label: str, seen: Sequence[Course]) -> int:
    """Ask which of the networks to look at, or to save: its place."""
    if len(seen) == 1:
        return 0
    names = {str(k): course.label for k, course in enumerate(seen)}
    # The names are part of the key: another preset has others, and a link to the old ones means nothing there.
    key = f"{page}_{_short(names.values())}"
    return int(controls.choice("lab", key, label, names, str(len(names) - 1)))


def _short(names: Iterable[str]) -> str:
    """A short name of several names, for the key of a widget."""
    return "".join(word[0] for name in names for word in name.split()).lower()


def look_inside(at: int | None) -> None:
    """The player on a probe sequence, and the recurrent weights, at the update that is looked at."""
    seen = parts.courses()
    course = seen[ask_course("look", "Look into", seen)]
    task = TASKS[course.run.task]
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_probe_controls"):
        length = _ask_probe(course.run)
        number = parts.ask_number("probe_seed", say("Sequence number"), "0", least=0, width=150)
        layer = 0
        if course.run.layers > 1:
            names = {str(k): name for k, name in enumerate(_LAYERS[: course.run.layers])}
            layer = int(controls.choice("lab", f"layer{course.run.layers}", "Layer", names, "0"))
    st.caption(f"{say(task.rule)} {say('Below each step that is asked stands the right answer, after an arrow.')}")
    question = probe.Probe(course.run.task, length, int(number or 0) % 2**31)
    every = parts.look_tick() if at is None else None
    with st.container(key="lab_look_ticking"):
        st.fragment(_look, run_every=every)(seen.index(course), at, question, layer)


def _ask_probe(run: Run) -> int:
    task, usual = TASKS[run.task], lab_courses.probe_length(run)
    key = f"lab_probe_{run.task}"
    low, high = task.shortest, min(task.longest, 300)
    controls.check_link(key, low, high)
    found = st.number_input(
        say("Length in {unit}", unit=say(task.unit)),
        low,
        high,
        None,
        placeholder=str(usual),
        key=key,
        bind="query-params",
        width=230,
    )
    return usual if found is None else int(found)


def _look(place: int, at: int | None, question: probe.Probe, layer: int) -> None:
    seen = parts.courses()
    course = seen[min(place, len(seen) - 1)]
    snapshot = course.at(at)
    if snapshot is None or course.run.task != question.task:
        return
    st.markdown(lab_courses.numbers(course, snapshot, compute.measures(course.run, snapshot)))
    found = compute.looked_at(course.run, snapshot, question, min(layer, course.run.layers - 1))
    steps = lab_courses.tokens(found, course.run.task)
    player([lab_courses.track(course, snapshot, found)], steps, key="lab_player", step=len(steps) - 1)
    _show_weights(course, snapshot, layer)


def _show_weights(course: Course, snapshot: Snapshot, layer: int) -> None:
    weights = probe.recurrent_weights(course.run, snapshot, min(layer, course.run.layers - 1))
    gate = next(iter(weights))
    if len(weights) > 1:
        gate = controls.choice(
            "lab", f"gate_{course.run.cell.lower()}", "Recurrent weights of gate", {g: g for g in weights},
            {"LSTM": "f", "GRU": "z"}[course.run.cell],
        )  # fmt: skip
    showing.chart(
        figures.matrix(
            weights[gate],
            say("W_hh into {gate} after {updates:,} updates", gate=gate, updates=snapshot.step),
            say("from hidden unit"),
            say("to hidden unit"),
            dark=controls.dark(),
            say=say,
        ),
        key="lab_weights",
        alt=say(
            "The recurrent weights into {gate} of {network} as a matrix of colours", gate=gate, network=course.name
        ),
    )


def longer(at: int | None) -> None:
    """Accuracy at lengths never trained on, of every network."""
    tick = parts.look_tick() if at is None else None
    with st.container(key="lab_longer_ticking"):
        st.fragment(_longer, run_every=tick and 2 * tick)(at)


def _longer(at: int | None) -> None:
    seen = [course for course in parts.courses() if course.snapshots]
    if any(probe.cost(course.run) > _MOST_COST for course in seen):
        st.info(say("These networks are too large to be measured at every length while you watch: use the sweep."))
        return
    task = TASKS[seen[0].run.task]
    snapshots = [course.at(at) for course in seen]
    found = [
        compute.accuracy_by_length(course.run, snapshot)
        for course, snapshot in zip(seen, snapshots, strict=True)
        if snapshot
    ]
    whens = " / ".join(dict.fromkeys(number(snapshot.step, ",") for snapshot in snapshots if snapshot))
    showing.chart(
        figures.curves(
            lab_courses.by_length(seen, found),
            say("Where each network breaks: after {updates} updates", updates=whens),
            figures.Axes(say(task.unit), say(task.score), span=(0, 1.05)),
            places=lab_courses.trained(seen[0].run),
            dark=controls.dark(),
            height=420,
        ),
        key="lab_lengths",
        alt=say("Accuracy of each network on held-out sequences of several lengths"),
    )
    showing.table(
        {say("network"): [course.name for course in seen]}
        | {f"{length}": [number(shares[length], ".1%") for shares in found] for length in task.tested},
        hide_index=True,
        alt=say(
            "The same accuracies as numbers: a row for each network, a column for each length in {unit}",
            unit=say(task.unit),
        ),
    )


# ---- the sweep -------------------------------------------------------------------------------------------------------


def sweep_tab(plan: Plan | None) -> None:
    """The plan with several seeds and lengths, in the background, drawn as it fills."""
    running = any(not job.over for _, job in _swept())
    controls.check_link("lab_seeds", 1, 20)
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_sweep_controls"):
        seeds = st.number_input(say("Seeds"), 1, 20, 5, key="lab_seeds", bind="query-params", width=110)
        lengths = _ask_lengths(plan)
        st.button(
            say("Start the sweep"), key="lab_sweep_start", icon=":material/play_arrow:", type="primary",
            on_click=_start_sweep, args=(plan, int(seeds or 5), lengths), disabled=plan is None or running,
        )  # fmt: skip
        st.button(
            say("Stop the sweep"),
            key="lab_sweep_stop",
            icon=":material/stop:",
            on_click=_stop_sweep,
            disabled=not running,
        )
    with st.container(key="lab_sweep_ticking"):
        st.fragment(_sweeping, run_every=_SWEEP_TICK if running else None)(running)


def _ask_lengths(plan: Plan | None) -> list[tuple[int, int]]:
    """Ask at which lengths to train, beside the plan's own."""
    if plan is None:
        return []
    run = plan.runs[0]
    others = [n for n in TASKS[run.task].tested if n != run.lengths[1] and n >= run.lengths[0]]
    chosen = st.pills(
        say("Train also up to … {unit}", unit=say(TASKS[run.task].unit)), others, selection_mode="multi",
        key=f"lab_also_{run.task}",
        bind="query-params",
    )  # fmt: skip
    constant = run.lengths[0] == run.lengths[1]
    return [run.lengths, *((n if constant else run.lengths[0], n) for n in chosen or ())]


def _swept() -> list[tuple[Member, Job]]:
    return st.session_state.get(_SWEEP, [])


def _start_sweep(plan: Plan, seeds: int, lengths: Sequence[tuple[int, int]]) -> None:
    _stop_sweep()
    try:
        members = sweep(plan.runs, plan.labels, lengths, seeds)
    except ValueError as wrong:
        st.session_state[parts.WRONG] = f"{say(wrong)}."
        return
    if len(members) > _MOST_SWEEP:
        st.session_state[parts.WRONG] = say(
            "{count} trainings are too many for one sweep: at most {most}.", count=len(members), most=_MOST_SWEEP
        )
        return
    started: list[tuple[Member, Job]] = []
    try:
        started.extend((member, _start(member.run)) for member in members)
    except ValueError as wrong:
        st.session_state[parts.WRONG] = say(wrong)
    st.session_state[_SWEEP] = started


def _start(run: Run) -> Job:
    return compute.workers().start(run, controls.trainer("lab"), tested=True, keep=2)


def _stop_sweep() -> None:
    for _, job in reversed(_swept()):
        job.stop()


def _sweeping(was_running: bool) -> None:  # noqa: FBT001 - of a fragment
    mine = _swept()
    if mine:
        over = sum(job.state == "done" for _, job in mine)
        updates = sum(job.updates for _, job in mine) / max(1, sum(job.run.steps for _, job in mine))
        st.progress(min(updates, 1.0), say("{over} of {count} trainings are done", over=over, count=len(mine)))
        found = lines([member for member, _ in mine], [job.accuracies for _, job in mine])
        run, what = mine[0][0].run, say("your sweep")
    else:
        found = compute.kept_sweep()
        run = lab.PRESETS["latch_cells"].runs[0]
        what = say("RNN, GRU and LSTM on the latch over 30 steps, 5 seeds each")
    if found:
        task = TASKS[run.task]
        showing.chart(
            figures.curves(
                lab_courses.swept(found),
                say("Median and range over seeds: {what}", what=what),
                figures.Axes(say(task.unit), say(task.score), span=(0, 1.05)),
                places=lab_courses.trained(run),
                dark=controls.dark(),
                height=420,
            ),
            key="lab_sweep_figure",
            alt=say(
                "Accuracy by length: for each network the median over seeds, and a band from the lowest to the highest"
            ),
        )
        st.caption(say("In brackets: how many seeds are done. The band runs from the worst seed to the best."))
    else:
        st.caption(say("The first line appears as soon as one training is done and measured."))
    if was_running and not any(not job.over for _, job in mine):
        st.rerun()


# ---- save and load ---------------------------------------------------------------------------------------------------


def save_and_load(at: int | None) -> None:
    """Downloads of what is seen, and a way back in for a saved training."""
    seen = parts.courses()
    course = seen[ask_course("save", "Network", seen)]
    snapshot = course.at(at)
    st.markdown(
        say(
            "**The link.** The address bar carries all settings, the update that is looked at, and the open tab: copy it. "
            "What a link reproduces is trained anew, with the same numbers on the same kind of machine."
        )
    )
    name = f"{course.run.task}-{course.run.cell.lower()}"
    with st.container(horizontal=True, key="lab_downloads"):
        if snapshot:
            st.download_button(
                say("Weights after {updates:,} updates", updates=snapshot.step), lambda: record.weights(snapshot),
                f"{name}-{snapshot.step}.safetensors", key="lab_weights_file", on_click="ignore",
            )  # fmt: skip
            st.download_button(
                say("Training, to be replayed"), lambda: record.save(course.run, course.snapshots, course.series),
                f"{name}-training.safetensors", key="lab_record_file", on_click="ignore",
            )  # fmt: skip
        st.download_button(
            say("PyTorch script"), script.script(course.run), f"{name}.py", key="lab_script_file", on_click="ignore"
        )
        st.download_button(
            say("All numbers as CSV"),
            lambda: lab_courses.as_csv(seen),
            f"{name}.csv",
            key="lab_csv_file",
            on_click="ignore",
        )
    st.file_uploader(
        say("Load a training that was saved here"), ["safetensors"], key="lab_upload", on_change=_load,
        max_upload_size=max(1, LIMITS.file_bytes // 1_000_000),
    )  # fmt: skip
    with st.expander(say("The PyTorch script")):
        st.code(script.script(course.run), language="python")


def _load() -> None:
    upload = st.session_state.get("lab_upload")
    if upload is None:
        return
    try:
        found = record.load(upload.getvalue())
    except ValueError as wrong:
        st.session_state[parts.WRONG] = say(wrong)
        return
    if found.run.task not in lab.TITLES:
        st.session_state[parts.WRONG] = say(
            "It was trained on {task}, which has no place here.", task=say(TASKS[found.run.task].title)
        )
        return
    parts.each("stop")
    st.session_state.pop(parts.JOBS, None)
    st.session_state[parts.LOADED] = [lab_courses.of_record(found.run.cell, found)]
    typed.put(**{parts.AT: found.run.steps}, **parts.widgets(lab.settings_of(found.run)))
