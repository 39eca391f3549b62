"""docs/notebook.md: every block runs in order in a process without Streamlit, and prints what the page says."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from models import trace

RUN_BLOCKS = """
import contextlib, io, json, sys
sys.modules["streamlit"] = None  # importing it is an error
names, printed = {}, []
for block in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(block, names)
    printed.append(out.getvalue())
print(json.dumps(printed))
"""


@pytest.fixture(scope="module")
def page(pytestconfig) -> list[tuple[str, str]]:
    """The blocks of code with what they are said to print."""
    text = (pytestconfig.rootpath / "docs/notebook.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```(?:\n```\n(.*?)```)?", text, re.DOTALL)


def test_every_block_of_the_notebook_page_prints_what_it_says(page, pytestconfig, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN_BLOCKS],
        input=json.dumps([code for code, _ in page]),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(pytestconfig.rootpath)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(page) >= 8
    assert json.loads(ran.stdout) == [said for _, said in page]
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    assert set(written) == {"memory.html", "fading.html", "forget.html"}
    assert all("Plotly.newPlot" in text and 'src="http' not in text for text in written.values())


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_table_has_every_value_of_a_trace_at_its_step_and_unit(kind):
    layer = getattr(torch.nn, kind)(3, 4, bidirectional=True)
    t = trace(layer, np.random.default_rng(0).normal(size=(5, 3)), reverse=True)
    table = t.to_pandas(inner=True)
    assert list(table.columns) == [*t.names, *t.inner]
    assert list(t.to_pandas().columns) == t.names
    assert table.index.names == ["step", "unit"]
    for name in table.columns:
        assert np.array_equal(table[name].unstack(), t[name])
        assert table[name].dtype == t[name].dtype
    assert table.loc[(4, 2), "h"] == t["h"][4, 2]


def test_changing_a_table_leaves_the_trace_alone():
    t = trace(torch.nn.RNN(2, 2), np.zeros((3, 2)))
    before = t["h"].copy()
    table = t.to_pandas()
    table.loc[:, "h"] = 9.0
    assert np.array_equal(t["h"], before)
