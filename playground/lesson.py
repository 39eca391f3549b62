"""Lessons: pages in a teacher's order, each in a state that the teacher chose, with the teacher's words above it.

A lesson is a JSON file (docs/lessons.md). A step of it is nothing but a link: its page and that page's parameters, as the
address bar shows them. So whatever a visitor can set, a lesson can set, and a step can be opened by its link alone.

What comes from outside (a file, a link) is bounded here, refused with a sentence, and its words can neither ask another
machine for anything nor lead there.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

from playground import language
from playground.exhibits import EXHIBITS

OWN = "own"
"""What a visitor's own lesson is called in the address bar."""

MOST_BYTES = 200_000
MOST_STEPS = 60
LONGEST_TEXT = 2_000
LONGEST_TITLE = 120
LONGEST_VALUE = 4_000
LONGEST_MINUTES = 600
MOST_PARAMETERS = 60
MOST_HIDDEN = 60

LESSON, STEP, SAY, HIDE = "lesson", "lesson_step", "say", "hide"
RESERVED = frozenset({LESSON, STEP, SAY, HIDE, "embed", "embed_options"})
"""Parameters of a link that are not a page's."""

KEY = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
"""A widget's key, which is also its parameter and a part of a CSS class."""

PAGES = {Path(exhibit.file).stem: exhibit for exhibit in EXHIBITS}
"""Every exhibit by the name of its page, as a lesson and the address bar write it."""

_HOME = Path(EXHIBITS[0].file).stem
_FOLDER = Path(__file__).parent / "lessons"
_TAGS = (
    "a|audio|b|body|br|button|canvas|center|code|details|div|embed|em|font|form|frame|h[1-6]|head|hr|html|i|iframe|img|"
    "input|li|link|math|meta|object|ol|p|picture|pre|script|source|span|strong|style|sub|sup|svg|table|td|textarea|tr|u|"
    "ul|video"
)
# A formula may say a<b and c>d: "$" ends what could be a tag.
_HTML = re.compile(rf"<!--|</?(?:{_TAGS})(?:[\s/][^<>$]*)?>", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Attributes:
        page: the name of a page, a key of `PAGES`.
        state: the page's parameters, as the address bar shows them; a name may come twice.
        text: the teacher's words, Markdown.
        hide: keys of what is not to be seen: controls, charts.
        look: the key of what to look at, which is framed and scrolled to; nothing if empty.
    """

    page: str
    state: tuple[tuple[str, str], ...]
    text: str
    hide: tuple[str, ...] = ()
    look: str = ""


@dataclass(frozen=True)
class Lesson:
    """Steps in order.

    Attributes:
        name: as the address bar writes it.
        title: as its card and its bar show it.
        about: what one will have seen, a sentence.
        minutes: how long a class takes for it.
        steps: at least one.
    """

    name: str
    title: str
    about: str
    minutes: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Note:
    """What a link asks for beside the state of its page: a teacher's words, and what is not to be seen."""

    say: str
    hide: tuple[str, ...]


def shipped() -> Mapping[str, Lesson]:
    """The lessons that ship, by name, in the order in which they are taught."""
    return _shipped()


def source(name: str) -> bytes:
    """The file of a lesson that ships.

    Raises:
        KeyError: there is no such lesson.
    """
    if name not in shipped():
        raise KeyError(f"there is no lesson {name!r}, expected one of {', '.join(shipped())}")
    return (_FOLDER / f"{name}.json").read_bytes()


@cache
def _shipped() -> Mapping[str, Lesson]:
    order = ("rnn_to_lstm", "why_gradients_vanish", "gates_by_hand")
    return {name: read((_FOLDER / f"{name}.json").read_bytes(), name) for name in order}


# ---- addresses -------------------------------------------------------------------------------------------------------


def address(lesson: Lesson, number: int, say: Callable[[str], str] = str) -> str:
    """The link to a step, as one page of the playground links to another.

    Args:
        lesson: the lesson.
        number: of the step, from 1.
        say: how the visitor reads an option, which is how the address bar writes it: lessons are written in English.

    Raises:
        ValueError: there is no such step.
    """
    if not 1 <= number <= len(lesson.steps):
        raise ValueError(f"step {number} of {lesson.title!r}, expected 1 to {len(lesson.steps)}")
    step = lesson.steps[number - 1]
    state = [(name, say(value)) for name, value in step.state]
    query = urlencode([(LESSON, lesson.name), (STEP, str(number)), *state])
    return f"{'./' if step.page == _HOME else step.page}?{query}"


def number(asked: str | None, lesson: Lesson) -> tuple[int, str]:
    """Which step a link asks for, from 1, and a sentence where there is no such step: the first one is shown then."""
    if asked is None:
        return 1, ""
    if asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= len(lesson.steps):
        return int(asked[:9]), ""
    told = "The link asks for step `{asked}` of this lesson, which has {count}: here is the first."
    return 1, language.say(told, asked=_plain(asked), count=len(lesson.steps))


def note(say: str, hide: str) -> tuple[Note, str]:
    """What a link says and hides, and a sentence on what could not be read."""
    keys = [key for key in re.split(r"[,\s]+", hide) if key]
    good = tuple(dict.fromkeys(key for key in keys if KEY.fullmatch(key)))[:MOST_HIDDEN]
    wrong = []
    if len(say) > LONGEST_TEXT:
        told = "The link's text has {count:,} characters: only the first {most:,} are shown."
        wrong.append(language.say(told, count=len(say), most=LONGEST_TEXT))
    if bad := [key for key in keys if not KEY.fullmatch(key)]:
        told = "The link hides `{name}`, which is no name of a control: it is ignored."
        wrong.append(language.say(told, name=_plain(bad[0])))
    return Note(say[:LONGEST_TEXT].strip(), good), " ".join(wrong)


# ---- words -----------------------------------------------------------------------------------------------------------


def harmless(text: str) -> str:
    """Markdown of a stranger without pictures and without links: what they would have led to is plain text.

    Emphasis, lists, code and formulas stay. HTML is no danger here, as Streamlit shows it as text.
    """
    text = re.sub(r"!(?=\[)", r"!\\", text)  # a picture would be fetched as soon as it is shown
    text = re.sub(r"\](?=[(\[:])", "] ", text)  # [words](address), [words][name], [name]: address
    text = re.sub(r"<(?=[A-Za-z][A-Za-z0-9+.-]*:|[^\s<>@]+@)", r"\\<", text)  # <address>
    text = re.sub(r"(?<=:)/(?=/)", "/\u2060", text)  # https://address, with a mark of no width that ends it
    text = re.sub(r"(?i)(?<=\bwww)\.", "\u2060.", text)
    return re.sub(r"(?<=\S)@(?=\S)", "\u2060@\u2060", text)


def style(hide: Iterable[str], look: str = "") -> str:
    """A style sheet that hides what bears one of some keys, and frames what bears another; "" for none.

    Raises:
        ValueError: a key has other characters than letters, digits and "_".
    """
    keys = [*hide]
    for key in [*keys, look] if look else keys:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a widget, expected letters, digits and _")
    hidden = ",".join(f".st-key-{key}" for key in keys)
    framed = (
        f".st-key-{look}{{outline:3px solid var(--lesson-accent,currentColor);outline-offset:6px;border-radius:4px}}"
    )
    return (f"{hidden}{{display:none !important}}" if keys else "") + (framed if look else "")


# ---- files -----------------------------------------------------------------------------------------------------------


def read(data: bytes, name: str = OWN) -> Lesson:
    """A lesson from its file.

    Args:
        data: the file.
        name: as the address bar is to write it.

    Raises:
        ValueError: with a sentence for who wrote it: what is wrong, and where.
    """
    if len(data) > MOST_BYTES:
        raise _wrong("The file has {count:,} bytes, and a lesson may have {most:,}", count=len(data), most=MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _wrong("The file is not text in UTF-8, expected a lesson in JSON") from None
    except json.JSONDecodeError as error:
        told = "The file is no JSON: line {line}, column {column}: {error}"
        raise _wrong(told, line=error.lineno, column=error.colno, error=error.msg) from None
    except RecursionError:
        raise _wrong("The file is nested too deeply for a lesson, which is an object with a list of steps") from None
    whole = _fields(found, language.say("The lesson"), {"title", "steps"}, {"about", "minutes"})
    steps = whole["steps"]
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        raise _wrong(
            "The lesson's steps are {kind}, expected a list of 1 to {most}", kind=_kind(steps), most=MOST_STEPS
        )
    minutes = whole.get("minutes", 0)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= LONGEST_MINUTES:
        told = "The lesson's minutes are {kind}, expected a whole number up to {most}"
        raise _wrong(told, kind=_kind(minutes), most=LONGEST_MINUTES)
    return Lesson(
        name,
        _text(whole["title"], language.say("The lesson's title"), LONGEST_TITLE),
        _text(whole.get("about", ""), language.say("The lesson's about"), LONGEST_TEXT, empty=True),
        minutes,
        tuple(_step(step, place) for place, step in enumerate(steps, 1)),
    )


def _step(found: object, place: int) -> Step:
    where = language.say("Step {place}", place=place)
    fields = _fields(found, where, {"page", "text"}, {"state", "hide", "look"})
    page = fields["page"]
    if not isinstance(page, str) or page not in PAGES:
        told = "{where} has the page {kind}, expected one of {names}"
        raise _wrong(told, where=where, kind=_kind(page), names=", ".join(PAGES))
    state = fields.get("state", {})
    if not isinstance(state, dict) or len(state) > MOST_PARAMETERS:
        told = "{where} has the state {kind}, expected an object of up to {most} parameters"
        raise _wrong(told, where=where, kind=_kind(state), most=MOST_PARAMETERS)
    hide = fields.get("hide", [])
    if not isinstance(hide, list) or len(hide) > MOST_HIDDEN:
        told = "{where} hides {kind}, expected a list of up to {most} names"
        raise _wrong(told, where=where, kind=_kind(hide), most=MOST_HIDDEN)
    look = fields.get("look", "")
    return Step(
        page,
        tuple(pair for name, value in state.items() for pair in _parameter(name, value, where)),
        _text(fields["text"], language.say("Step {place}'s text", place=place), LONGEST_TEXT),
        tuple(_key(key, language.say("{where} hides", where=where)) for key in hide),
        _key(look, language.say("{where} looks at", where=where)) if look else "",
    )


def _parameter(name: str, value: object, where: str) -> list[tuple[str, str]]:
    """A parameter as pairs of a query string: a list gives its name as often as it has values."""
    _key(name, language.say("{where} sets", where=where))
    if name in RESERVED:
        told = "{where} sets {name!r}, which belongs to the lesson itself: name a parameter of the page"
        raise _wrong(told, where=where, name=name)
    values = value if isinstance(value, list) else [value]
    if len(values) > MOST_PARAMETERS:
        told = "{where} gives {name} {count:,} values, expected up to {most}"
        raise _wrong(told, where=where, name=name, count=len(values), most=MOST_PARAMETERS)
    return [(name, _value(each, f"{where}: {name}")) for each in values]


def _value(value: object, where: str) -> str:
    """A value as the address bar writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise _wrong("{where} is {value}, expected a finite number", where=where, value=value)
        return str(value) if isinstance(value, int) else f"{value:.12g}"
    if isinstance(value, str):
        return _text(value, where, LONGEST_VALUE, empty=True, html=True)
    told = "{where} is {kind}, expected a text, a number, true, false, or a list of these"
    raise _wrong(told, where=where, kind=_kind(value))


def _key(key: object, where: str) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        told = "{where} {key}, expected a name of letters, digits and _ as the address bar shows it"
        raise _wrong(told, where=where, key=_kind(key))
    return key


def _text(value: object, where: str, longest: int, *, empty: bool = False, html: bool = False) -> str:
    if not isinstance(value, str):
        raise _wrong("{where} is {kind}, expected a text", where=where, kind=_kind(value))
    if len(value) > longest:
        told = "{where} has {count:,} characters, expected up to {most:,}"
        raise _wrong(told, where=where, count=len(value), most=longest)
    if not empty and not value.strip():
        raise _wrong("{where} is empty, expected some words", where=where)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        told = "{where} has half of a character (a lone surrogate), which is no text"
        raise _wrong(told, where=where) from None
    if not html and (tag := _HTML.search(value)):
        raise _wrong("{where} has HTML, `{tag}`: write Markdown instead", where=where, tag=_plain(tag[0]))
    return value


def _fields(found: object, where: str, needed: set[str], free: set[str]) -> dict[str, Any]:
    if not isinstance(found, dict):
        wanted = ", ".join(sorted(needed))
        raise _wrong("{where} is {kind}, expected an object with {names}", where=where, kind=_kind(found), names=wanted)
    names = language.say(
        "{needed}, and if you like {free}", needed=", ".join(sorted(needed)), free=", ".join(sorted(free))
    )
    for name in found:
        if name not in needed | free:
            told = "{where} has `{name}`, which means nothing here: expected {names}"
            raise _wrong(told, where=where, name=_plain(name), names=names)
    for name in sorted(needed):
        if name not in found:
            raise _wrong("{where} has no {name}, expected {names}", where=where, name=name, names=names)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: of two values one would be lost silently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _wrong("`{name}` stands twice in one object, expected it once", name=_plain(twice))
    return found


def _whole(digits: str) -> int:
    if len(digits) > 18:
        raise _wrong("The file has a whole number of {count:,} digits, expected up to 18", count=len(digits))
    return int(digits)


def _no_number(word: str) -> NoReturn:
    raise _wrong("The file has {word}, which is no number of JSON", word=word)


def _wrong(text: str, /, **values: object) -> ValueError:
    """What is wrong with a file, in the visitor's language."""
    return ValueError(language.say(text, **values))


def _kind(value: object) -> str:
    """A value in a sentence: short ones as they are, others by their kind."""
    if isinstance(value, str):
        return f"`{_plain(value)}`"
    if value is None or isinstance(value, bool | int | float):
        return f"`{_plain(json.dumps(value))}`"
    return (
        language.say("a list of {count:,}", count=len(value)) if isinstance(value, list) else language.say("an object")
    )


def _plain(text: str) -> str:
    """A stranger's words inside a sentence, as code: short, one line, without the sign that ends code."""
    short = " ".join(text[:60].encode("utf-8", "replace").decode("utf-8").split()).replace("`", "ˋ")
    return f"{short}…" if len(text) > 60 else short
