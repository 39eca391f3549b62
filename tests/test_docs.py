"""What the documents show as code runs."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from playground.exhibits import EXHIBITS


def blocks(path):
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def test_the_notebook_lines_of_the_readme_run(pytestconfig):
    (code,) = blocks(pytestconfig.rootpath / "README.md")
    found: dict = {}
    exec(code, found)  # noqa: S102 - running it is the point
    assert found["t"].names == ["i", "f", "g", "o", "c", "h"]
    assert found["t"]["f"].shape == (20, 16)


def test_the_readme_tours_every_exhibit_with_its_question(pytestconfig):
    text = (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
    for exhibit in EXHIBITS:
        assert f"| {exhibit.title} | {exhibit.question} |" in text


def test_the_exhibit_of_the_guide_works(pytestconfig, tmp_path):
    _, page = blocks(pytestconfig.rootpath / "docs/adding-an-exhibit.md")
    script = tmp_path / "slow_memory.py"
    script.write_text(page, encoding="utf-8")
    app = AppTest.from_file(script, default_timeout=60).run()
    assert not app.exception
    assert app.get("plotly_chart")


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", "docs/adding-an-exhibit.md", "docs/style.md"])
def test_links_and_files_that_documents_name_exist(name, pytestconfig):
    path = pytestconfig.rootpath / name
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
