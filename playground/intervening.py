"""The page "what if" in words: changes as one line of text and back, presets, and what a change has changed, as sentences.

A change is written as it is in the link: `f@12:3=0` holds f of unit 3 at token 12, `f@all:all=0` everywhere; `cut 3` cuts
a unit; `weight_hh_l0[5,7]=0.3` gives the weight in row 5 and column 7 another value. All count from 1, as on the screen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.reading import Question, Reading
from models.saliency import VERBS, before_verb
from models.what_if import LARGEST, MOST, Answer, Change, Clamp, Cut, Edit, Effect, Scope
from playground.controls import LECTURE
from playground.figures import Curve
from playground.language import number, say, wordings

ASKED = (
    "**Which gate, unit or weight carries the memory, and what happens without it?** "
    "Clamp a gate, cut a unit or edit a weight while the network reads: the real cell computes the rest of the sequence "
    "from what you set."
)

KINDS = {"clamp": "Clamp a gate", "cut": "Cut a unit", "edit": "Edit a weight"}
"""Kinds of changes, as the page offers them."""

FIRST = "One unit, one word"
"""The preset that the page opens with."""

NONE = "none"
"""What the link says where nothing is changed."""

GRAMMAR = "`f@12:3=0` (gate f at token 12, unit 3), `f@all:all=0`, `cut 3` or `weight_hh_l0[5,7]=0.3`"

GUESSES = {"none": "?", "yes": "It changes", "no": "It stays"}
"""Answers to "will the verb change?"."""

ASKS_HIDDEN = "Does the verb change if one unit's output gate is shut until right before it?"
"""That question in one sentence, for the table of guesses."""

FATES = {"none": "?", "stays": "The verb stays", "flips": "It flips", "lost": "It is lost"}
"""Answers to "what becomes of the verb?", about a change that the visitor makes."""

LONGEST = 10_000
"""Characters of a line of changes that are read."""

_VERB_ROLES = tuple(zip(VERBS, ("keep", "candidate"), strict=True))  # whose colours the two verbs have
_EXPECTED = 0.05  # a verb that is less probable is not expected
_SHOWN = 32  # characters of a visitor's text that a sentence repeats
_ORDINARY = frozenset(("write", "keep", "reset", "read"))  # roles of gates, which lie between 0 and 1

# ---- changes as text -------------------------------------------------------------------------------------------------

_NUMBER = r"\s*=\s*(\S+)"
_PLACE = r"\s*(all|\d{1,9})\s*"
_CLAMP = re.compile(rf"([a-z]+)\s*@{_PLACE}:{_PLACE}{_NUMBER}", re.ASCII)
_CUT = re.compile(r"cut\s+(\d{1,9})", re.ASCII)
_EDIT = re.compile(rf"([a-z_0-9.]+)\s*\[\s*(\d{{1,9}})\s*(?:,\s*(\d{{1,9}})\s*)?\]{_NUMBER}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})(e[-+]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Part:
    """One change as it was written.

    Attributes:
        text: what was written; empty for a remark on the whole line.
        change: what it means; None where it means nothing, or nothing here.
        wrong: then a sentence that says why, without its full stop.
    """

    text: str
    change: Change | None = None
    wrong: str = ""


@dataclass(frozen=True)
class Preset:
    """A change that is one click away, and what to look at."""

    changes: tuple[Change, ...]
    look: str


def parsed(text: str, room: Scope, presets: Mapping[str, Preset]) -> list[Part]:
    """Read changes: the name of a preset, or changes parted by semicolons; "none" or nothing for none.

    Args:
        text: anything.
        room: what there is to change.
        presets: those of this cell and text, by name.

    Returns:
        A part for each change, wrong ones included; at most `MOST`, and one more that says so where there were more.
    """
    said = " ".join(text[:LONGEST].replace("−", "-").split())
    pieces = [piece.strip() for piece in said.split(";")]
    found = [part for piece in pieces if piece and piece.casefold() != NONE for part in _parts(piece, room, presets)]
    if len(found) > MOST:
        told = say("There are {count:,} changes, and at most {most} are made", count=len(found), most=MOST)
        return [*found[:MOST], Part("", None, told)]
    return found


def _parts(text: str, room: Scope, presets: Mapping[str, Preset]) -> list[Part]:
    said = text.casefold()
    name = next((name for name in PRESETS if said in (each.casefold() for each in wordings(name))), "")
    if not name:
        return [_part(text, room)]
    if name not in presets:
        return [Part(name, None, say("this network has no such gate or unit"))]
    return [Part(written(change), change) for change in presets[name].changes]


def _part(text: str, room: Scope) -> Part:
    try:
        change = _change(text, room)
        room.check(change)
    except ValueError as wrong:
        return Part(text, None, say(wrong))
    return Part(written(change), change)


def _change(text: str, room: Scope) -> Change:
    steps = len(room.tokens)
    if found := _CLAMP.fullmatch(text):
        name, step, unit, value = found.groups()
        if name not in room.roles:
            raise ValueError(
                say("this cell has {names}, but no {name}", names=", ".join(room.roles), name=name[:_SHOWN])
            )
        places = _place("unit", unit, room.hidden), _place("token", step, steps)
        return Clamp(name, _value(value), *places)
    if found := _CUT.fullmatch(text):
        return Cut(_counted("unit", found[1], room.hidden))
    if found := _EDIT.fullmatch(text):
        matrix, row, column, value = found.groups()
        if matrix not in room.weights:
            raise ValueError(say("the weights are {names}", names=", ".join(room.weights)))
        rows, columns = room.weights[matrix].shape
        return Edit(matrix, _counted("row", row, rows), _counted("column", column or "1", columns), _value(value))
    raise ValueError(say("a change is written {grammar}", grammar=say(GRAMMAR)))


def _place(what: str, text: str, most: int) -> int | None:
    return None if text == "all" else _counted(what, text, most)


_RANGES = {
    "unit": "the units here are 1 to {most}",
    "token": "the tokens here are 1 to {most}",
    "row": "the rows here are 1 to {most}",
    "column": "the columns here are 1 to {most}",
}


def _counted(what: str, text: str, most: int) -> int:
    """A place that visitors count from 1, counted from 0."""
    if not 1 <= int(text) <= most:
        raise ValueError(say(_RANGES[what], most=most))
    return int(text) - 1


def _value(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(say("{text} is no number", text=code(text)))
    value = float(text)
    if abs(value) > LARGEST:
        raise ValueError(say("numbers here go up to {largest:,.0f}", largest=LARGEST))
    return value


def written(change: Change) -> str:
    """A change as `parsed` reads it."""
    if isinstance(change, Cut):
        return f"cut {change.unit + 1}"
    if isinstance(change, Edit):
        return f"{change.matrix}[{change.row + 1},{change.column + 1}]={change.value:.9g}"
    step, unit = ("all" if place is None else place + 1 for place in (change.step, change.unit))
    return f"{change.name}@{step}:{unit}={change.value:.9g}"


def joined(parts: Sequence[Part]) -> str:
    """Parts as one line."""
    return "; ".join(part.text for part in parts if part.text) or NONE


def added(parts: Sequence[Part], change: Change) -> list[Part]:
    """The parts with one more change; one that sets the same thing goes."""
    kept = [part for part in parts if part.change is None or _target(part.change) != _target(change)]
    return [*kept, Part(written(change), change)]


def _target(change: Change) -> tuple[object, ...]:
    if isinstance(change, Clamp):
        return Clamp, change.name, change.unit, change.step
    if isinstance(change, Edit):
        return Edit, change.matrix, change.row, change.column
    return Cut, change.unit


# ---- changes in words ------------------------------------------------------------------------------------------------


def named(change: Change, room: Scope) -> str:
    """A change in a few words, as Markdown."""
    if isinstance(change, Cut):
        return say("unit {unit} cut", unit=change.unit + 1)
    if isinstance(change, Edit):
        place = f"[{change.row + 1},{change.column + 1}]"
        return f"{change.matrix} {place}, {_between(change, room)}: {number(change.value, '.4g')}"
    units = say("all units") if change.unit is None else say("unit {unit}", unit=change.unit + 1)
    where = say("all tokens")
    if change.step is not None:
        where = say("token {step} {token}", step=change.step + 1, token=code(room.tokens[change.step]))
    odd = room.roles[change.name] in _ORDINARY and not 0 <= change.value <= 1
    told = "{name} of {units} at {where} = {value:.4g}"
    if odd:
        told = "{name} of {units} at {where} = {value:.4g} (beyond any gate)"
    return say(told, name=change.name, units=units, where=where, value=change.value)


def _between(edit: Edit, room: Scope) -> str:
    column = column_name(edit.matrix, edit.column)
    row = row_name(edit.matrix, edit.row, room)
    return say("{row} from {column}", row=row, column=column) if column else row


def row_name(matrix: str, row: int, room: Scope) -> str:
    """What a row of a weight belongs to: "f of unit 3", or a word of the output layer."""
    if matrix.startswith("head"):
        return say("“{word}”", word=room.vocabulary[row])
    return say("{name} of unit {unit}", name=room.blocks[row // room.hidden], unit=row % room.hidden + 1)


def column_name(matrix: str, column: int) -> str:
    """Where a weight of a column comes from; empty for a bias."""
    if "bias" in matrix:
        return ""
    return f"x {column + 1}" if matrix == "weight_ih_l0" else say("{name} of unit {unit}", name="h", unit=column + 1)


def present(matrix: str, row: int, column: int, parts: Sequence[Part], room: Scope) -> float:
    """What a weight is now: its own value, or the one it has been given."""
    given = [
        part.change.value
        for part in parts
        if isinstance(part.change, Edit) and _target(part.change) == (Edit, matrix, row, column)
    ]
    return given[-1] if given else float(room.weights[matrix][row, column])


def complaints(parts: Sequence[Part]) -> list[str]:
    """A sentence for each part that is ignored; three at most, and one that counts the others."""
    wrong = [
        say("The change {change} is ignored: {why}.", change=code(part.text), why=part.wrong)
        if part.text
        else f"{part.wrong}."
        for part in parts
        if part.change is None
    ]
    more = len(wrong) - 3
    return [*wrong[:3], say("{more} more changes are ignored.", more=more)] if more > 0 else wrong


def code(text: str) -> str:
    """What a visitor wrote, as plain code in Markdown, cut where it is long."""
    return f"`{text[:_SHOWN].replace('`', 'ˋ')}{'…' if len(text) > _SHOWN else ''}`"


# ---- presets ---------------------------------------------------------------------------------------------------------

FORGET, KEEP, SHUT = "Forget everything at the comma", "Never forget", "Close the input"
HIDE, HIDE_ONE, RESET = "Hide the memory", "Hide one unit until the verb", "Close the reset gate"
CUT, CUT_OTHER = "Cut the number unit", "Cut another unit"

PRESETS = (FIRST, FORGET, KEEP, SHUT, HIDE, HIDE_ONE, RESET, CUT, CUT_OTHER)
"""Names of all presets; which of them a cell has is for `presets` to say."""


def presets(question: Question, room: Scope, unit: int, reading: Reading) -> dict[str, Preset]:
    """The presets of a cell on a text, by name.

    Args:
        question: which network reads what.
        room: what there is to change.
        unit: the unit that keeps the number in the trained network.
        reading: the run without changes.
    """
    cell, tokens = question.cell, room.tokens
    unit = min(unit, room.hidden - 1)
    asked = before_verb(tokens) - 1
    half = asked // 2
    comma = next((step for step in range(asked, -1, -1) if tokens[step] == ","), asked)
    here = code(tokens[half])
    changes = {"RNN": _of_rnn, "LSTM": _of_lstm, "GRU": _of_gru}[cell](room, unit, (half, comma, asked), reading)
    if question.trained:
        changes[CUT] = (Cut(unit),)
    if room.hidden > 1:
        changes[CUT_OTHER] = (Cut((unit + 1) % room.hidden),)
    looks = _LOOKS | _LOOKS_OF[cell] if question.trained else dict.fromkeys(PRESETS, _UNTRAINED)
    return {
        name: Preset(changes[name], say(looks[name], unit=unit + 1, here=here, token=half + 1, comma=comma + 1))
        for name in PRESETS
        if changes.get(name)
    }


_Changes = dict[str, tuple[Change, ...]]
_Steps = tuple[int, int, int]  # half-way to the verb, the last comma before it, the word right before it


def _of_rnn(room: Scope, unit: int, steps: _Steps, reading: Reading) -> _Changes:  # noqa: ARG001 - all have these
    half, comma, _ = steps
    other = -1.0 if reading.trace["h"][half, unit] > 0 else 1.0
    return {FIRST: (Clamp("h", other, unit, half),), FORGET: (Clamp("h", 0.0, None, comma),)}


def _of_lstm(room: Scope, unit: int, steps: _Steps, reading: Reading) -> _Changes:  # noqa: ARG001
    half, comma, asked = steps
    hidden = range(max(2, asked - MOST), asked)
    return {
        FIRST: (Clamp("f", 0.0, unit, half),),
        FORGET: (Clamp("f", 0.0, None, comma),),
        KEEP: (Clamp("f", 1.0),),
        SHUT: (Clamp("i", 0.0),),
        HIDE: (Clamp("o", 0.0),),
        HIDE_ONE: tuple(Clamp("o", 0.0, unit, step) for step in hidden),
    }


def _of_gru(room: Scope, unit: int, steps: _Steps, reading: Reading) -> _Changes:  # noqa: ARG001
    half, comma, _ = steps
    keep = 1.0 if room.roles["z"] == "keep" else 0.0
    return {
        FIRST: (Clamp("z", 1 - keep, unit, half),),
        FORGET: (Clamp("z", 1 - keep, None, comma),),
        KEEP: (Clamp("z", keep),),
        SHUT: (Clamp("z", keep),),
        RESET: (Clamp("r", 0.0),),
    }


_UNTRAINED = (
    "The network is untrained: no gate and no unit means anything yet. Look at how far the change travels, and how fast "
    "it fades."
)
_LOOKS = {
    CUT: (
        "h and c of unit {unit}, which tells the subject's number best, are 0 for everybody. Does the verb still fit?"
    ),
    CUT_OTHER: "A unit beside it is cut. Which words change, and does the verb care?",
}
_LOOKS_OF = {
    "RNN": {
        FIRST: "At token {token} {here}, h of unit {unit} is turned round: one number at one word. "
        "Does it swing back, or stay?",
        FORGET: "An RNN has no gate that forgets. Setting h to 0 at token {comma} is the same blow: what does it "
        "say next?",
    },
    "LSTM": {
        FIRST: "At token {token} {here}, the forget gate of unit {unit} alone is shut. Look at c of that unit: it "
        "drops, and nothing writes the number again.",
        FORGET: "All forget gates are shut at token {comma}: c begins anew from what is written there.",
        KEEP: "Nothing is dropped from c any more, so all that was ever written adds up. Look at its scale, "
        "and at the next words.",
        SHUT: "Nothing is ever written: c and h stay 0, and the guess is the same after every word.",
        HIDE: "h is 0 at every token, yet c goes on. What can the network say of what it cannot read?",
        HIDE_ONE: "The output gate of unit {unit} is shut between the subject and the last word before the verb. "
        "Its h is 0 there; look at its c.",
    },
    "GRU": {
        FIRST: "At token {token} {here}, the update gate of unit {unit} alone is opened: the candidate takes the "
        "place of the number.",
        FORGET: "All update gates are opened at token {comma}: every unit takes its candidate.",
        KEEP: "In a GRU one gate keeps and writes. Who never forgets never writes: h stays 0.",
        SHUT: "The same as “Never forget”: one gate does both, so a GRU that writes nothing stays at 0.",
        RESET: "The candidate no longer sees the past; what z keeps is kept all the same.",
    },
}

# ---- what a change has changed ---------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """A probability as a visitor reads it."""
    if not np.isfinite(share):
        return say("no number")
    return f"< {number(0.1)} %" if 0 < share < 0.0005 else f"{number(100 * share, '.1f')} %"


def said(effect: Effect, tokens: Sequence[str], changes: int) -> str:
    """What a change has changed, as Markdown."""
    if not changes:
        return say("**Nothing is changed: this is the run as it is.** Choose a preset, or clamp a gate yourself.")
    if effect.first is None:
        return say(
            "**Nothing differs, to the last bit.** What you set is what the cell computes anyway, or nobody reads it."
        )
    start = say("The run differs from the first token on: h by up to {largest:.2g}.", largest=effect.largest)
    if effect.first:
        same, parting = (
            say("token {step} {token}", step=step + 1, token=code(tokens[step]))
            for step in (effect.first - 1, effect.first)
        )
        start = say(
            "Up to {same} all is the same, to the last bit. From {parting} on the run differs: h by up to {largest:.2g}.",
            same=same,
            parting=parting,
            largest=effect.largest,
        )
    flips = say(
        "The most probable next word is another one after {tokens}.", tokens=_counted_tokens(effect.flips, tokens)
    )
    return f"{_verdict(effect)} {start} {flips}"


def fate(effect: Effect) -> str:
    """What has become of the verb, a key of `FATES`; "none" where no verb is expected, with or without the changes."""
    most, left = max(effect.before), max(effect.after)
    if max(most, left) < _EXPECTED:
        return "none"
    if left < most / 2:
        return "lost"
    return "flips" if effect.flipped else "stays"


def _verdict(effect: Effect) -> str:
    """What has become of the verb, as Markdown."""
    before, after = effect.verbs
    most, found = max(effect.before), fate(effect)
    if found == "none":
        return say("**Neither verb is expected there**, with or without the changes.")
    if found == "lost":
        falls = percent(effect.after[VERBS.index(before)])
        return say(
            "**The verb is lost:** *{verb}* falls from {before} to {after}, and its rival does not take over.",
            verb=before,
            before=percent(most),
            after=falls,
        )
    if found == "flips":
        return say("**The verb flips from *{before}* to *{after}*.**", before=before, after=after)
    return say("**The verb stays *{verb}*.**", verb=before)


def _counted_tokens(flips: Sequence[int], tokens: Sequence[str]) -> str:
    if not flips:
        return say("no token")
    named_ones = " · ".join(f"{step + 1} {code(tokens[step])}" for step in flips[:4])
    named_ones += " …" if len(flips) > 4 else ""
    return say("{count} of {tokens} tokens ({named})", count=len(flips), tokens=len(tokens), named=named_ones)


def where_asked(effect: Effect, tokens: Sequence[str]) -> str:
    """Where the network is asked for the verb, as Markdown."""
    follows = effect.asked + 1 < len(tokens) and tokens[effect.asked + 1] in VERBS
    told = "The text has no verb: asked at its end, after token {step} {token}"
    if follows:
        told = "Asked right before the verb, after token {step} {token}"
    return say(told, step=effect.asked + 1, token=code(tokens[effect.asked]))


def verb_curves(before: Answer, after: Answer | None) -> list[Curve]:
    """How probable both verbs are after each token: solid as it is, dashed with the changes."""
    x = list(range(1, len(before.reading.tokens) + 1))
    return [
        Curve(say("{verb}, changed", verb=verb) if dash else verb, x, answer.chance(verb), role, dash, dots=True)
        for verb, role in _VERB_ROLES
        for dash, answer in enumerate((before, after))
        if answer
    ]


def most_changed(before: Answer, after: Answer | None, unit: int) -> tuple[str, int]:
    """The memory, or the state where there is none, and its unit that the changes move most.

    Args:
        before: the run as it is.
        after: the run with the changes; None if there are none.
        unit: the answer where nothing moves, from 0.
    """
    state = min(before.reading.trace.start)  # c comes before h
    if not after:
        return state, min(unit, before.reading.trace.hidden - 1)
    moved = np.abs(np.nan_to_num(difference(before, after, state))).max(0)  # (H,)
    return state, int(moved.argmax()) if moved.any() else min(unit, len(moved) - 1)


def unit_curves(before: Answer, after: Answer | None, state: str, unit: int) -> list[Curve]:
    """A state of one unit over the tokens: solid as it is, dashed with the changes."""
    x = list(range(1, len(before.reading.tokens) + 1))
    role = "memory" if state == "c" else "state"
    return [
        Curve(say(name), x, answer.reading.trace[state][:, unit], role, dash, dots=True)
        for dash, (name, answer) in enumerate(zip(("as it is", "changed"), (before, after), strict=True))
        if answer
    ]


def difference(before: Answer, after: Answer, state: str) -> NDArray[np.float64]:
    """Changed minus as it is, (T, H); what is the same to the last bit is no number, so that it stays empty."""
    one, other = (answer.reading.trace[state].astype(float) for answer in (before, after))
    return np.where(one == other, np.nan, other - one)


def overflowed(after: Answer) -> str:
    """A sentence for a run that left the range of its number format."""
    step = (after.lost or 0) + 1
    return say(
        "With these changes the state grows beyond the largest float32 at token {step}, so there is no run to show. "
        "Take smaller values. What you see is the run as it is.",
        step=step,
    )


def exactness(after: Answer) -> str:
    """How far a run with edited weights is from `torch.nn`, as Markdown; empty where torch cannot compute it."""
    if after.reading.deviation is None:
        return ""
    return say(
        ":green-badge[:material/verified: max &#124;difference&#124; {deviation:.1e}] "
        "`torch.nn.{cell}` with the edited weights gives the changed run, too.",
        deviation=after.reading.deviation,
        cell=after.reading.trace.cell.kind,
    )


# ---- guess first, what to notice, what to try ------------------------------------------------------------------------


def can_be_guessed(effect: Effect) -> bool:
    """Whether a verb is expected in the run as it is: else there is nothing to foretell."""
    return max(effect.before) >= _EXPECTED


def foretell(effect: Effect, tokens: Sequence[str]) -> str:
    """The question before a visitor's own changes are shown, as Markdown."""
    return say(
        "**Guess first.** As it is, the network says *{verb}* with {share}. {where}. **What becomes of it with your "
        "changes?** It flips if the other verb is more probable; it is lost if neither has half of that.",
        verb=effect.verbs[0],
        share=percent(max(effect.before)),
        where=where_asked(effect, tokens),
    )


def asked_of(changes: Sequence[Change], room: Scope) -> str:
    """The same question in one sentence that names the changes, for the table of guesses."""
    return say("What becomes of the verb? {changes}", changes="; ".join(named(change, room) for change in changes))


def foretold(guess: str, effect: Effect) -> str:
    """Whether a visitor has foretold what has become of the verb, as Markdown; the sentence behind it says what has."""
    return f"**{say('Right') if guess == fate(effect) else say('Not this time')}.**"


LSTM = Question(LECTURE, "LSTM")
"""The trained LSTM on the lecture's sentence, about which the page asks."""


def question(preset: Preset, unit: int, tokens: Sequence[str]) -> str:
    """The question that comes before its answer, as Markdown."""
    steps = [change.step for change in preset.changes if isinstance(change, Clamp) and change.step is not None]
    first, last = steps[0], steps[-1]
    return say(
        "In the trained LSTM, unit {unit} keeps the number of the subject. Suppose its output gate is shut from token "
        "{first} {first_token} to token {last} {last_token} of the lecture's sentence: there its h is 0 and nobody can read "
        "it. After that, right before the verb, the gate is free again. **Does the verb change?**",
        unit=unit + 1,
        first=first + 1,
        first_token=code(tokens[first]),
        last=last + 1,
        last_token=code(tokens[last]),
    )


def graded(guess: str, hidden: Effect, too_late: Effect) -> str:
    """What the tensors say to a guess, as Markdown.

    Args:
        guess: a key of `GUESSES`.
        hidden: what hiding the unit until the verb changes.
        too_late: what hiding it right before the verb changes.
    """
    verdict = say("Right") if (guess == "yes") == hidden.flipped else say("Not this time")
    fate = "**{verdict}: *{verb}* flips.**" if hidden.flipped else "**{verdict}: *{verb}* stays.**"
    why = say(
        "It has {before} as it is and {after} with the gate shut. What is hidden is not lost: f keeps c while o hides it. "
        "Shut the same gate at one token only, the one right before the verb, and *was* has {was}, *were* {were}.",
        before=percent(hidden.before[0]),
        after=percent(hidden.after[0]),
        was=percent(too_late.after[0]),
        were=percent(too_late.after[1]),
    )
    return f"{say(fate, verdict=verdict, verb=hidden.verbs[0])} {why}"


def carries(cell: str, cuts: NDArray[np.floating], plain: Effect) -> str:
    """Which unit carries the number, from cutting each of them, as Markdown."""
    flips = [unit + 1 for unit in range(len(cuts)) if cuts[unit, 1] > cuts[unit, 0]]
    weakest = int(cuts[:, 0].argmin())
    flipping = "Of its {units} units, cutting one unit never flips the verb."
    if flips:
        flipping = "Of its {units} units, cutting units {flips} flips the verb."
    if len(flips) == 1:
        flipping = "Of its {units} units, cutting unit {flips} flips the verb."
    sentences = (
        say(
            "**One unit at a time.** The trained {cell} says *was* with {was} in the lecture's sentence.",
            cell=cell,
            was=percent(plain.before[0]),
        ),
        say(flipping, units=len(cuts), flips=", ".join(map(str, flips))),
        say(
            "Without unit {unit}, *was* has the least: {was}, and *were* {were}.",
            unit=weakest + 1,
            was=percent(cuts[weakest, 0]),
            were=percent(cuts[weakest, 1]),
        ),
        say(_CARRIES[cell]),
    )
    return " ".join(sentences)


_CARRIES = {
    "RNN": "The unit that tells the number best is not the one that the verb hangs on: several carry it together.",
    "LSTM": "A network without its number does not say the wrong verb with certainty: it hesitates between both.",
    "GRU": "A network without its number does not say the wrong verb with certainty: it hesitates between both.",
}


def preset_table(found: Mapping[str, Effect]) -> str:
    """What each preset does to the verb, in Markdown."""
    head = say("| preset, on the lecture's sentence | *was* | *were* | next words changed |")
    rule = "|---|---:|---:|---:|"
    rows = [
        f"| {say(name)} | {percent(effect.after[0])} | {percent(effect.after[1])} | {len(effect.flips)} |"
        for name, effect in found.items()
    ]
    return "\n".join([head, rule, *rows])


def memory_or_state(memory: Effect, state: Effect, where: Clamp, token: str) -> str:
    """What setting c, and setting h, of the LSTM's number unit does, as Markdown."""
    return say(
        "**Memory and state.** In the LSTM, set c of unit {unit} at token {step} {token} to what it is in “The cats …”: "
        "*were* gets {memory}. Set h of that unit instead: *were* gets {state}. The number is carried by c; h only shows it.",
        unit=(where.unit or 0) + 1,
        step=(where.step or 0) + 1,
        token=code(token),
        memory=percent(memory.after[1]),
        state=percent(state.after[1]),
    )


_WRITE = (
    "One number in the memory of one unit, at one word: how sure is the network of the wrong verb? Then try `{state}`, "
    "the same number in h instead of c. Which of the two does the network live by?"
)
_FIND = (
    "Unit {unit} tells the number best, and yet the verb survives without it. Which unit must be cut for the verb to "
    "flip? The chart above gives it away."
)


def lecture(cell: str, changes: str) -> dict[str, object]:
    """The widgets that show a trained cell on the lecture's sentence with changes."""
    return {
        "whatif_text": LECTURE,
        "whatif_cell": cell,
        "whatif_network": "trained",
        f"whatif_form_{cell.lower()}": "torch",
        "whatif_changes": changes,
    }


Attempts = Mapping[str, tuple[Mapping[str, object], str]]


def attempts(memory: Clamp, rnn_unit: int) -> Attempts:
    """Things to try: the button's words, the widgets that it sets, and what to look at.

    Args:
        memory: c of the LSTM's number unit, at one word, as it is for the other number.
        rnn_unit: the RNN's number unit.
    """
    state = written(Clamp("h", memory.value, memory.unit, memory.step))
    return {
        "Write another memory": (
            lecture("LSTM", written(memory)),
            say(_WRITE, state=state),
        ),
        "Find the unit of the RNN": (
            lecture("RNN", written(Cut(rnn_unit))),
            say(_FIND, unit=rnn_unit + 1),
        ),
    }
