"""One interface in several languages: catalogues that fit the code, and a choice that survives links and pages."""

import ast
import json
import re
import string
from typing import Any

import pytest
from visitor import opened

from playground import language

CODES = [code for code in language.languages() if code != language.ENGLISH]


def widget(app, key) -> Any:
    """A widget whose type AppTest does not name."""
    return app.get_by_key(key)


def names_in(text):
    """The names in braces of a text, with how each is written."""
    return sorted((name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def strings_in(value):
    """The strings of a JSON value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)


@pytest.fixture(scope="module")
def texts_of_the_code(pytestconfig):
    """Every string that stands in the code of pages, words and models, and in the lessons that ship."""
    found = set()
    for folder in ("pages", "playground", "models"):
        for file in (pytestconfig.rootpath / folder).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for file in (pytestconfig.rootpath / "playground" / "lessons").glob("*.json"):
        found |= set(strings_in(json.loads(file.read_text(encoding="utf-8"))))
    return found


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


def test_there_is_a_second_language():
    assert language.languages()["fr"] == "Français"


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_a_catalogue_stands_in_the_code(code, texts_of_the_code):
    files = (file for ending in ("js", "html") for file in language.MESSAGES.parent.rglob(f"*.{ending}"))
    scripts = "".join(file.read_text(encoding="utf-8") for file in files)
    stale = [
        text
        for text in language.catalogue(code)
        if text != language.NAME and text not in texts_of_the_code and text not in scripts
    ]
    assert not stale


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_same_values_and_the_same_code(code):
    for text, said in language.catalogue(code).items():
        assert said.strip(), text
        if re.search(r"\{\w+[:!}]", text) and "\\" not in text:
            assert {name for name, _ in names_in(said)} == {name for name, _ in names_in(text)}, text
        assert sorted(re.findall(r"`[^`]+`", said)) == sorted(re.findall(r"`[^`]+`", text)), text
        assert text.count("**") == said.count("**"), text


def test_a_missing_text_is_shown_in_english():
    assert language.say("no catalogue has this") == "no catalogue has this"
    assert language.say("{n} of {m}", n=1, m=2) == "1 of 2"
    assert language.say("braces {stay} without values") == "braces {stay} without values"


def test_a_page_in_french_says_its_menu_in_french(root):
    app = opened("pages/step_a_cell.py", root, lang="fr")
    fr = language.catalogue("fr")
    assert widget(app, "cell_network").label == fr["Network"]
    assert [tab.label for tab in app.tabs][:1] == [fr["Formulas with numbers"]]


@pytest.mark.parametrize(("lang", "label"), [("fr", "Untrained"), ("en", "Non entraîné")])
def test_a_link_in_one_language_means_the_same_in_another(lang, label, root):
    app = opened("pages/step_a_cell.py", root, lang=lang, cell_network=label)
    assert widget(app, "cell_network").value == "untrained"
    assert not app.warning


def test_a_language_that_there_is_not_is_told_and_english_stays(root):
    app = opened("pages/step_a_cell.py", root, lang="tlh")
    assert widget(app, "cell_network").label == "Network"
    assert any("tlh" in caption.value for caption in app.sidebar.caption)
