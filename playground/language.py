"""The interface in the visitor's language: one catalogue for each, keyed by the English text.

    say("Text (Enter reads it)")
    say("The text has {words:,} words; the network reads the first {most}.", words=700, most=512)

English stands in the code, so that a page reads as what it shows. `messages/fr.json` holds the same texts in French, with
the same names in braces; another language is one more file of that kind, and the menu finds it there. What a catalogue
lacks is shown in English.

What the models say, in errors and remarks, is a `Told`: it knows the text and the values that it was made of, and `say`
says it like any other text. Numbers are written as the language writes them, by `say` and by `number`. Code in backticks
keeps the point; so does whatever a program reads: CSV, JSON, addresses, and what a visitor types.

Components speak by the same catalogue: `language.js` has their `say`, and `for_browser` the texts that it needs.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html.parser import HTMLParser
from numbers import Number
from pathlib import Path
from string import Formatter
from typing import Protocol, runtime_checkable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

MESSAGES = Path(__file__).parent / "messages"
ENGLISH = "en"
KEY = "lang"
"""The key of the menu of languages, and its name in the URL."""

NAME = "language"
"""The entry of a catalogue that says what its language calls itself."""

NUMBER = "1,234.5%"
"""The entry of a catalogue that shows how its language writes a number; two of the signs are one character each."""


@cache
def languages() -> Mapping[str, str]:
    """What each language calls itself, by its code (ISO 639-1); English first."""
    found = sorted(path.stem for path in MESSAGES.glob("*.json"))
    return {ENGLISH: "English"} | {code: catalogue(code)[NAME] for code in found}


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """The texts of a language by the English ones; none for English.

    Where a language puts a space before a sign, "qui ?", or inside of quotes, no line breaks there.

    Raises:
        FileNotFoundError: There is no such catalogue.
    """
    if code == ENGLISH:
        return {}
    texts = json.loads((MESSAGES / f"{code}.json").read_text(encoding="utf-8"))
    return {text: _SPACED.sub("\u00a0", said) for text, said in texts.items()}


_SPACED = re.compile(r" (?=[;?!»%]|:(?![\w-]))|(?<=«) ")


def spoken() -> str:
    """The code of the language that this visitor has chosen; English outside of a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    code = st.session_state.get(KEY) or st.query_params.get(KEY)
    return str(code) if code in languages() else ENGLISH


@runtime_checkable
class Told(Protocol):
    """What the models say: a text and the values that it was made of (`models.told`)."""

    template: str
    values: Mapping[str, object]


def say(text: "str | Told | Exception", /, **values: object) -> str:
    """A text in the visitor's language, with values where it has names in braces.

    Without values the text is taken as it is, braces and all. A `Told` brings its own values, and so does an error that was
    raised with one; a value may be either. Numbers are written as in `number`, in formulas as in `formula`, and in code as
    Python writes them.

    Raises:
        KeyError: The text has a name in braces for which there is no value.
    """
    return _Speaker(spoken()).say(text, values)


def number(value: object, form: str = "") -> str:
    """A number in the visitor's writing: `number(1234.5, ",.2f")` is "1,234.50", in French "1 234,50".

    Args:
        value: the number; infinity and NaN are written as Python does.
        form: as in `format`.
    """
    return in_figures(format(value, form))


def in_figures(written: str) -> str:
    """A number that Python has written, "1,234.5", with the signs of the visitor's language."""
    return _Speaker(spoken()).in_figures(written)


def formula(latex: str) -> str:
    """LaTeX with its numbers in the visitor's writing; a comma in braces is one without a gap behind it."""
    return _Speaker(spoken()).formula(latex)


def separators() -> str:
    """What stands before the decimals and between the thousands, in the visitor's writing."""
    sample = _Speaker(spoken()).sample
    return sample[5] + sample[1]


def own_numbers() -> bool:
    """Whether the visitor's language writes numbers in another way than English."""
    return _Speaker(spoken()).sample != NUMBER


class _Speaker(Formatter):
    """Says texts in one language."""

    def __init__(self, code: str) -> None:
        self.texts = catalogue(code)
        self.sample = self.texts.get(NUMBER, NUMBER)

    def say(self, text: "str | Told | Exception", values: Mapping[str, object]) -> str:
        told = (text.args or ("",))[0] if isinstance(text, Exception) else text
        if isinstance(told, Told):
            told, values = told.template, {**told.values, **values}
        found = self.texts.get(str(told), str(told))
        if not values and self.sample == NUMBER:
            return found
        return "".join(self._piece(piece, values) for piece in _PIECES.split(found))

    def _piece(self, text: str, values: Mapping[str, object]) -> str:
        """A piece of a text, which may be code or a formula, with its values."""
        if text.startswith("`"):
            return text.format(**values) if values else text
        if text.startswith("$"):
            return self.formula(text.format(**values) if values else text)
        return self.vformat(text, (), values) if values else text

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Told | Exception):
            return format(self.say(value, {}), format_spec)
        written = format(value, format_spec)
        return self.in_figures(written) if isinstance(value, Number) else written

    def in_figures(self, written: str) -> str:
        signs = {ord("."): self.sample[5], ord(","): self.sample[1], ord("%"): self.sample[7:]}
        return written if self.sample == NUMBER else written.translate(signs)

    def formula(self, latex: str) -> str:
        if self.sample == NUMBER:
            return latex
        thousands = "\\," if self.sample[1].isspace() else f"{{{self.sample[1]}}}"
        latex = re.sub(r"(?<=\d)\{,\}(?=\d{3})", lambda _: thousands, latex)
        return re.sub(r"(?<=\d)\.(?=\d)|(?<=\d)(?<!_\{\d),(?=\d)", f"{{{self.sample[5]}}}", latex)


_PIECES = re.compile(r"(`[^`]*`|\$\$.*?\$\$|\$[^$]*\$)", re.DOTALL)
"""Code and formulas in Markdown."""


def said_all(texts: "Mapping[str, str] | Mapping[str, Told]") -> dict[str, str]:
    """Texts by name, each in the visitor's language."""
    return {name: say(text) for name, text in texts.items()}


def wordings(text: "str | Told") -> Iterable[str]:
    """A text in every language, English first: what a link may call an option, whoever made it."""
    yield from dict.fromkeys(_Speaker(code).say(text, {}) for code in languages())


SCRIPT = (Path(__file__).parent / "language.js").read_text(encoding="utf-8")
"""The browser side: a component joins it to its own JavaScript."""

_SAID = re.compile(r'\bsay\(\s*"([^"]+)"')


def texts_in(html: str, js: str) -> tuple[str, ...]:
    """The English texts of a component: the words and labels of its HTML, and what its JavaScript says, `say("…")`."""
    return tuple(dict.fromkeys([*_Phrases.of(html), *_SAID.findall(js)]))


def for_browser(texts: Iterable[str]) -> dict[str, str]:
    """Texts of `texts_in` in the visitor's language by the English ones, and its numbers; those alone that differ."""
    return {text: said for text in (NUMBER, *texts) if (said := say(text)) != text}


class _Phrases(HTMLParser):
    """Collects what HTML says: its text, and the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, html: str) -> list[str]:
        parser = cls()
        parser.feed(html)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found += [value for name, value in attrs if value and name in ("aria-label", "title", "placeholder")]

    def handle_data(self, data: str) -> None:
        if text := data.strip():
            self.found.append(text)


def choose() -> None:
    """The menu of languages."""
    known = languages()
    if (asked := st.query_params.get(KEY)) is not None and asked not in known:
        st.caption(f"There is no language `{asked[:8].replace('`', '')}` here yet.")
    st.segmented_control(
        "Language · " + " · ".join(name for code, name in known.items() if code != ENGLISH),
        list(known), default=ENGLISH, required=True, key=KEY, bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
