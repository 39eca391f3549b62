"""The rules of the house that a machine can check: who may import whom, and what lives in one place only.

Every rule is a function of a source text that returns what is wrong with it, and has a test that shows it can fail.
"""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FORBIDDEN = {
    "models": {"streamlit", "plotly", "pandas", "playground", "pages"},
    "playground/figures": {"torch", "models", "pages", "streamlit"},
    "playground/player": {"torch", "models", "pages"},
    "playground/graph": {"torch", "models", "pages"},
    "playground/live": {"torch", "models", "pages"},
    "playground/shell": {"torch", "models", "pages"},
    "playground": {"pages"},
    "pages": {"torch", "numpy", "plotly", "pandas"},
}
"""What the files of a folder and the folders in it must not import: the table of docs/architecture.md."""

PURE = ("models", "playground/figures", "playground/player", "playground/graph", "playground/live", "playground/shell")
"""Folders that must not reach what is forbidden through another file of the house either.

Pages may: they are allowed `playground.compute`, which is what keeps torch away from them.
"""

ON_REQUEST = {"models/trace.py": {"pandas"}}
"""What a file imports only inside the one function that gives it to whoever asks: `Trace.to_pandas`.

Everybody else must not meet it; `test_importing_the_models_brings_nothing_of_the_app` looks at what is really imported.
"""

PAGE_LINES = 90
CHART_HOME = "playground/showing.py"
CACHE_HOME = "playground/compute.py"
TABLE_HOME = "playground/tables.py"
COLOUR_HOME = "playground/theme.py"


@cache
def house(suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files of the repository: not what tools leave behind."""
    ours = {".ci", ".streamlit"}
    left_behind = {"venv", "env", "node_modules", "__pycache__", "build", "dist"}

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                hidden = path.name.startswith(".") and path.name not in ours
                if not hidden and path.name not in left_behind and not (path / "pyvenv.cfg").exists():
                    yield from walk(path)
            elif path.suffix in suffixes:
                yield path

    return list(walk(ROOT))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def inside(folder: str) -> list[Path]:
    return [path for path in house() if name_of(path).startswith(f"{folder}/")]


@cache
def parsed(source: str) -> ast.Module:
    """The tree of a program. Many rules read the same files."""
    return ast.parse(source)


# ---- who imports whom ------------------------------------------------------------------------------------------------


def imports(source: str, package: str = "") -> set[str]:
    """Everything that a module of `package` imports anywhere in its text, by dotted name.

    `from models import trace` is both "models" and "models.trace", as it may be either.
    """
    found: set[str] = set()
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if node.level else []
            base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names if alias.name != "*"}
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            found |= {name for argument in node.args[:1] for name in texts(argument)}
    return found


def called(call: ast.Call) -> str:
    """The last part of the name of what is called: "import_module" for `importlib.import_module(...)`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(tree: ast.AST) -> list[str]:
    """All strings in a piece of program, its docstrings included."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def among(names: set[str], banned: set[str]) -> list[str]:
    """Those that are banned, or lie inside a banned package."""
    return sorted(name for name in names if any(f"{name}.".startswith(f"{ban}.") for ban in banned))


@cache
def imports_of(path: Path) -> set[str]:
    found = imports(path.read_text("utf-8"), ".".join(path.relative_to(ROOT).parent.parts))
    return found - ON_REQUEST.get(name_of(path), set())


@cache
def files_of(name: str) -> list[Path]:
    """The files of the house that Python runs for `import name`: the packages on the way, and the module."""
    parts = name.split(".")
    packages = [ROOT.joinpath(*parts[:k], "__init__.py") for k in range(1, len(parts) + 1)]
    return [path for path in [*packages, ROOT.joinpath(*parts).with_suffix(".py")] if path.exists()]


def reached(path: Path) -> dict[str, str]:
    """All imports of a file and of what it imports from the house, each with the file that asks for it."""
    found: dict[str, str] = {}
    seen, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in imports_of(current):
            found.setdefault(name, name_of(current))
            waiting += files_of(name)
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_folder_imports_only_what_it_may(folder: str):
    files = inside(folder)
    assert files, f"{folder} has no Python files: the table is out of date"
    assert {name_of(path): wrong for path in files if (wrong := among(imports_of(path), FORBIDDEN[folder]))} == {}


@pytest.mark.parametrize("folder", PURE)
def test_a_pure_folder_does_not_reach_what_is_forbidden_by_a_detour(folder: str):
    for path in inside(folder):
        asked_by = reached(path)
        detours = {name: asked_by[name] for name in among(set(asked_by), FORBIDDEN[folder])}
        assert detours == {}, name_of(path)


def test_importing_the_models_brings_nothing_of_the_app():
    code = "import sys, models, playground.figures; print(*{'streamlit', 'pandas'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_what_is_imported_on_request_is_imported_nowhere_else():
    found = {name: imports((ROOT / name).read_text("utf-8")) for name in ON_REQUEST}
    assert {name for name, wanted in ON_REQUEST.items() if wanted <= found[name]} == set(ON_REQUEST)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import torch", {"torch"}),
        ("import torch.nn as nn, numpy", {"torch.nn", "numpy"}),
        ("from models import trace", {"models", "models.trace"}),
        ("from models.cells import *", {"models.cells"}),
        ("def late():\n    from torch import nn", {"torch", "torch.nn"}),
        ("if TYPE_CHECKING:\n    import pandas", {"pandas"}),
        ("try:\n    import pandas\nexcept ImportError:\n    pass", {"pandas"}),
        ("from . import theme", {"playground.figures", "playground.figures.theme"}),
        ("from ..theme import ROLES", {"playground.theme", "playground.theme.ROLES"}),
        ("from .. import theme", {"playground", "playground.theme"}),
        ("importlib.import_module('torch')", {"torch"}),
        ("__import__('torch')", {"torch"}),
        ("import_module(name)", set()),
        ("'import torch'", set()),
    ],
)
def test_the_reader_finds_every_import(source: str, wanted: set[str]):
    assert imports(source, package="playground.figures") == wanted


def test_a_ban_covers_the_package_and_not_its_namesakes():
    names = {"torch", "torch.nn", "torchvision", "models.torch", "pagesize"}
    assert among(names, {"torch", "pages"}) == ["torch", "torch.nn"]


def test_a_detour_is_seen():
    # The trace reaches torch through the cells, even if it did not ask for it itself.
    asked_by = reached(ROOT / "models" / "__init__.py")
    assert asked_by["torch"] in {"models/cells.py", "models/trace.py"}


def test_no_file_beside_the_entry_bears_the_name_of_a_standard_module():
    # The folder of the entry script comes first on the path: `playground/random.py` would be everybody's `random`.
    names = {path.stem for path in (ROOT / "playground").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert "theme" in names
    assert names & set(sys.stdlib_module_names) == set()


# ---- what lives in one place only ------------------------------------------------------------------------------------


def caches(source: str) -> list[str]:
    """Uses of Streamlit's caches, by any name."""
    names = {"cache_data", "cache_resource"}
    found = [ast.unparse(node) for node in ast.walk(parsed(source)) if getattr(node, "attr", None) in names]
    return found + among(imports(source), {f"streamlit.{name}" for name in names})


def global_seeds(source: str) -> list[str]:
    """Seeds that all sessions share: torch's own, not those of a Generator."""
    seeds = {"manual_seed", "manual_seed_all", "seed", "set_rng_state"}
    wanted = re.compile(rf"torch(\.(random|cuda|mps|xpu))?\.({'|'.join(seeds)})")
    attributes = [ast.unparse(node) for node in ast.walk(parsed(source)) if getattr(node, "attr", None) in seeds]
    return [name for name in [*attributes, *sorted(imports(source))] if wanted.fullmatch(name)]


def colours(source: str) -> list[str]:
    """Colours written as numbers in the strings of a program, its docstrings included."""
    wanted = re.compile(r"(?<!&)#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![0-9a-z_-])", re.IGNORECASE)
    return [colour for text in texts(parsed(source)) for colour in wanted.findall(text)]


def bare_charts(source: str) -> list[str]:
    """Charts and tables that are put on a page past `showing`: nobody could save them, and their numbers stay English."""
    past = {"plotly_chart", "dataframe"}
    return [ast.unparse(node) for node in ast.walk(parsed(source)) if getattr(node, "attr", None) in past]


def table_writers(source: str) -> list[str]:
    """Ways to write a CSV, which keep no formula from a spreadsheet."""
    written = among(imports(source), {"csv.writer", "csv.DictWriter"})
    called = [ast.unparse(node) for node in ast.walk(parsed(source)) if isinstance(node, ast.Attribute)]
    called = [name for name in called if re.fullmatch(r"csv\.(writer|DictWriter)|.*\.to_csv", name)]
    head = re.compile(r"\w+(,\w+)+\n?")
    lines = [
        ast.unparse(node)
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (r"'\n'.join", r"'\r\n'.join")
        for text in texts(node)
        if head.fullmatch(text)
    ]
    return written + called + lines


def oddities(source: str) -> list[str]:
    """What a page, a storyboard read from top to bottom, has no use for."""
    found = [
        f"{type(node).__name__} {node.name}"
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.ClassDef)
        or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "main")
    ]
    lines = len(source.splitlines())
    return found + ([f"{lines} lines"] if lines > PAGE_LINES else [])


def machine_paths(text: str) -> list[str]:
    """Paths of the machine on which something was written, which no other machine has."""
    return re.findall(r"(?<![\w.:/-])/(?:work|tmp|root)/\S*", text)


def test_streamlit_caches_live_in_one_file():
    # What tests and benchmarks serve is not the app.
    served = [*inside("models"), *inside("playground"), *inside("pages")]
    assert {name_of(path) for path in served if caches(path.read_text("utf-8"))} == {CACHE_HOME}


def test_every_chart_and_every_table_goes_through_one_file():
    served = [*inside("playground"), *inside("pages")]
    assert {name_of(path) for path in served if bare_charts(path.read_text("utf-8"))} == {CHART_HOME}


def test_every_table_is_written_by_one_writer():
    served = [*inside("models"), *inside("playground"), *inside("pages")]
    assert {name_of(path) for path in served if table_writers(path.read_text("utf-8"))} == {TABLE_HOME}


def test_nobody_seeds_torch_for_everybody():
    assert {name_of(path): seeds for path in house() if (seeds := global_seeds(path.read_text("utf-8")))} == {}


def test_colours_live_in_one_file():
    # Tests may name a colour: they say what it must be. Benchmarks draw nothing.
    drawing = [*inside("models"), *inside("playground"), *inside("pages")]
    assert {name_of(path) for path in drawing if colours(path.read_text("utf-8"))} == {COLOUR_HOME}


def test_no_file_is_called_utils():
    names = {part.removesuffix(".py") for path in house() for part in path.relative_to(ROOT).parts}
    assert names & {"utils", "util", "helpers", "helper", "misc", "common"} == set()


def test_a_page_is_a_storyboard():
    assert {name_of(path): odd for path in inside("pages") if (odd := oddities(path.read_text("utf-8")))} == {}


def test_every_page_is_an_exhibit_and_every_exhibit_a_page():
    exhibits = importlib.import_module("playground.exhibits").EXHIBITS
    files = [exhibit.file for exhibit in exhibits]
    assert sorted(files) == [name_of(path) for path in inside("pages")]
    assert files


def test_no_file_names_a_path_of_one_machine():
    files = house((".py", ".md", ".toml", ".js", ".html", ".css", ".txt", ".yml", ".yaml"))
    assert {name_of(path): found for path in files if (found := machine_paths(path.read_text("utf-8")))} == {}


# ---- the rules can fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import streamlit as st\n@st.cache_data\ndef f(): ...",
        "import streamlit as st\n@st.cache_resource(ttl=3)\ndef f(): ...",
        "from streamlit import cache_data",
        "import streamlit\nstreamlit.cache_data.clear()",
    ],
)
def test_a_cache_is_seen(source: str):
    assert caches(source)


@pytest.mark.parametrize("source", ["st.plotly_chart(f)", "left.plotly_chart(f, key='a')", "draw = st.plotly_chart"])
def test_a_bare_chart_is_seen(source: str):
    assert bare_charts(source)
    assert bare_charts("showing.chart(figure, key='a', alt='b')") == []


@pytest.mark.parametrize(
    "source",
    [
        "import csv\nw = csv.writer(out)",
        "from csv import DictWriter",
        "frame.to_csv()",
        'text = "\\n".join(["step,token,value", *lines])',
    ],
)
def test_another_writer_of_tables_is_seen(source: str):
    assert table_writers(source)
    assert table_writers("import csv\nrows = csv.reader(text)\nnames = ', '.join(['a', 'b'])") == []


def test_another_cache_is_not_taken_for_streamlits():
    assert caches("from functools import cache\n@cache\ndef f(): ...\nself.cache = {}") == []


@pytest.mark.parametrize(
    "source",
    [
        "torch.manual_seed(0)",
        "torch.random.manual_seed(0)",
        "torch.cuda.manual_seed_all(0)",
        "torch.seed()",
        "from torch import manual_seed",
        "from torch.random import manual_seed",
        "seed = torch.manual_seed",
    ],
)
def test_a_global_seed_is_seen(source: str):
    assert global_seeds(source)


def test_the_seed_of_a_generator_is_welcome():
    assert global_seeds("g = torch.Generator().manual_seed(0)\ng.manual_seed(1)\ntorch.default_generator") == []


@pytest.mark.parametrize("colour", ["#fff", "#1f6fb2", "#1F6FB280", "1px solid #abc;", "#abcd"])
def test_a_colour_is_seen(colour: str):
    assert colours(f"line = {colour!r}")
    assert colours(f'line = f"{{width}} {colour}"')


@pytest.mark.parametrize("text", ["#ap", "apple#", "issue #12", "[top](#added-later)", "#12345", "&#124;", "#"])
def test_other_hashes_are_no_colours(text: str):
    assert colours(f"line = {text!r}  # a comment may say #fff") == []


def test_a_page_that_is_a_program_is_seen():
    assert oddities("class App:\n    def run(self): ...") == ["ClassDef App"]
    assert oddities("def main(): ...\nmain()") == ["FunctionDef main"]
    assert oddities("x = 1\n" * 91) == ["91 lines"]
    assert oddities("def words(text): ...\n" * 90) == []


@pytest.mark.parametrize("folder", ["work", "tmp", "root"])
def test_a_path_of_one_machine_is_seen(folder: str):
    path = f"/{folder}/shared/notes.md"
    assert machine_paths(f"see {path} for more") == [path]
    assert machine_paths(f'open("{path}")')
    assert machine_paths(f"https://example.org{path} and docs{path} and ..{path}") == []


def test_the_house_is_read_without_what_tools_leave_behind():
    files = {name_of(path) for path in house()}
    assert {"models/cells.py", "tests/test_architecture.py"} <= files
    assert not any("__pycache__" in name or "venv" in name or name.startswith(".git/") for name in files)
