"""Every view as a script: pages are opened, their scripts run in a process of their own, and both have the same numbers."""

import ast
import inspect
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visitor import ENTRY

from models.cells import CELLS
from models.digest import digest
from models.reading import Question, read
from models.windows import Fold
from playground import recording, view_script
from playground.controls import LECTURE
from playground.exhibits import EXHIBITS, Exhibit
from playground.recording import Call
from playground.view_script import FILE, script

RUNNER = """
import json, runpy, sys
from models.digest import digest
for line in sys.stdin:
    answers = runpy.run_path(line.strip())["answers"]
    print(json.dumps({name: digest(answer) for name, answer in answers.items()}), flush=True)
"""
"""Runs the script of each line, each with names of its own: one process for all, as PyTorch takes long to import."""

ASKS_NOTHING = {("Forecasting", "Your series")}
"""Views with a figure and without a number of a model: it comes from a file, or from a training that runs."""


@dataclass(frozen=True)
class View:
    """A view of a page: what its panel for saving shows, and what the page itself was answered."""

    tab: str
    script: str
    digests: list[str]
    shown: list[str]


def opened_for_saving(exhibit: Exhibit, root: Path, **params: str) -> AppTest:
    app = AppTest.from_file(root / ENTRY, default_timeout=120)
    app.session_state[recording.OPEN] = True
    app.run()
    if exhibit != EXHIBITS[0]:
        app.switch_page(str(root / exhibit.file))
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def view_of(app: AppTest, tab: str) -> View:
    code = [block.value for block in app.code if block.value.startswith('"""Numbers of the view')]
    calls, shown = app.session_state["save_calls"], app.session_state["save_shown"]
    return View(tab, "".join(code), [digest(call.answer) for call in calls.values()], list(shown))


def views_of(exhibit: Exhibit, root: Path) -> list[View]:
    """The page as it opens, and each of its other tabs."""
    app = opened_for_saving(exhibit, root)
    first, *others = [tab.label for tab in app.tabs] or [""]
    named = re.search(r'controls\.tabs\(\s*"(\w+)"', (root / exhibit.file).read_text("utf-8"))
    key = f"{named[1]}_tab" if named else ""
    return [
        view_of(app, first),
        *(view_of(opened_for_saving(exhibit, root, **{key: tab}), tab) for tab in others if key),
    ]


@pytest.fixture(scope="module")
def run_script(pytestconfig) -> Iterator[Callable[[Path], dict[str, str]]]:
    """Runs a script in another process and gives back the digests of its answers, by name."""
    command = [sys.executable, "-c", RUNNER]
    with subprocess.Popen(
        command, cwd=pytestconfig.rootpath, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as runner:
        paths, found = runner.stdin, runner.stdout
        assert paths
        assert found

        def run(path: Path) -> dict[str, str]:
            paths.write(f"{path}\n")
            paths.flush()
            line = found.readline()
            assert line, f"{path} ended with an error"
            return json.loads(line)

        yield run


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_the_script_of_every_view_gives_the_numbers_of_the_page(exhibit, run_script, pytestconfig, tmp_path):
    for number, view in enumerate(views_of(exhibit, pytestconfig.rootpath)):
        if not view.digests and (not view.shown or (exhibit.title, view.tab) in ASKS_NOTHING):
            assert not view.script
            continue
        assert view.digests
        assert " is left out: " not in view.script
        path = tmp_path / f"{number}.py"
        path.write_text(view.script, encoding="utf-8")
        assert list(run_script(path).values()) == view.digests, view.tab


def test_a_script_says_its_numbers_and_writes_them_to_a_file(pytestconfig, tmp_path):
    view = view_of(opened_for_saving(EXHIBITS[1], pytestconfig.rootpath), "")
    (tmp_path / FILE).write_text(view.script, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(pytestconfig.rootpath)}  # it lies elsewhere, to leave nothing behind
    said = subprocess.run(
        [sys.executable, FILE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert f"read   [{view.digests[0]}]" in said
    with np.load(tmp_path / "numbers_of_this_view.npz") as numbers:
        trace = read(Question(LECTURE)).trace
        assert np.array_equal(numbers["read: trace._values['f']"], trace["f"])


def test_a_script_imports_the_models_and_nothing_of_the_app(pytestconfig):
    code = view_of(opened_for_saving(EXHIBITS[1], pytestconfig.rootpath), "").script
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {"torch", "numpy", "models", "models.digest"}


def test_nothing_is_kept_while_the_panel_is_closed(pytestconfig):
    app = AppTest.from_file(pytestconfig.rootpath / ENTRY, default_timeout=120).run()
    assert app.session_state["save_calls"] == {}
    assert app.session_state["save_shown"] == {}


# ---- what a call becomes ---------------------------------------------------------------------------------------------


def page_functions(text: str) -> ModuleType:
    """A module like playground/compute.py, of a source of its own."""
    module = ModuleType("page_functions")
    exec(compile(text, "page_functions", "exec"), module.__dict__)  # noqa: S102 - a module made for the test
    return module


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Gives calls of functions whose source is given; they lie in a file, as their source is read from it."""

    def calls(source: str, *arguments: dict) -> list[Call]:
        (tmp_path / "page_functions.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "page_functions", raising=False)
        module = __import__("page_functions")
        plain = inspect.unwrap(module.ask)
        return [Call(plain, given, plain(**given)) for given in arguments]

    return calls


def answers(made: view_script.Script) -> dict:
    names: dict = {"__name__": "a script that is read"}
    exec(made.text, names)  # noqa: S102 - running it is the point
    return names["answers"]


def test_a_function_of_one_line_is_written_with_its_arguments(asked):
    source = "from models import windows\ndef ask(steps, length):\n    return windows.count(steps, length, 1)\n"
    made = script(asked(source, {"steps": 10, "length": 4}), "A page")
    assert "answers['ask'] = windows.count(10, 4, 1)" in made.text
    assert answers(made) == {"ask": 6}


def test_a_function_of_several_lines_is_written_whole_and_without_its_cache(asked):
    source = (
        "import functools\nfrom models import windows\n"
        "@functools.cache\ndef ask(steps: int, *, twice: bool = False) -> int:\n    'Says what.'\n"
        "    found = windows.count(steps, 2, 1)\n    return 2 * found if twice else found\n"
    )
    made = script(asked(source, {"steps": 9, "twice": True}), "A page")
    assert "cache" not in made.text
    assert "def ask(steps, *, twice=False):" in made.text
    assert answers(made) == {"ask": 14}


def test_functions_that_call_each_other_become_one_expression(asked):
    source = (
        "from models import windows\ndef inner(steps, length=3):\n    return windows.count(steps, length, 1)\n"
        "def ask(steps):\n    return {1: inner(steps), 2: inner(steps, length=2)}\n"
    )
    made = script(asked(source, {"steps": 8}), "A page")
    assert "{1: windows.count(8, 3, 1), 2: windows.count(8, 2, 1)}" in made.text
    assert answers(made) == {"ask": {1: 5, 2: 6}}


def test_what_was_asked_before_is_not_computed_again(asked):
    source = "from models import reading\ndef ask(question):\n    return reading.read(question)\n"
    (first,) = asked(source, {"question": Question(LECTURE)})
    kept = Call(_guesses, {"answer": first.answer}, _guesses(first.answer))
    made = script([first, kept], "A page")
    assert "answers['_guesses'] = len(answers['ask'].guesses)" in made.text
    assert made.text.count("reading.read(") == 1


def _guesses(answer):
    return len(answer.guesses)


def test_a_thing_that_only_the_page_has_is_left_out_and_said_so(asked):
    source = "def ask(thing):\n    return str(thing)\n"
    made = script(asked(source, {"thing": object()}, {"thing": 3}), "A page")
    assert "# ask is left out: it needs a object" in made.text
    assert made.names == ("", "ask 2")
    assert answers(made) == {"ask 2": "3"}


@pytest.mark.parametrize(
    "value",
    [
        None, True, -3, 2**80, 1.5, math.inf, -math.inf, "a", "quotes ' \" \\ \n \x00 ☃ \u202e", b"\x00\xff", (), (1,),
        [1, [2]],
        {"a": (1, 2.5)}, {3, 1}, frozenset({"x"}), np.float32(0.1), np.int64(7), float, np.array([[1.5, -2.0]]),
        Question("it's \"quoted\"", "GRU"), Fold(np.array([0, 1]), np.array([2])),
    ],
    ids=repr,
)  # fmt: skip
def test_values_come_back_as_they_are(value, asked):
    source = "def ask(value):\n    return [value]\n"
    if value is float:  # a class that is no part of the models
        assert "is left out" in script(asked(source, {"value": value}), "A page").text
    else:
        (back,) = answers(script(asked(source, {"value": value}), "A page"))["ask"]
        assert digest(back) == digest(value)
        assert type(back) is type(value)


def test_a_nan_comes_back(asked):
    (back,) = answers(script(asked("def ask(x):\n    return [x]\n", {"x": math.nan}), "A page"))["ask"]
    assert math.isnan(back)


def test_a_class_of_the_models_is_named(asked):
    made = script(asked("def ask(kind):\n    return kind.__name__\n", {"kind": CELLS["LSTM"]}), "A page")
    assert answers(made) == {"ask": "LSTM"}


@pytest.mark.parametrize("title", ['A "quoted" """ page', "back\\slash", "new\nline"])
@pytest.mark.parametrize("link", ["page?text=%0Aimport+os", "page\nimport os", ""])
def test_titles_and_links_stay_words(title, link, asked):
    made = script(asked("def ask():\n    return 1\n", {}), title, link)
    assert "import os" not in [line.strip() for line in made.text.splitlines()]
    assert answers(made) == {"ask": 1}


def test_an_f_string_with_quotes_in_its_braces_still_works(asked):
    source = "def ask(name):\n    return f'{name.lower()}'\n"
    assert answers(script(asked(source, {"name": 'it\'s "A" \\'}), "A page")) == {"ask": 'it\'s "a" \\'}


def test_long_calls_are_broken_into_lines(asked):
    made = script(asked("def ask(values):\n    return sum(values)\n", {"values": tuple(range(300))}), "A page")
    written = made.text.split("answers = {}")[1]
    assert max(map(len, written.splitlines())) <= view_script.WIDTH
    assert answers(made) == {"ask": sum(range(300))}


# ---- what is heard ---------------------------------------------------------------------------------------------------


def test_listening_leaves_functions_as_they_were():
    module = page_functions(
        "def ask(x):\n    'Says what.'\n    return x + 1\ndef _own(): ...\nimport math\nroot = math.sqrt"
    )
    own, root = module._own, module.root
    recording.listen(module)
    heard = module.ask
    recording.listen(module)
    assert module.ask is heard  # once is enough
    assert (module.ask(1), module.ask.__doc__) == (2, "Says what.")
    assert (module._own, module.root) == (own, root)


def test_a_mistake_is_passed_on_and_the_next_question_is_heard():
    module = page_functions("def ask(x):\n    return 1 / x")
    recording.listen(module)
    with pytest.raises(ZeroDivisionError):
        module.ask(0)
    assert not recording._inside.call


@pytest.mark.parametrize("value", [1, (1, 2), [1], {"a": 1}, np.ones(2)])
def test_equal_questions_are_one_and_unequal_ones_are_not(value):
    assert recording._identity(value) == recording._identity(value)
    assert recording._identity(1) != recording._identity(True)  # noqa: FBT003 - True is 1 for Python
    assert recording._identity(1) != recording._identity(1.0)
