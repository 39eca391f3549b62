"""The page "translation" in words: its questions, its rows and lines, and what its numbers say."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.date_rules import by_rules
from models.loaders.pairs import Pairs
from models.tasks.dates import ISO, LONGEST, SAID, SPELLINGS, read, unknown
from models.translator import Said, Translated
from models.translators import BEAM_TEXTS, BEAMS, LENGTHS, SIZES, Marks, Question, Recipe, name_of
from playground.figures import Line
from playground.language import number, say
from playground.player import Token, Track, Words

TABS = ["Translate", "The vector between", "Greedy and beam", "Teacher forcing", "How good is it?"]

ASKED = (
    "**How does one network read a date in any spelling, and another one write it in ISO?** An *encoder* reads "
    "character by character. A *decoder*, with weights of its own, writes character by character. Between them stands "
    "one vector; and, if there is *attention*, a look back at every step."
)

Tries = Mapping[str, tuple[Mapping[str, object], str]]

LECTURE = "Tuesday, September 27, 1994"
"""The text that the page opens with."""

EXAMPLES = (
    LECTURE, "mardi 27 septembre 1994", "le 27 sept. 1994", "9/27/94", "27.9.94", "the 1st of May 2031", "Setpember 27, 1994",
)  # fmt: skip
"""Texts that are one click away."""

ATTENTION = {"with": "with attention", "without": "without"}
SIZE_NAMES = {"64": "64 units", "32": "32 units", "16": "16 units", "8": "8 units"}
HALVES = {"encoder": "encoder", "decoder": "decoder"}

_TOP = 3  # characters whose probability the player shows
_SHOWN = 40  # characters of a visitor's text that a sentence repeats


def network(attention: str, size: str) -> str:
    """The name of the network that two widgets ask for."""
    return name_of(int(size), attention=attention == "with")


def shown(character: str) -> str:
    """A character as one can see it: a blank is "␣"."""
    return "␣" if character == " " else character


def code(text: str) -> str:
    """A visitor's text as plain code in Markdown, a long one cut."""
    return f"`{text[:_SHOWN].replace('`', 'ˋ')}{'…' if len(text) > _SHOWN else ''}`"


# ---- translate -------------------------------------------------------------------------------------------------------


def remarks(text: str) -> list[str]:
    """What the network could not read of a text, in sentences."""
    told = []
    strange = unknown(text)
    if strange:
        characters = " ".join(code(character) for character in strange[:12])
        if len(strange) > 12:
            characters = say("{names} and {more} more", names=characters, more=len(strange) - 12)
        told.append(say("Not in the network's alphabet, so read as `<unk>`: {characters}.", characters=characters))
    length = len(" ".join(text.split()))
    if length > LONGEST:
        told.append(
            say(
                "The text has {length:,} characters; the network reads the first {most}. Your text is unchanged.",
                length=length, most=LONGEST,
            )
        )  # fmt: skip
    return told


def is_date(text: str) -> bool:
    """Whether a text is a day that there is, in ISO 8601."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def verdict(text: str, said: Said) -> str:
    """What the network said, how sure it was, and what rules say, as Markdown."""
    sure = f"P = {number(math.exp(said.log_probability), '.3g')}, log P = {number(said.log_probability, '.3g')}"
    sure = sure.replace("= -", "= −")
    ruled = by_rules(text)
    other = say("By rules: **{ruled}**.", ruled=ruled) if ruled else say("No rule fits this text.")
    if not said.finished:
        stopped = say("It was stopped before it said `<eos>` ({sure}).", sure=sure)
        return f"### {said.text} …\n{stopped} {other}"
    odd = "" if is_date(said.text) else say(" That is **no day that there is**: nothing in the network forbids it.")
    agree = say(" They disagree.") if ruled and ruled != said.text else ""
    return f"### {said.text}\n{sure}.{odd} {other}{agree}"


def encoder_track(found: Translated) -> tuple[list[Track], list[Token]]:
    """The encoder as the player shows it: what the decoder would say if the text ended here."""
    words = Words(
        "if it ended here",
        [[said.text or "–"] for said in found.so_far],
        np.exp([[said.log_probability] for said in found.so_far]),
        continues=False,
    )
    tokens = [Token(shown(c), "read as <unk>" if c in unknown(c) else "") for c in found.tokens]
    return [Track("Encoder", found.encoder, words)], tokens


def decoder_track(found: Translated) -> tuple[list[Track], list[Token]]:
    """The decoder as the player shows it: the likeliest characters after each that it was fed."""
    order = np.argsort(-found.probabilities, axis=1)[:, :_TOP]  # (S, 3)
    words = [[SAID[k] for k in row] for row in order]
    says = Words("next character", words, np.take_along_axis(found.probabilities, order, axis=1))
    return [Track("Decoder", found.decoder, says)], [Token(fed) for fed in found.fed]


def attention_told(weights: NDArray) -> str:
    """How sharp the weights of attention are, as Markdown."""
    top = weights.max(axis=1)
    return say(
        "Each row is one step of the decoder, and sums to 1. In {sharp} of {steps} steps one input has more than half "
        "of the weight.",
        sharp=int((top > 0.5).sum()), steps=len(top),
    )  # fmt: skip


NO_ATTENTION = (
    "This network has no attention: whatever it writes comes out of the vector below, and of nothing else. Switch to "
    "*with attention* to see where it looks."
)

STEPS_ENCODER = (
    "Step the **encoder** through the text. At every character it says which date the decoder would write if the text "
    "ended there: watch the day, then the year, fall into place."
)
STEPS_DECODER = (
    "Step the **decoder**. It starts from the encoder's last state with `<go>`, and is fed what it wrote itself. At "
    "every step it says how probable each next character is, until `<eos>`."
)

BEYOND = "14 juillet 1789"
GUESS_BEYOND = (
    "All training dates lie between 1950 and 2049. What does the network above say to “14 juillet 1789”, a year that "
    "it has never seen?"
)
GUESSES_BEYOND = {"none": "?", "1789-07-14": "1789-07-14", "another year": "another year", "no date": "no date at all"}


def marked(guess: str, answer: str, told: str) -> str:
    """The answer as Markdown, behind whether the guess was right; nobody who has not guessed is marked."""
    if guess == "none":
        return f"**{told[0].upper()}{told[1:]}**"
    return say("**{head}: {told}**", head=say("Right" if guess == answer else "Not this time"), told=told)


def graded_beyond(guess: str, said: Said) -> str:
    """What the network says to a year that it never saw, beside the guess, as Markdown."""
    kind = "1789-07-14" if said.text == "1789-07-14" else "another year" if is_date(said.text) else "no date"
    told = say("it says {text}, with P = {p:.2g}.", text=said.text, p=math.exp(said.log_probability))
    return f"{marked(guess, kind, told)} " + say(
        "It has copied digits that it never saw in this place."
        if kind == "1789-07-14"
        else "It never learned to copy a year; it learned which years there are. The rules just read it."
    )


TRANSLATE_NOTICE = (
    "In the text that the page opens with, the digits of day and year look at the digits that they copy. Those of the "
    "month look at the letters that tell months apart: the *pt* of *September*. Nobody told it so. The order is "
    "turned round (the year is written first and read last), which a network without attention must carry in its one "
    "vector."
)
TRANSLATE_TRIES: Tries = {
    "A month that is misspelt": (
        {"translate_text": "Setpember 27, 1994", "translate_attention": "with", "translate_size": "64"},
        "The rules give up at one pair of swapped letters. Does the network? Where does it look now?",
    ),
    "No date at all": (
        {"translate_text": "hello", "translate_attention": "with", "translate_size": "64"},
        "Read P. The network must say some date: no training text taught it to say *I don't know*.",
    ),
}

# ---- the vector between ----------------------------------------------------------------------------------------------

OTHER = "le 3 mai 1977"
"""The second text that the page opens with."""

VECTOR_STORY = (
    "The encoder's state after the last character is where the decoder starts: the **vector between the halves**. Two "
    "texts are read; then the decoder works on text A but starts from the vector of text B."
)
GUESS_SWAP = (
    "Text A is read, its vector is thrown away, and the decoder starts from the vector of B. What does each network "
    "of 64 units write?"
)
GUESSES_SWAP = {
    "none": "?",
    "B B": "both: B's date",
    "A A": "both: A's date",
    "A B": "with attention A's, without B's",
    "n n": "both: a mixture",
}


def of_whom(said: Said, a: Said, b: Said) -> str:
    """Whose date a decoder wrote."""
    if a.text == b.text == said.text:
        return "the date of both"
    return "A's date" if said.text == a.text else "B's date" if said.text == b.text else "neither of the two"


def graded_swap(guess: str, said: Mapping[str, Said], truths: Mapping[str, tuple[Said, Said]]) -> str:
    """Whose date each network wrote, beside the guess, as Markdown. Keys are "with" and "without"."""
    whose = {who: of_whom(said[who], *truths[who]) for who in ("with", "without")}
    told = say(
        "with attention it writes {looking} ({whose}), without attention {plain} ({other}).",
        looking=said["with"].text, whose=say(whose["with"]), plain=said["without"].text, other=say(whose["without"]),
    )  # fmt: skip
    return marked(guess, " ".join(whose[who][0] for who in ("with", "without")), told)


def swap_share(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """How that is on a thousand held-out texts, as Markdown; facts by "with" and "without"."""
    plain, looking = facts["without"]["swapped"], facts["with"]["swapped"]
    return say(
        "On 1,000 held-out texts, each started from the vector of the next: without attention it is the **vector's** "
        "date in {vector} and the text's in {text}. With attention it is the **text's** date in {looking}, the "
        "vector's in {other}, and a mixture in the rest. Where attention can look, the vector has little left to do.",
        vector=percent(plain["other"]), text=percent(plain["own"]), looking=percent(looking["own"]),
        other=percent(looking["other"]),
    )  # fmt: skip


def vector_rows(a: NDArray, b: NDArray) -> NDArray:
    """Two vectors (H,) as the rows of a picture (2, H)."""
    return np.stack([a, b])


def unit_names(hidden: int) -> list[str]:
    """Names of units along an axis: every eighth has one."""
    return [str(unit) if unit == 1 or unit % 8 == 0 else "" for unit in range(1, hidden + 1)]


def squares(vector: NDArray) -> tuple[NDArray, list[str], list[str]]:
    """A vector as rows of at most 16 squares, with names of rows and columns."""
    width = min(16, len(vector))
    rows = vector.reshape(-1, width)
    names = [f"{k * width + 1}–{(k + 1) * width}" for k in range(len(rows))]
    return rows, names, [f"+{k}" if k % 4 == 0 else "" for k in range(width)]


def distance(a: NDArray, b: NDArray) -> str:
    """How far two vectors are apart, as Markdown."""
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return say(
        "{count} numbers each; cosine {cosine:.2f}, largest difference {most:.2f}.",
        count=len(a), cosine=cosine, most=float(np.abs(a - b).max()),
    )  # fmt: skip


BOTTLENECK = (
    "A day out of a hundred years is one of 36,525: 15.2 bits. Eight numbers could hold that many times over. Whether "
    "a network *learns* to put it there is another matter."
)


def size_series(facts: Mapping[tuple[str, int], Mapping[str, Any]]) -> dict[str, tuple[str, list[float]]]:
    """Exact match by H, with and without attention."""
    return {
        say("with attention"): ("read", [facts["with", hidden]["exact"] for hidden in SIZES]),
        say("without"): ("memory", [facts["without", hidden]["exact"] for hidden in SIZES]),
    }


def size_verdict(facts: Mapping[tuple[str, int], Mapping[str, Any]]) -> str:
    """What the sizes say, as Markdown."""
    rows = [
        say(
            "- H = {hidden}: {plain} without, {looking} with",
            hidden=hidden,
            plain=percent(facts["without", hidden]["exact"]),
            looking=percent(facts["with", hidden]["exact"]),
        )
        for hidden in SIZES
    ]
    losses = ", ".join(f"{facts['without', hidden]['marks']['loss']:.3f}" for hidden in SIZES)
    notes = " ".join(f"H = {hidden}: {say(note)}" for hidden in SIZES if (note := facts["without", hidden]["note"]))
    sharp = facts["with", SIZES[0]]["note"]
    return "\n".join(rows) + say(
        "\n\nThose without attention were even trained longer, {longer} updates against {shorter}. "
        "Where do they fail? Their losses are {losses} nats a character. Who knows the year, and nothing of month and "
        "day, has ln(365) / 11 = {known:.3f}. In most spellings the year is read **last**. Chance has its say, "
        "most of all without attention. {notes} With attention, H = {hidden}: {sharp}",
        longer=updates(facts["without", 64]), shorter=updates(facts["with", 64]), losses=losses,
        known=math.log(365) / (ISO + 1), notes=notes, hidden=SIZES[0], sharp=say(sharp),
    )  # fmt: skip


def updates(facts: Mapping[str, Any]) -> str:
    """How many updates a network had."""
    return f"{facts['recipe']['updates']:,}"


VECTOR_NOTICE = (
    "Without attention the vector *is* the date: move it, and the date moves with it, whatever the text says. With "
    "attention the same place in the network carries little of the date, as the decoder can fetch every digit when it "
    "needs it. That is why attention works with eight units, where one vector fails."
)
VECTOR_TRIES: Tries = {
    "The same day in two spellings": (
        {"translate_a": LECTURE, "translate_b": "27.9.94", "translate_which": "without"},
        "One date, two texts. Are the two vectors alike? They need not be: both only have to lead to the same date.",
    ),
    "A vector of another century": (
        {"translate_a": LECTURE, "translate_b": "le 3 mai 2021", "translate_swap_shown": True},
        "What does the network with attention write now? Which two digits did the vector decide?",
    ),
}

# ---- greedy and beam -------------------------------------------------------------------------------------------------

BEAM_STORY = (
    "**Greedy** search takes the likeliest character and never looks back. A **beam** keeps several beginnings alive "
    "and compares sums of log P. A sure network has nothing to gain from it; so this tab opens with one that is not "
    "sure."
)
BEAM_TEXT = "10/23/56"


def beam_rows(found: Sequence[Said], greedy: str, right: str) -> dict[str, list]:
    """The hypotheses of a beam as the columns of a table."""
    notes = []
    for said in found:
        told = [
            say("greedy") if said.text == greedy else "",
            say("right") if right and said.text == right else "",
            "" if said.finished else say("no <eos>"),
        ]
        notes.append(", ".join(filter(None, told)))
    return {
        "it says": [said.text for said in found],
        "log P": [said.log_probability for said in found],
        "P": [math.exp(said.log_probability) for said in found],
        "which is": notes,
    }


def beam_verdict(found: Sequence[Said], greedy: Said) -> str:
    """What the wider search gained, as Markdown."""
    gain = found[0].log_probability - greedy.log_probability
    if found[0].text == greedy.text:
        return say(
            "The beam finds nothing likelier than the greedy **{greedy}** (log P = {log_p:.3f}).",
            greedy=greedy.text, log_p=greedy.log_probability,
        )  # fmt: skip
    return say(
        "The beam's best, **{best}**, is {times:.2f} times as probable as the greedy {greedy}: "
        "log P {wide:.3f} against {one:.3f}.",
        best=found[0].text, times=math.exp(gain), greedy=greedy.text, wide=found[0].log_probability,
        one=greedy.log_probability,
    )  # fmt: skip


GUESS_BEAM = (
    "The network of 8 units with attention reads {texts} held-out texts. In how many does a beam of 10 find a "
    "date that is likelier than the greedy one?"
)
GUESSES_BEAM = {"none": "?", "few": "fewer than 20", "some": "20 to 100", "most": "more than 100"}


def graded_beam(guess: str, facts: Mapping[str, Any], lost: Mapping[str, Any]) -> str:
    """How often the beam found something likelier, beside the guess; `lost` are the facts of a network that fails."""
    wide, one = facts["beams"]["10"], facts["beams"]["1"]
    count = round(wide["likelier"] * BEAM_TEXTS)
    kind = "few" if count < 20 else "some" if count <= 100 else "most"
    told = say("in {count} of {texts}.", count=count, texts=BEAM_TEXTS)
    return f"{marked(guess, kind, told)} " + say(
        "Right are {wide} with the beam, {one} greedily. The network of 16 units without attention finds something "
        "likelier in {count} of {texts}, and has {lost} right: a beam searches better in what a network believes, and "
        "the beliefs stay what they are.",
        wide=percent(wide["exact"]), one=percent(one["exact"]), texts=BEAM_TEXTS,
        count=round(lost["beams"]["10"]["likelier"] * BEAM_TEXTS), lost=percent(lost["beams"]["10"]["exact"]),
    )  # fmt: skip


def beam_table(facts: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Exact match by width of the beam, by name of the network."""
    return {"beam": [str(width) for width in BEAMS]} | {
        name: [100 * known["beams"][str(width)]["exact"] for width in BEAMS] for name, known in facts.items()
    }


BEAM_NOTICE = (
    "A sum of logarithms replaces a product of probabilities: log P of a date is the sum of the log P of its eleven "
    "characters, `<eos>` among them. All dates are equally long here. In translations of sentences short ones would "
    "win, and scores are divided by a power of the length."
)
BEAM_TRIES: Tries = {
    "A sure network": (
        {"translate_beam_attention": "with", "translate_beam_size": "64"},
        "All but the first hypothesis are nearly impossible. What would a wider beam be for?",
    ),
    "A year it cannot know": (
        {"translate_beam_text": "August 8", "translate_beam_attention": "with", "translate_beam_size": "64"},
        "No year was given. Read down the list: what does the network do with a question that has many answers?",
    ),
}

# ---- teacher forcing -------------------------------------------------------------------------------------------------

FORCING_TEXT = "1986/07/28"
"""The text that this tab opens with: the network of 8 units with attention slips at its first character."""

FORCING_STORY = (
    "In training, the decoder is told the right character before each one that it has to say: **teacher forcing**. In "
    "use, nobody tells it: it is fed its own characters, slips included. So the numbers that training shows are not "
    "those that users see."
)


def forcing_rows(told: Translated, own: Translated, right: str) -> dict[str, list]:
    """Step by step: the right character, what is said when told the right ones, what is said when fed one's own."""
    wanted = [*right, SAID[-1]]
    chance = [number(told.probabilities[k, SAID.index(character)], ".3f") for k, character in enumerate(wanted)]
    columns = {
        "right": wanted,
        "told, says": list(told.said),
        "alone, says": list(own.said),
        "alone, fed": list(own.fed),
        "P(right), told": chance,
    }
    steps = max(map(len, columns.values()))
    padded: dict[str, list] = {name: cells + [""] * (steps - len(cells)) for name, cells in columns.items()}
    return {"step": list(range(1, steps + 1)), **padded}


def forcing_verdict(told: Translated, own: Translated, right: str) -> str:
    """Where the two part, as Markdown."""
    wanted = [*right, SAID[-1]]
    first = next((k for k in range(len(wanted)) if told.said[k] != wanted[k]), None)
    if first is None:
        return say(
            "**No slip, so no difference**: as long as all it says is right, it is fed the same characters either "
            "way. Choose a smaller network to see one."
        )
    slips = [len(wanted) - sum(a == b for a, b in zip(said.said, wanted, strict=False)) for said in (told, own)]
    return say(
        "**The first slip is the same in both**, at step {step}: until there it was fed the same characters. "
        "After it they may part: {told} of 11 wrong when told, {own} when fed its own.",
        step=first + 1, told=slips[0], own=slips[1],
    )  # fmt: skip


CURVE_STOP = 750
GUESS_CURVE = (
    "The network of 64 units without attention, after {updates} updates: told the right characters, it says {forced} "
    "of the characters rightly. How many whole dates does it get right in use?"
)
GUESSES_CURVE = {"none": "?", "many": "as many", "half": "about half", "few": "under a third"}


def at(curve: Sequence[Mapping[str, float]], stop: int) -> Mapping[str, float]:
    """The point of a training's curve after so many updates."""
    return next(point for point in curve if point["updates"] == stop)


def graded_curve(guess: str, point: Mapping[str, float]) -> str:
    """How many whole dates were right, beside the guess, as Markdown."""
    exact = point["exact"]
    kind = "few" if exact < 1 / 3 else "half" if exact < 0.65 else "many"
    told = say("{share} of the dates.", share=percent(exact))
    return f"{marked(guess, kind, told)} " + say(
        "If slips fell independently, ten characters would all be right in {one}¹⁰ = {ten}. A date has ten chances to "
        "go wrong.",
        one=percent(point["forced"]), ten=percent(point["forced"] ** ISO),
    )  # fmt: skip


def curve_lines(curve: Sequence[Mapping[str, float]]) -> list[Line]:
    """What training shows, and what users see, against updates."""
    x = [point["updates"] for point in curve]
    return [
        Line(say("told"), x, [point["forced"] for point in curve], "write"),
        Line(say("own"), x, [point["free"] for point in curve], "candidate", dash=1),
        Line(say("whole dates"), x, [point["exact"] for point in curve], "memory", dash=2),
    ]


CURVE_TOLD = (
    "*Told*: characters right, given the right ones before. *Own*: characters right, fed its own. *Whole dates*: "
    "right from the first to the last character, fed its own."
)


def loss_lines(curve: Sequence[Mapping[str, float]]) -> list[Line]:
    """The loss of training against updates."""
    return [Line(say("loss, told"), [p["updates"] for p in curve], [p["loss"] for p in curve], "write")]


FORCING_NOTICE = (
    "Told or not, exactly the same *whole dates* are right: a date without a slip is fed the same characters both "
    "ways. The gap opens behind a slip, where the network goes on from a text that training never showed it "
    "(*exposure bias*): one character too many, and all that follow stand in the wrong place. On average that gap is "
    "small here. What misleads more is counting characters instead of dates."
)
FORCING_TRIES: Tries = {
    "A slip that heals": (
        {
            "translate_force_text": "10/23/56",
            "translate_force_attention": "with",
            "translate_force_size": "8",
        },
        "One digit of the month goes wrong. Does the day suffer?",
    ),
    "See whole dates arrive late": (
        {
            "translate_curve_shown": True,
            "translate_curve_attention": "without",
            "translate_curve_size": "64",
        },
        "At 250 updates three characters of four are right. How many whole dates?",
    ),
}


def live_recipe(attention: str, size: str, seed: int) -> Recipe:
    """The training that a visitor asks for."""
    return Recipe(attention == "with", int(size), updates=1500, seed=seed)


def live_told(recipe: Recipe, step: int, losses: NDArray[np.float64]) -> str:
    """How far a live training is, by the losses of its updates so far, (N,)."""
    told = say("{step:,} of {updates:,} updates", step=step, updates=recipe.updates)
    return told + (say("; loss {loss:.3f} nats a character", loss=float(losses[-1])) if len(losses) else "")


def live_point(step: int, marks: Marks) -> dict[str, float]:
    """A point of a live training's curve."""
    return {"updates": step, "loss": marks.loss, "forced": marks.forced, "free": marks.free, "exact": marks.exact}


# ---- how good is it? -------------------------------------------------------------------------------------------------

MARKS_STORY = (
    "1,000 held-out texts, of days that no training text named in any spelling. A text counts if its date is right "
    "from the first to the last character. Beside the networks stand **rules** written by hand, in thirty lines."
)
GUESS_MARKS = "Who has more dates right: the networks of 64 units, or the thirty lines of rules?"
GUESSES_MARKS = {"none": "?", "networks": "the networks", "rules": "the rules", "equal": "neither"}


def graded_marks(guess: str, networks: Sequence[Mapping[str, Any]], rules: Mapping[str, Any]) -> str:
    """Who wins, beside the guess, as Markdown."""
    best = max(known["exact"] for known in networks)
    kind = "equal" if best == rules["exact"] else "networks" if best > rules["exact"] else "rules"
    told = say(
        "{best} for the better network, {rules} for the rules.", best=percent(best), rules=percent(rules["exact"])
    )
    return f"{marked(guess, kind, told)} " + say(
        "Their author knew the spellings, so thirty lines were enough, in no training time at all. Where one letter is "
        "wrong, the rules fall to {rules}; the network with attention, which never saw a slip either, keeps {network}.",
        rules=percent(rules["misspelt"]), network=percent(networks[0]["misspelt"]),
    )  # fmt: skip


def marks_rows(known: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Exact match of everybody, on clean and on misspelt texts, as the columns of a table, in percent."""
    return {
        "who": list(known),
        "weights": [facts.get("parameters", 0) for facts in known.values()],
        "clean": [100 * facts["exact"] for facts in known.values()],
        "a letter wrong": [100 * facts["misspelt"] for facts in known.values()],
    }


GROUPS = {"length": "length of the text", "spelling": "spelling"}

_ROLES = {"with attention": "read", "without": "memory", "rules": "reset"}


def group_names(by: str) -> list[str]:
    """The groups of held-out texts, as facts call them."""
    return [f"{first}–{last}" for first, last in LENGTHS] if by == "length" else list(SPELLINGS)


def group_series(known: Mapping[str, Mapping[str, Any]], by: str) -> dict[str, tuple[str, list[float]]]:
    """Exact match of everybody in each group."""
    return {
        say(name): (_ROLES[name], [facts[f"by_{by}"].get(group, math.nan) for group in group_names(by)])
        for name, facts in known.items()
    }


def group_verdict(known: Mapping[str, Mapping[str, Any]], by: str) -> str:
    """The best and the worst group of each network, as Markdown."""
    told = []
    for name in ATTENTION.values():
        found = known[name][f"by_{by}"]
        worst, best = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
        if found[worst] == found[best]:
            share = percent(found[best])
            told.append(say("{name}: equally good on all of them, {share}", name=say(name), share=share))
            continue
        values = {"name": say(name), "best": best, "worst": worst, "high": percent(found[best])}
        values["low"] = percent(found[worst])
        told.append(
            say("{name}: best on {best} characters ({high}), worst on {worst} characters ({low})", **values)
            if by == "length"
            else say("{name}: best on {best} ({high}), worst on {worst} ({low})", **values)
        )
    return "\n".join(f"- {line[0].upper()}{line[1:]}." for line in told)


FILE_STORY = (
    "One pair a line, a tab between: the text, then the date as 1994-09-27. Files of fixed width with a `_` before "
    "the date are read, too. The first 2,000 pairs are tried."
)
FILE_MOST = 2000


def file_told(name: str, pairs: Pairs) -> str:
    """What was read of a file, as Markdown."""
    kept = min(len(pairs), FILE_MOST)
    told = say("{name}: {count:,} pairs, {kept:,} tried.", name=code(name), count=len(pairs), kept=kept)
    return " ".join([told, *map(say, pairs.remarks)])


def file_rows(shares: Mapping[str, float]) -> dict[str, list]:
    """Exact match on a file, as the columns of a table, in percent."""
    return {"who": [say(name) for name in shares], "right": [100 * share for share in shares.values()]}


def slip_rows(pairs: Sequence[tuple[str, str]], said: Sequence[str]) -> dict[str, list[str]]:
    """The first texts of a file that the network with attention gets wrong, as the columns of a table."""
    wrong = [(s, t, found) for (s, t), found in zip(pairs, said, strict=True) if t != found][:8]
    return {
        "text": [re.sub(r"\s+", " ", s)[:_SHOWN] for s, _, _ in wrong],
        "date": [t for _, t, _ in wrong],
        "it says": [found for _, _, found in wrong],
    }


def complaint(wrong: ValueError) -> str:
    """What is wrong with a file, as Markdown."""
    told = re.sub(r"([\\`*_{}\[\]()<>#+!|$~:])", r"\\\1", say(wrong))
    return say("**Not read:** {told}. What you see below is unchanged.", told=told)


MARKS_NOTICE = (
    "If rules are known, rules win: exact, instant, readable. The network had to find them from pairs alone, and "
    "found something softer, which bends where rules break. It fails softly, too: it never says that it does not "
    "know."
)
MARKS_TRIES: Tries = {
    "By spelling, 32 units": (
        {"translate_by": "spelling", "translate_marks_size": "32"},
        "Which spellings does the network without attention find hardest? What do they have in common?",
    ),
    "By spelling, 8 units": (
        {"translate_by": "spelling", "translate_marks_size": "8"},
        "Short texts are hardest for the network with attention. Why are numbers harder than names of months?",
    ),
}


def percent(share: float) -> str:
    """A share in percent."""
    return f"{number(round(100 * share, 1), '.4g')} %"


def reading(text: str) -> bool:
    """Whether a text has anything to read."""
    return bool(read(text))


def question(text: str, attention: str, size: str, **options: str) -> Question:
    """What a network of these widgets is asked."""
    return Question(text, network(attention, size), **options)
