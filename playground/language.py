"""The interface in the visitor's language: one catalogue for each, keyed by the English text.

    say("Text (Enter reads it)")
    say("The text has {words:,} words; the network reads the first {most}.", words=700, most=512)

English stands in the code, so that a page reads as what it shows. `messages/fr.json` holds the same texts in French, with
the same names in braces; another language is one more file of that kind, and the menu finds it there. What a catalogue
lacks is shown in English.

Components speak by the same catalogue: `language.js` has their `say`, and `for_browser` the texts that it needs.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

MESSAGES = Path(__file__).parent / "messages"
ENGLISH = "en"
KEY = "lang"
"""The key of the menu of languages, and its name in the URL."""

NAME = "language"
"""The entry of a catalogue that says what its language calls itself."""


@cache
def languages() -> Mapping[str, str]:
    """What each language calls itself, by its code (ISO 639-1); English first."""
    found = sorted(path.stem for path in MESSAGES.glob("*.json"))
    return {ENGLISH: "English"} | {code: catalogue(code)[NAME] for code in found}


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """The texts of a language by the English ones; none for English.

    Raises:
        FileNotFoundError: There is no such catalogue.
    """
    return {} if code == ENGLISH else json.loads((MESSAGES / f"{code}.json").read_text(encoding="utf-8"))


def spoken() -> str:
    """The code of the language that this visitor has chosen; English outside of a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    code = st.session_state.get(KEY) or st.query_params.get(KEY)
    return str(code) if code in languages() else ENGLISH


def say(text: str, /, **values: object) -> str:
    """A text in the visitor's language, with values where it has names in braces.

    Without values the text is taken as it is, braces and all.

    Raises:
        KeyError: The text has a name in braces for which there is no value.
    """
    found = catalogue(spoken()).get(text, text)
    return found.format(**values) if values else found


def said_all(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by name, each in the visitor's language."""
    return {name: say(text) for name, text in texts.items()}


def wordings(text: str) -> Iterable[str]:
    """A text in every language, English first: what a link may call an option, whoever made it."""
    yield text
    yield from (found for code in languages() if (found := catalogue(code).get(text)))


SCRIPT = (Path(__file__).parent / "language.js").read_text(encoding="utf-8")
"""The browser side: a component joins it to its own JavaScript."""

_SAID = re.compile(r'\bsay\(\s*"([^"]+)"')


def texts_in(html: str, js: str) -> tuple[str, ...]:
    """The English texts of a component: the words and labels of its HTML, and what its JavaScript says, `say("…")`."""
    return tuple(dict.fromkeys([*_Phrases.of(html), *_SAID.findall(js)]))


def for_browser(texts: Iterable[str]) -> dict[str, str]:
    """Texts of `texts_in` in the visitor's language by the English ones; those alone that differ."""
    return {text: said for text in texts if (said := say(text)) != text}


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
