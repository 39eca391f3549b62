"""One interface in several languages: catalogues that fit the code, and a choice that survives links and pages."""

import ast
import json
import re
import string
from typing import Any

import pyarrow as pa
import pytest
from visitor import opened

from models.told import Told
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


# ---- numbers, formulas, and what models tell -------------------------------------------------------------------------


@pytest.fixture
def french(monkeypatch):
    """A visitor who reads French."""
    monkeypatch.setattr(language, "spoken", lambda: "fr")


@pytest.mark.usefixtures("french")
def test_numbers_are_written_as_in_french():
    assert language.number(1234.5, ",.2f") == "1\u202f234,50"
    assert language.number(0.125, ".1%") == "12,5\u00a0%"
    assert language.number(-1e-9, ".1e") == "-1,0e-09"
    assert language.say("no catalogue has this {share:.2f}", share=0.5) == "no catalogue has this 0,50"


def test_numbers_are_written_as_in_english_outside_of_a_page():
    assert language.number(1234.5, ",.2f") == "1,234.50"
    assert language.say("{share:.1%} of {count:,}", share=0.5, count=1234) == "50.0% of 1,234"
    assert language.formula("0.5 + 1{,}000") == "0.5 + 1{,}000"


@pytest.mark.usefixtures("french")
def test_code_keeps_its_point_and_words_keep_theirs():
    told = language.say("`lr={rate:g}` {rate:g} {name}", rate=0.5, name="v1.5, 0.5")
    assert told == "`lr=0.5` 0,5 v1.5, 0.5"


@pytest.mark.usefixtures("french")
def test_a_formula_has_no_gap_behind_its_comma():
    assert language.formula(r"0.5 \cdot w_{1,2} + 12{,}000.25") == r"0{,}5 \cdot w_{1,2} + 12\,000{,}25"
    assert language.say("$w = {w:.2f}$ and {w:.2f}", w=0.25) == "$w = 0{,}25$ and 0,25"
    assert language.say("without values $0.5$") == "without values $0{,}5$"


@pytest.mark.usefixtures("french")
def test_an_error_of_a_model_is_said_with_its_values():
    told = Told("The file has {megabytes:.1f} MB, expected at most {most}", megabytes=7.25, most=5)
    assert str(ValueError(told)) == "The file has 7.2 MB, expected at most 5"
    assert language.say(ValueError(told)) == "Le fichier a 7,2 Mo, attendu\u00a0: 5 au plus"
    nested = Told("The file is {kind}, expected plain text: save it as .txt or .csv first", kind=Told("a picture"))
    assert language.say("{wrong}.", wrong=ValueError(nested)).startswith("Le fichier est une image, attendu")


@pytest.mark.usefixtures("french")
def test_no_line_breaks_before_a_sign_that_has_a_space():
    assert not [said for said in language.catalogue("fr").values() if re.search("« | [;?!»]", said)]


def test_a_link_knows_an_option_that_is_made_of_numbers_in_every_language():
    assert list(language.wordings(Told("{a} and {b}", a=1, b=3))) == ["1 and 3", "1 et 3"]


def test_a_chart_writes_its_numbers_as_the_page_does(root):
    signs = {}
    for code in ("en", "fr"):
        chart, *_ = opened("pages/gradient_decay.py", root, lang=code).get("plotly_chart")
        signs[code] = json.loads(chart.proto.spec)["layout"]["separators"]
    assert signs == {"en": ".,", "fr": ",\u202f"}


@pytest.mark.parametrize(("lang", "told"), [("fr", "Le fichier est un PDF"), ("en", "The file is a PDF")])
def test_a_file_that_cannot_be_read_is_told_in_the_language_of_the_page(lang, told, root):
    tab = "How good is it?" if lang == "en" else language.catalogue(lang)["How good is it?"]
    app = opened("pages/translation.py", root, lang=lang, translate_tab=tab)
    widget(app, "translate_file").upload("dates.txt", b"%PDF-1.7", "text/plain").run()
    assert any(told in warning.value for warning in app.warning)


@pytest.mark.parametrize(("lang", "f1", "weights"), [("fr", "99,7", "11\u202f842"), ("en", None, None)])
def test_a_table_shows_its_numbers_as_the_page_does_and_still_sorts_them(lang, f1, weights, root):
    tab = "How good are they?" if lang == "en" else language.catalogue(lang)["How good are they?"]
    app = opened("pages/tagging.py", root, lang=lang, tag_tab=tab)
    table = app.dataframe[0]
    assert table.value["F1"].dtype == float
    shown: Any = table.proto.arrow_data.styler.display_values  # pyright: ignore[reportAttributeAccessIssue]
    assert bool(shown) == (lang == "fr")
    if shown:
        written = pa.ipc.open_stream(shown).read_pandas().iloc[-1].astype(str).tolist()
        assert f1 in written
        assert weights in written
