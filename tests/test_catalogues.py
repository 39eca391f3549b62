"""The interface whole in every language: pages are opened in one that is made up, and whatever stays English is found.

In that language each letter of a text is another one, so a word in plain letters was never said: it stands in the code, and
no catalogue reaches it. What was said is written down on the way, and each catalogue must have it.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from visitor import opened

from models.tasks import agreement
from playground import answers, language, senti_words, shaping, slips, tag_words
from playground.exhibits import EXHIBITS

ROOT = Path(__file__).resolve().parents[1]
MADE_UP = "xx"
CODES = [code for code in language.languages() if code != language.ENGLISH]

_STAYS = re.compile(
    r"\{[^{}]*\}|%\{[^{}]*\}|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|<[^<>]*>|:material/\w+:|:\w+(?:-badge)?\[|\]\([^)]*\)|&\w+;|\\\w+",
    re.DOTALL,
)
"""What no language changes: names in braces, code, formulas, HTML, and the signs of Streamlit's Markdown."""

_OTHER = {ord(letter): chr(ord(letter) + 0xFEE0) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class MadeUp(dict):
    """A catalogue that has every text, in wide letters, and remembers which were asked for."""

    def __init__(self) -> None:
        super().__init__({language.NAME: "Wide"})
        self.asked: dict[str, None] = {}

    def get(self, text: str, default: Any = None) -> Any:
        if text == language.NUMBER:
            return default
        self.asked[text] = None
        out, at = [], 0
        for stays in _STAYS.finditer(text):
            out += [text[at : stays.start()].translate(_OTHER), stays[0]]
            at = stays.end()
        return "".join(out) + text[at:].translate(_OTHER)


@pytest.fixture
def made_up(monkeypatch) -> MadeUp:
    """The made-up language among the others."""
    wide, real, known = MadeUp(), language.catalogue, dict(language.languages())
    monkeypatch.setattr(language, "catalogue", lambda code: wide if code == MADE_UP else real(code))
    monkeypatch.setattr(language, "languages", lambda: known | {MADE_UP: "Wide"})
    return wide


# ---- what a page shows -----------------------------------------------------------------------------------------------

_NO_WORDS = {
    "id", "key", "form_id", "element_id", "query_param_key", "icon", "js_content", "css_content", "html_content",
    "component_name", "color", "page_script_hash", "url_pathname", "theme", "user_key", "session_id", "type", "page", "url",
    "mime", "query_string", "deferred_file_id", "language", "autocomplete", "code_text",
}  # fmt: skip
"""Fields of what Streamlit sends that nobody reads as words; and code."""

_NETWORKS = {"text_input.default", "text_area.default", "button.help", "selectbox.options"}
"""Where networks' own English stands: what they read, examples of it, and their words in menus."""

_DRAWN = {"text", "title", "name", "ticktext", "alt", "label", "hovertemplate"}
"""Keys of figures and drawings whose values are read."""


def fields(message: Any, path: str) -> Iterator[tuple[str, str]]:
    """The strings of what Streamlit sends, with their places."""
    for field, value in message.ListFields():
        if field.name in _NO_WORDS:
            continue
        values = [value] if isinstance(value, str) or hasattr(value, "ListFields") else value
        if field.type == field.TYPE_STRING:
            yield from ((f"{path}.{field.name}", each) for each in values)
        elif field.type == field.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
            for each in values:
                yield from fields(each, f"{path}.{field.name}")


def drawn(value: Any, key: str = "") -> Iterator[str]:
    """The words of a figure or a drawing."""
    if isinstance(value, str):
        if key in _DRAWN:
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from drawn(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from drawn(inner, key)


def shown(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every text that a page shows, with the place where it stands."""
    for node in app._tree:
        if (proto := getattr(node, "proto", None)) is None:
            continue
        for place, text in fields(proto, node.type):
            if place.endswith(("spec", ".json", ".columns")) and text[:1] in "[{":
                yield from ((place, each) for each in drawn(json.loads(text)))
            elif place != "html.body" or "<style>" not in text:
                yield place, text


# ---- the walk --------------------------------------------------------------------------------------------------------

TOPICS = {
    "pages/questions.py": ("questions_open", tuple(asked.name for asked in answers.QUESTIONS)),
    "pages/corrections.py": ("slips_open", tuple(slip.name for slip in slips.SLIPS)),
}
"""Pages that show one topic at a time, with the menu of them."""


def states(file: str) -> Iterator[AppTest]:
    """A page in each of its tabs, and there after each choice of those that stand side by side; or each of its topics."""
    first = opened(file, ROOT, lang=MADE_UP)
    yield first
    if file in TOPICS:
        key, names = TOPICS[file]
        for name in names:
            menu: Any = first.get_by_key(key)
            menu.set_value(name).run()
            yield first
        return
    tabs = [node for node in first._tree if node.type == "tab_container"]
    key = tabs[0].key if tabs else None
    for place, tab in enumerate(tabs[0].children.values() if key else [None]):
        here = {str(key): str(getattr(tab, "label", ""))} if tab and place else {}
        app = opened(file, ROOT, lang=MADE_UP, **here) if here else first
        yield app
        for node in app._tree:
            if node.type == "button_group" and node.key and node.key != language.KEY:
                others = [option for k, option in enumerate(node.proto.options) if k not in node.proto.default]
                for option in others[:4]:
                    yield opened(file, ROOT, lang=MADE_UP, **here, **{node.key: option.content})


# ---- which of it is English ------------------------------------------------------------------------------------------

NAMES = {
    "PyTorch", "Keras", "Yang", "Xu", "Xiao", "Luo", "Riveill", "Adam", "NaN", "TimeSeriesSplit", "ln", "log", "float",
    "bfloat", "tanh", "ReLU", "rnn", "head", "recurrent", "hidden", "Anna", "Jordan", "Mimi",
}  # fmt: skip
"""What is called the same in every language: authors, programs, functions, number formats, parts of a module; names."""

_QUOTED = re.compile(r"[“«*][^“”«»*]*[”»*]|<[^<>]*>|[\w.]*[_.\[]\w[^\s]*|\[.*\]")
"""What is quoted, HTML, and names of code."""

SENTENCES = (*senti_words.EXAMPLES.values(), *tag_words.EXAMPLES.values(), tag_words.EXAMPLE, shaping.LECTURE)
TOKENS = {*agreement.VOCABULARY, *(word.lower() for text in SENTENCES for word in re.findall(r"[A-Za-z]+", text))}
"""Words that networks read and say, and those of the sentences that pages begin with."""

EXAMPLES = {
    "not very good", "nothing but love", "not bad, good", "great scientist", "great ship", "great poet", "great bridge",
    "st of May", "th of September", "Tuesday, September",
}  # fmt: skip
"""What networks read, on buttons and in charts."""


def own_words(text: str) -> list[str]:
    """The words of a text that a language would change: not names, abbreviations, code, or what networks read."""
    plain = _QUOTED.sub(" ", _STAYS.sub(" ", text))
    words = re.findall(r"[A-Za-z]{2,}", plain)
    return [word for word in words if not (word in NAMES or word.isupper() or word.lower() in TOKENS)]


def english(place: str, text: str) -> bool:
    """Whether a visible text has two plain words in a row, outside of quotes, code and what networks read."""
    plain = _QUOTED.sub(" ¦ ", _STAYS.sub(" ¦ ", text))
    runs = re.findall(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,})+", plain)
    return place not in _NETWORKS and any(own_words(run) and run not in EXAMPLES for run in runs)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_a_page_shows_nothing_that_no_catalogue_reaches_and_every_catalogue_has_what_it_says(exhibit, made_up):
    plain = {text: place for app in states(exhibit.file) for place, text in shown(app) if english(place, text)}
    assert plain == {}
    for code in CODES:
        known = language.catalogue(code)
        asked = (text for text in made_up.asked if text not in known and not re.search("[\uff21-\uff5a]", text))
        assert [text for text in asked if own_words(text) and text not in EXAMPLES] == [], code


def test_a_text_that_was_not_said_is_seen(made_up):
    def script() -> None:
        import streamlit  # noqa: PLC0415 - the script of a page runs by itself

        from playground.language import say  # noqa: PLC0415

        streamlit.markdown(say("Half-life: {steps:.1f} steps of `code here`", steps=4.2))
        streamlit.markdown("**Nobody said** this to the visitor.")

    app = AppTest.from_function(script)
    app.query_params[language.KEY] = MADE_UP
    found = [text for place, text in shown(app.run()) if english(place, text)]
    assert found == ["**Nobody said** this to the visitor."]
    assert "Half-life: {steps:.1f} steps of `code here`" in made_up.asked


def templates(source: str) -> Iterator[str]:
    """The texts of which `Told`s are made: those in the call, and those that a name in it stands for."""
    tree = ast.parse(source)
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Told" and node.args
    ]
    names = {node.id for call in calls for node in ast.walk(call.args[0]) if isinstance(node, ast.Name)}
    given = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in names for to in node.targets)
    ]
    for place in (*(call.args[0] for call in calls), *given):
        for node in ast.walk(place):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[A-Za-z]{2}", node.value):
                yield node.value


@pytest.mark.parametrize("code", CODES)
def test_whatever_the_models_tell_a_visitor_is_in_every_catalogue(code):
    files = sorted((ROOT / "models").rglob("*.py"))
    told = {text: file.name for file in files for text in templates(file.read_text("utf-8")) if file.name != "told.py"}
    assert len(told) > 200
    assert {text: file for text, file in told.items() if text not in language.catalogue(code)} == {}
