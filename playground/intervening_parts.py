"""Parts of the page "what if": its widgets and its pictures.

All changes live in the URL as one line of text. Buttons write that line; what they would need to remember is in it.
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from models.reading import Question
from models.saliency import VERBS
from models.what_if import LARGEST, MOST, Answer, Change, Clamp, Cut, Edit, Effect, Scope, WhatIf, effect
from playground import compute, controls, figures, intervening, showing, typed
from playground.intervening import Part, Preset
from playground.language import said_all, say
from playground.notation import Notation
from playground.player import Cursor

TEXT = "whatif_changes"
"""The key of the line that holds all changes, its name in the URL."""

_MATRICES = {
    "weight_hh_l0": "weight_hh_l0: from the past state",
    "weight_ih_l0": "weight_ih_l0: from the word",
    "bias_ih_l0": "bias_ih_l0",
    "bias_hh_l0": "bias_hh_l0",
    "head.weight": "head.weight: from h to the words",
    "head.bias": "head.bias: of the words",
}
_OF_UNIT = {
    "c": (
        "The memory c of unit {unit}",
        "The memory c of unit {unit}, which changes most",
        "The memory c of unit {unit} after each token, as it is and changed",
    ),
    "h": (
        "The state h of unit {unit}",
        "The state h of unit {unit}, which changes most",
        "The state h of unit {unit} after each token, as it is and changed",
    ),
}
"""Over the curve of a unit: its title, the same where it is the one that changes most, and its alt text."""

_GUESSING, _FATE, _FATE_OF = "whatif_guessing", "whatif_fate", "whatif_fate_of"

_NUMBER_WIDTH = 130
_ALL = -1  # in a menu: all units, all tokens; None would be nothing chosen

# ---- asking ----------------------------------------------------------------------------------------------------------


def ask_changes(question: Question, room: Scope, presets: dict[str, Preset], unit: int) -> tuple[Change, ...]:
    """Ask what is changed: presets, one form for each kind of change, and all that is in force with a way to undo it.

    Args:
        question: which network reads what.
        room: what there is to change.
        presets: by name.
        unit: the unit that the forms propose, from 0.
    """
    text = st.session_state.get(TEXT, st.query_params.get(TEXT, intervening.FIRST)) or ""
    parts = intervening.parsed(text, room, presets)
    cell, changes = question.cell, tuple(part.change for part in parts if part.change is not None)
    wanted = st.toggle(say("Guess before it is shown"), key=_GUESSING, bind="query-params")
    _forget_answer_to_others(WhatIf.of(question, changes))
    guessing = wanted and st.session_state.get(_FATE, st.query_params.get(_FATE, "none")) == "none"
    _show_presets(text, presets, hint=not guessing)
    with st.container(border=True, key="whatif_form"):
        kind = controls.choice("whatif", "kind", "Make a change", intervening.KINDS, "clamp")
        {"clamp": _ask_clamp, "cut": _ask_cut, "edit": _ask_edit}[kind](cell, room, parts, min(unit, room.hidden - 1))
    _show_in_force(parts, room)
    for sentence in intervening.complaints(parts):
        st.warning(sentence)
    return changes


def _forget_answer_to_others(asked: WhatIf) -> None:
    """An answer holds for the changes about which it was given; one that came with a link, for those of the link."""
    if st.session_state.setdefault(_FATE_OF, asked) != asked:
        st.session_state[_FATE_OF] = asked
        st.session_state[_FATE] = "none"


def _show_presets(text: str, presets: dict[str, Preset], *, hint: bool) -> None:
    """Show the presets, and what to look at; without that hint where the visitor is about to guess it."""
    said = " ".join(text.split()).casefold()
    with st.container(horizontal=True, gap="xsmall", key="whatif_presets"):
        for name, preset in presets.items():
            chosen = name.casefold() == said
            st.button(
                say(name), key=f"whatif_preset_{name}", help=preset.look, type="primary" if chosen else "secondary",
                on_click=typed.put, kwargs={TEXT: name},
            )  # fmt: skip
    look = next((preset.look for name, preset in presets.items() if name.casefold() == said), "")
    if look and hint:
        st.markdown(say(":material/visibility: **Look at this.** {look}", look=look))


def _row(name: str):  # noqa: ANN202 - Streamlit's container
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"whatif_{name}_row")


def _ask_clamp(cell: str, room: Scope, parts: Sequence[Part], unit: int) -> None:
    roles = list(room.roles)
    gate = next((k for k, name in enumerate(roles) if room.roles[name] == "keep"), 0)
    with _row("clamp"):
        name = st.selectbox(
            say("Gate or state"),
            roles,
            gate,
            format_func=lambda name: _title(name, room),
            key=f"whatif_name_{cell}",
            width=210,
        )
        units = [_ALL, *range(room.hidden)]
        of = st.selectbox(
            say("Unit"), units, unit + 1, format_func=_unit, key=f"whatif_unit_{cell}_{room.hidden}", width=110
        )
        steps = [_ALL, *range(len(room.tokens))]
        at = st.selectbox(
            say("Token"), steps, 0, format_func=lambda step: _token(step, room), width=190,
            key=f"whatif_token_{len(room.tokens)}",
        )  # fmt: skip
        clamp = Clamp(name, 0.0, *(None if place == _ALL else place for place in (of, at)))
        for value in (0.0, 1.0):
            _add_button(
                say("Set to {value:g}", value=value), f"whatif_set_{value:g}", parts, replace(clamp, value=value)
            )
        value = st.number_input(
            say("or to any value"), -LARGEST, LARGEST, 0.5, 0.1, format="%g", key="whatif_value", width=_NUMBER_WIDTH
        )
        _add_button(say("Set"), "whatif_set", parts, replace(clamp, value=float(value)))


def _ask_cut(cell: str, room: Scope, parts: Sequence[Part], unit: int) -> None:
    with _row("cut"):
        cut = st.selectbox(
            say("Unit"), range(room.hidden), unit, format_func=_unit, key=f"whatif_cut_{cell}_{room.hidden}", width=130
        )
        _add_button(say("Cut it"), "whatif_cut", parts, Cut(cut))
    st.caption(say("The unit's h, and its c, are 0 at every token: later steps and the output get nothing from it."))


def _ask_edit(cell: str, room: Scope, parts: Sequence[Part], unit: int) -> None:
    with _row("edit"):
        matrix = st.selectbox(
            say("Matrix"), list(_MATRICES), format_func=said_all(_MATRICES).__getitem__, key="whatif_matrix", width=240
        )
        rows, columns = room.weights[matrix].shape
        size = f"{cell}_{matrix}_{rows}_{columns}"
        row = st.selectbox(
            say("Row"), range(rows), 0 if matrix.startswith("head") else unit, key=f"whatif_row_{size}", width=165,
            format_func=lambda row: f"{row + 1}: {intervening.row_name(matrix, row, room)}",
        )  # fmt: skip
        column = 0
        if columns > 1:
            column = st.selectbox(
                say("Column"), range(columns), min(unit, columns - 1), key=f"whatif_column_{size}", width=155,
                format_func=lambda column: f"{column + 1}: {intervening.column_name(matrix, column)}",
            )  # fmt: skip
        here = intervening.present(matrix, row, column, parts, room)
        value = st.number_input(
            say("New value (now {here:.4g})", here=here), -LARGEST, LARGEST, here, 0.1, format="%.4g", width=175,
            key=f"whatif_weight_{size}_{row}_{column}_{here}",
        )  # fmt: skip
        edit = Edit(matrix, row, column, 0.0)
        _add_button(say("Set"), "whatif_edit", parts, replace(edit, value=float(value)))
        _add_button(say("Set to {value:g}", value=0), "whatif_edit_0", parts, edit)


def _add_button(label: str, key: str, parts: Sequence[Part], change: Change) -> None:
    st.button(label, key=key, on_click=_add, args=(parts, change))


def _add(parts: Sequence[Part], change: Change) -> None:
    together = intervening.added(parts, change)
    if len([part for part in together if part.text]) > MOST:
        st.session_state["whatif_full"] = True
        return
    st.session_state[TEXT] = intervening.joined(together)


def _show_in_force(parts: Sequence[Part], room: Scope) -> None:
    if st.session_state.pop("whatif_full", False):
        st.warning(say("At most {most} changes are made at once. Remove one first.", most=MOST))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="whatif_in_force"):
        told = "**In force:**" if parts else "**In force:** nothing. The network runs as it is."
        st.markdown(say(told), width="content")
        for place, part in enumerate(parts):
            if not part.text:
                continue
            ignored = say("ignored: {change}", change=intervening.code(part.text))
            label = intervening.named(part.change, room) if part.change else ignored
            others = intervening.joined([*parts[:place], *parts[place + 1 :]])
            st.button(
                label, key=f"whatif_remove_{place}", icon=":material/close:", help=say("Remove this change"),
                on_click=typed.put, kwargs={TEXT: others},
            )  # fmt: skip
        if parts:
            st.button(
                say("Reset"), key="whatif_reset", icon=":material/restart_alt:", type="tertiary",
                help=say("Remove all changes"), on_click=typed.put, kwargs={TEXT: intervening.NONE},
            )  # fmt: skip
    with st.expander(say("All changes in one line, as in the link"), key="whatif_line"):
        st.text_input(
            say("Changes, parted by semicolons (Enter reads them)"), intervening.FIRST, key=TEXT, bind="query-params"
        )
        how = "Write {grammar}, the name of a preset, or none. All count from 1, as on the screen."
        st.caption(say(how, grammar=say(intervening.GRAMMAR)))


def _title(name: str, room: Scope) -> str:
    return f"{name}: {say(room.titles[name])}"


def _unit(unit: int) -> str:
    return say("all") if unit == _ALL else str(unit + 1)


def _token(step: int, room: Scope) -> str:
    return say("all") if step == _ALL else f"{step + 1} {room.tokens[step][:24]}"


# ---- showing ---------------------------------------------------------------------------------------------------------


def changed_run(question: Question, changes: tuple[Change, ...], original: Answer) -> tuple[Answer | None, Effect]:
    """The run with the changes, None where there are none; one that overflows gets a sentence, and is not shown."""
    changed = compute.changed(WhatIf.of(question, changes)) if changes else None
    if changed and changed.lost is not None and original.lost is None:
        st.warning(intervening.overflowed(changed))
        changed = None
    return changed, effect(original, changed or original)


def foretold(question: Question, changes: tuple[Change, ...], original: Answer, changed: Answer | None) -> bool:
    """Ask what becomes of the verb before it is shown, if the visitor wants that; whether it may be shown now."""
    st.subheader(say("What it changes"))
    found, room = effect(original, changed or original), compute.changeable(question)
    if not st.session_state[_GUESSING] or not changed or not intervening.can_be_guessed(found):
        return True
    st.markdown(intervening.foretell(found, original.reading.tokens))
    asks = intervening.asked_of(changes, room)
    guess = controls.choice("whatif", "fate", "Your guess", intervening.FATES, "none", asks=asks)
    if guess == "none":
        return False
    controls.answer(_FATE, intervening.foretold(guess, found))
    return True


def show_effect(found: Effect, original: Answer, changed: Answer | None, changes: int) -> None:
    """What the changes have changed: a sentence, and the verbs before and after as large numbers."""
    tokens = original.reading.tokens
    st.markdown(intervening.said(found, tokens, changes if changed else 0))
    with st.container(horizontal=True, gap="small", key="whatif_verbs"):
        for place, verb in enumerate(VERBS):
            st.metric(
                say("“{word}”", word=verb), intervening.percent(found.after[place]), border=True, width=160,
                delta=say("as it is: {share}", share=intervening.percent(found.before[place])),
                delta_color="off", delta_arrow="off",
            )  # fmt: skip
    st.caption(intervening.where_asked(found, tokens) + ".")
    if changed and (badge := intervening.exactness(changed)):
        st.markdown(badge)


def show_curves(found: Effect, original: Answer, changed: Answer | None, unit: int) -> None:
    """How probable both verbs are after each token, and the unit whose memory the changes move most."""
    tokens = original.reading.tokens
    parting = None if found.first is None else found.first + 1
    state, moved = intervening.most_changed(original, changed, unit)
    chances, memory = st.columns(2, gap="medium")
    with chances:
        showing.chart(
            figures.beside(
                intervening.verb_curves(original, changed), say("How probable each verb is next"), say("probability"),
                tokens, parting=parting, span=(-0.03, 1.05), dark=controls.dark(), say=say,
            ),
            key="whatif_chances", alt=say("Probability of was and were after each token, as it is and changed"),
        )  # fmt: skip
    with memory:
        title, most, alt = (say(text, unit=moved + 1) for text in _OF_UNIT[state])
        showing.chart(
            figures.beside(
                intervening.unit_curves(original, changed, state, moved), most if parting else title, state, tokens,
                parting=parting,
                dark=controls.dark(), say=say,
            ),
            key="whatif_memory", alt=alt,
        )  # fmt: skip
    if parting:
        st.caption(say("The dotted line: from this token on the two runs differ."))


def play(original: Answer, changed: Answer | None, letters: Notation, start: Cursor) -> None:
    """Both runs under one cursor."""
    tracks = {"as it is": original.reading} | ({"changed": changed.reading} if changed else {})
    kind = original.reading.trace.cell.kind
    controls.play(
        "whatif", tracks, letters, start, value="c" if kind == "LSTM" else "h",
        held={"changed": changed.held} if changed else {},
    )  # fmt: skip


def show_differences(original: Answer, changed: Answer | None) -> None:
    """Changed minus as it is, of every state: units up, tokens along."""
    if not changed:
        return
    states = sorted(original.reading.trace.start)
    st.markdown(say("**Changed minus as it is.** An empty cell is the same to the last bit."))
    for column, state in zip(st.columns(len(states), gap="medium"), states, strict=True):
        with column:
            showing.chart(
                figures.heatmap(
                    intervening.difference(original, changed, state), "share", say("Difference of {state}", state=state),
                    original.reading.tokens, dark=controls.dark(), say=say,
                ),
                key=f"whatif_difference_{state}",
                alt=say("Changed minus as it is: {state} of every unit at every token", state=state),
            )  # fmt: skip


# ---- guess first, what to notice, what to try ------------------------------------------------------------------------


def ask_first() -> bool:
    """A question about the trained LSTM, answered from the tensors once the visitor has guessed; whether that is so."""
    st.subheader(say("Guess first: hide the number until it is needed"))
    unit, question = compute.number_unit("LSTM"), intervening.LSTM
    original = compute.changed(WhatIf(question))
    presets = intervening.presets(question, compute.changeable(question), unit, original.reading)
    preset = presets[intervening.HIDE_ONE]
    st.markdown(intervening.question(preset, unit, original.reading.tokens))
    guess = controls.choice("whatif", "guess", "Your guess", intervening.GUESSES, "none", asks=intervening.ASKS_HIDDEN)
    if guess == "none":
        return False
    hidden = effect(original, compute.changed(WhatIf.of(question, preset.changes)))
    late = Clamp("o", 0.0, unit, hidden.asked)
    too_late = effect(original, compute.changed(WhatIf(question, (late,))))
    controls.answer("whatif_guess", intervening.graded(guess, hidden, too_late))
    st.button(
        say("Show it above"), key="whatif_show_hidden", icon=":material/visibility:", on_click=typed.put,
        kwargs=intervening.lecture("LSTM", intervening.HIDE_ONE),
    )  # fmt: skip
    return True


def show_notice(cell: str, *, guessed: bool) -> None:
    """What to notice: memory against state, every unit cut by itself, every preset, all from the trained networks.

    The preset that the guess is about joins the others once it has been made.
    """
    question = Question(controls.LECTURE, cell)
    original = compute.changed(WhatIf(question))
    st.markdown(_memory_or_state())
    cuts = compute.cut_each(question)
    text, chart = st.columns([1, 1.2], gap="medium")
    with chart:
        showing.chart(
            figures.bars(
                cuts[:, 0], int(cuts[:, 0].argmin()), "keep", say("{cell}: “was” when one unit is cut", cell=cell),
                say("probability of “was”"), span=(0, 1.12), dark=controls.dark(), height=300, say=say,
            ),
            key="whatif_cuts", alt=say("Probability of was before the verb, for each unit that is cut"),
        )  # fmt: skip
    with text:
        st.markdown(intervening.carries(cell, cuts, effect(original, original)))
    unit = compute.number_unit(cell)
    presets = intervening.presets(question, compute.changeable(question), unit, original.reading)
    seen = {name: preset for name, preset in presets.items() if guessed or name != intervening.HIDE_ONE}
    runs = {name: compute.changed(WhatIf.of(question, preset.changes)) for name, preset in seen.items()}
    effects = {"nothing changed": effect(original, original)}
    st.markdown(intervening.preset_table(effects | {name: effect(original, run) for name, run in runs.items()}))


def memory() -> Clamp:
    """C of the LSTM's number unit half-way to the verb, as it is where the subject has the other number."""
    other = compute.changed(WhatIf(Question(controls.EXAMPLES["cats … were"], "LSTM")))
    unit, step = compute.number_unit("LSTM"), effect(other, other).asked // 2
    return Clamp("c", round(float(other.reading.trace["c"][step, unit]), 2), unit, step)


def _memory_or_state() -> str:
    other = compute.changed(WhatIf(Question(controls.EXAMPLES["cats … were"], "LSTM")))
    c, original = memory(), compute.changed(WhatIf(intervening.LSTM))
    assert c.step is not None and c.unit is not None  # noqa: S101, PT018 - it is of one unit at one token
    h = replace(c, name="h", value=float(other.reading.trace["h"][c.step, c.unit]))
    in_memory, in_state = (effect(original, compute.changed(WhatIf(intervening.LSTM, (clamp,)))) for clamp in (c, h))
    return intervening.memory_or_state(in_memory, in_state, c, original.reading.tokens[c.step])


def ending() -> None:
    """Things to try, each a click that sets cell, text and changes."""
    typed.attempts("whatif", intervening.attempts(memory(), compute.number_unit("RNN")))
