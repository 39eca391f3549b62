"""A training of a visitor's own, on a page with several tabs."""

from pathlib import Path

import pytest
import streamlit as st
import visitor

from models.run import Run
from models.workers import LEASE
from playground import compute

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "language_model": "lm", "forecasting": "forecast", "sentiment": "senti", "tagging": "tag", "translation": "translate",
    "memory_counter": "counter", "clipping_and_remedies": "remedy",
}  # fmt: skip
"""The pages on which a visitor can train something on one tab, and whose the trainings are."""


@pytest.fixture
def ticking(monkeypatch):
    """Every fragment that was drawn: the name of what it runs, and seconds between two runs."""
    found: list[tuple[str, float | None]] = []
    real = st.fragment

    def fragment(work=None, *, run_every=None, **others):
        found.append((getattr(work, "__name__", ""), run_every))
        return real(work, run_every=run_every, **others)

    monkeypatch.setattr(st, "fragment", fragment)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_who_reads_another_tab_meanwhile_has_not_left(page, ticking):
    app = visitor.opened(f"pages/{page}.py", ROOT)
    assert ("_renew", None) in ticking  # nothing goes on, nothing ticks
    job = compute.workers().start(Run("parity", "RNN", 4, steps=20_000), app.session_state[f"{PAGES[page]}_trainer"])
    try:
        ticking.clear()
        app.run()
        (seconds,) = [seconds for name, seconds in ticking if name == "_renew"]
        assert seconds is not None
        assert 0 < seconds < LEASE / 3  # a sign or two may be late
    finally:
        job.stop()
